"""Eigenvalues at an exact equilibrium, with proven signs, and stability in words.

The characteristic polynomial is computed in the number field of the equilibrium, so
multiple eigenvalues and the eigenvalue zero are found by algebra; only then are the
(simple) roots enclosed by balls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import flint
from flint import acb, acb_poly, arb, fmpq, fmpq_poly

from mirrorsys.analysis._groups import groups
from mirrorsys.analysis._spectrum import Eigenvalue, rectangle
from mirrorsys.symbolic._univariate import RealRoot, divided

__all__ = ["exact_eigenvalues", "stability_in_words"]

PRECISIONS = (128, 256, 512, 1024)  # bits; at the last, what touches zero counts as zero
SHIFTS = (fmpq(0), fmpq(1, 3), fmpq(-7, 5))
ONE = fmpq_poly([1])

Matrix = Sequence[Sequence[fmpq_poly]]  # elements of the field of a root
Polynomial = list[fmpq_poly]  # in one variable, elements as coefficients, the constant first


def exact_eigenvalues(jacobian: Matrix, root: RealRoot) -> tuple[Eigenvalue, ...]:
    """Return the eigenvalues of a matrix of elements, the largest real part first.

    Each stands as often as it occurs. A real or imaginary part that is not exactly zero is
    enclosed away from zero, unless 1024 bits cannot tell it from zero.
    """
    size = range(len(jacobian))
    links = [(i, j) for i in size for j in size if not jacobian[i][j].is_zero()]
    # States that influence each other only one way do not mix: one group at a time.
    found = [
        eigenvalue
        for group in groups(len(jacobian), links, "strong")
        for eigenvalue in _roots(
            _characteristic([[jacobian[i][j] for j in group] for i in group], root.minimal), root
        )
    ]
    return tuple(sorted(found, key=lambda each: (-each.value.real, -each.value.imag)))


def _roots(polynomial: Polynomial, root: RealRoot) -> list[Eigenvalue]:
    if balls := _simple_roots(polynomial, root):
        return [_bounds(ball, balls) for ball in balls]
    factors = list(_square_free(polynomial, root.minimal))
    if factors == [(polynomial, 1)]:
        raise ArithmeticError(f"two eigenvalues differ by less than {PRECISIONS[-1]} bits tell.")
    return [each for factor, n in factors for each in _roots(factor, root) * n]


def _bounds(ball: acb, balls: Sequence[acb]) -> Eigenvalue:
    """Return the bounds of a root, which is real if its conjugate can only be itself."""
    mirrored = acb(ball.real, -ball.imag)
    is_real = sum(mirrored.overlaps(each) for each in balls) == 1 and mirrored.overlaps(ball)
    return rectangle(ball.real, arb(0) if is_real else ball.imag)


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
            found = _isolated(acb_poly(coefficients), 0.5 ** (bits // 2))
        if found is None:
            continue
        balls = found
        if all(_is_sharp(ball) for ball in balls):
            break
    return balls


def _isolated(polynomial: acb_poly, tolerance: float) -> list[acb] | None:
    """Return the roots in disjoint balls; None if they are multiple or not told apart.

    FLINT's iteration starts from fixed points, from which now and then it does not find even
    simple roots, whatever the precision; moved aside, they are found.
    """
    for shift in SHIFTS:
        try:
            moved: list[acb] = polynomial(acb_poly([shift, 1])).roots(tol=tolerance)
        except ValueError:
            continue
        return [root + shift for root in moved]
    return None


def _is_sharp(ball: acb) -> bool:
    return not ball.real.contains(0) and ball.rel_accuracy_bits() > 60


def stability_in_words(eigenvalues: Sequence[Eigenvalue]) -> str:
    """Return the type of an equilibrium with these eigenvalues.

    "undecided" if an enclosure that holds zero is wide, as it is where the slopes of both
    sides of a kink are enclosed together.
    """
    sides = {each.side for each in eigenvalues}
    if 0 in sides:
        is_sharp = all(each.is_sharp for each in eigenvalues if each.side == 0)
        return "non-hyperbolic" if is_sharp else "undecided"
    spirals = any(each.value.imag != 0 for each in eigenvalues)
    if sides == {-1}:
        return "stable focus" if spirals else "stable node"
    if sides == {1}:
        return "unstable focus" if spirals else "unstable node"
    return "saddle-focus" if spirals else "saddle"
