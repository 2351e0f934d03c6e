"""Faults: processes killed, starved, cut off and misplaced, and what became of their work.

Every scenario is run for real, in processes of its own.
"""

from __future__ import annotations

import importlib
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trust.faults._process import Place, command, run
from trust.page import rows

__all__ = ["TITLE", "glance", "measure", "section"]

TITLE = "Faults"
GROUPS = {
    "killed (SIGKILL)": "_kills",
    "disk full, or not writable": "_disks",
    "closed pipe": "_pipes",
    "Ctrl-C": "_interrupts",
    "something is missing": "_missing",
    "surroundings": "_surroundings",
    "cache of machine code": "_caches",
}


def measure() -> dict[str, Any]:
    """Run all scenarios; each says how many runs survived, and in words what was seen."""
    groups = {group: importlib.import_module(f"{__name__}.{n}") for group, n in GROUPS.items()}
    # Where this runs in the background a shell may have it ignore Ctrl-C, and its children too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        base = Path(name)
        warm = Place(base, base / "cache")
        run(command("claims", "S1"), warm)  # compiles what most scenarios use
        return {
            group: {
                title: _found(title, scenario, base / f"{g}-{s}", warm.cache)
                for s, (title, scenario) in enumerate(module.SCENARIOS.items())
            }
            for g, (group, module) in enumerate(groups.items())
        }


def _found(
    title: str, scenario: Callable[[Place], dict[str, Any]], folder: Path, cache: Path
) -> dict[str, Any]:
    folder.mkdir()
    begin = time.monotonic()
    try:
        found = scenario(Place(folder, cache))
    except OSError as error:  # of what the scenario itself needs, such as the right to mount
        found = {"runs": 0, "survived": 0, "seen": f"not run: {error}"}
    found["seconds"] = round(time.monotonic() - begin, 1)
    print(f"  {title}: {found['survived']} of {found['runs']}, {found['seconds']} s: "
          f"{found['seen']}", flush=True)  # fmt: skip
    return found


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each kind of fault: runs that survived it."""
    lines: list[list[object]] = []
    for group, scenarios in found.items():
        runs, survived = (sum(e[key] for e in scenarios.values()) for key in ("runs", "survived"))
        lines.append([group, runs, f"{survived} survived, in {len(scenarios)} scenarios"])
    return lines


def section(found: dict[str, Any]) -> str:
    """Return the table of scenarios in Markdown."""
    every = [each for group in found.values() for each in group.values()]
    n_runs, n_survived = (sum(each[key] for each in every) for key in ("runs", "survived"))
    n_whole = sum(0 < each["runs"] == each["survived"] for each in every)
    body: list[list[object]] = [
        [group, title, f"{each['survived']} of {each['runs']}", each["seen"].replace("|", "\\|")]
        for group, scenarios in found.items()
        for title, each in scenarios.items()
    ]
    return (
        f"{n_survived} of {n_runs} runs in {len(every)} scenarios survived; {n_whole} scenarios "
        "without exception. A run survives if the sentence beside it holds: nothing half-written "
        "under the name of a result, a clear message in place of a traceback, the exit code that "
        "is promised, the same bits afterwards. Not tried: loss of power, network drives, "
        "Windows and macOS.\n\n"
        + rows(["fault", "scenario", "survived", "what was seen"], body)
        + "\n"
    )
