"""Engines: what they are told, how they count, and whom they tell how far they have come."""

import inspect
import sys
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Event, Noise, Phase, System, flow
from mirrorsys.flow import _scipy_engine
from mirrorsys.flow._compiled_engine import integrate_phase_compiled
from mirrorsys.flow._engines import chosen_engine, settings_for
from mirrorsys.flow._noise import integrate_phase_with_noise
from mirrorsys.flow._plans import plan
from mirrorsys.flow._problem import PhaseProblem
from mirrorsys.flow._progress import is_hidden

DECAY = System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
OU = DECAY.replace(diffusion={"x": 0.1})
GIVEN: dict[str, Any] = {"rtol": 1e-8, "atol": 1e-10, "max_steps": 1000}


def settings(engine: str, method: str | None = None, **given: Any) -> Any:
    return settings_for(engine, method, **{**GIVEN, **given})


def problem(system: System, duration: float, **given: Any) -> PhaseProblem:
    own: dict[str, Any] = {
        "plan": plan(Phase(duration), system, {}), "parameters": np.array([0.5]),
        "state0": np.array([1.0]), "times": np.array([duration]), "events": {},
        "progress": lambda _: None,
    }  # fmt: skip
    return PhaseProblem(system=system, **{**own, **given})


# ---- options ---------------------------------------------------------------------------------


def test_an_option_of_steps_has_one_default_wherever_it_is() -> None:
    verbs = {name: getattr(flow, name) for name in flow.__all__}
    found = {
        name: option.default
        for name, verb in verbs.items()
        if inspect.isfunction(verb)
        and (option := inspect.signature(verb).parameters.get("max_steps")) is not None
    }
    assert {"simulate", "ensemble"} <= set(found)
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("value", [1, 1.0, 2**40, np.int64(3)])
def test_a_number_of_steps_is_whole_and_at_least_one(value: Any) -> None:
    assert settings("scipy", max_steps=value).max_steps == value
    assert isinstance(settings("scipy", max_steps=value).max_steps, int)


@pytest.mark.parametrize("value", [0, -1, 0.5, 1.5, np.inf, np.nan, "5", None])
def test_other_numbers_of_steps_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^`max_steps` is .*; give a whole number from 1\.$"):
        settings("scipy", max_steps=value)


@pytest.mark.parametrize("name", ["rtol", "atol"])
@pytest.mark.parametrize("value", [0, -1e-8, np.inf, np.nan, None])
def test_a_tolerance_is_positive_and_finite(name: str, value: Any) -> None:
    assert getattr(settings("compiled", **{name: 5e-324}), name) == 5e-324
    with pytest.raises(ValueError, match=f"^`{name}` is .*; give a small positive number"):
        settings("compiled", **{name: value})


@pytest.mark.parametrize(
    ("engine", "first", "others"),
    [
        ("scipy", "LSODA", ["Radau", "BDF", "DOP853", "RK45"]),
        ("compiled", "switching", ["DOP853", "Rodas5P"]),
        ("taylor", "Taylor", []),
    ],
)
def test_methods_are_those_that_the_description_of_simulate_names(
    engine: str, first: str, others: list[str]
) -> None:
    assert settings(engine).method == first
    for method in (first, *others):
        assert settings(engine, method).method == method
        if engine != "taylor":
            assert f'"{method}"' in str(ms.simulate.__doc__)
    with pytest.raises(ValueError, match=f"`method` is 'Euler'; the engine '{engine}' has"):
        settings(engine, "Euler")


def test_noise_brings_its_own_method_and_a_seed_of_any_kind_of_whole_number() -> None:
    found = settings("scipy", noise=Noise(0.1, "euler"), seed=np.uint64(7))
    assert (found.method, found.seed, type(found.seed)) == ("euler", 7, int)
    with pytest.raises(ValueError, match="`method` is 'euler', but noise has its own"):
        settings("scipy", "euler", noise=Noise(0.1, "euler"), seed=1)


@pytest.mark.parametrize("seed", [0, 2**63 - 1, np.int64(5)])
def test_seeds_from_0_to_the_largest_are_taken(seed: Any) -> None:
    run = ms.simulate(OU, duration=0.1, noise=Noise(0.1), seed=seed)
    assert run.attrs["seed"] == seed


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64, 1.0, "1", None])
def test_other_seeds_are_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"`seed` is .*; give a whole number from 0 to 2\*\*63 -"):
        ms.simulate(OU, duration=0.1, noise=Noise(0.1), seed=seed)


