"""Which denominators may vanish, and where a right-hand side may be rough."""

import math
from fractions import Fraction

import pytest

import mirrorsys as ms
from mirrorsys._expressions import symbol
from mirrorsys.symbolic._smoothness import possible_poles, presuppositions

X = symbol("x")
SIDES = {
    "below": (Fraction(-3), Fraction(-1)),
    "around": (Fraction(-1), Fraction(1)),
    "touching": (Fraction(0), Fraction(1)),
    "above": (Fraction(1), Fraction(3)),
}


def one_state(rate):
    return ms.System("one state", {"x": rate})


@pytest.mark.parametrize(
    ("denominator", "vanishing"),
    [
        ("x", {"around", "touching"}),
        ("x - 2", {"above"}),
        ("-2 - x", {"below"}),
        ("x**2 + 1", set()),
        ("-1 - x**2", set()),
        ("log(x)", {"below", "around", "touching", "above"}),  # undefined, or zero at 1
    ],
)
def test_denominators_of_one_sign_are_no_poles(denominator, vanishing):
    system = one_state(f"1/({denominator})")
    for name, side in SIDES.items():
        assert bool(possible_poles(system, {X: side})) == (name in vanishing), name


@pytest.mark.parametrize(
    ("rate", "rough"),
    [
        ("sqrt(x)", {"around", "touching"}),
        ("x**(3/2)", {"around"}),  # flat where it begins
        ("log(x)", {"around", "touching"}),
        ("sign(x)", set(SIDES)),
        ("abs(x)", set()),
        ("x**3 - x", set()),
    ],
)
def test_roots_and_logarithms_are_rough_where_their_argument_may_vanish(rate, rough):
    for name, side in SIDES.items():
        doubts, _ = presuppositions(one_state(rate), {X: side})
        assert bool(doubts) == (name in rough), name
        assert all("need not be Lipschitz" in each for each in doubts)


def test_roots_of_parameters_are_not_rough():
    p = ms.Parameter("p", 0, range=(0, 1))
    system = ms.System("slow", {"x": "-sqrt(p)*x + sign(p - 1/2)"}, [p])
    ranges = {X: SIDES["around"], symbol("p"): (Fraction(0), Fraction(1))}
    assert presuppositions(system, ranges) == ((), ())


def test_each_denominator_is_named_once():
    system = ms.System("two", {"x": "1/(x - y) + 2/(x - y)**2", "y": "x/(x - y) + 1/y"})
    line = (-math.inf, math.inf)
    _, remarks = presuppositions(system, {X: line, symbol("y"): line})
    assert sorted(remarks) == ["presupposed: x - y is not zero", "presupposed: y is not zero"]
