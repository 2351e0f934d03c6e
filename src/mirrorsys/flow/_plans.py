"""Plans: each phase of a protocol in terms of one system's own inputs and states."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirrorsys._expressions import parse, symbol
from mirrorsys._system import System
from mirrorsys._values import start_value
from mirrorsys.protocols import Phase, Recording

__all__ = [
    "Plan",
    "cubics",
    "inputs_array",
    "inputs_of",
    "pieces",
    "plan",
    "reset",
    "smooth_pieces",
]

Array = NDArray[np.float64]
EVEN = 4.0  # distances between samples that differ by no more than this factor are even


@dataclass(frozen=True)
class Plan:
    """A phase with its inputs resolved to the system's own: constants and recordings."""

    phase: Phase
    constants: Array
    recordings: tuple[tuple[int, Recording], ...]


def plan(phase: Phase, system: System, rest: Mapping[str, float]) -> Plan:
    try:
        given = system.expand(phase.inputs, "input")
        for name, value in given.items():
            for level in _extremes(value):
                system[name].check(level)
        for name, value in system.expand(phase.reset, "state").items():
            _check_reset(name, value, system)
    except ValueError as error:
        raise ValueError(f"phase {phase.name!r} does not fit: {error}") from error
    constants = np.array(
        [rest[name] if isinstance(given.get(name, 0.0), Recording) else given.get(name, rest[name])
         for name in system.input_names], dtype=float,
    )  # fmt: skip
    recordings = tuple(
        (index, given[name])
        for index, name in enumerate(system.input_names)
        if isinstance(given.get(name), Recording)
    )
    return Plan(phase, constants, recordings)


def _check_reset(name: str, value: float | str, system: System) -> None:
    """Refuse before the run what can be refused: a value out of range, an unknown name."""
    if not isinstance(value, str):
        start_value(system[name], value)
        return
    known = {"initial", *system.state_names, *_bare(system.state_names, name)}
    if unknown := sorted({s.name for s in parse(value).free_symbols} - known):
        raise ValueError(
            f"reset of {name!r} uses {unknown}; use `initial` and states, {sorted(known)}."
        )


def _bare(names: Iterable[str], name: str) -> dict[str, str]:
    """Return the states of the same person as `name`, by their bare names."""
    owner = name.rpartition(".")[0]
    return {each.rpartition(".")[2]: each for each in names if each.startswith(f"{owner}.")}


def _extremes(value: float | Recording) -> tuple[float, ...]:
    return (min(value.values), max(value.values)) if isinstance(value, Recording) else (value,)


def inputs_of(plan: Plan) -> Callable[[float], Array]:
    """Return the inputs of a phase as a function of its own time."""
    constants = plan.constants
    if not plan.recordings:
        return lambda _: constants
    curves = [(i, rec.curve(), rec.times[0], rec.times[-1]) for i, rec in plan.recordings]

    def inputs(t: float) -> Array:
        u = constants.copy()
        for index, curve, first, last in curves:
            u[index] = curve(min(max(t, first), last))
        return u

    return inputs


def inputs_array(plan: Plan, times: Array) -> Array:
    """Return the inputs of a phase at many of its times, shape (n_input, n_times)."""
    inputs = np.repeat(plan.constants[:, np.newaxis], times.size, axis=1)
    for index, recording in plan.recordings:
        inputs[index] = recording(times)
    return inputs


def pieces(plan: Plan) -> tuple[tuple[float, float], ...]:
    """Return (end, largest step) of stretches in which samples are about evenly spaced.

    A step is never longer than the shortest distance between samples in its stretch, so
    that a burst of them in a slow recording is not passed over.
    """
    duration, recordings = plan.phase.duration, [np.asarray(r.times) for _, r in plan.recordings]
    edges = _edges(plan)
    middles = (edges[1:] + edges[:-1]) / 2
    steps = np.full(middles.size, math.inf)
    for times in recordings:
        index = np.searchsorted(times, middles) - 1
        inside = (index >= 0) & (index < times.size - 1)
        steps[inside] = np.minimum(steps[inside], np.diff(times)[index[inside]])
    found, smallest, largest = [], steps[0], steps[0]
    for begin, step in zip(edges[1:-1], steps[1:], strict=True):
        if max(largest, step) > EVEN * min(smallest, step):
            found.append((float(begin), float(smallest)))
            smallest = largest = step
        smallest, largest = min(smallest, step), max(largest, step)
    return (*found, (duration, float(smallest)))


def smooth_pieces(plan: Plan) -> tuple[tuple[float, float], ...]:
    """Return (end, no largest step) of stretches in which no input bends: between samples."""
    return tuple((end, math.inf) for end in _edges(plan)[1:].tolist())


def _edges(plan: Plan) -> Array:
    """Return beginning and end of a phase, and all times of samples between them."""
    samples = [np.asarray(recording.times) for _, recording in plan.recordings]
    edges = np.unique(np.concatenate([[0.0, plan.phase.duration], *samples]))
    return np.asarray(edges[(edges >= 0) & (edges <= plan.phase.duration)])


def cubics(plan: Plan) -> Iterator[tuple[float, float, Array]]:
    """Yield beginning, end and inputs of stretches in which all inputs are cubics.

    The inputs have shape (n_input, 4): coefficients of the powers 0 to 3 of the time since
    the beginning of the stretch.
    """
    edges, recordings = _edges(plan), plan.recordings
    found = np.zeros((edges.size - 1, plan.constants.size, 4))
    found[:, :, 0] = plan.constants
    for index, recording in recordings:
        curve, first, last = recording.curve(), recording.times[0], recording.times[-1]
        begins = edges[:-1]
        inside = (begins >= first) & (begins < last)
        found[:, index, 0] = curve(np.clip(begins, first, last))
        for power in (1, 2, 3):
            found[inside, index, power] = curve(begins[inside], power) / math.factorial(power)
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), found, strict=True)


def reset(phase: Phase, system: System, state: Array, start: Mapping[str, float]) -> Array:
    """Return the state with which a phase begins.

    Raises
    ------
    ValueError
        If a value computed from the states before is outside its range.
    """
    if not phase.reset:
        return state
    now = dict(zip(system.state_names, state.tolist(), strict=True))
    new = dict(now)
    for name, value in system.expand(phase.reset, "state").items():
        if isinstance(value, str):
            own = {bare: now[full] for bare, full in _bare(now, name).items()}
            known = {**own, **now, "initial": start[name]}
            number = parse(value).subs({symbol(key): v for key, v in known.items()})
            value = float(number) if number.is_real else math.nan
        new[name] = start_value(system[name], value)
    return np.array(list(new.values()))
