"""Events: the bifurcations between the nodes of a branch of equilibria, located exactly.

Test functions that change their sign say that there is one; a defining system says where.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._curve import Node, Steps, between
from mirrorsys.analysis.bifurcation._defining import (
    BranchPoints,
    Folds,
    HopfPoints,
    Scaled,
    newton,
)
from mirrorsys.analysis.bifurcation._field import Field
from mirrorsys.analysis.bifurcation._normal_forms import null_vectors

__all__ = ["Located", "Tests", "events", "tests_at"]

Array = NDArray[np.float64]
DEPTH = 14  # halvings of a step in which several things happen, or something nearly does
DOUBLE = 1e-9  # of the squared size of the eigenvalues: two of them are zero
ROUNDING = 1e-12  # of a test function: equilibria at one parameter value are not folds one by one
NEARLY = 0.3  # a test function that dips to this part of its size may have touched zero


@dataclass(frozen=True)
class Tests:
    """Test functions at a node.

    Attributes
    ----------
    fold : float
        The parameter's part of the tangent.
    branch : float
        Determinant of the equations' matrix bordered by the tangent, its root.
    hopf : float
        Product of all sums of two eigenvalues, its root.
    """

    node: Node
    eigenvalues: NDArray[np.complex128]
    n_unstable: int
    fold: float
    branch: float
    hopf: float

    def value(self, kind: str) -> float:
        """Return the test function of a kind of point."""
        return float(getattr(self, kind))


@dataclass(frozen=True)
class Located:
    """A special point between two nodes: its kind, its coordinates, and how it was located."""

    kind: str
    y: Array
    omega: float
    length: float
    status: str


def tests_at(field: Field, node: Node, scale: Array) -> Tests:
    """Return the test functions at a node of a branch in scaled coordinates."""
    slopes = field.slopes(node.z * scale)
    values = np.linalg.eigvals(slopes[:, : field.n])
    values = values[np.lexsort((-values.imag, -values.real))]
    size = float(np.abs(values).max(initial=0.0)) or 1.0
    full = np.vstack([slopes * scale / np.linalg.norm(slopes * scale, axis=1, keepdims=True)
                      .clip(1e-300), node.tangent])  # fmt: skip
    return Tests(
        node,
        values.astype(complex),
        int(np.count_nonzero(values.real > 1e-12 * size)),
        float(node.tangent[field.n]),
        _root(np.linalg.slogdet(full), field.n + 1),
        _hopf_test(values / size),
    )


def _root(determinant: tuple[float, float], order: int) -> float:
    sign, logarithm = determinant
    return float(sign * np.exp(logarithm / order)) if sign else 0.0


def _hopf_test(values: NDArray[Any]) -> float:
    i, j = np.triu_indices(values.size, 1)
    sums = values[i] + values[j]
    if sums.size == 0:
        return 1.0
    with np.errstate(divide="ignore"):
        size = np.exp(np.log(np.abs(sums)).mean())
    return float(size * np.sign(np.prod(sums / np.abs(sums).clip(1e-300)).real))


def events(
    field: Field, tests: Sequence[Tests], scale: Array, steps: Steps
) -> tuple[list[Tests], list[Located]]:
    """Return the nodes, more of them where much happens, and the points between them."""
    search = _Search(field, scale, steps)
    nodes: list[Tests] = list(tests[:1])
    found: list[Located] = []
    for index in range(len(tests) - 1):
        around = tests[max(index - 1, 0) : index + 3]
        for left, right in search.pieces(tests[index], tests[index + 1], around, DEPTH):
            found.extend(search.located(left, right))
            nodes.append(right)
    return nodes, _distinct(found, scale)


class _Search:
    """What happens between two neighbours of a branch."""

    def __init__(self, field: Field, scale: Array, steps: Steps) -> None:
        self.field, self.scale, self.steps = field, scale, steps

    def pieces(
        self, left: Tests, right: Tests, around: Sequence[Tests], depth: int
    ) -> Iterator[tuple[Tests, Tests]]:
        """Yield parts of a step in each of which at most one thing happens."""
        if depth > 0 and self._is_unclear(left, right, around):
            node = between(left.node, right.node, 0.5, self.steps)
            if node is not None:
                middle = tests_at(self.field, node, self.scale)
                yield from self.pieces(left, middle, (*around[:1], left, middle, right), depth - 1)
                yield from self.pieces(
                    middle, right, (left, middle, right, *around[-1:]), depth - 1
                )
                return
        yield left, right

    def _is_unclear(self, left: Tests, right: Tests, around: Sequence[Tests]) -> bool:
        kinds = _changed(left, right)
        change = abs(left.n_unstable - right.n_unstable)
        explained = {
            (): {0}, ("fold",): {1}, ("branch",): {1}, ("hopf",): {0, 2}, ("fold", "branch"): {0},
        }  # fmt: skip
        if change not in explained.get(kinds, set()):
            return True
        return any(
            _may_touch([each.value(kind) for each in around])
            for kind in ("fold", "branch", "hopf")
            if kind not in kinds
        )

    def located(self, left: Tests, right: Tests) -> Iterator[Located]:
        """Yield the special points between two nodes."""
        kinds = _changed(left, right)
        for kind in kinds:
            if kind == "fold" and "branch" in kinds:
                continue  # the vertex of a pitchfork is no fold
            yield self._point(kind, left, right)

    def _point(self, kind: str, left: Tests, right: Tests) -> Located:
        begin, end = left, right
        for halving in range(40):
            if (found := self._solved(kind, begin, end)) is not None:
                return found
            share = _zero(begin.value(kind), end.value(kind)) if halving % 3 == 0 else 0.5
            node = between(begin.node, end.node, share, self.steps)
            if node is None:
                break
            middle = tests_at(self.field, node, self.scale)
            if middle.value(kind) * begin.value(kind) > 0:
                begin = middle
            else:
                end = middle
        width = float(np.linalg.norm(end.node.z - begin.node.z))
        y = (begin.node.z + end.node.z) / 2 * self.scale
        omega = self._omega(y) if kind == "hopf" else np.nan
        if kind == "hopf" and np.isnan(omega):
            kind = "branch" if self._is_doubly_singular(y) else "neutral"
        status = f"between two nodes {width:.1e} of the diagram apart; its equations are singular"
        return Located(kind, y, omega, (begin.node.length + end.node.length) / 2, status)

    def _solved(self, kind: str, left: Tests, right: Tests) -> Located | None:
        """Return the solution of the defining system that lies between two nodes."""
        share = _zero(left.value(kind), right.value(kind))
        z = left.node.z + share * (right.node.z - left.node.z)
        y, omega = z * self.scale, np.nan
        if kind == "fold":
            found = self._newton(Folds(self.field), Folds(self.field).start(y, self.scale))
        elif kind == "branch":
            at = BranchPoints(self.field)
            found = self._newton(at, at.start(y, self.scale))
        else:
            found = self._newton(*HopfPoints.near(self.field, y))
        if found is None:
            return None
        y = found[: y.size]
        if not _lies_between(left.node.z, right.node.z, y / self.scale):
            return None
        if kind == "branch" and not self._vanishes(found[-1] * found[y.size : -1], left, right):
            return None
        if kind == "fold" and self._is_branch_point(y):
            kind = "branch"
        if kind == "hopf":
            size = float(np.abs(left.eigenvalues).max())
            if abs(found[-1]) < DOUBLE * size**2:
                kind = "branch"
            elif found[-1] < 0:
                kind = "neutral"
            omega = float(np.sqrt(max(found[-1], 0.0)))
        length = left.node.length + share * (right.node.length - left.node.length)
        return Located(kind, y, omega, length, "solution of its defining system")

    def _newton(self, equations: Any, start: Array) -> Array | None:
        """Solve in units of the diagram, so that it does not matter in which ones it is given."""
        scale = np.append(self.scale, np.ones(start.size - self.scale.size))
        if isinstance(equations, HopfPoints):
            scale[-1] = abs(start[-1]) or 1.0
        elif isinstance(equations, BranchPoints):
            scale[-1] = np.abs(equations.field.slopes(start[: self.scale.size]) * self.scale).max()
            scale[-1] = scale[-1] or 1.0
        found = newton(Scaled(equations, scale), start / scale)
        return None if found is None else found * scale

    def _in_units(self, y: Array) -> Array:
        """Return the derivatives in units of the diagram: rates of change."""
        n = self.field.n
        return np.asarray(self.field.slopes(y) * self.scale / self.scale[:n, None])

    def _vanishes(self, rates: Array, *nodes: Tests) -> bool:
        """Tell whether rates are nothing beside those across the diagram, each of its own state."""
        # At nodes near by: at a branch point all derivatives of a state may be zero.
        sizes = [np.abs(self._in_units(each.node.z * self.scale)).max(axis=1) for each in nodes]
        usual = np.max(sizes, axis=0)
        return bool(np.all(np.abs(rates) / self.scale[: self.field.n] <= 1e-9 * usual))

    def _is_branch_point(self, y: Array) -> bool:
        slopes = self._in_units(y)
        _, p = null_vectors(slopes[:, : self.field.n])
        by_parameter = slopes[:, self.field.n]
        return bool(
            abs(p @ by_parameter) <= 1e-8 * np.linalg.norm(p) * np.linalg.norm(by_parameter)
        )

    def _is_doubly_singular(self, y: Array) -> bool:
        slopes = self._in_units(y)
        sizes = np.sort(np.abs(np.linalg.eigvals(slopes[:, : self.field.n])))
        return bool(sizes[1] <= 1e-6 * np.linalg.norm(slopes))

    def _omega(self, y: Array) -> float:
        values = np.linalg.eigvals(self.field.slopes(y)[:, : self.field.n])
        pairs = values[values.imag > 0]
        return float(pairs[np.argmin(np.abs(pairs.real))].imag) if pairs.size else np.nan


def _lies_between(left: Array, right: Array, z: Array) -> bool:
    """Tell whether a point belongs to the stretch between two neighbours."""
    chord = right - left
    width = float(np.linalg.norm(chord)) + 1e-300
    along = float((z - left) @ chord) / width
    slack = 1e-3 * width + 1e-12
    off = float(np.linalg.norm(z - left - along * chord / width))
    return -slack <= along <= width + slack and off <= width + 1e-12


def _changed(left: Tests, right: Tests) -> tuple[str, ...]:
    """Return the kinds whose test function changes its sign."""
    return tuple(
        kind
        for kind in ("fold", "branch", "hopf")
        if (left.value(kind) * right.value(kind) < 0 or right.value(kind) == 0 != left.value(kind))
        and max(abs(left.value(kind)), abs(right.value(kind))) > ROUNDING
    )


def _zero(left: float, right: float) -> float:
    """Return where between 0 and 1 a straight line vanishes, off the ends."""
    share = left / (left - right) if left != right else 0.5
    return min(max(share, 0.01), 0.99)


def _may_touch(values: Sequence[float]) -> bool:
    """Tell whether a function of one sign at successive nodes may dip to zero between them."""
    sizes = np.abs(values)
    if np.sign(values[0]) * len(values) != np.sum(np.sign(values)) or len(values) < 3:
        return False
    for before, here, after in zip(sizes, sizes[1:], sizes[2:], strict=False):
        if here <= min(before, after):
            bend, slope = (before + after) / 2 - here, (after - before) / 2
            lowest = here - slope**2 / (4 * bend) if bend > 0 else here
            if lowest < NEARLY * here:
                return True
    return False


def _distinct(found: Sequence[Located], scale: Array) -> list[Located]:
    """Return the points without those found twice from both sides of a node."""
    kept: list[Located] = []
    for each in found:
        if not any(
            other.kind == each.kind and np.linalg.norm((other.y - each.y) / scale) < 1e-9
            for other in kept
        ):
            kept.append(each)
    return kept
