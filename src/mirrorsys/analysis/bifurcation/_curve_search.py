"""CurveSearch: one curve in two parameters, followed and tested, its special points located."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from mirrorsys.analysis.bifurcation._codimension_two import (
    FoldCurve,
    HopfCurve,
    codimension_two_coefficient,
)
from mirrorsys.analysis.bifurcation._curve import (
    Curve,
    Ending,
    Node,
    Steps,
    between,
    follow,
    node_at,
)
from mirrorsys.analysis.bifurcation._defining import Scaled, newton
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint, named

__all__ = ["CurveSearch", "Tests"]

Array = NDArray[np.float64]
LETTERS = {
    "cusp": "CP", "bogdanov-takens": "BT", "generalised hopf": "GH", "zero-hopf": "ZH",
    "hopf-hopf": "HH",
}  # fmt: skip


@dataclass(frozen=True)
class Tests:
    """Test functions at a node of a curve in two parameters, and what keeps their signs."""

    node: Node
    values: Mapping[str, float]
    w: Array


class CurveSearch:
    """One curve: followed, tested, its special points located."""

    def __init__(self, own: FoldCurve | HopfCurve, y: Array, scale: Array, steps: Steps) -> None:
        self.own, self.steps = own, steps
        equations, z, more = own.start(y)
        self.scale = np.append(scale, more)
        self.equations = Scaled(equations, self.scale)
        self.z = z / self.scale

    def follow_both_ways(
        self, ending_at: Callable[[Node], Ending]
    ) -> tuple[Curve, tuple[str, str]]:
        """Return the curve through the point, and why it ends on both sides."""
        n = self.own.field.n
        fixed = np.zeros(self.z.size)
        fixed[n + 1] = 1.0
        z = newton(_Fixed(self.equations, fixed, float(self.z[n + 1])), self.z)
        if z is None:
            reason = "stopped: the defining system has no solution near the point"
            return Curve(), (reason, reason)
        along = np.linalg.svd(self.equations.matrix(z))[2][-1]
        start = node_at(self.equations, z, along)
        if start is None:
            reason = "stopped: the equations are singular at the first point"
            return Curve(), (reason, reason)
        forth = follow(start, self.steps, ending_at(start), self.own.adapt)
        if forth.is_closed:
            return forth, (forth.status, forth.status)
        turned = Node(z, -start.tangent, start.equations)
        back = follow(turned, self.steps, ending_at(turned), self.own.adapt)
        nodes = [Node(e.z, -e.tangent, e.equations, -e.length) for e in back.nodes[:0:-1]]
        return Curve([*nodes, *forth.nodes], ""), (back.status, forth.status)

    def tested(self, node: Node, before: Tests | None) -> Tests:
        """Return the test functions at a node, their signs kept from the one before."""
        values, w = self.own.tests(node.z * self.scale, None if before is None else before.w)
        return Tests(node, values, w)

    def points(
        self, curve: Curve, params: Mapping[str, float]
    ) -> tuple[list[Tests], tuple[SpecialPoint, ...]]:
        """Return the tested nodes and the special points between them."""
        tests: list[Tests] = []
        found: list[SpecialPoint] = []
        for node in curve.nodes:
            here = self.tested(node, tests[-1] if tests else None)
            if tests:
                found.extend(self._between(tests[-1], here, params))
            tests.append(here)
        return tests, named(found, LETTERS)

    def _between(
        self, left: Tests, right: Tests, params: Mapping[str, float]
    ) -> Sequence[SpecialPoint]:
        kinds = [
            kind
            for kind in left.values
            if left.values[kind] * right.values[kind] < 0
            and max(abs(left.values[kind]), abs(right.values[kind])) < np.inf
        ]
        points = [self._point(kind, left, right, params) for kind in kinds]
        return [each for each in points if each is not None]

    def _point(
        self, kind: str, left: Tests, right: Tests, params: Mapping[str, float]
    ) -> SpecialPoint | None:
        failed = False

        def value(share: float) -> float:
            nonlocal failed
            if share in (0.0, 1.0):
                return (left, right)[int(share)].values[kind]
            node = between(left.node, right.node, share, self.steps)
            if node is None:
                failed = True
                return left.values[kind] * (1 - share) + right.values[kind] * share
            return self.tested(node, left).values[kind]

        share = brentq(value, 0.0, 1.0, xtol=1e-15, rtol=1e-14)
        node = between(left.node, right.node, share, self.steps)
        if node is None:
            node, failed = left.node, True
        tests = self.tested(node, left)
        # A pole of the test function changes its sign too.
        if abs(tests.values[kind]) > max(abs(left.values[kind]), abs(right.values[kind])):
            return None
        if not self.own.has_meaning(kind, node.z * self.scale):
            return None
        return self._special(kind, node, params, failed)

    def _special(
        self, kind: str, node: Node, params: Mapping[str, float], failed: bool
    ) -> SpecialPoint:
        own = self.own.field
        z = node.z * self.scale
        y = z[: own.n + 2]
        values = np.linalg.eigvals(own.slopes(y)[:, : own.n]).astype(complex)
        coefficient, words = codimension_two_coefficient(own, kind, y)
        kappa = float(z[-1]) if self.own.kind == "hopf" else np.nan
        return SpecialPoint(
            name="", kind=kind, parameter=float(y[own.n]), params={**params, **own.params_at(y)},
            state=own.state_at(y), eigenvalues=values[np.lexsort((-values.imag, -values.real))],
            coefficient=coefficient, description=words,
            frequency=math.sqrt(kappa) if kappa > 1e-12 * self.scale[-1] else np.nan,
            residual=float(np.abs(own.rates(y)).max()),
            status="between two nodes" if failed else "zero of its test function on the curve",
            followed=own.names, y=y,
        )  # fmt: skip


@dataclass(frozen=True)
class _Fixed:
    """Equations with one row more, to hold one unknown."""

    equations: Scaled
    row: Array
    target: float

    def residual(self, z: Array) -> Array:
        return np.append(self.equations.residual(z), self.row @ z - self.target)

    def matrix(self, z: Array) -> Array:
        return np.vstack([self.equations.matrix(z), self.row])
