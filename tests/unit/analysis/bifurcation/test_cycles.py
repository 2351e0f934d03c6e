"""cycle_branch: cycles followed from their birth, or from one of them."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import cycle_branch, equilibrium_branches, periodic_orbit


def test_cycles_in_closed_form(circle_cycles):
    np.testing.assert_allclose(circle_cycles.highest("x") ** 2, circle_cycles.parameter, rtol=1e-8)
    np.testing.assert_allclose(circle_cycles.period, np.pi, rtol=1e-10)
    assert circle_cycles.parameter[0] < 2e-3
    assert (np.diff(circle_cycles.parameter) > 0).all()
    assert circle_cycles.points == ()


def test_every_cycle_solves_the_equations(circle_cycles):
    for orbit in circle_cycles.orbits:
        residual = orbit.collocation.residual(orbit.z)
        assert np.abs(residual[:-1]).max() < 1e-9  # the last one only fixes the phase
        assert orbit.error < 1e-6


def test_params_are_complete(circle):
    hopf = equilibrium_branches(circle, "mu", (-1, 1), params={"w": 4})["H1"]
    cycles = cycle_branch(circle, hopf, "mu", (-1, 0.2))
    np.testing.assert_allclose(cycles.period, np.pi / 2, rtol=1e-10)
    assert cycles.orbits[-1].params == {"w": 4, "mu": pytest.approx(0.2)}


def test_both_ways_from_a_cycle(circle, circle_orbit):
    cycles = cycle_branch(circle, circle_orbit, "w", (1.5, 3))
    assert cycles.ends == ("reaches the bound w = 1.5", "reaches the bound w = 3")
    np.testing.assert_allclose(cycles.period, 2 * np.pi / cycles.parameter, rtol=1e-9)
    np.testing.assert_allclose(cycles.highest("y"), 0.5, rtol=1e-8)


def test_a_closed_branch_of_cycles():
    """Cycles whose parameter and radius go round each other: (r^2 - 1)^2 + mu^2 = 1/16."""
    r2 = "(x**2 + y**2)"
    growth = f"(1/16 - mu**2 - ({r2} - 1)**2)"
    made = ms.System(
        "ring of cycles", {"x": f"x*{growth} - y", "y": f"y*{growth} + x"}, {"mu": 0},
        box={"x": (-2, 2), "y": (-2, 2)}, initial={"x": 1.1},
    )  # fmt: skip
    cycles = cycle_branch(made, periodic_orbit(made), "mu", (-1, 1))
    assert cycles.ends == ("closed curve", "closed curve")
    assert cycles.orbits[0].period == cycles.orbits[-1].period
    assert [point.kind for point in cycles.points] == ["fold of cycles"] * 2
    folds = sorted(point.parameter for point in cycles.points)
    np.testing.assert_allclose(folds, [-0.25, 0.25], atol=1e-7)


def test_the_mesh_follows_the_cycle(oscillator):
    """From a circle to a relaxation oscillation."""
    start = periodic_orbit(oscillator, params={"mu": 0.5})
    cycles = cycle_branch(oscillator, start, "mu", (0.5, 12), tol=1e-7)
    last = cycles.orbits[-1]
    assert last.error < 1e-6
    assert last.stability == "stable"
    expected = periodic_orbit(oscillator, params={"mu": 12})
    assert last.period == pytest.approx(expected.period, rel=1e-6)


# ---- arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["H1", None, 3, {"x": 1}])
def test_what_is_no_start(circle, start):
    with pytest.raises(TypeError, match=r"`start` is .* give a Hopf point"):
        cycle_branch(circle, start, "mu", (0, 1))


def test_a_point_of_the_wrong_kind(cubic, cubic_branches):
    with pytest.raises(ValueError, match=r"`start` is F1: fold .*; give a Hopf point"):
        cycle_branch(cubic, cubic_branches["F1"], "mu", (-1, 1))


def test_a_point_over_another_parameter(circle, circle_branches):
    with pytest.raises(ValueError, match=r"`start` is H1.*; give a Hopf point .*over 'w'"):
        cycle_branch(circle, circle_branches["H1"], "w", (1, 3))


def test_a_start_of_another_system(circle_branches, circle_orbit):
    other = ms.System("other", {"u": "mu - u"}, {"mu": 0})
    for start in (circle_branches["H1"], circle_orbit):
        with pytest.raises(ValueError, match=r"`start` is .*of a system with the states"):
            cycle_branch(other, start, "mu", (-1, 1))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"bounds": (1, -1)}, "`bounds` of 'mu' is"),
        ({"bounds": (0.5, 1)}, r"`bounds` of 'mu' is \(0.5, 1.0\), but the curve begins at"),
        ({"parameter": "x"}, "'circle' has no parameter or input called 'x'"),
        ({"n_intervals": 2}, "`n_intervals` is 2; give a whole number from 4 on"),
        ({"n_intervals": 10.5}, "`n_intervals` is 10.5; give a whole number"),
        ({"longest_step": 0}, "`longest_step` is 0; give one number above 0"),
        ({"longest_step": 5}, "`longest_step` is 5; give one number above 0 and up to 0.2"),
        ({"tol": 0}, "`tol` is 0; give one number above 0"),
        ({"tol": -1}, "`tol` is -1; give one number above 0"),
        ({"max_period": -1}, "`max_period` is -1; give one number above 0"),
        ({"max_points": 0}, "`max_points` is 0; give a whole number from 1 on"),
    ],
)
def test_what_does_not_fit(circle, circle_branches, more, message):
    given = {"parameter": "mu", "bounds": (-1, 1), **more}
    with pytest.raises(ValueError, match=message):
        cycle_branch(circle, circle_branches["H1"], **given)


def test_a_hopf_point_in_the_bound(circle, circle_branches):
    cycles = cycle_branch(circle, circle_branches["H1"], "mu", (0, 0.5))
    assert cycles.ends == ("begins at H1", "reaches the bound mu = 0.5")


def test_on_the_wrong_side_of_the_bound_nothing_is_followed(circle, circle_branches):
    cycles = cycle_branch(circle, circle_branches["H1"], "mu", (-1, 0))
    assert cycles.ends[1] == "reaches the bound mu = 0"
    assert len(cycles) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("pathway", [0.34, 0.36])
def test_the_branch_of_outbursts_is_the_same_from_wherever_it_is_begun(pathway):
    """From these it once jumped to a neighbour, between cycles that differ by a hair."""
    lone = ms.models.client().freeze(pathway=pathway, signal=1.0)
    outburst = periodic_orbit(lone, params={"stressor": 0.08})
    found = cycle_branch(lone, outburst, "pathway", (0, 0.7))
    assert found.ends == (
        "shrinks to the Hopf point at pathway = 0.3077807738",
        "shrinks to the Hopf point at pathway = 0.4162288268",
    )
