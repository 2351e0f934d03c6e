"""The SciPy engine: what fails is said, with what was computed so far."""

import math
import pickle

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import IntegrationError, Phase, Protocol, System

METHODS = ["LSODA", "Radau", "BDF", "DOP853", "RK45"]
BLOW_UP = System("blow-up", {"x": "x**2"}, initial={"x": 1}, time_unit="h")  # x = 1/(1 - t)


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")


def failure(system: System, protocol: Protocol, **arguments: object) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        ms.simulate(system, protocol=protocol, **arguments)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("method", METHODS)
def test_a_blow_up_says_where_and_keeps_what_was_computed(method: str) -> None:
    protocol = Protocol([Phase(0.5, name="calm"), Phase(1, name="storm")])
    error = failure(BLOW_UP, protocol, method=method)
    assert error.time == pytest.approx(1, abs=1e-4)
    assert error.phase == "storm"
    assert error.state["x"] > 1e3
    for word in ("'blow-up'", "at time 1 h", "phase 'storm'", "x=", "`.partial` holds"):
        assert word in str(error)
    partial = error.partial
    assert partial.attrs["status"].startswith("failed: ")
    assert partial.phase_name.values.tolist() == ["calm", "storm"]
    early = partial.sel(time=slice(0, 0.9))
    # An error of rtol 1e-8 a step grows like the square of the state.
    np.testing.assert_allclose(early.x, 1 / (1 - early.time), rtol=1e-5)
    assert partial.sizes["time"] > 10


@pytest.mark.parametrize("method", METHODS)
def test_requested_times_before_the_blow_up_are_kept(method: str) -> None:
    error = failure(BLOW_UP, Protocol([Phase(2)]), method=method, times=[0, 0.5, 0.75, 1.5, 2])
    np.testing.assert_array_equal(error.partial.time, [0, 0.5, 0.75])
    np.testing.assert_allclose(error.partial.x, [1, 2, 4], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("equation", ["sqrt(0 - x)", "log(0 - x)", "1/(x - 1)", "x/(x - 1)**2"])
def test_a_rate_that_is_no_number_at_the_start(method: str, equation: str) -> None:
    """SciPy's explicit methods would search for a first step for ever."""
    error = failure(System("s", {"x": equation}, initial={"x": 1}), Protocol([Phase(1)]),
                    method=method)  # fmt: skip
    assert "a rate of change is not finite" in str(error)
    assert error.time == 0
    assert error.partial.x.values.tolist() == [1]


@pytest.mark.parametrize("method", METHODS)
def test_a_rate_that_stops_being_a_number(method: str) -> None:
    falling = System("falling", {"x": "-1/(2*sqrt(x)) - 1"}, initial={"x": 1})
    error = failure(falling, Protocol([Phase(5)]), method=method, max_steps=20_000)
    assert 0.3 < error.time < 0.7
    assert 0 <= error.state["x"] < 1e-2


@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA"])
def test_a_slope_that_is_infinite(method: str) -> None:
    """x' = sqrt(x) at 0: the rate is finite, its derivative is not."""
    root = System("root", {"x": "sqrt(x) + 1"}, initial={"x": 0})
    try:
        run = ms.simulate(root, duration=1, method=method)
    except IntegrationError as error:
        assert error.time < 1e-3  # noqa: PT017 - one of two right answers
    else:
        assert float(run.x[-1]) == pytest.approx(1.9, abs=0.2)


def test_too_many_steps() -> None:
    fast = System("fast", {"x": "y", "y": "-1e8*x"}, initial={"x": 1})
    error = failure(fast, Protocol([Phase(1)]), max_steps=50)
    assert "more than `max_steps` = 50 steps" in str(error)
    assert error.partial.sizes["time"] == 51
    np.testing.assert_allclose(error.partial.x, np.cos(1e4 * error.partial.time), atol=1e-5)


def test_the_last_allowed_step_may_be_the_last() -> None:
    system = System("s", {"x": "-x"}, initial={"x": 1})
    n_steps = ms.simulate(system, duration=1).attrs["n_steps"]
    assert ms.simulate(system, duration=1, max_steps=n_steps).attrs["status"] == "completed"
    failure(system, Protocol([Phase(1)]), max_steps=n_steps - 1)


@pytest.mark.parametrize("method", METHODS)
def test_large_states_are_states(method: str) -> None:
    """Up to the largest double: not the square root of it."""
    growth = System("growth", {"x": "x"}, initial={"x": 1})
    times = [0, 100, 400, 500, 700]
    run = ms.simulate(growth, times=times, method=method, rtol=1e-6)
    np.testing.assert_array_equal(run.time, times)
    np.testing.assert_allclose(np.log(run.x[1:]), times[1:], rtol=1e-3)


def test_beyond_the_largest_double() -> None:
    error = failure(System("growth", {"x": "x"}, initial={"x": 1}), Protocol([Phase(800)]))
    assert error.time == pytest.approx(709.8, abs=1)
    assert "no longer finite" in str(error) or "not finite" in str(error)


def test_a_failure_travels_between_processes() -> None:
    error = failure(BLOW_UP, Protocol([Phase(2)]))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert (again.time, again.phase, again.state) == (error.time, error.phase, error.state)
    assert again.partial.identical(error.partial)


@pytest.mark.parametrize("method", METHODS)
def test_stiff_and_smooth(method: str) -> None:
    """Van der Pol's oscillator, first from rest to its cycle: all methods agree."""
    oscillator = System("vdp", {"x": "y", "y": "m*(1 - x**2)*y - x"}, {"m": 5},
                        initial={"x": 2})  # fmt: skip
    run = ms.simulate(oscillator, times=[5, 10], method=method, rtol=1e-9, atol=1e-11)
    reference = ms.simulate(oscillator, times=[5, 10], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(run.x, reference.x, atol=1e-5)
    assert run.attrs["method"] == method


def test_tolerances_are_used() -> None:
    circle = System("circle", {"x": "y", "y": "-x"}, initial={"x": 1})
    errors, steps = [], []
    for rtol in (1e-3, 1e-6, 1e-9):
        run = ms.simulate(circle, duration=20, rtol=rtol, atol=rtol, method="DOP853")
        errors.append(abs(float(run.x[-1]) - math.cos(20)))
        steps.append(run.attrs["n_steps"])
    assert errors[0] > 10 * errors[1] > 100 * errors[2]
    assert steps[0] < steps[1] < steps[2]


def test_counts() -> None:
    run = ms.simulate(BLOW_UP, duration=0.5, method="Radau")
    assert run.attrs["n_rhs"] > run.attrs["n_steps"] > 5
    assert run.attrs["n_jacobian"] >= 1
    assert ms.simulate(BLOW_UP, duration=0.5, method="RK45").attrs["n_jacobian"] == 0
