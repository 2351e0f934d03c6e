"""Polynomials in many variables: what elimination does to them, within a work limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirrorsys.symbolic._errors import GrowthError

if TYPE_CHECKING:
    from sympy.polys.rings import PolyElement

__all__ = ["coefficients", "primitive", "substituted", "variables"]

MAX_TERMS = 1000  # of one polynomial; the eliminations of this library's models need fewer than 50


def variables(polynomial: PolyElement) -> set[int]:
    """Return the indices of the generators that occur in a polynomial."""
    return {i for powers in polynomial for i, power in enumerate(powers) if power}


def substituted(
    polynomial: PolyElement, generator: int, numerator: PolyElement, denominator: PolyElement
) -> PolyElement:
    """Insert a fraction for a generator; clear of its denominator, which is not zero."""
    parts = coefficients(polynomial, generator)
    if parts.keys() == {0}:
        return polynomial
    degree = max(parts)
    top, bottom = _powers(numerator, degree), _powers(denominator, degree)
    result = polynomial.ring.zero
    for k, part in parts.items():
        result = _product(_product(part, top[k]), bottom[degree - k]) + result
    return primitive(_without(result, denominator))


def _powers(polynomial: PolyElement, degree: int) -> list[PolyElement]:
    powers = [polynomial.ring.one]
    for _ in range(degree):
        powers.append(_product(powers[-1], polynomial))
    return powers


def _product(left: PolyElement, right: PolyElement) -> PolyElement:
    product = left * right if len(left) * len(right) <= MAX_TERMS**2 else None
    if product is None or len(product) > MAX_TERMS:
        raise GrowthError(
            f"the equilibrium equations grow to more than {MAX_TERMS} terms in elimination; "
            "freeze a state, or give numbers in `params`."
        )
    return product


def _without(polynomial: PolyElement, factor: PolyElement) -> PolyElement:
    """Divide by a factor as often as possible."""
    if factor.is_ground:
        return polynomial
    while polynomial and (quotient := _quotient(polynomial, factor)):
        polynomial = quotient
    return polynomial


def _quotient(polynomial: PolyElement, factor: PolyElement) -> PolyElement | None:
    """Divide exactly, or return None as soon as it is clear that this cannot be done."""
    ring, rest, lead = polynomial.ring, polynomial.copy(), factor.LM
    quotient = ring.zero
    while rest:
        powers = tuple(a - b for a, b in zip(rest.LM, lead, strict=True))
        if min(powers) < 0:
            return None
        term = ring.from_dict({powers: rest.LC / factor.LC})
        quotient, rest = quotient + term, rest - term * factor
    return quotient


def primitive(polynomial: PolyElement) -> PolyElement:
    """Divide by the greatest common divisor of the coefficients, to keep numbers short."""
    return polynomial.primitive()[1] if polynomial else polynomial


def coefficients(polynomial: PolyElement, generator: int) -> dict[int, PolyElement]:
    """Return the coefficient of each power of a generator; that of power 0 always."""
    parts: dict[int, dict[tuple[int, ...], object]] = {0: {}}
    for powers, value in polynomial.terms():
        rest = (*powers[:generator], 0, *powers[generator + 1 :])
        parts.setdefault(powers[generator], {})[rest] = value
    return {power: polynomial.ring.from_dict(part) for power, part in parts.items()}
