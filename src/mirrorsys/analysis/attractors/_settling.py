"""Settling: many trajectories, followed until each has reached an attractor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.analysis._results import Equilibrium
from mirrorsys.analysis.attractors._attractors import Attractor, Flow, Neighbourhood, neighbourhood
from mirrorsys.analysis.attractors._recurrences import settled_on
from mirrorsys.flow._engines import chosen_engine, settings_for

__all__ = ["Settling", "flow_of"]

Array = NDArray[np.float64]
FIRST, LIMIT = 2.0, 400.0  # times 1 over the slowest rate of an equilibrium: rounds, patience
CROSSINGS = 20.0  # of the box at median speed: the time scale without stable equilibria
GROWTH, AS_LONG = 1.5, 3  # of rounds, from one to the next, after so many
MOST_ATTRACTORS = 20
MAX_STEPS = 1_000_000  # in one round
AT_REST = 1e-6  # sides of the box


def flow_of(
    system: System,
    params: Mapping[str, float] | None,
    *,
    rtol: float,
    atol: float,
    engine: str,
) -> Flow:
    """Return a system with its numbers and settings."""
    if engine == "taylor":
        raise ValueError("`engine` is 'taylor', which takes one trajectory at a time; give 'auto'.")
    name, _, _ = chosen_engine(engine)
    settings = settings_for(name, None, rtol, atol, MAX_STEPS)
    parameters, inputs = parameter_and_input_values(system, params)
    ranges = np.array([state.range for state in system.states])
    is_finite = np.isfinite(ranges).all(axis=1)
    width = np.where(is_finite, ranges[:, 1] - ranges[:, 0], 1.0)
    values = np.array([state.value for state in system.states])
    middle = np.where(
        is_finite, np.where(is_finite[:, np.newaxis], ranges, 0.0).mean(axis=1), values
    )
    return Flow(
        system, np.array(list(parameters.values()), dtype=float),
        np.array(list(inputs.values()), dtype=float), settings, name,
        np.where(width > 0, width, 1.0), middle,
    )  # fmt: skip


@dataclass
class Settling:
    """Many trajectories on their way to attractors.

    Parameters
    ----------
    flow : Flow
    equilibria : tuple of Equilibrium
        The stable ones are the first attractors.
    states : ndarray, shape (n_start, n_state)
    patience : float, optional
        How long to follow a trajectory.

    Attributes
    ----------
    attractors : list of Attractor
    label : ndarray of int, shape (n_start,)
        The number of the attractor of each, -1 as long as it has none.
    why : dict of str to int
        How many will have none, by reason.
    """

    flow: Flow
    equilibria: tuple[Equilibrium, ...]
    states: Array
    patience: float | None = None
    attractors: list[Attractor] = field(default_factory=list)
    label: NDArray[np.int64] = field(init=False)
    why: dict[str, int] = field(default_factory=dict)
    hopeless: NDArray[np.bool_] = field(init=False)
    around: list[Neighbourhood | None] = field(init=False, default_factory=list)
    window: float = field(init=False)
    is_limited: bool = field(init=False)

    def __post_init__(self) -> None:
        self.states = self.states.copy()
        self.label = np.full(len(self.states), -1)
        self.hopeless = np.zeros(len(self.states), dtype=bool)
        for point in self.equilibria:
            if point.is_stable:
                center = np.array(list(point.state.values()))
                self.attractors.append(
                    Attractor("equilibrium", dict(point.state), point.stability,
                              points=center[np.newaxis])
                )  # fmt: skip
                self.around.append(neighbourhood(self.flow, point))
        self.window = self._time_scale()
        slowest = self._relaxation(max)
        self.is_limited = self.patience is not None
        if self.patience is None:
            self.patience = LIMIT * (slowest if slowest else self.window)

    def _relaxation(self, choose: Any) -> float:
        """Return the shortest or longest relaxation time of the stable equilibria, or 0."""
        rates = [-float(e.eigenvalues.real.max()) for e in self.equilibria if e.is_stable]
        return choose(1 / rate for rate in rates) if rates else 0.0

    def _time_scale(self) -> float:
        """Return how long the first round should be."""
        if shortest := self._relaxation(min):
            return FIRST * shortest
        speeds = np.abs(self.flow.rates(self.states) / self.flow.scale).max(axis=1)
        speeds = speeds[np.isfinite(speeds) & (speeds > 0)]
        return CROSSINGS / float(np.median(speeds)) if speeds.size else CROSSINGS

    @property
    def open(self) -> NDArray[np.int64]:
        """Which trajectories have no attractor yet, and may still get one."""
        return np.flatnonzero((self.label < 0) & ~self.hopeless)

    def run(self) -> None:
        """Follow all trajectories until they have settled or patience is over."""
        assert self.patience is not None
        passed, step, round_number = 0.0, self.window, 0
        self._settle(self.open)
        while self.open.size and passed < self.patience:
            step = min(step, self.patience - passed)
            before = self.open.size
            self._carry(self.open, step)
            passed, round_number = passed + step, round_number + 1
            if round_number >= AS_LONG:
                step *= GROWTH
                if self.open.size == before and not self._explore():
                    break
        while self.open.size and not self.is_limited and self._explore():
            pass
        self._give_up(self.open, "not settled within `duration`")

    def _carry(self, rows: NDArray[np.int64], duration: float) -> None:
        states, is_alive = self.flow.carry(self.states[rows], duration)
        self.states[rows] = states
        escaped: NDArray[np.bool_] = self.flow.has_escaped(states)
        if escaped.any():
            self.label[rows[escaped]] = self._number_of_escape()
        failed = rows[~(is_alive | escaped)]
        self._give_up(failed, "the integrator could not go on")
        self._settle(self.open)

    def _number_of_escape(self) -> int:
        for number, each in enumerate(self.attractors):
            if each.kind == "escapes":
                return number
        nowhere = dict.fromkeys(self.flow.system.state_names, math.nan)
        self._add(Attractor("escapes", nowhere, "unbounded"))
        return len(self.attractors) - 1

    def _add(self, attractor: Attractor) -> None:
        self.attractors.append(attractor)
        self.around.append(None)

    def _settle(self, rows: NDArray[np.int64]) -> None:
        """Give their attractor to trajectories that have reached it."""
        for number, (attractor, around) in enumerate(
            zip(self.attractors, self.around, strict=True)
        ):
            rows = rows[self.label[rows] < 0]
            if not rows.size or attractor.kind == "escapes":
                continue
            states = self.states[rows]
            is_there = around.holds(states) if around else self._is_near(states, attractor.points)
            self.label[rows[is_there]] = number

    def _is_near(self, states: Array, points: Array) -> NDArray[np.bool_]:
        """Return which states lie on the points of an attractor, within twice their spacing."""
        from scipy.spatial import KDTree  # SciPy is slow to import

        scaled = points / self.flow.scale
        if len(points) > 1:
            between = np.linalg.norm(np.diff(scaled, axis=0), axis=1)
            spacing = 2 * float(np.median(between))
        else:
            spacing = AT_REST
        distance, _ = KDTree(scaled).query(states / self.flow.scale)
        return np.asarray(distance <= max(spacing, AT_REST))

    def _explore(self) -> bool:
        """Follow one trajectory to whatever it settles on; tell whether that helped."""
        row = int(self.open[0])
        if self._rests_unstably(row):
            self._give_up(np.array([row]), "at an unstable equilibrium, or on its way there")
            return True
        if len(self.attractors) >= MOST_ATTRACTORS:
            self._give_up(self.open, f"beyond {MOST_ATTRACTORS} attractors")
            return False
        found = settled_on(self.flow, self.states[row], 5 * self.window)
        if isinstance(found, str):
            self._give_up(np.array([row]), found)
            return True
        if found.kind == "escapes":
            self.label[row] = self._number_of_escape()
            return True
        self.label[row] = self._number_of(found)
        self._settle(self.open)
        return True

    def _number_of(self, found: Attractor) -> int:
        """Return the number of an attractor, which may have been found before."""
        for number, each in enumerate(self.attractors):
            if each.kind == found.kind and self._is_near(found.points, each.points).mean() > 0.5:
                return number
        self._add(found)
        return len(self.attractors) - 1

    def _rests_unstably(self, row: int) -> bool:
        points = [list(e.state.values()) for e in self.equilibria if not e.is_stable]
        if not points:
            return False
        gaps = np.abs(np.array(points) - self.states[row]) / self.flow.scale
        return bool((gaps.max(axis=1) < AT_REST).any())

    def _give_up(self, rows: NDArray[np.int64], why: str) -> None:
        if rows.size:
            self.hopeless[rows] = True
            self.why[why] = self.why.get(why, 0) + int(rows.size)
