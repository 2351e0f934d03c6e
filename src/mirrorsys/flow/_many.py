"""Many: one segment for many members at once, in machine code or one by one in SciPy."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._expressions import canonical
from mirrorsys._system import System
from mirrorsys.flow._events import Event
from mirrorsys.flow._noise import integrate_phase_with_noise
from mirrorsys.flow._plans import Plan, inputs_of
from mirrorsys.flow._problem import PhaseProblem, PhaseResult, Settings
from mirrorsys.kernels import expression_function

__all__ = ["RECORDS", "Batch", "Task", "is_never_stopped", "runner"]

Array = NDArray[np.float64]
RECORDS = ("first rise", "first fall", "last rise", "last fall", "above", "highest", "lowest")


def is_never_stopped() -> bool:
    """Return false."""
    return False


@dataclass(frozen=True)
class Task:
    """What is to be integrated: the same for all members.

    `watches` are texts of level functions and values. `is_stopped` tells that nobody waits for
    the result any longer.
    """

    system: System
    watches: tuple[tuple[str, str], ...]
    settings: Settings
    engine: str
    is_stopped: Callable[[], bool] = is_never_stopped

    def check(self) -> None:
        """Give up if nobody waits for the result any longer."""
        if self.is_stopped():
            raise CancelledError


@dataclass
class Batch:
    """Members in the middle of a run: shapes (n_member, n_state) and (n_member, n_constant).

    `records` has shape (n_watch, len(RECORDS), n_member) and speaks of the last segment,
    in its own time; `samples` (n_times, n_state, n_member). `streams` are the numbers of the
    members in the whole ensemble, by which each has noise of its own.
    """

    states: Array
    constants: Array
    streams: NDArray[np.int64]
    n_steps: NDArray[np.int64]
    n_stiff: NDArray[np.int64]
    records: Array = field(init=False)
    samples: Array = field(init=False)
    failures: dict[int, tuple[float, str]] = field(default_factory=dict)

    @property
    def is_alive(self) -> NDArray[np.bool_]:
        """Which members have not failed, shape (n_member,)."""
        alive = np.ones(len(self.states), dtype=bool)
        alive[list(self.failures)] = False
        return alive


Runner = Callable[[Batch, Plan, Array], None]
Engine = Callable[[PhaseProblem, Settings], PhaseResult]


def runner(task: Task) -> Runner:
    """Return the function that takes a batch through a segment, states wanted at times."""
    if task.engine == "scipy":
        return _ByScipy(task)
    from mirrorsys.flow._lane_runner import ByLanes

    return ByLanes(task)


def empty_records(n_watch: int, n_member: int) -> Array:
    """Return records of a segment in which nothing has happened yet."""
    first, last, above = (np.inf, np.inf), (np.nan, np.nan), (0.0,)
    row = np.array([*first, *last, *above, -np.inf, np.inf])
    return np.repeat(np.tile(row[:, np.newaxis], (n_watch, 1, 1)), n_member, axis=2)


class _ByScipy:
    """Member after member through SciPy, for machines without llvmlite, and for comparison."""

    def __init__(self, task: Task) -> None:
        from mirrorsys.flow._scipy_engine import integrate_phase  # SciPy is slow to import

        self.task = task
        self.integrate: Engine = integrate_phase
        if task.settings.noise is not None:
            self.integrate = integrate_phase_with_noise
        values = tuple(canonical(value) for _, value in task.watches)
        self.values = expression_function(task.system, values)
        self.levels = expression_function(
            task.system, tuple(canonical(level) for level, _ in task.watches)
        )
        self.events = {str(number): Event(level) for number, (level, _) in enumerate(task.watches)}

    def __call__(self, batch: Batch, plan: Plan, times: Array) -> None:
        n_member, n_state = batch.states.shape
        batch.samples = np.full((times.size, n_state, n_member), np.nan)
        batch.records = empty_records(len(self.events), n_member)
        n_parameter = len(self.task.system.parameters)
        for m in range(n_member):
            self.task.check()
            if m in batch.failures:
                continue
            parameters, inputs = np.split(batch.constants[m], [n_parameter])
            own = Plan(plan.phase, inputs.copy(), plan.recordings)
            problem = PhaseProblem(
                system=self.task.system, plan=own, parameters=parameters,
                state0=batch.states[m].copy(), times=None if self.events else times,
                events=self.events, progress=_silent, stream=int(batch.streams[m]),
                n_before=int(batch.n_steps[m]),
            )  # fmt: skip
            self._run(batch, m, problem, times)

    def _run(self, batch: Batch, m: int, problem: PhaseProblem, times: Array) -> None:
        integrate = self.integrate
        result = integrate(problem, self.task.settings)
        if self.events:
            self._record(batch.records[:, :, m], problem, result.times, result.states, result.hits)
            again = PhaseProblem(**{**vars(problem), "times": times, "events": {}})
            sampled = integrate(again, self.task.settings) if times.size else result
        else:
            sampled = result
        if times.size:
            first = int(times[0] == 0.0)
            batch.samples[:first, :, m] = batch.states[m]
            for row, state in enumerate(sampled.states, start=first):
                batch.samples[row, :, m] = state
        batch.states[m] = result.end_state
        batch.n_steps[m] += result.n_steps
        if result.failure:
            batch.failures[m] = (result.end, result.failure)

    def _record(
        self,
        records: Array,
        problem: PhaseProblem,
        times: list[float],
        states: list[Array],
        hits: list[tuple[int, float, Array]],
    ) -> None:
        """Make the records that machine code makes on its way."""
        curve = [(0.0, problem.state0), *zip(times, states, strict=True)]
        moments = np.array([time for time, _ in curve])
        inputs = inputs_of(problem.plan)
        levels, values = (
            np.array([self._at(f, state, problem, inputs(time)) for time, state in curve]).T
            for f in (self.levels, self.values)
        )
        place = {name: index for index, name in enumerate(RECORDS)}
        for w, (level, value) in enumerate(zip(levels, values, strict=True)):
            record = records[w]
            own = [(time, state) for index, time, state in hits if index == w]
            extra = [self._at(self.values, state, problem, inputs(time))[w] for time, state in own]
            record[place["highest"]] = max([*value, *extra])
            record[place["lowest"]] = min([*value, *extra])
            # What starts at the level is on no side until it leaves it: upwards is a rise.
            first = int(np.argmax(level != 0))
            begin, is_positive = moments[max(first - 1, 0)], bool(level[first] > 0)
            if first and is_positive:
                record[place["first rise"]] = record[place["last rise"]] = begin
            positive = is_positive
            edges = np.array([begin, *(time for time, _ in own), moments[-1]])
            for begin, end in pairwise(edges):
                record[place["above"]] += (end - begin) * is_positive
                is_positive = not is_positive
            for time, _ in own:
                kind = "fall" if positive else "rise"
                record[place[f"first {kind}"]] = min(record[place[f"first {kind}"]], time)
                record[place[f"last {kind}"]] = time
                positive = not positive

    def _at(self, function: Any, state: Array, problem: PhaseProblem, inputs: Array) -> Array:
        out = np.empty(len(self.events))
        function(state, problem.parameters, inputs, out)
        return out


def _silent(_: float) -> None:
    """Report to nobody."""
