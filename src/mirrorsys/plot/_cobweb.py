"""Cobweb: a map of one slow state, and a course climbing along it."""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import PALETTE

__all__ = ["Cobweb", "cobweb"]

Array = NDArray[np.float64]


class Cobweb(NamedTuple):
    """What `cobweb` drew; `curve`, `short` and `mark` are None if there is nothing to draw."""

    identity: Line2D
    steps: Line2D
    points: Line2D
    curve: Line2D | None
    short: Line2D | None
    mark: Line2D | None


def cobweb(
    course: xr.Dataset,
    state: str = "client.pathway",
    *,
    curve: xr.Dataset | None = None,
    ax: Axes | None = None,
) -> Cobweb:
    """Draw a course as a cobweb: a state after each pass over the same state before it.

    Steps run up to what a pass makes of the state and across to the identity line, where the
    next pass begins.

    Parameters
    ----------
    course : Dataset
        As from `SessionMap.iterate` or `critical_dose`. With the latter, doses that suffice are
        filled, others open, and a line marks the critical dose.
    state : str
        Full name of the slow state.
    curve : Dataset, optional
        The map itself, as from ``SessionMap.section(state, ...)``.
    ax : Axes, optional
        By default the current one.

    Returns
    -------
    Cobweb

    Raises
    ------
    ValueError
        If `course` has no such state over one dimension, or `curve` no such map.
    """
    if state not in course or course[state].ndim != 1 or course[state].size < 2:
        fitting = [str(name) for name in course if course[name].ndim == 1]
        raise ValueError(
            f"`state` is {state!r}; a course of at least one pass has one of {fitting}."
        )
    if curve is not None and (missing := {state, f"{state}_after"} - set(map(str, curve))):
        raise ValueError(
            f"`curve` has no {sorted(missing)}; give SessionMap.section({state!r}, ...)."
        )
    ax = plt.gca() if ax is None else ax
    values = course[state].values.astype(float)
    everything = values if curve is None else np.append(values, curve[state].values)
    ends = [np.nanmin(everything), np.nanmax(everything)]
    (identity,) = ax.plot(ends, ends, color="0.55", linewidth=1.0, label="no change")
    drawn = None
    if curve is not None:
        (drawn,) = ax.plot(curve[state], curve[f"{state}_after"], color=PALETTE["pathway"],
                           label="the map: one session and gap")  # fmt: skip
    across = np.repeat(values, 2)
    (steps,) = ax.plot(across[:-1], across[1:], color="black", linewidth=0.8, label="the course")
    points, short = _dots(ax, course, values)
    dose, mark = float(course.attrs.get("critical_dose", np.nan)), None
    if not np.isnan(dose):
        mark = ax.axvline(values[int(dose)], color=PALETTE["soothing"], linewidth=1.0,
                          linestyle=(0, (4, 2)), zorder=0)  # fmt: skip
    name, unit = state.rpartition(".")[2], str(course[state].attrs.get("units", "1"))
    ax.set(xlabel=axis_label(f"{name} before", unit), ylabel=axis_label(f"{name} after", unit))
    return Cobweb(identity, steps, points, drawn, short, mark)


def _dots(ax: Axes, course: xr.Dataset, values: Array) -> tuple[Line2D, Line2D | None]:
    """Draw where passes begin: filled, or open where more of them are needed."""
    look: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 4.5, "zorder": 3}
    if "is_calm" not in course:
        (points,) = ax.plot(values, values, color="black", label="after each pass", **look)
        return points, None
    calm = course["is_calm"].values.astype(bool)
    (short,) = ax.plot(values[~calm], values[~calm], color=PALETTE["threat"], label="not enough",
                       markerfacecolor="white", **look)  # fmt: skip
    (points,) = ax.plot(
        values[calm], values[calm], color=PALETTE["soothing"], label="enough", **look
    )
    return points, short
