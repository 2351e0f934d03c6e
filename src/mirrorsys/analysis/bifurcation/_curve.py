"""Curve: the solutions of N equations in N + 1 unknowns, followed by pseudo-arclength.

The same few functions follow equilibria in one parameter, folds and Hopf points in two,
and cycles: they see only a residual and its matrix of derivatives.

References
----------
.. [1] H. B. Keller, "Numerical solution of bifurcation and nonlinear eigenvalue problems",
   in: Applications of Bifurcation Theory, Academic Press 1977, 359-384.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FINE",
    "TOO_LONG",
    "Curve",
    "Ending",
    "Equations",
    "Node",
    "Steps",
    "between",
    "correct",
    "corrected",
    "follow",
    "node_at",
]

Array = NDArray[np.float64]
FAIRLY_FINE = 1e-4
FINE = 1e-6  # of the diagram: steps this short are taken even if they may jump


class Equations(Protocol):
    """What is followed. Unknowns are scaled, so that a step of 1 crosses the whole diagram."""

    def residual(self, z: Array) -> Array:
        """Return the N equations at z, shape (N + 1,)."""

    def bordered(self, z: Array, row: Array, right: Array) -> Array | None:
        """Solve their derivatives at z with one row more; None where they are singular."""

    def orientation(self, z: Array, tangent: Array) -> float:
        """Return the sign of the determinant of derivatives and tangent; 0 if not known."""


@dataclass(frozen=True)
class Steps:
    """How a curve is followed.

    Parameters
    ----------
    first, longest, shortest : float
        Steps in arclength, as parts of the diagram.
    turn : float
        The largest angle between successive tangents, in radians.
    tol : float
        Of Newton's method: its last step, relative to the diagram.
    most_iterations : int
        Of Newton's method for one step.
    most_points : int
        Of a curve in one direction.
    """

    first: float = 0.004
    longest: float = 0.02
    shortest: float = 1e-9
    turn: float = 0.15
    tol: float = 1e-12
    most_iterations: int = 8
    most_points: int = 4000


@dataclass(frozen=True, eq=False)
class Node:
    """A point of a curve with its unit tangent, its arclength, and the equations it solves."""

    z: Array
    tangent: Array
    equations: Equations
    length: float = 0.0

    @property
    def orientation(self) -> float:
        """The sign that changes where another curve crosses; 0 if it is not known."""
        return self.equations.orientation(self.z, self.tangent)


@dataclass
class Curve:
    """Nodes in their order, and why the curve ends, in words."""

    nodes: list[Node] = field(default_factory=list)
    status: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether it has come back to its beginning."""
        return self.status.startswith("closed")


TOO_LONG = (None, "")  # what an ending returns where the way to it must be looked at more closely
Ending = Callable[[Node, Node], tuple[Node | None, str] | None]


def node_at(equations: Equations, z: Array, along: Array, length: float = 0.0) -> Node | None:
    """Return the node at z with its tangent on the side of `along`; None at a singular point."""
    right = np.zeros(z.size)
    right[-1] = 1.0
    found = equations.bordered(z, along, right)
    return None if found is None else Node(z, found / np.linalg.norm(found), equations, length)


def correct(
    equations: Equations, guess: Array, row: Array, target: float, steps: Steps
) -> tuple[Array, int] | None:
    """Return the solution with ``row @ z == target`` near a guess, and the iterations it took.

    None where Newton's method does not converge.
    """
    z, last = guess.copy(), np.inf
    with np.errstate(all="ignore"):
        for iteration in range(1, steps.most_iterations + 1):
            right = -np.append(equations.residual(z), row @ z - target)
            step = equations.bordered(z, row, right) if np.isfinite(right).all() else None
            if step is None:
                return None
            z, size = z + step, float(np.linalg.norm(step))
            if size <= steps.tol * (1 + np.linalg.norm(z)):
                return z, iteration
            # Near a singular point steps stop shrinking at the level of rounding.
            if iteration > 3 and size < 1e3 * steps.tol and size > 0.3 * last:
                return z, iteration
            if iteration > 2 and size > 4 * last:
                return None
            last = size
    return None


