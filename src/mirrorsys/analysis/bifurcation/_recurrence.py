"""Recurrence: the period of a run that has settled on a cycle."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from mirrorsys._system import System
from mirrorsys._values import initial_values
from mirrorsys.analysis._columns import columns_of
from mirrorsys.analysis.bifurcation._field import field
from mirrorsys.flow import IntegrationError, simulate

__all__ = ["from_simulation", "values_of_run"]

Array = NDArray[np.float64]
ROUNDS = 8  # of simulations, each longer than the one before, in which the run turns
MOST_ROUNDS = 24  # all in all
FEW = 4  # crossings in the second half of a run, below which it is too short
POINTS = 8  # in each step
CLOSE = 1e-3  # of the range of a run: a return this near is one
STILL = 1e-6  # of the states: a run that moves less has settled at an equilibrium
MOST_TURNS = 12  # crossings of a section in one period


def from_simulation(
    system: System, start: Any, params: Mapping[str, float], period: float | None
) -> tuple[float, Callable[[Array], Array]] | str:
    """Return a rough period, and the cycle as a function of time; or what was seen instead.

    Parameters
    ----------
    start : Dataset, mapping of str to float or None
        A run, or where to begin one. With a period, one round from there is taken as it is,
        so that unstable cycles can be found too.
    """
    if isinstance(start, xr.Dataset):
        times, states = _arrays(system, start)
        return _returned(times, states, period) or "the run does not return; give a longer one."
    initial = dict(start or {})
    if start and period is not None:
        return _one_round(system, initial, params, period)
    length = _first_length(system, params, initial) if period is None else 20.0 * period
    seen = "it does not return to where it was"
    n_seen = 0
    for _ in range(MOST_ROUNDS):
        try:
            run = _simulated(system, length, initial, params)
        except IntegrationError as error:
            return f"the run from {initial or 'the initial states'} cannot be finished: {error}"
        times, states = _arrays(system, run)
        half = int(np.searchsorted(times, length / 2))
        reach = np.ptp(states[:, half:], axis=1)
        if np.all(reach <= STILL * (1 + np.abs(states[:, -1]))):
            where = dict(zip(system.state_names, states[:, -1].round(6).tolist(), strict=True))
            return f"the run settles at the equilibrium {where}."
        found = _returned(times[half:], states[:, half:], period)
        if found is not None:
            return found
        # A run too short to turn says nothing yet: slow parts of a cycle can be very slow.
        n_seen += _turns(states[:, half:]) >= FEW
        if n_seen == ROUNDS:
            break
        initial = dict(zip(system.state_names, states[:, -1].tolist(), strict=True))
        initial = {q.name: min(max(initial[q.name], q.range[0]), q.range[1]) for q in system.states}
        length *= 2.0
    return f"the run was followed for {length:g} {system.time_unit}, and {seen}."


def _turns(states: Array) -> int:
    """Return how often the state that moves most crosses its middle."""
    moving = states[int(np.argmax(np.ptp(states, axis=1)))]
    return int(np.count_nonzero(np.diff(moving > (moving.max() + moving.min()) / 2)))


def values_of_run(system: System, run: xr.Dataset, params: Mapping[str, float]) -> dict[str, float]:
    """Return the values of parameters, and of inputs at its end, at which a run was made.

    Raises
    ------
    ValueError
        If it is no run of this system, or `params` says otherwise.
    """
    try:
        kept = json.loads(run.attrs["parameters"])
        own = {name: float(kept[name]) for name in system.parameter_names}
        ends = dict(zip(system.input_names, columns_of(run, system.input_names)[-1], strict=True))
        columns_of(run, system.state_names)
    except KeyError as error:
        raise ValueError(
            f"`start` is no run of {system.name!r}: it has no {error}; give what "
            "simulate(system, ...) returned."
        ) from None
    values = {**own, **{name: float(value) for name, value in ends.items()}}
    given = system.expand(params)
    if wrong := {n: v for n, v in given.items() if not math.isclose(v, values[n], rel_tol=1e-12)}:
        theirs = {name: values[name] for name in wrong}
        raise ValueError(
            f"`params` gives {wrong}, but the run was made at {theirs}; leave `params` out, or "
            "give states to start from."
        )
    return values


def _simulated(
    system: System, duration: float, initial: Mapping[str, float], params: Mapping[str, float]
) -> xr.Dataset:
    """Return a run in several points of each step, so that a spline can pass through them."""
    settings: dict[str, Any] = {
        "duration": duration, "initial": initial, "params": params, "engine": "auto",
        "rtol": 1e-10, "atol": 1e-12,
    }  # fmt: skip
    run = simulate(system, **settings)
    if run.attrs["engine"] != "scipy":
        return run
    ends = np.unique(run["time"].values)  # SciPy's engine gives the ends of its steps only
    shares = np.arange(POINTS) / POINTS
    inner = (ends[:-1, None] + np.diff(ends)[:, None] * shares).ravel()
    return simulate(system, times=np.unique(np.append(inner, ends[-1])), **settings)


def _one_round(
    system: System, initial: Mapping[str, float], params: Mapping[str, float], period: float
) -> tuple[float, Callable[[Array], Array]] | str:
    try:
        run = _simulated(system, period, initial, params)
    except IntegrationError as error:
        return f"the run from {dict(initial)} cannot be finished: {error}"
    times, states = _arrays(system, run)
    if np.all(np.ptp(states, axis=1) <= STILL * (1 + np.abs(states[:, -1]))):
        return f"the run from {dict(initial)} stays there."
    return period, partial(_from, CubicSpline(times, states, axis=1), 0.0)


def _first_length(
    system: System, params: Mapping[str, float], initial: Mapping[str, float]
) -> float:
    """Return some times the longest time scale of the system's linear part where it starts."""
    at = field(system, (), params)
    y = np.array(list(initial_values(system, initial).values()))
    values = np.abs(np.linalg.eigvals(at.slopes(y)[:, : at.n]))
    usual = values[values > 1e-3 * values.max(initial=0)]
    return float(200.0 / np.median(usual)) if usual.size else 100.0


