"""Enclosures hold every value, and are exact at points of rational expressions."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic._intervals import UndefinedError, enclosure_function

X, Y = symbol("x"), symbol("y")
TEXTS = [
    "x**2*y - 3*x**3", "1/(1 + exp(-12*(x - 0.7)))", "tanh(x) - y", "sqrt(x + 5)", "(x + 5)**y",
    "(x + 5)**(-y)", "(x + 5)**x", "cosh(x)", "sinh(x)", "sin(3*x)*cos(y)", "abs(x) - min(x, y)",
    "max(x, y)/y", "log(x + 6)", "(x > y)*x", "(x <= 1)*(y < 2) + x", "sign(x - y)", "x/y**2",
    "(x - y)**4",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_no_value_lies_outside(text):
    expression = parse(text)
    enclose, value = enclosure_function(expression), sp.lambdify([X, Y], expression, "math")
    random = np.random.default_rng(7)
    for _ in range(60):
        x = np.sort(random.integers(-40, 40, 2))
        y = np.sort(random.integers(1, 40, 2))
        ranges = {
            X: tuple(Fraction(int(e), 10) for e in x),
            Y: tuple(Fraction(int(e), 10) for e in y),
        }
        low, high = enclose(ranges)
        for u, v in random.uniform(size=(20, 2)):
            at = [float(a + (b - a) * t) for (a, b), t in zip(ranges.values(), (u, v), strict=True)]
            found = value(*at)
            slack = 1e-12 * (1 + abs(found))  # of the floating-point value, not of the enclosure
            assert float(low) - slack <= found <= float(high) + slack


def test_rational_expressions_are_exact_at_points():
    enclose = enclosure_function(parse("(x**3 - 1/3)/(1 + y**2)"))
    at = {X: (Fraction(1, 7),) * 2, Y: (Fraction(2),) * 2}
    assert enclose(at) == ((Fraction(1, 343) - Fraction(1, 3)) / 5,) * 2


def test_balls_are_rounded_outward():
    low, high = enclosure_function(parse("exp(x)"))({X: (Fraction(1), Fraction(1))})
    with_more_digits = sp.E.n(40)
    assert sp.Rational(low.numerator, low.denominator) < with_more_digits
    assert sp.Rational(high.numerator, high.denominator) > with_more_digits
    assert high - low < Fraction(1, 10**14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(x)", (0, math.inf)),
        ("tanh(x)", (-1, 1)),
        ("1/(1 + exp(-x))", (0, 1)),
        ("x**2", (0, math.inf)),
        ("cosh(x)", (1, math.inf)),
        ("sin(x)", (-1, 1)),
        ("abs(x)", (0, math.inf)),
        ("0*x + 2", (2, 2)),
    ],
)
def test_unbounded_ranges(text, expected):
    assert enclosure_function(parse(text))({X: (-math.inf, math.inf)}) == expected


def test_huge_arguments_take_no_huge_numbers():
    ranges = {X: (Fraction(-(10**9)), Fraction(10**9))}
    low, high = enclosure_function(parse("exp(x)"))(ranges)
    assert low >= 0
    assert high == math.inf
    assert enclosure_function(parse("2**x"))({X: (Fraction(10**9),) * 2}) == (1, math.inf)


@pytest.mark.parametrize(
    ("text", "beyond"),
    [("exp(x)", (0, math.inf)), ("sinh(x)", (-math.inf, math.inf)), ("cosh(x)", (1, math.inf))],
)
def test_exponentials_are_enclosed_up_to_seven_hundred(text, beyond):
    enclose = enclosure_function(parse(text))
    low, high = enclose({X: (Fraction(-700), Fraction(700))})
    assert beyond[0] <= low < high < beyond[1]
    assert enclose({X: (Fraction(-1401, 2), Fraction(1401, 2))}) == beyond


@pytest.mark.parametrize("text", ["1/x", "log(x)", "sqrt(x)", "tan(x)", "abs(x)**x"])
def test_undefined_expressions_are_refused(text):
    with pytest.raises(UndefinedError):
        enclosure_function(parse(text))({X: (Fraction(-1), Fraction(1))})


def test_a_denominator_may_touch_zero_from_one_side():
    enclose = enclosure_function(parse("1/x"))
    assert enclose({X: (Fraction(0), Fraction(2))}) == (Fraction(1, 2), math.inf)
    assert enclose({X: (Fraction(-2), Fraction(0))}) == (-math.inf, Fraction(-1, 2))


@pytest.mark.parametrize(
    "text", ["exp(x)", "log(x)", "sinh(x)", "cosh(x)", "tanh(x)", "sin(x)", "cos(x)", "x**(1/3)"]
)
@pytest.mark.parametrize("at", [Fraction(1, 7), Fraction(2), Fraction(19, 3)])
def test_an_irrational_value_lies_strictly_between_close_ends(text, at):
    low, high = enclosure_function(parse(text))({X: (at, at)})
    value = parse(text).subs(X, sp.Rational(at.numerator, at.denominator)).n(60)
    below, above = (sp.Rational(end.numerator, end.denominator) for end in (low, high))
    assert below < value < above
    assert high - low < Fraction(1, 10**12) * abs(high)


@pytest.mark.parametrize("text", ["sin(x)", "cos(x)"])
@pytest.mark.parametrize("range_", [(Fraction(0), math.inf), (-math.inf, Fraction(0))])
def test_waves_stay_between_minus_one_and_one_on_half_lines(text, range_):
    assert enclosure_function(parse(text))({X: range_}) == (-1, 1)


def test_negative_powers_of_what_may_be_zero_have_no_upper_bound():
    enclose = enclosure_function(parse("x**y"))
    ranges = {X: (Fraction(0), Fraction(2)), Y: (Fraction(-3), Fraction(-1))}
    assert enclose(ranges) == (Fraction(1, 8), math.inf)  # least at 2**-3


def test_a_power_of_zero_needs_an_exponent_of_one_sign():
    enclose = enclosure_function(parse("x**y"))
    for exponents in [(-1, 0), (0, 1), (-1, 1), (0, 0)]:
        with pytest.raises(UndefinedError, match="exponent may be zero or change sign"):
            enclose({X: (Fraction(0), Fraction(2)), Y: tuple(map(Fraction, exponents))})


def test_a_base_next_to_one_with_a_huge_exponent_is_enclosed():
    near_one = 1 + Fraction(1, 10**300)
    low, high = enclosure_function(parse("x**y"))({X: (near_one,) * 2, Y: (Fraction(10**302),) * 2})
    assert low < 2 * 10**43 < 3 * 10**43 < high  # exp(100) = 2.7e43


def test_only_pieces_that_can_apply_count():
    enclose = enclosure_function(parse("(x > 1)*5"))
    for low, high, expected in [
        ("1.5", "1.9", (5, 5)),
        ("1", "2", (0, 5)),
        ("0.5", "2", (0, 5)),
        ("0", "0.9", (0, 0)),
    ]:
        assert enclose({X: (Fraction(low), Fraction(high))}) == expected
