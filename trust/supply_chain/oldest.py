"""Oldest: the tests with the oldest versions that pyproject.toml allows."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

__all__ = ["measure_oldest", "summary"]

ROOT = Path(__file__).parents[2]
TESTS = ("tests/unit", "tests/properties", "--ignore=tests/unit/trust")  # of this page: not yet
NAMED = ("h5netcdf", "h5py", "matplotlib", "llvmlite", "numba", "numpy", "pandas", "pillow",
         "python-flint", "scipy", "sympy", "tomli_w", "tqdm", "xarray", "hypothesis", "dask",
         "distributed", "loky", "zarr", "SALib")  # fmt: skip


def measure_oldest() -> dict[str, Any]:
    """Run `.ci/oldest` and count."""
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "oldest"), "", *TESTS], cwd=ROOT, capture_output=True,
        text=True, check=False, env={**os.environ, "CI": "true"},
    )  # fmt: skip
    print(done.stdout[-2000:], flush=True)
    return {"tests": list(TESTS), **summary(done.stdout)}


def summary(printed: str) -> dict[str, Any]:
    """Return what the script printed as numbers.

    Raises
    ------
    ValueError
        If no test was run.
    """
    last = next(
        (t for t in reversed(printed.splitlines()) if re.search(r"\d (passed|failed)", t)), ""
    )
    if not last:
        raise ValueError(f"no test was run: {printed[-500:]}")
    counts = {
        words: int(n) for n, words in re.findall(r"(\d+) (passed|failed|errors?|skipped)", last)
    }
    versions = dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)$", printed, re.MULTILINE))
    failures = re.findall(r"^(?:FAILED|ERROR) (\S+)", printed, re.MULTILINE)
    return {
        "passed": counts.get("passed", 0), "failed": counts.get("failed", 0),
        "errors": counts.get("error", 0) + counts.get("errors", 0),
        "skipped": counts.get("skipped", 0), "failures": failures[:20],
        "versions": {name: versions[name] for name in NAMED if name in versions},
    }  # fmt: skip
