"""Archives: what the wheel and the sdist hold, and whether they come out the same twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from trust.supply_chain.installed import Environment

__all__ = ["measure_archives", "strays"]

ROOT = Path(__file__).parents[2]
EPOCH = "1735689600"  # the first of January 2025
IN_WHEEL = re.compile(r"mirrorsys/(.+\.(py|toml|csv|md)|py\.typed)|mirrorsys-[^/]+\.dist-info/.+")
IN_SDIST = re.compile(
    r"mirrorsys-[^/]+/((src|tests|trust|examples|benchmarks|calibration|docs)/.+\."
    r"(py|toml|csv|md|json|svg|png|gif|ipynb|typed|txt)|tests/corpus/[a-z]+/[\w.-]+"
    r"|[A-Z]+(\.md|\.cff)?|Makefile"
    r"|pyproject\.toml|PKG-INFO|\.gitignore)"
)


def measure_archives(folder: Path, tools: Environment) -> tuple[dict[str, Any], Path]:
    """Build both archives twice; return what was found and the wheel."""
    sources = folder / "sources"  # a copy, which nobody changes in between
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__"))
    built = [_built(sources, folder / f"archives {i}", tools) for i in range(2)]
    wheels, sdists = ([next(each.glob(kind)) for each in built] for kind in ("*.whl", "*.gz"))
    with zipfile.ZipFile(wheels[0]) as wheel, tarfile.open(sdists[0]) as sdist:
        in_wheel = wheel.namelist()
        in_sdist = [each.name for each in sdist.getmembers() if each.isfile()]
    return {
        "wheel_files": len(in_wheel), "sdist_files": len(in_sdist),
        "wheel_bytes": wheels[0].stat().st_size, "sdist_bytes": sdists[0].stat().st_size,
        "wheel_equal": wheels[0].read_bytes() == wheels[1].read_bytes(),
        "sdist_equal": sdists[0].read_bytes() == sdists[1].read_bytes(),
        "stray": strays(in_wheel, IN_WHEEL) + strays(in_sdist, IN_SDIST),
    }, wheels[0]  # fmt: skip


def _built(sources: Path, place: Path, tools: Environment) -> Path:
    command = [tools.python, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", place]
    own = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "random"}
    subprocess.run(command, cwd=sources, env=own, check=True, capture_output=True)
    return place


def strays(names: list[str], usual: re.Pattern[str]) -> list[str]:
    """Return the files of an archive that are not of a usual kind, or are hidden or compiled."""
    hidden = re.compile(r"(^|/)(__pycache__|\.(?!gitignore$)[^/]+|[^/]+\.(pyc|nc|zarr|orig|rej))")
    return [name for name in names if not usual.fullmatch(name) or hidden.search(name)]
