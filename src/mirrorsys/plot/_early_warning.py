"""Early warning: indicators over time, and true against false alarms."""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.lines import Line2D

from mirrorsys.plot._labels import axis_label, times_in

__all__ = ["Indicator", "Roc", "indicator", "roc"]

BAND = (0.05, 0.95)  # of the series


class Indicator(NamedTuple):
    """What `indicator` drew; no band for a single series."""

    line: Line2D
    band: FillBetweenPolyCollection | None


class Roc(NamedTuple):
    """What `roc` drew."""

    line: Line2D
    chance: Line2D


def indicator(
    dataset: xr.Dataset,
    variable: str,
    *,
    time_unit: str | None = None,
    ax: Axes | None = None,
    **line_style: Any,
) -> Indicator:
    """Draw an indicator of critical slowing down over time.

    Of several series the median is drawn, and a band from their 5th to their 95th percentile.

    Parameters
    ----------
    dataset : Dataset
        As `mirrorsys.analysis.early_warning` returns it.
    variable : {"variance", "autocorrelation", "trend", "residual"}
    time_unit : {"s", "min", "h", "d"}, optional
        By default that of the dataset.
    ax : Axes, optional
        By default the current one.
    **line_style
        For the line, as `Axes.plot` takes it; the band has its colour.

    Raises
    ------
    ValueError
        If the dataset has no such variable along time.
    """
    own = dataset.get(variable)
    axes = [] if own is None else [d for d in own.dims if str(d).partition("_")[0] == "time"]
    if own is None or len(axes) != 1:
        raise ValueError(
            f"`variable` is {variable!r}; give one along time, as early_warning returns it: "
            "variance, autocorrelation, trend or residual."
        )
    ax = plt.gca() if ax is None else ax
    times, unit = times_in(own[axes[0]], time_unit, of="1")
    known = own.notnull().any([d for d in own.dims if d not in axes]).values
    values = own.transpose(axes[0], ...).values.reshape(times.size, -1)[known]
    (line,) = ax.plot(times[known], np.median(values, axis=1), **line_style)
    band = None
    if values.shape[1] > 1:
        low, high = np.quantile(values, BAND, axis=1)
        band = ax.fill_between(
            times[known], low, high, color=line.get_color(), alpha=0.2, linewidth=0
        )
    units = str(own.attrs.get("units", "1"))
    ax.set(xlabel=f"time ({unit})", ylabel=axis_label(variable, units))
    return Indicator(line, band)


def roc(curve: xr.Dataset, *, ax: Axes | None = None, **line_style: Any) -> Roc:
    """Draw true against false alarms over all thresholds, and the diagonal of mere chance.

    Parameters
    ----------
    curve : Dataset
        As `mirrorsys.analysis.roc` returns it.
    ax : Axes, optional
        By default the current one.
    **line_style
        For the curve, as `Axes.plot` takes it.

    Raises
    ------
    ValueError
        If the dataset is no such curve.
    """
    rates = ("false_positive_rate", "true_positive_rate")
    if missing := [name for name in rates if name not in curve]:
        raise ValueError(f"`curve` has no {missing}; give what mirrorsys.analysis.roc returns.")
    ax = plt.gca() if ax is None else ax
    false, true = (100 * curve[name].values for name in rates)
    (line,) = ax.plot(false, true, **line_style)
    (chance,) = ax.plot([0, 100], [0, 100], color="0.7", linewidth=0.8, zorder=0)
    ax.set(xlabel="false alarms (%)", ylabel="true alarms (%)", xlim=(0, 100), ylim=(0, 102))
    return Roc(line, chance)
