"""Interval arithmetic in doubles, rounded outward: every result holds all true values.

An interval is a pair of doubles, lower and upper end; an end can be infinite, and the
values in between are finite real numbers. An operation that is defined nowhere on its
operands (the logarithm of negative numbers) returns the empty interval (nan, nan).

Rounding outward needs no change of the processor's rounding mode: IEEE arithmetic returns
the double nearest to the true result, so the next double below it is a lower bound [1]_;
sums use the exact rounding error and stay exact where they can. Nothing is assumed of the
accuracy of library functions. (Functions such as exp: `_interval_functions`.)

.. [1] S. M. Rump, P. Zimmermann, S. Boldo, G. Melquiond, "Computing predecessor and
   successor in rounding to nearest", BIT Numer. Math. 49, 2009.
"""

from __future__ import annotations

import math

from mirrorsys.kernels._compiled import compiled

__all__ = ["above", "absolute", "add", "below", "divide", "divide_within", "greatest", "least",
           "multiply", "nonnegative", "positive", "power", "root_within", "sign",
           "square_root"]  # fmt: skip

INFINITY = math.inf
NAN = math.nan
LARGEST = 1.7976931348623157e308
STEP = 2.0**-53 * (1.0 + 2.0**-52)
SMALLEST = 5e-324
NEARLY_TOO_LARGE = 1e300  # beyond, the rounding error of a sum can itself overflow


@compiled
def below(x: float) -> float:
    """Return a double below x, the nearest or second nearest; minus infinity stays."""
    if x == INFINITY:
        return LARGEST  # a finite result was too large for a double
    return x - (abs(x) * STEP + SMALLEST)


@compiled
def above(x: float) -> float:
    """Return a double above x."""
    if x == -INFINITY:
        return -LARGEST
    return x + (abs(x) * STEP + SMALLEST)


@compiled
def _error_of_sum(x: float, y: float, s: float) -> float:
    t = s - x
    return (x - (s - t)) + (y - t)


@compiled
def _sum_below(x: float, y: float) -> float:
    s = x + y
    if abs(s) < NEARLY_TOO_LARGE and _error_of_sum(x, y, s) >= 0.0:
        return s
    return below(s)


@compiled
def _sum_above(x: float, y: float) -> float:
    s = x + y
    if abs(s) < NEARLY_TOO_LARGE and _error_of_sum(x, y, s) <= 0.0:
        return s
    return above(s)


