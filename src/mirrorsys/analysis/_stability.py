"""Eigenvalues with proven signs, and stability in words.

The characteristic polynomial is computed in the number field of the equilibrium, so
multiple eigenvalues and the eigenvalue zero are found by algebra; only then are the
(simple) roots enclosed by balls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import flint
import numpy as np
from flint import acb, acb_poly, fmpq, fmpq_poly
from numpy.typing import NDArray

from mirrorsys.analysis._exact_route import BlockPoint, Matrix, groups
from mirrorsys.symbolic._univariate import RealRoot, divided

__all__ = ["eigenvalues", "stability_in_words"]

PRECISIONS = (128, 256, 512, 1024)  # bits; at the last, what touches zero counts as zero
ONE = fmpq_poly([1])

Polynomial = list[fmpq_poly]  # in one variable, elements as coefficients, the constant first


def eigenvalues(point: BlockPoint) -> list[complex]:
    """Return the eigenvalues of the Jacobian at an equilibrium, each as often as it occurs.

    They are enclosed in balls and rounded. A real or imaginary part is 0.0 only if it is
    zero or too close to zero to tell from it at 1024 bits; every other sign is proven.
    """
    size = len(point.jacobian)
    links = [(i, j) for i in range(size) for j in range(size) if not point.jacobian[i][j].is_zero()]
    minimal = point.root.minimal
    # States that influence each other only one way do not mix: one group at a time.
    return [
        _rounded(ball)
        for group in groups(size, links, "strong")
        for ball in _roots(
            _characteristic([[point.jacobian[i][j] for j in group] for i in group], minimal),
            point.root,
        )
    ]


def _roots(polynomial: Polynomial, root: RealRoot) -> list[acb]:
    if balls := _simple_roots(polynomial, root):
        return balls
    factors = list(_square_free(polynomial, root.minimal))
    if factors == [(polynomial, 1)]:
        raise ArithmeticError(f"two eigenvalues differ by less than {PRECISIONS[-1]} bits tell.")
    return [
        ball for factor, multiplicity in factors for ball in _roots(factor, root) * multiplicity
    ]


def _characteristic(matrix: Matrix, minimal: fmpq_poly) -> Polynomial:
    """Return the characteristic polynomial, by the method of Faddeev and Le Verrier."""
    size = range(len(matrix))
    coefficients, product = [ONE], [[fmpq_poly([0]) for _ in size] for _ in size]
    for k in size:
        for i in size:
            product[i][i] = product[i][i] + coefficients[-1]
        product = [
            [_sum(matrix[i][m] * product[m][j] for m in size) % minimal for j in size] for i in size
        ]
        coefficients.append(_sum(product[i][i] for i in size) * fmpq(-1, k + 1))
    return coefficients[::-1]


def _sum(elements: Iterator[fmpq_poly]) -> fmpq_poly:
    return sum(elements, fmpq_poly([0]))


def _square_free(polynomial: Polynomial, minimal: fmpq_poly) -> Iterator[tuple[Polynomial, int]]:
    """Yield polynomials with simple roots and how often each occurs (Yun's algorithm)."""
    slope = _derivative(polynomial)
    common = _greatest_common_divisor(polynomial, slope, minimal)
    rest, _ = _division(polynomial, common, minimal)
    slope, _ = _division(slope, common, minimal)
    multiplicity = 0
    while len(rest) > 1:
        multiplicity += 1
        slope = _difference(slope, _derivative(rest))
        factor = _greatest_common_divisor(rest, slope, minimal)
        if len(factor) > 1:
            yield factor, multiplicity
        rest, _ = _division(rest, factor, minimal)
        slope, _ = _division(slope, factor, minimal)


def _derivative(polynomial: Polynomial) -> Polynomial:
    return [power * each for power, each in enumerate(polynomial)][1:]


def _difference(left: Polynomial, right: Polynomial) -> Polynomial:
    size = max(len(left), len(right))
    padded = ([*each, *[fmpq_poly([0])] * (size - len(each))] for each in (left, right))
    return _stripped([a - b for a, b in zip(*padded, strict=True)])


def _stripped(polynomial: Sequence[fmpq_poly]) -> Polynomial:
    degree = max((i for i, each in enumerate(polynomial) if not each.is_zero()), default=-1)
    return list(polynomial[: degree + 1])


def _division(
    dividend: Polynomial, divisor: Polynomial, minimal: fmpq_poly
) -> tuple[Polynomial, Polynomial]:
    quotient, rest = [fmpq_poly([0])] * max(0, len(dividend) - len(divisor) + 1), list(dividend)
    inverse = divided(ONE, divisor[-1], minimal)
    for shift in reversed(range(len(quotient))):
        factor = quotient[shift] = rest[shift + len(divisor) - 1] * inverse % minimal
        for i, each in enumerate(divisor):
            rest[shift + i] = (rest[shift + i] - factor * each) % minimal
    return quotient, _stripped(rest)


def _greatest_common_divisor(left: Polynomial, right: Polynomial, minimal: fmpq_poly) -> Polynomial:
    """Return the greatest common divisor, monic."""
    while right:
        left, right = right, _division(left, right, minimal)[1]
    inverse = divided(ONE, left[-1], minimal)
    return [each * inverse % minimal for each in left]


def _simple_roots(polynomial: Polynomial, root: RealRoot) -> list[acb]:
    """Return the roots in disjoint balls; none if they cannot be told apart."""
    balls: list[acb] = []
    for bits in PRECISIONS:
        coefficients = [root.ball(each, bits) for each in polynomial]
        with flint.ctx.workprec(bits):
            try:
                balls = acb_poly(coefficients).roots(tol=0.5 ** (bits // 2))
            except ValueError:  # multiple roots, or not isolated at this precision
                continue
        if all(_is_sharp(ball) for ball in balls):
            break
    return balls


def _is_sharp(ball: acb) -> bool:
    return not ball.real.contains(0) and ball.rel_accuracy_bits() > 60


def _rounded(ball: acb) -> complex:
    real, imag = (0.0 if part.contains(0) else float(part.mid()) for part in (ball.real, ball.imag))
    return complex(real, imag)


def stability_in_words(values: NDArray[np.complex128]) -> str:
    """Return the type of an equilibrium with these eigenvalues."""
    if np.any(values.real == 0):
        return "non-hyperbolic"
    spirals = bool(np.any(values.imag != 0))
    if np.all(values.real < 0):
        return "stable focus" if spirals else "stable node"
    if np.all(values.real > 0):
        return "unstable focus" if spirals else "unstable node"
    return "saddle-focus" if spirals else "saddle"
