"""Measuring: errors first, then alternating rounds, then a table and a plot."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contestants import CONTESTANTS, Contestant, ensemble
from benchmarks.speed.problems import Problem, balanced

Array = NDArray[np.float64]
BASE = CONTESTANTS[0].name
LADDER = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12)
MOST_BY_HEYOKA = 10_000
SHORTEST = 0.05  # seconds
PROBES = 16  # members by which tolerances are chosen


@dataclass
class Entry:
    """One line of a table; seconds are those of all members, extrapolated where there are fewer."""

    name: str
    rtol: float
    seconds: list[float]
    error: float
    worst: float
    scale: float = 1.0

    @property
    def best(self) -> float:
        """The shortest time of all members."""
        return min(self.seconds) * self.scale


def reference(problem: Problem) -> Array:
    """Return pathway strength as heyoka has it at its tightest, or else our own engine."""
    heyoka = next(each for each in CONTESTANTS if each.name == "heyoka")
    if heyoka.is_installed and problem.n_members <= MOST_BY_HEYOKA:
        return heyoka.prepare(problem, 1e-15)()
    return ensemble(problem, 1e-13)()


def timed(run: Callable[[], object]) -> float:
    """Return the seconds of a run; a short one is repeated for some hundredths of a second."""
    begin, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - begin < SHORTEST:
        run()
        count += 1
    return (time.perf_counter() - begin) / count


def errors(found: Array, exact: Array) -> tuple[float, float]:
    """Return median and maximum over members of the largest error of pathway strength."""
    own = np.abs(found - exact).max(axis=(1, 2))
    return float(np.median(own)), float(own.max())


def tolerance(contestant: Contestant, problem: Problem, exact: Array) -> tuple[float, str]:
    """Return the loosest tolerance that keeps the bound, or why there is none."""
    probe = problem.first(min(PROBES if contestant.most > PROBES else contestant.most,
                              problem.n_members))  # fmt: skip
    for rtol in LADDER:
        try:
            found = contestant.prepare(probe, rtol)()
        except Exception as error:  # a peer's own failure is a result
            return 0.0, f"{type(error).__name__}: {error}"
        median, _ = errors(found, exact[: probe.n_members])
        if median <= problem.bound:
            return rtol, ""
    return 0.0, f"error {median:.1e} at rtol {LADDER[-1]:g}, more than {problem.bound:g}"


def compared(
    problem: Problem, contestants: Iterable[Contestant], rounds: int
) -> tuple[list[Entry], list[str]]:
    """Return the entries of one load, and who was skipped and why."""
    if problem.n_members > 1:
        problem = balanced(problem)
    exact = reference(problem)
    entries, runs, skipped = [], [], []
    for contestant in contestants:
        if problem.name not in contestant.loads:
            continue
        if not contestant.is_installed:
            skipped.append(f"{contestant.name}: {contestant.needs} is not installed")
            continue
        rtol, why = tolerance(contestant, problem, exact)
        if why:
            skipped.append(f"{contestant.name}: {why}")
            continue
        part = problem.first(min(contestant.most, problem.n_members))
        run = contestant.prepare(part, rtol)
        median, worst = errors(run(), exact[: part.n_members])
        scale = problem.n_members / part.n_members
        entries.append(Entry(contestant.name, rtol, [], median, worst, scale))
        runs.append(run)
    for _ in range(rounds):
        for entry, run in zip(entries, runs, strict=True):
            if not entry.seconds or sum(entry.seconds) < 20:
                entry.seconds.append(timed(run))
    return entries, skipped


def table(problem: Problem, entries: list[Entry], skipped: list[str]) -> str:
    base = next((each for each in entries if each.name == BASE), None)
    lines = [
        f"\n**{problem.name}**: {problem.words}; median error of pathway at most "
        f"{problem.bound:g}\n",
        "| | rtol | seconds | × faster than by hand | median error | largest |",
        "|---|---|---|---|---|---|",
    ]
    for each in sorted(entries, key=lambda entry: entry.best):
        ratio = "–" if base is None else f"{ratio_of(each, base):.3g}"
        star = "*" if each.scale > 1 else ""
        lines.append(
            f"| {each.name} | {each.rtol:g} | {each.best:.4g}{star} | {ratio} "
            f"| {each.error:.1e} | {each.worst:.1e} |"
        )
    lines += [f"\nskipped: {each}" for each in skipped]
    return "\n".join(lines)


def ratio_of(entry: Entry, base: Entry) -> float:
    """Return the median over rounds of how many times faster than the baseline."""
    rounds = zip(base.seconds, entry.seconds, strict=False)
    return statistics.median(b * base.scale / (e * entry.scale) for b, e in rounds)


def plot(found: dict[str, list[Entry]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(found), 1, figsize=(8, 1 + 1.9 * len(found)),
                                layout="constrained", squeeze=False)  # fmt: skip
    for ax, (name, entries) in zip(axes[:, 0], found.items(), strict=True):
        ordered = sorted(entries, key=lambda entry: -entry.best)
        colours = ["C2" if each.name.startswith("mirrorsys") else "C7" for each in ordered]
        bars = ax.barh([e.name for e in ordered], [e.best for e in ordered], color=colours)
        ax.bar_label(bars, [f" {e.best:.3g} s" for e in ordered], fontsize=7)
        ax.set(xscale="log", title=name)
        ax.tick_params(labelsize=7)
        ax.margins(x=0.15)
    axes[-1, 0].set_xlabel("seconds at equal accuracy (green: mirrorsys)")
    figure.savefig(path, dpi=120)
