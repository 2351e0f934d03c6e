"""The search for a counterexample: Hypothesis inside a function, the smallest one kept."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

__all__ = ["Found", "Inconclusive", "search"]

C = TypeVar("C")
MOST_SHRINKS = 400  # cases tried to make a counterexample smaller: a number, so that it repeats


class Inconclusive(Exception):
    """A case that says nothing about the property; its message is the reason, in words."""


class _Violation(Exception):
    """Tells Hypothesis that a case failed."""


class _Enough(BaseException):
    """Ends the search for a smaller case; no Exception, so that Hypothesis lets it through."""


@dataclass
class Found(Generic[C]):
    """What a search found.

    Attributes
    ----------
    n_cases : int
        Cases on which the property was decided, before the first failure and with it.
    inconclusive : Counter of str
        How many cases said nothing, by reason.
    case, why
        The smallest failing case and what is wrong with it; None and "" if the property held.
    seconds : float
    """

    n_cases: int = 0
    inconclusive: Counter[str] = field(default_factory=Counter)
    case: C | None = None
    why: str = ""
    seconds: float = 0.0
    size: tuple[int, int] = (0, 0)
    n_tried: int = 0


def search(
    cases: SearchStrategy[C],
    law: Callable[[C], str],
    *,
    size: Callable[[C], tuple[int, int]],
    n_cases: int,
    seed: int,
    most_shrinks: int = MOST_SHRINKS,
) -> Found[C]:
    """Look for a case that breaks a law, and make it small.

    Parameters
    ----------
    cases : SearchStrategy
    law : callable
        From a case to what is wrong with it, "" if nothing; raises `Inconclusive`.
    size : callable
        From a case to its size, for when shrinking ends early.
    n_cases, seed : int
        How many cases to try; equal seeds, equal cases.
    most_shrinks : int

    Returns
    -------
    Found
    """
    found: Found[C] = Found()

    begin = time.perf_counter()
    try:
        _apart(lambda: _run(cases, law, size, found, n_cases, seed, most_shrinks))
    except (_Violation, _Enough, Flaky):  # flaky: a run at the edge of a tolerance
        if not found.why:
            raise
    found.seconds = time.perf_counter() - begin
    return found


def _apart(run: Callable[[], None]) -> None:
    """Run a search; inside a user's own test of Hypothesis, in a thread, where it may."""
    if not hypothesis.currently_in_test_context():
        run()
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(run).result()


def _run(
    cases: SearchStrategy[C],
    law: Callable[[C], str],
    size: Callable[[C], tuple[int, int]],
    found: Found[C],
    n_cases: int,
    seed: int,
    most_shrinks: int,
) -> None:
    # Whatever profile the user has loaded.
    @hypothesis.seed(seed)
    @settings(
        max_examples=n_cases, database=None, deadline=None, derandomize=False, print_blob=False,
        phases=(Phase.generate, Phase.shrink), report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(cases)
    def tried(case: Any) -> None:
        _try(case, law, size, found, most_shrinks)

    tried()


def _try(
    case: C,
    law: Callable[[C], str],
    size: Callable[[C], tuple[int, int]],
    found: Found[C],
    most_shrinks: int,
) -> None:
    if found.why:
        found.n_tried += 1
        if found.n_tried > most_shrinks:
            raise _Enough
    try:
        why = law(case)
    except Inconclusive as reason:
        if not found.why:
            found.inconclusive[str(reason)] += 1
        return
    except Exception as error:
        error.add_note(f"in the case {case!r}")
        raise
    if not found.why:
        found.n_cases += 1
    if why:
        measure = size(case)
        if not found.why or measure <= found.size:
            found.case, found.why, found.size = case, why, measure
        raise _Violation
