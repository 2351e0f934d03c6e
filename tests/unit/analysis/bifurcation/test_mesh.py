"""Cycles solved on meshes that meet a tolerance."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._collocation import Collocation, node_times
from mirrorsys.analysis.bifurcation._cycle_starts import from_function
from mirrorsys.analysis.bifurcation._field import field
from mirrorsys.analysis.bifurcation._mesh import converged, gone_round_once, remeshed, solved


@pytest.fixture(scope="module")
def rough(circle):
    """A guess near the cycle of radius 1/2 and period pi."""
    at = field(circle, (), None)
    return from_function(at, 3.0, lambda t: 0.6 * np.array([np.cos(2.1 * t), np.sin(2.1 * t)]), 10)


def test_newtons_method_finds_the_cycle(rough):
    made, z = rough
    profile, period, _ = made.parts(solved(made, z))
    assert period == pytest.approx(np.pi, abs=1e-9)
    np.testing.assert_allclose(np.hypot(*profile), 0.5, atol=1e-9)


def test_a_followed_parameter_is_held(circle):
    at = field(circle, ("mu",), None)
    mesh = np.linspace(0, 1, 11)
    times = 2 * np.pi * node_times(mesh, 5)
    profile = 0.6 * np.array([np.cos(times), np.sin(times)])
    made = Collocation(at, mesh, 5, profile, np.array([1.2, 1.2, 3, 1]))
    profile, period, (mu,) = made.parts(solved(made, made.unknowns(profile, 3.0, np.array([0.16]))))
    assert (mu, period) == pytest.approx((0.16, np.pi), abs=1e-8)
    np.testing.assert_allclose(np.hypot(*profile), 0.4, atol=1e-8)


def test_where_there_is_no_cycle_newtons_method_gives_up(circle):
    at = field(circle, (), {"mu": -5})
    made, z = from_function(at, 0.1, lambda t: np.array([np.cos(60 * t), np.sin(60 * t) ** 3]), 6)
    found = solved(made, z)
    assert found is None or np.abs(made.parts(found)[0]).max() < 1e-6  # at the equilibrium


def test_overflow_is_no_error():
    made = ms.System("steep", {"x": "y", "y": "exp(40*x) - y"})
    start = from_function(
        field(made, (), None), 1.0, lambda t: 30 * np.array([np.cos(6 * t), np.sin(6 * t)]), 6
    )
    assert solved(*start) is None


def test_the_mesh_is_refined_to_meet_a_tolerance(oscillator):
    at = field(oscillator, (), {"mu": 5})
    run = ms.simulate(oscillator, duration=60, params={"mu": 5}, rtol=1e-9)
    times, states = run["time"].values, np.array([run["x"].values, run["y"].values])

    def late(t):
        return np.array([np.interp(30 + t, times, each) for each in states])

    made, z = from_function(at, 11.6122, late, 20)
    fine, z, status = converged(made, z, 1e-8, 400)
    assert fine.n_interval > 20
    assert fine.error(fine.parts(z)[0]) <= 1e-8
    assert status.startswith("solved to ")
    assert fine.parts(z)[1] == pytest.approx(11.612230667, abs=1e-7)
    *_, status = converged(fine, z, 1e-30, fine.n_interval)
    assert status.endswith(f", not to 1e-30, on the finest mesh allowed ({fine.n_interval})")


def test_a_cycle_gone_round_thrice(circle):
    at = field(circle, (), None)
    made, z = from_function(
        at, 3 * np.pi, lambda t: 0.5 * np.array([np.cos(2 * t), np.sin(2 * t)]), 30
    )
    once, z_once = gone_round_once(made, solved(made, z))
    assert once.parts(z_once)[1] == pytest.approx(np.pi, abs=1e-6)
    np.testing.assert_allclose(once.residual(z_once), 0, atol=1e-6)


def test_a_cycle_gone_round_once_stays(rough):
    made, z = rough
    z = solved(made, z)
    same, z_same = gone_round_once(made, z)
    assert same is made
    assert z_same is z


def test_a_new_mesh_holds_the_same_cycle(rough):
    made, z = rough
    profile, period, parameters = made.parts(solved(made, z))
    new, z_new = remeshed(made, profile, period, parameters, 17)
    assert new.n_interval == 17
    times = np.linspace(0, 1, 50)
    moved = new.values_at(new.parts(z_new)[0], times)
    np.testing.assert_allclose(moved, made.values_at(profile, times), atol=1e-6)
