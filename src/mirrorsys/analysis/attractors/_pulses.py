"""Pulses: a system thrown out of its calm equilibrium, at many values and heights at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirrorsys._expressions import canonical
from mirrorsys._system import System
from mirrorsys.analysis._equilibria import equilibria
from mirrorsys.analysis._results import Equilibrium
from mirrorsys.analysis.attractors._attractors import Flow, Neighbourhood, neighbourhood
from mirrorsys.analysis.attractors._settling import FIRST, GROWTH, LIMIT
from mirrorsys.flow._events import SIGN, Event
from mirrorsys.kernels import expression_function

__all__ = ["Case", "Found", "Trial", "case_of", "search", "status_of"]

Array = NDArray[np.float64]
N_BETWEEN = 7  # heights tried at once in each bracket
CALM, HIGH, NEITHER = 0, 1, 2
STATUS = {
    "found": "found: it ends in a high equilibrium",
    "restless": "found: it leaves the calm equilibrium and settles on none",
    "not monotone": "found, but some stronger pulses are withstood",
    "withstood": "no pulse up to the limit does it: it returns from all",
    "alone": "no pulse can do it: no equilibrium meets the condition",
    "no calm": "there is no calm equilibrium to start from",
}


@dataclass(frozen=True)
class Case:
    """The system at one value: where it can rest, and how each rest is recognised."""

    flow: Flow
    calm: Equilibrium | None
    quantities: tuple[float, float]  # at the calm and at the high equilibrium
    around: tuple[tuple[int, Neighbourhood], ...]
    slowest: float  # relaxation time


def case_of(system: System, params: Mapping[str, float], event: Event, flow: Flow) -> Case:
    found = [each for each in equilibria(system, params) if each.is_stable]
    values = [_quantity(flow, event, each) for each in found]
    excess = [SIGN[event.direction] * (value - event.level) for value in values]
    order = sorted(range(len(found)), key=lambda k: excess[k])
    calm = next((k for k in order if excess[k] <= 0), None)
    high = next((k for k in reversed(order) if excess[k] > 0), None)
    around = [
        (HIGH if excess[k] > 0 else CALM, own)
        for k, each in enumerate(found)
        if (own := neighbourhood(flow, each)) is not None
    ]
    return Case(
        flow,
        None if calm is None else found[calm],
        (math.nan if calm is None else values[calm], math.nan if high is None else values[high]),
        tuple(around),
        max((-1 / float(each.eigenvalues.real.max()) for each in found), default=math.nan),
    )


def _quantity(flow: Flow, event: Event, point: Equilibrium) -> float:
    function = expression_function(flow.system, (canonical(event.quantity),))
    out = np.empty(1)
    function(np.array(list(point.state.values())), flow.parameters, flow.inputs, out)
    return float(out[0])


@dataclass(frozen=True)
class Trial:
    """What is tried: pulses of one input, of one length, from the calm equilibria."""

    cases: Sequence[Case]
    place: int  # of the input
    duration: float

    def outcomes(self, rows: NDArray[np.int64], heights: Array) -> NDArray[np.int64]:
        """Return where the cases `rows` end after pulses of these heights."""
        own = [self.cases[row] for row in rows]
        flow = own[0].flow
        rest = np.array([np.concatenate([e.flow.parameters, e.flow.inputs]) for e in own])
        pulse = rest.copy()
        pulse[:, flow.parameters.size + self.place] += heights
        starts = [list(each.calm.state.values()) for each in own if each.calm is not None]
        states, is_alive = flow.carry(np.array(starts), self.duration, pulse)
        found = np.full(rows.size, NEITHER)
        times = np.array([each.slowest for each in own])
        passed, step = 0.0, FIRST * float(times.min())
        going = self._settled(found, rows, states, np.flatnonzero(is_alive))
        while (going := going[times[going] * LIMIT > passed]).size:
            states[going], is_alive = flow.carry(states[going], step, rest[going])
            going = self._settled(found, rows, states, going[is_alive])
            passed, step = passed + step, step * GROWTH
        return found

    def _settled(
        self,
        found: NDArray[np.int64],
        rows: NDArray[np.int64],
        states: Array,
        going: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Note who has reached an equilibrium; return who has not."""
        is_there = np.zeros(len(states), dtype=bool)
        for row in np.unique(rows[going]).tolist():
            own = going[rows[going] == row]
            for kind, around in self.cases[row].around:
                arrived = own[around.holds(states[own])]
                found[arrived], is_there[arrived] = kind, True
        return going[~is_there[going]]


@dataclass
class Found:
    """The brackets of the smallest pulse, and how each was found."""

    heights: Array
    outcome: NDArray[np.int64]  # (n_value, n_scan), -1 where there is nothing to start from
    low: Array
    high: Array
    ends: NDArray[np.int64]  # after the pulse `high`


def search(trial: Trial, heights: Array, tol: float) -> Found:
    """Look at many heights for all cases, then enclose the smallest that is not withstood."""
    n, n_scan = len(trial.cases), heights.size
    found = Found(heights, np.full((n, n_scan), -1), np.full(n, np.nan), np.full(n, np.nan),
                   np.full(n, CALM))  # fmt: skip
    able = np.array([k for k, each in enumerate(trial.cases) if each.calm is not None], dtype=int)
    if not able.size:
        return found
    tried = trial.outcomes(np.repeat(able, n_scan), np.tile(heights, able.size))
    found.outcome[able] = tried.reshape(able.size, n_scan)
    _narrow(found, able, np.zeros(able.size), np.tile(heights, (able.size, 1)), found.outcome[able])
    while (rows := np.flatnonzero(found.high - found.low > tol * found.high)).size:
        low, width = found.low[rows], found.high[rows] - found.low[rows]
        inner = low[:, np.newaxis] + width[:, np.newaxis] * np.arange(1, N_BETWEEN + 1) / (
            N_BETWEEN + 1
        )
        tried = trial.outcomes(np.repeat(rows, N_BETWEEN), inner.ravel())
        _narrow(found, rows, low, inner, tried.reshape(inner.shape))
    return found


def _narrow(
    found: Found,
    rows: NDArray[np.int64],
    low: Array,
    heights: Array,
    outcome: NDArray[np.int64],
) -> None:
    """Bring the brackets of `rows` down to the first of the heights that is not withstood."""
    for k, row in enumerate(rows.tolist()):
        thrown = np.flatnonzero(outcome[k] != CALM)
        first = int(thrown[0]) if thrown.size else outcome.shape[1]
        found.low[row] = heights[k, first - 1] if first else low[k]
        if thrown.size:
            found.high[row], found.ends[row] = heights[k, first], outcome[k, first]


def status_of(case: Case, found: Found, k: int) -> str:
    """Return in words what was found at value number `k`."""
    return STATUS[_word(case, found, k)]


def _word(case: Case, found: Found, k: int) -> str:
    if case.calm is None:
        return "no calm"
    if math.isnan(found.high[k]):
        return "alone" if math.isnan(case.quantities[1]) else "withstood"
    above = found.outcome[k][found.heights > found.high[k]]
    if (above == CALM).any():
        return "not monotone"
    return "restless" if found.ends[k] == NEITHER else "found"
