"""Polynomials in one variable: factors, certified real roots, exact values at a root.

A root is never replaced by a rounded number. Whatever depends on it rationally is an
element of the number field that it generates, written as a polynomial in the root; so
"equal", "zero" and "inside the box" are decided, not guessed. Balls (python-flint's
interval arithmetic) of growing precision decide what is not equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key, lru_cache
from typing import Any

import flint
import sympy as sp
from flint import arb, fmpq, fmpq_poly
from sympy.polys.rings import PolyElement, PolyRing

__all__ = [
    "RealRoot",
    "X",
    "divided",
    "evaluated",
    "factored",
    "from_flint",
    "real_roots",
    "to_flint",
    "to_rational",
]

X = fmpq_poly([0, 1])
PRECISION = 128  # bits to begin with
SORTING_BITS = 1024
MAX_BITS = 1 << 17  # far beyond what the distance between two different numbers here can need


@dataclass(frozen=True)
class RealRoot:
    """A real algebraic number: real zero number `index`, from below, of `minimal`.

    `minimal` is irreducible and monic. An *element* is a polynomial of lower degree, and
    stands for its value at the root; it is zero there only if it is the zero polynomial.
    """

    minimal: fmpq_poly
    index: int

    def ball(self, element: fmpq_poly, bits: int) -> arb:
        """Return an interval that holds the value of an element."""
        point = _real_balls(tuple(self.minimal.coeffs()), bits)[self.index]
        with flint.ctx.workprec(bits):
            value = arb(0)
            for coefficient in reversed(element.coeffs()):
                value = value * point + arb(coefficient)
            return value

    def sign(self, element: fmpq_poly) -> int:
        """Return the sign of the value of an element: -1, 0 or 1."""
        if element.degree() <= 0:
            number = to_rational(element)
            return (number > 0) - (number < 0)
        for bits in _growing_precision():
            ball = self.ball(element, bits)
            if ball > 0 or ball < 0:
                return 1 if ball > 0 else -1
        raise ArithmeticError(f"the sign of {element} needs more than {MAX_BITS} bits.")

    def is_between(self, element: fmpq_poly, side: tuple[float, float]) -> bool:
        """Tell whether ``low <= element <= high``; the ends are read as decimals."""
        low, high = side
        if low == math.inf or high == -math.inf:
            return False
        return (low == -math.inf or self.sign(element - _constant(low)) >= 0) and (
            high == math.inf or self.sign(element - _constant(high)) <= 0
        )

    def place(self, element: fmpq_poly) -> Fraction:
        """Return a number to sort by: much closer to the value than a double, which may tie."""
        low, high = _ends(self.ball(element, SORTING_BITS))
        return (low + high) / 2

    def rounded(self, element: fmpq_poly) -> tuple[float, float, float]:
        """Return the value of an element as a double, and doubles below and above it."""
        if element.degree() <= 0:
            number = to_rational(element)
            return float(number), _below(number), _above(number)
        for bits in _growing_precision():
            ball = self.ball(element, bits)
            if ball.rel_accuracy_bits() > 64:
                break
        low, high = _ends(ball)
        return float((low + high) / 2), _below(low), _above(high)


def real_roots(minimal: fmpq_poly) -> list[RealRoot]:
    """Return the real roots of an irreducible polynomial, from below.

    They are isolated by balls, in each of which exactly one root is proven to lie.
    """
    n_roots = len(_real_balls(tuple(minimal.coeffs()), PRECISION))
    return [RealRoot(minimal, index) for index in range(n_roots)]


def factored(polynomial: fmpq_poly) -> list[tuple[fmpq_poly, int]]:
    """Return the irreducible factors, monic, with their multiplicities."""
    _, factors = polynomial.numer().factor()
    return [
        (fmpq_poly(factor) / factor.leading_coefficient(), multiplicity)
        for factor, multiplicity in factors
    ]


def evaluated(
    polynomial: PolyElement, values: Mapping[int, fmpq_poly], minimal: fmpq_poly
) -> fmpq_poly:
    """Return the element that a polynomial becomes when elements replace its generators."""
    powers = {i: [fmpq_poly([1])] for i in values}
    total = fmpq_poly([0])
    for exponents, coefficient in polynomial.terms():
        term = fmpq_poly([_fmpq(coefficient)])
        for i, exponent in enumerate(exponents):
            if exponent:
                while len(powers[i]) <= exponent:
                    powers[i].append(powers[i][-1] * values[i] % minimal)
                term = term * powers[i][exponent] % minimal
        total = total + term
    return total


def divided(numerator: fmpq_poly, denominator: fmpq_poly, minimal: fmpq_poly) -> fmpq_poly:
    """Return the quotient of two elements; the denominator is not zero."""
    _, inverse, _ = denominator.xgcd(minimal)
    return numerator * inverse % minimal


def to_flint(polynomial: PolyElement, generator: int) -> fmpq_poly:
    """Return a polynomial in one generator alone as a flint polynomial."""
    if not polynomial:
        return fmpq_poly([0])
    coefficients = [fmpq(0)] * (polynomial.degree(generator) + 1)
    for powers, value in polynomial.terms():
        coefficients[powers[generator]] = _fmpq(value)
    return fmpq_poly(coefficients)


def from_flint(polynomial: fmpq_poly, ring: PolyRing, generator: int) -> PolyElement:
    """Return a flint polynomial as one of `ring` in one generator."""
    x = ring.gens[generator]
    terms: Iterable[PolyElement] = (
        sp.QQ(int(value.p), int(value.q)) * x**power
        for power, value in enumerate(polynomial.coeffs())
    )
    return sum(terms, ring.zero)


def to_rational(element: fmpq_poly) -> Fraction:
    """Return an element without the root in it as a number."""
    return Fraction(int(element[0].p), int(element[0].q))


def _constant(value: float) -> fmpq_poly:
    number = Fraction(repr(float(value)))
    return fmpq_poly([fmpq(number.numerator, number.denominator)])


def _fmpq(value: object) -> fmpq:
    """Return SymPy's rational, whichever library SymPy takes it from, as flint's."""
    return fmpq(int(value.numerator), int(value.denominator))  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _real_balls(coefficients: tuple[fmpq, ...], bits: int) -> tuple[arb, ...]:
    """Return the real roots of a polynomial without multiple ones, from below."""
    with flint.ctx.workprec(bits):
        roots: Any = fmpq_poly(list(coefficients)).complex_roots()
    balls: list[arb] = [root.real for root, _ in roots if root.imag.is_zero()]
    return tuple(sorted(balls, key=cmp_to_key(_compared)))


def _compared(left: arb, right: arb) -> int:
    """Order two balls that do not overlap."""
    return -1 if left < right else 1


def _growing_precision() -> Iterable[int]:
    bits = PRECISION
    while bits <= MAX_BITS:
        yield bits
        bits *= 2


def _ends(ball: arb) -> tuple[Fraction, Fraction]:
    middle, radius = _fraction(ball.mid()), _fraction(ball.rad())  # exact; lower() would round
    return middle - radius, middle + radius


def _fraction(exact: arb) -> Fraction:
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _below(number: Fraction) -> float:
    nearest = float(number)
    return nearest if Fraction(nearest) <= number else math.nextafter(nearest, -math.inf)


def _above(number: Fraction) -> float:
    nearest = float(number)
    return nearest if Fraction(nearest) >= number else math.nextafter(nearest, math.inf)
