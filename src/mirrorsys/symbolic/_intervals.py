"""The range of an expression over a box, enclosed with proof.

Ends of intervals are exact rationals or infinite. Arithmetic is exact; exponentials and
the like are enclosed by balls (FLINT) and rounded outward. An enclosure may be too wide,
where a variable occurs twice; it is never too narrow. At a point, a rational expression
gives its exact value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import sympy as sp

__all__ = ["End", "Interval", "UndefinedError", "enclosure_function"]

End: TypeAlias = Fraction | float  # a float is infinite
Interval: TypeAlias = tuple[End, End]
Enclosure: TypeAlias = Callable[[Mapping[sp.Symbol, Interval]], Interval]

INF = math.inf
EVERYTHING: Interval = (-INF, INF)
ZERO, ONE = Fraction(0), Fraction(1)
LARGEST_ARGUMENT = 700  # of exp and the like; beyond, their values are taken as unbounded


class UndefinedError(ArithmeticError):
    """An expression that is undefined on all or a part of a box; the message says where."""


def enclosure_function(expression: sp.Expr) -> Enclosure:
    """Return a function from the ranges of the symbols to an enclosure of the expression.

    The function raises `UndefinedError` where the expression may be undefined, as for a
    denominator that changes sign. A denominator of one sign may touch zero: the
    enclosure then holds wherever the expression is defined.
    """
    if expression.is_Rational:
        value = Fraction(int(expression.p), int(expression.q))
        return lambda _: (value, value)
    if expression is sp.E:
        e = _ball_ends("exp", ONE)
        return lambda _: e
    if expression.is_Symbol:
        return lambda ranges: ranges[expression]
    if isinstance(expression, sp.Piecewise):
        return _piecewise(expression)
    parts = [enclosure_function(each) for each in expression.args]
    if expression.is_Pow and expression.exp.is_Integer:
        base, power = parts[0], int(expression.exp)
        return lambda ranges: _integer_power(base(ranges), power)
    operation = _operation(expression)
    return lambda ranges: operation(*(part(ranges) for part in parts))


def _operation(expression: sp.Expr) -> Callable[..., Interval]:
    for kind, operation in _OPERATIONS.items():
        if isinstance(expression, kind):
            return operation

    def unknown(*_: Interval) -> Interval:
        raise UndefinedError(f"the range of {expression} is not known")

    return unknown


def _sum(*terms: Interval) -> Interval:
    low: End = ZERO
    high: End = ZERO
    for term in terms:
        low, high = low + term[0], high + term[1]
    return low, high


def _product(*factors: Interval) -> Interval:
    result: Interval = (ONE, ONE)
    for factor in factors:
        result = _hull(_times(a, b) for a in result for b in factor)
    return result


def _times(a: End, b: End) -> End:
    return ZERO if a == 0 or b == 0 else a * b  # 0 * inf: a supremum of zeros


def _hull(ends: Any) -> Interval:
    found = list(ends)
    return min(found), max(found)


def _integer_power(base: Interval, power: int) -> Interval:
    if power < 0:
        return _reciprocal(_integer_power(base, -power))
    low, high = base
    if power % 2 == 0 and low < 0 < high:
        return ZERO, max(low**power, high**power)
    return _hull((low**power, high**power))


def _reciprocal(x: Interval) -> Interval:
    low, high = x
    if low == 0 == high or low < 0 < high:
        raise UndefinedError("a denominator vanishes")
    lower = -INF if high == 0 else (ONE / high if math.isfinite(high) else ZERO)
    upper = INF if low == 0 else (ONE / low if math.isfinite(low) else ZERO)
    return lower, upper


def _increasing(
    name: str, low_limit: End = -INF, high_limit: End = INF
) -> Callable[[Interval], Interval]:
    """Return the enclosure of an increasing function of FLINT's balls, with its limits."""

    def enclose(x: Interval) -> Interval:
        low, high = low_limit, high_limit
        if x[0] >= -LARGEST_ARGUMENT:
            low = max(low, _ball_ends(name, min(x[0], Fraction(LARGEST_ARGUMENT)))[0])
        if x[1] <= LARGEST_ARGUMENT:
            high = min(high, _ball_ends(name, max(x[1], Fraction(-LARGEST_ARGUMENT)))[1])
        return low, high

    return enclose


def _ball_ends(name: str, *at: End) -> Interval:
    first, *others = (_ball(each) for each in at)
    return _ends(getattr(first, name)(*others))


