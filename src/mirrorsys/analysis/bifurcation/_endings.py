"""Endings: where a curve leaves its bounds or its box, or comes back to its beginning."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._curve import (
    FINE,
    TOO_LONG,
    Ending,
    Node,
    Steps,
    between,
    correct,
    node_at,
)

__all__ = ["bounded"]

Array = NDArray[np.float64]
LEAVING = 1e-9  # of a side of the box: how far outside counts as leaving it
ROUNDING = 1e-13  # of a bound of a parameter
NEAR = 0.25  # of a step: how far beside its chord a curve, and not another one, meets a wall
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
            step = float(np.linalg.norm(node.z - here.z))
            passed = [wall for wall in walls if wall.is_passed(node)]
            if passed:
                first = min(passed, key=lambda each: each.share(here, node))
                end = first.ending(here, node)
                is_out = end[0] is not None and any(wall.is_passed(end[0]) for wall in walls)
                return TOO_LONG if is_out and step > FINE else end
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

    def ending(self, here: Node, node: Node) -> tuple[Node | None, str]:
        """Return the node in it, or None if the curve starts there, and its text."""
        share, way = self.share(here, node), node.z - here.z
        if share <= 1e-9:
            return None, self.text
        row = np.zeros_like(here.z)
        row[self.axis] = 1.0
        guess = here.z + share * way
        found = correct(here.equations, guess, row, self.end, self.steps)
        if found is not None and np.linalg.norm(found[0] - guess) < NEAR * np.linalg.norm(way):
            last = node_at(here.equations, found[0], here.tangent)
            if self._leads_to(here, last):
                return last, self.text
        last = self._up_to(here, node)
        arrives = last is not None and abs(last.z[self.axis] - self.end) < LEAVING
        if np.linalg.norm(way) > FINE and not (arrives and self._leads_to(here, last)):
            return TOO_LONG
        return last, self.text

    def _leads_to(self, here: Node, last: Node | None) -> bool:
        """Tell whether the curve, and not another one, arrives at a node in the wall."""
        return last is not None and float(here.tangent @ last.tangent) > math.cos(
            2 * self.steps.turn
        )

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
