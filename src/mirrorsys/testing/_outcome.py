"""Outcome: what a check found, in words; the error it raises; how many cases it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PROFILES", "Outcome", "PropertyError", "cases_of", "check_options", "raised"]

# How many cases, by what one costs: a point in state space, a run, all equilibria, an ensemble.
PROFILES: Mapping[str, Mapping[str, int]] = {
    "quick": {"points": 200, "runs": 40, "equilibria": 20, "ensembles": 3},
    "thorough": {"points": 5000, "runs": 1000, "equilibria": 300, "ensembles": 40},
}


@dataclass(frozen=True, repr=False)
class Outcome:
    """What a check found.

    Attributes
    ----------
    name : str
        Of the property: that of the check, without ``check_``.
    system : str
        The name of the system.
    n_cases : int
        How many cases decided it: all of them hold, or the last one fails.
    inconclusive : tuple of (str, int)
        Reasons for which other cases said nothing, and how many.
    remark : str
        What is known beside the cases, such as a proof.
    failure : str
        The counterexample in words, with its trajectory; "" if there is none.
    params, state : mapping of str to float
        The counterexample; empty if there is none.
    seed : int
    seconds : float
    """

    name: str
    system: str
    n_cases: int
    inconclusive: tuple[tuple[str, int], ...]
    remark: str
    failure: str
    params: Mapping[str, float]
    state: Mapping[str, float]
    seed: int
    seconds: float

    @property
    def status(self) -> str:
        """Return "holds", "fails", or "undecided" if no case said anything."""
        if self.failure:
            return "fails"
        return "holds" if self.n_cases else "undecided"

    @property
    def line(self) -> str:
        """The outcome on one line, without its counterexample."""
        count = f"{self.n_cases} case{'' if self.n_cases == 1 else 's'}"
        texts = [f"{self.status:9}  {self.name:22}  {count:>10}"]
        texts += [self.remark] if self.remark else []
        texts += [f"{n} inconclusive: {reason}" for reason, n in self.inconclusive]
        return "; ".join(texts)

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self.line, self.failure]))


class PropertyError(AssertionError):
    """Properties that do not hold; the message has the counterexamples.

    Attributes
    ----------
    outcomes : tuple of Outcome
        Of the properties that fail; one, but for `check_all`.
    """

    __module__ = "mirrorsys.testing"  # what a traceback is to say

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__("\n".join(each.failure for each in outcomes))
        self.outcomes = outcomes

    @property
    def outcome(self) -> Outcome:
        """The first of them."""
        return self.outcomes[0]

    def __reduce__(self) -> tuple[type[PropertyError], tuple[Outcome, ...]]:
        return type(self), self.outcomes


def raised(outcome: Outcome) -> Outcome:
    """Return the outcome of a property that holds, or raise that it does not."""
    __tracebackhide__ = True  # pytest then shows the line of the user's test
    if outcome.failure:
        raise PropertyError(outcome)
    return outcome


def cases_of(profile: str, kind: str, n_cases: int | None) -> int:
    """Return how many cases to try.

    Raises
    ------
    ValueError
        If there is no such profile, or `n_cases` is not a whole number above zero.
    """
    if profile not in PROFILES:
        raise ValueError(f"`profile` is {profile!r}; give one of {list(PROFILES)}.")
    if n_cases is None:
        return PROFILES[profile][kind]
    if not is_whole(n_cases, 1):
        raise ValueError(f"`n_cases` is {n_cases!r}; give a whole number above zero.")
    return n_cases


def check_options(profile: str, seed: int) -> None:
    """Refuse a profile or seed that does not fit.

    Raises
    ------
    ValueError
        With what fits.
    """
    cases_of(profile, "points", None)
    if not is_whole(seed, 0):
        raise ValueError(f"`seed` is {seed!r}; give a whole number from 0.")


def is_whole(value: Any, least: int) -> bool:
    """Tell whether a value is a whole number from `least`; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
