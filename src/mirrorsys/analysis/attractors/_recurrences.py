"""Recurrences: what a trajectory settles on that reaches no known equilibrium.

It is followed in windows of growing length. If it hardly moves in one, it rests; if it
returns to where it was, and the next round repeats the last, it is a cycle; if that does not
happen, it is something else that recurs: a torus, or chaos.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.attractors._attractors import Attractor, Flow
from mirrorsys.analysis.attractors._variational import Tangent

__all__ = ["settled_on"]

Array = NDArray[np.float64]
N_SAMPLES, N_POINTS = 20_000, 2000  # in a window; along an attractor
WINDOWS, LENGTHENING = 7, 2.0
STILL = 1e-7  # sides of the box: what moves less than that in a window rests
AWAY, BACK, NEARLY, SAME = 0.2, 0.02, 0.1, 2e-3  # of the extent of what it moves through
FEWEST, MOST_VISITS = 20, 16  # samples in a round; rounds that may be one period
ROUNDS, STEADY = 60, 1e-8  # to measure a period, and how well it must repeat
NEUTRAL = 1e-4  # below 1: a multiplier that is not told from 1
TINY = 1e-12


def settled_on(flow: Flow, state: Array, window: float) -> Attractor | str:
    """Return what the trajectory from a state settles on, or why that cannot be told.

    Parameters
    ----------
    flow : Flow
    state : ndarray, shape (n_state,)
    window : float
        How long to look at first.
    """
    curve, times = np.empty((0, state.size)), np.empty(0)
    for _ in range(WINDOWS):
        times = np.linspace(0.0, window, N_SAMPLES)
        curve = flow.samples(state, times)
        if flow.has_escaped(curve[-1:])[0]:
            return Attractor("escapes", _named(flow, curve[0]), "unbounded")
        if (np.ptp(curve, axis=0) <= STILL * flow.scale).all():
            return _rest(flow, curve[-1])
        if (cycle := _cycle(flow, curve, times)) is not None:
            return cycle
        state, window = curve[-1], LENGTHENING * window
    if not _returns(curve):
        return "neither settled nor recurring"
    points = curve[:: N_SAMPLES // N_POINTS]
    return Attractor("other (recurrent)", _named(flow, curve[-1]), "attracting", points=points)


def _returns(curve: Array) -> bool:
    """Tell whether a trajectory has been away from where it is, and there before."""
    distance = _distance(curve)
    away = np.flatnonzero(distance > AWAY)
    return bool(away.size and (distance[: away[-1]] < NEARLY).any())


def _distance(curve: Array) -> Array:
    """Return how far each point is from the last one, beside the extent of the later half."""
    extent = np.ptp(curve[len(curve) // 2 :], axis=0)
    return np.asarray(np.abs((curve - curve[-1]) / np.maximum(extent, TINY)).max(axis=1))


def _rest(flow: Flow, state: Array) -> Attractor | str:
    """Return the equilibrium at which a trajectory rests, if it attracts."""
    for _ in range(3):  # of Newton's method
        rate, slopes = flow.rates(state[np.newaxis])[0], flow.slopes(state)
        if not (np.isfinite(rate).all() and np.isfinite(slopes).all()):
            return "at rest where the right-hand side has no derivative"
        state = state - np.linalg.lstsq(slopes, rate, rcond=None)[0]
    if np.linalg.eigvals(slopes).real.max() >= 0:
        return "at an equilibrium that does not attract"
    return Attractor(
        "equilibrium", _named(flow, state), "stable (found by simulation)", points=state[np.newaxis]
    )


def _cycle(flow: Flow, curve: Array, times: Array) -> Attractor | str | None:
    """Return the cycle that a sampled trajectory runs along, if it does."""
    extent = np.maximum(np.ptp(curve[len(curve) // 2 :], axis=0), TINY)
    steps = np.abs(np.diff(curve[len(curve) // 2 :], axis=0) / extent).max()
    for period in _visits(_distance(curve)):
        later = curve[-period:]
        gap = np.abs((curve[-2 * period : -period] - later) / extent).max()
        # Samples of two rounds lie up to a step of sampling apart.
        if gap <= SAME + 1.5 * steps and (found := _measured(flow, curve[-1], period, times[1])):
            return found
    return None


def _visits(distance: Array) -> list[int]:
    """Return how many samples ago the trajectory was nearest to where it is, visit by visit."""
    away = np.flatnonzero(distance > AWAY)
    if not away.size:
        return []
    back = np.flatnonzero(distance[: away[-1]] < BACK)
    visits = np.split(back, np.flatnonzero(np.diff(back) > 1) + 1) if back.size else []
    last = len(distance) - 1
    ago = [last - int(own[distance[own].argmin()]) for own in reversed(visits)]
    return [each for each in ago if FEWEST <= each <= last // 2][:MOST_VISITS]


def _measured(flow: Flow, state: Array, n_samples: int, spacing: float) -> Attractor | str | None:
    """Return a cycle with its exact period, its points evenly spaced and its multiplier."""
    state, period = _closed(flow, state, n_samples * spacing, spacing)
    if not np.isfinite(period):
        return None
    multiplier = _multiplier(flow, state, period)
    if multiplier > 1 - NEUTRAL:
        return "on a cycle that does not attract"
    loop = flow.samples(state, np.linspace(0.0, period, N_SAMPLES))
    steps = np.linalg.norm(np.diff(loop, axis=0) / flow.scale, axis=1)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    even = np.linspace(0.0, length[-1], N_POINTS)
    points = np.array([np.interp(even, length, each) for each in loop.T]).T
    words = f"stable cycle (multiplier {multiplier:.3g})"
    return Attractor("cycle", _named(flow, state), words, period, points)


def _closed(flow: Flow, state: Array, period: float, spacing: float) -> tuple[Array, float]:
    """Follow the cycle for some rounds more; return where it is and how long a round lasts.

    A round ends where the trajectory, near its start, crosses the plane normal to it.
    """
    for _ in range(ROUNDS):
        before = period
        times = np.concatenate([[0.0], period + np.linspace(-2, 2, 201) * spacing])
        near = flow.samples(state, times)
        normal = flow.rates(state[np.newaxis])[0] / flow.scale**2
        heights = (near[1:] - state) @ normal
        crossed = np.flatnonzero((heights[:-1] < 0) & (heights[1:] >= 0))
        if not crossed.size:
            return state, np.nan
        i = int(crossed[0])
        share = heights[i] / (heights[i] - heights[i + 1])
        period = float(times[1 + i] + share * (times[2 + i] - times[1 + i]))
        state = near[1 + i] + share * (near[2 + i] - near[1 + i])
        if abs(period - before) < STEADY * period:
            return state, period
    return state, np.nan


def _multiplier(flow: Flow, state: Array, period: float) -> float:
    """Return the size of the largest Floquet multiplier beside the trivial one; NaN if unknown."""
    settings = replace(flow.settings, rtol=min(flow.settings.rtol, 1e-9), atol=1e-12)
    tangent = Tangent(
        flow.system, flow.parameters, flow.inputs, state, state.size, settings, flow.engine
    )
    tangent.advance(period)
    if tangent.failure or not np.isfinite(tangent.vectors).all():
        return np.nan
    multipliers = np.linalg.eigvals(tangent.vectors)
    return float(np.abs(np.delete(multipliers, np.abs(multipliers - 1).argmin())).max(initial=0.0))


def _named(flow: Flow, state: Array) -> dict[str, float]:
    return dict(zip(flow.system.state_names, state.tolist(), strict=True))
