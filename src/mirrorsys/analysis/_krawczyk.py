"""Proof that a box holds exactly one zero, or none: the Krawczyk operator on balls.

For a box X with midpoint c, an approximate inverse Y of the Jacobian at c, and slopes
J(X) of f between any two points of X, every zero in X lies in

    K(X) = c - Y f(c) + (I - Y J(X)) (X - c).

If K(X) lies in the interior of X, then X holds exactly one zero (existence by Brouwer,
uniqueness because I - Y J(X) contracts) [1]_. If K(X) and X are disjoint, X holds none.

.. [1] A. Neumaier, "Interval Methods for Systems of Equations", ch. 5, 1990.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import arb, arb_mat, ctx

__all__ = ["Balls", "Equations", "enclosed_zero", "krawczyk"]

Balls = tuple[arb, ...]
NEWTON_STEPS = 40
INFLATIONS = 8
SPARE_BITS = 12  # rounding errors of some hundred operations


@dataclass(frozen=True)
class Equations:
    """As many functions of balls as unknowns, with their slopes."""

    values: Callable[[Sequence[arb]], Sequence[arb]]
    slopes: Callable[[Sequence[arb]], arb_mat]
    bits: int


def krawczyk(equations: Equations, box: Balls) -> tuple[str, Balls]:
    """Apply the Krawczyk operator to a box.

    Returns
    -------
    str
        ``"one"`` zero in the box, ``"none"``, or ``"unknown"``.
    tuple of arb
        The part of the box that can hold zeros.
    """
    with ctx.workprec(equations.bits):
        values = equations.values(box)
        if any(value.is_finite() and not value.contains(0) for value in values):
            return "none", box
        centre = tuple(side.mid() for side in box)
        inverse = _approximate_inverse(equations, centre)
        slopes = equations.slopes(box)
        if inverse is None or not _is_finite(slopes):
            return "unknown", box
        size = len(box)
        identity = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
        offset = _column([side - middle for side, middle in zip(box, centre, strict=True)])
        shift = inverse * _column(equations.values(centre))
        moved = _column(centre) - shift + (identity - inverse * slopes) * offset
        image = tuple(moved[i, 0] for i in range(size))
    if not all(each.is_finite() for each in image):
        return "unknown", box
    pairs = list(zip(box, image, strict=True))
    if all(side.contains_interior(each) for side, each in pairs):
        return "one", image
    if not all(side.overlaps(each) for side, each in pairs):
        return "none", image
    return "unknown", tuple(side.intersection(each) for side, each in pairs)


def enclosed_zero(equations: Equations, start: Sequence[arb]) -> Balls | None:
    """Return tiny balls around a zero near `start`, proven to hold exactly one; None if not found.

    Newton's method runs on midpoints until it stands still; then a box around its end is
    widened until the Krawczyk operator maps it into itself.
    """
    centre = tuple(each.mid() for each in start)
    with ctx.workprec(equations.bits):
        unit = arb(2) ** (SPARE_BITS - equations.bits)
        step: list[arb] = []
        for _ in range(NEWTON_STEPS):
            inverse = _approximate_inverse(equations, centre)
            if inverse is None:
                return None
            shift = inverse * _column(equations.values(centre))
            step = [shift[i, 0] for i in range(len(centre))]
            if not all(each.is_finite() for each in step):
                return None
            centre = tuple((x - dx).mid() for x, dx in zip(centre, step, strict=True))
            if all(abs(dx) <= unit * (1 + abs(x)) for x, dx in zip(centre, step, strict=True)):
                break
        scale = max((abs(x) for x in centre), key=float)
        radii = [2 * abs(dx) + unit * (scale + unit) for dx in step]
        for _ in range(INFLATIONS):
            box = tuple(arb(x, r.upper()) for x, r in zip(centre, radii, strict=True))
            outcome, image = krawczyk(equations, box)
            if outcome == "one":
                return image
            radii = [8 * each for each in radii]
    return None


def _approximate_inverse(equations: Equations, centre: Balls) -> arb_mat | None:
    """Return an exact matrix close to the inverse of the Jacobian at a point."""
    slopes = equations.slopes(centre)
    if not _is_finite(slopes):
        return None
    try:
        return slopes.mid().inv().mid()
    except ZeroDivisionError:
        return None


def _is_finite(matrix: arb_mat) -> bool:
    return all(entry.is_finite() for entry in matrix.entries())


def _column(entries: Sequence[arb]) -> arb_mat:
    return arb_mat(len(entries), 1, list(entries))
