"""Exponential, logarithm, circular and hyperbolic functions of intervals, rounded outward.

Each is built from the operations of `_intervals` alone: reduction of the argument, a
Taylor polynomial, a bound of its remainder. So the bounds rest on IEEE arithmetic and on
no library's accuracy; where a library function is called, its result is only a guess that
is then corrected. Sine and cosine of arguments beyond 10**6 are just [-1, 1].
"""

from __future__ import annotations

import math

from mirrorsys.kernels._compiled import compiled
from mirrorsys.kernels._intervals import (
    INFINITY,
    LARGEST,
    NAN,
    above,
    add,
    below,
    divide,
    multiply,
)

__all__ = ["area_tangent", "cosine", "exponential", "logarithm", "sine", "tanh"]

# log(2) and pi/2 as two parts of 32 bits, whose products with whole numbers below 2**21
# are exact, and bounds of the rest.
LOG2_1, LOG2_2 = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef356p-33")
LOG2_LOW, LOG2_HIGH = float.fromhex("0x1.93c7673007e5ep-65"), float.fromhex("0x1.93c7673007e60p-65")
TURN_1, TURN_2 = float.fromhex("0x1.921fb544p+0"), float.fromhex("0x1.0b4611a6p-34")
TURN_LOW, TURN_HIGH = float.fromhex("0x1.3198a2e037072p-69"), float.fromhex("0x1.3198a2e037074p-69")
QUARTER_TURN = math.pi / 2
LARGEST_ANGLE = 1e6
EXP_OVERFLOWS, EXP_UNDERFLOWS = 709.7, -744.4  # beyond, bounds are the largest and smallest doubles
EXP_DEGREE, EXP_REMAINDER = 15, 1e-19  # 0.36**16 / 16! * exp(0.36) is below 6e-21
CIRCULAR_DEGREE, CIRCULAR_REMAINDER = 19, 1e-19  # 0.8**21 / 21! is below 2e-22


@compiled
def _reduced(
    x: float, k: float, part1: float, part2: float, rest_low: float, rest_high: float
) -> tuple[float, float]:
    """Return x - k * (part1 + part2 + rest), the products with the parts being exact."""
    low, high = add(x, x, -k * part1, -k * part1)
    low, high = add(low, high, -k * part2, -k * part2)
    p, q = multiply(-k, -k, rest_low, rest_high)
    return add(low, high, p, q)


@compiled
def _next_factor(p: float, q: float, low: float, high: float, n: float) -> tuple[float, float]:
    """Return 1 + [p, q] * [low, high] / n, one factor of a Taylor polynomial."""
    p, q = multiply(p, q, low, high)
    return add(below(p / n), above(q / n), 1.0, 1.0)


@compiled
def _exponential_at(x: float) -> tuple[float, float]:
    if x > EXP_OVERFLOWS:
        return (LARGEST / 2.0**2, INFINITY) if x < INFINITY else (LARGEST, INFINITY)
    if x < EXP_UNDERFLOWS:
        return 0.0, 1e-320
    k = math.floor(x / LOG2_1 + 0.5)
    low, high = _reduced(x, float(k), LOG2_1, LOG2_2, LOG2_LOW, LOG2_HIGH)
    p, q = 1.0, 1.0
    for n in range(EXP_DEGREE, 0, -1):
        p, q = _next_factor(p, q, low, high, float(n))
    p, q = add(p, q, -EXP_REMAINDER, EXP_REMAINDER)
    half = k // 2  # in two steps: 2**k alone can be too large or too small for a double
    first, second = math.ldexp(1.0, half), math.ldexp(1.0, k - half)
    p, q = multiply(p, q, first, first)
    return multiply(p, q, second, second)


@compiled
def exponential(a: float, b: float) -> tuple[float, float]:
    """Return exp([a, b])."""
    return max(0.0, _exponential_at(a)[0]), _exponential_at(b)[1]


@compiled
def _logarithm_at(x: float) -> tuple[float, float]:
    """Return bounds of log(x) for x > 0: a guess, corrected by its exponential."""
    if x == INFINITY:
        return 709.0, INFINITY
    guess = math.log(x)
    p, q = _exponential_at(-guess)
    p, q = multiply(p, q, x, x)
    if not 0.5 < p <= q < 2.0:  # x is beyond the reach of the exponential
        return (-INFINITY, -700.0) if x < 1.0 else (700.0, INFINITY)
    # 1 - 1/z <= log z <= z - 1
    low, high = divide(1.0, 1.0, p, p)
    low, high = add(1.0, 1.0, -high, -low)[0], add(q, q, -1.0, -1.0)[1]
    return add(guess, guess, low, high)


