"""Crying answered or not, upbringing, the still face."""

from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys.models import carer, dyad, infant
from mirrorsys.protocols import crying_episodes, still_face, upbringing

PAIR = dyad(infant(), carer())


def test_an_answered_episode() -> None:
    upset, aftermath, sleep = crying_episodes()
    assert [each.name for each in (upset, aftermath, sleep)] == ["upset", "aftermath", "sleep"]
    assert [each.duration for each in (upset, aftermath, sleep)] == [5, 115, 240]
    assert upset.inputs == {
        "infant.stressor": 0.8, "carer.stressor": 0.03, "infant.engagement": 1, "contact": 1,
        "carer.engagement": 1,
    }  # fmt: skip
    assert aftermath.inputs == {**upset.inputs, "infant.stressor": 0.04}
    assert not {"engagement", "infant.engagement", "carer.engagement"} & sleep.inputs.keys()


def test_an_unanswered_episode_is_engaged_but_without_contact() -> None:
    upset, aftermath, sleep = crying_episodes(answered=False)
    assert upset.inputs["infant.engagement"] == aftermath.inputs["infant.engagement"] == 1
    for phase in (upset, aftermath, sleep):
        assert "contact" not in phase.inputs
        assert "carer.engagement" not in phase.inputs


@pytest.mark.parametrize(("answered", "alone", "together"), [
    (True, False, True), (True, True, False), (False, False, False), (False, True, False),
])  # fmt: skip
def test_who_was_answered_sleeps_in_company(answered: bool, alone: bool, together: bool) -> None:
    *_, sleep = crying_episodes(answered=answered, sleeps_alone=alone)
    assert ("contact" in sleep.inputs) == together


def test_a_lone_infant() -> None:
    protocol = crying_episodes(2, answered=False, infant=None, carer=None)
    assert protocol.phases[0].inputs == {"stressor": 0.8, "engagement": 1}
    run = ms.simulate(infant(), protocol=protocol)
    assert run.sizes["phase"] == 6


def test_whoever_has_slept_wakes_rested() -> None:
    protocol = crying_episodes(3)
    woken = [index for index, phase in enumerate(protocol) if phase.reset]
    assert woken == [3, 6]  # not the first: nobody has slept yet
    run = ms.simulate(PAIR, protocol=protocol)
    for index in woken:
        asleep = run.isel(phase=index - 1)
        awake = run.sel(time=float(run.phase_begin[index]))
        assert (awake.threat == 0).all()
        np.testing.assert_allclose(awake.fatigue, asleep.fatigue_at_end / 10, atol=1e-12)
        np.testing.assert_array_equal(awake.pathway, asleep.pathway_at_end)
        np.testing.assert_array_equal(awake.signal, asleep.signal_at_end)


def test_many_episodes() -> None:
    protocol = crying_episodes(60)
    assert len(protocol) == 180
    assert protocol.duration == 60 * 6 * 60


@given(st.integers(1, 40), st.floats(0, 1))
def test_answered_episodes_are_spread_evenly(n: int, share: float) -> None:
    protocol = upbringing(n, share_answered=share)
    assert protocol.duration == n * 360
    answered = ["contact" in phase.inputs for phase in protocol if phase.name == "upset"]
    assert len(answered) == n
    for count, total in enumerate(accumulate(answered, initial=0)):
        assert -1 < total - share * count <= 1e-8  # never ahead, never a whole one behind


@pytest.mark.parametrize(
    ("share", "pattern"), [(0, "000000"), (1, "111111"), (0.5, "010101"), (1 / 3, "001001")]
)
def test_shares_answered(share: float, pattern: str) -> None:
    protocol = upbringing(6, share_answered=share)
    upsets = [phase for phase in protocol if phase.name == "upset"]
    assert "".join(str(int("contact" in phase.inputs)) for phase in upsets) == pattern


@pytest.mark.parametrize(("answered", "n"), [(1, 49), (29, 100), (57, 100)])
def test_no_answered_episode_is_lost_to_rounding(answered: int, n: int) -> None:
    assert answered / n * n < answered
    protocol = upbringing(n, share_answered=answered / n)
    upsets = [phase for phase in protocol if phase.name == "upset"]
    assert sum("contact" in phase.inputs for phase in upsets) == answered


def test_the_still_face() -> None:
    play, still, reunion = still_face()
    assert [each.name for each in (play, still, reunion)] == ["play", "still face", "reunion"]
    assert [each.duration for each in (play, still, reunion)] == [2, 2, 2]
    assert play.inputs == reunion.inputs
    assert play.inputs["contact"] == 1
    run = ms.simulate(PAIR, protocol=still_face(), times=[1, 3, 5])
    assert run.contact.sel(pair="infant_carer").values.tolist() == [1, 0, 1]  # she is seen still
    assert run.contact.sel(pair="carer_infant").values.tolist() == [1, 1, 1]
    assert run.stressor.sel(person="infant").values.tolist() == [0.04, 0.2, 0.04]


BAD_CALLS: list[tuple[Any, dict[str, Any], str]] = [
    (crying_episodes, {"n_episodes": 0}, "`n_episodes` is 0; give a whole number"),
    (crying_episodes, {"n_episodes": 1.5}, "`n_episodes` is 1.5"),
    (crying_episodes, {"carer": None}, "`answered` is True but `carer` is None; name who"),
    (crying_episodes, {"upset_minutes": 0}, "`upset_minutes` is 0"),
    (crying_episodes, {"upset_minutes": 120}, "`upset_minutes` is 120; .* less than 120"),
    (crying_episodes, {"minutes": 400}, "`minutes` is 400; .* less than 360"),
    (crying_episodes, {"minutes": -1}, "`minutes` is -1"),
    (crying_episodes, {"upset": float("inf")}, "input 'infant.stressor' of phase 'upset' is inf"),
    (upbringing, {"n_episodes": -1}, "`n_episodes` is -1"),
    (upbringing, {"share_answered": 1.1}, "`share_answered` is 1.1; give a number from 0 to 1"),
    (upbringing, {"share_answered": -0.1}, "`share_answered` is -0.1"),
    (upbringing, {"share_answered": float("nan")}, "`share_answered` is nan"),
    (still_face, {"minutes": 0}, "`duration` of phase 'play' is 0"),
]


@pytest.mark.parametrize(("make", "arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(make: Any, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(**arguments)
