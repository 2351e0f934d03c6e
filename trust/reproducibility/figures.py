"""Figures: the same bytes in every process, folder, time zone and order of hashes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from trust.reproducibility.processes import SURROUNDINGS, python_path

__all__ = ["measure_figures"]

FORMATS = ("svg", "png")
PASSES = 2


def _draw(number: int, folder: Path) -> Path:
    """Draw all figures in a process with surroundings and a cache of its own."""
    place = folder / f"pass {number} ä"
    place.mkdir()
    own = {**os.environ, **SURROUNDINGS[number], "PYTHONPATH": python_path(),
           "MIRRORSYS_CACHE": str(place / "cache")}  # fmt: skip
    command = [sys.executable, "-m", "mirrorsys", "figures", "--output", "figures", "--format"]
    subprocess.run([*command, *FORMATS], cwd=place, env=own, check=True, capture_output=True)
    return place / "figures"


def measure_figures() -> dict[str, Any]:
    """Draw all figures in two processes at once; count files of which any byte differs."""
    with tempfile.TemporaryDirectory() as folder:
        with ThreadPoolExecutor(PASSES) as pool:
            one, *others = pool.map(lambda i: _draw(i, Path(folder)), range(PASSES))
        files, different = Counter[str](), []
        for path in sorted(one.iterdir()):
            files[path.suffix] += 1
            if any(path.read_bytes() != (each / path.name).read_bytes() for each in others):
                different.append(path.name)
        new = [each.name for other in others for each in other.iterdir()
               if not (one / each.name).exists()]  # fmt: skip
    return {"passes": PASSES, "files": dict(files), "different": [*different, *new]}
