"""Events: found where they are, in the direction asked for."""

import math
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Event, Phase, Protocol, Recording, System
from mirrorsys._expressions import ExpressionError
from mirrorsys.models import client, dyad, therapist

CIRCLE = System("circle", {"x": "y", "y": "-x"}, {"w": 1}, {"u": 0}, initial={"x": 0, "y": 1})
METHODS = ["LSODA", "Radau", "BDF", "DOP853", "RK45"]


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")


def times_of(run: Any, name: str) -> Any:
    return run.event_time.values[run.event_name.values == name]


@pytest.mark.parametrize("method", METHODS)
def test_events_are_located_and_directed(method: str) -> None:
    run = ms.simulate(
        CIRCLE, duration=20, method=method, rtol=1e-9, atol=1e-11,
        events={
            "up": Event("x", 0.5, "rising"), "down": Event("x", 0.5, "falling"),
            "both": Event("x", 0.5),
        },
    )  # fmt: skip
    turns = 2 * math.pi * np.arange(4)
    up, down = turns + math.pi / 6, turns + 5 * math.pi / 6
    up, down = up[up < 20], down[down < 20]
    # 20 time units at rtol 1e-9, and the interpolation between steps is no better
    np.testing.assert_allclose(times_of(run, "up"), up, atol=2e-6)
    np.testing.assert_allclose(times_of(run, "down"), down, atol=2e-6)
    np.testing.assert_allclose(times_of(run, "both"), np.sort([*up, *down]), atol=2e-6)
    np.testing.assert_allclose(run.x_at_event, 0.5, atol=1e-9)
    np.testing.assert_allclose(
        np.abs(run.y_at_event), math.sqrt(0.75) * np.ones(len(run.event)), atol=1e-6
    )
    assert (np.diff(run.event_time) >= 0).all()


@pytest.mark.parametrize(
    ("condition", "quantity", "level", "direction"),
    [
        ("x < 0.1", "x", 0.1, "falling"),
        ("x <= 0.1", "x", 0.1, "falling"),
        ("x > 0.1", "x", 0.1, "rising"),
        ("x >= -2", "x", -2, "rising"),
        ("x < y", "x - y", 0, "falling"),
        ("x**2 + y > 1/3", "x**2 + y", 1 / 3, "rising"),
        ("max(x, y) > 0.5", "max(x, y)", 0.5, "rising"),
    ],
)
def test_a_condition_is_an_event(
    condition: str, quantity: str, level: float, direction: str
) -> None:
    event = Event.when(condition)
    assert event == Event(quantity, level, direction)  # type: ignore[arg-type]
    assert not event.terminal
    assert Event.when(condition, terminal=True).terminal


def test_a_condition_with_the_number_on_the_left() -> None:
    for one, other in (("0.1 > x", "x < 0.1"), ("0.1 < x", "x > 0.1")):
        runs = [ms.simulate(CIRCLE, duration=10, events={"e": each}) for each in (one, other)]
        np.testing.assert_allclose(*(times_of(run, "e") for run in runs), atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x +",), "cannot read the end"),
        (("foo(x)",), "'foo' is not a function"),
        (("x", math.nan), "`level` of an event is nan; give one finite number"),
        (("x", math.inf), "`level` of an event is inf"),
        (("x", "high"), "`level` of an event is 'high'"),
        (("x", None), "`level` of an event is None"),
        (("x", 0, "up"), r"`direction` of an event is 'up'; give one of \['rising', 'falling'"),
        (("x", 0, None), "`direction` of an event is None"),
    ],
)
def test_a_bad_event_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Event(*arguments)


@pytest.mark.parametrize("condition", ["x", "1 < 2", "2*(x < 1)", "x == 1", "", None, 3])
def test_what_is_no_condition(condition: Any) -> None:
    with pytest.raises(ExpressionError):
        Event.when(condition)


def test_a_terminal_event_ends_the_run_there() -> None:
    for times in (None, [0, 0.25, 3], [3], [0, 9]):
        run = ms.simulate(
            CIRCLE, duration=9, times=times,
            events={"top": Event("y", 0, terminal=True), "half": Event("x", 0.5)},
        )  # fmt: skip
        assert float(run.time[-1]) == pytest.approx(math.pi / 2, abs=1e-7)
        assert float(run.x[-1]) == pytest.approx(1, abs=1e-7)
        assert run.attrs["status"] == "stopped by event 'top'"
        assert run.event_name.values.tolist() == ["half", "top"]
        assert run.phase_end.values[-1] == run.time.values[-1]
        if times is not None:
            kept = [t for t in times if t < math.pi / 2]
            assert run.time.values[:-1].tolist() == kept


