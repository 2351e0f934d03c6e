"""The mutants of one package: drawn, run, and what came of each kept as it comes.

Everything is in a folder of the package: a copy of the tree, which alone is ever changed; the
sample; the record of its tests; the answers, a line each. A run that is ended goes on from there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trust.mutation._choice import Record, asked_lines, chosen
from trust.mutation._mutants import Mutant, drawn
from trust.mutation._server import Answer, answer, prepare, replaced

__all__ = ["BUDGET", "LONGEST", "Job", "again", "answers", "ask", "baseline", "keys", "lay_out",
           "run"]  # fmt: skip

Key = tuple[str, str, str]

LONGEST = 6.0  # CPU seconds of a test while recorded, which doubles them; slower ones are not asked
QUICK, BUDGET = 4.0, 30.0  # of the tests run at first, and of all that are run, on one mutant
FLOOR = 10.0  # CPU seconds that any run may take, beside three times what its tests took
COPIED = ("src", "tests", "examples", "docs", "calibration", "benchmarks", "trust",
          "pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff",
          "Makefile", "LICENSE")  # fmt: skip


@dataclass(frozen=True)
class Job:
    """A package, its tests, and the folder in which its mutants are kept."""

    package: str
    tests: tuple[str, ...]
    root: Path
    folder: Path
    library: str = "src/mirrorsys"

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def source(self) -> Path:
        return self.tree / self.library


def lay_out(job: Job, *, n: int, seed: int, known: Collection[Key] = ()) -> list[Mutant]:
    """Copy the tree and draw a sample without known mutants, or return the one that was drawn."""
    sample = job.folder / "sample.json"
    if not sample.exists():
        shutil.rmtree(job.folder, ignore_errors=True)
        job.folder.mkdir(parents=True)
        _copy(job, COPIED)
        found = drawn(job.source / job.package, n=n, seed=seed, known=known)
        sample.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
    for kept in job.tree.rglob("*.kept"):  # an earlier run was ended while a mutant was in place
        os.replace(kept, kept.with_suffix(".py"))
    return [Mutant(**each) for each in json.loads(sample.read_text(encoding="utf-8"))]


def renew_tests(job: Job) -> None:
    """Take over tests written since; the sources stay those that the sample was drawn from."""
    shutil.rmtree(job.tree / "tests")
    _copy(job, ("tests",))
    (job.folder / "record.json").unlink(missing_ok=True)


def _copy(job: Job, names: Sequence[str]) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for name in names:
        source, target = job.root / name, job.tree / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def record(job: Job) -> Record:
    """Return what the tests reach, recorded once in a process of its own."""
    kept = job.folder / "record.json"
    if not kept.exists():
        command = [sys.executable, "-m", "trust.mutation._record", str(job.source / job.package),
                   str(kept), str(LONGEST), *job.tests]  # fmt: skip
        subprocess.run(command, cwd=job.tree, env=_environment(job), check=True)
    return Record.of(json.loads(kept.read_text(encoding="utf-8")))


def _environment(job: Job) -> dict[str, str]:
    path = os.pathsep.join(map(str, [job.source.parent, Path(__file__).parents[2]]))
    return {**os.environ, "PYTHONPATH": path, "MIRRORSYS_CACHE": str(_cache(job)), "CI": "true"}


def _cache(job: Job) -> Path:
    (cache := job.folder / "cache").mkdir(exist_ok=True)
    return cache


def ask(job: Job, seen: Record, mutant: Mutant) -> dict[str, Any]:
    """Run the tests that may notice a mutant, the likeliest first; return what to keep."""
    original = (job.folder / "tree" / job.library / mutant.path).read_text(encoding="utf-8")
    tests = chosen(seen, mutant.path, asked_lines(original, mutant.line))
    first, rest = _shares(seen, tests)
    found = [Answer("survived", 0.0)]
    with replaced(job.source / mutant.path, mutant.text):
        for share in filter(None, (first, rest)):
            found.append(_asked(job, share, sum(seen.seconds[name] for name in share)))
            if found[-1].outcome != "survived":
                break
    kept = {name: value for name, value in asdict(mutant).items() if name != "text"}
    asked = len(first) + len(rest) if len(found) == 3 else len(first)
    return {
        **kept,
        "outcome": found[-1].outcome,
        "seconds": round(sum(each.seconds for each in found), 2),
        "asked": asked,
        "reaching": len(tests),
    }


def _shares(seen: Record, tests: list[str]) -> tuple[list[str], list[str]]:
    """Return the tests that are run first, and the others that there is time for."""
    spent, shares = 0.0, ([], [])
    for name in tests:
        spent += seen.seconds[name]
        if spent > BUDGET:
            break
        shares[spent > QUICK].append(name)
    return shares


def _asked(job: Job, tests: Sequence[str], seconds: float) -> Answer:
    # What is kept of machine code depends on the writers' source: mutants of them begin with none.
    cache = job.folder / ("empty" if job.package == "kernels" else "cache")
    cache.mkdir(exist_ok=True)
    log = job.folder / "log.txt"
    return answer(job.tree, tests, cache=cache, seconds=FLOOR + 3 * seconds, log=log)


def baseline(job: Job, seen: Record) -> Record:
    """Return the record without tests that fail in a child though nothing was changed.

    Raises
    ------
    RuntimeError
        If children fail though no single test does: the harness is then not to be trusted.
    """
    names, bad = list(seen.seconds), list[str]()
    for place in range(0, len(names), 100):
        part = names[place : place + 100]
        while _asked(job, part, 300).outcome != "survived":
            failed = _failed((job.folder / "log.txt").read_text(encoding="utf-8"), part)
            if not failed:
                raise RuntimeError(f"unchanged code fails: see {job.folder / 'log.txt'}")
            bad += failed
            part = [name for name in part if name not in failed]
    print(f"{job.package}: {len(names)} tests, {len(bad)} fail in a child: {bad}", flush=True)
    seconds = {name: 1e9 if name in bad else took for name, took in seen.seconds.items()}
    return Record(seconds, seen.reached, (*seen.left_out, *bad))


def _failed(log: str, names: Sequence[str]) -> list[str]:
    return [name for name in names if f"FAILED {name}" in log or f"ERROR {name}" in log]


def run(job: Job, mutants: Sequence[Mutant]) -> None:
    """Ask about the mutants that are not answered yet."""
    known = keys(job)
    left = [mutant for mutant in mutants if mutant.key not in known]
    if left:
        _run(job, left, again=False)


def again(job: Job) -> None:
    """Ask the tests that there are now about the mutants that survived."""
    mutants = lay_out(job, n=0, seed=0)
    survivors = {(e["path"], e["before"], e["after"]) for e in answers(job) if _is_open(e)}
    renew_tests(job)
    _run(job, [mutant for mutant in mutants if mutant.key in survivors], again=True)


def _is_open(found: dict[str, Any]) -> bool:
    return bool(found["outcome"] == "survived")


def _run(job: Job, mutants: Sequence[Mutant], *, again: bool) -> None:
    seen = record(job)
    os.environ.update(_environment(job))
    sys.path[:0] = [str(job.source.parent)]
    prepare()
    seen = baseline(job, seen)
    with (job.folder / "answers.jsonl").open("a", encoding="utf-8") as kept:
        for number, mutant in enumerate(mutants, 1):
            found = {**ask(job, seen, mutant), "again": again}
            kept.write(json.dumps(found) + "\n")
            kept.flush()
            _note(job, found)
            print(job.package, number, len(mutants), found["outcome"], found["seconds"], flush=True)


def _note(job: Job, found: dict[str, Any]) -> None:
    if not _is_open(found):
        return
    text = (
        f"{found['path']}:{found['line']}  {found['operator']}\n"
        f"    - {found['before']}\n    + {found['after']}\n"
        f"    {found['asked']} tests run of {found['reaching']} that reach it"
        f"{' (again)' if found['again'] else ''}\n\n"
    )
    with (job.folder.parent / f"survivors-{job.folder.name}.txt").open(
        "a", encoding="utf-8"
    ) as file:
        file.write(text)


def keys(job: Job) -> frozenset[Key]:
    """Return the mutants that are answered."""
    return frozenset((each["path"], each["before"], each["after"]) for each in answers(job))


def answers(job: Job) -> list[dict[str, Any]]:
    """Return the last answer about each mutant, with the first under "first"."""
    path, found = job.folder / "answers.jsonl", dict[tuple[str, ...], dict[str, Any]]()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        each = json.loads(line)
        key = (each["path"], each["before"], each["after"])
        first = found[key]["first"] if key in found else each["outcome"]
        found[key] = {**each, "first": first}
    return list(found.values())
