"""Doubling: the cycle of twice the period that is born where a multiplier passes -1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._collocation import Collocation
from mirrorsys.analysis.bifurcation._curve import Steps, correct

__all__ = ["beside_doubling"]

Array = NDArray[np.float64]


def beside_doubling(
    once: Collocation, z: Array, sizes: tuple[float, ...]
) -> tuple[Collocation, Array, Array] | None:
    """Return a cycle of nearly twice the period beside a period doubling, and the way it grows.

    The cycle is gone round twice, and displaced along the direction that comes back with its
    sign turned: one way in the first round, the other way in the second.

    Parameters
    ----------
    once : Collocation
    z : array
        The cycle at the period doubling.
    sizes : tuple of float
        Displacements that are tried in turn, as parts of the diagram.
    """
    profile, period, parameters = once.parts(z)
    wave = _turning(once, z)
    mesh = np.concatenate([once.mesh / 2, 0.5 + once.mesh[1:] / 2])
    twice = np.concatenate([profile, profile], axis=1)
    shape = np.concatenate([wave, -wave], axis=1)
    shape = shape / np.max(np.abs(shape) / once.scale[: len(profile), None, None])
    scale = once.scale.copy()
    scale[len(profile)] = 2 * period
    collocation = replace(once, mesh=mesh, reference=twice, scale=scale)
    base = collocation.unknowns(twice, 2 * period, parameters)
    along = collocation.unknowns(twice + shape, 2 * period, parameters) - base
    along = along / np.linalg.norm(along)
    for size in sizes:
        guess = base + size * along
        found = correct(collocation, guess, along, float(along @ guess), Steps())
        if found is not None and np.linalg.norm(found[0] - guess) < 0.5 * size:
            return collocation, found[0], along
    return None


def _turning(once: Collocation, z: Array) -> Array:
    """Return the displacement that has turned its sign after one round, at all nodes."""
    inner = once.transfers(z)
    transfers = inner[:, -once.field.n :]
    product = np.eye(once.field.n)
    for each in transfers:
        product = each @ product
    values, vectors = np.linalg.eig(product)
    start = vectors[:, int(np.argmin(np.abs(values + 1)))].real
    starts = [start]
    for each in transfers[:-1]:
        starts.append(each @ starts[-1])
    first = np.array(starts)  # (N, n)
    later = np.einsum("ijk,ik->ij", inner, first).reshape(len(first), once.degree, -1)
    return np.moveaxis(np.concatenate([first[:, None], later], axis=1), -1, 0)
