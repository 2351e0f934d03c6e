"""Shocks: how strong a pulse it takes to throw a system out of its calm."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import PALETTE

__all__ = ["MinimalShock", "minimal_shock"]

NO_CALM = "there is no calm"


class MinimalShock(NamedTuple):
    """What `minimal_shock` drew."""

    line: Line2D
    ends: Line2D
    spans: tuple[Rectangle, ...]


def minimal_shock(
    dataset: xr.Dataset,
    *,
    label: str | None = None,
    color: str = PALETTE["threat"],
    spans: bool = True,
    ax: Axes | None = None,
) -> MinimalShock:
    """Draw the smallest pulse that is not withstood over the parameter.

    Parameters
    ----------
    dataset : Dataset
        As `mirrorsys.analysis.minimal_shock` returns it.
    label : str, optional
        Of the line.
    color : str
        Of the line.
    spans : bool
        Whether to shade where there is no calm to be thrown out of, and where no pulse does it;
        leave it out for several lines on the same axes.
    ax : Axes, optional
        By default the current one. Open circles: beyond, there is no such pulse.

    Raises
    ------
    ValueError
        If the dataset holds no pulses.
    """
    if "height" not in dataset or "over" not in dataset.attrs:
        raise ValueError(
            f"`dataset` holds {list(dataset)}; give what mirrorsys.analysis.minimal_shock returns."
        )
    ax = plt.gca() if ax is None else ax
    name = str(dataset.attrs["over"])
    values, heights = dataset[name].values, dataset["height"].values
    (line,) = ax.plot(values, heights, color=color, label=label)
    edges = np.flatnonzero(_is_edge(np.isfinite(heights)))
    (ends,) = ax.plot(values[edges], heights[edges], "o", color=color, markerfacecolor="white",
                      markersize=6)  # fmt: skip
    drawn: tuple[Rectangle, ...] = ()
    if spans:
        no_calm = np.char.startswith(dataset["status"].values.astype(str), NO_CALM)
        drawn = (
            *_shaded(ax, values, no_calm, PALETTE["upset"], "no calm state"),
            *_shaded(ax, values, ~np.isfinite(heights) & ~no_calm, PALETTE["contact"],
                     "withstands every pulse"),
        )  # fmt: skip
    pulsed, unit = str(dataset.attrs["input"]), str(dataset["height"].attrs.get("units", "1"))
    length = f"{dataset.attrs['duration']:g}"
    if dataset.attrs["time_unit"] != "1":
        length += f" {dataset.attrs['time_unit']}"
    ax.set(xlabel=axis_label(name, str(dataset[name].attrs.get("units", "1"))),
           ylabel=axis_label(f"smallest pulse of {pulsed} for {length}", unit))  # fmt: skip
    return MinimalShock(line, ends, drawn)


def _is_edge(known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which known values stand beside an unknown one."""
    padded = np.concatenate([known[:1], known, known[-1:]])
    return np.asarray(known & ~(padded[:-2] & padded[2:]))


def _shaded(
    ax: Axes, values: NDArray[np.float64], where: NDArray[np.bool_], colour: str, label: str
) -> list[Rectangle]:
    """Shade stretches of the parameter, each to half way to its neighbours."""
    edges = np.concatenate([values[:1], (values[1:] + values[:-1]) / 2, values[-1:]])
    starts = np.flatnonzero(where & ~np.concatenate([[False], where[:-1]]))
    stops = np.flatnonzero(where & ~np.concatenate([where[1:], [False]]))
    return [
        ax.axvspan(edges[i], edges[j + 1], color=colour, zorder=0,
                   label=label if i == starts[0] else None)
        for i, j in zip(starts, stops, strict=True)
    ]  # fmt: skip
