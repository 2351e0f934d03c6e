"""A tape on a box: values, what remains where it can be zero, slopes; each exactly as it is."""

import math
from fractions import Fraction

import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys._expressions import symbol
from mirrorsys.kernels._program import program, workspace
from mirrorsys.kernels._propagation import forward, gradient, impose_zero
from mirrorsys.kernels._taping import system_tape

INFINITY = math.inf
EVERYTHING = (-INFINITY, INFINITY)


def on_box(rate, x, y):
    """Return program and workspace of a rate on a box, and whether it is defined there."""
    tape = system_tape(ms.System("some", {"x": rate, "y": "y"}))
    prog, work = program(tape, as_arrays=False), workspace(tape, as_arrays=False)
    work.low[:2], work.high[:2] = zip(x, y, strict=True)
    return prog, work, forward(prog, 0, work.low, work.high)


def narrowed(rate, x, y):
    """Return the box where the rate can be zero, None if it is nowhere."""
    prog, work, is_defined = on_box(rate, x, y)
    assert is_defined
    if not impose_zero(prog, 0, work.low, work.high):
        return None
    return [*zip(work.low[:2], work.high[:2], strict=True)]


def slopes(rate, x, y=(0.0, 1.0)):
    prog, work, is_defined = on_box(rate, x, y)
    assert is_defined
    gradient(prog, 0, work.low, work.high, work.slope_low, work.slope_high)
    return [*zip(work.slope_low[:2], work.slope_high[:2], strict=True)]


# ---- where it can be zero ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "x", "y", "left"),
    [
        ("min(x, y) - 1", (0, 5), (3, 4), [(1, 1), (3, 4)]),  # only x can be it
        ("min(x, y) - 1", (3, 4), (0, 5), [(3, 4), (1, 1)]),
        ("min(x, y) - 1", (0, 5), (0, 4), [(1, 5), (1, 4)]),  # either: none is below
        ("min(x, y) - 1", (0, 0.5), (0, 5), None),
        ("min(x, y) - 1", (2, 5), (0, 0.5), None),
        ("min(x, y) - 1", (2, 5), (3, 5), None),
        ("max(x, y) - 1", (-5, 4), (-3, 0), [(1, 1), (-3, 0)]),
        ("max(x, y) - 1", (-3, 0), (-5, 4), [(-3, 0), (1, 1)]),
        ("max(x, y) - 1", (-5, 4), (-3, 2), [(-5, 1), (-3, 1)]),
        ("max(x, y) - 1", (2, 5), (-3, 2), None),
        ("max(x, y) - 1", (-3, 2), (2, 5), None),
        ("max(x, y) - 1", (-5, 0), (-3, 0.5), None),
        ("abs(x) - 2", (-5, 9), (0, 1), [(-2, 2), (0, 1)]),
        ("abs(x) - 2", (-1, 9), (0, 1), [(2, 2), (0, 1)]),
        ("abs(x) - 2", (-9, 1), (0, 1), [(-2, -2), (0, 1)]),
        ("abs(x) - 2", (3, 9), (0, 1), None),
        ("abs(x) - 2", (-1, 1), (0, 1), None),
        ("abs(x) - y", (-1, 9), (2, 3), [(2, 3), (2, 3)]),
        ("abs(x) - y", (-9, 1), (2, 3), [(-3, -2), (2, 3)]),
        ("abs(x) - y", (-9, -2.5), (2, 3), [(-3, -2.5), (2.5, 3)]),
        ("x - y + 1", (0, 5), (2, 9), [(1, 5), (2, 6)]),
        ("x*y - 6", (1, 9), (2, 3), [(2, 3), (2, 3)]),
        ("x/y - 2", (1, 9), (2, 3), [(4, 6), (2, 3)]),
        ("x**2 - 4", (-1, 9), (0, 1), [(2, 2), (0, 1)]),
        ("x**3 + 8", (-9, 9), (0, 1), [(-2, -2), (0, 1)]),
        ("sqrt(x) - 3", (0, 99), (0, 1), [(9, 9), (0, 1)]),
        ("-x + y", (0, 5), (2, 9), [(2, 5), (2, 5)]),
        ("exp(x) - 1", (-9, 9), (0, 1), [(0, 0), (0, 1)]),
        ("log(x)", (0.1, 9), (0, 1), [(1, 1), (0, 1)]),
        ("tanh(x) - y", (-9, 9), (-2, 0), [(-9, 0), (math.tanh(-9), 0)]),
        ("sin(x) + 2", (-9, 9), (0, 1), None),
    ],
)
def test_a_box_narrows_to_where_a_rate_can_be_zero(rate, x, y, left):
    found = narrowed(rate, x, y)
    if left is None:
        assert found is None
        return
    for (low, high), (a, b) in zip(found, left, strict=True):
        assert low <= a <= b <= high
        assert (low, high) == pytest.approx((a, b), abs=1e-13)


