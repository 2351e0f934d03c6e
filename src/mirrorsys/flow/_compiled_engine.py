"""The compiled engine: one phase in machine code, DOP853 and Rodas5P taking turns.

Explicit steps until they are held back by their stability instead of their error for some
time; then implicit ones, to the end of the phase or until explicit ones would be as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._expressions import canonical
from mirrorsys.flow._events import SIGN, Event
from mirrorsys.flow._noise import equal_steps
from mirrorsys.flow._plans import cubics
from mirrorsys.flow._problem import PhaseProblem, PhaseResult, Settings
from mirrorsys.kernels._lanes import Lanes, Watch, lanes, sizes, table_of
from mirrorsys.kernels._steps import POINTS
from mirrorsys.kernels._table import STATUS

__all__ = ["failure_text", "integrate_phase_compiled", "watches_of"]

Array = NDArray[np.float64]

ROOM = 4096  # points of steps, and crossings, between two reports of progress
OTHER = {"DOP853": "Rodas5P", "Rodas5P": "DOP853"}
WORDS = {number: word for word, number in STATUS.items()}
N_RATES = {"DOP853": 12, "Rodas5P": 8, "euler": 1, "milstein": 1}  # in a step
FAILURES = {
    "step too small": "the step is smaller than the spacing between numbers",
    "state not finite": "a state is no longer finite",
    "rate not finite": "a rate of change is not finite",
}


def integrate_phase_compiled(problem: PhaseProblem, settings: Settings) -> PhaseResult:
    """Integrate one phase; a failure is recorded in the result with what was computed."""
    result = PhaseResult(end_state=problem.state0)
    driven = bool(problem.plan.recordings)
    code = lanes(
        problem.system, watches=watches_of(problem.events), driven=driven, logs=True,
        noise=None if settings.noise is None else settings.noise.method,
        bounded=settings.noise is not None and settings.noise.bounded,
    )  # fmt: skip
    run = _Run(problem, settings, code, driven)
    for begin, end, coefficients in cubics(problem.plan):
        run.piece(begin, end, coefficients)
        while run.go_on(result):
            problem.progress(result.end)
        if result.failure or result.is_stopped:
            break
    return result


def watches_of(events: Mapping[str, Event]) -> tuple[Watch, ...]:
    """Return what the machine code looks at for events."""
    levels = [canonical(event.quantity) - event.level for event in events.values()]
    return tuple(Watch(level, level) for level in levels)


def failure_text(status: float, max_steps: int) -> str:
    """Return why a member could not go on, or an empty text."""
    word = WORDS[int(status)]
    if word == "too many steps":
        return f"more than `max_steps` = {max_steps} steps"
    return FAILURES.get(word, "")


class _Run:
    """The arrays of one phase of one member, and what is read out of them."""

    def __init__(
        self, problem: PhaseProblem, settings: Settings, code: Lanes, driven: bool
    ) -> None:
        self.problem, self.settings, self.code = problem, settings, code
        self.method = "DOP853" if settings.method == "switching" else settings.method
        n, events = code.n_state, list(problem.events.values())
        wanted = np.empty(0) if problem.times is None else problem.times
        self.arrays: dict[str, NDArray[Any]] = {
            "sizes": sizes(
                n_members=1, n_times=wanted.size, max_steps=settings.max_steps, steps_room=ROOM,
                hits_room=ROOM + 2 * len(events), logs_curves=problem.times is None,
                may_switch=settings.method == "switching" and "Rodas5P" in code.methods,
                seed=settings.seed or 0,
            ),
            "tolerances": np.array([settings.rtol, settings.atol]),
            "states": code.inward(problem.state0).copy(),
            "constants": np.concatenate([problem.parameters, problem.plan.constants]),
            **{name: np.zeros(1) for name in ("origin", "time", "end", "step", "status")},
            "streams": np.array([float(problem.stream)]),
            "n_before": np.array([float(problem.n_before)]),
            "tallies": np.zeros(2),
            "times": np.ascontiguousarray(wanted),
            "samples": np.empty((wanted.size, n)),
            "terminal": np.array([float(event.terminal) for event in events]),
            "directions": np.array([float(SIGN[event.direction]) for event in events]),
            "steps_log": np.empty((ROOM + POINTS, 1 + n)),
            "hits_log": np.empty((ROOM + 2 * len(events), 2 + n)),
            "logged": np.zeros(2, dtype=np.int64),
            "work": code.work(),
        }  # fmt: skip
        self.n_sampled = int(np.searchsorted(wanted, 0.0, side="right"))

    def piece(self, begin: float, end: float, coefficients: Array) -> None:
        """Go on from where the run is, with other inputs."""
        self.arrays["origin"][:], self.arrays["end"][:] = begin, end
        self.arrays["curves"] = np.ascontiguousarray(coefficients)
        if self.settings.noise is not None:
            self.arrays["step"][:] = equal_steps(end - begin, self.settings.noise.step)
        self.table = table_of(self.arrays)

    def go_on(self, result: PhaseResult) -> bool:
        """Run until the piece is over or a log is full; tell whether there is more to do."""
        arrays, before = self.arrays, self.arrays["tallies"].copy()
        arrays["status"][:], arrays["logged"][:] = 0, 0
        self.code(self.method, self.table)
        accepted, rejected = (arrays["tallies"] - before).tolist()
        self._count(result, int(accepted), int(rejected))
        self._read(result)
        word = WORDS[int(arrays["status"][0])]
        if word == "switch":
            result.is_stiff = result.is_stiff or self.method == "DOP853"
            self.method = OTHER[self.method]
        result.failure = failure_text(arrays["status"][0], self.settings.max_steps)
        return word in {"switch", "log full"} and not result.is_stopped

    def _count(self, result: PhaseResult, accepted: int, rejected: int) -> None:
        tried, is_implicit = accepted + rejected, self.method == "Rodas5P"
        result.n_steps += accepted
        result.n_rhs += tried * N_RATES[self.method]
        result.n_jacobian += tried if is_implicit else 0

    def _read(self, result: PhaseResult) -> None:
        """Add the logged steps and crossings, and the states at the times passed."""
        arrays, problem = self.arrays, self.problem
        n_steps, n_hits = arrays["logged"].tolist()
        hits = sorted(arrays["hits_log"][:n_hits].tolist(), key=lambda row: row[1])
        outward = self.code.outward
        result.end, result.end_state = float(arrays["time"][0]), outward(arrays["states"]).copy()
        events = list(problem.events.values())
        for index, time, *state in hits:
            result.hits.append((int(index), time, outward(np.array(state))))
            if events[int(index)].terminal:
                result.stopped_by, result.end = int(index), time
                result.end_state = outward(np.array(state))
                break
        if problem.times is None:
            rows = arrays["steps_log"][:n_steps]
            rows = rows[rows[:, 0] < result.end] if result.is_stopped else rows.copy()
            result.times.extend(rows[:, 0].tolist())
            result.states.extend(outward(rows[:, 1:]))
        else:
            last = int(np.searchsorted(problem.times, result.end, side="right"))
            result.times.extend(problem.times[self.n_sampled : last].tolist())
            result.states.extend(outward(arrays["samples"][self.n_sampled : last]).copy())
            self.n_sampled = last
