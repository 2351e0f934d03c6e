"""A cycle as a result: extrema, stability in words, tables and files."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import cycle_branch, equilibrium_branches, periodic_orbit


def test_its_numbers(circle_orbit):
    assert circle_orbit.period == pytest.approx(np.pi, abs=1e-9)
    for name in ("x", "y"):
        assert circle_orbit.highest[name] == pytest.approx(0.5, abs=1e-9)
        assert circle_orbit.lowest[name] == pytest.approx(-0.5, abs=1e-9)
        assert circle_orbit.amplitude[name] == pytest.approx(0.5, abs=1e-9)
    np.testing.assert_allclose(circle_orbit.multipliers, [1, np.exp(-0.5 * np.pi)], atol=1e-9)
    assert circle_orbit.trivial_error < 1e-9
    assert circle_orbit.error < 1e-9


def test_extrema_between_nodes(oscillator):
    """Known to 13 digits: Urabe 1960."""
    orbit = periodic_orbit(oscillator, params={"mu": 1}, tol=1e-11)
    assert orbit.highest["x"] == pytest.approx(2.0086198608748, abs=1e-10)
    assert orbit.lowest["x"] == pytest.approx(-2.0086198608748, abs=1e-10)


@pytest.mark.parametrize("shift", np.linspace(0, 0.2, 9))
def test_extrema_near_the_ends_of_intervals(circle, shift):
    """Wherever intervals begin, the radius is the highest value."""
    start = {"x": 0.5 * np.cos(shift), "y": 0.5 * np.sin(shift)}
    orbit = periodic_orbit(circle, start, period=np.pi, n_intervals=30)
    np.testing.assert_allclose(list(orbit.highest.values()), 0.5, rtol=1e-9)
    np.testing.assert_allclose(list(orbit.lowest.values()), -0.5, rtol=1e-9)


def test_states_at_any_time(circle_orbit):
    times = np.array([0.0, 0.3, np.pi + 0.3, -0.1])
    states = circle_orbit.at(times)
    np.testing.assert_allclose(np.hypot(*states), 0.5, atol=1e-9)
    np.testing.assert_allclose(states[:, 1], states[:, 2], atol=1e-9)
    np.testing.assert_allclose(circle_orbit.at(circle_orbit.times)[:, :-1],
                               circle_orbit.states[:, :-1], atol=1e-12)  # fmt: skip


def test_its_ends_meet(circle_orbit):
    np.testing.assert_array_equal(circle_orbit.states[:, 0], circle_orbit.states[:, -1])
    assert circle_orbit.times[0] == 0
    assert circle_orbit.times[-1] == circle_orbit.period
    assert (np.diff(circle_orbit.times) > 0).all()


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ([0.5, -0.2], "stable"),
        ([2.0, -0.2], "unstable (1)"),
        ([2.0, -3.0], "unstable (2)"),
        ([1.0, 0.2], "undecided"),
        ([1.0, 2.0], "unstable (1)"),
        ([np.exp(1j), np.exp(-1j)], "undecided"),
    ],
)
def test_stability_in_words(circle_orbit, others, words):
    values = np.array([1.0, *others], dtype=complex)
    orbit = replace(circle_orbit, multipliers=values, trivial_error=0.0)
    assert orbit.stability == words
    assert orbit.is_stable == (words == "stable")


def test_multipliers_that_are_not_believed(circle_orbit):
    orbit = replace(circle_orbit, trivial_error=0.5)
    assert (orbit.stability, orbit.is_stable) == ("undecided", False)


def test_it_survives_a_file(circle_orbit, tmp_path):
    dataset = circle_orbit.to_dataset()
    ms.save(dataset, tmp_path / "orbit.nc")
    xr.testing.assert_identical(ms.load(tmp_path / "orbit.nc"), dataset)
    assert dataset.attrs["stability"] == "stable"
    np.testing.assert_array_equal(dataset["x"], circle_orbit.states[0])


def test_a_copy_works_like_the_original(circle, circle_orbit):
    copy = pickle.loads(pickle.dumps(circle_orbit))
    assert repr(copy) == repr(circle_orbit)
    np.testing.assert_allclose(copy.at(np.ones(1)), circle_orbit.at(np.ones(1)), rtol=1e-14)
    assert len(cycle_branch(circle, copy, "mu", (0.2, 0.3))) > 2


def test_what_it_prints(circle_orbit):
    assert repr(circle_orbit).startswith("PeriodicOrbit of 'circle': period 3.14159265")
    assert ", stable; x -0.5 to 0.5, y -0.5 to 0.5; solved to " in repr(circle_orbit)


def test_a_state_called_time_is_refused_by_the_table():
    odd = ms.System(
        "odd",
        {"time": "mu*time - y - time*(time**2 + y**2)", "y": "time + mu*y - y*time**2 - y**3"},
        {"mu": 0}, box={"time": (-1, 1), "y": (-1, 1)},
    )  # fmt: skip
    orbit = periodic_orbit(odd, equilibrium_branches(odd, "mu", (-1, 1))["H1"])
    assert orbit.period == pytest.approx(2 * np.pi)
    with pytest.raises(ValueError, match=r"'odd' has quantities called \['time'\]"):
        orbit.to_dataset()
