"""Results as they are kept: what a part found, when, with which versions, on what."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from mirrorsys._files import write_text

__all__ = ["PARTS", "read", "write"]

FOLDER = Path(__file__).parent / "measured"
PARTS = (
    "properties",
    "mutation",
    "fuzzing",
    "faults",
    "accuracy",
    "reproducibility",
    "supply_chain",
)
PACKAGES = ("mirrorsys", "numpy", "scipy", "sympy", "llvmlite", "numba", "python-flint", "xarray",
            "hypothesis", "matplotlib")  # fmt: skip


def write(part: str, measure: Callable[[], dict[str, Any]]) -> None:
    """Measure a part and keep what it found."""
    begin = time.monotonic()
    found = measure()
    kept = {
        "measured": date.today().isoformat(),
        "seconds": round(time.monotonic() - begin),
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "versions": {package: importlib.metadata.version(package) for package in PACKAGES},
        "found": found,
    }
    FOLDER.mkdir(exist_ok=True)
    write_text(FOLDER / f"{part}.json", json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def read(part: str) -> dict[str, Any] | None:
    """Return what is kept of a part; None if it was never measured."""
    path = FOLDER / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
