"""Inequalities between polynomials, as short as the ranges of the symbols allow."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.symbolic._intervals import Interval, UndefinedError, enclosure_function
from mirrorsys.symbolic._polynomials import exact
from mirrorsys.symbolic._rings import Factors, Polynomial, Ring, ring_of
from mirrorsys.symbolic._signs import Domain, PolynomialSign, polynomial_sign

__all__ = ["Knowledge", "factorised", "knowledge"]

MAX_FACTORED = 2_000  # terms of a polynomial to be factorised
SIMPLE = 200  # terms of a polynomial whose sign is looked at


@dataclass(frozen=True)
class Knowledge:
    """What is known about the symbols: the range of each, and the names of positive ones."""

    ranges: Mapping[sp.Symbol, Interval]
    positive: frozenset[str]

    def domain(self, generator: sp.Expr) -> Domain:
        """Return the range of a generator of a ring."""
        if isinstance(generator, sp.exp):
            return Domain(0, is_open=True)
        try:
            low, high = enclosure_function(generator)(self.ranges)
        except (UndefinedError, KeyError):
            low, high = Domain().interval
        if generator.is_positive or str(generator) in self.positive:
            return Domain(max(low, 0), high, is_open=True)
        return Domain(max(low, 0), high) if generator.is_nonnegative else Domain(low, high)

    def sign(self, ring: Ring, polynomial: Polynomial) -> PolynomialSign:
        """Return the sign of a polynomial, undecided if it is long."""
        if len(polynomial) > SIMPLE:
            return PolynomialSign(None)
        return polynomial_sign(polynomial, [self.domain(each) for each in ring.generators])

    def is_positive(self, expression: sp.Expr) -> bool:
        """Tell whether an expression is proven to be positive."""
        return expression != 0 and self._expression_sign(expression) == (1, True)

    def is_nonnegative(self, expression: sp.Expr) -> bool:
        """Tell whether an expression is proven never to be negative."""
        return expression == 0 or self._expression_sign(expression)[0] == 1

    def _expression_sign(self, expression: sp.Expr) -> tuple[int | None, bool]:
        ring = ring_of([expression])
        signs = [self.sign(ring, each) for each in ring.fraction(expression)]
        values = [sign.value for sign in signs]
        value = None if None in values else math.prod(v for v in values if v is not None)
        return value, all(sign.is_strict for sign in signs)

    def positivity(self, ring: Ring, polynomial: Polynomial) -> tuple[sp.Basic, ...]:
        """Return what is left to ask for if a polynomial shall be positive.

        Factors known to be positive are dropped, factors known not to be negative are asked
        not to be zero, each by itself.

        Returns
        -------
        tuple of sympy relations
            Empty if the polynomial is positive anyway, ``(sympy.false,)`` if it never is.
        """
        if polynomial.is_zero():
            return (sp.false,)
        content, factors = factorised(ring, polynomial)
        sign, asked, open_factors = (1 if content > 0 else -1), [], []
        for factor, power in factors:
            known = self.sign(ring, factor)
            if power % 2 == 0:
                asked += [] if known.is_strict else [sp.Ne(ring.expression(factor), 0)]
            elif known.value is None:
                open_factors.append(factor)
            else:
                sign *= known.value
                asked += [] if known.is_strict else [_positive(ring, factor * known.value)]
        if open_factors:
            return (*asked, _positive(ring, open_factors[0] * sign, *open_factors[1:]))
        return tuple(asked) if sign > 0 else (sp.false,)

    def vanishing(self, ring: Ring, polynomial: Polynomial) -> tuple[sp.Expr, ...]:
        """Return the factors that may be zero, each once.

        Empty if the polynomial is never zero, ``(0,)`` if it always is.
        """
        if polynomial.is_zero():
            return (sp.Integer(0),)
        _, factors = factorised(ring, polynomial)
        return tuple(
            ring.expression(factor)
            for factor, _ in factors
            if not self.sign(ring, factor).is_strict
        )


def knowledge(system: System | None, positive: Collection[str] = ()) -> Knowledge:
    """Return what the ranges of a system and a list of positive names say."""
    if isinstance(positive, str):
        raise TypeError(f"`positive` is {positive!r}; give a collection of names, ({positive!r},).")
    if system is None:
        return Knowledge({}, frozenset(positive))
    ranges = {
        symbol(each.name): (_end(each.range[0]), _end(each.range[1])) for each in system.quantities
    }
    return Knowledge(ranges, frozenset(system.expand(dict.fromkeys(positive, True))))


def factorised(ring: Ring, polynomial: Polynomial) -> tuple[sp.Rational, Factors]:
    """Return content and irreducible factors, or a long polynomial as it is."""
    if len(polynomial) > MAX_FACTORED:
        return sp.Integer(1), ((polynomial, 1),)
    return ring.factors(polynomial)


def _positive(ring: Ring, *factors: Polynomial) -> sp.Basic:
    """Return that a product is positive, written without minus signs if it is a sum."""
    if len(factors) > 1:
        return sp.Gt(reduce(mul, map(ring.expression, factors)), 0)
    gains, losses = [], []
    for term in sp.Add.make_args(ring.expression(factors[0])):
        if term.as_coeff_Mul()[0] > 0:
            gains.append(term)
        else:
            losses.append(-term)
    if all(each.is_number for each in gains):
        return sp.Lt(sp.Add(*losses), sp.Add(*gains))
    return sp.Gt(sp.Add(*gains), sp.Add(*losses))


def _end(value: float) -> Fraction | float:
    return exact(value) if math.isfinite(value) else value
