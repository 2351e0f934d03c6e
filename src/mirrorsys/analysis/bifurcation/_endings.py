"""Endings: where a curve leaves its bounds or its box, or comes back to its beginning."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._curve import Ending, Node, Steps, between, correct, node_at

__all__ = ["bounded"]

Array = NDArray[np.float64]
LEAVING = 1e-9  # of a side of the box: how far outside counts as leaving it
ROUNDING = 1e-13  # of a bound of a parameter
HALVINGS = 40


def bounded(
    sides: Sequence[tuple[float, float]],
    names: Sequence[str],
    n_state: int,
    scale: Array,
    steps: Steps,
) -> Callable[[Node], Ending]:
    """Return, for the first node of a curve, what ends it.

    Parameters
    ----------
    sides : sequence of (float, float)
        Of the first coordinates, in their units: the states, then the followed parameters.
    names : sequence of str
        What these are called.
    n_state : int
        How many of them are states.
    scale : array
        What coordinates are divided by.
    steps : Steps
    """
    walls = [
        _Wall(axis, end / scale[axis], sign, axis < n_state, f"{names[axis]} = {end:g}", steps)
        for axis, side in enumerate(sides)
        for end, sign in zip(side, (-1, 1), strict=True)
        if np.isfinite(end)
    ]

    def ending_at(start: Node) -> Ending:
        def ending(here: Node, node: Node) -> tuple[Node | None, str] | None:
            passed = [wall for wall in walls if wall.is_passed(node)]
            if passed:
                wall = min(passed, key=lambda each: each.share(here, node))
                return wall.node(here, node), wall.text
            step = float(np.linalg.norm(node.z - here.z))
            is_back = (
                abs(node.length - start.length) > 3 * step
                and np.linalg.norm(node.z - start.z) < step
                and node.tangent @ start.tangent > 0.9
            )
            return (
                (Node(start.z, start.tangent, start.equations), "closed curve") if is_back else None
            )

        return ending

    return ending_at


class _Wall:
    """A bound of a parameter or a face of the box."""

    def __init__(
        self, axis: int, end: float, sign: int, is_face: bool, where: str, steps: Steps
    ) -> None:
        self.axis, self.end, self.sign, self.steps = axis, end, sign, steps
        self.slack = LEAVING if is_face else ROUNDING * max(1.0, abs(end))
        self.text = f"leaves the box at {where}" if is_face else f"reaches the bound {where}"

    def is_passed(self, node: Node) -> bool:
        """Tell whether a node lies beyond it."""
        return bool((node.z[self.axis] - self.end) * self.sign > self.slack)

    def share(self, here: Node, node: Node) -> float:
        """Return which part of the way from one node to the next lies before it."""
        moved = node.z[self.axis] - here.z[self.axis]
        return float((self.end - here.z[self.axis]) / moved) if moved else 0.0

    def node(self, here: Node, node: Node) -> Node | None:
        """Return the node in it; None if the curve starts there."""
        share, way = self.share(here, node), node.z - here.z
        if share <= 1e-9:
            return None
        row = np.zeros_like(here.z)
        row[self.axis] = 1.0
        guess = here.z + share * way
        found = correct(here.equations, guess, row, self.end, self.steps)
        if found is not None and np.linalg.norm(found[0] - guess) < np.linalg.norm(way):
            return node_at(here.equations, found[0], here.tangent)
        return self._up_to(here, node)

    def _up_to(self, here: Node, node: Node) -> Node | None:
        """Return a node just before it, where another branch crosses in the face itself."""
        inside, outside = here, node
        for _ in range(HALVINGS):
            middle = between(inside, outside, 0.5, self.steps)
            if middle is None:
                break
            if (middle.z[self.axis] - self.end) * self.sign < 0:
                inside = middle
            else:
                outside = middle
        return None if inside is here else inside