@compiled
def add(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return [a, b] + [c, d]."""
    return _sum_below(a, c), _sum_above(b, d)


@compiled
def _product_below(x: float, y: float) -> float:
    # An infinite end stands for finite values without bound, so 0 times it is 0.
    return 0.0 if x == 0.0 or y == 0.0 else below(x * y)


@compiled
def _product_above(x: float, y: float) -> float:
    return 0.0 if x == 0.0 or y == 0.0 else above(x * y)


@compiled
def multiply(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return [a, b] * [c, d]."""
    if a >= 0.0:
        if c >= 0.0:
            return _product_below(a, c), _product_above(b, d)
        if d <= 0.0:
            return _product_below(b, c), _product_above(a, d)
        return _product_below(b, c), _product_above(b, d)
    if b <= 0.0:
        if c >= 0.0:
            return _product_below(a, d), _product_above(b, c)
        if d <= 0.0:
            return _product_below(b, d), _product_above(a, c)
        return _product_below(a, d), _product_above(a, c)
    if c >= 0.0:
        return _product_below(a, d), _product_above(b, d)
    if d <= 0.0:
        return _product_below(b, c), _product_above(a, c)
    return (
        min(_product_below(a, d), _product_below(b, c)),
        max(_product_above(a, c), _product_above(b, d)),
    )


@compiled
def _quotient_below(x: float, y: float) -> float:
    return 0.0 if x == 0.0 or abs(y) == INFINITY else below(x / y)


@compiled
def _quotient_above(x: float, y: float) -> float:
    return 0.0 if x == 0.0 or abs(y) == INFINITY else above(x / y)


@compiled
def divide(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return the smallest interval around [a, b] / [c, d], zero left out of the divisor."""
    if c > 0.0:
        low = _quotient_below(a, d) if a >= 0.0 else _quotient_below(a, c)
        return low, _quotient_above(b, d) if b <= 0.0 else _quotient_above(b, c)
    if d < 0.0:
        low = _quotient_below(b, c) if b <= 0.0 else _quotient_below(b, d)
        return low, _quotient_above(a, c) if a >= 0.0 else _quotient_above(a, d)
    if c == 0.0 and d == 0.0:
        return NAN, NAN
    if a == 0.0 and b == 0.0:
        return 0.0, 0.0
    if c == 0.0 and a >= 0.0:
        return _quotient_below(a, d), INFINITY
    if c == 0.0 and b <= 0.0:
        return -INFINITY, _quotient_above(b, d)
    if d == 0.0 and a >= 0.0:
        return -INFINITY, _quotient_above(a, c)
    if d == 0.0 and b <= 0.0:
        return _quotient_below(b, c), INFINITY
    return -INFINITY, INFINITY


@compiled
def divide_within(
    a: float, b: float, c: float, d: float, low: float, high: float
) -> tuple[float, float]:
    """Return the smallest interval around the x in [low, high] with x * [c, d] meeting [a, b].

    Zero in the divisor is not left out: it allows every x if zero is also in [a, b], and
    else leaves two pieces, with a gap around zero.
    """
    if (a <= 0.0 <= b) and (c <= 0.0 <= d):
        return low, high
    if c < 0.0 < d:
        left = _quotient_above(a, c) if a > 0.0 else _quotient_above(b, d)
        right = _quotient_below(a, d) if a > 0.0 else _quotient_below(b, c)
        if low > left:
            low = max(low, right)
        if high < right:
            high = min(high, left)
    else:
        p, q = divide(a, b, c, d)
        if p != p:  # the divisor is zero and the product is not
            return NAN, NAN
        low, high = max(low, p), min(high, q)
    if low > high:
        return NAN, NAN
    return low, high


@compiled
def _power_below(x: float, n: int) -> float:
    """Return a lower bound of x**n for x >= 0."""
    result = 1.0
    while n > 0:
        if n % 2 == 1:
            result = x if result == 1.0 else _product_below(result, x)
        n //= 2
        if n > 0:
            x = max(0.0, _product_below(x, x))
    return max(0.0, result)


@compiled
def _power_above(x: float, n: int) -> float:
    """Return an upper bound of x**n for x >= 0."""
    result = 1.0
    while n > 0:
        if n % 2 == 1:
            result = x if result == 1.0 else _product_above(result, x)
        n //= 2
        if n > 0:
            x = _product_above(x, x)
    return result


@compiled
def power(a: float, b: float, n: int) -> tuple[float, float]:
    """Return [a, b]**n for a whole number n > 0."""
    if a >= 0.0:
        return _power_below(a, n), _power_above(b, n)
    if b <= 0.0:
        if n % 2 == 0:
            return _power_below(-b, n), _power_above(-a, n)
        return -_power_above(-a, n), -_power_below(-b, n)
    if n % 2 == 0:
        return 0.0, _power_above(max(-a, b), n)
    return -_power_above(-a, n), _power_above(b, n)


@compiled
def square_root(a: float, b: float) -> tuple[float, float]:
    """Return the square roots of the values in [a, b] that are not negative."""
    if b < 0.0:
        return NAN, NAN
    low = max(0.0, below(math.sqrt(a))) if a > 0.0 else 0.0
    return low, 0.0 if b == 0.0 else above(math.sqrt(b))


@compiled
def _root_bounds(x: float, n: int) -> tuple[float, float]:
    """Return a lower and an upper bound of the n-th root of x >= 0, checked by powers."""
    if x == 0.0 or x == INFINITY:
        return x, x
    guess = math.sqrt(x) if n == 2 else math.exp(math.log(x) / n)
    low, high, width = guess, guess, 2.0**-51
    while width < 1.0:
        low, high = guess * (1.0 - width), guess * (1.0 + width)
        if _power_above(low, n) <= x <= _power_below(high, n):
            return low, high
        width *= 4.0
    return 0.0, INFINITY


@compiled
def root_within(a: float, b: float, n: int, low: float, high: float) -> tuple[float, float]:
    """Return the smallest interval around the x in [low, high] with x**n in [a, b]."""
    if n % 2 == 0:
        if b < 0.0:
            return NAN, NAN
        smallest = _root_bounds(a, n)[0] if a > 0.0 else 0.0
        largest = _root_bounds(b, n)[1]
        if low > -smallest:
            low = max(low, smallest)
        if high < smallest:
            high = min(high, -smallest)
        low, high = max(low, -largest), min(high, largest)
    else:
        p = _root_bounds(a, n)[0] if a >= 0.0 else -_root_bounds(-a, n)[1]
        q = _root_bounds(b, n)[1] if b >= 0.0 else -_root_bounds(-b, n)[0]
        low, high = max(low, p), min(high, q)
    if low > high:
        return NAN, NAN
    return low, high


@compiled
def absolute(a: float, b: float) -> tuple[float, float]:
    """Return the absolute values of [a, b]."""
    if a >= 0.0:
        return a, b
    if b <= 0.0:
        return -b, -a
    return 0.0, max(-a, b)


@compiled
def sign(a: float, b: float) -> tuple[float, float]:
    """Return the smallest interval around the signs of [a, b]."""
    low = 1.0 if a > 0.0 else (0.0 if a == 0.0 else -1.0)
    return low, 1.0 if b > 0.0 else (0.0 if b == 0.0 else -1.0)


@compiled
def positive(a: float, b: float) -> tuple[float, float]:
    """Return the smallest interval around 1 for positive values in [a, b] and 0 for others."""
    return 1.0 if a > 0.0 else 0.0, 1.0 if b > 0.0 else 0.0


@compiled
def nonnegative(a: float, b: float) -> tuple[float, float]:
    """Return the smallest interval around 1 for values >= 0 in [a, b] and 0 for others."""
    return 1.0 if a >= 0.0 else 0.0, 1.0 if b >= 0.0 else 0.0


@compiled
def least(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return the minimum of [a, b] and [c, d]."""
    return min(a, c), min(b, d)


@compiled
def greatest(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return the maximum of [a, b] and [c, d]."""
    return max(a, c), max(b, d)
