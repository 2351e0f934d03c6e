"""Where the branches of a manifold begin beside an equilibrium, and what carries them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._system import State, System
from mirrorsys.analysis.attractors._attractors import Flow
from mirrorsys.analysis.bifurcation._field import Field

__all__ = ["bend", "direction", "distance", "flow_within", "reversed_flow"]

Array = NDArray[np.float64]
FARTHEST, NEAREST = 1e-2, 1e-5  # sides of the box: where a curve starts beside the equilibrium
DEFECT = 1e-7  # of the speed there: how far the start may violate the invariance equation


@lru_cache(maxsize=32)
def _backward(system: System) -> System:
    """Return the system with time running backward; no range is bounded."""
    equations: dict[Any, sp.Expr] = {
        State(name, 0.0): -rate for name, rate in system.equations.items()
    }
    name = f"{system.name}, backward in time"
    return System(name, equations, system.parameters, system.inputs)


def reversed_flow(flow: Flow) -> Flow:
    """Return the same flow backward in time."""
    return replace(flow, system=_backward(flow.system))


def flow_within(flow: Flow, sides: Mapping[str, tuple[float, float]]) -> Flow:
    """Return the same flow with the lengths of a box, where it is bounded."""
    low, high = np.array(list(sides.values()), dtype=float).T
    known = np.isfinite(high - low) & (high > low)
    width = np.where(known, np.where(known, high, 1.0) - np.where(known, low, 0.0), flow.scale)
    middle = np.where(known, (np.where(known, high, 0.0) + np.where(known, low, 0.0)) / 2,
                      flow.center)  # fmt: skip
    return replace(flow, scale=width, center=middle)


def direction(slopes: Array, sense: float, scale: Array) -> tuple[float, Array]:
    """Return the one eigenvalue of a sign, and its vector: one side of the box at most long."""
    values, vectors = np.linalg.eig(slopes)
    index = int((sense * values.real).argmax())
    vector = vectors[:, index].real / scale
    vector = vector / vector[np.abs(vector).argmax()]
    vector[np.abs(vector) < 1e-13] = 0.0  # a face of the box that the flow does not leave
    return float(values[index].real), vector * scale


def bend(at: Field, center: Array, eigenvalue: float, vector: Array) -> Array:
    """Return the second coefficient of the manifold; zero at a kink."""
    second = at.form(center, 2)(vector, vector)
    if not np.isfinite(second).all():
        return np.zeros(center.size)
    matrix = at.slopes(center) - 2 * eigenvalue * np.eye(center.size)
    found = np.linalg.lstsq(matrix, -second / 2, rcond=None)[0]
    found[(vector == 0) & (second == 0) & (np.abs(found) < 1e-13)] = 0.0
    return np.asarray(found)


def distance(
    at: Field, center: Array, eigenvalue: float, vector: Array, curvature: Array, scale: Array
) -> float:
    """Return how far away the parabola still is the manifold, in sides of the box."""
    far = FARTHEST
    while far > NEAREST:
        rates = at.rates(center + far * vector + far**2 * curvature)
        wanted = eigenvalue * far * (vector + 2 * far * curvature)
        with np.errstate(invalid="ignore"):
            defect = np.abs((rates - wanted) / scale).max()
        if defect <= DEFECT * abs(eigenvalue) * far:
            return far
        far /= 2
    return NEAREST
