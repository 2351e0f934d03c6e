"""Rational functions in exact, fast arithmetic (FLINT), and back to SymPy.

What is not rational in an expression, such as ``exp(-a*x)`` or ``sqrt(rho - 1)``, becomes
a generator of its own: statements then hold whatever its value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import flint
import sympy as sp

__all__ = [
    "MAX_PRODUCTS",
    "Factors",
    "Polynomial",
    "Ring",
    "WorkLimitError",
    "leading_minors",
    "lowest_terms",
    "number",
    "ring_of",
    "times",
]

MAX_TERMS = 20_000  # of one polynomial: SymPy takes seconds to write it
MAX_PRODUCTS = 20_000_000  # of terms, in one determinant: some seconds
WIDE = 32  # generators that a product of terms takes along at no cost
STEP = 16  # what a multiplication costs besides its products of terms, in such products

Polynomial: TypeAlias = Any  # flint.fmpq_mpoly
Factors: TypeAlias = tuple[tuple[Polynomial, int], ...]


class WorkLimitError(ValueError):
    """A symbolic step that would take too long; the message says what to try instead."""


@dataclass(frozen=True)
class Ring:
    """Polynomials with rational coefficients in `generators`."""

    generators: tuple[sp.Expr, ...]

    @property
    def context(self) -> Any:
        """The context of FLINT; one and the same for the same number of generators."""
        names = [f"g{index}" for index in range(len(self.generators))]
        return flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)

    def constant(self, value: Any) -> Polynomial:
        """Return a rational number as a polynomial."""
        number = sp.Rational(value)
        return self.context.constant(flint.fmpq(int(number.p), int(number.q)))

    def fraction(self, expression: sp.Expr) -> tuple[Polynomial, Polynomial]:
        """Return numerator and denominator in lowest terms.

        Raises
        ------
        WorkLimitError
            If one of them has more than 20 000 terms.
        ZeroDivisionError
            If the denominator is zero.
        """
        places = {each: index for index, each in enumerate(self.generators)}
        return lowest_terms(*_fraction(expression, self, places))

    def expression(self, polynomial: Polynomial) -> sp.Expr:
        """Return a polynomial as a SymPy expression."""
        _check_size(len(polynomial))
        return sp.Add(*(self._monomial(*term) for term in polynomial.to_dict().items()))

    def _monomial(self, powers: Sequence[int], coefficient: Any) -> sp.Expr:
        factors = (g ** int(p) for g, p in zip(self.generators, powers, strict=True) if p)
        return sp.Mul(sp.Rational(int(coefficient.p), int(coefficient.q)), *factors)

    def moved(self, polynomial: Polynomial, ring: Ring) -> Polynomial:
        """Return a polynomial as one of another ring, which has all its generators."""
        generators = ring.context.gens()
        images = [generators[ring.generators.index(each)] for each in self.generators]
        return (
            polynomial.compose(*images, ctx=ring.context)
            if images
            else ring.constant(number(polynomial))
        )

    def powers(self, polynomial: Polynomial, ring: Ring) -> list[Polynomial]:
        """Return the coefficients of the powers of the last generator, from 0 upward.

        `ring` is the ring of the other generators, in the same order.
        """
        images = [*ring.context.gens(), ring.context.constant(0)]
        last, result = len(self.generators) - 1, []
        for power in range(polynomial.degrees()[last] + 1):
            factor = flint.fmpq(1, math.factorial(power))
            result.append(polynomial.compose(*images, ctx=ring.context) * factor)
            polynomial = polynomial.derivative(last)
        return result

    def domain(self, *, is_field: bool) -> Any:
        """Return SymPy's domain of polynomials, or of their fractions, over the rationals."""
        if not self.generators:
            return sp.QQ
        field = sp.QQ.frac_field(*self.generators)
        return field if is_field else field.field.ring.to_domain()

    def element(self, domain: Any, numerator: Polynomial, denominator: Polynomial) -> Any:
        """Return a fraction in lowest terms as an element of `domain`."""
        if not self.generators:
            return domain.from_sympy(number(numerator) / number(denominator))
        ring = domain.field.ring if domain.is_Frac else domain.ring
        top, bottom = (
            ring.from_dict(
                {
                    tuple(map(int, powers)): sp.QQ(int(c.p), int(c.q))
                    for powers, c in each.to_dict().items()
                }
            )
            for each in (numerator, denominator)
        )
        return domain.field.raw_new(top, bottom) if domain.is_Frac else top

    def factors(self, polynomial: Polynomial) -> tuple[sp.Rational, Factors]:
        """Return the content and the irreducible factors with their multiplicities."""
        _check_size(len(polynomial))
        content, factors = polynomial.factor()
        return sp.Rational(int(content.p), int(content.q)), tuple(
            (factor, int(power)) for factor, power in factors
        )


def ring_of(expressions: Iterable[sp.Expr]) -> Ring:
    """Return a ring in which all the expressions are rational functions."""
    found: dict[sp.Expr, None] = {}
    for expression in expressions:
        _collect_generators(expression, found)
    return Ring(tuple(sorted(found, key=sp.default_sort_key)))


