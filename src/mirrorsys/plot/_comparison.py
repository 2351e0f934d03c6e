"""Curves of several runs side by side, told apart without colour too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import cycle
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mirrorsys.plot._labels import axis_label

__all__ = ["Comparison", "comparison", "phase_ends", "since"]

# Colours of Okabe and Ito that do not stand for threat or soothing, each with its own line.
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#000000", "linestyle": "-", "marker": "o"},
    {"color": "#0072B2", "linestyle": (0, (5, 2)), "marker": "s"},
    {"color": "#B0578D", "linestyle": (0, (1, 1)), "marker": "^"},
    {"color": "#C98A00", "linestyle": (0, (4, 1, 1, 1)), "marker": "D"},
    {"color": "#4FA3D1", "linestyle": (0, (7, 1, 1, 1, 1, 1)), "marker": "v"},
)
MOST_MARKERS = 24


class Comparison(NamedTuple):
    """What `comparison` drew: one line a curve, by name."""

    lines: dict[str, Line2D]
    legend: Legend


def comparison(curves: Mapping[str, xr.DataArray], *, ax: Axes | None = None) -> Comparison:
    """Draw several curves of one quantity, each with its own colour, line and marker.

    The same position in `curves` gives the same look in every call.

    Parameters
    ----------
    curves : mapping of str to DataArray, each of shape (n_times,)
        By name; axes are labelled by the name, dimension and `units` of the first.
    ax : Axes, optional
        By default the current one.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If there is no curve, or one has more than one dimension.
    """
    if not curves:
        raise ValueError("`curves` is empty; give at least one.")
    for name, curve in curves.items():
        if curve.ndim != 1:
            raise ValueError(
                f"`curves` has {name!r} with dimensions {list(curve.dims)}; select down to one."
            )
    ax = plt.gca() if ax is None else ax
    lines = {}
    for (name, curve), look in zip(curves.items(), cycle(LOOKS), strict=False):
        x = curve[curve.dims[0]]
        (lines[name],) = ax.plot(
            x, curve, label=name, markersize=3.5, markevery=-(-curve.size // MOST_MARKERS), **look
        )
    first = next(iter(curves.values()))
    ax.set(xlabel=_label(first[first.dims[0]]), ylabel=_label(first))
    if np.issubdtype(first[first.dims[0]].dtype, np.integer):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return Comparison(lines, ax.legend())


def phase_ends(
    run: xr.Dataset,
    state: str,
    phases: str | Collection[str],
    *,
    count: str = "session",
    person: str | None = None,
) -> xr.DataArray:
    """Return a state at the end of some phases, over the number of sessions so far.

    Parameters
    ----------
    run : Dataset
        As `mirrorsys.simulate` returns it.
    state : str
        For example ``"pathway"``.
    phases : str or collection of str
        The names of the phases at whose ends the state is wanted.
    count : str
        The name of the phases that are counted; it becomes the dimension.
    person : str, optional
        Needed if the run has persons.

    Raises
    ------
    ValueError
        If the run has no phase of those names.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    >>> run = ms.simulate(dyad, protocol=ms.protocols.weekly_sessions(3))
    >>> after = ms.plot.phase_ends(run, "pathway", ("before", "session"), person="client")
    >>> dict(zip(after.session.values.tolist(), after.values.round(2).tolist()))
    {0: 0.1, 1: 0.15, 2: 0.19, 3: 0.22}
    """
    names = run["phase_name"].values.astype(str)
    wanted = np.flatnonzero(np.isin(names, [phases] if isinstance(phases, str) else list(phases)))
    if not wanted.size or count not in names:
        raise ValueError(
            f"`phases` is {phases!r} and `count` {count!r}; the phases of this run are "
            f"{sorted(set(names.tolist()))}."
        )
    ends = run[f"{state}_at_end"].isel(phase=wanted)
    if person is not None:
        ends = ends.sel(person=person)
    so_far = np.cumsum(names == count)[wanted]
    return xr.DataArray(
        ends.values, {count: so_far}, dims=count, name=state, attrs=run[state].attrs
    )


def since(run: xr.Dataset, start: float) -> xr.Dataset:
    """Return a run whose clock is zero at `start`, to compare it with others.

    Parameters
    ----------
    run : Dataset
        As `mirrorsys.simulate` returns it.
    start : float
        In the time unit of the run.
    """
    clocks = [
        name for name in ("time", "phase_begin", "phase_end", "event_time") if name in run.coords
    ]
    return run.assign_coords({name: run[name].copy(data=run[name] - start) for name in clocks})


def _label(variable: xr.DataArray) -> str:
    """Return the name of a variable with its unit, if it has one: counts have none."""
    unit = variable.attrs.get("units")
    return axis_label(str(variable.name), unit) if unit else str(variable.name)
