"""The SciPy engine: one phase, stepped by one of SciPy's integrators."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import BDF, DOP853, LSODA, RK45, OdeSolution, OdeSolver, Radau
from scipy.optimize import brentq

from mirrorsys.flow._events import EventFunctions, event_functions
from mirrorsys.flow._plans import inputs_of, pieces, smooth_pieces
from mirrorsys.flow._problem import PhaseProblem, PhaseResult, Settings
from mirrorsys.kernels import kernel
from mirrorsys.kernels._tableaus import LAST_TERM, LOOSER

__all__ = ["METHODS", "integrate_phase"]

Array = NDArray[np.float64]


class _Dop853(DOP853):  # type: ignore[misc]
    """DOP853 whose curve between two steps is about as exact as the steps.

    Steps that are held by their stability are exact at their end only: the curve between is off
    by hundreds of tolerances. Where its last term says so, the step is made again in halves.
    """

    halvings = 6  # at most

    def dense_output(self) -> Callable[[Array], Array]:
        curve = super().dense_output()
        allowed = self.atol + self.rtol * np.maximum(np.abs(self.y_old), np.abs(self.y))
        last_term = curve.F[-1] * LAST_TERM / allowed
        if np.sqrt(np.mean(last_term**2)) <= LOOSER or not self.halvings:
            return curve  # type: ignore[no-any-return]
        half = (self.t - self.t_old) / 2
        shorter = _Dop853(self.fun, self.t_old, self.y_old, self.t, max_step=half, first_step=half,
                          rtol=self.rtol, atol=self.atol)  # fmt: skip
        shorter.halvings = self.halvings - 1
        times, curves = [self.t_old], []
        while shorter.status == "running":
            shorter.step()
            if shorter.status == "failed":
                return curve  # type: ignore[no-any-return]
            times.append(shorter.t)
            curves.append(shorter.dense_output())
        return OdeSolution(times, curves)  # type: ignore[no-any-return]


_Dop853.__name__ = DOP853.__name__  # messages name the method
METHODS: dict[str, type[OdeSolver]] = {
    "LSODA": LSODA, "Radau": Radau, "BDF": BDF, "DOP853": _Dop853, "RK45": RK45,
}  # fmt: skip
STEPS_BETWEEN_REPORTS = 100
IMPLICIT = {"LSODA", "Radau", "BDF"}
# They lose their order where an input bends, and nothing by starting anew there.
EXPLICIT = {"DOP853", "RK45"}


@dataclass(frozen=True, kw_only=True)
class _Functions:
    """A phase as SciPy wants it."""

    rhs: Callable[[float, Array], Array]
    jacobian: Callable[[float, Array], Array]
    inputs: Callable[[float], Array]
    events: EventFunctions | None


# What is warned of is looked at through filters that belong to the whole process: threads that
# set and reset them at the same time would leave them changed.
ONE_AT_A_TIME = Lock()

MakeSolver = Callable[[float, Array, float, float], OdeSolver]


def integrate_phase(
    problem: PhaseProblem, settings: Settings, make_solver: MakeSolver | None = None
) -> PhaseResult:
    """Integrate one phase; a failure is recorded in the result with what was computed.

    `make_solver` makes something with the face of an `OdeSolver` from beginning, state, end
    and longest step; by default it is SciPy's, of the method asked for.
    """
    result = PhaseResult(end_state=problem.state0)
    functions = _functions(problem)
    with ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        if not np.isfinite(functions.rhs(0.0, problem.state0)).all():
            # SciPy's explicit methods would look for a first step for ever.
            result.failure = "a rate of change is not finite"
            return result
        watch = None if functions.events is None else _Watch(problem, functions, functions.events)
        begin = 0.0
        stretches = smooth_pieces if settings.method in EXPLICIT else pieces
        for end, max_step in stretches(problem.plan):
            if make_solver is None:
                solver = _solver(functions, settings, begin, result.end_state, end, max_step)
            else:
                solver = make_solver(begin, result.end_state, end, max_step)
            _integrate_piece(solver, problem, settings, watch, caught, result)
            result.n_rhs += int(solver.nfev)
            result.n_jacobian += int(solver.njev)
            if result.failure or result.stopped_by is not None:
                break
            begin = end
    return result


def _functions(problem: PhaseProblem) -> _Functions:
    """Return the phase as functions of time and state."""
    inputs, now = inputs_of(problem.plan), problem.plan.constants.copy()
    rates, slopes = kernel(problem.system).at(problem.parameters, now)

    def driven(t: float, y: Array) -> Array:
        now[:] = inputs(t)
        return rates(y)

    def undriven(t: float, y: Array) -> Array:  # the same, without asking for the inputs
        return rates(y)

    def jacobian(t: float, y: Array) -> Array:
        now[:] = inputs(t)
        return slopes(y)

    found = None
    if problem.events:
        found = event_functions(problem.events, problem.system, problem.parameters)
    rhs = driven if problem.plan.recordings else undriven
    return _Functions(rhs=rhs, jacobian=jacobian, inputs=inputs, events=found)


def _solver(
    functions: _Functions,
    settings: Settings,
    begin: float,
    state: Array,
    end: float,
    max_step: float,
) -> OdeSolver:
    options = {"jac": functions.jacobian} if settings.method in IMPLICIT else {}
    return METHODS[settings.method](
        functions.rhs, begin, state, end,
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

    def __init__(
        self, problem: PhaseProblem, functions: _Functions, events: EventFunctions
    ) -> None:
        self.inputs, self.events = functions.inputs, events
        self.before = events.values(problem.state0, self.inputs(0.0))

    def step(self, solver: OdeSolver, result: PhaseResult) -> None:
        """Add the crossings of this step to `result`; a terminal one ends the phase."""
        before = self.before
        self.before = after = self.events.values(solver.y, self.inputs(solver.t))
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
            return float(self.events.values(dense(t), self.inputs(t))[index])

        first, last = value(solver.t_old), value(solver.t)
        if first * last < 0:
            return float(brentq(value, solver.t_old, solver.t, xtol=1e-13))
        # The curve between the steps misses their ends by a rounding error, so that a level
        # just beside an end is not crossed by it.
        return float(solver.t_old if abs(first) < abs(last) else solver.t)
