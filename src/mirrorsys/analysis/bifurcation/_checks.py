"""Checks of arguments that several verbs of this package share."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from numbers import Integral, Real
from typing import Any

from mirrorsys._system import System

__all__ = ["LONGEST", "check_inside", "check_names", "check_number", "check_owner", "check_whole"]

LONGEST = 0.2  # of the diagram: a longer step sees nothing of it
SLACK = 1e-9  # of the bounds: a point that was located on a bound may lie this far outside


def check_whole(label: str, value: Any, least: int, most: float = math.inf) -> int:
    """Return `value` as a whole number from `least` to `most`."""
    whole = isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())
    if not (whole and least <= value <= most):
        until = "on" if math.isinf(most) else f"to {most:g}"
        raise ValueError(f"`{label}` is {value!r}; give a whole number from {least} {until}.")
    return int(value)


def check_number(label: str, value: Any, most: float = math.inf) -> float:
    """Return `value` as a number above zero, at most `most`."""
    number = float(value) if isinstance(value, Real) else math.nan
    if not (math.isfinite(number) and 0 < number <= most):
        upto = "" if math.isinf(most) else f" and up to {most:g}"
        raise ValueError(f"`{label}` is {value!r}; give one number above 0{upto}.")
    return number


def check_owner(label: str, owned: Any, names: Iterable[str], system: System) -> None:
    """Refuse a point or a cycle of a system with other states."""
    if tuple(names) != system.state_names:
        raise ValueError(
            f"`{label}` is {owned!r}, of a system with the states {list(names)}; "
            f"{system.name!r} has {list(system.state_names)}."
        )


def check_inside(label: str, name: str, value: float, bounds: tuple[float, float]) -> None:
    """Refuse bounds of a parameter that leave out where the curve begins."""
    low, high = bounds
    slack = SLACK * max(high - low, abs(value))
    if not low - slack <= value <= high + slack:
        raise ValueError(
            f"`{label}` of {name!r} is {(low, high)!r}, but the curve begins at {value:.10g}; "
            "give bounds around it."
        )


def check_names(system: System, names: Iterable[str], taken: Collection[str]) -> None:
    """Refuse quantities whose names a table needs for itself."""
    if clash := sorted(set(names) & set(taken)):
        raise ValueError(
            f"{system.name!r} has quantities called {clash}, names that the table needs for "
            f"itself: {sorted(taken)}; rename them."
        )
