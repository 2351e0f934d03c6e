"""Steps with noise in NumPy: their length, their reflection, and what they cross."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys import Event, Noise, Phase, Protocol, System, outputs
from mirrorsys.flow._noise import _inside, equal_steps
from mirrorsys.kernels._random import normals

# What stands still under noise: y is the time, exactly, as steps are powers of two.
CLOCK = System("clock", {"x": "-x", "y": "c"}, {"c": 1.0}, diffusion={"x": 0.1}, initial={"y": 0})


def clock(events: Any = None, step: float = 0.25, **arguments: Any) -> Any:
    own = {"duration": None if "protocol" in arguments else 1.0, **arguments}
    return ms.simulate(CLOCK, events=events, noise=Noise(step), seed=1, engine="scipy", **own)


# ---- the length of a step ----------------------------------------------------------------------


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_steps_are_equal_the_fewest_and_no_longer_than_asked(duration: float, step: float) -> None:
    found = equal_steps(duration, step)
    n = round(duration / found)
    assert n >= 1
    assert n * found == pytest.approx(duration, rel=1e-12)
    assert found <= step * (1 + 1e-11)
    assert n == 1 or duration / (n - 1) > step


@pytest.mark.parametrize("n", [1, 2, 3, 7, 10, 49, 1000, 10**6])
def test_a_step_that_divides_the_duration_is_kept_whatever_rounding_says(n: int) -> None:
    for step in (0.1, 1 / 3, 0.7, 1e-7):
        assert round(n * step / equal_steps(n * step, step)) == n


def test_a_step_beyond_counting_is_left_to_the_limit_of_steps() -> None:
    assert equal_steps(1.0, 5e-324) == 1e-18
    with pytest.raises(ms.IntegrationError, match="more than `max_steps` = 9 steps"):
        clock(step=5e-324, max_steps=9)


@pytest.mark.parametrize("max_steps", [4, 5])
def test_as_many_steps_as_are_allowed_may_be_taken(max_steps: int) -> None:
    assert clock(max_steps=max_steps).attrs["n_steps"] == 4
    with pytest.raises(ms.IntegrationError, match="more than `max_steps` = 3 steps"):
        clock(max_steps=3)


# ---- what a step does ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_a_step_is_that_of_the_textbook(method: str) -> None:
    """x + a x h + b x dW + b**2 x (dW**2 - h) / 2, the last for Milstein only."""
    system = System("gbm", {"x": "a*x"}, {"a": 0.3, "b": 0.8}, diffusion={"x": "b*x"},
                    initial={"x": 1})  # fmt: skip
    run = ms.simulate(system, duration=2, noise=Noise(0.5, method), seed=6, engine="scipy")
    change = math.sqrt(0.5) * normals(6, 0, np.arange(4), 1)[0]
    factor = 1 + 0.3 * 0.5 + 0.8 * change
    if method == "milstein":
        factor = factor + 0.8**2 / 2 * (change**2 - 0.5)
    np.testing.assert_allclose(run.x, np.cumprod([1, *factor]), rtol=1e-13)


def test_random_numbers_go_on_from_phase_to_phase() -> None:
    whole = clock()
    parts = clock(protocol=Protocol([Phase(0.25), Phase(0.75)]))
    np.testing.assert_allclose(parts.x, whole.x, atol=1e-15)


def test_states_between_steps_lie_on_their_chords() -> None:
    steps, times = clock(), [0, 0.125, 0.25, 0.4, 0.999, 1]
    run = clock(times=times)
    np.testing.assert_allclose(run.x, np.interp(times, steps.time, steps.x), atol=1e-15)
    np.testing.assert_allclose(run.y, times, atol=1e-15)
    alone = clock(times=[0.4])
    assert alone.x.values.tolist() == [run.x.values[3]]


@given(st.floats(-3, 3), st.floats(0.5, 2), st.floats(0, 1))
def test_a_step_beyond_an_end_comes_back_as_far_as_it_went(
    low: float, length: float, share: float
) -> None:
    high, way = low + length, share * length
    start = np.array([low - way, high + way, low + way, low - length - way, high + length + way])
    bounds = np.full(5, low), np.full(5, high)
    np.testing.assert_allclose(
        _inside(start, *bounds), [low + way, high - way, low + way, high, low], atol=1e-14
    )


def test_the_ends_of_a_range_are_inside_it() -> None:
    ends = np.array([-0.25, 0.5])
    np.testing.assert_array_equal(_inside(ends, np.full(2, -0.25), np.full(2, 0.5)), ends)


# ---- what it crosses --------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.1, 0.5, 0.6, 1.0])  # within a step, and at the end of one
def test_a_fall_through_a_level_is_found_once(level: float) -> None:
    run = clock({"e": Event("-y", -level), "f": Event("-y", -level, "falling"),
                 "r": Event("-y", -level, "rising")})  # fmt: skip
    assert run.event_name.values.tolist() == ["e", "f"]
    assert run.event_time.values.tolist() == pytest.approx([level] * 2, abs=1e-15)
    np.testing.assert_allclose(run.y_at_event, level, atol=1e-15)


@pytest.mark.parametrize("level", [0.1, 0.25, 0.5, 0.6, 0.75])
def test_a_rise_through_a_level_is_found_once(level: float) -> None:
    run = clock({"e": Event("y", level), "r": Event("y", level, "rising"),
                 "f": Event("y", level, "falling")})  # fmt: skip
    assert run.event_name.values.tolist() == ["e", "r"]
    assert run.event_time.values.tolist() == pytest.approx([level] * 2, abs=1e-15)


@pytest.mark.parametrize("quantity", ["y", "-y", "y - y", "x - x"])
def test_to_start_at_a_level_or_to_stay_there_is_no_crossing(quantity: str) -> None:
    assert clock({"e": Event(quantity, 0)}).sizes["event"] == 0


def test_to_leave_a_level_again_is_a_crossing_like_any_other() -> None:
    """From the level at the start up, and down through it: the way down is one."""
    protocol = Protocol([Phase(0.5), Phase(1.25, reset={"y": 0})])
    hill = Event("y*(1 - y)", 0)
    run = clock({"e": hill}, protocol=protocol)
    assert run.event_time.values.tolist() == pytest.approx([1.5])


def test_of_crossings_in_one_step_the_first_terminal_one_ends_the_run() -> None:
    run = clock({"late": Event("y", 0.7, terminal=True), "early": Event("y", 0.6),
                 "last": Event("y", 0.74)})  # fmt: skip
    assert run.event_name.values.tolist() == ["early", "late"]
    assert run.event_time.values.tolist() == pytest.approx([0.6, 0.7])
    assert run.time.values.tolist() == pytest.approx([0, 0.25, 0.5, 0.7])
    assert float(run.y[-1]) == pytest.approx(0.7)
    asked = clock({"late": Event("y", 0.7, terminal=True)}, times=[0.6, 0.69, 0.71, 0.75, 0.9])
    assert asked.time.values.tolist() == pytest.approx([0.6, 0.69, 0.7])


@pytest.mark.parametrize("level", [0.1, 0.5, 0.6, 0.75])
def test_outputs_see_a_level_at_the_end_of_a_step(level: float) -> None:
    wanted = {
        "above": outputs.time_above(f"y > {level}"), "below": outputs.time_above(f"y < {level}"),
        "first": outputs.first_time(f"y > {level}"),
    }  # fmt: skip
    run = ms.ensemble(CLOCK, 2, duration=1, noise=Noise(0.25), seed=1, engine="scipy",
                      outputs=wanted)  # fmt: skip
    np.testing.assert_allclose(run.above, 1 - level, atol=1e-15)
    np.testing.assert_allclose(run.below, level, atol=1e-15)
    np.testing.assert_allclose(run["first"], level, atol=1e-15)
