"""Known: whether a point lies on a curve that was followed before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._curve import Curve, Steps, correct

__all__ = ["ON_BRANCH", "lies_on"]

Array = NDArray[np.float64]
ON_BRANCH = 1e-6  # of the diagram


def lies_on(curve: Curve, z: Array, steps: Steps) -> bool:
    """Tell whether a point lies on a curve, between its nodes included."""
    points = np.array([node.z for node in curve.nodes])
    if np.linalg.norm(points - z, axis=1).min() < ON_BRANCH:
        return True
    if len(points) < 2:
        return False
    chords = np.diff(points, axis=0)
    sizes = np.linalg.norm(chords, axis=1).clip(1e-300)
    shares = np.clip(np.sum((z - points[:-1]) * chords, axis=1) / sizes**2, 0, 1)
    feet = points[:-1] + shares[:, None] * chords
    gaps = np.linalg.norm(z - feet, axis=1)
    for i in np.flatnonzero(gaps < 0.15 * sizes + ON_BRANCH):
        row = chords[i] / sizes[i]
        found = correct(curve.nodes[i].equations, feet[i], row, float(row @ z), steps)
        # At a branch point the equations are singular: there the chord must do.
        if found is None and gaps[i] < 0.02 * sizes[i]:
            return True
        if found is not None and np.linalg.norm(found[0] - z) < ON_BRANCH:
            return True
    return False
