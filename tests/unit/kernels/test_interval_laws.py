"""Enclosure and sharpness of every operation, on a grid of intervals that holds all signs."""

import math
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import pytest
from flint import arb, ctx

from mirrorsys.kernels import _interval_functions as functions
from mirrorsys.kernels import _intervals as interval

INFINITY, LARGEST = math.inf, 1.7976931348623157e308
ENDS = (-INFINITY, -3.0, -0.7, 0.0, 0.3, 2.0, INFINITY)
SIDES = [(a, b) for a, b in combinations_with_replacement(ENDS, 2) if a < b or abs(a) < INFINITY]
NEAR = 1e-14  # a result may be that much wider than the true one, relatively


def is_empty(bounds: tuple[float, float]) -> bool:
    return all(math.isnan(end) for end in bounds)


def is_around(bounds: tuple[float, float], low: Any, high: Any) -> bool:
    """Tell whether bounds hold [low, high], and are hardly wider; exact numbers or infinities."""
    return lies(bounds[0], low, -1) and lies(bounds[1], high, 1)


def lies(end: float, exact: Any, sign: int) -> bool:
    if isinstance(exact, float) and math.isinf(exact):
        return end == exact
    if math.isinf(end) or math.isnan(end):
        return False
    beyond = sign * (Fraction(end) - Fraction(exact))
    return 0 <= beyond <= NEAR * abs(Fraction(exact))


def exact(x: float) -> Any:
    return x if math.isinf(x) else Fraction(x)


def times(x: float, y: float) -> Any:
    """An infinite end stands for values without bound, so that 0 times it is 0."""
    if x == 0 or y == 0:
        return Fraction(0)
    if math.isinf(x) or math.isinf(y):
        return x * y
    return Fraction(x) * Fraction(y)


def over(x: float, y: float) -> Any:
    if math.isinf(y):
        return Fraction(0)
    return x / y if math.isinf(x) else Fraction(x) / Fraction(y)


def hull(values: Any) -> tuple[Any, Any]:
    values = list(values)
    return min(values), max(values)


@pytest.mark.parametrize("left", SIDES)
def test_sums_and_products_are_the_hull_of_those_of_the_ends(left: tuple[float, float]) -> None:
    for right in SIDES:
        corners = list(product(left, right))
        assert is_around(interval.multiply(*left, *right), *hull(times(x, y) for x, y in corners))
        sums = [exact(x) + exact(y) for x, y in zip(left, right, strict=True)]
        assert is_around(interval.add(*left, *right), *sums)
        least = min(left[0], right[0]), min(left[1], right[1])
        assert interval.least(*left, *right) == least
        assert interval.greatest(*left, *right) == tuple(
            max(pair) for pair in zip(left, right, strict=True)
        )


def quotients(left: tuple[float, float], right: tuple[float, float]) -> Any:
    """Return the hull of [left] / [right] without zero, None where there is nothing."""
    (a, b), found = left, []
    for c, d in ((max(right[0], 0.0), right[1]), (right[0], min(right[1], 0.0))):
        if c >= d and not (c == d != 0.0):
            continue
        for x in (a, b):
            for y in (c, d):
                away = x * math.copysign(INFINITY, c + d) if x else Fraction(0)
                found.append(away if y == 0.0 else over(x, y))
    return hull(found) if found else None


@pytest.mark.parametrize("left", SIDES)
def test_quotients_leave_out_only_zero(left: tuple[float, float]) -> None:
    for right in SIDES:
        found, expected = interval.divide(*left, *right), quotients(left, right)
        assert is_empty(found) if expected is None else is_around(found, *expected), right


@pytest.mark.parametrize("side", SIDES)
def test_steps_and_sizes_of_all_signs(side: tuple[float, float]) -> None:
    a, b = side
    within = [x for x in (a, -0.5, 0.0, 0.5, b) if a <= x <= b]
    assert interval.sign(a, b) == hull((x > 0) - (x < 0) for x in within)
    assert interval.positive(a, b) == hull(x > 0 for x in within)
    assert interval.nonnegative(a, b) == hull(x >= 0 for x in within)
    assert interval.absolute(a, b) == hull(abs(x) for x in within)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 10])
def test_powers_and_their_roots(n: int) -> None:
    for a, b in SIDES:
        within = [exact(x) for x in (a, 0.0, b) if a <= x <= b]
        low, high = hull(x**n for x in within)
        found = interval.power(a, b, n)
        assert is_around(found, low, high), (a, b)
        low, high = interval.root_within(*found, n, a, b)
        assert is_around((low, high), a, b) or (low, high) == (a, b)