def _ball(value: End) -> Any:
    fraction = Fraction(value)
    return flint.arb(flint.fmpq(fraction.numerator, fraction.denominator))


def _ends(ball: Any) -> Interval:
    if not ball.is_finite():
        return EVERYTHING
    return _exact(ball.lower()), _exact(ball.upper())


def _exact(ball: Any) -> Fraction:
    mantissa, exponent = (int(each) for each in ball.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def _log(x: Interval) -> Interval:
    if x[1] <= 0 or x[0] < 0:
        raise UndefinedError("a logarithm of a number that may be negative")
    low = -INF if x[0] == 0 else _ball_ends("log", x[0])[0]
    return low, INF if math.isinf(x[1]) else _ball_ends("log", x[1])[1]


def _power(base: Interval, exponent: Interval) -> Interval:
    """Return the enclosure of ``base**exponent``; the base must not be negative.

    For a positive base the power is monotonic in each argument, so that its extremes lie
    in corners; at base zero this holds for positive exponents.
    """
    if base[0] < 0:
        raise UndefinedError("a power of a number that may be negative")
    if base[0] == 0 and exponent[0] <= 0:
        if exponent[1] >= 0:
            raise UndefinedError("a power of zero whose exponent may be zero or change sign")
        return _reciprocal(_power(base, (-exponent[1], -exponent[0])))
    corners = [_corner(b, e) for b in base for e in exponent]
    return min(low for low, _ in corners), max(high for _, high in corners)


def _corner(base: End, exponent: End) -> Interval:
    if base == 0:
        return ZERO, ZERO
    if base == 1 or exponent == 0:
        return ONE, ONE
    size = exponent * (INF if math.isinf(base) else _logarithm(Fraction(base)))
    if size > LARGEST_ARGUMENT:
        return ONE, INF
    if size < -LARGEST_ARGUMENT:
        return ZERO, ONE
    low, high = _ball_ends("__pow__", base, exponent)
    return max(low, ZERO), high


def _logarithm(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)


def _wave(name: str) -> Callable[[Interval], Interval]:
    def enclose(x: Interval) -> Interval:
        if math.isinf(x[0]) or math.isinf(x[1]):
            return -ONE, ONE
        ball = _ball((x[0] + x[1]) / 2)
        radius = _ball((x[1] - x[0]) / 2).upper()
        low, high = _ends(getattr(ball + flint.arb(0, radius), name)())
        return max(low, -ONE), min(high, ONE)

    return enclose


def _absolute(x: Interval) -> Interval:
    low, high = _hull((abs(x[0]), abs(x[1])))
    return (ZERO if x[0] < 0 < x[1] else low), high


def _sign(x: Interval) -> Interval:
    return tuple(Fraction((end > 0) - (end < 0)) for end in x)  # type: ignore[return-value]


def _cosh(x: Interval) -> Interval:
    low, high = (_increasing("cosh", ONE)(2 * (end,)) for end in _absolute(x))
    return low[0], high[1]


def _piecewise(expression: sp.Piecewise) -> Enclosure:
    pieces = [
        (enclosure_function(value), None if condition is sp.true else _margin(condition))
        for value, condition in expression.args
    ]

    def enclose(ranges: Mapping[sp.Symbol, Interval]) -> Interval:
        found: list[End] = []
        for value, margin in pieces:
            low, high = (ONE, ONE) if margin is None else margin(ranges)
            if high >= 0:
                found.extend(value(ranges))
            if low > 0:
                break
        return _hull(found)

    return enclose


def _margin(condition: sp.Rel) -> Enclosure:
    """Return by how much an inequality holds; at zero it may hold or not."""
    return enclosure_function(condition.gts - condition.lts)


def _extreme(choose: Callable[[Sequence[End]], End]) -> Callable[..., Interval]:
    return lambda *each: (choose([x[0] for x in each]), choose([x[1] for x in each]))


_OPERATIONS: dict[type, Callable[..., Interval]] = {
    sp.Add: _sum,
    sp.Mul: _product,
    sp.Pow: _power,
    sp.exp: _increasing("exp", ZERO),
    sp.tanh: _increasing("tanh", -ONE, ONE),
    sp.sinh: _increasing("sinh"),
    sp.cosh: _cosh,
    sp.log: _log,
    sp.sin: _wave("sin"),
    sp.cos: _wave("cos"),
    sp.Abs: _absolute,
    sp.sign: _sign,
    sp.Min: _extreme(min),
    sp.Max: _extreme(max),
}
