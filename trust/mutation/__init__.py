"""Mutation testing: small random changes of the code, and whether a test notices.

`python -m trust mutation` runs all packages; `python -m trust.mutation PACKAGE` one of them, and
with `--again` those of its mutants that survived, by the tests of today. With `--fresh` it is the
second sample, which is drawn when the tests that the first one led to are written: those were
written for the first sample, so only another tells what they are worth. All is kept, as it comes,
in a folder (the environment variable ``MIRRORSYS_MUTATION``; default: "mutation" in the
system's folder of temporary files), from where an ended run goes on. Remove it to start anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trust.mutation._runner import BUDGET, LONGEST, Job, answers, keys, lay_out, run
from trust.page import rows

__all__ = ["TESTS", "TITLE", "glance", "job", "measure", "run_all", "section", "summary"]

TITLE = "Changes of the code that a test notices"
OPEN, GONE = "open", "gone"
N_MUTANTS, SEED = 200, 5
N_FRESH, FRESH_SEED = 50, 6
ROOT = Path(__file__).parents[2]
VERDICTS = ROOT / "trust" / "mutation_verdicts.toml"

PUBLISHED = ("tests/regression/test_zoo.py", "tests/regression/test_zoo_classics.py",
             "tests/regression/test_zoo_family.py")  # fmt: skip
LAWS = "tests/properties/test_"
TESTS = {
    "_system": ("tests/unit/test_system.py", "tests/unit/test_expressions.py",
                "tests/unit/test_values.py", "tests/unit/test_model_files.py",
                "tests/unit/models", f"{LAWS}round_trips.py"),
    "_expressions": ("tests/unit/test_expressions.py", "tests/unit/test_system.py",
                     "tests/unit/test_model_files.py", f"{LAWS}round_trips.py"),
    "models": ("tests/unit/models", f"{LAWS}unit_box.py",
               "tests/regression/test_quantities.py", *PUBLISHED),
    "symbolic": ("tests/unit/symbolic", f"{LAWS}derivatives.py", f"{LAWS}stability_formulas.py",
                 f"{LAWS}closed_forms.py", f"{LAWS}unit_box.py"),
    "kernels": ("tests/unit/kernels", f"{LAWS}intervals.py", f"{LAWS}derivatives.py",
                "tests/unit/flow/test_compiled_engine.py", "tests/unit/flow/test_taylor_engine.py",
                "tests/unit/flow/test_noise.py", "tests/unit/flow/test_bounded_noise.py",
                "tests/unit/flow/test_ensemble.py"),
    "flow": ("tests/unit/flow", f"{LAWS}flow.py", f"{LAWS}closed_forms.py",
             "tests/regression/test_noise_closed_forms.py"),
    "analysis": ("tests/unit/analysis", f"{LAWS}equilibria.py", f"{LAWS}bifurcation.py",
                 f"{LAWS}sensitivity.py", "tests/regression/test_lyapunov.py"),
}  # fmt: skip

HOW = """For each package {n} mutants are drawn: an operator, a comparison, a number, a condition, a
loop or a decorator is changed in one place, by the operators of
[cosmic-ray](https://cosmic-ray.readthedocs.io). Left out are changes that nobody could see:
annotations, docstrings, words of messages. A mutant is run by its package's own tests and the
laws about it, of which only those that reach the changed line and take less than {longest:g} s
each, up to {budget:g} s together: one that survives here may still be noticed by the rest of the
tests. "At first" is the share caught when the sample was first run, "now" the share caught today,
of all mutants, with its 95 % interval (Wilson); "equivalent" were read, and change nothing that
matters, for the reason given in `trust/mutation_verdicts.toml`; the lines of those "gone since"
were mended or deleted after the sample was drawn, which keeps its own copy. Tests were written
for what survived at first, so that "now" tells more of this sample than of the package: "of fresh
ones" is the share caught of up to {n_fresh} others, drawn when the tests were written. numba stays
off, so what it would compile runs as plain Python; machine code written through LLVM is compiled
anew for each mutant of what writes it."""


def job(package: str, *, fresh: bool = False) -> Job:
    """Return what is to be run of a package, and where it is kept."""
    temporary = Path(tempfile.gettempdir()) / "mutation"
    folder = Path(os.environ.get("MIRRORSYS_MUTATION") or temporary)
    return Job(package, TESTS[package], ROOT, folder / (f"{package}-fresh" if fresh else package))


def run_all(package: str, *, fresh: bool = False) -> None:
    """Run what is left of the mutants of one package, in this process."""
    wanted = job(package, fresh=fresh)
    n, seed = (N_FRESH, FRESH_SEED) if fresh else (N_MUTANTS, SEED)
    known = keys(job(package)) if fresh else ()
    run(wanted, lay_out(wanted, n=n, seed=seed, known=known))


def measure() -> dict[str, Any]:
    """Run what is left of all packages, a process for each, and return what came of it."""
    from trust.results import read  # imports the library, which must not be loaded with mutants

    kept = read("mutation") or {"found": {"packages": {}}}
    packages = {}
    for package in TESTS:
        for options in ([], ["--fresh"]):
            command = [sys.executable, "-m", "trust.mutation", package, *options]
            subprocess.run(command, cwd=ROOT, check=True)
        packages[package] = summary(job(package))
        before = kept["found"]["packages"].get(package, packages[package])
        packages[package]["caught_at_first"] = before["caught_at_first"]
        packages[package]["fresh"] = summary(job(package, fresh=True))
    return {"n_mutants": N_MUTANTS, "n_fresh": N_FRESH, "longest": LONGEST, "budget": BUDGET,
            "packages": packages}  # fmt: skip


def summary(job: Job) -> dict[str, Any]:
    """Return how many mutants of a package were caught, and what survived."""
    from scipy.stats import binomtest

    found = answers(job)
    counts = {
        outcome.replace("-", "_"): sum(each["outcome"] == outcome for each in found)
        for outcome in ("caught", "time-out", "crash", "survived")
    }
    noticed = len(found) - counts["survived"]
    interval = binomtest(noticed, max(len(found), 1)).proportion_ci(method="wilson")
    return {
        "mutants": len(found),
        "caught_at_first": sum(each["first"] != "survived" for each in found),
        **counts,
        "interval": [round(float(interval.low), 3), round(float(interval.high), 3)],
        "cpu_seconds": round(sum(each["seconds"] for each in found)),
        "survivors": [
            _judged(each, job.root / job.library) for each in found if each["outcome"] == "survived"
        ],
    }


def _judged(found: dict[str, Any], source: Path) -> dict[str, Any]:
    """Return a survivor with its verdict: why it is equivalent, GONE as its line is, or OPEN."""
    lines = (source / found["path"]).read_text(encoding="utf-8").split("\n")
    is_there = found["before"] in {line.strip() for line in lines}
    verdicts = tomllib.loads(VERDICTS.read_text(encoding="utf-8"))["equivalent"]
    key = [found[name] for name in ("path", "before", "after")]
    why = [each["why"] for each in verdicts if [each["path"], each["before"], each["after"]] == key]
    wanted = ("path", "line", "operator", "before", "after", "asked", "reaching")
    return {
        **{name: found[name] for name in wanted},
        "verdict": why[0] if why else OPEN if is_there else GONE,
    }


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each package: the share of mutants caught."""
    lines: list[list[object]] = []
    for name in TESTS:
        if (each := found["packages"].get(name)) is None:
            lines.append([f"mutants of `{name}`", "–", "not run yet"])
            continue
        fresh = f", fresh ones: {_share(each['fresh'])}" if "fresh" in each else ""
        lines.append([f"mutants of `{name}`", each["mutants"], f"caught {_share(each)}{fresh}"])
    return lines


def _share(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    caught = 1 - len(found["survivors"]) / found["mutants"]
    return f"{caught:.1%} of {found['mutants']} ({low:.1%} to {high:.1%})"


def section(found: dict[str, Any]) -> str:
    """Return what came of the mutants, for the page."""
    head = ["package", "mutants", "caught at first", "caught now", "95 %", "of these by time-out",
            "by a crash", "survived", "of these equivalent", "gone since", "open",
            "of fresh ones"]  # fmt: skip
    body = [_row(name, each) for name, each in found["packages"].items()]
    how = HOW.format(**found, n=found["n_mutants"])
    open_ones = _open(found["packages"].values())
    shown = ["Mutants that no test asked has noticed, and that nobody has shown to be equivalent:",
             "", *open_ones] if open_ones else ["None is open."]  # fmt: skip
    if fresh := _open(each["fresh"] for each in found["packages"].values() if "fresh" in each):
        shown += ["", "Of the fresh ones, which nobody has judged:", "", *fresh]
    missing = [f"`{package}`" for package in TESTS if package not in found["packages"]]
    told = [f"Not run yet: {', '.join(missing)}.", ""] if missing else []
    return "\n".join([how, "", rows(head, body), "", *told, *shown])


def _open(packages: Iterable[dict[str, Any]]) -> list[str]:
    return [
        f"- `{each['path']}`: `{each['before']}` → `{each['after'] or '(gone)'}`"
        for package in packages
        for each in package["survivors"]
        if each["verdict"] == OPEN
    ]


def _row(name: str, found: dict[str, Any]) -> list[object]:
    n, survivors = found["mutants"], found["survivors"]
    is_open, is_gone = (sum(e["verdict"] == kind for e in survivors) for kind in (OPEN, GONE))
    low, high = found["interval"]
    return [
        f"`{name}`", n, f"{found['caught_at_first'] / n:.1%}", f"{1 - len(survivors) / n:.1%}",
        f"{low:.1%} to {high:.1%}", found["time_out"], found["crash"], len(survivors),
        len(survivors) - is_open - is_gone, is_gone, is_open,
        _share(found["fresh"]) if "fresh" in found else "–",
    ]  # fmt: skip
