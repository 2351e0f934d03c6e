"""The phase portrait of a planar system: where everything goes, and what divides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.streamplot import StreamplotSet
from numpy.typing import NDArray

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number
from mirrorsys.analysis import Equilibria, equilibria
from mirrorsys.analysis.attractors._manifolds import manifolds
from mirrorsys.analysis.bifurcation import PeriodicOrbit
from mirrorsys.kernels import vector_field
from mirrorsys.plot._phase_plane import PhasePlane, phase_plane
from mirrorsys.plot._style import PALETTE

__all__ = ["PhasePortrait", "phase_portrait"]

Array = NDArray[np.float64]
N_STREAM = 81  # points along each side at which stream lines know the direction
SEPARATRIX = {"color": "black", "linewidth": 2.2, "linestyle": "-"}
OUTWARD = {"color": PALETTE["expressed_distress"], "linewidth": 1.8, "linestyle": (0, (6, 1.5))}
CYCLE: dict[str, Any] = {"color": PALETTE["pathway"], "linewidth": 2.4}
NAMES = {"stable": "stable manifold (separatrix)", "unstable": "unstable manifold"}


class PhasePortrait(NamedTuple):
    """The artists of a phase portrait.

    `manifolds` and `cycles` have one line each; `lines` are the data of the manifolds, one
    Dataset for each saddle, as `mirrorsys.analysis.manifolds` returns them.
    """

    plane: PhasePlane
    stream: StreamplotSet
    manifolds: tuple[Line2D, ...]
    cycles: tuple[Line2D, ...]
    lines: tuple[xr.Dataset, ...]


def phase_portrait(
    system: System,
    x: str | None = None,
    y: str | None = None,
    *,
    params: Mapping[str, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    cycles: PeriodicOrbit | Sequence[PeriodicOrbit] = (),
    n_grid: int = 241,
    density: float = 1.0,
    ax: Axes | None = None,
) -> PhasePortrait:
    """Draw stream lines, nullclines, equilibria, manifolds of saddles and cycles of two states.

    The stable manifold of a saddle is drawn heavily: in a plane it is the separatrix, the
    border between what goes to one side and to the other. Equilibria are filled if they are
    stable, open if they are not, half filled if they are saddles.

    Parameters
    ----------
    system : System
        With two states that move; hold the others with `System.freeze`.
    x, y : str, optional
        Which state lies across and which upwards; by default in their order.
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults.
    box : mapping of str to (float, float), optional
        The part of the plane to draw, where it differs from the system's own box.
    cycles : PeriodicOrbit or sequence of them, optional
        As `mirrorsys.bifurcation.periodic_orbit` returns them; solid if stable, dashed if not.
    n_grid : int
        Points along each side, for the nullclines.
    density : float
        Of the stream lines; see `matplotlib.axes.Axes.streamplot`.
    ax : Axes, optional
        By default the current axes.

    Returns
    -------
    PhasePortrait

    Raises
    ------
    ValueError
        If the system has not just two moving states, a name is wrong or the box not finite.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> wells = ms.System(
    ...     "wells", {"x": "y", "y": "x - x**3 - y"}, box={"x": (-2, 2), "y": (-2, 2)}
    ... )
    >>> len(ms.plot.phase_portrait(wells).manifolds)
    4
    """
    check_system(system)
    across, upward = _two_states(system, x, y)
    if not as_number(density) > 0:
        raise ValueError(f"`density` is {density!r}; give a number of more than 0, such as 1.")
    rounds = _checked_cycles(cycles, system)
    ax = plt.gca() if ax is None else ax
    drawn = _drawn(system, box)
    plane = phase_plane(drawn, params, x=across, y=upward, n_grid=n_grid, ax=ax)
    plane.field.remove()  # stream lines say it here
    _tell_apart(plane)
    stream = _stream(ax, drawn, params, (across, upward), density)
    known = equilibria(drawn, params)
    _mark_saddles(plane, known)
    lines = tuple(
        manifolds(drawn, point, params=params, known=known)
        for point in known
        if point.stability == "saddle"
    )
    curves = tuple(_draw_manifolds(ax, lines, across, upward))
    loops = tuple(_draw_cycles(ax, rounds, across, upward))
    return PhasePortrait(plane, stream, curves, loops, lines)


def _two_states(system: System, x: str | None, y: str | None) -> tuple[str, str]:
    names = system.state_names
    if len(names) != 2:
        more = list(names[2:])
        fix = (
            f"hold some, as in system.freeze({names[-1].rpartition('.')[2]}=...)"
            if more
            else "a portrait of one state has no plane"
        )
        raise ValueError(f"`system` has the states {list(names)}; a portrait wants two: {fix}.")
    given = {"x": x, "y": y}
    for label, name in given.items():
        if name is not None and name not in names:
            raise ValueError(f"`{label}` is {name!r}; the states that move are {list(names)}.")
    if x is not None and x == y:
        raise ValueError(f"`x` and `y` are both {x!r}; choose two states.")
    if x is None and y is None:
        return names[0], names[1]
    first = x if x is not None else next(each for each in names if each != y)
    return first, next(each for each in names if each != first)


def _checked_cycles(given: Any, system: System) -> tuple[PeriodicOrbit, ...]:
    orbits = (given,) if isinstance(given, PeriodicOrbit) else tuple(given)
    for each in orbits:
        if not isinstance(each, PeriodicOrbit):
            raise TypeError(
                f"`cycles` holds {each!r}; give what mirrorsys.bifurcation.periodic_orbit returns."
            )
        if each.system.state_names != system.state_names:
            raise ValueError(
                f"`cycles` holds one of {each.system.name!r}, whose states are "
                f"{list(each.system.state_names)}; give cycles of {system.name!r}."
            )
    return orbits


def _drawn(system: System, box: Mapping[str, tuple[float, float]] | None) -> System:
    """Return the system in the part of the plane that is drawn."""
    sides = system.expand(box or {}, "state")
    if not sides:
        return system
    for name, side in sides.items():
        low, high = side
        if not (np.isfinite([low, high]).all() and low < high):
            raise ValueError(
                f"`box` of {name!r} is {side}; give two finite numbers, the lower one first."
            )
    middle = {name: (low + high) / 2 for name, (low, high) in sides.items()}
    return system.replace(box=sides, initial=middle)


def _stream(
    ax: Axes,
    system: System,
    params: Mapping[str, float] | None,
    names: tuple[str, str],
    density: float,
) -> StreamplotSet:
    """Draw stream lines, in the direction of motion as it looks on the page."""
    sides = [system.box[name] for name in names]
    x, y = (np.linspace(*side, N_STREAM) for side in sides)
    grid = dict(zip(names, np.meshgrid(x, y), strict=True))
    states = np.array([grid[name] for name in system.state_names])
    rates = dict(zip(system.state_names, vector_field(system, params)(states), strict=True))
    # matplotlib steps by speed: rates of very different size would be lost beside each other.
    u, v = (rates[name] for name in names)
    speed = np.hypot(u / np.ptp(sides[0]), v / np.ptp(sides[1]))
    speed[speed == 0] = 1.0
    return ax.streamplot(x, y, u / speed, v / speed, color="0.78", linewidth=0.7, arrowsize=0.7,
                         density=density, zorder=0.5)  # fmt: skip


def _tell_apart(plane: PhasePlane) -> None:
    """Dash one nullcline where both states have the same colour."""
    first, second = plane.labels
    if first.get_color() == second.get_color():
        plane.y_nullcline.set_linestyle("--")
        second.set_linestyle("--")


def _mark_saddles(plane: PhasePlane, known: Equilibria) -> None:
    """Fill the markers of saddles by half, and name the kinds anew, each once."""
    named: set[str] = set()
    for marker, point in zip(plane.equilibria, known, strict=True):
        kind = "stable equilibrium" if point.is_stable else "unstable equilibrium"
        if point.stability.startswith("saddle"):
            kind = "saddle"
            marker.set(fillstyle="left", markerfacecolor="black", markerfacecoloralt="white")
        marker.set(label="_" if kind in named else kind, markersize=7.5, clip_on=False)
        named.add(kind)


def _draw_manifolds(ax: Axes, lines: Sequence[xr.Dataset], x: str, y: str) -> list[Line2D]:
    drawn: list[Line2D] = []
    named: set[str] = set()
    for found in lines:
        for name in found["manifold"].values:
            branch = found.sel(manifold=name)
            kind = str(branch["kind"].item())
            look: dict[str, Any] = SEPARATRIX if kind == "stable" else OUTWARD
            label = "_" if kind in named else NAMES[kind]
            drawn += ax.plot(branch[x], branch[y], label=label, zorder=3, **look)
            named.add(kind)
    return drawn


def _draw_cycles(ax: Axes, orbits: Sequence[PeriodicOrbit], x: str, y: str) -> list[Line2D]:
    drawn: list[Line2D] = []
    named: set[str] = set()
    for orbit in orbits:
        states = dict(zip(orbit.system.state_names, orbit.at(_moments(orbit)), strict=True))
        kind = "stable cycle" if orbit.is_stable else "unstable cycle"
        drawn += ax.plot(
            states[x], states[y], zorder=2.5, linestyle="-" if orbit.is_stable else (0, (3, 2)),
            label="_" if kind in named else kind, **CYCLE,
        )  # fmt: skip
        named.add(kind)
    return drawn


def _moments(orbit: PeriodicOrbit) -> Array:
    """Return times dense enough for a smooth line: some between any two nodes."""
    fine = np.linspace(0, 1, 8, endpoint=False)
    return np.append((orbit.times[:-1, None] + fine * np.diff(orbit.times)[:, None]).ravel(), 0.0)
