"""State, Parameter, Input: named numbers with unit, range, symbol and meaning."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC
from dataclasses import dataclass, field
from typing import Any

from mirrorsys._expressions import is_name

__all__ = ["Input", "Parameter", "Quantity", "State", "checked_range"]

EVERYWHERE = (-math.inf, math.inf)


@dataclass(frozen=True)
class Quantity(ABC):
    """What states, parameters and inputs have in common."""

    name: str
    value: float = 0.0
    unit: str = field(default="1", kw_only=True)
    range: tuple[float, float] = field(default=EVERYWHERE, kw_only=True)
    symbol: str = field(default="", kw_only=True)
    meaning: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        kind = type(self).__name__.lower()
        if not is_name(self.name):
            raise ValueError(
                f"`name` of a {kind} is {self.name!r}; use an identifier such as 'threat' or "
                "'client.threat' that is not the name of a function."
            )
        object.__setattr__(self, "range", checked_range(self.range, f"{kind} {self.name!r}"))
        object.__setattr__(self, "value", self.check(self.value))

    def check(self, value: float) -> float:
        """Return `value` as a float if this quantity can have it.

        Raises
        ------
        ValueError
            If it is not a finite number inside `range`.
        """
        kind = type(self).__name__.lower()
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(
                f"{kind} {self.name!r} is {value!r}; give one finite number (unit {self.unit})."
            )
        low, high = self.range
        if not low <= number <= high:
            raise ValueError(
                f"{kind} {self.name!r} is {number:g}, outside its range [{low:g}, {high:g}] "
                f"(unit {self.unit}); give a value inside it."
            )
        return number

    @property
    def latex(self) -> str:
        """The LaTeX symbol, by default the name set upright."""
        return self.symbol or rf"\mathrm{{{self.name.replace('_', chr(92) + '_')}}}"

    def of(self, owner: str) -> Any:
        """Return the same quantity belonging to `owner`: ``threat`` to ``client.threat``."""
        return dataclasses.replace(
            self, name=f"{owner}.{self.name}", symbol=_subscripted(self.latex, owner)
        )


@dataclass(frozen=True)
class Parameter(Quantity):
    r"""A number that stays the same throughout a run.

    Parameters
    ----------
    name : str
        An identifier, or ``person.identifier``.
    value : float
        The default.
    unit : str, keyword-only
        ``"1"`` if dimensionless.
    range : (float, float), keyword-only
        Admissible values, both ends included.
    symbol : str, keyword-only
        LaTeX, for example ``r"\tau_R"``.
    meaning : str, keyword-only
        One phrase.
    source : str, keyword-only
        A citation, or ``"assumed"``.

    Raises
    ------
    ValueError
        If the name is no name, the range is reversed, or the value lies outside it.
    """

    source: str = field(default="assumed", kw_only=True)


@dataclass(frozen=True)
class State(Quantity):
    """A quantity that the equations move; `value` is where it starts by default.

    The other fields are those of `Parameter`; `range` is the state's side of the
    system's box.
    """


@dataclass(frozen=True)
class Input(Quantity):
    """A time-dependent quantity that a protocol supplies; `value` holds where none does.

    The other fields are those of `Parameter`.
    """


def checked_range(given: Any, label: str) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError, OverflowError):
        low, high = math.nan, math.nan
    if not low <= high:
        raise ValueError(f"`range` of {label} is {given!r}; give two numbers, the lower one first.")
    return low, high


def _subscripted(latex: str, owner: str) -> str:
    r"""Add the owner to a symbol's subscript: ``\tau_R`` to ``\tau_{R,\mathrm{client}}``."""
    label = rf"\mathrm{{{owner.replace('_', ' ')}}}"
    base, underscore, subscript = latex.partition("_")
    if not underscore or latex.startswith(r"\mathrm"):
        return f"{latex}_{{{label}}}"
    return f"{base}_{{{subscript.strip('{}')},{label}}}"
