"""The compiled engine: SciPy's interface, results and messages."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import IntegrationError, Phase, Protocol, Recording, System

METHODS = ["switching", "DOP853", "Rodas5P"]
BLOW_UP = System("blow-up", {"x": "x**2"}, initial={"x": 1}, time_unit="h")  # x = 1/(1 - t)
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
STIFF = System("stiff", {"x": "-k*(x - cos(t))", "t": "1"}, {"k": 1e4}, initial={"x": 1})


def failure(system: System, protocol: Protocol, **arguments: object) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        ms.simulate(system, protocol=protocol, engine="compiled", **arguments)  # type: ignore[arg-type]
    return caught.value


# ---- agreement -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "protocol",
    [
        ms.protocols.session(),
        ms.protocols.weekly_sessions(2),
        ms.protocols.caseload(1, days_a_week=1),
    ],
    ids=lambda protocol: protocol.name,
)
def test_a_dyad_as_by_scipy(protocol: Protocol) -> None:
    ours = ms.simulate(DYAD, protocol=protocol, engine="compiled", rtol=1e-10, atol=1e-12)
    theirs = ms.simulate(DYAD, protocol=protocol, rtol=1e-12, atol=1e-14)
    for name in ("threat", "soothing", "fatigue", "pathway", "signal"):
        # An error of 1e-10 a step grows while threat rises by itself.
        np.testing.assert_allclose(ours[f"{name}_at_end"], theirs[f"{name}_at_end"], atol=2e-8)
    assert set(ours.variables) == set(theirs.variables)
    assert ours.time[-1] == theirs.time[-1]
    np.testing.assert_array_equal(ours.phase_end, theirs.phase_end)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_follows_the_exponential(method: str) -> None:
    decay = System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
    times = np.linspace(0, 10, 41)
    run = ms.simulate(
        decay, times=times, engine="compiled", method=method, rtol=1e-10, atol=1e-14
    )  # fmt: skip
    np.testing.assert_array_equal(run.time, times)
    # Between steps the curve of Rodas5P is one order less exact than its steps.
    np.testing.assert_allclose(run.x, np.exp(-0.5 * times), rtol=1e-6, atol=1e-9)
    assert run.attrs["method"] == method


@pytest.mark.parametrize(("method", "order"), [("DOP853", 8), ("Rodas5P", 5)])
def test_errors_shrink_with_the_tolerance(method: str, order: int) -> None:
    circle = System("circle", {"x": "y", "y": "-x"}, initial={"x": 1})
    errors, steps = [], []
    for rtol in (1e-4, 1e-7, 1e-10):
        run = ms.simulate(circle, duration=20, rtol=rtol, atol=rtol, engine="compiled",
                          method=method)  # fmt: skip
        errors.append(abs(float(run.x[-1]) - np.cos(20)))
        steps.append(run.attrs["n_steps"])
    assert errors[0] > 20 * errors[1] > 400 * errors[2]
    assert errors[2] < 1e-7
    observed = np.log(errors[0] / errors[2]) / np.log(steps[2] / steps[0])
    assert observed > order - 1.5


def test_stiff_phases_are_found_and_told() -> None:
    run = ms.simulate(STIFF, duration=20, engine="compiled")
    assert float(run.x[-1]) == pytest.approx(np.cos(20), abs=2e-4)
    assert run.attrs["n_stiff_phases"] == 1
    assert run.attrs["n_jacobian"] > 10
    explicit = ms.simulate(STIFF, duration=20, engine="compiled", method="DOP853")
    assert explicit.attrs["n_steps"] > 20 * run.attrs["n_steps"]
    assert explicit.attrs["n_jacobian"] == 0
    np.testing.assert_allclose(run.x[-1], explicit.x[-1], atol=1e-7)


def test_explicit_steps_come_back_when_they_would_be_as_long() -> None:
    """Stiff at first; then one part has stopped and the other goes round and round."""
    still = "max(0, min(1, t - 6))"
    two = System(
        "two", {"t": "1", "x": "-1e4*max(0, 5 - t)*(x - 1)", "y": f"3*z*{still}",
                "z": f"-3*y*{still}"}, initial={"y": 1},
    )  # fmt: skip
    run = ms.simulate(two, duration=40, engine="compiled", rtol=1e-9)
    assert run.attrs["n_stiff_phases"] == 1
    assert 10 < run.attrs["n_jacobian"] < 0.4 * run.attrs["n_steps"]
    exact = ms.simulate(two, duration=40, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(run.y[-1], exact.y[-1], atol=1e-6)


def test_rows_are_exchanged_where_the_matrix_needs_it() -> None:
    """The Jacobian's first pivot is zero, and the step so long that it counts."""
    shear = System("shear", {"x": "k*(y - x*0)", "y": "-k*x - 2*k*y"}, {"k": 1e3}, initial={"x": 1})
    run = ms.simulate(shear, duration=1, engine="compiled", method="Rodas5P", rtol=1e-8)
    assert run.attrs["n_steps"] < 120  # with wrong solutions errors would be met by short steps
    exact = ms.simulate(shear, duration=1, method="Radau", rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(run.x[-1], exact.x[-1], atol=1e-7)


def test_elementary_functions_and_pieces() -> None:
    odd = System(
        "odd",
        {"x": "exp(-x)*sin(y) + abs(y - 1)", "y": "tanh(x) - max(y, 0.3) + sqrt(1 + x**2)/(2 + y)"},
        initial={"x": 0.2, "y": 0.9},
    )
    times = np.linspace(0, 5, 11)
    ours = ms.simulate(odd, times=times, engine="compiled", rtol=1e-10, atol=1e-12)
    theirs = ms.simulate(odd, times=times, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-7)
    np.testing.assert_allclose(ours.y, theirs.y, atol=1e-7)


def test_recordings_drive_inputs() -> None:
    follower = System("follower", {"x": "u + 2*w - x"}, inputs={"u": 0, "w": 0})
    rng = np.random.default_rng(1)
    one = Recording(tuple(np.cumsum(rng.uniform(0.1, 1, 30))), tuple(rng.uniform(0, 1, 30)))
    two = Recording(tuple(np.cumsum(rng.uniform(0.1, 2, 20))), tuple(rng.uniform(0, 1, 20)))
    protocol = Protocol([Phase(12, {"u": one, "w": two}), Phase(12, {"w": two})])
    times = np.linspace(0, 24, 97)
    ours = ms.simulate(follower, protocol=protocol, times=times, engine="compiled", rtol=1e-10)
    theirs = ms.simulate(follower, protocol=protocol, times=times, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-8)
    np.testing.assert_allclose(ours.u, theirs.u)


def test_a_step_log_that_is_full_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from mirrorsys.flow import _compiled_engine

    circle = System("circle", {"x": "y", "y": "-x"}, initial={"x": 1})
    arguments = {"events": {"up": "x > 0.5"}, "engine": "compiled", "duration": 100}
    whole = ms.simulate(circle, **arguments)
    monkeypatch.setattr(_compiled_engine, "ROOM", 5)
    parts = ms.simulate(circle, **arguments)
    np.testing.assert_array_equal(whole.time, parts.time)
    np.testing.assert_array_equal(whole.x, parts.x)
    np.testing.assert_array_equal(whole.event_time, parts.event_time)


# ---- events --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_events_are_located_and_directed(method: str) -> None:
    circle = System("circle", {"x": "y", "y": "-x"}, initial={"x": 1})
    events = {
        "down": ms.Event("x", 0.5, "falling"), "up": ms.Event("x", 0.5, "rising"),
        "both": ms.Event("y"),
    }  # fmt: skip
    run = ms.simulate(circle, duration=10, events=events, engine="compiled", method=method,
                      rtol=1e-11, atol=1e-13)  # fmt: skip
    third = np.pi / 3
    np.testing.assert_allclose(
        run.event_time, [third, np.pi, 5 * third, 2 * np.pi, 7 * third, 3 * np.pi], atol=1e-6
    )
    assert run.event_name.values.tolist() == ["down", "both", "up", "both", "down", "both"]


def test_a_terminal_event_ends_the_run_there() -> None:
    line = System("line", {"x": "1"}, initial={"x": 0})
    events = {"late": ms.Event("x", 2.5), "stop": ms.Event("x", 2.25, terminal=True)}
    run = ms.simulate(line, duration=9, events=events, engine="compiled", times=[0, 1, 2, 2.3, 5])
    np.testing.assert_allclose(run.time, [0, 1, 2, 2.25])
    assert run.attrs["status"] == "stopped by event 'stop'"
    assert run.event_name.values.tolist() == ["stop"]
    automatic = ms.simulate(line, duration=9, events=events, engine="compiled")
    assert float(automatic.time[-1]) == pytest.approx(2.25)
    assert (np.diff(automatic.time) > 0).all()


def test_a_start_at_the_level_is_no_crossing() -> None:
    line = System("line", {"x": "1"}, initial={"x": 0})
    run = ms.simulate(line, duration=1, events={"zero": ms.Event("x")}, engine="compiled")
    assert run.sizes["event"] == 0


def test_an_event_of_a_recorded_input() -> None:
    driven = System("driven", {"x": "u"}, inputs={"u": 0})
    ramp = Recording((0.0, 10.0), (0.0, 1.0))
    run = ms.simulate(driven, protocol=Phase(10, {"u": ramp}), events={"half": "u > 0.5"},
                      engine="compiled")  # fmt: skip
    assert float(run.event_time[0]) == pytest.approx(5)


# ---- failures ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_blow_up_says_where_and_keeps_what_was_computed(method: str) -> None:
    protocol = Protocol([Phase(0.5, name="calm"), Phase(1, name="storm")])
    error = failure(BLOW_UP, protocol, method=method)
    assert error.time == pytest.approx(1, abs=1e-4)
    assert error.phase == "storm"
    for word in ("'blow-up'", "at time 1 h", "phase 'storm'", "x=", "`.partial` holds"):
        assert word in str(error)
    early = error.partial.sel(time=slice(0, 0.9))
    np.testing.assert_allclose(early.x, 1 / (1 - early.time), rtol=1e-5)
    assert error.partial.sizes["time"] > 10


@pytest.mark.parametrize("equation", ["sqrt(0 - x)", "log(0 - x)", "1/(x - 1)", "x/(x - 1)**2"])
def test_a_rate_that_is_no_number_at_the_start(equation: str) -> None:
    error = failure(System("s", {"x": equation}, initial={"x": 1}), Protocol([Phase(1)]))
    assert "a rate of change is not finite" in str(error)
    assert error.time == 0
    assert error.partial.x.values.tolist() == [1]


def test_a_rate_that_stops_being_a_number() -> None:
    falling = System("falling", {"x": "-1/(2*sqrt(x)) - 1"}, initial={"x": 1})
    error = failure(falling, Protocol([Phase(5)]), max_steps=20_000)
    assert 0.3 < error.time < 0.7
    assert 0 <= error.state["x"] < 1e-2


def test_too_many_steps() -> None:
    fast = System("fast", {"x": "y", "y": "-1e8*x"}, initial={"x": 1})
    error = failure(fast, Protocol([Phase(1)]), max_steps=50)
    assert "more than `max_steps` = 50 steps" in str(error)
    assert error.partial.attrs["n_steps"] == 50
    assert error.partial.sizes["time"] == 1 + 50 * 8


def test_the_last_allowed_step_may_be_the_last() -> None:
    system = System("s", {"x": "-x"}, initial={"x": 1})
    n_steps = ms.simulate(system, duration=1, engine="compiled").attrs["n_steps"]
    run = ms.simulate(system, duration=1, max_steps=n_steps, engine="compiled")
    assert run.attrs["status"] == "completed"
    failure(system, Protocol([Phase(1)]), max_steps=n_steps - 1)


def test_without_machine_code_the_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")
    with pytest.raises(ValueError, match=r"needs machine code.*engine='scipy'"):
        ms.simulate(BLOW_UP, duration=0.5, engine="compiled")
    run = ms.simulate(BLOW_UP, duration=0.5, engine="auto")
    assert run.attrs["engine"] == "scipy"
    assert "no llvmlite" in run.attrs["engine_choice"]


def test_auto_takes_machine_code_and_says_so() -> None:
    run = ms.simulate(BLOW_UP, duration=0.5, engine="auto")
    assert (run.attrs["engine"], run.attrs["method"]) == ("compiled", "switching")
    assert ms.rerun(run).identical(run.assign_attrs(engine_choice="asked for"))


def test_methods_of_another_engine_are_refused() -> None:
    with pytest.raises(ValueError, match="`method` is 'LSODA'; the engine 'compiled' has"):
        ms.simulate(BLOW_UP, duration=0.5, engine="compiled", method="LSODA")


@pytest.mark.parametrize("verb", [ms.simulate, lambda s, **k: ms.ensemble(s, 2, **k)])
def test_a_method_that_is_not_compiled_for_recordings_is_refused(verb):
    system = System("driven", {"x": "u - x"}, {}, {"u": 0})
    phase = ms.Phase(1, {"u": ms.Recording((0, 1), (0, 1))})
    with pytest.raises(ValueError, match=r"'Rodas5P', which is compiled only for phases without"):
        verb(system, protocol=phase, engine="compiled", method="Rodas5P")
