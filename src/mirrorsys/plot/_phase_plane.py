"""The phase plane of two states: vector field, nullclines, equilibria."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.lines import Line2D
from matplotlib.quiver import Quiver
from numpy.typing import NDArray
from sympy.solvers.solveset import NonlinearError

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.analysis import Equilibrium, equilibria
from mirrorsys.kernels import expression_function, vector_field
from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import LINE_STYLES, PALETTE

__all__ = ["PhasePlane", "phase_plane"]

Array = NDArray[np.float64]


class PhasePlane(NamedTuple):
    """The artists of a phase plane.

    `equilibria` has one marker each, in the order of `mirrorsys.equilibria`; `labels`
    are the empty lines by which the nullclines appear in a legend.
    """

    x_nullcline: QuadContourSet
    y_nullcline: QuadContourSet
    field: Quiver
    equilibria: tuple[Line2D, ...]
    labels: tuple[Line2D, ...]


def phase_plane(
    system: System,
    params: Mapping[str, float] | None = None,
    *,
    x: str = "threat",
    y: str = "soothing",
    held: Mapping[str, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    n_grid: int = 241,
    n_arrows: int = 17,
    ax: Axes | None = None,
) -> PhasePlane:
    """Draw nullclines, vector field and equilibria of a system in the plane of two states.

    Every other state is either *held* at a given value or, by default, *slaved*: it has
    the value at which it rests given `x` and `y` (soothing that has followed threat,
    say), which is good for states faster than these two. An equilibrium is filled if
    it is stable and open if not, in the system with the slaved states moving.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults.
    x, y : str
        Two states.
    held : mapping of str to float, optional
        Other states that stay at a value. Slow states (pathway, signal) want it.
    box : mapping of str to (float, float), optional
        The part of the plane to draw, where it differs from the system's own box.
    n_grid, n_arrows : int
        Points along each side, for the nullclines and for the arrows. All arrows have
        one length; they show the direction of motion on the page.
    ax : Axes, optional
        By default the current axes.

    Returns
    -------
    PhasePlane

    Raises
    ------
    ValueError
        If a state is unknown, the box is not finite, or a state cannot be slaved
        because its equation is not linear in the slaved states or leaves them free.
    """
    ax = plt.gca() if ax is None else ax
    planar = system.freeze(held) if held else system
    rows = [_place(planar, x, "x"), _place(planar, y, "y")]
    if x == y:
        raise ValueError(f"`x` and `y` are both {x!r}; choose two states.")
    whole = planar.box | planar.expand(box or {}, "state")
    sides = [_finite_side(whole, name) for name in (x, y)]
    rates = _reduced_field(planar, params, x, y)

    grid = np.meshgrid(*(np.linspace(*side, n_grid) for side in sides))
    nullclines = [
        _zero_contour(ax, grid, rate, name)
        for rate, name in zip(rates(*grid)[rows], (x, y), strict=True)
    ]
    margins = [(high - low) / (2 * n_arrows) for low, high in sides]
    points = np.meshgrid(
        *(
            np.linspace(low + margin, high - margin, n_arrows)
            for (low, high), margin in zip(sides, margins, strict=True)
        )
    )
    field = _arrows(ax, points, rates(*points)[rows], sides)
    markers = _equilibria(ax, equilibria(planar, params), x, y)
    ax.set(
        xlim=sides[0], ylim=sides[1],
        xlabel=axis_label(x, planar[x].unit), ylabel=axis_label(y, planar[y].unit),
    )  # fmt: skip
    labels = (_legend_line(ax, x), _legend_line(ax, y))
    return PhasePlane(nullclines[0], nullclines[1], field, markers, labels)


def _place(system: System, name: str, argument: str) -> int:
    """Return the number of a state, or say which there are."""
    if name not in system.state_names:
        raise ValueError(
            f"`{argument}` is {name!r}; the states that move are {list(system.state_names)}."
        )
    return system.state_names.index(name)


def _finite_side(box: Mapping[str, tuple[float, float]], name: str) -> tuple[float, float]:
    low, high = box[name]
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(
            f"`box` of {name!r} is {(low, high)}; give two finite numbers, the lower one first."
        )
    return float(low), float(high)


def _reduced_field(
    system: System, params: Mapping[str, float] | None, x: str, y: str
) -> Callable[[Array, Array], Array]:
    """Return the rates of all states as a function of `x` and `y`, the others slaved."""
    field, slaved = vector_field(system, params), _slaved(system, params, x, y)

    def rates(x_values: Array, y_values: Array) -> Array:
        states = np.zeros((len(system.states), *x_values.shape))
        states[system.state_names.index(x)] = x_values
        states[system.state_names.index(y)] = y_values
        slaved(states)
        return field(states)

    return rates


def _slaved(
    system: System, params: Mapping[str, float] | None, x: str, y: str
) -> Callable[[Array], None]:
    """Return a function that fills the states other than `x` and `y` where they rest.

    Their equations must be linear in them, A z = b with A and b functions of `x` and `y`.
    """
    others = [i for i, name in enumerate(system.state_names) if name not in (x, y)]
    if not others:
        return lambda states: None
    names = [system.state_names[i] for i in others]
    advice = f"{names} cannot be slaved to {x!r} and {y!r}: "
    try:
        matrix, right = sp.linear_eq_to_matrix(
            [system.rhs[i] for i in others], [symbol(name) for name in names]
        )
    except NonlinearError:
        raise ValueError(
            f"{advice}their equations are not linear in them; hold some with `held`."
        ) from None
    n, function = len(others), expression_function(system, (*matrix, *right))
    parameters, inputs = parameter_and_input_values(system, params)
    p, u = np.array(list(parameters.values())), np.array(list(inputs.values()))

    def fill(states: Array) -> None:
        entries = np.empty((n * n + n, *states.shape[1:]))
        function(states, p, u, entries)
        a = np.moveaxis(entries[: n * n], 0, -1).reshape(*states.shape[1:], n, n)
        b = np.moveaxis(entries[n * n :], 0, -1)[..., np.newaxis]
        try:
            states[others] = np.moveaxis(np.linalg.solve(a, b)[..., 0], -1, 0)
        except np.linalg.LinAlgError:
            raise ValueError(
                f"{advice}somewhere in the plane they rest anywhere; hold some with `held`."
            ) from None

    return fill


def _zero_contour(ax: Axes, grid: Sequence[Array], rate: Array, name: str) -> QuadContourSet:
    with warnings.catch_warnings():  # a nullcline outside the box is no mistake
        warnings.filterwarnings("ignore", "No contour levels were found")
        return ax.contour(
            *grid, rate, levels=[0.0], colors=_colour(name), linestyles=[LINE_STYLES.get(name, "-")]
        )


def _legend_line(ax: Axes, name: str) -> Line2D:
    """Add an empty line by which a nullcline appears in a legend: contours cannot."""
    label = f"{name.replace('_', ' ')} nullcline"
    look = {"color": _colour(name), "linestyle": LINE_STYLES.get(name, "-"), "label": label}
    (line,) = ax.plot([], [], **look)  # type: ignore[arg-type]
    return line


def _arrows(
    ax: Axes, points: Sequence[Array], rates: Array, sides: list[tuple[float, float]]
) -> Quiver:
    """Draw arrows of one length, in the direction of motion as it looks on the page."""
    u, v = (rate / (high - low) for rate, (low, high) in zip(rates, sides, strict=True))
    length = np.hypot(u, v)
    length[length == 0] = 1.0
    return ax.quiver(
        *points, u / length, v / length, color="0.72", pivot="mid", angles="uv",
        scale=1.6 * len(points[0]), width=0.0035, zorder=0.5,
    )  # fmt: skip


def _colour(name: str) -> str:
    return PALETTE.get(name.rpartition(".")[2], PALETTE["stressor"])


def _equilibria(ax: Axes, points: tuple[Equilibrium, ...], x: str, y: str) -> tuple[Line2D, ...]:
    """Draw one marker for each equilibrium, named in the legend once of each kind."""
    markers: list[Line2D] = []
    named: set[str] = set()
    for point in points:
        kind = "stable equilibrium" if point.is_stable else "unstable equilibrium"
        look: dict[str, Any] = {"markerfacecolor": "black" if point.is_stable else "white"}
        markers += ax.plot(
            point.state[x], point.state[y], "o", color="black", markersize=6.5, zorder=5,
            clip_on=True, label="_" if kind in named else kind, **look,
        )  # fmt: skip
        named.add(kind)
    return tuple(markers)
