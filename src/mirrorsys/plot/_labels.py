"""Axis labels with units, and times in the unit a figure needs."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["axis_label", "times_in"]

MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0}


def axis_label(name: str, unit: str) -> str:
    """Return ``"name (unit)"``; a quantity without unit is called dimensionless."""
    return f"{name.replace('_', ' ')} ({'dimensionless' if unit == '1' else unit})"


def times_in(
    times: xr.DataArray, unit: str | None = None, of: str = "min"
) -> tuple[NDArray[np.float64], str]:
    """Return times in another unit, and that unit.

    Parameters
    ----------
    times : DataArray
        With their own unit in ``attrs["units"]``; without one, it is `of`.
    unit : {"s", "min", "h", "d"}, optional
        By default their own.
    of : str
        The unit of times that carry none.

    Raises
    ------
    ValueError
        If one unit cannot be turned into the other.
    """
    own = str(times.attrs.get("units", of))
    wanted = own if unit is None else unit
    values = np.asarray(times.values, dtype=float)
    if wanted == own:
        return values, own
    if unknown := [each for each in (own, wanted) if each not in MINUTES]:
        raise ValueError(
            f"`time_unit` is {unit!r} and times are in {own!r}; {unknown[0]!r} cannot be "
            f"converted: both must be of {list(MINUTES)}."
        )
    return values * (MINUTES[own] / MINUTES[wanted]), wanted