def corrected(
    equations: Equations, guess: Array, along: Array, steps: Steps, row: Array | None = None
) -> Node | None:
    """Return the node near a guess, on the plane across `row`, its tangent along `along`."""
    row = along if row is None else row
    found = correct(equations, guess, row, float(row @ guess), steps)
    return None if found is None else node_at(equations, found[0], along)


def follow(
    start: Node,
    steps: Steps,
    ending: Ending,
    adapt: Callable[[Node], Node] | None = None,
    goes_on: Callable[[Node, Node], bool] | None = None,
) -> Curve:
    """Follow a curve from a node in the direction of its tangent.

    Parameters
    ----------
    start : Node
    steps : Steps
    ending : callable
        Given the last node and the next, the node that ends the curve instead of the next
        (or None, if the last does) and why; `TOO_LONG` for a shorter step; or None to go on.
    adapt : callable, optional
        Returns the next node on a better mesh.
    goes_on : callable, optional
        Tells whether the next node may belong to the same curve as the last one.
    """
    curve, size = Curve([start]), steps.first
    while len(curve.nodes) < steps.most_points:
        here = curve.nodes[-1]
        made = _step(here, size, steps, goes_on)
        if isinstance(made, str):
            size /= 2
            if size < steps.shortest:
                curve.status = f"stopped: {made}, however short the steps"
                return curve
            continue
        node, iterations, turned = made
        if (end := ending(here, node)) is not None:
            if end == TOO_LONG:
                size /= 2
                continue
            last, curve.status = end
            curve.nodes.extend([last] if last is not None else [])
            return curve
        curve.nodes.append(node if adapt is None else adapt(node))
        if iterations <= 4 and turned < 0.5 * steps.turn:
            size = min(1.5 * size, steps.longest)
        elif iterations > 5 or turned > 0.8 * steps.turn:
            size /= 1.5
    curve.status = f"stopped after {steps.most_points} points"
    return curve


def _step(
    here: Node, size: float, steps: Steps, goes_on: Callable[[Node, Node], bool] | None
) -> tuple[Node, int, float] | str:
    """Return the next node, the iterations and the turn it took, or why there is none."""
    guess = here.z + size * here.tangent
    found = correct(here.equations, guess, here.tangent, float(here.tangent @ guess), steps)
    if found is None:
        return "Newton's method does not converge"
    z, iterations = found
    length = here.length + float(np.linalg.norm(z - here.z))
    node = node_at(here.equations, z, here.tangent, length)
    if node is None:
        return "the equations are singular"
    turned = float(np.arccos(np.clip(node.tangent @ here.tangent, -1, 1)))
    if turned > steps.turn or np.linalg.norm(z - guess) > 0.5 * size:
        return "the curve turns too sharply"
    if size > FINE and _has_jumped(here, node, steps):
        return "another curve passes too near by"
    if goes_on is not None and size > FAIRLY_FINE and not goes_on(here, node):
        return "another curve passes too near by"
    return node, iterations, turned


def _has_jumped(here: Node, node: Node, steps: Steps) -> bool:
    """Tell whether a step has come upon another curve that passes near by.

    Orientation changes at a branch point, to which halvings lead; between two curves they lead
    nowhere.
    """
    sign, begin, end = here.orientation, here, node
    if sign * node.orientation >= 0:
        return False
    width = float(np.linalg.norm(node.z - here.z))
    for _ in range(10):
        middle = between(begin, end, 0.5, steps)
        if middle is None:
            return True
        begin, end = (middle, end) if middle.orientation == sign else (begin, middle)
    return bool(np.linalg.norm(end.z - begin.z) > 0.01 * width)


def between(left: Node, right: Node, share: float, steps: Steps) -> Node | None:
    """Return the node above a share of the chord between two neighbours on one mesh."""
    chord = right.z - left.z
    length = float(np.linalg.norm(chord))
    if length == 0:
        return None
    row = chord / length
    guess = left.z + share * chord
    found = correct(left.equations, guess, row, float(row @ guess), steps)
    if found is None or np.linalg.norm(found[0] - guess) > length:
        return None
    where = left.length + share * (right.length - left.length)
    return node_at(left.equations, found[0], row, where)