@compiled
def logarithm(a: float, b: float) -> tuple[float, float]:
    """Return the logarithms of the values in [a, b] that are not negative.

    That of zero counts as a negative number without bound: its exponential is zero, so that
    x**1.7, computed by way of the logarithm, keeps its zero.
    """
    if b < 0.0:
        return NAN, NAN
    if b == 0.0:
        return -INFINITY, -LARGEST
    return _logarithm_at(a)[0] if a > 0.0 else -INFINITY, _logarithm_at(b)[1]


@compiled
def _circular_series(low: float, high: float, is_sine: bool) -> tuple[float, float]:
    """Return the Taylor polynomial of sine or cosine on a small interval around zero."""
    s, t = multiply(low, high, low, high)
    s = max(0.0, s)  # it is a square
    p, q = 1.0, 1.0
    for n in range(CIRCULAR_DEGREE if is_sine else CIRCULAR_DEGREE - 1, 1, -2):
        p, q = _next_factor(p, q, -t, -s, float(n * (n - 1)))
    if is_sine:
        p, q = multiply(p, q, low, high)
    return add(p, q, -CIRCULAR_REMAINDER, CIRCULAR_REMAINDER)


@compiled
def _sine_at(x: float, quarter_turns: float) -> tuple[float, float]:
    """Return bounds of sin(x + quarter_turns * pi/2), for a whole number of quarter turns."""
    k = math.floor(x / QUARTER_TURN + 0.5)
    low, high = _reduced(x, float(k), TURN_1, TURN_2, TURN_LOW, TURN_HIGH)
    phase = (k + int(quarter_turns)) % 4
    p, q = _circular_series(low, high, phase % 2 == 0)
    if phase >= 2:
        p, q = -q, -p
    return max(-1.0, p), min(1.0, q)


@compiled
def _shifted_sine(a: float, b: float, quarter_turns: float) -> tuple[float, float]:
    if a < -LARGEST_ANGLE or b > LARGEST_ANGLE:
        return -1.0, 1.0
    # Widened a little, so that a multiple of pi/2 within rounding error counts as inside.
    first = math.floor(a / QUARTER_TURN - 1e-9) + 1
    last = math.floor(b / QUARTER_TURN + 1e-9)
    if last - first >= 3:
        return -1.0, 1.0
    p, q = _sine_at(a, quarter_turns)
    r, s = _sine_at(b, quarter_turns)
    low, high = min(p, r), max(q, s)
    for k in range(first, last + 1):
        if (k + int(quarter_turns)) % 4 == 1:
            high = 1.0
        elif (k + int(quarter_turns)) % 4 == 3:
            low = -1.0
    return low, high


@compiled
def sine(a: float, b: float) -> tuple[float, float]:
    """Return sin([a, b])."""
    return _shifted_sine(a, b, 0.0)


@compiled
def cosine(a: float, b: float) -> tuple[float, float]:
    """Return cos([a, b])."""
    return _shifted_sine(a, b, 1.0)


@compiled
def _tanh_at(x: float) -> tuple[float, float]:
    """Return 1 - 2 / (exp(2x) + 1)."""
    if x == 0.0:
        return 0.0, 0.0
    p, q = exponential(2.0 * x, 2.0 * x)
    p, q = add(p, q, 1.0, 1.0)
    p, q = divide(2.0, 2.0, p, q)
    return add(1.0, 1.0, -q, -p)


@compiled
def tanh(a: float, b: float) -> tuple[float, float]:
    """Return tanh([a, b])."""
    return max(-1.0, _tanh_at(a)[0]), min(1.0, _tanh_at(b)[1])


@compiled
def _area_tangent_at(x: float) -> tuple[float, float]:
    """Return log((1 + x) / (1 - x)) / 2 for -1 < x < 1."""
    p, q = add(1.0, 1.0, x, x)
    r, s = add(1.0, 1.0, -x, -x)
    p, q = divide(p, q, r, s)
    p, q = logarithm(p, q)
    return multiply(p, q, 0.5, 0.5)


@compiled
def area_tangent(a: float, b: float) -> tuple[float, float]:
    """Return the numbers whose tanh lies in [a, b]."""
    if b <= -1.0 or a >= 1.0:
        return NAN, NAN
    low = _area_tangent_at(a)[0] if a > -1.0 else -INFINITY
    return low, _area_tangent_at(b)[1] if b < 1.0 else INFINITY
