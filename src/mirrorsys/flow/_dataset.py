"""Trajectory: what a run has computed so far; and its form as an xarray Dataset."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._model_files import to_toml
from mirrorsys._system import System
from mirrorsys.flow._accuracy import NOT_ESTIMATED
from mirrorsys.flow._events import Event
from mirrorsys.flow._plans import inputs_array
from mirrorsys.flow._problem import PhaseProblem, PhaseResult, Settings
from mirrorsys.kernels import expression_function, processor
from mirrorsys.protocols import Protocol, protocol_to_dict

__all__ = ["Trajectory", "check_variables", "to_dataset", "toml_of", "versions"]

Array = NDArray[np.float64]
COORDINATES = {"time", "phase", "phase_name", "phase_begin", "phase_end", "event", "event_name",
               "event_time", "person", "pair"}  # fmt: skip
PACKAGES = ("mirrorsys", "numpy", "scipy", "sympy", "xarray", "llvmlite")


@dataclass
class Trajectory:
    """Everything about a run: what it was asked, what it has found."""

    system: System
    protocol: Protocol
    parameters: Mapping[str, float]
    rest: Mapping[str, float]
    start: Mapping[str, float]
    events: Mapping[str, Event]
    settings: Settings
    engine: str
    engine_choice: str
    backend: str
    times_requested: bool
    status: str = "completed"
    times: list[Array] = field(default_factory=list)
    states: list[Array] = field(default_factory=list)
    inputs: list[Array] = field(default_factory=list)
    phase_ends: list[tuple[float, float, Array]] = field(default_factory=list)
    hits: list[tuple[str, float, Array]] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: {"n_rhs": 0, "n_jacobian": 0, "n_steps": 0, "n_stiff_phases": 0}
    )

    def add(
        self,
        begin: float,
        asked: Array | None,
        problem: PhaseProblem,
        result: PhaseResult,
        last: bool,
    ) -> None:
        """Add one phase. The value at an edge belongs to the phase that begins there.

        `asked` are the requested times of this phase, kept as they were given.
        """
        stopped = result.stopped_by is not None
        final = last or stopped or bool(result.failure)
        times, states = list(result.times), list(result.states)
        if problem.times is None or (problem.times.size and problem.times[0] == 0.0):
            times.insert(0, 0.0)
            states.insert(0, problem.state0)
        appended = stopped and (not times or times[-1] < result.end)
        if appended:
            times.append(result.end)
            states.append(result.end_state)
        elif not final and problem.times is None and times[-1] >= problem.duration:
            times.pop()
            states.pop()
        local = np.array(times)
        known = () if asked is None else asked[: local.size - appended]
        self.times.append(np.concatenate([known, begin + local[len(known) :]]))
        self.states.append(_columns(states, len(self.system.states)))
        self.inputs.append(inputs_array(problem.plan, local))
        self.phase_ends.append((begin, begin + result.end, result.end_state))
        names = list(self.events)
        self.hits += [(names[index], begin + time, state) for index, time, state in result.hits]
        for key in ("n_rhs", "n_jacobian", "n_steps"):
            self.counts[key] += getattr(result, key)
        self.counts["n_stiff_phases"] += result.is_stiff
        if result.stopped_by is not None:
            self.status = f"stopped by event {names[result.stopped_by]!r}"


def check_variables(system: System) -> None:
    """Refuse a system of which two quantities would become one variable of the Dataset."""
    states, *others = (
        {name.rpartition(".")[2] for name in names}
        for names in (system.state_names, system.input_names, dict(system.outputs))
    )
    derived = {f"{state}_at_{place}" for state in states for place in ("end", "event")}
    if taken := sorted(states.union(*others) & (COORDINATES | derived)):
        raise ValueError(
            f"{system.name!r} has quantities called {taken}, names that a result needs for "
            f"itself: {sorted(COORDINATES)} and 'STATE_at_end', 'STATE_at_event'; rename them."
        )


def to_dataset(run: Trajectory) -> xr.Dataset:
    """Return a run as a Dataset with units, meanings and provenance."""
    system = run.system
    times = np.concatenate(run.times)
    states = np.concatenate(run.states, axis=1)
    inputs = np.concatenate(run.inputs, axis=1)
    outputs = np.empty((len(system.outputs), times.size))
    function = expression_function(system, tuple(expression for _, expression in system.outputs))
    function(states, np.array(list(run.parameters.values())), inputs, outputs)
    columns = {
        **dict(zip(system.state_names, states, strict=True)),
        **dict(zip(system.input_names, inputs, strict=True)),
        **{name: row for (name, _), row in zip(system.outputs, outputs, strict=True)},
    }
    ends = _columns([state for _, _, state in run.phase_ends], len(system.states))
    at_end = {f"{name}_at_end": row for name, row in zip(system.state_names, ends, strict=True)}
    at_events = _columns([state for _, _, state in run.hits], len(system.states))
    at_event = {
        f"{name}_at_event": row for name, row in zip(system.state_names, at_events, strict=True)
    }
    variables = {
        **_variables(columns, "time", run),
        **_variables(at_end, "phase", run),
        **(_variables(at_event, "event", run) if run.events else {}),
    }
    return xr.Dataset(variables, _coordinates(run, times), _attributes(run))


def _columns(rows: Iterable[Array], n: int) -> Array:
    """Return points (n_times of shape (n,)) as an array of shape (n, n_times)."""
    return np.array(list(rows), dtype=float).reshape(-1, n).T.copy()


def _variables(columns: Mapping[str, Array], axis: str, run: Trajectory) -> dict[str, Any]:
    """Gather ``client.threat`` and ``therapist.threat`` into one variable with persons."""
    persons, pairs = _persons_and_pairs(run.system)
    grouped: dict[str, dict[str, Array]] = {}
    for name, column in columns.items():
        owner, _, quantity = name.rpartition(".")
        grouped.setdefault(quantity, {})[owner] = column
    variables: dict[str, Any] = {}
    for quantity, by_owner in grouped.items():
        attributes = _described(quantity, by_owner, run.system)
        if list(by_owner) == [""]:
            variables[quantity] = (axis, by_owner[""], attributes)
            continue
        is_person = set(by_owner) <= set(persons)
        owners = persons if is_person else pairs
        missing = np.full(len(next(iter(by_owner.values()))), np.nan)
        values = np.stack([by_owner.get(owner, missing) for owner in owners], axis=1)
        dimension = "person" if is_person else "pair"
        variables[quantity] = ((axis, dimension), values, attributes)
    return variables


def _persons_and_pairs(system: System) -> tuple[list[str], list[str]]:
    """Return who has states, and to whom quantities belong that are not of persons alone."""
    persons = _owners(system.state_names)
    owners: dict[str, list[str]] = {}
    names = [*system.state_names, *system.input_names, *(name for name, _ in system.outputs)]
    for name in names:
        owner, _, quantity = name.rpartition(".")
        owners.setdefault(quantity, []).append(owner)
    others = [each for each in owners.values() if each != [""] and not set(each) <= set(persons)]
    return persons, list(dict.fromkeys(owner for each in others for owner in each))


def _owners(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.rpartition(".")[0] for name in names if "." in name))


def _described(quantity: str, by_owner: Mapping[str, Array], system: System) -> dict[str, str]:
    base = quantity.removesuffix("_at_end").removesuffix("_at_event")
    owner = next(iter(by_owner))
    name = f"{owner}.{base}" if owner else base
    known = {each.name: each for each in system.quantities}
    if name not in known:
        return {"units": "1", "long_name": base.replace("_", " ")}
    return {"units": known[name].unit, "long_name": known[name].meaning or base}


def _coordinates(run: Trajectory, times: Array) -> dict[str, Any]:
    unit = run.system.time_unit
    begins, ends = (np.array([each[i] for each in run.phase_ends]) for i in (0, 1))
    phases = [phase.name for phase in run.protocol][: len(run.phase_ends)]
    coordinates: dict[str, Any] = {
        "time": ("time", times, {"units": unit, "long_name": "time"}),
        "phase": ("phase", np.arange(len(phases))),
        "phase_name": ("phase", np.array(phases, dtype=str)),
        "phase_begin": ("phase", begins, {"units": unit}),
        "phase_end": ("phase", ends, {"units": unit}),
    }
    for dimension, owners in zip(("person", "pair"), _persons_and_pairs(run.system), strict=True):
        if owners:
            coordinates[dimension] = (dimension, owners)
    if run.events:
        names = np.array([name for name, _, _ in run.hits], dtype=str)
        coordinates["event_name"] = ("event", names)
        event_times = np.array([time for _, time, _ in run.hits], dtype=float)
        coordinates["event_time"] = ("event", event_times, {"units": unit})
    return coordinates


def _attributes(run: Trajectory) -> dict[str, Any]:
    return {
        "title": f"{run.system.name}: {run.protocol.name}",
        "made_by": "simulate",
        "status": run.status,
        "accuracy": NOT_ESTIMATED,
        "system": toml_of(run.system),
        "protocol": json.dumps(protocol_to_dict(run.protocol)),
        "parameters": json.dumps(dict(run.parameters)),
        "inputs_at_rest": json.dumps(dict(run.rest)),
        "initial": json.dumps(dict(run.start)),
        "events": json.dumps({name: asdict(event) for name, event in run.events.items()}),
        "times": "requested" if run.times_requested else "chosen by the integrator",
        "engine": run.engine,
        "engine_choice": run.engine_choice,
        "backend": run.backend,
        **run.settings.to_attributes(),
        **run.counts,
        "versions": versions(),
        "processor": processor(),
    }


@cache
def versions() -> str:
    """Return the versions of what a result rests on, as JSON."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return json.dumps(found)


@lru_cache(maxsize=64)
def toml_of(system: System) -> str:
    """Return a system as TOML; the same system is written only once."""
    return to_toml(system)
