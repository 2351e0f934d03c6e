"""Chunks: some members of an ensemble taken through the whole protocol, and their outputs.

A chunk is what one worker does at a time and what a store keeps or lacks as a whole. It
carries everything it needs, so that it can travel to another process or machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import canonical, parse, symbol
from mirrorsys._system import System
from mirrorsys._values import ROUNDING
from mirrorsys.flow._looks import Looks, looks
from mirrorsys.flow._many import RECORDS, Batch, Task, is_never_stopped, runner
from mirrorsys.flow._members import Members
from mirrorsys.flow._plans import Plan, plan
from mirrorsys.flow._problem import Settings
from mirrorsys.flow._segments import Segment, occurrences, segments
from mirrorsys.flow.outputs import Output
from mirrorsys.kernels import expression_function
from mirrorsys.protocols import Phase, Protocol

__all__ = ["Chunk", "output_shape", "run_chunk"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Chunk:
    """Some members, and what is to be done with them.

    `which` says for each member which of the protocols is its own, `first` what the number of
    the first one is in the whole ensemble.
    """

    system: System
    members: Members
    protocols: tuple[Protocol, ...]
    which: NDArray[np.int_]
    outputs: Mapping[str, Output]
    engine: str
    settings: Settings
    first: int = 0


def run_chunk(
    chunk: Chunk, is_stopped: Callable[[], bool] = is_never_stopped
) -> dict[str, NDArray[Any]]:
    """Return each output of all members, shape (n_member, ...), and their status.

    Gives up soon after `is_stopped` tells that nobody waits for them any longer.
    """
    n = len(chunk.members)
    found: dict[str, NDArray[Any]] = {}
    for index in np.unique(chunk.which).tolist():
        rows = np.flatnonzero(chunk.which == index)
        part = _Course(chunk, chunk.protocols[index], rows, is_stopped).run()
        for name, values in part.items():
            if name not in found:
                found[name] = np.empty((n, *values.shape[1:]), dtype=values.dtype)
            found[name] = found[name].astype(np.promote_types(found[name].dtype, values.dtype))
            found[name][rows] = values
    return found


@dataclass
class _Course:
    """Members with one protocol, on their way through it."""

    chunk: Chunk
    protocol: Protocol
    rows: NDArray[np.int_]
    is_stopped: Callable[[], bool]
    looks: Looks = field(init=False)
    members: Members = field(init=False)
    results: dict[str, Array] = field(init=False)
    plan: Plan = field(init=False)  # of the segment
    wanted: list[float] = field(init=False)  # the times of the segment as they were asked for

    def __post_init__(self) -> None:
        chunk, n = self.chunk, self.rows.size
        self.looks = looks(chunk.system, chunk.outputs)
        self.members = chunk.members.part(self.rows)
        self.results = {
            name: np.full((n, *output_shape(output, self.protocol)), _start(output))
            for name, output in chunk.outputs.items()
        }

    def run(self) -> dict[str, NDArray[Any]]:
        chunk, members = self.chunk, self.members
        system = self.looks.system
        task = Task(system, self.looks.watches, chunk.settings, chunk.engine, self.is_stopped)
        n_extra = len(system.states) - len(chunk.system.states)
        batch = Batch(
            states=np.hstack([members.initial, np.zeros((len(members), n_extra))]),
            constants=np.hstack([members.parameters, members.rest]),
            streams=chunk.first + self.rows,
            n_steps=np.zeros(len(members), dtype=np.int64),
            n_stiff=np.zeros(len(members), dtype=np.int64),
        )
        advance = runner(task)
        rest = {each.name: each.value for each in chunk.system.inputs}
        failed_in = dict[int, Segment]()
        for segment in segments(self.protocol, chunk.outputs.values()):
            self.plan = own = plan(segment.phase, system, rest)
            self._set_inputs(batch, own)
            self._reset(batch, segment)
            before = batch.states.copy()
            advance(batch, own, self._times(segment))
            self._collect(batch, segment, before)
            failed_in |= {m: segment for m in batch.failures if m not in failed_in}
        return {
            **self.results,
            "status": self._status(batch, failed_in),
            "n_steps": batch.n_steps,
            "n_stiff_phases": batch.n_stiff,
        }

    def _set_inputs(self, batch: Batch, own: Plan) -> None:
        """Give every member the phase's inputs, and its own where the phase has none."""
        n_parameter = len(self.chunk.system.parameters)
        batch.constants[:, n_parameter:] = self.members.rest
        given = self.chunk.system.expand(own.phase.inputs, "input")
        for index, name in enumerate(self.chunk.system.input_names):
            if isinstance(given.get(name), float):
                batch.constants[:, n_parameter + index] = given[name]

    def _reset(self, batch: Batch, segment: Segment) -> None:
        before = batch.states.copy()
        for name, new in _resets(self.chunk.system, segment.phase):
            index = self.chunk.system.state_names.index(name)
            values = new(before, self.members.initial[:, index])
            low, high = self.chunk.system.states[index].range
            inside = np.clip(values, low, high)
            for m in np.flatnonzero(~(np.abs(values - inside) <= ROUNDING)):
                reason = f"the reset of {name!r} gives {values[m]:g}, outside [{low:g}, {high:g}]"
                batch.failures.setdefault(int(m), (0.0, reason))
            batch.states[:, index] = inside

    def _times(self, segment: Segment) -> Array:
        """Return the times of a segment at which outputs want states, from its beginning."""
        wanted = {t for output in self.chunk.outputs.values() for t in output.times}
        is_final = segment.is_last and segment.index == len(self.protocol) - 1
        times = np.array(sorted(wanted))
        end = self.protocol.duration if is_final else segment.end
        times = np.minimum(times, self.protocol.duration)
        inside = (times >= segment.begin) & ((times <= end) if is_final else (times < end))
        self.wanted = np.array(sorted(wanted))[inside].tolist()
        return np.asarray(np.minimum(times[inside] - segment.begin, segment.phase.duration))

    # ---- outputs -------------------------------------------------------------------------

    def _collect(self, batch: Batch, segment: Segment, before: Array) -> None:
        failed = np.flatnonzero(~batch.is_alive)
        for name, output in self.chunk.outputs.items():
            if output.kind == "at_times":
                self._collect_times(name, output, batch, segment)
            elif segment.is_in(output):
                place = self._place(output, segment)
                getattr(self, f"_{output.kind}")(name, output, batch, segment, before, place)
                # Of members that failed only the numbers of phases that they finished are kept.
                self.results[name][(failed, *place[1:])] = np.nan

    def _place(self, output: Output, segment: Segment) -> Any:
        """Return where in the result of an output this segment's number belongs."""
        if output.phase is not None:
            return (slice(None), occurrences(self.protocol, output.phase)[segment.index])
        return (slice(None), segment.index) if output.kind == "at_phase_ends" else (slice(None),)

    def _value(self, quantity: str, states: Array, batch: Batch, time: float) -> Array:
        """Return a quantity at states of shape (n_member, n_state), at a time of the segment."""
        n_parameter = len(self.chunk.system.parameters)
        constants = batch.constants.copy()
        for index, recording in self.plan.recordings:
            constants[:, n_parameter + index] = recording(time)
        function = expression_function(self.looks.system, (canonical(quantity),))
        out = np.empty((1, len(states)))
        parameters, inputs = constants[:, :n_parameter].T, constants[:, n_parameter:].T
        function(states.T.copy(), parameters.copy(), inputs.copy(), out)
        return np.asarray(out[0], dtype=float)

    def _at_phase_ends(
        self, name: str, output: Output, batch: Batch, segment: Segment, before: Array, place: Any
    ) -> None:
        if segment.is_last:
            end = segment.phase.duration
            values = self._value(output.quantity, batch.states, batch, end)
            values[list(batch.failures)] = np.nan
            self.results[name][place] = values

    def _collect_times(self, name: str, output: Output, batch: Batch, segment: Segment) -> None:
        for row, time in enumerate(self.wanted):
            if time in output.times:
                states = batch.samples[row].T
                values = self._value(output.quantity, states, batch, time - segment.begin)
                self.results[name][:, output.times.index(time)] = values

    def _mean(
        self, name: str, output: Output, batch: Batch, segment: Segment, before: Array, place: Any
    ) -> None:
        index = self.looks.integral_of[name]
        gained = batch.states[:, index] - before[:, index]
        self.results[name][place] += gained / self._length(output, segment)

    def _length(self, output: Output, segment: Segment) -> float:
        if output.phase is not None:
            return self.protocol.phases[segment.index].duration
        low, high = output.window or (0.0, self.protocol.duration)
        return min(high, self.protocol.duration) - low

    def _record(self, name: str, batch: Batch, record: str) -> Array:
        return np.asarray(batch.records[self.looks.watch_of[name], RECORDS.index(record)])

    def _highest(
        self, name: str, output: Output, batch: Batch, segment: Segment, before: Array, place: Any
    ) -> None:
        extreme = np.maximum if output.kind == "highest" else np.minimum
        start = self._value(output.quantity, before, batch, 0.0)
        own = extreme(self._record(name, batch, output.kind), start)
        self.results[name][place] = extreme(self.results[name][place], own)

    _lowest = _highest

    def _time_above(
        self, name: str, output: Output, batch: Batch, segment: Segment, before: Array, place: Any
    ) -> None:
        self.results[name][place] += self._record(name, batch, "above")

    def _first_time(
        self, name: str, output: Output, batch: Batch, segment: Segment, before: Array, place: Any
    ) -> None:
        start = self._value(output.quantity, before, batch, 0.0)
        rise = np.where(start > 0, 0.0, self._record(name, batch, "first rise"))
        moment = segment.begin + rise
        if output.phase is not None:
            moment = moment - segment.phase_begin
        values = self.results[name]
        values[place] = np.fmin(values[place], np.where(np.isinf(moment), np.nan, moment))

    # ---- failures ------------------------------------------------------------------------

    def _status(self, batch: Batch, failed_in: Mapping[int, Segment]) -> NDArray[np.str_]:
        status = ["completed"] * len(self.members)
        unit = self.chunk.system.time_unit
        for m, (time, reason) in batch.failures.items():
            segment = failed_in[m]
            moment = f"{segment.begin + time:g}" + ("" if unit == "1" else f" {unit}")
            status[m] = f"failed at time {moment} in phase {segment.phase.name!r}: {reason}"
        return np.array(status)


