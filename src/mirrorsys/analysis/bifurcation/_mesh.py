"""Cycles solved at given parameters, on meshes that meet a tolerance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._collocation import Collocation, better_mesh, node_times
from mirrorsys.analysis.bifurcation._curve import Steps, correct

__all__ = ["converged", "gone_round_once", "remeshed", "solved"]

Array = NDArray[np.float64]
SAME = 1e-4  # of the range of a cycle
MOST_TURNS = 12
MOST_MESHES = 12
SHORTEST = 0.02  # part of a step of Newton's method
NEWTON = Steps(most_iterations=25, tol=1e-11)


def converged(
    collocation: Collocation, z: Array, tol: float, max_intervals: int
) -> tuple[Collocation, Array, str]:
    """Return the cycle on a mesh that meets the tolerance, parameters held as they are."""
    status = "Newton's method does not converge"
    for _ in range(MOST_MESHES):
        found = solved(collocation, z)
        if found is None:
            break
        z = found
        profile, period, parameters = collocation.parts(z)
        error = collocation.error(profile)
        status = f"solved to {error:.1e} of its range"
        if error <= tol:
            break
        if collocation.n_interval >= max_intervals:
            status += f", not to {tol:g}, on the finest mesh allowed ({max_intervals})"
            break
        growth = (error / tol) ** (1 / (collocation.degree + 1))
        finer = int(np.ceil(collocation.n_interval * min(max(growth, 1.1), 2.0)))
        finer = min(finer, max_intervals)
        collocation, z = remeshed(collocation, profile, period, parameters, finer)
    return collocation, z, status


def gone_round_once(collocation: Collocation, z: Array) -> tuple[Collocation, Array]:
    """Return a cycle that was gone round several times gone round once."""
    profile, period, parameters = collocation.parts(z)
    times = np.linspace(0, 1, 200, endpoint=False)
    usual = collocation.values_at(profile, times)
    reach = np.ptp(usual, axis=1, keepdims=True).clip(1e-300)
    for turns in range(MOST_TURNS, 1, -1):
        moved = collocation.values_at(profile, (times + 1 / turns) % 1)
        if np.max(np.abs(moved - usual) / reach) < SAME:
            nodes = collocation.node_times()
            once = collocation.values_at(profile, nodes.ravel() / turns).reshape(profile.shape)
            once[:, :, -1] = np.roll(once[:, :, 0], -1, axis=1)
            scale = collocation.scale.copy()
            scale[collocation.field.n] = period / turns
            new = replace(collocation, reference=once, scale=scale)
            return new, new.unknowns(once, period / turns, parameters)
    return collocation, z


def remeshed(
    old: Collocation, profile: Array, period: float, parameters: Array, n_interval: int
) -> tuple[Collocation, Array]:
    """Return a cycle on a mesh that fits it better."""
    mesh = better_mesh(old, profile, n_interval)
    times = node_times(mesh, old.degree)
    moved = old.values_at(profile, times.ravel()).reshape(profile.shape[0], *times.shape)
    moved[:, :, -1] = np.roll(moved[:, :, 0], -1, axis=1)
    scale = old.scale.copy()
    scale[old.field.n] = period
    new = replace(old, mesh=mesh, reference=moved, scale=scale)
    return new, new.unknowns(moved, period, parameters)


def solved(collocation: Collocation, z: Array) -> Array | None:
    """Return the cycle at the parameters it has; None where Newton's method does not converge."""
    if collocation.field.k == 0:
        with np.errstate(all="ignore"):  # states far off may overflow before it gives up
            return _damped_newton(collocation, z)
    row = np.zeros_like(z)
    row[-1] = 1.0
    found = correct(collocation, z, row, float(z[-1]), NEWTON)
    return None if found is None else found[0]


def _damped_newton(collocation: Collocation, z: Array) -> Array | None:
    """Solve without followed parameters, in shorter steps while the residual would grow."""
    size, last = float(np.linalg.norm(collocation.residual(z))), np.inf
    for _ in range(NEWTON.most_iterations):
        step = collocation.bordered(z, None, -collocation.residual(z))
        if step is None:
            return None
        share = 1.0
        while True:
            trial = z + share * step
            now = float(np.linalg.norm(collocation.residual(trial)))
            if now < 2 * size or share < SHORTEST:
                break
            share /= 2
        z, size, moved = trial, now, float(np.linalg.norm(step)) * share
        if not np.isfinite([moved, size]).all():
            return None
        if moved <= NEWTON.tol * (1 + np.linalg.norm(z)) or (moved < 1e-9 and moved > 0.3 * last):
            return z
        last = moved
    return None
