"""Curves of folds and of Hopf points: what each is made of, and what is tested on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._curve import Node, node_at
from mirrorsys.analysis.bifurcation._defining import Folds, HopfPoints, Scaled
from mirrorsys.analysis.bifurcation._field import Field
from mirrorsys.analysis.bifurcation._normal_forms import (
    cusp_coefficient,
    first_lyapunov_coefficient,
    fold_coefficient,
    takens_coefficients,
)

__all__ = ["FoldCurve", "HopfCurve", "codimension_two_coefficient"]

Array = NDArray[np.float64]


class FoldCurve:
    """What is particular to folds."""

    kind = "fold"

    def __init__(self, at: Field) -> None:
        self.field = at

    def start(self, y: Array) -> tuple[Any, Array, Array]:
        """Return equations, unknowns and the scale of those after y."""
        return Folds(self.field), Folds(self.field).start(y), np.ones(self.field.n)

    def adapt(self, node: Node) -> Node:
        """Return the node as it is."""
        return node

    def tests(self, z: Array, w_before: Array | None) -> tuple[dict[str, float], Array]:
        """Return the test functions; `w` is oriented as before."""
        n = self.field.n
        y, v = z[: n + 2], z[n + 2 :]
        a = self.field.slopes(y)[:, :n]
        w = np.linalg.svd(a)[0][:, -1]
        w = w if w_before is None or w @ w_before >= 0 else -w
        direction = np.append(v, np.zeros(2))
        others = _without(np.linalg.eigvals(a), [0.0])
        values = {
            "cusp": float(w @ self.field.form(y, 2)(direction, direction)),
            "bogdanov-takens": float(w @ v),
            "zero-hopf": _pair_product(others),
        }
        return values, w

    def has_meaning(self, kind: str, z: Array) -> bool:
        """Tell whether a zero of a test function is what its name says."""
        a = self.field.slopes(z[: self.field.n + 2])[:, : self.field.n]
        return kind != "zero-hopf" or _has_pair(_without(np.linalg.eigvals(a), [0.0]))

    def along(self, y: Array, z: Array) -> dict[str, float]:
        """Return what is kept along the curve."""
        return {"coefficient": fold_coefficient(self.field, y), "frequency": np.nan}


class HopfCurve:
    """What is particular to Hopf points."""

    kind = "hopf"

    def __init__(self, at: Field) -> None:
        self.field = at

    def start(self, y: Array) -> tuple[Any, Array, Array]:
        """Return equations, unknowns and the scale of those after y."""
        equations, z = HopfPoints.near(self.field, y)
        n = self.field.n
        usual = float(np.linalg.norm(self.field.slopes(y)[:, :n], 2)) ** 2
        return equations, z, np.append(np.ones(n), max(usual, 1e-300))

    def adapt(self, node: Node) -> Node:
        """Return the node with the second vector of its plane renewed, where there is one."""
        scaled, n = node.equations, self.field.n
        assert isinstance(scaled, Scaled)
        z = node.z * scaled.scale
        y, v = z[: n + 2], z[n + 2 : -1]
        a = self.field.slopes(y)[:, :n]
        other = a @ v - (v @ a @ v) / (v @ v) * v
        size = np.linalg.norm(other)
        if size < 1e-2 * np.linalg.norm(a, 2):
            return node
        equations = Scaled(HopfPoints(self.field, other / size), scaled.scale)
        return node_at(equations, node.z, node.tangent, node.length) or node

    def tests(self, z: Array, w_before: Array | None) -> tuple[dict[str, float], Array]:
        """Return the test functions."""
        n = self.field.n
        y, kappa = z[: n + 2], float(z[-1])
        values = np.linalg.eigvals(self.field.slopes(y)[:, :n])
        root = np.sqrt(complex(-kappa))
        others = _without(values, [root, -root])
        return {
            "bogdanov-takens": kappa,
            "generalised hopf": self._coefficient(y, kappa),
            "zero-hopf": float(np.prod(others).real) if others.size else 1.0,
            "hopf-hopf": _pair_product(others),
        }, np.empty(0)

    def has_meaning(self, kind: str, z: Array) -> bool:
        """Tell whether a zero of a test function is what its name says."""
        if kind == "bogdanov-takens":
            return True
        kappa = float(z[-1])
        if kappa <= 0:
            return False
        a = self.field.slopes(z[: self.field.n + 2])[:, : self.field.n]
        root = 1j * math.sqrt(kappa)
        return kind != "hopf-hopf" or _has_pair(_without(np.linalg.eigvals(a), [root, -root]))

    def along(self, y: Array, z: Array) -> dict[str, float]:
        """Return what is kept along the curve."""
        kappa = float(z[-1])
        frequency = math.sqrt(kappa) if kappa > 0 else np.nan
        return {"coefficient": self._coefficient(y, kappa), "frequency": frequency}

    def _coefficient(self, y: Array, kappa: float) -> float:
        if kappa <= 0:
            return np.nan
        try:
            return first_lyapunov_coefficient(self.field, y, math.sqrt(kappa))
        except np.linalg.LinAlgError:
            return np.nan


def codimension_two_coefficient(own: Field, kind: str, y: Array) -> tuple[float, str]:
    if kind == "cusp":
        return cusp_coefficient(own, y), ""
    if kind == "bogdanov-takens":
        a, b = takens_coefficients(own, y)
        return a * b, f"a = {a:.6g}, b = {b:.6g}"
    return np.nan, ""


def _without(values: NDArray[Any], known: Sequence[complex]) -> NDArray[Any]:
    """Return the eigenvalues without those nearest to the known ones."""
    rest = list(values)
    for each in known:
        rest.pop(int(np.argmin([abs(value - each) for value in rest])))
    return np.array(rest)


def _pair_product(values: NDArray[Any]) -> float:
    """Return the product of all sums of two eigenvalues: zero where a pair crosses the axis."""
    if values.size < 2:
        return 1.0
    i, j = np.triu_indices(values.size, 1)
    return float(np.prod(values[i] + values[j]).real)


def _has_pair(values: NDArray[Any]) -> bool:
    """Tell whether the two values whose sum is nearest to zero are complex."""
    if values.size < 2:
        return False
    i, j = np.triu_indices(values.size, 1)
    nearest = int(np.argmin(np.abs(values[i] + values[j])))
    return bool(values[i[nearest]].imag != 0)
