"""periodic_orbit: cycles from runs, Hopf points and other cycles, and what is none."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import NoCycleError, equilibrium_branches, periodic_orbit

CENTRE = ms.System("centre", {"x": "y", "y": "-x"}, initial={"x": 1})


def test_from_the_initial_states(circle_orbit):
    assert circle_orbit.period == pytest.approx(np.pi, abs=1e-9)
    assert circle_orbit.status.startswith("solved to ")


def test_from_a_run(circle):
    orbit = periodic_orbit(circle, ms.simulate(circle, duration=40))
    assert orbit.period == pytest.approx(np.pi, abs=1e-9)


def test_from_a_hopf_point(circle, circle_branches):
    orbit = periodic_orbit(circle, circle_branches["H1"])
    assert orbit.highest["x"] == pytest.approx(np.sqrt(orbit.params["mu"]), rel=1e-6)
    assert orbit.period == pytest.approx(np.pi)


def test_from_another_cycle(circle, circle_orbit):
    orbit = periodic_orbit(circle, circle_orbit, params={"mu": 0.36})
    assert orbit.highest["x"] == pytest.approx(0.6, abs=1e-9)
    assert orbit.params == {"mu": 0.36}


def test_an_unstable_cycle_from_states_and_a_period(circle):
    """Backwards in time the cycle of radius 1/2 repels."""
    made = ms.System(
        "repelling",
        {"x": "-x/4 - 2*y + x*(x**2 + y**2)", "y": "2*x - y/4 + y*(x**2 + y**2)"},
    )
    orbit = periodic_orbit(made, {"x": 0.5, "y": 0}, period=3)
    assert orbit.stability == "unstable (1)"
    np.testing.assert_allclose(orbit.multipliers, [np.exp(np.pi / 2), 1], rtol=1e-8)


def test_it_agrees_with_an_integration(oscillator):
    orbit = periodic_orbit(oscillator, params={"mu": 3}, tol=1e-10)
    function = lambda t, s: [s[1], 3 * (1 - s[0] ** 2) * s[1] - s[0]]  # noqa: E731
    run = solve_ivp(
        function, (0, orbit.period), orbit.states[:, 0], method="DOP853", rtol=1e-12, atol=1e-12,
        t_eval=orbit.times,
    )  # fmt: skip
    np.testing.assert_allclose(run.y[:, -1], orbit.states[:, 0], atol=1e-8)
    np.testing.assert_allclose(run.y, orbit.states, atol=1e-7)


@pytest.mark.parametrize("mu", [50, 100])
def test_relaxation_oscillations_get_the_mesh_they_need(oscillator, mu):
    """Dorodnitsyn: T = (3 - 2 log 2) mu + 7.0143 mu^(-1/3) - ..."""
    orbit = periodic_orbit(oscillator, params={"mu": mu})
    expected = (3 - 2 * np.log(2)) * mu + 7.01432 * mu ** (-1 / 3)
    assert orbit.period == pytest.approx(expected, abs=3 * np.log(mu) / mu)
    assert orbit.stability == "stable"


def test_a_tolerance_that_cannot_be_met_is_said(oscillator):
    orbit = periodic_orbit(
        oscillator, params={"mu": 3}, n_intervals=20, max_intervals=20, tol=1e-12
    )
    assert orbit.status.endswith("not to 1e-12, on the finest mesh allowed (20)")
    assert orbit.error > 1e-12


def test_an_input_is_held(circle):
    driven = ms.System(
        "driven", {"x": "u*x - 2*y - x*(x**2 + y**2)", "y": "2*x + u*y - y*(x**2 + y**2)"},
        inputs={"u": 0.25}, initial={"x": 0.3},
    )  # fmt: skip
    assert periodic_orbit(driven, params={"u": 1}).highest["x"] == pytest.approx(1, abs=1e-8)


# ---- what is no cycle ------------------------------------------------------------------------


@pytest.mark.parametrize("start", [None, {"x": 0, "y": 0}])
def test_an_equilibrium_is_no_cycle(circle, start):
    with pytest.raises(NoCycleError, match="no cycle of 'circle' was found: the run settles at"):
        periodic_orbit(circle, start, params={"mu": -0.5})


def test_a_guess_that_rests(circle):
    with pytest.raises(NoCycleError, match=r"the run from \{'x': 0, 'y': 0\} stays there"):
        periodic_orbit(circle, {"x": 0, "y": 0}, period=3)


def test_cycles_around_a_centre_are_not_one():
    """Of a family none is better than another; Newton's method leads nowhere, or to the middle."""
    with pytest.raises(NoCycleError, match="no cycle of 'centre' was found"):
        periodic_orbit(CENTRE)


