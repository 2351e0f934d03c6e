"""Equilibrium equations as exact polynomials: rational right-hand sides over one denominator."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.polys.orderings import lex
from sympy.polys.rings import PolyElement, PolyRing

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.symbolic._errors import EliminationError
from mirrorsys.symbolic._substitution import variables

__all__ = [
    "PolynomialEquations",
    "exact",
    "numbers",
    "polynomial_equations",
]

MAX_TERMS = 20_000  # of one right-hand side, multiplied out


@dataclass(frozen=True)
class PolynomialEquations:
    """The equilibria of a system as the zeros of polynomials with rational coefficients.

    State i rests where ``numerators[i]`` is zero and ``denominators[i]`` is not. `ring`
    has one generator for each state, in their order, then one for each quantity that was
    left a symbol.
    """

    system: System
    ring: PolyRing
    numerators: tuple[PolyElement, ...]
    denominators: tuple[PolyElement, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each generator."""
        return tuple(each.name for each in self.ring.symbols)


def exact(value: float) -> Fraction:
    """Return the rational number that the shortest decimal form of `value` denotes."""
    return Fraction(repr(float(value)))


def numbers(
    system: System, params: Mapping[str, float] | None, symbolic: Iterable[str] = ()
) -> dict[str, Fraction]:
    """Return the exact value of every quantity that algebra replaces by a number.

    Inputs rest at their values. Parameters stay symbols if `params` is None; if it is a
    mapping, even an empty one, they take the values given there, else their defaults.
    What `symbolic` names stays a symbol in any case.
    """
    parameters, inputs = parameter_and_input_values(system, params)
    values = inputs if params is None else parameters | inputs
    return {name: exact(value) for name, value in values.items() if name not in set(symbolic)}


def polynomial_equations(
    system: System,
    params: Mapping[str, float] | None,
    symbolic: Iterable[str] = (),
    states: Sequence[int] | None = None,
) -> PolynomialEquations:
    """Return the equilibrium equations of a system, cleared of denominators.

    With `states`, only those of these states; in place of the others stands 0 = 0.

    Raises
    ------
    EliminationError
        If a right-hand side is not rational in the states and in what stays a symbol.
    ValueError
        If `params` does not fit the system, or makes an equation divide by zero.
    """
    values = numbers(system, params, symbolic)
    wanted = range(len(system.states)) if states is None else states
    rhs = tuple(e if i in wanted else sp.Integer(0) for i, e in enumerate(system.rhs))
    try:
        fractions = _fractions(system, rhs)
    except EliminationError:
        # A power such as x**n is rational only once its parameters are numbers.
        fixed = {symbol(name): sp.Rational(*q.as_integer_ratio()) for name, q in values.items()}
        fractions = _fractions(system, tuple(expr.xreplace(fixed) for expr in rhs))
    occurring = {name for pair in fractions for polynomial in pair for name in _names(polynomial)}
    others = [q.name for q in (*system.parameters, *system.inputs)]
    kept = [name for name in others if name in occurring and name not in values]
    ring = _ring((*system.state_names, *kept))
    pairs = [tuple(_specialised(poly, values, ring) for poly in pair) for pair in fractions]
    for name, (_, denominator) in zip(system.state_names, pairs, strict=True):
        if not denominator:
            raise ValueError(
                f"with these `params` the equation of {name!r} in {system.name!r} divides by "
                "zero; change the parameter in its denominator."
            )
    if states is not None:
        pairs = [_within(top, bottom, set(states)) for top, bottom in pairs]
    return PolynomialEquations(system, ring, tuple(n for n, _ in pairs), tuple(d for _, d in pairs))


def _within(
    numerator: PolyElement, denominator: PolyElement, states: set[int]
) -> tuple[PolyElement, PolyElement]:
    """Return a fraction without the common factor by which it holds a state it does not need.

    A parameter of zero leaves one where it takes a term away, but not its denominator.
    """
    if variables(numerator) | variables(denominator) <= states:
        return numerator, denominator
    reduced: tuple[PolyElement, PolyElement] = numerator.cancel(denominator)
    return reduced


def _names(polynomial: PolyElement) -> set[str]:
    return {polynomial.ring.symbols[i].name for i in variables(polynomial)}


@lru_cache(maxsize=256)
def _ring(names: tuple[str, ...]) -> PolyRing:
    return PolyRing([symbol(name) for name in names], sp.QQ, lex)


@lru_cache(maxsize=64)
def _fractions(
    system: System, rhs: tuple[sp.Expr, ...]
) -> tuple[tuple[PolyElement, PolyElement], ...]:
    """Return numerator and denominator of each right-hand side, all quantities symbols."""
    ring = _ring(tuple(quantity.name for quantity in system.quantities))
    pairs = []
    for name, expression in zip(system.state_names, rhs, strict=True):
        if not _is_rational(expression):
            raise EliminationError(
                f"the equation of {name!r} in {system.name!r}, d {name}/dt = {expression}, is "
                "not rational; exact elimination needs + - * / and whole-number powers of states "
                "and parameters (freeze the states that occur in other functions)."
            )
        fraction = sp.fraction(sp.together(expression))
        if max(map(_n_terms, fraction)) > MAX_TERMS:
            raise EliminationError(
                f"the equation of {name!r} in {system.name!r} has more than {MAX_TERMS} terms "
                "when multiplied out; freeze a state or give numbers in `params`."
            )
        pairs.append(tuple(map(ring.from_expr, fraction)))
    return tuple(pairs)


def _is_rational(expression: sp.Expr) -> bool:
    """Tell whether an expression is built from symbols and rationals by + - * / alone."""
    if expression.is_Add or expression.is_Mul:
        return all(map(_is_rational, expression.args))
    if expression.is_Pow:
        return bool(expression.exp.is_Integer) and _is_rational(expression.base)
    return bool(expression.is_Symbol or expression.is_Rational)


def _n_terms(expression: sp.Expr) -> int:
    """Return an upper bound of the number of terms of a polynomial, multiplied out."""
    counts = [_n_terms(each) for each in expression.args]
    if expression.is_Add:
        return sum(counts)
    if expression.is_Mul:
        return math.prod(counts)
    if expression.is_Pow:
        power = int(expression.exp)
        return math.comb(counts[0] + power - 1, power)
    return 1


def _specialised(
    polynomial: PolyElement, values: Mapping[str, Fraction], ring: PolyRing
) -> PolyElement:
    """Return a polynomial with some generators replaced by numbers, in the smaller ring."""
    targets = {each.name: i for i, each in enumerate(ring.symbols)}
    old: Sequence[Any] = polynomial.ring.symbols
    known = {i: sp.QQ(v.numerator, v.denominator) for i, v in _indexed(old, values)}
    place = {i: targets[each.name] for i, each in enumerate(old) if each.name in targets}
    result = ring.zero
    for powers, coefficient in polynomial.terms():
        new = [0] * len(targets)
        for i, power in enumerate(powers):
            if power and i in known:
                coefficient = coefficient * known[i] ** power
            elif power:
                new[place[i]] = power
        key = tuple(new)
        result[key] = result.get(key, sp.QQ(0)) + coefficient
    result.strip_zero()
    return result


def _indexed(symbols: Sequence[Any], values: Mapping[str, Fraction]) -> list[tuple[int, Fraction]]:
    return [(i, values[each.name]) for i, each in enumerate(symbols) if each.name in values]
