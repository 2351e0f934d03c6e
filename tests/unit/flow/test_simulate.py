"""simulate: what it takes, what it refuses, what it gives back."""

import math
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Input, Parameter, Phase, Protocol, Recording, System
from mirrorsys.models import client, dyad, therapist

DECAY = System(
    "decay", {"x": "u - k*x"}, [Parameter("k", 0.5, range=(0, 5))],
    [Input("u", 0, range=(-10, 10))], box={"x": (-100, 100)}, initial={"x": 1},
)  # fmt: skip
TWO = Protocol([Phase(2, name="first"), Phase(3, {"u": 1}, name="second")], name="two")


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")  # no time is lost with compiling


# ---- bad input ---------------------------------------------------------------------------

BAD_CALLS: list[tuple[type[Exception], dict[str, Any], str]] = [
    (ValueError, {}, "neither `protocol` nor `duration` is given; give one of them"),
    (ValueError, {"duration": 1, "protocol": TWO}, r"both `protocol` and `duration` \(1\) are"),
    (ValueError, {"duration": 0}, "`duration` ends the run at 0; give a finite time of more"),
    (ValueError, {"duration": -5}, "`duration` ends the run at -5"),
    (ValueError, {"duration": math.nan}, "`duration` ends the run at nan"),
    (ValueError, {"duration": math.inf}, "`duration` ends the run at inf"),
    (ValueError, {"duration": "5 min"}, "`duration` ends the run at '5 min'"),
    (ValueError, {"duration": [1, 2]}, r"`duration` ends the run at \[1, 2\]"),
    (TypeError, {"protocol": 5}, "`protocol` is 5; give a Protocol or a Phase"),
    (TypeError, {"protocol": [Phase(1)]}, "`protocol` is .*; give a Protocol or a Phase"),
    (ValueError, {"times": []}, r"`times` has shape \(0,\); give one axis"),
    (ValueError, {"times": 5.0}, r"`times` has shape \(\); give one axis"),
    (ValueError, {"times": [[1, 2]]}, r"`times` has shape \(1, 2\); give one axis"),
    (ValueError, {"times": "abc"}, "`times` is 'abc'; give one axis of numbers"),
    (ValueError, {"times": [1, "b"]}, r"`times` is \[1, 'b'\]; give one axis of numbers"),
    (ValueError, {"times": [[1], [2, 3]]}, r"`times` is \[\[1\], \[2, 3\]\]"),
    (ValueError, {"times": [1, math.nan]}, r"`times` holds nan \(number 2\); leave it out"),
    (ValueError, {"times": [0, 1, math.inf]}, r"`times` holds inf \(number 3\)"),
    (ValueError, {"times": [0, 2, 1]}, "`times` goes from 2 to 1; give strictly increasing"),
    (ValueError, {"times": [0, 1, 1]}, "`times` goes from 1 to 1"),
    (ValueError, {"times": [-1, 1]}, "`times` runs from -1 to 1, but the run from 0 to 1"),
    (ValueError, {"times": [0]}, "`times` ends the run at 0.0"),
    (ValueError, {"times": [0, 6], "protocol": TWO}, "`times` runs from 0 to 6, but .* 0 to 5"),
    (ValueError, {"times": [0, 6], "duration": 5}, "`times` runs from 0 to 6, but .* 0 to 5"),
    (ValueError, {"duration": 1, "initial": {"y": 1}}, "has no state called 'y'; did you mean"),
    (ValueError, {"duration": 1, "initial": {"x": 200}}, r"'x' is 200, outside its range \[-100"),
    (ValueError, {"duration": 1, "initial": {"x": math.nan}}, "state 'x' is nan"),
    (TypeError, {"duration": 1, "initial": [1]}, r"`initial` is \[1\]"),
    (ValueError, {"duration": 1, "params": {"q": 1}}, "no parameter or input called 'q'"),
    (ValueError, {"duration": 1, "params": {"k": 9}}, r"'k' is 9, outside its range \[0, 5\]"),
    (ValueError, {"duration": 1, "params": {"u": 11}}, r"'u' is 11, outside its range \[-10, 10\]"),
    (TypeError, {"duration": 1, "params": 3}, "`params` is 3"),
    (ValueError, {"duration": 1, "engine": "fast"}, "`engine` is 'fast'; give one of"),
    (ValueError, {"duration": 1, "method": "Euler"}, "`method` is 'Euler'; the engine 'scipy'"),
    (ValueError, {"duration": 1, "method": ["LSODA"]}, r"`method` is \['LSODA'\]"),
    (ValueError, {"duration": 1, "rtol": 0}, "`rtol` is 0; give a small positive number"),
    (ValueError, {"duration": 1, "rtol": "tight"}, "`rtol` is 'tight'"),
    (ValueError, {"duration": 1, "atol": -1e-9}, "`atol` is -1e-09"),
    (ValueError, {"duration": 1, "atol": math.nan}, "`atol` is nan"),
    (ValueError, {"duration": 1, "max_steps": 0}, "`max_steps` is 0; give a whole number from 1"),
    (ValueError, {"duration": 1, "max_steps": 1.5}, "`max_steps` is 1.5"),
    (ValueError, {"duration": 1, "max_steps": None}, "`max_steps` is None"),
    (ValueError, {"duration": 1, "max_steps": math.inf}, "`max_steps` is inf"),
    (ValueError, {"duration": 1, "max_steps": "many"}, "`max_steps` is 'many'"),
    (TypeError, {"duration": 1, "events": "x < 0"}, "`events` is 'x < 0'; give a mapping"),
    (ValueError, {"duration": 1, "events": {"e": "y < 0"}}, r"event 'e' uses \['y'\], .* \['x'\]"),
    (ValueError, {"duration": 1, "events": {"e": "x"}}, "an event is 'x'; write a comparison"),
    (ValueError, {"duration": 1, "events": {"e": 3}}, "an event is 3; write a comparison"),
    (ValueError, {"duration": 1, "events": {"e": "x < "}}, "cannot read the end"),
    (ValueError, {"protocol": Phase(1, {"v": 1}, name="p")}, "phase 'p' does not fit: .* 'v'"),
    (ValueError, {"protocol": Phase(1, {"k": 1}, name="p")}, "phase 'p' does not fit: .* 'k'"),
    (ValueError, {"protocol": Phase(1, {"u": 11})}, "does not fit: input 'u' is 11, outside"),
    (ValueError, {"protocol": Phase(1, {"u": Recording((0, 1), (0, 11))})}, "'u' is 11, outside"),
    (ValueError, {"protocol": Phase(2, {"u": Recording((0, 1, 2), (0, 11, 0))})}, "'u' is 11, out"),
    (ValueError, {"protocol": Phase(2, {"u": Recording((0, 1, 2), (0, -11, 0))})}, "'u' is -11, "),
    (ValueError, {"protocol": Phase(1, reset={"y": 1})}, "does not fit: .* no state called 'y'"),
    (ValueError, {"protocol": Phase(1, reset={"x": 200})}, "does not fit: state 'x' is 200, outs"),
    (ValueError, {"protocol": TWO + Protocol([Phase(1, reset={"x": "2*q"})])},
     r"phase 'phase' does not fit: reset of 'x' uses \['q'\]; use `initial` and states"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(
    error: type[Exception], arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(error, match=words):
        ms.simulate(DECAY, **arguments)


# ---- times -------------------------------------------------------------------------------


def exact(t: Any) -> Any:
    """Return x of `DECAY` through the protocol `TWO`."""
    t = np.asarray(t)
    at_edge = math.exp(-0.5 * 2)
    return np.where(t < 2, np.exp(-0.5 * t), 2 + (at_edge - 2) * np.exp(-0.5 * (t - 2)))


def test_requested_times_are_the_times_of_the_result() -> None:
    times = [0, 0.1, 0.3, 1.7, 2, 2.3, 4.9, 5]
    run = ms.simulate(DECAY, protocol=TWO, times=times)
    assert run.time.values.tolist() == times
    np.testing.assert_allclose(run.x, exact(times), atol=1e-7)


@pytest.mark.parametrize(
    "times", [[5], [2], [1], [0, 5], [1.9999999, 2, 2.0000001], np.linspace(0, 5, 101)]
)
def test_any_requested_times(times: Any) -> None:
    run = ms.simulate(DECAY, protocol=TWO, times=times)
    np.testing.assert_array_equal(run.time, times)
    np.testing.assert_allclose(run.x, exact(times), atol=1e-7)


def test_no_requested_time_is_lost_to_rounding() -> None:
    """The end of a phase, counted from its beginning, may lie a rounding error beyond it."""
    for durations in ([0.1, 0.2], [0.7, 0.1, 0.1], [1e6, 0.1], [1 / 3] * 7, [0.1] * 10):
        protocol = Protocol(tuple(Phase(each) for each in durations))
        edges = np.array(protocol.edges)
        inside = np.sort(np.concatenate([edges, edges[:-1] + np.diff(edges) / 2]))
        late = np.nextafter(edges[1:], 0)
        times = np.unique(np.concatenate([inside, late]))
        run = ms.simulate(DECAY, protocol=protocol, times=times)
        np.testing.assert_array_equal(run.time, times)
        np.testing.assert_allclose(run.x, np.exp(-0.5 * times), atol=1e-7)


def test_requested_times_are_kept_to_the_last_digit() -> None:
    """3.85 - 0.7 + 0.7 is another number."""
    protocol = Protocol((Phase(0.7), Phase(4.3)))
    times = np.round(np.linspace(0, 4.99, 500), 2)
    assert (0.7 + (times - 0.7) != times).any()
    run = ms.simulate(DECAY, protocol=protocol, times=times)
    np.testing.assert_array_equal(run.time, times)


def test_times_alone_say_how_long() -> None:
    run = ms.simulate(DECAY, times=[0, 1, 3])
    assert run.time.values.tolist() == [0, 1, 3]
    assert float(run.phase_end[-1]) == 3


def test_a_time_just_beyond_the_end_is_the_end() -> None:
    run = ms.simulate(DECAY, duration=5, times=[0, 5 + 1e-12])
    np.testing.assert_allclose(run.x[-1], math.exp(-2.5), atol=1e-8)


def test_automatic_times_hold_all_edges_and_increase() -> None:
    run = ms.simulate(DECAY, protocol=TWO)
    assert {0, 2, 5} <= set(run.time.values)
    assert (np.diff(run.time) > 0).all()
    np.testing.assert_allclose(run.x, exact(run.time), atol=1e-7)


def test_requested_values_are_those_of_a_denser_run() -> None:
    pair, session = dyad(client(), therapist()), ms.protocols.session()
    few = ms.simulate(pair, protocol=session, times=[1, 10, 33])
    many = ms.simulate(pair, protocol=session, times=np.arange(51.0)).sel(time=[1, 10, 33])
    for name in few.data_vars:
        if "time" in few[name].dims:
            np.testing.assert_array_equal(few[name], many[name])


# ---- edges -------------------------------------------------------------------------------


def test_at_an_edge_the_value_is_that_of_the_phase_that_begins() -> None:
    jump = Protocol([Phase(1, {"u": 1}), Phase(1, {"u": 2}, reset={"x": 5})])
    for times in (None, [0, 0.5, 1, 2]):
        run = ms.simulate(DECAY, protocol=jump, times=times)
        at_edge = run.sel(time=1)
        assert (float(at_edge.u), float(at_edge.x)) == (2, 5)
        assert float(run.u[-1]) == 2
        assert (run.sel(time=slice(0, 0.99)).u == 1).all()
        before = float(run.x_at_end[0])
        assert before == pytest.approx(2 + (1 - 2) * math.exp(-0.5), abs=1e-7)


@pytest.mark.parametrize("method", ["LSODA", "Radau", "BDF", "DOP853", "RK45"])
def test_a_short_pulse_is_not_stepped_over(method: str) -> None:
    slow = System("slow", {"x": "u - x/1000"}, inputs={"u": 0})
    pulse = Protocol([Phase(5000), Phase(1, {"u": 1}, name="pulse"), Phase(4999)])
    run = ms.simulate(slow, protocol=pulse, method=method)
    after = 1000 * (1 - math.exp(-1 / 1000))
    assert float(run.x_at_end[1]) == pytest.approx(after, rel=1e-6)
    assert float(run.x[-1]) == pytest.approx(after * math.exp(-4.999), rel=1e-6)


def test_a_person_feels_a_minute_in_a_week() -> None:
    def week(stressor: float) -> Any:
        phases = [Phase(5000), Phase(1, {"stressor": stressor}), Phase(4999)]
        return ms.simulate(ms.models.person(), protocol=Protocol(tuple(phases)))

    assert float(week(0).threat.max()) < 1e-9
    assert float(week(5).threat.max()) > 0.5


# ---- resets ------------------------------------------------------------------------------

PAIR = System(
    "pair", {"a.x": "-a.x", "a.y": "0", "b.x": "1", "b.y": "0"},
    initial={"a.x": 1, "a.y": 2, "b.x": 3, "b.y": 4},
)  # fmt: skip


def reset_to(**reset: Any) -> dict[str, float]:
    names = {key.replace("__", "."): value for key, value in reset.items()}
    protocol = Protocol([Phase(1), Phase(1, reset=names)])
    run = ms.simulate(PAIR, protocol=protocol, times=[1])
    return {
        f"{person}.{state}": float(run[state].sel(person=person)[0])
        for person in "ab"
        for state in "xy"
    }


def test_resets_to_numbers_and_expressions() -> None:
    e = math.exp(-1)
    before = {"a.x": e, "a.y": 2, "b.x": 4, "b.y": 4}
    assert reset_to() == pytest.approx(before)
    assert reset_to(a__x=7) == pytest.approx({**before, "a.x": 7})
    assert reset_to(x=7) == pytest.approx({**before, "a.x": 7, "b.x": 7})
    assert reset_to(a__x="10*x + y") == pytest.approx({**before, "a.x": 10 * e + 2})
    assert reset_to(x="y") == pytest.approx({**before, "a.x": 2, "b.x": 4})  # of the same person
    assert reset_to(a__x="b.x") == pytest.approx({**before, "a.x": 4})
    assert reset_to(x="initial") == pytest.approx({**before, "a.x": 1, "b.x": 3})
    assert reset_to(a__y="exp(a.x) + 1/3") == pytest.approx({**before, "a.y": math.exp(e) + 1 / 3})


def test_resets_use_the_states_just_before() -> None:
    """All at once: one reset does not see what another has done."""
    swapped = reset_to(a__x="a.y", a__y="a.x")
    assert (swapped["a.x"], swapped["a.y"]) == pytest.approx((2, math.exp(-1)))


def test_resets_by_bare_names_use_the_states_just_before_too() -> None:
    swapped = {"a.x": 2, "a.y": math.exp(-1), "b.x": 4, "b.y": 4}
    assert reset_to(x="y", y="x") == pytest.approx(swapped)


def test_in_a_reset_a_full_name_wins_over_a_bare_one() -> None:
    mixed = System("mixed", {"a.x": "0", "a.w": "0", "w": "0"}, initial={"a.w": 1, "w": 2})
    run = ms.simulate(mixed, protocol=Phase(1, reset={"a.x": "w"}))
    assert float(run.x.sel(person="a")[0]) == 2


def test_a_reset_of_the_first_phase_sees_the_initial_state() -> None:
    run = ms.simulate(DECAY, protocol=Phase(1, reset={"x": "x/2 + initial"}), initial={"x": 4})
    assert float(run.x[0]) == 6


def test_a_reset_does_not_stumble_over_a_rounding_error() -> None:
    """What has decayed to nothing may end a little below: the integrator's error."""
    person = ms.models.client()
    life = Protocol(
        [Phase(1000), Phase(10, reset={"fatigue": "0.1*fatigue", "soothing": "soothing"})]
    )
    run = ms.simulate(person, protocol=life, initial={"threat": 0.05, "fatigue": 0.9})
    assert float(run.fatigue_at_end[0]) < 1e-9
    assert 0 <= float(run.sel(time=1000).fatigue) < 1e-9


@pytest.mark.parametrize("reset", ["200", "x + 1000", "log(x - 2)"])
def test_a_reset_that_leads_out_of_the_box_loses_nothing(reset: str) -> None:
    protocol = TWO + Protocol([Phase(1, name="third", reset={"x": reset})])
    with pytest.raises(ms.IntegrationError, match=r"state 'x' is .*") as caught:
        ms.simulate(DECAY, protocol=protocol)
    assert caught.value.time == 5
    assert caught.value.phase == "third"
    np.testing.assert_allclose(caught.value.partial.x, exact(caught.value.partial.time), atol=1e-7)
    assert caught.value.state["x"] == pytest.approx(float(exact(5)))


# ---- one run after another ---------------------------------------------------------------


def test_a_run_can_start_where_another_ended() -> None:
    """Even if what has decayed ended a rounding error outside of the box."""
    person, long = ms.models.client(), 2000
    first = ms.simulate(person, duration=long, initial={"threat": 0.05})
    end = {name: first[name][-1] for name in person.state_names}
    assert min(float(each) for each in end.values()) < 0  # what this test is about
    second = ms.simulate(person, duration=10, initial=end)
    assert float(second.threat[0]) == max(float(end["threat"]), 0)


def test_progress_is_not_shown_where_nobody_looks(capfd: pytest.CaptureFixture[str]) -> None:
    ms.simulate(DECAY, protocol=TWO * 50)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