def test_a_terminal_event_ends_later_phases_too() -> None:
    protocol = Protocol([Phase(1, name="one"), Phase(1, name="two"), Phase(1, name="three")])
    run = ms.simulate(CIRCLE, protocol=protocol, events={"e": Event.when("y < 0", terminal=True)})
    assert run.phase_name.values.tolist() == ["one", "two"]
    assert float(run.time[-1]) == pytest.approx(math.pi / 2, abs=1e-7)


def test_of_two_events_in_one_step_the_first_one_counts() -> None:
    run = ms.simulate(
        CIRCLE, duration=3,
        events={
            "late": Event("x", 0.5000001, terminal=True), "early": Event("x", 0.5, terminal=True),
        },
    )  # fmt: skip
    assert run.event_name.values.tolist() == ["early"]


def test_a_start_at_the_level_is_no_crossing() -> None:
    run = ms.simulate(CIRCLE, duration=3, events={"e": Event("x", 0)})
    assert run.sizes["event"] == 0
    run = ms.simulate(CIRCLE, duration=4, events={"e": Event("x", 0)})
    assert times_of(run, "e") == pytest.approx([math.pi], abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_a_level_beside_the_end_of_a_step_is_found_there(method: str) -> None:
    """The curve between two steps need not pass through their ends to the last digit."""
    run = ms.simulate(CIRCLE, duration=1.5, method=method)
    begins = [(t, x) for t, x in zip(run.time.values, run.x.values, strict=True) if 0.2 < t < 1.2]
    for time, level in begins:
        for beside in (level, np.nextafter(level, 1), np.nextafter(level, 0), level + 1e-15):
            found = ms.simulate(
                CIRCLE, duration=1.5, method=method, events={"e": Event("x", float(beside))}
            )
            assert times_of(found, "e") == pytest.approx([time], abs=1e-6)


def test_events_that_do_not_happen_leave_columns_of_the_same_kind() -> None:
    run = ms.simulate(CIRCLE, duration=1, events={"e": "x > 5"})
    assert run.sizes["event"] == 0
    assert run.event_name.dtype.kind == "U"
    assert run.event_time.dtype == run.x_at_event.dtype == float


def test_a_jump_at_an_edge_is_no_crossing() -> None:
    protocol = Protocol(
        [Phase(0.1), Phase(0.1, {"u": 1}, reset={"x": 5}), Phase(0.1, reset={"x": 0})]
    )
    run = ms.simulate(CIRCLE, protocol=protocol, events={"u": Event("u", 0.5), "x": Event("x", 3)})
    assert run.sizes["event"] == 0


def test_an_event_of_a_recorded_input() -> None:
    ramp = Recording((0, 10), (0, 1))
    run = ms.simulate(CIRCLE, protocol=Phase(10, {"u": ramp}), events={"e": "u > 0.25"})
    assert times_of(run, "e") == pytest.approx([2.5], abs=1e-9)


def test_events_of_expressions_with_parameters_and_full_names() -> None:
    pair = dyad(client(), therapist())
    run = ms.simulate(
        pair, protocol=ms.protocols.session(),
        events={
            "calm": "client.threat < 0.1",
            "closer": "client.threat < 2*therapist.threat",
            "scaled": Event("client.mu*client.threat", 1.27 * 0.1, "falling"),
        },
    )  # fmt: skip
    calm, scaled = times_of(run, "calm"), times_of(run, "scaled")
    assert len(calm) >= 1
    np.testing.assert_allclose(calm, scaled, atol=1e-9)
    at_calm = run.threat_at_event.values[run.event_name.values == "calm"]
    assert at_calm[:, 0] == pytest.approx(0.1, abs=1e-9)
    with pytest.raises(ValueError, match=r"event 'e' uses \['threat'\]"):
        ms.simulate(pair, duration=1, events={"e": "threat < 0.1"})