def output_shape(output: Output, protocol: Protocol) -> tuple[int, ...]:
    """Return the shape of what an output gives for one member."""
    if output.kind == "at_times":
        return (len(output.times),)
    if output.phase is not None:
        return (len(occurrences(protocol, output.phase)),)
    return (len(protocol),) if output.kind == "at_phase_ends" else ()


def _start(output: Output) -> float:
    """Return the number with which an output begins."""
    return {"mean": 0.0, "time_above": 0.0, "highest": -np.inf, "lowest": np.inf}.get(
        output.kind, np.nan
    )


@lru_cache(maxsize=256)
def _resets(system: System, phase: Phase) -> tuple[tuple[str, Any], ...]:
    """Return functions of all states (n_member, n_state) and the initial one, by state."""
    found = []
    for name, value in system.expand(phase.reset, "state").items():
        found.append((name, _reset_function(system, name, value)))
    return tuple(found)


def _reset_function(system: System, name: str, value: float | str) -> Any:
    if not isinstance(value, str):
        return lambda states, initial: np.full(len(states), float(value))
    expression = parse(value)
    owner = name.rpartition(".")[0]
    arguments = {symbol("initial"): sp.Dummy("initial")}
    arguments |= {symbol(each): sp.Dummy(f"s{i}") for i, each in enumerate(system.state_names)}
    for each in system.state_names:
        bare = symbol(each.rpartition(".")[2])
        if each.rpartition(".")[0] == owner and bare not in arguments:
            arguments[bare] = arguments[symbol(each)]
    ordered = list(dict.fromkeys(arguments.values()))
    function = sp.lambdify(ordered, expression.xreplace(arguments), "numpy")

    def new(states: Array, initial: Array) -> Array:
        columns = [states[:, index] for index in range(len(system.state_names))]
        with np.errstate(all="ignore"):
            return np.broadcast_to(function(initial, *columns), len(states)).astype(float)

    return new
