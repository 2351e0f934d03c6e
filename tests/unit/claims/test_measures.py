"""Measures on curves whose means, extremes and crossings are known in closed form."""

import math

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.claims._measures import (
    Curve,
    at_end,
    curve,
    first_fall,
    first_rise,
    highest,
    lowest,
    mean,
    n_rises,
    phase_times,
    window,
)


@pytest.fixture
def parabola() -> Curve:
    """t(1-t) on [0, 1], sampled densely at first and ever more sparsely."""
    times = np.linspace(0, 1, 2001) ** 2
    return Curve(times, times * (1 - times))


@pytest.fixture
def ramp() -> Curve:
    """Up from 0 to 2 in four minutes, then down to -1 in three; four samples in all."""
    return Curve(np.array([0.0, 1.0, 4.0, 7.0]), np.array([0.0, 0.5, 2.0, -1.0]))


def test_mean_weighs_by_time_not_by_samples(parabola: Curve) -> None:
    assert mean(parabola) == pytest.approx(1 / 6, abs=1e-6)  # trapezoid error of 2000 steps
    assert abs(float(parabola.values.mean()) - 1 / 6) > 0.01  # as many samples lie at the start


def test_mean_over_a_window_between_samples(ramp: Curve) -> None:
    assert mean(window(ramp, 0.5, 3.5)) == pytest.approx(1.0)


def test_window_interpolates_both_ends_and_keeps_what_is_between(ramp: Curve) -> None:
    part = window(ramp, 2.0, 5.0)
    np.testing.assert_allclose(part.times, [2, 4, 5])
    np.testing.assert_allclose(part.values, [1, 2, 1])


@pytest.mark.parametrize("ends", [(3.0, 2.0), (2.0, 2.0), (-1.0, 2.0), (6.0, 8.0)])
def test_window_outside_the_curve_is_refused(ramp: Curve, ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"the curve runs from 0 to 7"):
        window(ramp, *ends)


def test_extremes(parabola: Curve, ramp: Curve) -> None:
    assert highest(parabola) == pytest.approx(0.25, abs=1e-6)
    assert (highest(ramp), lowest(ramp)) == (2.0, -1.0)


def test_first_rise_and_fall_are_exact_on_straight_lines(ramp: Curve) -> None:
    assert first_rise(ramp, 1.3) == pytest.approx(2.6)
    assert first_fall(ramp, 1.3) == pytest.approx(4.7)
    assert first_rise(ramp, 0.0) == 0.0


def test_fall_is_looked_for_after_the_highest_value(ramp: Curve) -> None:
    assert first_fall(ramp, 0.2) == pytest.approx(5.8)  # not at the start, where it is below too


def test_what_never_happens_is_nan(ramp: Curve) -> None:
    assert math.isnan(first_rise(ramp, 2.1))
    assert math.isnan(first_fall(ramp, -1.1))


def test_rises_of_a_sine_are_counted() -> None:
    times = np.linspace(0, 10, 999)
    wave = Curve(times, np.sin(2 * np.pi * times - 0.1))
    assert n_rises(wave, 0.0) == 10
    assert n_rises(wave, 1.1) == 0


@pytest.fixture(scope="module")
def decay() -> xr.Dataset:
    """x' = input - x from 1: x = exp(-t) for two minutes, then toward 1 for three, twice over."""
    system = ms.System("decay", {"x": "drive - x"}, inputs={"drive": 0}, initial={"x": 1})
    phases = (ms.Phase(2, name="off"), ms.Phase(3, {"drive": 1}, name="on"))
    return ms.simulate(system, protocol=ms.Protocol(phases * 2))


def test_phases_are_found_by_name_and_number(decay: xr.Dataset) -> None:
    assert phase_times(decay, "on") == (2.0, 5.0)
    assert phase_times(decay, "on", 1) == phase_times(decay, "on", -1) == (7.0, 10.0)


@pytest.mark.parametrize(("name", "nth"), [("on", 2), ("on", -3), ("session", 0)])
def test_a_phase_that_is_not_there_is_named(decay: xr.Dataset, name: str, nth: int) -> None:
    with pytest.raises(ValueError, match=r"its phases are called \['off', 'on'\]"):
        phase_times(decay, name, nth)


def test_measures_of_a_run_agree_with_its_closed_form(decay: xr.Dataset) -> None:
    part = window(curve(decay, "x"), *phase_times(decay, "off"))
    # Straight lines between the some 80 steps an integrator takes for these two minutes.
    assert mean(part) == pytest.approx((1 - math.exp(-2)) / 2, abs=2e-3)
    assert first_fall(part, 0.5) == pytest.approx(math.log(2), abs=2e-3)
    one = 1 - (1 - math.exp(-2)) * math.exp(-3)
    assert at_end(decay, "x") == pytest.approx(1 - (1 - one * math.exp(-2)) * math.exp(-3))


def test_curve_and_end_of_one_person_of_two() -> None:
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    run = ms.simulate(dyad, duration=1)
    assert curve(run, "pathway", "client").values[0] == 0.1
    assert at_end(run, "pathway", "therapist") == pytest.approx(0.6, abs=1e-5)
