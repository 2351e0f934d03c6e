"""The period of a run that has settled on a cycle."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import _recurrence
from mirrorsys.analysis.bifurcation._recurrence import _simulated, from_simulation

LINE = ms.System("line", {"x": "1"})


def test_a_run_from_the_initial_states(circle):
    period, function = from_simulation(circle, None, {}, None)
    assert period == pytest.approx(np.pi, rel=1e-3)
    np.testing.assert_allclose(np.hypot(*function(np.linspace(0, 3, 20))), 0.5, atol=2e-3)


def test_a_run_that_is_given(circle):
    run = ms.simulate(circle, duration=60)
    period, _ = from_simulation(circle, run, {}, None)
    assert period == pytest.approx(np.pi, rel=1e-3)


def test_the_period_that_is_asked_for(circle):
    period, _ = from_simulation(circle, ms.simulate(circle, duration=60), {}, 7.0)
    assert period == pytest.approx(2 * np.pi, rel=1e-3)


def test_one_round_from_a_state_with_a_period(circle):
    period, function = from_simulation(circle, {"x": 0.5, "y": 0}, {}, 3.0)
    assert period == 3.0
    np.testing.assert_allclose(function(np.array([1.0]))[:, 0], [0.5 * np.cos(2), 0.5 * np.sin(2)])


def test_a_very_slow_part_is_waited_for(oscillator):
    """The fast rate of a relaxation oscillation is 1e4 times that of its drift."""
    period, _ = from_simulation(oscillator, None, {"mu": 100}, None)
    assert period == pytest.approx(162.837, abs=0.01)


@pytest.mark.parametrize(("start", "params"), [(None, {"mu": -0.25}), ({"x": 0, "y": 0}, {})])
def test_what_settles(circle, start, params):
    found = from_simulation(circle, start, params, None)
    assert found.replace("-0.0", "0.0") == (
        "the run settles at the equilibrium {'x': 0.0, 'y': 0.0}."
    )


def test_a_round_that_stays_where_it_is(circle):
    found = from_simulation(circle, {"x": 0, "y": 0}, {}, 3.0)
    assert found == "the run from {'x': 0, 'y': 0} stays there."


def test_a_short_run(circle):
    found = from_simulation(circle, ms.simulate(circle, duration=2), {}, None)
    assert found == "the run does not return; give a longer one."


def test_what_never_returns():
    spiral = ms.System("spiral", {"x": "x/10 - y", "y": "x + y/10"}, initial={"x": 1})
    found = from_simulation(spiral, None, {}, None)
    assert "and it does not return to where it was" in found or "cannot be finished" in found


def test_what_drifts_for_ever():
    found = from_simulation(LINE, None, {}, None)
    assert "does not return" in found


def test_what_grows_without_bounds():
    blown = ms.System("blown", {"x": "x**2", "y": "-y"}, initial={"x": 1})
    assert "cannot be finished" in from_simulation(blown, None, {}, None)
    assert "cannot be finished" in from_simulation(blown, {"x": 1}, {}, 2.0)


def test_each_run_goes_on_where_the_one_before_ended(monkeypatch):
    starts, ends = [], []

    def straight(system, duration, initial, params):
        times = np.linspace(0, duration, 100)
        starts.append(initial.get("x", 0.0))
        ends.append(starts[-1] + duration)
        return xr.Dataset({"x": ("time", starts[-1] + times)}, coords={"time": times})

    monkeypatch.setattr(_recurrence, "_simulated", straight)
    found = from_simulation(LINE, None, {}, None)
    assert found.endswith("it does not return to where it was.")
    assert len(starts) > 5
    np.testing.assert_allclose(starts, [0.0, *ends[:-1]], rtol=1e-12)


def test_without_machine_code_a_run_has_points_enough_and_an_end(circle, monkeypatch):
    by_scipy = lambda *given, **more: ms.simulate(*given, **{**more, "engine": "scipy"})  # noqa: E731
    steps = by_scipy(circle, duration=9.0, initial={"x": 0.5}, rtol=1e-10, atol=1e-12)["time"]
    monkeypatch.setattr(_recurrence, "simulate", by_scipy)
    run = _simulated(circle, 9.0, {"x": 0.5}, {})
    times = run["time"].values
    assert times[-1] == 9.0
    for begin, end in pairwise(np.unique(steps)):
        assert np.count_nonzero((times >= begin) & (times < end)) == 8
    np.testing.assert_allclose(run["x"], 0.5 * np.cos(2 * times), atol=1e-8)
