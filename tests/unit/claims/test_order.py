"""The order of events on signals whose half-way times are known."""

import math

import numpy as np
import pytest
import xarray as xr

from mirrorsys.claims._order import event_times, half_excursions

TIMES = np.linspace(0, 100, 10001)
ONSETS = {("sufferer", "threat"): 0.0, ("helper", "threat"): 2.0, ("helper", "soothing"): 5.0,
          ("sufferer", "soothing"): 9.0}  # fmt: skip
FALL = 50.0


def signals(size: float = 0.8, fall: float = FALL, lost: tuple[str, str] | None = None):
    """Rises 0.1 + size (1 - exp(-(t - onset))), the sufferer's threat falling to 0.1 at `fall`."""
    values = {
        key: 0.1 + size * (key != lost) * (1 - np.exp(-np.maximum(TIMES - onset, 0)))
        for key, onset in ONSETS.items()
    }
    threat = values["sufferer", "threat"]
    late = np.greater(TIMES, fall)
    threat[late] = 0.1 + (threat[late] - 0.1) * np.exp(-(TIMES[late] - fall))
    return xr.Dataset(
        {
            quantity: (
                ("time", "person"),
                np.stack([values[person, quantity] for person in ("sufferer", "helper")], axis=1),
            )
            for quantity in ("threat", "soothing")
        },
        {"time": TIMES, "person": ["sufferer", "helper"]},
    )


def levels_of(run: xr.Dataset):
    return half_excursions(run, "sufferer", "helper", 0.0, 100.0)


def test_times_of_half_the_excursion_are_those_of_the_closed_form() -> None:
    run = signals()
    times = event_times(run, levels_of(run), 0.0, 100.0)
    expected = np.array([0.0, 2.0, 5.0, 9.0, FALL]) + math.log(2)
    np.testing.assert_allclose(times, expected, atol=1e-4)  # linear between samples 0.01 apart


def test_times_are_counted_from_the_beginning_of_the_window() -> None:
    run = signals()
    levels = half_excursions(run, "sufferer", "helper", 1.0, 100.0)
    assert event_times(run, levels, 1.0, 100.0)[2] == pytest.approx(4 + math.log(2), abs=1e-4)


@pytest.mark.parametrize("lost", [key for key in ONSETS if key != ("sufferer", "threat")])
def test_an_event_that_does_not_come_is_nan_in_the_cut_run_alone(lost: tuple[str, str]) -> None:
    times = event_times(signals(lost=lost), levels_of(signals()), 0.0, 100.0)
    events = [*ONSETS, ("sufferer", "fall")]
    assert [math.isnan(each) for each in times] == [key == lost for key in events]


def test_a_threat_that_does_not_fall_far_enough_has_not_fallen() -> None:
    run = signals(fall=99.9)
    assert math.isnan(event_times(run, levels_of(signals()), 0.0, 100.0)[-1])


def test_excursions_too_small_to_be_events_do_not_count() -> None:
    run = signals(size=0.04)
    assert all(math.isnan(time) for time in event_times(run, levels_of(run), 0.0, 100.0))
