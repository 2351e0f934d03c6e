"""cycle_branch: a cycle followed in a parameter, from birth to death."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis.bifurcation._checks import (
    LONGEST,
    check_inside,
    check_number,
    check_owner,
    check_whole,
)
from mirrorsys.analysis.bifurcation._collocation import Collocation
from mirrorsys.analysis.bifurcation._curve import Curve, Node, Steps, corrected, follow, node_at
from mirrorsys.analysis.bifurcation._cycle import Cycle, goes_on
from mirrorsys.analysis.bifurcation._cycle_endings import cycle_ending
from mirrorsys.analysis.bifurcation._cycle_points import LETTERS, special_cycles
from mirrorsys.analysis.bifurcation._cycle_results import CycleBranch
from mirrorsys.analysis.bifurcation._cycle_starts import beside_hopf, cycle_scale
from mirrorsys.analysis.bifurcation._doubling import beside_doubling
from mirrorsys.analysis.bifurcation._field import field, followed
from mirrorsys.analysis.bifurcation._mesh import remeshed, solved
from mirrorsys.analysis.bifurcation._orbit import PeriodicOrbit, orbit_of
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint, named

__all__ = ["cycle_branch"]

Array = NDArray[np.float64]
SIZES = (0.01, 0.003, 0.001, 3e-4, 1e-4, 3e-5)  # of the diagram: first cycle beside a Hopf point
BIRTHS = ("hopf", "period doubling")  # where a branch of cycles begins
KEPT = 4  # nodes on one mesh, while it is good enough
FINEST = 8  # times the intervals asked for


def cycle_branch(
    system: System,
    start: SpecialPoint | PeriodicOrbit,
    parameter: str,
    bounds: tuple[float, float],
    *,
    n_intervals: int = 40,
    longest_step: float = 0.05,
    tol: float = 1e-7,
    max_period: float | None = None,
    max_points: int = 400,
) -> CycleBranch:
    """Follow a cycle in a parameter.

    Parameters
    ----------
    system : System
    start : SpecialPoint or PeriodicOrbit
        A Hopf point or a period doubling over the same parameter, where the cycle is born; or a
        cycle, which is followed in both directions.
    parameter : str
        A parameter, or an input held constant.
    bounds : (float, float)
        Where it is followed.
    n_intervals : int, keyword-only
        Of the mesh, which moves along with the cycle.
    longest_step : float, keyword-only
        Of arclength, as a part of the diagram.
    tol : float, keyword-only
        Of the estimated error, relative to the diagram; the mesh is refined up to eight times
        the intervals to meet it.
    max_period : float, optional, keyword-only
        Where to stop; by default a hundred times the first period.
    max_points : int, keyword-only
        In each direction.

    Returns
    -------
    CycleBranch
        With the Floquet multipliers of every cycle, folds of cycles, period doublings,
        Neimark-Sacker and branch points located, and what happens at the ends in words: the cycle
        shrinks to an equilibrium, or grows toward a homoclinic orbit.

    Raises
    ------
    ValueError
        If an argument does not fit. What fails numerically is said by `ends`.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> brusselator = ms.models.zoo.brusselator()
    >>> hopf = ms.bifurcation.equilibrium_branches(brusselator, "B", (1, 3))["H1"]
    >>> cycles = ms.bifurcation.cycle_branch(brusselator, hopf, "B", (1, 3))
    >>> cycles.ends
    ('begins at H1', 'reaches the bound B = 3')
    """
    name, span = followed(system, parameter, bounds)
    _check_start(system, start, name, span)
    n_intervals = check_whole("n_intervals", n_intervals, 4)
    longest_step = check_number("longest_step", longest_step, LONGEST)
    tol = check_number("tol", tol, 1.0)
    max_points = check_whole("max_points", max_points, 1)
    if max_period is not None:
        max_period = check_number("max_period", max_period)
    steps = Steps(
        longest=longest_step, first=min(0.01, longest_step), turn=0.4, shortest=1e-7, tol=1e-10,
        most_points=max_points,
    )  # fmt: skip
    return _Cycles(system, name, span, start, n_intervals, steps, tol, max_period).branch()


def _check_start(system: System, start: Any, name: str, bounds: tuple[float, float]) -> None:
    if isinstance(start, SpecialPoint):
        if start.kind not in BIRTHS or start.followed != (name,):
            raise ValueError(
                f"`start` is {start!r}; give a Hopf point or a period doubling over {name!r}, "
                "or a cycle."
            )
        check_owner("start", start, start.state, system)
    elif isinstance(start, PeriodicOrbit) and start.collocation is not None:
        check_owner("start", start, start.highest, system)
    else:
        raise TypeError(
            f"`start` is {start!r}; give a Hopf point, a period doubling or a PeriodicOrbit."
        )
    check_inside("bounds", name, start.params.get(name, system[name].value), bounds)


class _Cycles:
    """One branch of cycles."""

    def __init__(
        self, system: System, name: str, bounds: tuple[float, float],
        start: SpecialPoint | PeriodicOrbit, n_interval: int, steps: Steps,
        tol: float, max_period: float | None,
    ) -> None:  # fmt: skip
        self.system, self.name, self.bounds, self.steps = system, name, bounds, steps
        self.start, self.n_interval, self.tol = start, n_interval, tol
        self.params, self.n_kept = dict(start.params), 0
        self.field = field(system, (name,), self.params)
        first = start.period
        self.max_period = 100 * first if max_period is None else max_period

    # ---- following -----------------------------------------------------------------------

    def branch(self) -> CycleBranch:
        is_point = isinstance(self.start, SpecialPoint)
        begun = self._from_point() if is_point else self._from_orbit()
        if isinstance(begun, str):
            return self._result([], (begun, begun))
        nodes, ends = begun
        return self._result([Cycle(node) for node in nodes], ends)

    def _from_point(self) -> tuple[list[Node], tuple[str, str]] | str:
        point = self.start
        assert isinstance(point, SpecialPoint)
        found = self._beside(point)
        if found is None:
            return f"stopped: no cycle was found beside {point.name} ({point.kind})"
        collocation, z, along = found
        node = node_at(collocation, z, along)
        if node is None:
            return f"stopped: the equations are singular beside {point.name} ({point.kind})"
        forth = self._follow(node)
        return forth.nodes, (f"begins at {point.name}", forth.status)

    def _beside(self, point: SpecialPoint) -> tuple[Collocation, Array, Array] | None:
        if point.kind == "hopf":
            scale = cycle_scale(self.field, point.y[: self.field.n], point.period, self._span)
            return beside_hopf(self.field, point, self.n_interval, scale, SIZES)
        orbit = point.orbit
        assert orbit is not None
        assert orbit.collocation is not None
        return beside_doubling(orbit.collocation, orbit.z, SIZES)

    def _from_orbit(self) -> tuple[list[Node], tuple[str, str]] | str:
        orbit = self.start
        assert isinstance(orbit, PeriodicOrbit)
        old = orbit.collocation
        assert old is not None
        profile, period, _ = old.parts(orbit.z)
        at = orbit.params.get(self.name, self.system[self.name].value)
        middle = profile.mean(axis=(1, 2))
        scale = cycle_scale(self.field, middle, period, self._span)
        new = Collocation(self.field, old.mesh, old.degree, profile, scale)
        new, z = remeshed(new, profile, period, np.array([at]), max(self.n_interval, 10))
        z_solved = solved(new, z)
        if z_solved is None:
            return "stopped: Newton's method does not converge at the first cycle"
        along = np.zeros_like(z)
        along[-1] = 1.0
        node = node_at(new, z_solved, along)
        if node is None:
            return "stopped: the equations are singular at the first cycle"
        forth = self._follow(node)
        if forth.is_closed:
            return forth.nodes, (forth.status, forth.status)
        back = self._follow(Node(node.z, -node.tangent, new))
        turned = [Node(e.z, -e.tangent, e.equations, -e.length) for e in back.nodes[:0:-1]]
        return [*turned, *forth.nodes], (back.status, forth.status)

    @property
    def _span(self) -> tuple[float, ...]:
        return (self.bounds[1] - self.bounds[0],)

    def _follow(self, node: Node) -> Curve:
        ending = cycle_ending(self.bounds, self.steps, self.max_period, node)
        return follow(node, self.steps, ending, self._adapted, goes_on)

    def _adapted(self, node: Node) -> Node:
        """Return the cycle on a mesh that fits it, with its tangent."""
        old = node.equations
        assert isinstance(old, Collocation)
        profile, period, parameters = old.parts(node.z)
        self.n_kept += 1
        if self.n_kept < KEPT and old.error(profile) < self.tol:
            return node
        self.n_kept = 0
        growth = (old.error(profile) / self.tol) ** (1 / (old.degree + 1))
        count = int(old.n_interval * min(max(growth, 0.8), 1.5))
        count = min(max(count, self.n_interval), FINEST * self.n_interval)
        new, z = remeshed(old, profile, period, parameters, count)
        direction = new.unknowns(*old.carried(node.tangent, new))
        direction = direction / np.linalg.norm(direction)
        found = corrected(new, z, direction, self.steps)
        return node if found is None else Node(found.z, found.tangent, new, node.length)

    def _result(self, cycles: Sequence[Cycle], ends: tuple[str, str]) -> CycleBranch:
        points: list[SpecialPoint] = []
        for number, (left, right) in enumerate(pairwise(cycles)):
            points.extend(special_cycles(left, right, number, self.steps))
        orbits = tuple(
            orbit_of(each.collocation, each.node.z, each.status, self.params, each.multipliers)
            for each in cycles
        )
        return CycleBranch(
            system=self.system, parameter_name=self.name, bounds=self.bounds, params=self.params,
            orbits=orbits, points=named(self._complete(points), LETTERS), ends=ends,
        )  # fmt: skip

    def _complete(self, points: Sequence[SpecialPoint]) -> list[SpecialPoint]:
        return [
            replace(
                each,
                params={**self.params, **each.params},
                orbit=each.orbit and replace(each.orbit, params={**self.params, **each.params}),
            )
            for each in points
        ]