def leading_minors(
    rows: Sequence[Sequence[Polynomial]], *, max_products: int = MAX_PRODUCTS
) -> list[Polynomial]:
    """Return the determinants of the first k rows and columns, for k = 1, 2, ...

    Rows are added one by one and the minors on all sets of columns kept, so that
    nothing is divided and zeros cost nothing.

    Raises
    ------
    WorkLimitError
        If more than `max_products` products of terms would be needed.
    """
    zero = rows[0][0] * 0
    minors, result, work = {0: zero + 1}, [], 0
    width = 1 + zero.context().nvars() // WIDE  # long monomials cost more
    for k, row in enumerate(rows):
        grown: dict[int, Polynomial] = {}
        for columns, minor in minors.items():
            for j, entry in enumerate(row):
                if columns >> j & 1 or entry.is_zero():
                    continue
                work += len(minor) * len(entry) * width + STEP
                _check_work(work, max_products)
                sign = -1 if (columns >> j).bit_count() % 2 else 1
                key = columns | 1 << j
                grown[key] = grown.get(key, zero) + sign * entry * minor
        minors = {key: minor for key, minor in grown.items() if not minor.is_zero()}
        result.append(minors.get((1 << k + 1) - 1, zero))
    return result


def number(constant: Polynomial) -> sp.Rational:
    """Return a constant polynomial as a number."""
    value = constant.leading_coefficient() if constant else flint.fmpq(0)
    return sp.Rational(int(value.p), int(value.q))


def _collect_generators(expression: sp.Expr, found: dict[sp.Expr, None]) -> None:
    if expression.is_Rational:
        return
    if expression.is_Add or expression.is_Mul:
        for each in expression.args:
            _collect_generators(each, found)
    elif expression.is_Pow and expression.exp.is_Integer:
        _collect_generators(expression.base, found)
    else:
        found[_root(expression)[0]] = None


def _root(expression: sp.Expr) -> tuple[sp.Expr, int]:
    """Return a generator and the power of it that the expression is.

    So b**(p/q) is a power of b**(1/q), and exp(p*x/q) one of exp(x/q).
    """
    if expression.is_Pow and expression.exp.is_Rational:
        return sp.Pow(expression.base, sp.Rational(1, expression.exp.q)), int(expression.exp.p)
    if isinstance(expression, sp.exp):
        factor, rest = expression.args[0].as_coeff_Mul()
        if factor.is_Rational and rest != 1:
            return sp.exp(rest / factor.q), int(factor.p)
    return expression, 1


def _fraction(
    expression: sp.Expr, ring: Ring, places: Mapping[sp.Expr, int]
) -> tuple[Polynomial, Polynomial]:
    one = ring.context.constant(1)
    if expression.is_Rational:
        return ring.constant(expression), one
    if expression.is_Add:
        return reduce(_sum, (_fraction(each, ring, places) for each in expression.args))
    if expression.is_Mul:
        return reduce(_product, (_fraction(each, ring, places) for each in expression.args))
    if expression.is_Pow and expression.exp.is_Integer:
        base, power = _fraction(expression.base, ring, places), int(expression.exp)
    else:
        root, power = _root(expression)
        base = ring.context.gen(places[root]), one
    if power < 0:
        base, power = _inverse(base), -power
    return _power(base, power)


def _power(base: tuple[Polynomial, Polynomial], power: int) -> tuple[Polynomial, Polynomial]:
    result = base[0] * 0 + 1, base[0] * 0 + 1
    for _ in range(power):
        result = _product(result, base)
    return result


def _inverse(pair: tuple[Polynomial, Polynomial]) -> tuple[Polynomial, Polynomial]:
    if pair[0].is_zero():
        raise ZeroDivisionError("an expression divides by zero")
    return pair[1], pair[0]


def _sum(
    left: tuple[Polynomial, Polynomial], right: tuple[Polynomial, Polynomial]
) -> tuple[Polynomial, Polynomial]:
    if left[1] == right[1]:
        return left[0] + right[0], left[1]
    common = left[1].gcd(right[1])
    ours, theirs = left[1] / common, right[1] / common
    return times(left[0], theirs) + times(right[0], ours), times(left[1], theirs)


def _product(
    left: tuple[Polynomial, Polynomial], right: tuple[Polynomial, Polynomial]
) -> tuple[Polynomial, Polynomial]:
    return times(left[0], right[0]), times(left[1], right[1])


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    _check_work(len(left) * len(right))
    product = left * right
    _check_size(len(product))
    return product


def lowest_terms(numerator: Polynomial, denominator: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Cancel common factors, and make the leading coefficient of the denominator one."""
    if denominator.is_zero():
        raise ZeroDivisionError("an expression divides by zero")
    _check_size(max(len(numerator), len(denominator)))
    common = numerator.gcd(denominator) * denominator.leading_coefficient()
    return numerator / common, denominator / common


def _check_size(n_terms: int) -> None:
    if n_terms > MAX_TERMS:
        raise WorkLimitError(
            f"a polynomial of this computation has {n_terms} terms, more than {MAX_TERMS}; "
            "give numbers in `params`, an equilibrium in `at`, or freeze states."
        )


def _check_work(n_products: int, limit: int = MAX_PRODUCTS) -> None:
    if n_products > limit:
        raise WorkLimitError(
            f"a determinant needs more than {limit} products of terms; "
            "give numbers in `params`, an equilibrium in `at`, or freeze states."
        )
