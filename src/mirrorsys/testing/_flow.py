"""Runs for the properties: from a state to a later one, and how far and how long to go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.analysis._columns import columns_of
from mirrorsys.flow import IntegrationError, simulate
from mirrorsys.kernels import kernel, vector_field
from mirrorsys.protocols import Protocol
from mirrorsys.testing._search import Inconclusive

__all__ = [
    "Flow",
    "Run",
    "as_vector",
    "fast_time",
    "matrix_at",
    "quiet",
    "rates_at",
    "run_of",
    "scales",
    "sound_part",
    "trajectory",
]

Array = NDArray[np.float64]
Values = Mapping[str, float]
Flow = Callable[[Values, float, Values], Any]

MAX_STEPS = 100_000
N_PROBES = 32
RTOL, ATOL = 1e-9, 1e-12
STRAYED = 1e-6  # scales of the state: how far rounding takes a state in one step
ROUNDING = 1e-9  # of a rate, relative to other rates


def quiet(system: System) -> System:
    """Return a system without its noise."""
    if all(amplitude == 0 for amplitude in system.diffusion):
        return system
    return system.replace(diffusion=dict.fromkeys(system.state_names, 0))


def as_vector(system: System, state: Values) -> Array:
    """Return a state by name as an array, in the order of the system."""
    return np.array([state[name] for name in system.state_names], dtype=float)


@lru_cache(maxsize=256)
def scales(system: System) -> Array:
    """Return what counts as large for each state: the width of its range, or around its value."""
    return np.array(
        [
            width if np.isfinite(width := each.range[1] - each.range[0]) and width > 0
            else max(1.0, abs(each.value))
            for each in system.states
        ]
    )  # fmt: skip


@lru_cache(maxsize=256)
def fast_time(system: System) -> float:
    """Return the time in which the fastest process goes on by itself: 1 over a typical Jacobian.

    At the default parameters, over states all over the box; rounded, as it is for reading.
    """
    random = np.random.default_rng(0)
    wide = np.array([each.value for each in system.states])[:, np.newaxis]
    low, high = np.array([each.range for each in system.states]).T
    low = np.where(np.isfinite(low), low, wide[:, 0] - scales(system))
    high = np.where(np.isfinite(high), high, wide[:, 0] + scales(system))
    probes = random.uniform(low, high, size=(N_PROBES, len(low)))
    norms = [np.abs(m).sum(axis=1).max() for m in (matrix_at(system, each, {}) for each in probes)]
    usable = [norm for norm in norms if np.isfinite(norm) and norm > 0]
    return float(f"{1 / np.median(usable):.1g}") if usable else 1.0


def matrix_at(system: System, state: Array, params: Values) -> Array:
    """Return the Jacobian of the system at a state."""
    parameters, inputs = parameter_and_input_values(system, params)
    out = np.empty((len(state), len(state)))
    with np.errstate(all="ignore"):
        kernel(system).jacobian(
            np.ascontiguousarray(state, dtype=float),
            np.array(list(parameters.values()), dtype=float),
            np.array(list(inputs.values()), dtype=float),
            out,
        )
    return out


def rates_at(system: System, params: Values) -> Callable[[Array], Array]:
    """Return the right-hand side; it may be undefined somewhere, without a warning."""
    field = vector_field(system, params)

    def rates(state: Array) -> Array:
        with np.errstate(all="ignore"):
            return field(state)

    return rates


@dataclass(frozen=True)
class Run:
    """A trajectory in arrays: `times` of shape (n,), `states` of shape (n_state, n).

    `failure` says in words why it ends early; "" if it does not.
    """

    times: Array
    states: Array
    failure: str = ""

    @property
    def end(self) -> Array:
        return np.asarray(self.states[:, -1])


def trajectory(
    system: System,
    state: Values,
    params: Values,
    duration: float,
    *,
    engine: str = "auto",
    rtol: float = RTOL,
    atol: float = ATOL,
    n_times: int = 0,
) -> Run:
    """Run a system without noise, and keep what there is if the integration fails.

    Raises
    ------
    Inconclusive
        If it cannot start.
    """
    times = np.linspace(0, duration, n_times) if n_times else None
    try:
        with np.errstate(all="ignore"):
            run = simulate(
                system, duration=duration, times=times, initial=state, params=params, engine=engine,
                rtol=rtol, atol=atol, max_steps=MAX_STEPS,
            )  # fmt: skip
    except IntegrationError as error:
        return _arrays(error.partial, system, str(error.partial.attrs["status"]))
    return _arrays(run, system)


def _arrays(run: xr.Dataset, system: System, failure: str = "") -> Run:
    return Run(run.time.values, columns_of(run, system.state_names).T, failure)


def sound_part(system: System, params: Values, run: Run) -> Run:
    """Return a run up to where rounding takes it across a face that nothing crosses.

    Next to a face a state can become smaller than any tolerance. If the integrator then steps
    across, although the rate on the face does not point outward, what follows means nothing.
    """
    ends = [
        _astray(system, params, run, i, end, sign)
        for i, each in enumerate(system.states)
        for end, sign in zip(each.range, (-1, 1), strict=True)
    ]
    if (end := min(ends)) == run.times.size:
        return run
    why = "the integrator crosses a face that nothing crosses"
    return Run(run.times[:end], run.states[:, :end], why)


def _astray(system: System, params: Values, run: Run, i: int, end: float, sign: int) -> int:
    """Return the number of the time at which state i goes astray across an end of its range."""
    if not np.isfinite(end):
        return run.times.size
    excess, slack = sign * (run.states[i] - end), STRAYED * scales(system)[i]
    far = np.flatnonzero(excess > slack)
    inside = np.flatnonzero(excess[: far[0]] <= 0) if far.size else far
    if not inside.size or excess[inside[-1] + 1] > slack:
        return run.times.size
    crossing = int(inside[-1]) + 1
    here = run.states[:, crossing].copy()
    here[i] = end
    rates = rates_at(system, params)(here)
    rounding = ROUNDING * (np.abs(rates).max() + scales(system)[i] / fast_time(system))
    return crossing if sign * rates[i] <= rounding else run.times.size


def run_of(
    system: System,
    state: Values,
    params: Values,
    duration: float,
    *,
    engine: str | Flow = "auto",
    rtol: float = RTOL,
    atol: float = ATOL,
    protocol: Protocol | None = None,
) -> Array:
    """Return the state at the end of a run, shape (n_state,).

    `engine` names one of `simulate`, or is a function of state, duration and parameters that
    returns the state at the end, as a mapping or in the order of the states.

    Raises
    ------
    Inconclusive
        If the integration fails: other properties tell why.
    """
    if callable(engine):
        return _called(engine, system, state, params, duration)
    given = {"duration": duration, "times": [duration]} if protocol is None else {
        "protocol": protocol, "times": [protocol.duration]
    }  # fmt: skip
    try:
        with np.errstate(all="ignore"):
            run = simulate(
                system, initial=state, params=params, engine=engine, rtol=rtol, atol=atol,
                max_steps=MAX_STEPS, **given,  # type: ignore[arg-type]
            )  # fmt: skip
    except IntegrationError as error:
        raise Inconclusive("the integration fails") from error
    return _arrays(run, system).end


def _called(flow: Flow, system: System, state: Values, params: Values, duration: float) -> Array:
    end = flow(dict(state), duration, dict(params))
    if isinstance(end, Mapping):
        end = [end[name] for name in system.state_names]
    vector = np.asarray(end, dtype=float)
    if vector.shape != (len(system.states),):
        raise ValueError(
            f"`flow` returned shape {vector.shape}; return one number for each of "
            f"{list(system.state_names)}, or a mapping."
        )
    return vector
