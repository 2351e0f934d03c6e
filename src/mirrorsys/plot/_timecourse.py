"""Quantities of one person over time, and the phases of a protocol behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from mirrorsys.plot._labels import axis_label, times_in
from mirrorsys.plot._style import LINE_STYLES, PALETTE

__all__ = ["Phases", "TimeCourse", "phases", "timecourse"]


class TimeCourse(NamedTuple):
    """The lines of a time course, one for each quantity."""

    lines: tuple[Line2D, ...]


class Phases(NamedTuple):
    """The shaded phases, and their names where these are written."""

    spans: tuple[Patch, ...]
    names: tuple[Text, ...]


def timecourse(
    run: xr.Dataset,
    quantities: str | Iterable[str] = ("threat", "soothing"),
    *,
    person: str | None = None,
    time_unit: str | None = None,
    ax: Axes | None = None,
    **line_style: Any,
) -> TimeCourse:
    """Draw quantities of one person over time.

    Parameters
    ----------
    run : Dataset
        As `mirrorsys.simulate` returns it, or a part of it.
    quantities : str or iterable of str
        Variables of `run` over time; all of one unit.
    person : str, optional
        Who; needed if the run has several persons.
    time_unit : {"s", "min", "h", "d"}, optional
        By default the unit of the run.
    ax : Axes, optional
        By default the current axes.
    **line_style
        Goes to `Axes.plot`, over the colour and line style of each quantity.

    Returns
    -------
    TimeCourse
        The lines, labelled with their quantities.

    Raises
    ------
    ValueError
        If a quantity or the person is unknown, or the units differ.
    """
    ax = plt.gca() if ax is None else ax
    names = (quantities,) if isinstance(quantities, str) else tuple(quantities)
    columns = [_of_person(run, name, person) for name in names]
    units = {str(column.attrs.get("units", "1")) for column in columns}
    if len(units) != 1:
        raise ValueError(
            f"`quantities` {list(names)} have the units {sorted(units)}; draw those of one unit "
            "on one pair of axes."
        )
    times, unit = times_in(run["time"], time_unit)
    lines = tuple(
        ax.plot(times, column, **{**look(name), **line_style})[0]
        for name, column in zip(names, columns, strict=True)
    )
    what = names[0] if len(names) == 1 else "level"
    ax.set(xlabel=axis_label("time", unit), ylabel=axis_label(what, units.pop()))
    return TimeCourse(lines)


def look(name: str) -> dict[str, Any]:
    """Return colour, line style and label of a quantity."""
    return {
        "color": PALETTE.get(name, PALETTE["stressor"]),
        "linestyle": LINE_STYLES.get(name, "-"),
        "label": name.replace("_", " "),
    }


def _of_person(run: xr.Dataset, name: str, person: str | None) -> xr.DataArray:
    """Return a variable over time of one person, or say what is wrong with the request."""
    drawable = [str(each) for each in run.data_vars if "time" in run[each].dims]
    if name not in drawable:
        raise ValueError(f"`quantities` names {name!r}; the run has {drawable}.")
    column = run[name]
    for dimension in ("person", "pair"):
        if dimension not in column.dims:
            continue
        known = [str(each) for each in column[dimension].values]
        if person not in known:
            raise ValueError(
                f"`person` is {person!r}; {name!r} belongs to {known}: choose one of them."
            )
        column = column.sel({dimension: person})
    return column


def phases(
    run: xr.Dataset,
    names: Collection[str] | None = None,
    *,
    written: bool = False,
    time_unit: str | None = None,
    ax: Axes | None = None,
    **span_style: Any,
) -> Phases:
    """Shade phases of the protocol behind a time course.

    Parameters
    ----------
    run : Dataset
        As `mirrorsys.simulate` returns it, or a part of it: phases outside its times
        are left out.
    names : collection of str, optional
        Which phases. By default those in which anybody is in contact.
    written : bool
        Whether the name of each phase stands at its top.
    time_unit : {"s", "min", "h", "d"}, optional
        By default the unit of the run.
    ax : Axes, optional
        By default the current axes.
    **span_style
        Goes to `Axes.axvspan`.

    Returns
    -------
    Phases

    Raises
    ------
    ValueError
        If no phase of the run has one of the `names`.
    """
    ax = plt.gca() if ax is None else ax
    chosen = _chosen(run, names)
    begins, _ = times_in(run["phase_begin"], time_unit)
    ends, _ = times_in(run["phase_end"], time_unit)
    times, _ = times_in(run["time"], time_unit)
    begins, ends = (np.clip(each, times[0], times[-1]) for each in (begins, ends))
    seen = [i for i in chosen if begins[i] < ends[i]]
    look = {"facecolor": PALETTE["contact"], "edgecolor": "none", "zorder": 0, **span_style}
    spans = tuple(ax.axvspan(begins[i], ends[i], **look) for i in seen)
    labels = [str(run["phase_name"].values[i]) for i in seen] if written else []
    texts = tuple(
        ax.text(
            (begins[i] + ends[i]) / 2, 0.98, label, transform=ax.get_xaxis_transform(),
            ha="center", va="top", fontsize="small", color=PALETTE["stressor"],
        )
        for i, label in zip(seen, labels, strict=False)
    )  # fmt: skip
    return Phases(spans, texts)


def _chosen(run: xr.Dataset, names: Collection[str] | None) -> list[int]:
    """Return the numbers of the phases of these names, or of those in contact."""
    known = [str(name) for name in run["phase_name"].values]
    if names is not None:
        chosen = [i for i, name in enumerate(known) if name in names]
        if not chosen:
            raise ValueError(
                f"`names` is {list(names)}, but the phases are called {sorted(set(known))}."
            )
        return chosen
    if "contact" not in run:
        return []
    times = run["time"].values
    others = [each for each in run["contact"].dims if each != "time"]
    contact = run["contact"].max(others).values
    edges = zip(run["phase_begin"].values, run["phase_end"].values, strict=True)
    # At an edge a value belongs to the phase that begins there.
    return [i for i, (a, b) in enumerate(edges) if (contact[(times >= a) & (times < b)] > 0).any()]
