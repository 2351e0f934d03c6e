"""Small checks and names that several protocols share."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

__all__ = ["check_between", "check_count", "of"]


def of(person: str | None, quantity: str) -> str:
    """Return the full name of a person's quantity; the bare name for a lone person."""
    return quantity if person is None else f"{person}.{quantity}"


def check_count(value: Any, label: str, *, least: int = 1, most: int = 100_000) -> int:
    """Return `value` if it is a whole number in bounds, or say what is wrong with it."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)  # NumPy's too
    if not whole or not least <= value <= most:
        raise ValueError(f"`{label}` is {value!r}; give a whole number from {least} to {most}.")
    return int(value)


def check_between(value: Any, label: str, low: float, high: float) -> None:
    """Raise ValueError unless `value` is a number above `low` and below `high`."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not low < number < high:
        raise ValueError(
            f"`{label}` is {value!r}; give a number of more than {low:g} and less than {high:g}."
        )