def test_an_engine_says_why_it_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")
    assert chosen_engine("scipy") == ("scipy", _scipy_engine.integrate_phase, "asked for")
    name, engine, why = chosen_engine("auto")
    assert (name, engine) == ("scipy", _scipy_engine.integrate_phase)
    assert why == "auto: there is no llvmlite, or it is not to be used"
    for name in ("scipy", "auto"):
        assert chosen_engine(name, Noise(0.1))[:2] == ("scipy", integrate_phase_with_noise)
    with pytest.raises(ValueError, match="`engine` is 'rk4'; give one of"):
        chosen_engine("rk4")


# ---- the end of a run --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end", [{"duration": 0}, {"duration": -1}, {"duration": np.inf}, {"times": [0]}]
)
def test_a_run_ends_after_it_has_begun(end: dict[str, Any]) -> None:
    (name,) = end
    with pytest.raises(ValueError, match=f"^`{name}` ends the run at .*; give a finite time of mo"):
        ms.simulate(DECAY, **end)


@pytest.mark.parametrize("duration", [1e-3, 1.0, 1e6])
def test_a_time_may_miss_the_end_by_a_rounding_error_only(duration: float) -> None:
    slack = 1e-9 * max(duration, 1.0)
    run = ms.simulate(DECAY, duration=duration, times=[0, duration + 0.99 * slack])
    assert run.time.values.tolist() == [0, duration]
    with pytest.raises(ValueError, match=r"but the run from 0 to .*; give times inside it"):
        ms.simulate(DECAY, duration=duration, times=[0, duration + 1.5 * slack])
    with pytest.raises(ValueError, match="`times` runs from -"):
        ms.simulate(DECAY, duration=duration, times=[-5e-324, duration])


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([0, 1, 1], "`times` goes from 1 to 1; give strictly increasing times"),
        ([0, 2, 1, 0], "`times` goes from 2 to 1; give"),
        ([0, np.nan, np.inf], r"`times` holds nan \(number 2\); leave it out"),
        ([], r"`times` has shape \(0,\)"),
        ([[0, 1]], r"`times` has shape \(1, 2\)"),
        (["a"], r"`times` is \['a'\]; give one axis of numbers"),
    ],
)
def test_bad_times_are_told_by_the_first_of_them(times: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ms.simulate(DECAY, duration=2, times=times)


# ---- counts and progress -------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [integrate_phase_with_noise, integrate_phase_compiled])
@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_a_step_with_noise_takes_one_rate_and_no_jacobian(engine: Any, method: str) -> None:
    own = settings("scipy", noise=Noise(0.125, method), seed=1)
    found = engine(problem(OU, 1.0), own)
    assert (found.n_steps, found.n_rhs, found.n_jacobian) == (8, 8, 0)


@pytest.mark.parametrize(("method", "n_rates"), [("DOP853", 12), ("Rodas5P", 8)])
def test_a_step_of_machine_code_takes_as_many_rates_as_its_method_has_stages(
    method: str, n_rates: int
) -> None:
    found = integrate_phase_compiled(problem(DECAY, 1.0), settings("compiled", method))
    tried, rest = divmod(found.n_rhs, n_rates)
    assert rest == 0
    assert tried >= found.n_steps > 0
    assert found.n_jacobian == (tried if method == "Rodas5P" else 0)


def test_a_long_phase_is_told_of_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_scipy_engine, "STEPS_BETWEEN_REPORTS", 7)
    told: list[float] = []
    found = _scipy_engine.integrate_phase(
        problem(DECAY, 20.0, progress=told.append, times=None), settings("scipy", "RK45")
    )
    assert found.n_steps > 30
    assert told == found.times[6::7]


@pytest.mark.parametrize("is_open", [True, False])
def test_a_bar_is_hidden_unless_there_is_a_terminal(
    is_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_open:
        monkeypatch.setattr(sys, "stderr", None)
    assert is_hidden() is (None if is_open else True)  # tqdm looks at the terminal itself
    assert is_hidden(False) is True


# ---- a run that is stopped -----------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["scipy", "compiled"])
def test_a_stopped_run_is_the_beginning_of_one_that_is_not(engine: str) -> None:
    system = DECAY.replace(initial={"x": 100})
    level = 100 * np.exp(-0.5 * 3)
    whole, stopped = (
        ms.simulate(system, duration=9, engine=engine, method="DOP853",
                    events={"e": Event("x", level, terminal=terminal)})
        for terminal in (False, True)
    )  # fmt: skip
    end = float(stopped.event_time[0])
    assert end == pytest.approx(3, abs=1e-6)
    earlier = whole.time.values[whole.time.values < end]
    assert stopped.time.values.tolist() == [*earlier.tolist(), end]
    np.testing.assert_array_equal(stopped.x[:-1], whole.x[: earlier.size])
    assert float(stopped.x[-1]) == pytest.approx(level, rel=1e-6)
