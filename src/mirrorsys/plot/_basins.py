"""Basins: where starting states end."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from matplotlib.patches import Patch

from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import PALETTE

__all__ = ["Basins", "basins"]

NAMES = ("soothing", "threat", "pathway", "signal", "expressed_distress", "fatigue")
UNDECIDED = PALETTE["missing"]
PALE = 0.45  # of a basin's colour; its attractor has the colour itself


class Basins(NamedTuple):
    """What `basins` drew."""

    areas: QuadMesh | PathCollection
    attractors: tuple[PathCollection, ...]
    legend: Legend


def basins(dataset: xr.Dataset, *, ax: Axes | None = None) -> Basins:
    """Draw basins of attraction over two states, with their attractors.

    Parameters
    ----------
    dataset : Dataset
        As `mirrorsys.basins` returns it: over a grid of two states, or of random points,
        which are drawn over the first two states.
    ax : Axes, optional
        By default the current one. An equilibrium is a dot, at a cycle a ring marks one of its
        points; grey is undecided.

    Raises
    ------
    ValueError
        If the dataset has no basins over two states.
    """
    dims = dataset["basin"].dims if "basin" in dataset else ()
    names = [str(name) for name in (dataset.coords if dims == ("member",) else dims)]
    names = [name for name in names if f"{name}_at" in dataset][:2]
    if len(names) != 2 or (dims != ("member",) and len(dims) != 2):
        raise ValueError(
            f"`dataset` has a basin over {list(dims)}; give basins over a grid of two states, or "
            "of random points of at least two."
        )
    ax = plt.gca() if ax is None else ax
    across, up = names
    n = dataset.sizes["attractor"]
    colours = [PALETTE[NAMES[k % len(NAMES)]] for k in range(n)]
    shades = np.array([_paler(colour) for colour in colours] + [to_rgb(UNDECIDED)])
    areas: QuadMesh | PathCollection
    if dims == ("member",):
        areas = ax.scatter(dataset[across], dataset[up], s=6, c=shades[dataset["basin"].values])
    else:
        image = shades[dataset["basin"].transpose(up, across).values]  # -1 is the last
        areas = ax.pcolormesh(dataset[across], dataset[up], image, shading="nearest")
    dots = tuple(_dot(ax, dataset.isel(attractor=k), names, colours[k]) for k in range(n))
    handles = [
        Patch(color=shades[k], label=_label(dataset.isel(attractor=k), across)) for k in range(n)
    ]
    if n_open := int(dataset["n_undecided"]):
        handles.append(Patch(color=UNDECIDED, label=f"undecided ({n_open})"))
    ax.set(xlabel=axis_label(across, _unit(dataset, across)),
           ylabel=axis_label(up, _unit(dataset, up)))  # fmt: skip
    legend = ax.legend(handles=handles, loc="best", frameon=True, framealpha=0.9)
    return Basins(areas, dots, legend)


def _dot(ax: Axes, own: xr.Dataset, names: list[str], colour: str) -> PathCollection:
    across, up = (float(own[f"{name}_at"]) for name in names)
    face = colour if str(own["kind"].item()) == "equilibrium" else "none"
    return ax.scatter(across, up, s=45, facecolor=face, edgecolor="black", zorder=3, clip_on=False)


def _label(own: xr.Dataset, across: str) -> str:
    kind, share = str(own["kind"].item()), 100 * float(own["fraction"])
    if kind == "cycle":
        kind = f"cycle of period {float(own['period']):.4g}"
    elif kind == "equilibrium":
        kind = f"{own['stability'].item()} at {across} {float(own[f'{across}_at']):.3g}"
    return f"{kind}: {share:.1f} %"


def _paler(colour: str) -> tuple[float, float, float]:
    red, green, blue = (1 - PALE * (1 - each) for each in to_rgb(colour))
    return red, green, blue


def _unit(dataset: xr.Dataset, name: str) -> str:
    return str(dataset[name].attrs.get("units", "1"))
