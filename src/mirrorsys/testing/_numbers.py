"""Numbers to draw: round ones first, so that what fails can be read."""

from __future__ import annotations

import math
from functools import lru_cache

from hypothesis import strategies as st

__all__ = ["numbers", "round_numbers"]

STEPS = 20  # of a bounded range
FACTORS = (0.5, 2, 0.2, 5, 0.1, 10, 0.01, 100)  # x the default, where they fit
FAR = (0.1, 0.2, 0.5, 1, 2, 5, 10)  # from an end or the default, where there is no other end
DIGITS = 3


def numbers(low: float, high: float, default: float) -> st.SearchStrategy[float]:
    """Return a strategy of numbers in a range: the default, the ends, round numbers.

    Parameters
    ----------
    low, high : float
        Ends, which belong to the range; they may be infinite.
    default : float
        Inside; what failing cases shrink toward.
    """
    ends = [end for end in (low, high) if math.isfinite(end)]
    values = round_numbers(low, high, default)
    rare = [st.sampled_from(ends)] if ends else []
    return st.one_of(st.just(default), st.sampled_from(values), *rare)


@lru_cache(maxsize=4096)
def round_numbers(low: float, high: float, default: float) -> tuple[float, ...]:
    """Return numbers of a range worth trying, those with few digits first."""
    tried = [default, *(default * factor for factor in FACTORS)]
    if math.isfinite(low) and math.isfinite(high):
        tried += [low + (high - low) * k / STEPS for k in range(STEPS + 1)]
    else:
        size = max(1.0, abs(default))
        start = next((end for end in (low, high) if math.isfinite(end)), default)
        tried += [start, *(start + sign * size * far for far in FAR for sign in (1, -1))]
    kept = {min(max(_rounded(value), low), high) for value in tried if low <= value <= high}
    return tuple(sorted(kept, key=lambda value: (_digits(value), abs(value - default), value)))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _digits(value: float) -> int:
    """Return how many digits a rounded number has, not counting zeros at its ends."""
    mantissa, _, _ = f"{abs(value):.{DIGITS - 1}e}".partition("e")
    return len(mantissa.replace(".", "").rstrip("0"))