# ---- slopes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "x", "slope"),
    [
        ("min(x, y)", (-2, -1), (1, 1)),  # x is it on all of the box
        ("min(x, y)", (2, 3), (0, 0)),
        ("min(x, y)", (0.5, 2), (0, 1)),
        ("max(x, y)", (-2, -1), (0, 0)),
        ("max(x, y)", (2, 3), (1, 1)),
        ("max(x, y)", (0.5, 2), (0, 1)),
        ("abs(x)", (1, 2), (1, 1)),
        ("abs(x)", (-2, -1), (-1, -1)),
        ("abs(x)", (-1, 2), (-1, 1)),
        ("sign(x)", (1, 2), (0, 0)),
        ("sign(x)", (-2, -1), (0, 0)),
        ("sign(x)", (-1, 2), EVERYTHING),
        ("sign(x)", (0, 2), EVERYTHING),
        ("sign(x)", (-1, 0), EVERYTHING),
        ("(x > 0)", (1, 2), (0, 0)),
        ("(x > 0)", (-2, 0), (0, 0)),
        ("(x > 0)", (0, 2), EVERYTHING),
        ("(x > 0)", (-1, 2), EVERYTHING),
        ("(x >= 0)", (0, 2), (0, 0)),
        ("(x >= 0)", (-2, -1), (0, 0)),
        ("(x >= 0)", (-1, 0), EVERYTHING),
        ("(x >= 0)", (-1, 2), EVERYTHING),
        ("log(x)", (0.5, 2), (0.5, 2)),
        ("log(x)", (0, 2), EVERYTHING),
        ("sqrt(x)", (1, 4), (0.25, 0.5)),
        ("sqrt(x)", (-1, 4), EVERYTHING),
        ("1/x", (1, 2), (-1, -0.25)),
        ("1/x", (-1, 2), EVERYTHING),
        ("x/(y + 1)", (1, 2), (0.5, 1)),
        ("x**2", (-1, 2), (-2, 4)),
        ("x**5", (-1, 2), (0, 80)),
        ("x*y", (5, 6), (0, 1)),
        ("-x", (5, 6), (-1, -1)),
        ("exp(x)", (0, 1), (1, math.e)),
        ("sin(x)", (0, 1), (math.cos(1), 1)),
        ("cos(x)", (0, 1), (-math.sin(1), 0)),
        ("tanh(x)", (0, 1), (1 - math.tanh(1) ** 2, 1)),
    ],
)
def test_slopes_of_single_steps(rate, x, slope):
    low, high = slopes(rate, x)[0]
    assert low <= slope[0] + 1e-15
    assert slope[1] - 1e-15 <= high
    # In the slope of tanh the two factors 1 - tanh and 1 + tanh do not know of each other.
    near = {"abs": 1.0} if rate == "tanh(x)" else {"rel": 1e-13, "abs": 1e-13}
    assert (low, high) == pytest.approx(slope, **near)


def test_slopes_by_the_second_operand():
    assert slopes("x/y", (1, 2), (1, 2))[1] == pytest.approx((-2, -0.25))
    assert slopes("x*y", (5, 6))[1] == pytest.approx((5, 6))
    assert slopes("x - y", (5, 6))[1] == pytest.approx((-1, -1))
    assert slopes("min(x, y)", (5, 6))[1] == pytest.approx((1, 1))
    assert slopes("max(x, y)", (5, 6))[1] == pytest.approx((0, 0))
    assert slopes("max(x, y)", (0, 0.5), (0.5, 1))[1] == pytest.approx((1, 1))


def test_a_rate_that_is_defined_nowhere_on_a_box():
    assert not on_box("log(x)", (-2, -1), (0, 1))[2]
    assert not on_box("sqrt(x) + y", (-2, -1), (0, 1))[2]
    assert not on_box("y/sign(x)", (0, 0), (0, 1))[2]
    assert on_box("log(x)", (-2, 1), (0, 1))[2]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        # The value of the first condition that holds, whichever hold too.
        ("Piecewise((x, x > 1), (y, x > 0), (7, True))", [2, 10, 10, 7]),
        ("Piecewise((x, y > 11), (7, True))", [7, 7, 7, 7]),
        # Comparisons of numbers alone are decided beforehand.
        ("x*(2 > 1) + y*(1 > 2)", [2, 1, 0.5, -1]),
        ("x*(k > 1) + y*(k > 2) + 100*(k > 3)", [12, 11, 10.5, 9]),
        ("x*(k >= 3) + y*(k >= 4)", [2, 1, 0.5, -1]),
        ("x*(k <= 3) + y*(k < 3)", [2, 1, 0.5, -1]),
        ("x*(k <= 2) + y*(k < 4)", [10, 10, 10, 10]),
        ("(x > 1) - (x >= 1)*2", [-1, -2, 0, 0]),
    ],
)
def test_values_at_points_are_those_of_the_formula(rate, expected):
    """At x = 2, 1, 1/2, -1, with y = 10 and k = 3."""
    if rate.startswith("Piecewise"):
        x, y = symbol("x"), symbol("y")
        rate = sp.sympify(rate, locals={"x": x, "y": y})
    system = ms.System("some", {"x": rate, "y": "y"}, {"k": 3})
    tape = system_tape(system)
    prog, work = program(tape, as_arrays=False), workspace(tape, as_arrays=False)
    for x, value in zip((2.0, 1.0, 0.5, -1.0), expected, strict=True):
        work.low[:2] = work.high[:2] = [x, 10.0]
        assert forward(prog, 0, work.low, work.high)
        output = tape.outputs[0]
        assert work.low[output] <= value <= work.high[output]
        assert work.high[output] - work.low[output] < 1e-13


def test_constants_lie_between_their_bounds():
    tape = system_tape(ms.System("some", {"x": "exp(x/10) + exp(x/4) + exp(y/3)", "y": "y"}))
    assert len(tape.constants) == 3
    for as_arrays in (False, True):
        work = workspace(tape, as_arrays=as_arrays)
        for low, high in ((work.low, work.high), (work.face_low, work.face_high)):
            for k, value in enumerate(tape.constants, start=2):
                a, b = float(low[k]), float(high[k])
                assert Fraction(a) <= value <= Fraction(b)
                assert b <= math.nextafter(math.nextafter(a, 1), 1)
                assert (a == b) == (value == Fraction(1, 4))
