"""Special points: their kinds in words, the same in every unit."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import equilibrium_branches
from mirrorsys.analysis.bifurcation._field import field
from mirrorsys.analysis.bifurcation._points import _branch_point_type, crossing_directions


def points(equations, reach=2.0, bounds=(-1, 1), **parameters):
    made = ms.System("test", equations, {"mu": 0, **parameters})
    box = dict.fromkeys(made.state_names, (-reach, reach))
    return equilibrium_branches(made, "mu", bounds, box=box).points


@pytest.mark.parametrize(
    ("equation", "words", "coefficient"),
    [
        ("mu*x - 3*x**2", "transcritical", -3),
        ("mu*x - 3*x**3", "pitchfork, supercritical", -3),
        ("mu*x + 3*x**3 - x**5", "pitchfork, subcritical", 3),
        ("mu*x - x**5", "pitchfork, degenerate", 0),
    ],
)
def test_kinds_of_branch_points(equation, words, coefficient):
    (point,) = [each for each in points({"x": equation}) if each.kind == "branch point"]
    assert point.description == words
    assert point.coefficient == pytest.approx(coefficient, abs=1e-9)
    assert (point.parameter, point.state["x"]) == pytest.approx((0, 0), abs=1e-10)


def test_a_pitchfork_with_a_fast_state():
    """x y with y = 5 x^2 adds 5 to the cubic coefficient."""
    (point,) = [
        each for each in points({"x": "mu*x - 2*x**3 + x*y", "y": "-y + 5*x**2 - 100*x**4"}, 0.5)
        if each.parameter == pytest.approx(0, abs=1e-8) and each.kind == "branch point"
    ]  # fmt: skip
    assert point.description == "pitchfork, subcritical"
    assert point.coefficient == pytest.approx(3)


def test_tangents_of_a_transcritical_point():
    (point,) = points({"x": "mu*x - 4*x**2"})
    slopes = sorted(each[0] / each[1] for each in point.directions)
    assert slopes == pytest.approx([0, 0.25], abs=1e-9)


def test_a_fold_and_what_it_says(cubic_branches):
    first, second = cubic_branches.of_kind("fold")
    assert (first.coefficient, second.coefficient) == pytest.approx((-(3**0.5), 3**0.5))
    assert first.description == second.description == ""


@pytest.mark.parametrize(("sign", "words"), [("-", "supercritical"), ("+", "subcritical")])
def test_kinds_of_hopf_points(sign, words):
    r2 = "(x**2 + y**2)"
    (point,) = points({"x": f"mu*x - 2*y {sign} x*{r2}", "y": f"2*x + mu*y {sign} y*{r2}"})
    assert (point.kind, point.description) == ("hopf", words)
    assert abs(point.coefficient) == pytest.approx(1)
    assert (point.frequency, point.period) == pytest.approx((2, np.pi))


def test_a_degenerate_hopf_point():
    (point,) = points({"x": "mu*x - y", "y": "x + mu*y"})
    assert point.description == "degenerate (near a generalised Hopf point)"


@pytest.mark.parametrize("time", [1e-9, 1e9])
@pytest.mark.parametrize(("x", "y", "mu"), [(1, 1, 1), (1e6, 1e-3, 1e4), (1e-7, 1e-7, 1e-8)])
def test_kinds_do_not_depend_on_units(x, y, mu, time):
    """A fold with what would be tiny or huge coefficients; its position is the same."""
    scaled = {
        "x": f"{x}*{time}*(mu/{mu} + x/{x} - (x/{x})**3 + y/{y})",
        "y": f"{y}*{time}*(-y/{y} + (x/{x})**2/10)",
    }
    made = ms.System("scaled", scaled, {"mu": 0}, box={"x": (-3 * x, 3 * x), "y": (-3 * y, 3 * y)})
    found = equilibrium_branches(made, "mu", (-mu, mu))
    assert [(each.kind, each.description) for each in found.points] == [("fold", "")] * 2
    # 1 + x/5 - 3 x^2 = 0 on mu = x^3 - x - x^2/10.
    states = np.sort(np.roots([-3, 0.2, 1]))[::-1]
    expected = states**3 - states - states**2 / 10
    np.testing.assert_allclose([each.parameter / mu for each in found.points], expected, rtol=1e-10)
    assert found.status.startswith("complete")


@pytest.mark.parametrize("rate", ["1e-9", "1", "1e9"])
@pytest.mark.parametrize(
    ("normal", "words"),
    [
        ("-z**2", "transcritical"),
        ("-z**3", "pitchfork, supercritical"),
        ("+z**3", "pitchfork, subcritical"),
        ("-z**5", "pitchfork, degenerate"),
    ],
)
def test_kinds_of_branch_points_do_not_depend_on_the_unit_of_time(rate, normal, words):
    normal = normal.replace("z", "(x - 1/3)")
    found = points({"x": f"{rate}*((mu - 1/7)*(x - 1/3) {normal})"})
    assert [each.description for each in found] == [words]


def test_directions_of_an_isolated_point_are_none():
    centre = ms.System("centre", {"x": "-mu**2 - x**2"}, {"mu": 0})
    assert crossing_directions(field(centre, ("mu",), None), np.zeros(2), np.ones(2)) == ()


def test_directions_of_higher_order_are_tried():
    flat = ms.System("flat", {"x": "mu**3 - x**3"}, {"mu": 0})
    found = crossing_directions(field(flat, ("mu",), None), np.zeros(2), np.ones(2))
    assert len(found) == 2


def test_two_eigenvalues_that_are_zero_in_the_plane():
    planar = ms.System("planar", {"x": "y", "y": "mu*x - x**2"}, {"mu": 0})
    coefficient, words = _branch_point_type(field(planar, ("mu",), None), np.zeros(3), np.ones(3))
    assert np.isnan(coefficient)
    assert words == "degenerate: two eigenvalues are zero"
