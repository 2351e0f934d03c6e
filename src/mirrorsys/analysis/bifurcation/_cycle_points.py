"""Special cycles: folds, period doublings, Neimark-Sacker and branch points, located."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from mirrorsys.analysis.bifurcation._collocation import Collocation
from mirrorsys.analysis.bifurcation._curve import Node, Steps, between, corrected
from mirrorsys.analysis.bifurcation._cycle import Cycle
from mirrorsys.analysis.bifurcation._orbit import orbit_of
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint

__all__ = ["LETTERS", "special_cycles"]

Array = NDArray[np.float64]
ROUNDING = 1e-8  # of multipliers: in a family of cycles at one parameter value, tests vanish
LETTERS = {
    "fold of cycles": "LPC", "period doubling": "PD", "neimark-sacker": "NS",
    "branch point of cycles": "BPC",
}  # fmt: skip


def special_cycles(left: Cycle, right: Cycle, number: int, steps: Steps) -> Iterator[SpecialPoint]:
    """Yield the special cycles between two neighbours on a branch.

    `number` is the position of the first of them.
    """
    kinds = [k for k in LETTERS if _changes(k, left.test(k), right.test(k))]
    if not (left.is_reliable and right.is_reliable):
        kinds = [k for k in kinds if k == "fold of cycles"]
    if "fold of cycles" in kinds and "branch point of cycles" in kinds:
        kinds.remove("branch point of cycles")
    if not kinds:
        return
    ends = (left, Cycle(_onto(left.collocation, right.node, left.node.tangent, steps)))
    for kind in kinds:
        found = _point(kind, *ends, number, steps)
        if found is not None:
            yield found


def _changes(kind: str, left: float, right: float) -> bool:
    """Tell whether a test function changes its sign, and not by rounding alone."""
    # In a canard explosion the parameter hardly moves, yet its turn is a fold.
    rounding = 1e-12 if kind == "fold of cycles" else ROUNDING
    return left * right < 0 and max(abs(left), abs(right)) > rounding


def _point(kind: str, left: Cycle, right: Cycle, number: int, steps: Steps) -> SpecialPoint | None:
    if left.test(kind) * right.test(kind) > 0:
        return None

    def value(share: float) -> float:
        if share in (0.0, 1.0):
            return (left, right)[int(share)].test(kind)
        node = between(left.node, right.node, share, steps)
        if node is None:
            return left.test(kind) * (1 - share) + right.test(kind) * share
        return Cycle(node).test(kind)

    share = brentq(value, 0.0, 1.0, xtol=1e-9, rtol=1e-9)
    node = between(left.node, right.node, share, steps)
    if node is None:
        return None
    cycle = Cycle(node)
    if abs(cycle.test(kind)) > 0.5 * max(abs(left.test(kind)), abs(right.test(kind))):
        return None  # a jump
    if kind == "neimark-sacker" and not _has_pair(cycle.multipliers):
        return None  # two real multipliers whose product is 1
    at = cycle.collocation.field
    y = np.append(cycle.parts[0][:, 0, 0], cycle.parts[2])
    return SpecialPoint(
        name="", kind=kind, parameter=cycle.value, params=at.params_at(y), state=at.state_at(y),
        eigenvalues=cycle.multipliers, frequency=2 * np.pi / cycle.period,
        residual=float(np.abs(cycle.collocation.residual(node.z)).max()),
        status="zero of its test function on the branch", branch=number, followed=at.names, y=y,
        orbit=orbit_of(
            cycle.collocation, node.z, cycle.status, at.params_at(y), cycle.multipliers
        ),
    )  # fmt: skip


def _has_pair(values: NDArray[np.complex128]) -> bool:
    """Tell whether a complex pair lies near the unit circle."""
    pairs = values[np.abs(values.imag) > 1e-9]
    return bool(pairs.size and np.min(np.abs(np.abs(pairs) - 1)) < 1e-4)


def _onto(collocation: Collocation, node: Node, along: Array, steps: Steps) -> Node:
    """Return a cycle on the mesh of another one."""
    old = node.equations
    assert isinstance(old, Collocation)
    profile, period, parameters = old.parts(node.z)
    moved = old.values_at(profile, collocation.node_times().ravel())
    moved = moved.reshape(collocation.reference.shape)
    z = collocation.unknowns(moved, period, parameters)
    found = corrected(collocation, z, along, steps)
    return (
        Node(z, along, collocation, node.length)
        if found is None
        else replace(found, length=node.length)
    )
