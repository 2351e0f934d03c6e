"""Where branches of cycles end, in words."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import cycle_branch, equilibrium_branches, periodic_orbit
from mirrorsys.analysis.bifurcation._collocation import Collocation, node_times
from mirrorsys.analysis.bifurcation._curve import Steps, node_at
from mirrorsys.analysis.bifurcation._cycle import Cycle
from mirrorsys.analysis.bifurcation._cycle_endings import _at_bound, _is_opposite
from mirrorsys.analysis.bifurcation._field import field

RING = "(x**2 + y**2)"


@pytest.fixture(scope="module")
def bump():
    """Radius r with mu (1 - mu) = r^2: born at mu = 0, dead at mu = 1."""
    growth = f"(mu - mu**2 - {RING})"
    return ms.System(
        "bump", {"x": f"{growth}*x - y", "y": f"x + {growth}*y"}, {"mu": 0.5},
        box={"x": (-1, 1), "y": (-1, 1)}, initial={"x": 0.3},
    )  # fmt: skip


def test_waves_that_are_opposite():
    wave = np.sin(np.linspace(0, 6, 50))[None]
    assert _is_opposite(wave, -0.1 * wave)
    assert not _is_opposite(wave, 3 * wave)
    assert not _is_opposite(wave, np.zeros_like(wave))


def test_a_bound_is_met_exactly(circle_cycles):
    assert circle_cycles.ends == ("begins at H1", "reaches the bound mu = 1")
    assert circle_cycles.parameter[-1] == pytest.approx(1, abs=1e-12)


def around_a_bound(end):
    """Return cycles of radius sqrt(mu - end + 1/4) and period 2 pi, below a bound and beyond."""
    growth = f"(mu - ({end}) + 1/4 - {RING})"
    made = ms.System("moved", {"x": f"{growth}*x - y", "y": f"x + {growth}*y"}, {"mu": end})
    mesh = np.linspace(0, 1, 11)
    angles = 2 * np.pi * node_times(mesh, 4)
    wave = np.array([np.cos(angles), np.sin(angles)])
    at = Collocation(field(made, ("mu",), None), mesh, 4, wave, np.array([1, 1, 2 * np.pi, 1]))

    def node(mu):
        z = at.unknowns(np.sqrt(mu - end + 0.25) * wave, 2 * np.pi, np.array([mu]))
        return node_at(at, z, np.eye(z.size)[-1])

    return node(end - 0.01), node(end + 0.02)


@pytest.mark.parametrize("end", [0.0, 1.0, -100.0])
def test_a_bound_is_met_wherever_it_is(end):
    cycle = Cycle(_at_bound(*around_a_bound(end), end, Steps()))
    assert (cycle.value, cycle.period) == pytest.approx((end, 2 * np.pi), abs=1e-6)
    np.testing.assert_allclose(np.hypot(*cycle.parts[0]), 0.5, atol=1e-4)


def test_a_bound_in_which_the_last_cycle_lies_already_needs_no_other():
    here, node = around_a_bound(1.0)
    assert _at_bound(here, node, here.z[-1], Steps()) is None


def test_from_one_hopf_point_to_the_other(bump):
    branches = equilibrium_branches(bump, "mu", (-0.5, 1.5))
    cycles = cycle_branch(bump, branches["H1"], "mu", (-0.5, 1.5))
    assert cycles.ends == ("begins at H1", "shrinks to the Hopf point at mu = 1")
    mu = cycles.parameter
    np.testing.assert_allclose(cycles.highest("x"), np.sqrt(mu - mu**2), rtol=1e-6)


def test_both_ways_from_a_cycle(bump):
    cycles = cycle_branch(bump, periodic_orbit(bump), "mu", (-0.5, 1.5))
    shrinks = "shrinks to the Hopf point at mu = "
    assert all(end.startswith(shrinks) for end in cycles.ends)
    ends = sorted(float(end.removeprefix(shrinks)) for end in cycles.ends)
    np.testing.assert_allclose(ends, [0, 1], atol=1e-9)


def test_toward_a_homoclinic_orbit():
    """x'' = mu x' + x - x^2 + x x': the loop at the saddle is known to lie at mu = -0.8645."""
    made = ms.System(
        "loop", {"x": "y", "y": "mu*y + x - x**2 + x*y"}, {"mu": -1},
        box={"x": (-2, 3), "y": (-3, 3)},
    )  # fmt: skip
    hopf = equilibrium_branches(made, "mu", (-1.5, -0.5)).of_kind("hopf")[0]
    cycles = cycle_branch(made, hopf, "mu", (-1.5, -0.5))
    assert cycles.ends[1].startswith("grows toward a homoclinic orbit to the saddle x=0, y=0")
    assert cycles.parameter[-1] == pytest.approx(-0.8645, abs=2e-4)
    assert (np.diff(cycles.period) > 0).all()


def test_a_longest_period_ends_it(bump):
    growing = ms.System(
        "slowing", {"x": f"(1 - {RING})*x - (2 - mu)*y", "y": f"(2 - mu)*x + (1 - {RING})*y"},
        {"mu": 0}, box={"x": (-2, 2), "y": (-2, 2)}, initial={"x": 1},
    )  # fmt: skip
    cycles = cycle_branch(growing, periodic_orbit(growing), "mu", (-0.5, 1.9), max_period=6.5)
    assert cycles.ends[0] == "reaches the bound mu = -0.5"
    assert cycles.ends[1].startswith("stopped: period ")
    assert 6.5 < cycles.period[-1] < 8
    np.testing.assert_allclose(cycles.period, 2 * np.pi / (2 - cycles.parameter), rtol=1e-8)


def test_so_do_the_most_points(circle, circle_branches):
    cycles = cycle_branch(circle, circle_branches["H1"], "mu", (-1, 1), max_points=3)
    assert len(cycles) == 3
    assert cycles.ends[1] == "stopped after 3 points"


def test_joining_a_cycle_of_half_the_period():
    """Followed back from beyond, a doubled cycle ends at its period doubling."""
    control = ms.System(
        "feedback control", {"x": "y", "y": "z", "z": "-alpha*z - y - x + x**2"}, {"alpha": 0.62},
        box=dict.fromkeys("xyz", (-2, 2)), initial={"x": 0.1},
    )  # fmt: skip
    near = dict.fromkeys("xyz", (-0.5, 0.5))
    hopf = equilibrium_branches(control, "alpha", (0.5, 2), box=near, n_starts=2)["H1"]
    once = cycle_branch(control, hopf, "alpha", (0.5, 2))
    twice = cycle_branch(control, once["PD1"], "alpha", (0.5, 2))
    back = cycle_branch(control, twice.orbits[-2], "alpha", (0.5, 2))
    (end,) = (each for each in back.ends if each.startswith("joins a cycle of half its period"))
    assert float(end.split()[-4]) == pytest.approx(once["PD1"].parameter, abs=0.01)
    assert end.endswith("(its period doubling)")


def test_a_cycle_that_slows_down_where_an_equilibrium_is_about_to_appear():
    """theta' = a - sin(theta) on the unit circle: period 2 pi / sqrt(a^2 - 1)."""
    slow = ms.System(
        "slow",
        {"x": f"x*(1 - {RING}) - y*(a - y)", "y": f"y*(1 - {RING}) + x*(a - y)"},
        {"a": 1.5},
        box={"x": (-2, 2), "y": (-2, 2)},
        initial={"x": 1},
    )
    cycles = cycle_branch(slow, periodic_orbit(slow), "a", (0.9, 2))
    assert cycles.ends[0].startswith("grows toward a saddle-node on a cycle")
    np.testing.assert_allclose(
        cycles.period, 2 * np.pi / np.sqrt(cycles.parameter**2 - 1), rtol=1e-5
    )
