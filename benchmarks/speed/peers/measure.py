"""Measuring: errors first, then alternating rounds, then a table."""

from __future__ import annotations

import gc
import importlib.util
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .contestant import Contestant
from .loads import Courses, Load, Paths
from .reference import Array, errors, reference

SHORTEST = 0.05  # seconds; what takes less is repeated
PATIENCE = 90.0  # seconds a contestant may take in all rounds together
COLUMNS = "| | × faster | seconds | to prepare | {} | {} |\n|---|---|---|---|---|---|"


@dataclass
class Entry:
    """One line of a table; `seconds` are those of all members, whatever was run."""

    contestant: Contestant
    prepare_seconds: float
    median_error: float
    largest_error: float
    share: float  # of the members that were run
    run: Callable[[], Array] = field(repr=False)
    seconds: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The contestant's."""
        return self.contestant.name

    @property
    def best(self) -> float:
        """The shortest time."""
        return min(self.seconds)

    def ratio(self, base: Entry) -> float:
        """How many times faster than `base`: the median over the rounds both took part in."""
        rounds = zip(base.seconds, self.seconds, strict=False)
        return statistics.median(b / own for b, own in rounds)


@dataclass
class Comparison:
    """One load: who took part (the first is the baseline), and who did not and why."""

    load: Load
    entries: list[Entry]
    skipped: dict[str, str]

    @property
    def base(self) -> Entry | None:
        """The baseline, if it could run."""
        return next((each for each in self.entries if each.contestant.is_baseline), None)


def timed(run: Callable[[], object]) -> float:
    """Return the seconds of a run, the mean of as many as fill `SHORTEST`."""
    gc.collect()
    begin, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - begin < SHORTEST:
        run()
        count += 1
    return (time.perf_counter() - begin) / count


def entered(contestant: Contestant, load: Load, exact: Array | None, members: int | None) -> Entry:
    """Prepare a contestant and measure its errors; what it raises is for the caller to name.

    `members` takes the place of what the contestant says of itself where it is slow.
    """
    most = contestant.most.get(load.name, load.size)
    if members is not None and load.name in contestant.most:
        most = members
    part = load.first(min(most, load.size))
    begin = time.perf_counter()
    prepared = contestant.prepare(part)
    taken = time.perf_counter() - begin
    median, largest = errors(load, contestant.run(prepared), exact)
    return Entry(contestant, taken, median, largest, part.size / load.size,
                 lambda: contestant.run(prepared))  # fmt: skip


def compared(
    load: Load, contestants: Iterable[Contestant], *, rounds: int, members: int | None
) -> Comparison:
    """Run a load on all contestants that can; a peer that fails is skipped by name."""
    exact = reference(load) if isinstance(load, Courses) else None
    result = Comparison(load, [], {})
    for contestant in contestants:
        if load.name not in contestant.loads:
            continue
        if importlib.util.find_spec(contestant.needs) is None:
            result.skipped[contestant.name] = f"{contestant.needs} is not installed"
            continue
        try:
            result.entries.append(entered(contestant, load, exact, members))
        except Exception as error:  # whatever a peer raises is its result
            first_line = (str(error).splitlines() or [""])[0]
            result.skipped[contestant.name] = f"{type(error).__name__}: {first_line}"
    for _ in range(rounds):
        for entry in result.entries:
            if sum(entry.seconds) * entry.share < PATIENCE:
                entry.seconds.append(timed(entry.run) / entry.share)
    return result


def table(comparison: Comparison) -> str:
    """Return the load as Markdown, the fastest first."""
    load, base = comparison.load, comparison.base
    of_noise = isinstance(load, Paths)
    columns = ("variance off", "mean off (s. e.)") if of_noise else ("median error", "largest")
    lines = [f"\n**{load.name}**: {load.words}\n", COLUMNS.format(*columns)]
    for each in sorted(comparison.entries, key=lambda entry: entry.best):
        ratio = "–" if base is None else f"{each.ratio(base):.3g}"
        star = "*" if each.share < 1 else ""
        lines.append(
            f"| {each.name} | {ratio} | {each.best:.3g}{star} | {each.prepare_seconds:.2g} "
            f"| {each.median_error:.1e} | {each.largest_error:.1e} |"
        )
    lines += [f"\nskipped: {name} ({reason})" for name, reason in comparison.skipped.items()]
    return "\n".join(lines)
