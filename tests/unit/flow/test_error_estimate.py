"""A run that says how exact it is."""

from __future__ import annotations

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.flow._accuracy import check_estimable
from mirrorsys.flow._engines import settings_for

# From near the unstable state 0 to one of the stable ones, 1 and -1, in closed form.
FORK = ms.System("fork", {"x": "x - x**3"}, initial={"x": 1e-7})
DECAY = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
ENGINES = ("scipy", "compiled")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_leaves_a_boundary_says_that_its_errors_grow(engine: str) -> None:
    times = np.linspace(0, 17, 18)
    with pytest.warns(UserWarning, match=r"'fork': largest error about .* x tolerance: errors gr"):
        run = ms.simulate(FORK, times=times, engine=engine, error_estimate=True)
    grown = 1e-7 * np.exp(times)
    error = np.abs(run.x - grown / np.sqrt(1 + grown**2 - 1e-14))
    assert error.max() > 100 * 1.01e-8
    np.testing.assert_allclose(run.x_error.max(), error.max(), rtol=0.2)
    assert "errors grow along this run" in run.attrs["accuracy"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_forgets_its_errors_says_how_large_they_are(engine: str) -> None:
    run = ms.simulate(DECAY, duration=10, engine=engine, error_estimate=True)
    plain = ms.simulate(DECAY, duration=10, engine=engine)
    np.testing.assert_array_equal(run.x, plain.x)  # the estimate changes nothing
    true = np.abs(run.x - np.exp(-0.5 * run.time))
    # The other run has errors of its own, a hundredth of those allowed.
    np.testing.assert_allclose(run.x_error, true, rtol=0.3, atol=1e-10)
    assert run.x_error_at_end.dims == ("phase",)
    assert run.attrs["accuracy"].startswith("largest error about ")
    assert "grow" not in run.attrs["accuracy"]


def test_without_being_asked_a_run_says_that_nothing_was_estimated() -> None:
    run = ms.simulate(DECAY, duration=1)
    assert run.attrs["accuracy"].startswith("not estimated: simulate(..., error_estimate=True)")
    assert "x_error" not in run


def test_errors_of_persons_are_beside_their_states() -> None:
    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    run = ms.simulate(pair, protocol=ms.protocols.session(), engine="compiled", error_estimate=True)
    assert run.threat_error.dims == run.threat.dims
    assert run.threat_error.attrs["long_name"] == "estimated error of threat system (red)"
    assert "(client." in run.attrs["accuracy"] or "(therapist." in run.attrs["accuracy"]


def test_what_is_compared_ends_where_the_tighter_run_fails() -> None:
    steps = ms.simulate(DECAY, duration=10, method="RK45").attrs["n_steps"]
    run = ms.simulate(DECAY, duration=10, method="RK45", max_steps=steps + 1, error_estimate=True)
    assert "with tighter tolerances it fails at" in run.attrs["accuracy"]
    assert np.isnan(run.x_error[-1])
    assert np.isfinite(run.x_error[1])
    run = ms.simulate(DECAY, times=[10], method="RK45", max_steps=steps + 1, error_estimate=True)
    assert run.attrs["accuracy"].startswith("not estimated; with tighter tolerances it fails at")


def test_a_run_that_an_event_ends_is_compared_up_to_it() -> None:
    half = {"half": ms.Event.when("x < 0.5", terminal=True)}
    run = ms.simulate(DECAY, duration=10, events=half, error_estimate=True)
    assert run.time[-1] == pytest.approx(2 * np.log(2))
    assert float(run.x_error.max()) < 1e-7


def test_what_has_no_tighter_run_is_refused() -> None:
    noisy = DECAY.replace(diffusion={"x": 0.1})
    with pytest.raises(ValueError, match="a noisy run has no tolerances"):
        ms.simulate(noisy, duration=1, noise=ms.Noise(0.1), seed=1, error_estimate=True)
    with pytest.raises(ValueError, match="`rtol` is 1e-13; give at least 1e-12"):
        ms.simulate(DECAY, duration=1, rtol=1e-13, error_estimate=True)
    with pytest.raises(ValueError, match="as exact as rounding permits"):
        check_estimable("taylor", settings_for("taylor", None, 1e-8, 1e-10, 100))


def test_a_state_may_itself_be_called_an_error() -> None:
    system = ms.System("one", {"aim_error": "-aim_error"}, initial={"aim_error": 1})
    run = ms.simulate(system, duration=1, error_estimate=True)
    assert "(aim_error " in run.attrs["accuracy"]
    assert "aim_error_error_at_end" in run


def test_a_name_that_is_taken_is_refused() -> None:
    system = ms.System("two", {"x": "-x", "x_error": "-x_error"})
    with pytest.raises(ValueError, match="'two' has a quantity called 'x_error'"):
        ms.simulate(system, duration=1, error_estimate=True)
