"""Where cycles begin: beside a Hopf point, or at the end of a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._collocation import Collocation, better_mesh, node_times
from mirrorsys.analysis.bifurcation._curve import Steps, correct
from mirrorsys.analysis.bifurcation._field import Field
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint

__all__ = ["beside_hopf", "cycle_scale", "from_function"]

Array = NDArray[np.float64]
DEGREE = 6


def beside_hopf(
    at: Field, point: SpecialPoint, n_interval: int, scale: Array, sizes: tuple[float, ...]
) -> tuple[Collocation, Array, Array] | None:
    """Return a small cycle beside a Hopf point, and the direction in which cycles grow.

    `sizes` are tried in turn, as parts of the scale. None where Newton's method does not
    converge for any.
    """
    n, y = at.n, point.y
    mesh = np.linspace(0, 1, n_interval + 1)
    wave = _oscillation(at, point, node_times(mesh, DEGREE))
    wave = wave / np.max(np.abs(wave) / scale[:n, None, None])
    middle = np.broadcast_to(y[:n, None, None], wave.shape)
    collocation = Collocation(at, mesh, DEGREE, middle + wave, scale)
    base = collocation.unknowns(middle, point.period, y[n:])
    along = collocation.unknowns(middle + wave, point.period, y[n:]) - base
    along = along / np.linalg.norm(along)
    for size in sizes:
        guess = base + size * along
        found = correct(collocation, guess, along, float(along @ guess), Steps())
        if found is not None and np.linalg.norm(found[0] - guess) < 0.5 * size:
            return collocation, found[0], along
    return None


def _oscillation(at: Field, point: SpecialPoint, times: Array) -> Array:
    """Return the linear oscillation at a Hopf point, shape (n, N, m + 1)."""
    values, vectors = np.linalg.eig(at.slopes(point.y)[:, : at.n])
    q = vectors[:, np.argmin(np.abs(values - 1j * point.frequency))]
    wave: Array = (q[:, None, None] * np.exp(2j * np.pi * times)).real
    return wave


def cycle_scale(at: Field, middle: Array, period: float, spans: tuple[float, ...]) -> Array:
    """Return the scale of states, period and parameters."""
    ranges = np.array([each.range for each in at.system.states])
    widths = ranges[:, 1] - ranges[:, 0]
    usual = np.where(np.isfinite(widths) & (widths > 0), widths, 1.0 + 2 * np.abs(middle))
    return np.concatenate([usual, [period], spans[: at.k]])


def from_function(
    at: Field, period: float, function: Callable[[Array], Array], n_interval: int
) -> tuple[Collocation, Array]:
    """Return equations and unknowns near a cycle that is known as a function of time."""
    mesh = np.linspace(0, 1, n_interval + 1)
    profile = _profile(function, period, mesh)
    reach = np.ptp(profile, axis=(1, 2))
    scale = np.append(np.maximum(reach, 1e-3 * reach.max() + 1e-300), period)
    even = Collocation(at, mesh, DEGREE, profile, scale)
    # Steep parts need their intervals from the beginning.
    mesh = better_mesh(even, profile, n_interval)
    profile = _profile(function, period, mesh)
    collocation = Collocation(at, mesh, DEGREE, profile, scale)
    return collocation, collocation.unknowns(profile, period, np.empty(0))


def _profile(function: Callable[[Array], Array], period: float, mesh: Array) -> Array:
    times = node_times(mesh, DEGREE)
    profile = function(times.ravel() * period).reshape(-1, *times.shape)
    # A run returns nearly, not exactly: the gap is spread over the period.
    gap = profile[:, -1, -1] - profile[:, 0, 0]
    profile = profile - gap[:, None, None] * times
    profile[:, :, -1] = np.roll(profile[:, :, 0], -1, axis=1)
    return profile
