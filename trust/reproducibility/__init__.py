"""Reproducibility: the same bits again, and results that can be computed again."""

from __future__ import annotations

import json
from typing import Any

from trust.page import rows

__all__ = ["TITLE", "glance", "measure", "section"]

TITLE = "Reproducibility"
STUDIES, RUNS = 200, 500
VECTORS = "vectors of 1, 2, 4 or 8 members"


def measure() -> dict[str, Any]:
    """Measure all four kinds; about ten minutes on two cores."""
    from trust.reproducibility.ensembles import measure_ensembles
    from trust.reproducibility.figures import measure_figures
    from trust.reproducibility.processes import measure_processes
    from trust.reproducibility.reruns import measure_reruns

    found = {}
    for name, part in (
        ("processes", measure_processes),
        ("figures", measure_figures),
        ("reruns", lambda: measure_reruns(RUNS)),
        ("ensembles", lambda: measure_ensembles(STUDIES)),
    ):
        print(f" {name}", flush=True)
        found[name] = part()
        print(json.dumps(found[name]), flush=True)
    return found


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each kind: how many differ in a bit."""
    ways, reruns = found["ensembles"]["ways"], found["reruns"]
    figures, processes = found["figures"], found["processes"]
    same, wide = [each for way, each in ways.items() if way != VECTORS], ways[VECTORS]
    return [
        ["ensembles, other workers, chunks and order",
         sum(each["cases"] for each in same), f"{sum(each['different'] for each in same)} differ"],
        ["ensembles, as on other processors", wide["cases"], f"{wide['different']} differ"],
        ["results computed again", reruns["cases"], f"{reruns['different']} differ"],
        ["files of figures", sum(figures["files"].values()),
         f"{_listed(figures['different'])} differ in any of {figures['passes']} processes"],
        ["derived texts", processes["texts"],
         f"{_listed(processes['different'])} differ"],
    ]  # fmt: skip


def section(found: dict[str, Any]) -> str:
    """Return the section of the page."""
    ensembles, reruns = found["ensembles"], found["reruns"]
    figures, processes = found["figures"], found["processes"]
    seeds = ", ".join(each["PYTHONHASHSEED"] for each in processes["surroundings"])
    files = ", ".join(f"{n} {suffix}" for suffix, n in figures["files"].items())
    compared = [[way, each["cases"], each["different"]] for way, each in ensembles["ways"].items()]
    return "\n".join(
        [
            "All comparisons are of every bit, on one machine with one set of versions; between "
            "kinds of processors or versions last digits may differ, and nothing is claimed.",
            "",
            "**Ensembles.** Random members, protocols, outputs, seeds and engines, with noise and "
            f"without ({ensembles['members'].get('completed', 0)} members completed, "
            f"{ensembles['members'].get('failed', 0)} failed, which must be the same ones too), "
            "computed at once and then:",
            "",
            rows(["computed again by", "studies", "of these different"], compared),
            "",
            "Vectors of other widths stand for other kinds of processors, where sums round "
            "otherwise; they show how far that goes." + _first(ensembles["examples"]),
            "",
            f"**Results.** {reruns['cases']} random runs of persons, dyads and polynomial systems "
            f"({reruns.get('scipy', 0)} by SciPy, {reruns.get('compiled', 0)} compiled, "
            f"{reruns.get('noise', 0)} with noise; {reruns.get('completed', 0)} completed, "
            f"{reruns.get('stopped', 0)} stopped by an event, {reruns.get('failed', 0)} failed) "
            "were saved, loaded and computed again from their attributes: "
            f"{reruns['different']} differ. `mirrorsys rerun` does this for results of `simulate` "
            "and `ensemble`, whose attributes hold the whole call; it refuses those of other "
            "verbs, whose arguments (functions, for one) no attribute can hold.",
            "",
            f"**Figures.** All drawn in {figures['passes']} processes with different folders, time "
            f"zones, locales, caches and orders of hashes ({files}): "
            f"{_listed(figures['different'])} differ in a byte.",
            "",
            f"**Processes.** {processes['texts']} texts derived from systems (model files, LaTeX, "
            "Jacobians, conditions, equilibria with all digits, branches, runs, names in the cache "
            f"of machine code, claims as JSON) in {len(processes['surroundings'])} processes with "
            f"PYTHONHASHSEED {seeds}: {_listed(processes['different'])} differ. Python's own "
            "`hash(system)` differs between processes, as that of any text does; nothing is kept "
            "under it.",
            "",
        ]
    )


def _first(examples: list[str]) -> str:
    told = examples[0].partition("; Study(")[0] if examples else ""
    return f" The first case that differs: {told}." if told else ""


def _listed(names: list[str]) -> str:
    return "none" if not names else f"{len(names)} ({', '.join(names)})"