def _arrays(system: System, run: xr.Dataset) -> tuple[Array, Array]:
    """Return times without repetitions, and the states at them, shape (n_state, n_times)."""
    times, index = np.unique(run["time"].values, return_index=True)
    return times, columns_of(run, system.state_names)[index].T


def _returned(
    times: Array, states: Array, period: float | None
) -> tuple[float, Callable[[Array], Array]] | None:
    """Return the shortest time after which the end of a run has nearly returned."""
    if times.size < 50:
        return None
    curve = CubicSpline(times, states, axis=1)
    reach = np.ptp(states, axis=1)
    usable = reach > 1e-3 * reach.max()
    scale = np.where(usable, reach, np.inf)
    axis = int(np.argmax(reach))
    level = (states[axis].max() + states[axis].min()) / 2
    crossed = CubicSpline(times, states[axis]).solve(level, extrapolate=False)
    moments = crossed[curve(crossed, 1)[axis] > 0]
    if moments.size < 2:
        return None
    last = curve(moments[-1])
    gaps = [float(np.max(np.abs(curve(each) - last) / scale)) for each in moments[:-1]]
    candidates = range(1, min(MOST_TURNS, len(gaps)) + 1)
    for turns in candidates:
        if gaps[-turns] < CLOSE:
            begin, length = float(moments[-1 - turns]), float(moments[-1] - moments[-1 - turns])
            if period is not None and not 0.5 < length / period < 1.5:
                continue
            return length, partial(_from, curve, begin)
    return None


def _from(curve: CubicSpline, begin: float, times: Array) -> Array:
    return np.asarray(curve(begin + times), dtype=float)
