"""Balls: values and slopes of an expression, with any accuracy."""

import math
from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx

import mirrorsys as ms
from mirrorsys.kernels._balls import BallFunction, ball_around, outer_floats
from mirrorsys.kernels._taping import system_tape

POINT = (arb(0.75), arb(-1.25))


def function(rate, bits=200, **params):
    system = ms.System("some", {"x": rate, "y": "y"}, params)
    return BallFunction(system_tape(system), bits)


@pytest.mark.parametrize(
    ("rate", "reference"),
    [
        ("exp(x)*y", lambda x, y: mpmath.exp(x) * y),
        ("log(x) + sqrt(x) + x**1.5", lambda x, y: mpmath.log(x) + mpmath.sqrt(x) + x**1.5),
        ("sin(x) - cos(y) + tan(x)", lambda x, y: mpmath.sin(x) - mpmath.cos(y) + mpmath.tan(x)),
        ("sinh(x)*cosh(y)/tanh(x)", lambda x, y: mpmath.sinh(x) * mpmath.cosh(y) / mpmath.tanh(x)),
        ("abs(y)**3 + sign(y)*min(x, y) - max(x, y, 1)", lambda x, y: -(y**3) - y - 1),
        ("(x > y)*x + (x <= y)*y + (y < 0)", lambda x, y: x + 1),
        ("x**y + 0.1*x**7/3", lambda x, y: x**y + x**7 / 30),
    ],
)
def test_values_agree_with_fifty_digits(rate, reference):
    value = function(rate).values(POINT)[0]
    with mpmath.workdps(60), ctx.workprec(200):
        expected = reference(mpmath.mpf("0.75"), mpmath.mpf("-1.25"))
        assert value.rel_accuracy_bits() > 150
        assert abs(value - arb(mpmath.nstr(expected, 55))) < arb("1e-50")


def test_parameters_are_the_rationals_of_their_decimals():
    value = function("k*x", k=0.1).values((arb(1), arb(0)))[0]
    assert not value.contains(arb(0.1))
    with ctx.workprec(200):
        assert value.overlaps(arb("1/10"))


def test_a_box_around_zero_has_a_square():
    value = function("x**2 + x**3").values((arb(0, 0.5), arb(0)))[0]
    assert value.contains(0.375)
    assert value < 1


@pytest.mark.parametrize("rate", ["1/x", "log(x)", "sqrt(x)", "x**1.5", "tan(x + 1.57)"])
def test_what_is_undefined_somewhere_is_not_finite(rate):
    assert not function(rate).values((arb(0, 0.5), arb(0)))[0].is_finite()


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("exp(x)", mpmath.exp),
        ("log(x + 2)", lambda x: 1 / (x + 2)),
        ("sqrt(x + 2)", lambda x: 1 / (2 * mpmath.sqrt(x + 2))),
        ("sin(x)", mpmath.cos),
        ("cos(x)", lambda x: -mpmath.sin(x)),
        ("tan(x)", lambda x: 1 + mpmath.tan(x) ** 2),
        ("sinh(x)", mpmath.cosh),
        ("cosh(x)", mpmath.sinh),
        ("tanh(x)", lambda x: 1 - mpmath.tanh(x) ** 2),
        ("x**5", lambda x: 5 * x**4),
        ("abs(x - 3)", lambda x: -1),
    ],
)
@pytest.mark.parametrize("x", [-0.7, 0.0, 0.3])
def test_the_slope_of_each_function_is_its_derivative_also_around_zero(text, derivative, x):
    slope = function(text).slopes((arb(x), arb(0)))[0, 0]
    assert float(slope.mid()) == pytest.approx(
        float(derivative(mpmath.mpf(x))), rel=1e-15, abs=1e-30
    )
    around = function(text).slopes((arb(x, 1e-10), arb(0)))[0, 0]
    assert around.contains(slope)
    assert float(around.rad()) < 1e-8


def test_slopes_are_the_derivatives():
    slopes = function("x*y**2/(1 + exp(x))").slopes(POINT)
    x, y = 0.75, -1.25
    e = math.exp(x)
    assert float(slopes[0, 0].mid()) == pytest.approx(y**2 * (1 + e - x * e) / (1 + e) ** 2)
    assert float(slopes[0, 1].mid()) == pytest.approx(2 * x * y / (1 + e))
    assert (slopes[1, 0], slopes[1, 1]) == (0, 1)


@pytest.mark.parametrize(
    ("rate", "slope"), [("abs(x)", (-1, 1)), ("max(x, 3*x)", (1, 3)), ("min(x, 0)", (0, 1))]
)
def test_at_a_kink_the_slopes_of_both_sides_are_held(rate, slope):
    here = function(rate).slopes((arb(0, 0.5), arb(0)))[0, 0]
    assert here.is_finite()
    assert all(here.contains(each) for each in slope)


@pytest.mark.parametrize("rate", ["(x > 0)", "(x >= 0)"])
def test_a_comparison_is_between_zero_and_one_where_it_is_not_sure(rate):
    value = function(rate).values((arb(0, 0.5), arb(0)))[0]
    assert value.contains(0)
    assert value.contains(1)
    assert float(value.rad()) <= 0.5 + 1e-6
    below, at, above = (function(rate).values((arb(x), arb(0)))[0] for x in (-1, 0, 1))
    assert (below, at, above) == (0, int(">=" in rate), 1)


def test_what_a_step_of_slope_zero_reads_does_not_end_the_others():
    """Where x**2 is less than y**2 + 9, the minimum moves with x alone."""
    slopes = function("min(x**2, y**2 + 9)").slopes((arb(1), arb(2)))
    assert (float(slopes[0, 0].mid()), float(slopes[0, 1].mid())) == (2.0, 0.0)
    slopes = function("max(x**2, y**2 + 9)").slopes((arb(1), arb(2)))
    assert (float(slopes[0, 0].mid()), float(slopes[0, 1].mid())) == (0.0, 4.0)


@pytest.mark.parametrize("rate", ["sign(x)", "(x > 0)", "(x >= 0)"])
def test_across_a_jump_no_slope_is_finite(rate):
    rates = function(rate)
    assert not rates.slopes((arb(0, 0.5), arb(0)))[0, 0].is_finite()
    assert rates.slopes((arb(1, 0.5), arb(0)))[0, 0] == 0


def test_doubles_around_a_ball_hold_it():
    with ctx.workprec(100):
        for number in ("1/3", "-2/7", "1e-300", "0", "12345678901234567890123"):
            low, high = outer_floats(arb(number))
            assert Fraction(low) <= Fraction(number) <= Fraction(high)
            assert high <= math.nextafter(low, math.inf)
    assert outer_floats(arb(0.5)) == (0.5, 0.5)


def test_a_ball_around_doubles_holds_them():
    for low, high in ((0.1, 0.3), (-1.0, 1e-20), (5.0, 5.0), (-1e300, 1e300)):
        ball = ball_around(low, high)
        assert ball.contains(arb(low))
        assert ball.contains(arb(high))
        assert ball.rad() <= 0.500001 * (high - low)
