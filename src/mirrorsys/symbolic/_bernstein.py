"""Signs of a polynomial on a box, by Bernstein coefficients and subdivision.

On [0, 1] a polynomial of degree d is a weighted mean of its d + 1 Bernstein coefficients,
with the first and the last as its values at 0 and 1. So no negative coefficient means no
negative value, and a negative coefficient in a corner is a negative value. Halving the
interval brings the coefficients closer to the values. In several variables all this
holds for the array of coefficients.

An unbounded side [a, inf) is the image of [0, 1) under x = a + u/(1 - u). Multiplied by
(1 - u)**d, which is positive, a polynomial in x becomes one in u.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mirrorsys.symbolic._intervals import Interval

__all__ = ["BernsteinSign", "bernstein_sign"]

MAX_SIZE = 2**14  # coefficients of one array
MAX_WORK = 2**18  # coefficients looked at: about a second
BOX_WORK = 2**6  # what a box costs besides its coefficients, in coefficients

Coefficients: TypeAlias = NDArray[np.object_]  # of int
Terms: TypeAlias = Mapping[tuple[int, ...], Fraction]


@dataclass(frozen=True)
class BernsteinSign:
    """What Bernstein coefficients say about the sign of a polynomial on a box.

    Attributes
    ----------
    answer : str
        ``"nonnegative"`` (proven), ``"negative"`` (at `point`) or ``"undecided"``.
    is_positive : bool
        Whether all coefficients were positive: then so is the polynomial on the closed box.
    n_boxes : int
        On how many boxes coefficients were looked at.
    point : tuple of Fraction or None
        Where the polynomial is negative.
    """

    answer: str
    is_positive: bool = False
    n_boxes: int = 0
    point: tuple[Fraction, ...] | None = None


def bernstein_sign(terms: Terms, box: Sequence[Interval]) -> BernsteinSign:
    """Decide whether a polynomial is nowhere negative on a box.

    Parameters
    ----------
    terms : mapping of tuple of int to Fraction
        Coefficient of each monomial, by its powers.
    box : sequence of (low, high)
        The range of each variable; one end may be infinite, not both.
    """
    degrees = [max(powers[axis] for powers in terms) for axis in range(len(box))]
    if math.prod(degree + 1 for degree in degrees) > MAX_SIZE:
        return BernsteinSign("undecided")
    whole = ((Fraction(0), Fraction(1)),) * len(box)
    waiting = deque([(_coefficients(terms, degrees, box), whole)])
    n_boxes, work, is_positive = 0, 0, True
    while waiting:
        coefficients, cube = waiting.popleft()
        n_boxes, work = n_boxes + 1, work + coefficients.size + BOX_WORK
        point = _negative_corner(coefficients, cube, box)
        if point is not None:
            return BernsteinSign("negative", False, n_boxes, point)
        if (lowest := coefficients.min()) >= 0:
            is_positive = is_positive and lowest > 0
            continue
        if work > MAX_WORK:
            return BernsteinSign("undecided", False, n_boxes)
        waiting.extend(_halves(coefficients, cube))
    return BernsteinSign("nonnegative", is_positive, n_boxes)


def _coefficients(terms: Terms, degrees: Sequence[int], box: Sequence[Interval]) -> Coefficients:
    """Return the Bernstein coefficients on the unit cube, times a positive integer."""
    scale = reduce(math.lcm, (c.denominator for c in terms.values()), 1)
    array = np.zeros([degree + 1 for degree in degrees], dtype=object)
    for powers, coefficient in terms.items():
        array[powers] = int(coefficient * scale)
    for axis, (degree, interval) in enumerate(zip(degrees, box, strict=True)):
        if degree:
            matrix = _change_of_basis(degree, interval)
            array = np.moveaxis(np.tensordot(matrix, array, axes=(1, axis)), 0, axis)
    return array


def _change_of_basis(degree: int, interval: Interval) -> Coefficients:
    """Return the matrix from powers of x to Bernstein coefficients in u, times an integer."""
    low, high = interval
    start, factor = (low, high - low) if math.isfinite(low) else (high, -1)
    if not math.isfinite(factor):
        factor = 1
    rows = [[Fraction(0)] * (degree + 1) for _ in range(degree + 1)]
    for j in range(degree + 1):  # x**j = (start + factor*t)**j, and t = u or u/(1 - u)
        shifted = [
            math.comb(j, i) * Fraction(start) ** (j - i) * Fraction(factor) ** i
            for i in range(j + 1)
        ]
        for k in range(degree + 1):
            rows[k][j] = _bernstein_coefficient(shifted, k, degree, math.isfinite(high - low))
    scale = reduce(math.lcm, (each.denominator for row in rows for each in row), 1)
    return np.array([[int(each * scale) for each in row] for row in rows], dtype=object)


def _bernstein_coefficient(
    powers: Sequence[Fraction], k: int, degree: int, is_bounded: bool
) -> Fraction:
    if is_bounded:
        terms = (math.comb(k, i) * p / math.comb(degree, i) for i, p in enumerate(powers[: k + 1]))
        return sum(terms, Fraction(0))
    return powers[k] / math.comb(degree, k) if k < len(powers) else Fraction(0)


def _negative_corner(
    coefficients: Coefficients, cube: Sequence[tuple[Fraction, Fraction]], box: Sequence[Interval]
) -> tuple[Fraction, ...] | None:
    """Return a corner at which the polynomial is negative, if there is one."""
    ends = coefficients[np.ix_(*([0, -1] if n > 1 else [0] for n in coefficients.shape))]
    for corner in np.argwhere(ends < 0):
        place = [side[end] for side, end in zip(cube, corner, strict=True)]
        if all(map(_is_finite, place, box)):
            return tuple(map(_position, place, box))
    return None


def _is_finite(u: Fraction, interval: Interval) -> bool:
    return u != 1 or all(map(math.isfinite, interval))


def _position(u: Fraction, interval: Interval) -> Fraction:
    low, high = interval
    if math.isinf(high):
        return Fraction(low) + u / (1 - u)
    if math.isinf(low):
        return Fraction(high) - u / (1 - u)
    return Fraction(low) + (Fraction(high) - Fraction(low)) * u


def _halves(coefficients: Coefficients, cube: Sequence[tuple[Fraction, Fraction]]) -> Any:
    """Halve the cube across the variable in which the coefficients change most."""
    changes = [
        abs(np.diff(coefficients, axis=axis)).max() if n > 1 else -1
        for axis, n in enumerate(coefficients.shape)
    ]
    axis = changes.index(max(changes))
    low, high = cube[axis]
    middle = (low + high) / 2
    for half, side in zip(
        _de_casteljau(coefficients, axis), ((low, middle), (middle, high)), strict=True
    ):
        yield half, (*cube[:axis], side, *cube[axis + 1 :])


def _de_casteljau(coefficients: Coefficients, axis: int) -> tuple[Coefficients, Coefficients]:
    """Return the coefficients on both halves, times 2**degree to stay integers."""
    rows = np.moveaxis(coefficients, axis, 0)
    degree = len(rows) - 1
    left, right = np.empty_like(rows), np.empty_like(rows)
    for level in range(degree + 1):
        left[level] = rows[0] * 2 ** (degree - level)
        right[degree - level] = rows[-1] * 2 ** (degree - level)
        rows = rows[:-1] + rows[1:]
    return np.moveaxis(left, 0, axis), np.moveaxis(right, 0, axis)
