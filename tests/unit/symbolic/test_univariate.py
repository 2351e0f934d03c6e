from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from math import inf, isqrt, nextafter

import pytest
import sympy as sp
from flint import arb, fmpq, fmpq_poly
from sympy.polys.rings import ring

from mirrorsys.symbolic._univariate import (
    MAX_BITS,
    X,
    _compared,
    divided,
    evaluated,
    factored,
    from_flint,
    real_roots,
    to_flint,
    to_rational,
)

TWO = fmpq_poly([-2, 0, 1])  # square root of 2


def test_factors_are_monic_and_counted():
    product = fmpq_poly([0, 1]) ** 2 * TWO * fmpq_poly([1, 0, 3])
    found = {str(factor): n for factor, n in factored(product)}
    assert found == {"x": 2, "x^2 + (-2)": 1, "x^2 + 1/3": 1}


def test_only_real_roots_count_from_below():
    assert real_roots(fmpq_poly([1, 0, 1])) == []
    low, high = real_roots(TWO)
    assert (low.rounded(X)[0], high.rounded(X)[0]) == (-(2**0.5), 2**0.5)


def test_balls_are_sorted_by_what_they_hold():
    places = [fmpq(n, 7) for n in (5, -3, 0, 11, -20, 2)]
    balls = sorted((arb(each) for each in places), key=cmp_to_key(_compared))
    assert all(left < right for left, right in pairwise(balls))


def test_rounding_brackets_the_value_in_neighbouring_doubles():
    (_, root) = real_roots(TWO)
    value, low, high = root.rounded(X)
    assert Fraction(low) ** 2 < 2 < Fraction(high) ** 2
    assert nextafter(low, inf) == high
    assert value in {low, high}


def test_an_enclosure_holds_what_doubles_cannot_show():
    # 1 + sqrt(2)*1e-40: the ball at the first precision is centred at 1.
    tiny = fmpq(2, 10**80)
    _, root = real_roots(fmpq_poly([1 - tiny, -2, 1]))
    value, low, high = root.rounded(X)
    assert value == 1
    assert low <= 1 < high


def test_a_small_difference_of_large_numbers_is_rounded_as_well_as_any():
    _, root = real_roots(TWO)
    for digits in (20, 45, 120):
        near = Fraction(isqrt(2 * 10 ** (2 * digits)), 10**digits)  # below sqrt(2)
        value, low, high = root.rounded(X - fmpq(near.numerator, near.denominator))
        assert nextafter(low, inf) == high
        assert value in {low, high}
        # sqrt(2) - near = (2 - near**2)/(sqrt(2) + near)
        expected = float((2 - near**2) / (2 * near))
        assert value == pytest.approx(expected, rel=1e-15)


def test_no_number_lies_beyond_infinity():
    _, root = real_roots(TWO)
    for element in (X, fmpq_poly([3])):
        assert not root.is_between(element, (inf, inf))
        assert not root.is_between(element, (-inf, -inf))
        assert root.is_between(element, (-inf, inf))


def test_a_rational_value_is_rounded_once():
    (_, root) = real_roots(TWO)
    third = fmpq_poly([fmpq(1, 3)])
    value, low, high = root.rounded(third)
    assert value == 1 / 3
    assert Fraction(low) < Fraction(1, 3) < Fraction(high)
    assert root.rounded(fmpq_poly([fmpq(1, 4)])) == (0.25, 0.25, 0.25)


def test_sign_and_sides_are_decided_exactly():
    (_, root) = real_roots(TWO)
    squared = X * X % TWO
    assert root.sign(squared - 2) == 0
    assert root.sign(X - 1) == 1
    # 577/408 is above the root by 2e-6, its thirtieth-digit neighbour needs more than a double.
    close = sp.Rational(sp.sqrt(2).n(60))
    bound = fmpq_poly([fmpq(int(close.p), int(close.q))])
    assert root.sign(bound - X) == (1 if close**2 > 2 else -1)
    assert root.is_between(squared, (2.0, inf))
    assert not root.is_between(X, (-inf, 1.4142135623730951 - 1e-15))


@pytest.mark.parametrize("bits", [300, 5_000, 120_000])
def test_signs_are_decided_as_near_to_zero_as_promised(bits):
    _, root = real_roots(TWO)
    below = isqrt(1 << 2 * bits + 1)  # of sqrt(2) * 2**bits, so that the distance is 2**-bits
    for number, sign in ((below, 1), (below + 1, -1)):
        assert root.sign(X - fmpq(number, 1 << bits)) == sign


def test_signs_nearer_to_zero_than_any_precision_are_refused():
    _, root = real_roots(TWO)
    beyond = MAX_BITS + 100
    near = fmpq(isqrt(1 << 2 * beyond + 1), 1 << beyond)
    with pytest.raises(ArithmeticError, match="needs more than 131072 bits"):
        root.sign(X - near)


def test_sorting_tells_apart_what_doubles_do_not():
    gap = fmpq(1, 10**40)
    (first,) = real_roots(fmpq_poly([-1, 1]))
    (second,) = real_roots(fmpq_poly([-1 - gap, 1]))
    assert first.rounded(X % first.minimal)[0] == second.rounded(X % second.minimal)[0]
    assert first.place(X % first.minimal) < second.place(X % second.minimal)


def test_elements_divide_in_the_number_field():
    one_plus_root = fmpq_poly([1, 1])
    assert divided(fmpq_poly([1]), one_plus_root, TWO) * one_plus_root % TWO == 1


def test_evaluation_inserts_elements():
    polynomials, x, y = ring("x,y", sp.QQ)
    value = evaluated(x**3 * y - 2 * y + 1, {0: X, 1: fmpq_poly([0, fmpq(1, 2)])}, TWO)
    # x^3 y = 2 sqrt(2) * sqrt(2)/2 = 2 and 2 y = sqrt(2).
    assert value == fmpq_poly([3, -1])
    assert polynomials.ngens == 2


def test_conversion_there_and_back():
    polynomials, _, y = ring("x,y", sp.QQ)
    original = 3 * y**4 - sp.QQ(2, 7) * y + 1
    assert from_flint(to_flint(original, 1), polynomials, 1) == original
    assert from_flint(to_flint(polynomials.zero, 1), polynomials, 1) == 0
    assert to_flint(original, 1).degree() == 4


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-7, 3)])
def test_a_constant_element_is_a_number(value):
    assert to_rational(fmpq_poly([fmpq(value.numerator, value.denominator)])) == value