def test_growth_without_bounds():
    blown = ms.System("blown", {"x": "x**2", "y": "-y"}, initial={"x": 1})
    with pytest.raises(NoCycleError, match="cannot be finished"):
        periodic_orbit(blown)


def test_newtons_method_that_fails():
    lorenz = ms.models.zoo.lorenz()
    with pytest.raises(NoCycleError, match="Newton's method does not converge from what was seen"):
        periodic_orbit(lorenz, {"x": 1, "y": 1, "z": 1}, period=0.1, max_intervals=40)


# ---- arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"n_intervals": 3}, "`n_intervals` is 3; give a whole number from 4 to 400"),
        ({"n_intervals": 401}, "`n_intervals` is 401; give a whole number from 4 to 400"),
        ({"n_intervals": 20.5}, "`n_intervals` is 20.5; give a whole number"),
        ({"max_intervals": 0}, "`max_intervals` is 0; give a whole number from 4 on"),
        ({"tol": 0}, "`tol` is 0; give one number above 0 and up to 1"),
        ({"tol": "a"}, "`tol` is 'a'; give one number"),
        ({"period": -1}, "`period` is -1; give one number above 0"),
        ({"period": np.nan}, "`period` is nan; give one number above 0"),
        ({"params": {"q": 1}}, "'circle' has no parameter or input called 'q'"),
        ({"start": {"q": 1}}, "'circle' has no state called 'q'"),
    ],
)
def test_what_does_not_fit(circle, more, message):
    with pytest.raises(ValueError, match=message):
        periodic_orbit(circle, **more)


@pytest.mark.parametrize("start", ["H1", 3, [0.5, 0]])
def test_what_is_no_start(circle, start):
    with pytest.raises(TypeError, match=r"`start` is .* give a Hopf point, a PeriodicOrbit, a run"):
        periodic_orbit(circle, start)


def test_a_point_of_the_wrong_kind(cubic, cubic_branches):
    with pytest.raises(ValueError, match=r"`start` is F1: fold .*; give a Hopf point"):
        periodic_orbit(cubic, cubic_branches["F1"])


def test_a_start_of_another_system(cubic, circle_branches, circle_orbit):
    for start in (circle_branches["H1"], circle_orbit):
        with pytest.raises(ValueError, match=r"of a system with the states \['x', 'y'\]"):
            periodic_orbit(cubic, start)


def test_the_parameter_of_a_hopf_point_is_not_for_us_to_give(circle, circle_branches):
    with pytest.raises(ValueError, match=r"`params` gives 'mu', which the cycle beside H1"):
        periodic_orbit(circle, circle_branches["H1"], params={"mu": 0.1})


def test_noise_has_no_cycle():
    noisy = ms.System("noisy", {"x": "-x"}, {"s": 0.1}, diffusion={"x": "s"})
    with pytest.raises(ValueError, match="'noisy' has noise"):
        periodic_orbit(noisy)


def test_what_is_no_system():
    with pytest.raises(TypeError, match="`system` is 3"):
        periodic_orbit(3)


def test_beside_a_degenerate_hopf_point_no_cycle_is_alone():
    linear = ms.System("linear", {"x": "mu*x - y", "y": "x + mu*y"}, {"mu": 0},
                       box={"x": (-1, 1), "y": (-1, 1)})  # fmt: skip
    hopf = equilibrium_branches(linear, "mu", (-1, 1))["H1"]
    with pytest.raises(NoCycleError, match="no cycle of 'linear' was found"):
        periodic_orbit(linear, hopf)


def test_a_run_brings_the_values_at_which_it_was_made():
    system = ms.models.zoo.van_der_pol()
    run = ms.simulate(system, duration=200, params={"mu": 2}, engine="auto")
    orbit = periodic_orbit(system, run)
    assert orbit.params["mu"] == 2
    assert orbit.period == pytest.approx(periodic_orbit(system, params={"mu": 2}).period)
    assert periodic_orbit(system, run, params={"mu": 2}).period == pytest.approx(orbit.period)
    with pytest.raises(ValueError, match=r"the run was made at \{'mu': 2.0\}"):
        periodic_orbit(system, run, params={"mu": 3})


def test_a_run_of_another_system_is_refused():
    run = ms.simulate(ms.models.zoo.lorenz(), duration=20, engine="auto")
    with pytest.raises(ValueError, match="`start` is no run of 'van der Pol'"):
        periodic_orbit(ms.models.zoo.van_der_pol(), run)
