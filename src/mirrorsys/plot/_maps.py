"""Heat maps: an outcome over two properties of the helper."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colorbar import Colorbar

from mirrorsys.plot._labels import axis_label

__all__ = ["HelperMap", "helper_map"]

# Perceptually uniform; light is what one would wish for: little threat, a strong pathway.
COLOURS = {"threat": "inferno_r", "pathway": "viridis"}
AXES = ("mirroring", "self_soothing")


class HelperMap(NamedTuple):
    """What `helper_map` drew."""

    mesh: QuadMesh
    colorbar: Colorbar


def helper_map(dataset: xr.Dataset, variable: str, *, ax: Axes | None = None) -> HelperMap:
    """Draw one outcome over mirroring and self-soothing of the helper as a heat map.

    Parameters
    ----------
    dataset : Dataset
        With dimensions `mirroring` and `self_soothing`, as `mirrorsys.claims.helper_map`
        returns it.
    variable : str
        The outcome; it has a value between 0 and 1. Light is the better end.
    ax : Axes, optional
        By default the current one.

    Raises
    ------
    ValueError
        If the dataset has no such variable over these two dimensions.
    """
    if variable not in dataset or set(dataset[variable].dims) != set(AXES):
        fitting = [str(name) for name in dataset if set(dataset[name].dims) == set(AXES)]
        raise ValueError(f"`variable` is {variable!r}; the maps of this dataset are {fitting}.")
    ax = plt.gca() if ax is None else ax
    outcome = dataset[variable].transpose("self_soothing", "mirroring")
    kind = "threat" if "threat" in variable else "pathway"
    mesh = ax.pcolormesh(
        dataset["mirroring"], dataset["self_soothing"], outcome, cmap=COLOURS[kind],
        shading="nearest", vmin=0.0, vmax=max(0.7, float(outcome.max())),
    )  # fmt: skip
    colorbar = ax.figure.colorbar(mesh, ax=ax, label=axis_label(variable, _unit(outcome)))
    across, up = (axis_label(name, _unit(dataset[name])) for name in AXES)
    ax.set(xlabel=across, ylabel=up)
    return HelperMap(mesh, colorbar)


def _unit(values: xr.DataArray) -> str:
    return str(values.attrs.get("units", "1"))
