"""What is drawn: in range, in units, round, and printed as code."""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import mirrorsys as ms
from mirrorsys.testing import (
    dyads,
    networks,
    parameters,
    persons,
    protocols,
    recordings,
    states,
    systems,
    systems_with_known_equilibria,
)
from mirrorsys.testing._numbers import round_numbers

CLIENT = ms.models.client()
WIDE = ms.System(
    "wide", {"x": "a*x + b + c"},
    [ms.Parameter("a", -1, range=(-float("inf"), 0)), ms.Parameter("b", 3),
     ms.Parameter("c", 1e-4, range=(0, 1))],
)  # fmt: skip


@given(st.data())
@pytest.mark.parametrize("model", ms.models.zoo.ALL, ids=lambda each: each.__name__)
def test_parameters_and_states_lie_in_their_ranges(model, data):
    system = model()
    params, state = data.draw(parameters(system)), data.draw(states(system))
    assert list(params) == [*system.parameter_names, *system.input_names]
    assert list(state) == list(system.state_names)
    for name, value in (params | state).items():
        assert system[name].check(value) == value


def test_failing_parameters_shrink_to_the_defaults():
    values = find(parameters(CLIENT), lambda params: params["rho"] > 10)
    changed = {name for name, value in values.items() if value != CLIENT[name].value}
    assert changed == {"rho"}


def test_held_values_are_not_drawn():
    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    values = find(parameters(pair, {"mu": 0.5, "client.mu": 0.25}), lambda _: True)
    assert (values["client.mu"], values["therapist.mu"]) == (0.25, 0.5)


@pytest.mark.parametrize(
    ("held", "words"), [({"nu2": 1}, "called 'nu2'"), ({"mu": 99}, "outside its range")]
)
def test_a_held_value_must_fit(held, words):
    with pytest.raises(ValueError, match=words):
        parameters(CLIENT, held)


def test_what_is_no_system_is_refused():
    for strategy in (parameters, states):
        with pytest.raises(TypeError, match="give a System"):
            strategy("client")


def test_numbers_are_round_and_in_order_of_digits():
    assert round_numbers(0.0, 1.0, 0.3)[:5] == (0.0, 0.3, 0.2, 0.4, 0.1)
    assert {0.0, 1.0, 0.3, 0.05} <= set(round_numbers(0.0, 1.0, 0.3))
    assert max(len(repr(each)) for each in round_numbers(0.05, 60.0, 1.0)) <= 6
    assert all(each <= 0 for each in round_numbers(-float("inf"), 0.0, -1.0))


def test_small_defaults_are_varied_by_factors():
    tiny = 1e-4
    assert {tiny / 10, tiny * 10} <= set(round_numbers(0.0, 1.0, tiny))


def test_infinite_ranges_are_tried_on_both_sides():
    for wanted in (lambda p: p["b"] > 10, lambda p: p["b"] < -5, lambda p: p["a"] <= -5):
        find(parameters(WIDE), wanted)


@given(protocols(CLIENT))
def test_protocols_drive_inputs_within_their_ranges(protocol):
    for phase in protocol:
        for name, value in phase.inputs.items():
            values = value.values if isinstance(value, ms.Recording) else (value,)
            assert all(CLIENT[name].check(each) == each for each in values)
            assert not isinstance(value, ms.Recording) or value.duration <= phase.duration


def test_protocols_hold_recordings_and_levels_and_many_phases():
    kinds = (lambda p: any(isinstance(v, ms.Recording) for each in p for v in each.inputs.values()),
             lambda p: any(each.inputs.get("stressor") == 10 for each in p),
             lambda p: len(p) == 3)  # fmt: skip
    for kind in kinds:
        find(protocols(), kind)


def test_protocols_can_be_told_their_inputs_and_unit():
    drawn = find(protocols(CLIENT, only=["stressor"], unit=0.01), lambda p: p.duration > 0)
    assert drawn.duration == 0.01
    with pytest.raises(NoSuchExample):
        find(
            protocols(CLIENT, only=["stressor"]),
            lambda p: any(set(each.inputs) - {"stressor"} for each in p),
            settings=settings(max_examples=50),
        )


@given(recordings(-2, 5, duration=30))
def test_recordings_stay_in_their_range(curve):
    assert curve.times[0] == 0
    assert curve.duration <= 30
    assert -2 <= min(curve.values) <= max(curve.values) <= 5


@given(persons("eve"))
def test_persons_are_systems_within_their_ranges(person):
    assert person.name == "eve"
    assert person.time_unit == "min"
    for each in person.quantities:
        each.check(each.value)


def test_persons_may_lack_mechanisms_but_only_those_named():
    assert "fatigue" not in find(persons(), lambda p: "fatigue" not in p.state_names).state_names
    full = find(persons(without=()), lambda p: p["threat"].value > 0)
    assert len(full.states) == 5
    with pytest.raises(ValueError, match="`without` names \\['sleep'\\]"):
        persons(without=["sleep"])


@settings(max_examples=10)
@given(dyads(), networks(3))
def test_dyads_and_networks_can_be_simulated(pair, group):
    for system in (pair, group):
        run = ms.simulate(system, duration=0.1)
        assert run.attrs["status"] == "completed"


@pytest.mark.parametrize("n", [0, 9, 2.5])
def test_networks_have_one_to_eight_persons(n):
    with pytest.raises(ValueError, match="`max_persons` is"):
        networks(n)


@pytest.mark.parametrize(("n", "degree"), [(0, 2), (7, 2), (2, 0), (2, 7)])
def test_random_systems_have_few_states_and_low_degree(n, degree):
    with pytest.raises(ValueError, match="give a whole number from 1 to 6"):
        systems(n, degree)


def test_a_failing_test_prints_code():
    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @given(systems(1, 2), protocols(CLIENT), systems_with_known_equilibria(1))
    def test(system, protocol, known):
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        test()
    printed = "\n".join(caught.value.__notes__)
    assert "ms.System('random', {'x': 'pace*x*(1 - x)'}" in printed.replace("\n    ", " ").replace(
        "( ", "("
    )
    assert "ms.Protocol([ms.Phase(1)])" in printed
    assert "State(" not in printed
