"""The SciPy engine: one phase, stepped by one of SciPy's integrators.

An engine is a function from a `PhaseProblem` to a `PhaseResult`; a faster one takes
this module's place beside it and is chosen in `_simulate`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import BDF, DOP853, LSODA, RK45, OdeSolver, Radau
from scipy.optimize import brentq

from mirrorsys.flow._events import EventFunctions

__all__ = ["METHODS", "PhaseProblem", "PhaseResult", "Settings", "integrate_phase"]

Array = NDArray[np.float64]

METHODS: dict[str, type[OdeSolver]] = {
    "LSODA": LSODA, "Radau": Radau, "BDF": BDF, "DOP853": DOP853, "RK45": RK45,
}  # fmt: skip
STEPS_BETWEEN_REPORTS = 100
IMPLICIT = {"LSODA", "Radau", "BDF"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is integrated: the same for all its phases."""

    method: str
    rtol: float
    atol: float
    max_steps: int


@dataclass(frozen=True, kw_only=True)
class PhaseProblem:
    """One phase, in its own time from 0 to `duration`.

    `progress` is told now and then how far the phase has come. `times` are the moments
    (0 <= time <= duration) at which states are wanted, or None for those the integrator
    chooses. `pieces` are the ends of stretches to be integrated one after the other, each
    with the largest step allowed in it: where a recording drives an input, steps must not
    pass over its samples.
    """

    rhs: Callable[[float, Array], Array]
    jacobian: Callable[[float, Array], Array]
    inputs: Callable[[float], Array]
    inputs_array: Callable[[Array], Array]
    state0: Array
    duration: float
    times: Array | None
    pieces: tuple[tuple[float, float], ...]
    events: EventFunctions | None
    progress: Callable[[float], Any]


@dataclass(kw_only=True)
class PhaseResult:
    """What an engine found: times (n_times,), states (n_times,) of shape (n_state,), evidence."""

    times: list[float] = field(default_factory=list)
    states: list[Array] = field(default_factory=list)
    hits: list[tuple[int, float, Array]] = field(default_factory=list)
    end: float = 0.0
    end_state: Array
    n_rhs: int = 0
    n_jacobian: int = 0
    n_steps: int = 0
    stopped_by: int | None = None
    failure: str = ""

    @property
    def is_stopped(self) -> bool:
        """Whether a terminal event ended the phase."""
        return self.stopped_by is not None


def integrate_phase(problem: PhaseProblem, settings: Settings) -> PhaseResult:
    """Integrate one phase; a failure is recorded in the result with what was computed."""
    result = PhaseResult(end_state=problem.state0)
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        if not np.isfinite(problem.rhs(0.0, problem.state0)).all():
            # SciPy's explicit methods would look for a first step for ever.
            result.failure = "a rate of change is not finite"
            return result
        watch = None if problem.events is None else _Watch(problem, problem.events)
        begin = 0.0
        for end, max_step in problem.pieces:
            solver = _solver(problem, settings, begin, result.end_state, end, max_step)
            _integrate_piece(solver, problem, settings, watch, caught, result)
            result.n_rhs += int(solver.nfev)
            result.n_jacobian += int(solver.njev)
            if result.failure or result.stopped_by is not None:
                break
            begin = end
    return result


def _solver(
    problem: PhaseProblem,
    settings: Settings,
    begin: float,
    state: Array,
    end: float,
    max_step: float,
) -> OdeSolver:
    options = {"jac": problem.jacobian} if settings.method in IMPLICIT else {}
    return METHODS[settings.method](
        problem.rhs, begin, state, end,
        rtol=settings.rtol, atol=settings.atol, max_step=max_step, **options,
    )  # fmt: skip


def _integrate_piece(
    solver: OdeSolver,
    problem: PhaseProblem,
    settings: Settings,
    watch: _Watch | None,
    caught: list[warnings.WarningMessage],
    result: PhaseResult,
) -> None:
    """Step through one piece of a phase, adding to `result`."""
    while solver.status == "running" and not result.is_stopped:
        if result.n_steps >= settings.max_steps:
            result.failure = f"more than `max_steps` = {settings.max_steps} steps"
            return
        if failure := _step(solver, caught):
            result.failure = failure
            return
        result.n_steps += 1
        if watch is not None:
            watch.step(solver, result)
        _record(solver, problem, result)
        if result.n_steps % STEPS_BETWEEN_REPORTS == 0:
            problem.progress(solver.t)


def _step(solver: OdeSolver, caught: list[warnings.WarningMessage]) -> str:
    """Make one step; return why it failed, or an empty text."""
    try:
        message = solver.step()
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        return f"{type(solver).__name__}: {error}"
    # A finite square of the norm is quick to compute and means a finite state.
    if not solver.y @ solver.y < np.inf and not np.isfinite(solver.y).all():
        return "a state is no longer finite"
    if solver.status == "failed":
        parts = (message or "", *(str(each.message) for each in caught))
        told = "; ".join(dict.fromkeys(part.strip(" .") for part in parts if part.strip()))
        return told or "the integrator gave up"
    if solver.t == solver.t_old:
        return "the step is smaller than the spacing between numbers"
    return ""


def _record(solver: OdeSolver, problem: PhaseProblem, result: PhaseResult) -> None:
    """Keep the states of this step that are wanted, and where the step ended."""
    stopped = result.stopped_by is not None
    if not stopped:
        result.end, result.end_state = solver.t, solver.y  # a new array at every step
    if problem.times is None:
        if not stopped:
            result.times.append(result.end)
            result.states.append(result.end_state)
        return
    first, last = np.searchsorted(problem.times, (solver.t_old, result.end), side="right")
    if first < last:
        wanted = problem.times[first:last]
        result.times.extend(wanted.tolist())
        result.states.extend(solver.dense_output()(wanted).T)


class _Watch:
    """Looks for events step by step; remembers where the quantities stood before the step."""

    def __init__(self, problem: PhaseProblem, events: EventFunctions) -> None:
        self.problem, self.events = problem, events
        self.before = events.values(problem.state0, problem.inputs(0.0))

    def step(self, solver: OdeSolver, result: PhaseResult) -> None:
        """Add the crossings of this step to `result`; a terminal one ends the phase."""
        before = self.before
        self.before = after = self.events.values(solver.y, self.problem.inputs(solver.t))
        change = np.sign(after) - np.sign(before)
        crossed = (before != 0) & (before * after <= 0) & (change * self.events.directions >= 0)
        if not crossed.any():
            return
        dense = solver.dense_output()
        found = sorted((self._time(solver, dense, int(i)), int(i)) for i in np.flatnonzero(crossed))
        for time, index in found:
            state = np.asarray(dense(time), dtype=float)
            result.hits.append((index, time, state))
            if self.events.terminal[index]:
                result.stopped_by, result.end, result.end_state = index, time, state
                break

    def _time(self, solver: OdeSolver, dense: Callable[[float], Array], index: int) -> float:
        """Return when, within the last step, event `index` crosses its level."""

        def value(t: float) -> float:
            return float(self.events.values(dense(t), self.problem.inputs(t))[index])

        first, last = value(solver.t_old), value(solver.t)
        if first * last < 0:
            return float(brentq(value, solver.t_old, solver.t, xtol=1e-13))
        # The curve between the steps misses their ends by a rounding error, so that a level
        # just beside an end is not crossed by it.
        return float(solver.t_old if abs(first) < abs(last) else solver.t)
