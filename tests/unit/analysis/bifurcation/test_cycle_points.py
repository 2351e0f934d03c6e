"""Special cycles, in closed forms."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import cycle_branch, equilibrium_branches, periodic_orbit
from mirrorsys.analysis.bifurcation._cycle_points import _changes, _has_pair

R2 = "(x**2 + y**2)"
RING = {"x": f"x*(1 - {R2}) - y", "y": f"y*(1 - {R2}) + x"}


def around(more, parameters, reach=2.0, bounds=(-0.6, 0.6)):
    """Follow the cycle of radius 1 of RING together with more equations."""
    made = ms.System(
        "ring", RING | more, parameters, initial={"x": 1},
        box=dict.fromkeys([*RING, *more], (-reach, reach)),
    )  # fmt: skip
    return cycle_branch(made, periodic_orbit(made), "mu", bounds)


def test_a_fold_of_cycles():
    """mu + r^2 - r^4 = 0 turns at mu = -1/4, r^2 = 1/2."""
    growth = f"(mu + {R2} - {R2}**2)"
    bautin = ms.System(
        "Bautin", {"x": f"{growth}*x - w*y", "y": f"{growth}*y + w*x"}, {"mu": -0.5, "w": 1},
        box={"x": (-2, 2), "y": (-2, 2)},
    )  # fmt: skip
    hopf = equilibrium_branches(bautin, "mu", (-0.5, 0.5), params={"w": 2})["H1"]
    cycles = cycle_branch(bautin, hopf, "mu", (-0.5, 0.5))
    (point,) = cycles.points
    assert (point.name, point.kind) == ("LPC1", "fold of cycles")
    assert point.parameter == pytest.approx(-0.25, abs=1e-9)
    assert np.hypot(*point.state.values()) == pytest.approx(0.5**0.5, abs=1e-5)
    assert point.period == pytest.approx(np.pi)
    for of in (point, point.orbit):  # each can be computed again from what it says
        assert of.params == {"w": 2, "mu": point.parameter}
    assert [cycles.orbits[i].stability for i in (0, -1)] == ["unstable (1)", "stable"]
    before = cycles.parameter[point.branch]
    assert min(before, cycles.parameter[point.branch + 1]) >= -0.25 - 1e-9


def test_a_branch_point_of_cycles():
    cycles = around({"u": "mu*u - u**3"}, {"mu": -0.5})
    (point,) = cycles.points
    assert point.kind == "branch point of cycles"
    assert point.parameter == pytest.approx(0, abs=1e-8)


def test_a_neimark_sacker_point():
    growth = "(mu - u**2 - v**2)"
    cycles = around({"u": f"{growth}*u - 0.3*v", "v": f"{growth}*v + 0.3*u"}, {"mu": -0.5})
    (point,) = cycles.points
    assert point.kind == "neimark-sacker"
    assert point.parameter == pytest.approx(0, abs=1e-8)
    pair = point.eigenvalues[np.abs(point.eigenvalues.imag) > 0.1]
    np.testing.assert_allclose(np.abs(np.angle(pair)), 0.6 * np.pi, rtol=1e-6)


def test_two_real_multipliers_with_product_1_are_no_neimark_sacker_point():
    cycles = around({"u": "0.3*u", "v": "(mu - 0.3)*v - 0*u"}, {"mu": -0.5}, bounds=(-0.6, 0.2))
    assert cycles.points == ()


def test_a_period_doubling():
    """(u, v) turns by half a round while the cycle makes one: u comes back as -u."""
    # In a frame that turns with half the angle, u' = (mu) u and v' = (mu - 1) v.
    u, v = "((mu - 0.5) + 0.5*x)*u + 0.5*y*v - 0.5*v", "((mu - 0.5) - 0.5*x)*v + 0.5*y*u + 0.5*u"
    cubic = "(u**2 + v**2)"
    cycles = around({"u": f"{u} - u*{cubic}", "v": f"{v} - v*{cubic}"}, {"mu": -0.5})
    (point,) = cycles.points
    assert point.kind == "period doubling"
    assert point.parameter == pytest.approx(0, abs=1e-8)
    assert np.abs(point.eigenvalues + 1).min() < 1e-6


def test_canards_have_folds_though_the_parameter_hardly_moves():
    """FitzHugh-Nagumo: from I = 0.331 down, round in an explosion, and up again."""
    made = ms.models.zoo.fitzhugh_nagumo()
    hopf = equilibrium_branches(made, "I", (0, 2))["H1"]
    cycles = cycle_branch(made, hopf, "I", (0, 2))
    assert [point.kind for point in cycles.points] == ["fold of cycles"] * 2
    first, second = (point.parameter for point in cycles.points)
    assert first == pytest.approx(cycles.parameter.min(), abs=1e-8)
    assert first + second == pytest.approx(2 * 0.875, abs=1e-8)  # the symmetry of the cubic


def test_a_family_at_one_value_has_no_special_cycles():
    linear = ms.System("linear", {"x": "mu*x - y", "y": "x + mu*y"}, {"mu": 0},
                       box={"x": (-1, 1), "y": (-1, 1)})  # fmt: skip
    hopf = equilibrium_branches(linear, "mu", (-1, 1))["H1"]
    cycles = cycle_branch(linear, hopf, "mu", (-1, 1), max_points=60)
    assert cycles.points == ()
    np.testing.assert_allclose(cycles.parameter, 0, atol=1e-10)
    assert {orbit.stability for orbit in cycles.orbits} == {"undecided"}


def test_rounding_is_no_change():
    assert _changes("period doubling", -1e-3, 1e-9)
    assert not _changes("period doubling", -1e-9, 1e-9)
    assert _changes("fold of cycles", -1e-9, 1e-11)
    assert not _changes("fold of cycles", -1e-14, 1e-13)
    assert not _changes("fold of cycles", 1.0, 2.0)


def test_pairs_on_the_unit_circle():
    assert _has_pair(np.array([1, np.exp(1j), np.exp(-1j)]))
    assert not _has_pair(np.array([1, 2.0, 0.5], dtype=complex))
    assert not _has_pair(np.array([1, 0.5j, -0.5j]))
