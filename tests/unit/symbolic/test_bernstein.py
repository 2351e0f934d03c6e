"""Signs of polynomials on boxes."""

import math
from fractions import Fraction

import pytest

from mirrorsys.symbolic._bernstein import bernstein_sign

UNIT = (Fraction(0), Fraction(1))
INF = math.inf


def polynomial(*coefficients):
    """Return a polynomial in one variable, from the constant upward."""
    return {(power,): Fraction(c) for power, c in enumerate(coefficients) if c}


def value(of, point):
    return sum(
        c * math.prod(x**p for x, p in zip(point, powers, strict=True)) for powers, c in of.items()
    )


@pytest.mark.parametrize(
    ("coefficients", "box", "answer"),
    [
        ((0, 1, -1), UNIT, "nonnegative"),  # x(1 - x)
        ((1, -3, 3), UNIT, "nonnegative"),  # least value 1/4
        ((1, -4, 4), UNIT, "nonnegative"),  # touches zero at 1/2: found by halving
        ((2, -9, 10), UNIT, "negative"),  # roots 2/5 and 1/2
        ((-1, 0, 0, 1), (Fraction(1), INF), "nonnegative"),
        ((-1, 0, 0, 1), (Fraction(0), INF), "negative"),
        ((1, 0, 0, -1), (-INF, Fraction(1)), "nonnegative"),
        ((100, -20, 1), (Fraction(0), INF), "undecided"),  # touches zero at 10, no dyadic place
    ],
)
def test_one_variable(coefficients, box, answer):
    of = polynomial(*coefficients)
    sign = bernstein_sign(of, [box])
    assert sign.answer == answer
    if answer == "negative":
        assert value(of, sign.point) < 0
        assert box[0] <= sign.point[0] <= box[1]


def test_positivity_is_told_from_nonnegativity():
    assert bernstein_sign(polynomial(1, -3, 3), [UNIT]).is_positive
    assert not bernstein_sign(polynomial(0, 1), [UNIT]).is_positive
    for changes_sign in (polynomial(-1, 2), polynomial(2, -9, 10)):
        sign = bernstein_sign(changes_sign, [UNIT])
        assert (sign.answer, sign.is_positive) == ("negative", False)


@pytest.mark.parametrize("root", [Fraction(-7), Fraction(-13, 5), Fraction(1, 3), Fraction(11)])
@pytest.mark.parametrize("width", [Fraction(1, 2), Fraction(1, 50)])
def test_a_point_said_to_be_negative_is_negative_on_every_kind_of_box(root, width):
    of = polynomial(root * (root + width), -2 * root - width, 1)  # zero at root and root + width
    for box in [(root - 9, root + 5), (root - 9, INF), (-INF, root + 5)]:
        sign = bernstein_sign(of, [box])
        assert sign.answer == "negative"
        assert root < sign.point[0] < root + width
        assert bernstein_sign(of, [box]) == sign
    for box in [(-INF, root), (root + width, INF), (root - 1, root)]:
        assert bernstein_sign(of, [box]).answer == "nonnegative"


@pytest.mark.parametrize("at", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_negative_value_in_a_corner_is_seen_at_once(at):
    a, b = (1 if each == 0 else -1 for each in at)  # 2*x - 1 is -1 at 0 and 1 at 1
    wide = Fraction(3, 2)  # so that the sum is negative in one corner alone
    of = {(0, 0): wide - a - b, (1, 0): Fraction(2 * a), (0, 1): Fraction(2 * b)}
    sign = bernstein_sign(of, [UNIT, UNIT])
    assert (sign.answer, sign.n_boxes, sign.point) == ("negative", 1, at)


def test_several_variables():
    surface = {
        (2, 0): Fraction(1),
        (1, 1): Fraction(-1),
        (0, 2): Fraction(1),
        (0, 0): Fraction(1, 100),
    }
    box = [(Fraction(-5), INF), (-INF, Fraction(3))]
    assert bernstein_sign(surface, box).answer == "nonnegative"
    saddle = {(2, 0): Fraction(1), (0, 2): Fraction(-1)}
    sign = bernstein_sign(saddle, [UNIT, UNIT])
    assert sign.answer == "negative"
    assert value(saddle, sign.point) < 0


def test_a_work_limit_ends_hopeless_searches():
    diagonal = {(2, 0): Fraction(1), (1, 1): Fraction(-2), (0, 2): Fraction(1)}  # (x - y)**2
    sign = bernstein_sign(diagonal, [UNIT, UNIT])
    assert (sign.answer, sign.is_positive) == ("undecided", False)
    assert sign.n_boxes > 1


def test_large_arrays_are_not_built():
    crowd = {tuple(int(i == j) for j in range(20)): Fraction(1) for i in range(20)}
    assert bernstein_sign(crowd, [UNIT] * 20).answer == "undecided"
