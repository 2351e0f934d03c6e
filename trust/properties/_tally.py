"""Adding up outcomes: of one property, over the systems of one group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.strategies import SearchStrategy

from mirrorsys import System
from mirrorsys.testing import Outcome, PropertyError

__all__ = ["asked", "drawn", "tally"]


def asked(
    check: Callable[..., Outcome], system: System, *arguments: Any, **options: Any
) -> Outcome:
    """Return the outcome of a check, whether it holds or not."""
    try:
        return check(system, *arguments, **options)
    except PropertyError as error:
        return error.outcome


def plain(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values, for JSON."""
    lines = [line.strip() for line in outcome.failure.splitlines()]
    return {
        "system": outcome.system, "status": outcome.status, "cases": outcome.n_cases,
        "inconclusive": dict(outcome.inconclusive), "remark": outcome.remark,
        "why": lines[1] if lines else "", "params": lines[2] if lines else "",
    }  # fmt: skip


def tally(outcomes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how many systems hold, how many cases were run, and everything that fails."""
    every = list(outcomes)
    states = Counter(each["status"] for each in every)
    reasons: Counter[str] = Counter()
    for each in every:
        reasons.update(each["inconclusive"])
    fails = [{key: each[key] for key in ("system", "why", "params")}
             for each in every if each["status"] == "fails"]  # fmt: skip
    return {
        "systems": len(every), "cases": sum(each["cases"] for each in every),
        "holds": states["holds"], "undecided": states["undecided"], "fails": fails,
        "proven": sum("proven" in each["remark"] for each in every),
        "inconclusive": dict(reasons.most_common()),
    }  # fmt: skip


def drawn(strategy: SearchStrategy[Any], n: int, seed: int) -> list[Any]:
    """Return `n` values of a strategy, no two equal; equal seeds, equal values."""
    found: list[Any] = []

    @seeded(seed)
    @settings(max_examples=20 * n, database=None, deadline=None, phases=(Phase.generate,),
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def collect(each: Any) -> None:
        if len(found) < n and each not in found:
            found.append(each)

    collect()
    return found
