"""One person and a stressor; and how strong the stressors are."""

import pytest

import mirrorsys as ms
from mirrorsys.models import client, dyad, person, therapist
from mirrorsys.protocols import LEVELS, STRESSORS, constant, stress_test


def test_a_single_phase() -> None:
    protocol = constant(100, stressor=0.5)
    assert protocol.duration == 100
    assert protocol.phases == (ms.Phase(100, {"stressor": 0.5}, name="life"),)
    assert constant(1, "rest").phases[0].name == "rest"
    assert constant(1, name=0.5).phases[0].inputs == {"name": 0.5}  # an input may be called so
    with pytest.raises(ValueError, match="`duration` of phase 'life' is -1"):
        constant(-1)


def test_rest_stress_recovery() -> None:
    rest, stress, recovery = stress_test()
    assert [each.name for each in (rest, stress, recovery)] == ["rest", "stress", "recovery"]
    assert [each.duration for each in (rest, stress, recovery)] == [240, 10, 120]
    assert rest.inputs == recovery.inputs == {"stressor": 0.03}
    assert stress.inputs == {"stressor": 0.5}
    run = ms.simulate(person(), protocol=stress_test())
    assert run.threat_at_end.values[1] > run.threat_at_end.values[0]


def test_one_of_two_is_stressed() -> None:
    pair = dyad(client(), therapist())
    run = ms.simulate(pair, protocol=stress_test(person="therapist"), times=[245])
    assert run.stressor.sel(person=["client", "therapist"]).values.tolist() == [[0, 0.5]]


def test_the_levels_are_those_of_the_reference_model() -> None:
    typed = {"client_life": 0.066, "recall": 0.98, "helper_life": 0.03, "upset": 0.8,
             "aftermath": 0.04, "adult_life": 0.08}  # fmt: skip
    assert typed.items() <= LEVELS.items()  # DESIGN §1 and §5
    assert {each.name: each.value for each in STRESSORS} == LEVELS
    for each in STRESSORS:
        assert each.source == "assumed"
        assert each.meaning