@pytest.mark.parametrize(
    ("values", "n", "side", "expected"),
    [
        ((4.0, 9.0), 2, (-9.0, 9.0), (-3.0, 3.0)),
        ((4.0, 9.0), 2, (-1.0, 9.0), (2.0, 3.0)),
        ((4.0, 9.0), 2, (-9.0, 1.0), (-3.0, -2.0)),
        ((4.0, 9.0), 2, (-9.0, 2.5), (-3.0, 2.5)),
        ((4.0, 9.0), 2, (-2.5, 9.0), (-2.5, 3.0)),
        ((-4.0, 9.0), 2, (-1.0, 9.0), (-1.0, 3.0)),
        ((-4.0, 9.0), 2, (-INFINITY, INFINITY), (-3.0, 3.0)),
        ((-8.0, 27.0), 3, (-9.0, 9.0), (-2.0, 3.0)),
        ((-27.0, -8.0), 3, (-9.0, 9.0), (-3.0, -2.0)),
        ((8.0, 27.0), 3, (2.5, 9.0), (2.5, 3.0)),
        ((16.0, 81.0), 4, (0.0, INFINITY), (2.0, 3.0)),
        ((0.0, INFINITY), 4, (-1.0, INFINITY), (-1.0, INFINITY)),
        ((-INFINITY, 32.0), 5, (-INFINITY, INFINITY), (-INFINITY, 2.0)),
    ],
)
def test_roots_within_a_side(
    values: tuple[float, float], n: int, side: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert is_around(interval.root_within(*values, n, *side), *expected)


@pytest.mark.parametrize(
    ("values", "n", "side"),
    [((4.0, 9.0), 2, (-1.0, 1.0)), ((4.0, 9.0), 2, (4.0, 5.0)), ((-9.0, -4.0), 4, (-5.0, 5.0)),
     ((8.0, 27.0), 3, (-5.0, 1.0)), ((0.0, 0.0), 2, (1.0, 2.0))],
)  # fmt: skip
def test_no_root_within_a_side(
    values: tuple[float, float], n: int, side: tuple[float, float]
) -> None:
    assert is_empty(interval.root_within(*values, n, *side))


@pytest.mark.parametrize("values", SIDES)
def test_factors_within_a_side(values: tuple[float, float]) -> None:
    """x * [c, d] meets [a, b]: where x is at an end of the result, the product touches."""
    for factor, side in product(SIDES, [(-9.0, 9.0), (0.1, 9.0), (-9.0, -0.1), (-0.1, 0.1)]):
        low, high = interval.divide_within(*values, *factor, *side)
        solutions = [x for x in (k / 8 for k in range(-72, 73)) if side[0] <= x <= side[1]
                     and meets((x, x), factor, values)]  # fmt: skip
        assert all(low <= x <= high for x in solutions), (factor, side)
        if not is_empty((low, high)):
            assert side[0] <= low <= high <= side[1]
            for end in (low, high):
                # By a factor without bound values are met near zero, though not at it.
                near = abs(end) * NEAR + 1e-300
                assert meets((end - near, end + near), factor, values), (factor, side, end)


def meets(
    side: tuple[float, float], factor: tuple[float, float], values: tuple[float, float]
) -> bool:
    low, high = hull(times(x, y) for x, y in product(side, factor))
    return low <= values[1] and values[0] <= high


@pytest.mark.parametrize("b", [0.0, 4.0, 5e-324, 1e-310, 2.0, LARGEST, INFINITY])
def test_square_roots_of_what_is_not_negative(b: float) -> None:
    for a in (-INFINITY, -4.0, 0.0, b):
        low, high = interval.square_root(a, b)
        assert low == 0.0 if a <= 0.0 else low == LARGEST or Fraction(low) ** 2 <= Fraction(a)
        assert high == INFINITY if b == INFINITY else Fraction(high) ** 2 >= Fraction(b)
        if 0.0 < a < INFINITY:
            assert high - low <= NEAR * high + 1e-323
        if b == 0.0:
            assert (low, high) == (0.0, 0.0)


def test_neighbours_of_normal_numbers_are_the_next_doubles() -> None:
    """Rump et al., theorem 2.1: the nearest, but for numbers hardly above the smallest."""
    sizes = [1.0, 1.0 + 2.0**-52, 1.5, 2.0 - 2.0**-52, math.pi, 1e-280, 1e300, LARGEST / 2]
    for x in [*sizes, *(-size for size in sizes)]:
        assert interval.below(x) == math.nextafter(x, -INFINITY)
        assert interval.above(x) == math.nextafter(x, INFINITY)


def test_what_is_too_large_for_a_double_is_still_finite() -> None:
    assert (interval.below(INFINITY), interval.above(-INFINITY)) == (LARGEST, -LARGEST)
    assert (interval.below(-INFINITY), interval.above(INFINITY)) == (-INFINITY, INFINITY)
    assert (interval.below(0.0), interval.above(0.0)) == (-5e-324, 5e-324)


# ---- functions -----------------------------------------------------------------------------------

POINTS = [0.0, 1e-300, 1e-9, 0.1, 0.3, 0.5, 0.6931471805599453, 0.9999, 1.0, 1.3, 1.5707963,
          1.5707963267948966, 2.0, 3.0, 3.141592653589793, 4.7, 6.3, 11.0, 36.0, 355.0, 700.0,
          709.6, 12345.6, 999999.0]  # fmt: skip
EXACT = {
    functions.exponential: (arb.exp, -744.4, 709.69),
    functions.sine: (arb.sin, -1e6, 1e6),
    functions.cosine: (arb.cos, -1e6, 1e6),
    functions.tanh: (arb.tanh, -300.0, 300.0),
    functions.logarithm: (arb.log, 1e-300, LARGEST),
    functions.area_tangent: (arb.atanh, -0.99995, 0.99995),
}


@pytest.mark.parametrize("function", EXACT, ids=lambda each: each.__name__)
def test_functions_of_points_are_held_sharply(function: Any) -> None:
    by_arb, smallest, largest = EXACT[function]
    for x in [*POINTS, *(-x for x in POINTS), -740.0, -744.3, 1e300, LARGEST]:
        if not smallest <= x <= largest:
            continue
        low, high = function(x, x)
        with ctx.workprec(300):
            value = by_arb(arb(x))
            assert not arb(low) > value, x
            assert not arb(high) < value, x
            size = max(abs(low), 0.0 if function is functions.exponential else 1.0)
            assert high - low <= 5e-15 * size + 5e-323, x


@pytest.mark.parametrize(("function", "derivative"), [(functions.sine, arb.cos),
                                                      (functions.cosine, arb.sin)])  # fmt: skip
def test_circular_functions_hold_their_extremes_and_stay_within_one(
    function: Any, derivative: Any
) -> None:
    quarter = math.pi / 2
    for k in range(-5, 6):
        for away in (0.0, 1e-12, 1e-9, 3e-9, 1e-8, 1e-3):
            for x in (k * quarter - away, k * quarter + away):
                low, high = function(x, x)
                assert -1.0 <= low <= high <= 1.0
        for m in range(k, k + 5):
            low, high = function(k * quarter + 0.2, m * quarter + 0.4)
            inside = [function(x * quarter + 0.3, x * quarter + 0.3) for x in range(k, m + 1)]
            inside += [function(x * quarter, x * quarter) for x in range(k + 1, m + 1)]
            assert low <= min(lower for lower, _ in inside)
            assert high >= max(upper for _, upper in inside)
            if m - k < 2:
                assert high - low < 1.5
    assert function(1e7, 1e7) == function(-1e7, 0.0) == function(0.0, INFINITY) == (-1.0, 1.0)


def test_functions_beyond_the_range_of_doubles() -> None:
    low, high = functions.exponential(709.71, 709.75)
    assert low <= math.exp(709.71) < math.exp(709.75) <= high
    low, high = functions.exponential(710.0, 800.0)
    assert (low > 1e307, high) == (True, INFINITY)
    low, high = functions.exponential(-800.0, -745.2)
    assert low == 0.0
    assert 0.0 < high < 1e-300
    assert functions.exponential(-INFINITY, INFINITY) == (0.0, INFINITY)
    assert functions.logarithm(-1.0, INFINITY) == (-INFINITY, INFINITY)
    assert functions.logarithm(0.0, 0.0) == (-INFINITY, -LARGEST)  # its exponential is zero
    low, high = functions.logarithm(5e-324, 1e-310)
    assert low < -744.4
    assert -713.8 < high < -690.0
    assert functions.tanh(-INFINITY, INFINITY) == (-1.0, 1.0)
    assert functions.area_tangent(-1.0, 1.0) == (-INFINITY, INFINITY)
    assert is_empty(functions.area_tangent(-3.0, -1.0))
