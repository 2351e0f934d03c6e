"""Bifurcation diagrams: branches over one parameter, curves in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from mirrorsys.analysis.bifurcation import BifurcationCurve, Branches, CycleBranch
from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import PALETTE

__all__ = ["BifurcationDiagram", "TwoParameterChart", "bifurcation_diagram", "two_parameter_chart"]

CYCLES = PALETTE["expressed_distress"]
MARKERS = {
    "fold": "s", "hopf": "o", "branch point": "D", "neutral saddle": "x", "cusp": "^",
    "bogdanov-takens": "v", "generalised hopf": "P", "zero-hopf": "X", "hopf-hopf": "*",
}  # fmt: skip
CURVES = {
    "fold": (PALETTE["threat"], "-", "fold"),
    "hopf": (PALETTE["pathway"], (0, (6, 2)), "Hopf"),
    "neutral saddle": (PALETTE["fatigue"], ":", "neutral saddle"),
}
UNSEEN = {"neutral saddle"}  # nothing changes there that could be seen


class BifurcationDiagram(NamedTuple):
    """What `bifurcation_diagram` drew."""

    branches: list[Line2D]
    cycles: list[Line2D]
    points: list[Line2D]
    labels: list[Annotation]


class TwoParameterChart(NamedTuple):
    """What `two_parameter_chart` drew."""

    curves: list[Line2D]
    points: list[Line2D]
    labels: list[Annotation]


def bifurcation_diagram(
    branches: Branches | xr.Dataset,
    state: str | None = None,
    *,
    cycles: Sequence[CycleBranch | xr.Dataset] | CycleBranch | xr.Dataset = (),
    labels: bool = True,
    color: str = "black",
    label: str | None = None,
    ax: Axes | None = None,
) -> BifurcationDiagram:
    """Draw branches of equilibria over their parameter: solid where stable, dashed where not.

    Parameters
    ----------
    branches : Branches or Dataset
        As `mirrorsys.bifurcation.equilibrium_branches` returns them, or their ``to_dataset()``.
    state : str, optional
        What is drawn upwards; by default the first state.
    cycles : CycleBranch or Dataset, or sequence of them, optional
        Their highest and lowest values are drawn, thick where stable, thin and dashed where not.
    labels : bool
        Whether special points carry their names.
    color : str
        Of the equilibria, so that two diagrams can share one `ax`.
    label : str, optional
        For a legend.
    ax : Axes, optional
        By default the current one.

    Returns
    -------
    BifurcationDiagram
        Its artists.

    Raises
    ------
    ValueError
        If there is no such state.
    """
    table = branches.to_dataset() if isinstance(branches, Branches) else branches
    names = [str(each) for each in table["state"].values]
    state = names[0] if state is None else state
    if state not in names:
        raise ValueError(f"`state` is {state!r}; the branches have {names}.")
    ax = plt.gca() if ax is None else ax
    parameter = str(table.attrs["parameter"])
    lines = [
        ax.plot(x, y, color=color, linestyle="-" if is_stable else (0, (4, 2)),
                linewidth=2.0 if is_stable else 1.0)[0]
        for x, y, is_stable in _stretches(table, parameter, state)
    ]  # fmt: skip
    if label is not None and lines:
        lines[0].set_label(label)
    both = cycles if isinstance(cycles, Sequence) else (cycles,)
    for each in both:
        if not isinstance(each, CycleBranch | xr.Dataset):
            raise TypeError(
                f"`cycles` holds a {type(each).__name__}; give what cycle_branch returns, or its "
                "`to_dataset()`."
            )
    waves = [line for each in both for line in _draw_cycles(each, parameter, state, ax)]
    points, texts = _draw_points(table, state, labels, ax)
    ax.set(
        xlabel=axis_label(parameter, str(table[parameter].attrs.get("units", "1"))),
        ylabel=axis_label(state, str(table[state].attrs.get("units", "1"))),
    )
    return BifurcationDiagram(lines, waves, points, texts)


def _stretches(
    table: xr.Dataset, parameter: str, state: str
) -> Iterator[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], bool]]:
    """Yield stretches of one stability, each with the first point of the next."""
    branch, word = table["branch"].values, table["stability"].values
    x, y = table[parameter].values, table[state].values
    change = (np.diff(branch) != 0) | (word[1:] != word[:-1])
    edges = [0, *(np.flatnonzero(change) + 1).tolist(), branch.size]
    for begin, end in pairwise(edges):
        joined = end < branch.size and branch[end] == branch[begin]
        last = end + 1 if joined else end
        yield x[begin:last], y[begin:last], bool(word[begin] == "stable")


def _draw_cycles(
    given: CycleBranch | xr.Dataset, parameter: str, state: str, ax: Axes
) -> list[Line2D]:
    table = given.to_dataset() if isinstance(given, CycleBranch) else given
    if table.sizes["orbit"] == 0:
        return []
    x = table[parameter].values
    stable = table["stability"].values == "stable"
    edges = [0, *(np.flatnonzero(np.diff(stable)) + 1).tolist(), x.size]
    drawn = []
    for begin, end in pairwise(edges):
        last = min(end + 1, x.size)
        for extreme in ("highest", "lowest"):
            y = table[extreme].sel(state=state).values[begin:last]
            look = ("-", 2.5) if stable[begin] else ((0, (2, 2)), 0.9)
            drawn += ax.plot(
                x[begin:last], y, color=CYCLES, linestyle=look[0], linewidth=look[1], zorder=1.9
            )
    return drawn


def _draw_points(
    table: xr.Dataset, state: str, labels: bool, ax: Axes
) -> tuple[list[Line2D], list[Annotation]]:
    if "special" not in table.sizes:
        return [], []
    kinds = table["special_kind"].values.tolist()
    places = zip(
        table["special"].values.tolist(), kinds, table["special_parameter"].values,
        table["special_state"].sel(state=state).values, strict=True,
    )  # fmt: skip
    return _marked([each for each in places if each[1] not in UNSEEN], labels, ax)


def _marked(
    places: Sequence[tuple[str, str, float, float]], labels: bool, ax: Axes
) -> tuple[list[Line2D], list[Annotation]]:
    points, texts = [], []
    for name, kind, x, y in places:
        points += ax.plot(
            [x], [y], marker=MARKERS.get(kind, "o"), color="black", markersize=5.5,
            markerfacecolor="white", linestyle="none", zorder=3,
        )  # fmt: skip
        if labels:
            texts.append(
                ax.annotate(
                    name, (x, y), xytext=(5, 5), textcoords="offset points", fontsize=8, zorder=4
                )
            )
    return points, texts


def two_parameter_chart(
    curves: Sequence[BifurcationCurve | xr.Dataset] | BifurcationCurve | xr.Dataset,
    *,
    swapped: bool = False,
    labels: bool = True,
    ax: Axes | None = None,
) -> TwoParameterChart:
    """Draw curves of folds and Hopf points in the plane of their two parameters.

    Parameters
    ----------
    curves : BifurcationCurve or Dataset, or sequence of them
        As `mirrorsys.bifurcation.fold_curve` and `hopf_curve` return them, or their
        ``to_dataset()``; all in the same two parameters.
    swapped : bool
        Whether the second parameter lies across and the first upwards.
    labels : bool
        Whether points of codimension two carry their names.
    ax : Axes, optional
        By default the current one.

    Returns
    -------
    TwoParameterChart
        Its artists.

    Raises
    ------
    ValueError
        If there is no curve, or they lie in different planes.
    """
    given = [curves] if isinstance(curves, BifurcationCurve | xr.Dataset) else curves
    tables = [each.to_dataset() if isinstance(each, BifurcationCurve) else each for each in given]
    planes = {tuple(str(each.attrs["parameters"]).split(" ")) for each in tables}
    if len(planes) != 1:
        raise ValueError(f"`curves` lie in the planes {sorted(planes)}; give curves in one plane.")
    ax = plt.gca() if ax is None else ax
    plane = planes.pop()
    x, y = reversed(plane) if swapped else plane
    lines: list[Line2D] = []
    points: list[Line2D] = []
    texts: list[Annotation] = []
    seen: set[str] = set()
    for table in tables:
        lines += _draw_curve(table, x, y, ax, seen)
        made = _marked(list(_new_places(table, x, y, points)), labels, ax)
        points += made[0]
        texts += made[1]
    units = [str(tables[0][name].attrs.get("units", "1")) for name in (x, y)]
    ax.set(xlabel=axis_label(x, units[0]), ylabel=axis_label(y, units[1]))
    return TwoParameterChart(lines, points, texts)


def _draw_curve(table: xr.Dataset, x: str, y: str, ax: Axes, seen: set[str]) -> list[Line2D]:
    is_hopf = np.isfinite(table["frequency"].values)
    if table.attrs["kind"] == "fold":
        masks: Mapping[str, Any] = {"fold": np.ones(is_hopf.size, dtype=bool)}
    else:
        masks = {"hopf": is_hopf, "neutral saddle": ~is_hopf}
    drawn = []
    for kind, mask in masks.items():
        if mask.any():
            colour, dashes, word = CURVES[kind]
            label = None if kind in seen else word
            seen.add(kind)
            across, up = (np.where(mask, table[name].values, np.nan) for name in (x, y))
            drawn += ax.plot(across, up, color=colour, linestyle=dashes, label=label)
    return drawn


def _new_places(
    table: xr.Dataset, x: str, y: str, drawn: Sequence[Line2D]
) -> Iterator[tuple[str, str, float, float]]:
    """Yield the special points of a curve that another curve has not brought yet."""
    if "special" not in table.sizes:
        return
    known = [np.ravel(line.get_xydata()) for line in drawn]
    for index, name in enumerate(table["special"].values.tolist()):
        place = [float(table[f"special_{each}"].values[index]) for each in (x, y)]
        if not any(np.allclose(place, other, rtol=1e-6, atol=1e-9) for other in known):
            yield name, str(table["special_kind"].values[index]), place[0], place[1]
