"""Claim: one proposition of the verbal theory, as it is measured and judged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mirrorsys.claims._scenarios import ParameterSet

__all__ = ["Claim", "Control", "Measure", "level_of", "margin", "meets"]

Measure = Callable[[ParameterSet], float]
Direction = Literal["at least", "more than", "at most", "less than", "reported"]


@dataclass(frozen=True, kw_only=True)
class Control:
    """The same quantity with something cut or replaced: it must not meet the bound."""

    name: str
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One proposition.

    Parameters
    ----------
    system : str
        ``"S1"`` to ``"S12"``.
    statement : str
        A sentence a psychotherapist can read; for a reported quantity, a question.
    quantity : str
        What is measured, with its window.
    measure : callable
        From a `ParameterSet` to the value.
    direction : {"at least", "more than", "at most", "less than", "reported"}
        Which side of the bound holds. ``"reported"``: there is no bound.
    bound : float or callable
        The bound, or a measure that gives it (the value before, the value of another).
    controls : tuple of Control
        Each must break the claim.
    note : str or callable
        Words, or a function of the `ParameterSet` that makes them from the numbers.
    is_inferred : bool
        Whether this is our inference from the idea, not its words.
    """

    system: str
    statement: str
    quantity: str
    measure: Measure
    direction: Direction = "reported"
    bound: float | Measure = math.nan
    controls: tuple[Control, ...] = ()
    note: str | Callable[[ParameterSet], str] = ""
    is_inferred: bool = False


def level_of(claim: Claim, parameters: ParameterSet) -> float:
    """Return the bound of a claim as a number, NaN if there is none."""
    return claim.bound(parameters) if callable(claim.bound) else float(claim.bound)


def margin(claim: Claim, value: float, bound: float) -> float:
    """Return the signed distance of `value` to the bound: positive on the side that holds."""
    return bound - value if claim.direction in {"at most", "less than"} else value - bound


def meets(claim: Claim, value: float, bound: float) -> bool:
    """Return whether `value` meets the bound; what does not happen (NaN) meets none."""
    distance = margin(claim, value, bound)
    return bool(distance > 0 if claim.direction in {"more than", "less than"} else distance >= 0)
