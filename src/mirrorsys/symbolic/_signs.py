"""The sign of a polynomial while its variables stay in their ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import flint

from mirrorsys.symbolic._bernstein import MAX_SIZE, BernsteinSign, Terms, bernstein_sign
from mirrorsys.symbolic._intervals import Interval
from mirrorsys.symbolic._rings import Polynomial

__all__ = ["Domain", "PolynomialSign", "polynomial_sign"]

MAX_FREE = 4  # variables unbounded on both sides: 2**4 orthants


@dataclass(frozen=True)
class Domain:
    """The range of a variable; an open one does not hold its finite end."""

    low: Fraction | float = -math.inf
    high: Fraction | float = math.inf
    is_open: bool = False

    @property
    def interval(self) -> Interval:
        """Both ends."""
        return self.low, self.high

    @property
    def is_free(self) -> bool:
        """Whether there is no finite end."""
        return math.isinf(self.low) and math.isinf(self.high)

    @property
    def is_upside_down(self) -> bool:
        """Whether only the high end is finite."""
        return math.isinf(self.low) and math.isfinite(self.high)

    @property
    def finite_end(self) -> Fraction | int:
        """The finite end, the lower one if there are two, zero if there is none."""
        ends = (Fraction(end) for end in self.interval if math.isfinite(end))
        return next(ends, 0)


@dataclass(frozen=True)
class PolynomialSign:
    """The sign of a polynomial on a product of domains.

    Attributes
    ----------
    value : int or None
        1: nowhere negative; -1: nowhere positive; None: both occur, or undecided.
    is_strict : bool
        Whether it is proven never to be zero.
    method : str
        What decided, in words.
    points : tuple of tuple of Fraction
        Where it was found negative, and where positive, if `value` is None.
    """

    value: int | None
    is_strict: bool = False
    method: str = "undecided"
    points: tuple[tuple[Fraction, ...], ...] = ()


def polynomial_sign(polynomial: Polynomial, domains: Sequence[Domain]) -> PolynomialSign:
    """Return the sign of a polynomial, first from its coefficients, then from Bernstein's."""
    if polynomial.is_zero():
        return PolynomialSign(1, False, "identically zero")
    from_coefficients = _sign_of_coefficients(polynomial, domains)
    if from_coefficients.value is not None:
        return from_coefficients
    terms = _terms(polynomial)
    axes = [axis for axis in range(len(domains)) if any(powers[axis] for powers in terms)]
    if sum(domains[axis].is_free for axis in axes) > MAX_FREE:
        return PolynomialSign(None)
    return _sign_from_bernstein(terms, axes, domains)


def _terms(polynomial: Polynomial) -> dict[tuple[int, ...], Fraction]:
    return {
        tuple(map(int, powers)): Fraction(int(c.p), int(c.q))
        for powers, c in polynomial.to_dict().items()
    }


def _sign_of_coefficients(polynomial: Polynomial, domains: Sequence[Domain]) -> PolynomialSign:
    """Compare coefficients after every range has been moved to start at zero."""
    moved = [
        axis for axis, domain in enumerate(domains) if domain.is_upside_down or domain.finite_end
    ]
    if math.prod(polynomial.degrees()[axis] + 1 for axis in moved) > MAX_SIZE:
        return PolynomialSign(None)
    if moved:
        polynomial = polynomial.compose(*map(_moved, polynomial.context().gens(), domains))
    terms = _terms(polynomial)
    signs = {1 if coefficient > 0 else -1 for coefficient in terms.values()}
    if len(signs) > 1 or any(_changes_sign(powers, domains) for powers in terms):
        return PolynomialSign(None)
    is_strict = any(
        all(domain.is_open for p, domain in zip(powers, domains, strict=True) if p)
        for powers in terms
    )
    return PolynomialSign(signs.pop(), is_strict, "signs of coefficients")


def _moved(generator: Polynomial, domain: Domain) -> Polynomial:
    end = Fraction(domain.finite_end)
    number = flint.fmpq(end.numerator, end.denominator)
    return number - generator if domain.is_upside_down else generator + number


def _changes_sign(powers: Sequence[int], domains: Sequence[Domain]) -> bool:
    return any(p % 2 and domain.is_free for p, domain in zip(powers, domains, strict=True))


def _sign_from_bernstein(
    terms: Terms, axes: Sequence[int], domains: Sequence[Domain]
) -> PolynomialSign:
    found = {1: _on_orthants(terms, axes, domains)}
    if found[1].answer == "nonnegative":
        return PolynomialSign(1, found[1].is_positive, _described(found[1]))
    mirrored = {powers: -coefficient for powers, coefficient in terms.items()}
    found[-1] = _on_orthants(mirrored, axes, domains)
    if found[-1].answer == "nonnegative":
        return PolynomialSign(-1, found[-1].is_positive, _described(found[-1]))
    points = tuple(each.point for each in found.values() if each.point is not None)
    return PolynomialSign(None, False, "undecided by Bernstein coefficients", points)


def _on_orthants(terms: Terms, axes: Sequence[int], domains: Sequence[Domain]) -> BernsteinSign:
    """Decide on the sides of zero of every free variable, one after another."""
    n_boxes, is_positive = 0, True
    for box in product(*(_sides(domains[axis]) for axis in axes)):
        part = {tuple(powers[axis] for axis in axes): c for powers, c in terms.items()}
        sign = bernstein_sign(part, box)
        if sign.point is not None:
            place = dict(zip(axes, sign.point, strict=True))
            point = tuple(place.get(axis, _inside(d)) for axis, d in enumerate(domains))
            return replace(sign, point=point)
        if sign.answer == "undecided":
            return sign
        n_boxes, is_positive = n_boxes + sign.n_boxes, is_positive and sign.is_positive
    return BernsteinSign("nonnegative", is_positive, n_boxes)


def _sides(domain: Domain) -> tuple[Interval, ...]:
    if domain.is_free:
        return (Fraction(0), math.inf), (-math.inf, Fraction(0))
    return (domain.interval,)


def _inside(domain: Domain) -> Fraction:
    return Fraction(domain.finite_end)


def _described(sign: BernsteinSign) -> str:
    n_parts = f" on {sign.n_boxes} boxes" if sign.n_boxes > 1 else ""
    return f"Bernstein coefficients{n_parts}"
