"""What is read off a run: means, extremes and crossings of curves over windows of time.

The times of a run are irregular, so means are integrals (trapezoids) divided by time,
and the ends of a window are interpolated; nothing depends on how many samples fall
into it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = [
    "Curve",
    "at_end",
    "curve",
    "first_fall",
    "first_rise",
    "highest",
    "lowest",
    "mean",
    "n_rises",
    "phase_times",
    "window",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A quantity over time, linear between its samples; both arrays of shape (n_times,)."""

    times: Array
    values: Array


def curve(run: xr.Dataset, quantity: str, person: str | None = None) -> Curve:
    """Return a quantity of a run as a curve; `person` is None for a lone person."""
    values = run[quantity] if person is None else run[quantity].sel(person=person)
    return Curve(run.time.values, values.values)


def window(whole: Curve, begin: float, end: float) -> Curve:
    """Return the part of a curve from `begin` to `end`, both ends interpolated.

    Raises
    ------
    ValueError
        If the window is empty or reaches beyond the curve.
    """
    first, last = float(whole.times[0]), float(whole.times[-1])
    slack = 1e-9 * max(1.0, abs(last))
    if not (first - slack <= begin < end <= last + slack):
        raise ValueError(
            f"the window is [{begin:g}, {end:g}], but the curve runs from {first:g} to {last:g}; "
            "give a window inside it, its beginning first."
        )
    inside = (whole.times > begin) & (whole.times < end)
    times = np.concatenate(([begin], whole.times[inside], [end]))
    return Curve(times, np.interp(times, whole.times, whole.values))


def mean(part: Curve) -> float:
    """Return the mean over time."""
    return float(np.trapezoid(part.values, part.times) / (part.times[-1] - part.times[0]))


def highest(part: Curve) -> float:
    """Return the highest value."""
    return float(part.values.max())


def lowest(part: Curve) -> float:
    """Return the lowest value."""
    return float(part.values.min())


def first_rise(part: Curve, level: float) -> float:
    """Return when the curve is first at or above `level`; NaN if it never is."""
    return _first(part.times, part.values - level)


def first_fall(part: Curve, level: float) -> float:
    """Return when the curve, once at its highest, is first at or below `level`; else NaN."""
    top = int(part.values.argmax())
    return _first(part.times[top:], level - part.values[top:])


def _first(times: Array, height: Array) -> float:
    """Return when `height` is first not negative, interpolated; NaN if it never is."""
    reached = np.flatnonzero(height >= 0)
    if reached.size == 0:
        return math.nan
    after = int(reached[0])
    if after == 0:
        return float(times[0])
    below, above = height[after - 1], height[after]
    share = below / (below - above)
    return float(times[after - 1] + share * (times[after] - times[after - 1]))


def n_rises(part: Curve, level: float) -> int:
    """Return how often the curve rises through `level`."""
    above = part.values >= level
    return int(np.count_nonzero(above[1:] & ~above[:-1]))


def phase_times(run: xr.Dataset, name: str, nth: int = 0) -> tuple[float, float]:
    """Return beginning and end of the nth phase of that name (negative: from the last).

    Raises
    ------
    ValueError
        If the run has no such phase.
    """
    found = np.flatnonzero(run.phase_name.values == name)
    if not -found.size <= nth < found.size:
        names = list(dict.fromkeys(run.phase_name.values.tolist()))
        raise ValueError(
            f"the run has {found.size} phases called {name!r}, no number {nth}; "
            f"its phases are called {names}."
        )
    index = int(found[nth])
    return float(run.phase_begin.values[index]), float(run.phase_end.values[index])


def at_end(run: xr.Dataset, state: str, person: str | None = None) -> float:
    """Return a state at the end of a run."""
    values = run[f"{state}_at_end"].isel(phase=-1)
    return float(values if person is None else values.sel(person=person))
