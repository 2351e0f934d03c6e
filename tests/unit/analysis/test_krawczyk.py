"""Proofs by balls: one zero, none, or unknown, each where it has to be said."""

import math

import numpy as np
import pytest
from flint import arb, arb_mat, ctx

from mirrorsys.analysis._certification import nullity, settled
from mirrorsys.analysis._krawczyk import Equations, enclosed_zero, krawczyk

BITS = 128


def scalar(value, slope):
    return Equations(lambda p: [value(p[0])], lambda p: arb_mat([[slope(p[0])]]), BITS)


SQUARE = scalar(lambda x: x * x - 2, lambda x: 2 * x)
DOUBLE = scalar(lambda x: x * x, lambda x: 2 * x)
ABOVE = scalar(lambda x: x * x + 1, lambda x: 2 * x)
POLE = scalar(lambda x: 1 / x - 2, lambda x: -1 / x**2)
# A circle of radius 5, and a line through its centre: the zeros are (3, 4) and (-3, -4).
CIRCLE = Equations(
    lambda p: [p[0] * p[0] + p[1] * p[1] - 25, 4 * p[0] - 3 * p[1]],
    lambda p: arb_mat([[2 * p[0], 2 * p[1]], [arb(4), arb(-3)]]),
    BITS,
)


def root_of_two():
    with ctx.workprec(200):
        return arb(2).sqrt()


@pytest.mark.parametrize("radius", [1e-6, 0.1, 0.3])
@pytest.mark.parametrize("sign", [1, -1])
def test_around_a_regular_zero_there_is_one_and_the_image_is_narrower(radius, sign):
    box = (arb(sign * math.sqrt(2), radius),)
    outcome, image = krawczyk(SQUARE, box)
    assert outcome == "one"
    assert image[0].rad() < box[0].rad() / 2
    assert image[0].overlaps(sign * root_of_two())


@pytest.mark.parametrize(("middle", "radius"), [(3, 0.5), (0, 1), (1.2, 0.1), (-9, 3)])
def test_where_no_zero_is_none_is_found(middle, radius):
    assert krawczyk(SQUARE, (arb(middle, radius),))[0] == "none"


def test_what_is_left_of_a_box_too_wide_holds_its_zeros():
    outcome, image = krawczyk(SQUARE, (arb(1, 2.9),))
    assert outcome == "unknown"
    assert image[0].overlaps(root_of_two())
    assert image[0].overlaps(-root_of_two())


@pytest.mark.parametrize("equations", [DOUBLE, POLE, scalar(lambda x: x**3, lambda x: 3 * x * x)])
def test_at_a_singular_or_undefined_middle_nothing_is_known(equations):
    box = (arb(0, 0.5),)
    outcome, image = krawczyk(equations, box)
    assert outcome == "unknown"
    assert image == box


def test_where_slopes_have_no_bound_nothing_is_known():
    box = (arb(0.5, 0.5),)  # to the pole
    outcome, image = krawczyk(POLE, box)
    assert outcome == "unknown"
    assert image == box


def test_in_two_dimensions_each_zero_is_proven_on_its_own():
    for sign in (1, -1):
        outcome, image = krawczyk(CIRCLE, (arb(3 * sign, 0.2), arb(4 * sign, 0.2)))
        assert outcome == "one"
        assert image[0].contains(3 * sign)
        assert image[1].contains(4 * sign)
    assert krawczyk(CIRCLE, (arb(3, 0.2), arb(4.9, 0.2)))[0] == "none"
    assert krawczyk(CIRCLE, (arb(0, 4), arb(0, 5)))[0] == "unknown"


# ---- enclosures ------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.1, 1.0, 30.0, 1e6])
def test_a_zero_is_enclosed_to_the_last_bits_from_wherever_newton_finds_it(start):
    found = enclosed_zero(SQUARE, [arb(start)])
    assert found[0].contains(root_of_two().mid())
    assert found[0].rad() < 1e-30


def test_an_enclosure_of_several_states_holds_the_zero():
    found = enclosed_zero(CIRCLE, [arb(2), arb(5)])
    assert found[0].contains(3)
    assert found[1].contains(4)
    assert max(float(each.rad()) for each in found) < 1e-30


@pytest.mark.parametrize("equations", [DOUBLE, ABOVE])
@pytest.mark.parametrize("start", [0.0, 0.7])
def test_a_double_zero_or_none_is_not_enclosed(equations, start):
    assert enclosed_zero(equations, [arb(start)]) is None


def test_where_the_equations_are_undefined_nothing_is_enclosed():
    assert enclosed_zero(POLE, [arb(0)]) is None


# ---- small boxes, decided -----------------------------------------------------------------------


def decided(equations, low, high):
    known = []
    left = settled(equations, np.array([low, high], dtype=float), np.full(len(low), 1e-3), known)
    return known, left


def test_both_zeros_in_a_box_are_found_once_each():
    known, left = decided(SQUARE, [-2], [2.1])
    assert left == []
    found = sorted(float(each.balls[0].mid()) for each in known)
    assert found == pytest.approx([-math.sqrt(2), math.sqrt(2)])
    known, left = decided(CIRCLE, [-6, -6], [6.5, 6.5])
    assert left == []
    assert sorted(float(each.balls[0].mid()) for each in known) == pytest.approx([-3, 3])


def test_a_box_of_a_known_zero_is_not_searched_again():
    known, _ = decided(SQUARE, [1.41], [1.42])
    (zero,) = known
    assert zero.covers((arb(1.4143, 1e-4),))
    assert not zero.covers((arb(1.4143, 10),))


def test_around_a_double_zero_a_box_stays_undecided():
    known, left = decided(DOUBLE, [-1e-3], [2e-3])
    assert known == []
    assert any(box[0].contains(0) for box in left)
    assert decided(ABOVE, [-1e-3], [2e-3]) == ([], [])


@pytest.mark.parametrize("size", [100.0, 1.0, 0.01])
def test_a_double_zero_loses_a_direction_however_slow_its_equation(size):
    def beside(power):
        def values(p):
            return [p[0] - 1, size * p[1] ** power]

        def slopes(p):
            return arb_mat([[arb(1), arb(0)], [arb(0), size * power * p[1] ** (power - 1)]])

        return Equations(values, slopes, BITS)

    start, reach = np.array([1.02, 0.05]), np.array([0.1, 0.1])
    assert nullity(beside(2), start, reach) == 1
    assert nullity(beside(1), start, reach) == 0


def test_where_slopes_are_undefined_no_direction_is_lost():
    assert nullity(POLE, np.array([0.0]), np.array([0.1])) == 0
