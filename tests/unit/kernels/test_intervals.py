"""Intervals of doubles: outward rounding, the ends of the number line, inverse operations."""

import math
from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from mirrorsys.kernels import _interval_functions as functions
from mirrorsys.kernels import _intervals as interval

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
INFINITY = math.inf
EVERYTHING = (-INFINITY, INFINITY)


def is_empty(bounds):
    return all(math.isnan(end) for end in bounds)


def holds(bounds, value):
    low, high = bounds
    return (low == -INFINITY or Fraction(low) <= value) and (
        high == INFINITY or value <= Fraction(high)
    )


@given(NUMBERS)
def test_below_and_above_pass_the_neighbours(x):
    assert interval.below(x) <= math.nextafter(x, -INFINITY)
    assert interval.above(x) >= math.nextafter(x, INFINITY)


@given(NUMBERS, NUMBERS)
@settings(max_examples=300)
def test_arithmetic_of_points_holds_the_exact_result(x, y):
    p, q = Fraction(x), Fraction(y)
    assert holds(interval.add(x, x, y, y), p + q)
    assert holds(interval.multiply(x, x, y, y), p * q)
    assert holds(interval.power(x, x, 3), p**3)
    if y:
        assert holds(interval.divide(x, x, y, y), p / q)
    root = interval.square_root(abs(x), abs(x))
    assert Fraction(root[0]) ** 2 <= abs(p) <= Fraction(min(root[1], 1e200)) ** 2


SMALL = st.integers(-4, 4)
SIDES = st.tuples(SMALL, SMALL).map(lambda pair: tuple(float(x) for x in sorted(pair)))


def members(side):
    low, high = (int(end) for end in side)
    return [Fraction(n, 2) for n in range(2 * low, 2 * high + 1)]


@given(SIDES, SIDES, st.integers(1, 5))
def test_intervals_hold_the_results_of_their_members(left, right, n):
    for x in members(left):
        assert holds(interval.power(*left, n), x**n)
        assert holds(interval.absolute(*left), abs(x))
        for y in members(right):
            assert holds(interval.add(*left, *right), x + y)
            assert holds(interval.multiply(*left, *right), x * y)
            assert holds(interval.least(*left, *right), min(x, y))
            assert holds(interval.greatest(*left, *right), max(x, y))
            if y:
                assert holds(interval.divide(*left, *right), x / y)


@given(SIDES, SIDES, SIDES, st.integers(1, 5))
def test_inverse_operations_keep_every_solution(product, factor, side, n):
    quotient = interval.divide_within(*product, *factor, *side)
    root = interval.root_within(*product, n, *side)
    for x in members(side):
        if any(product[0] <= x * y <= product[1] for y in members(factor)):
            assert holds(quotient, x)
        if product[0] <= x**n <= product[1]:
            assert holds(root, x)


def test_sums_are_exact_where_they_can_be():
    assert interval.add(1.0, 1.0, -0.25, 0.0) == (0.75, 1.0)
    assert interval.multiply(0.0, 1.0, 0.0, INFINITY) == (0.0, INFINITY)


def test_a_divisor_around_zero():
    assert interval.divide(1.0, 2.0, 0.0, 4.0) == (pytest.approx(0.25), INFINITY)
    assert interval.divide(1.0, 2.0, -1.0, 1.0) == EVERYTHING
    assert is_empty(interval.divide(1.0, 2.0, 0.0, 0.0))
    # x * [-1, 2] = 1 leaves out everything between -1 and 1/2.
    assert interval.divide_within(1.0, 1.0, -1.0, 2.0, -0.5, 9.0) == (pytest.approx(0.5), 9.0)
    assert is_empty(interval.divide_within(1.0, 1.0, -1.0, 2.0, -0.5, 0.25))
    assert interval.divide_within(0.0, 1.0, 0.0, 0.0, -3.0, 5.0) == (-3.0, 5.0)


def test_overflow_is_no_bound():
    assert interval.multiply(1e200, 1e200, 1e200, 1e200) == (interval.LARGEST, INFINITY)
    assert interval.add(-1.7e308, -1.7e308, -1e308, -1e308) == (-INFINITY, -interval.LARGEST)


def test_roots_of_negative_numbers_are_empty():
    assert is_empty(interval.square_root(-2.0, -1.0))
    assert is_empty(interval.root_within(-2.0, -1.0, 2, -9.0, 9.0))
    assert is_empty(functions.logarithm(-2.0, -1.0))
    assert is_empty(functions.area_tangent(1.0, 2.0))


def test_steps_are_decided_where_they_are():
    assert interval.sign(0.5, 2.0) == (1.0, 1.0)
    assert interval.sign(-2.0, 0.0) == (-1.0, 0.0)
    assert interval.positive(0.0, 1.0) == (0.0, 1.0)
    assert interval.nonnegative(0.0, 1.0) == (1.0, 1.0)


FUNCTIONS = {
    functions.exponential: arb.exp,
    functions.sine: arb.sin,
    functions.cosine: arb.cos,
    functions.tanh: arb.tanh,
    functions.logarithm: arb.log,
    functions.area_tangent: arb.atanh,
}
ARGUMENTS = st.floats(-4, 4) | st.floats(-800, 800) | st.floats(-1e7, 1e7) | st.floats(-1e-5, 1e-5)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.__name__)
@given(low=ARGUMENTS, width=st.sampled_from([0.0, 1e-9, 0.1, 1.0, 7.0]), share=st.floats(0, 1))
@settings(max_examples=150)
def test_functions_hold_their_values(function, low, width, share):
    high = low + width
    x = min(max(low + share * width, low), high)
    with ctx.workprec(200):
        value = FUNCTIONS[function](arb(x))
        if not value.is_finite():
            return
        lower, upper = function(low, high)
        assert not arb(lower) > value
        assert not arb(upper) < value


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.__name__)
def test_functions_are_sharp(function):
    lower, upper = function(0.7, 0.7)
    assert upper - lower < 5e-15
