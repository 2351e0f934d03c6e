"""The critical dose: closed forms of a skill that is learnt and forgotten; relapse with delay."""

from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.sessions._critical_dose import critical_dose, in_words
from mirrorsys.analysis.sessions._dose_map import dose_map
from mirrorsys.protocols import session_and_gap

LEARN, FORGET, NEEDED = 0.1, 0.01, 0.2
SKILL = ms.System(
    "skill",
    {"skill": "learn*lesson*(1 - skill) - forget*skill"},
    {"learn": LEARN, "forget": FORGET},
    inputs={"lesson": 0},
    box={"skill": (0, 1)},
)
OPTIONS: dict[str, Any] = {"calm": "skill > 0.2", "slow": ["skill"], "engine": "scipy"}
WORDS = "calm throughout the follow-up from {} passes on"


def lesson(length: float, spacing: float) -> ms.Protocol:
    return ms.Protocol(
        [ms.Phase(length, {"lesson": 1}, name="lesson"), ms.Phase(spacing - length, name="gap")]
    )


def skills(length: float, spacing: float, n: int) -> np.ndarray:
    """Return the skill after 0 to n lessons in closed form."""
    rate = LEARN + FORGET
    found = [0.0]
    for _ in range(n):
        after = LEARN / rate + (found[-1] - LEARN / rate) * np.exp(-rate * length)
        found.append(after * np.exp(-FORGET * (spacing - length)))
    return np.array(found)


@pytest.mark.parametrize("follow_up", [5.0, 20.0, 60.0])
def test_the_dose_is_the_first_that_outlasts_forgetting(follow_up: float) -> None:
    found = critical_dose(SKILL, lesson(1, 7), follow_up=follow_up, n_max=12, **OPTIONS)
    known = skills(1, 7, 12)
    later = known * np.exp(-FORGET * follow_up)
    np.testing.assert_allclose(found["skill"], known, atol=1e-8)
    np.testing.assert_allclose(found["skill_later"], later, atol=1e-8)
    np.testing.assert_allclose(found["worst"], later, atol=1e-8)
    np.testing.assert_array_equal(found["is_calm"], later > NEEDED)
    enough = np.flatnonzero(later > NEEDED)
    assert found.attrs["critical_dose"] == enough[0]
    assert found.attrs["status"] == WORDS.format(enough[0])
    with np.errstate(divide="ignore"):
        moments = np.log(known / NEEDED) / FORGET  # when forgetting reaches what is needed
    expected = np.where(moments > follow_up, np.nan, np.maximum(moments, 0))
    np.testing.assert_allclose(found["relapse"], expected, atol=1e-5)


def test_a_dose_that_is_not_reached_is_no_number(tmp_path: Any) -> None:
    found = critical_dose(SKILL, lesson(1, 7), follow_up=20, n_max=3, **OPTIONS)
    assert np.isnan(found.attrs["critical_dose"])
    assert found.attrs["status"] == "no dose up to 3 passes suffices"
    ms.save(found, tmp_path / "dose.nc")
    assert ms.load(tmp_path / "dose.nc").identical(found)


def test_calm_may_be_a_ceiling_and_life_alone_another_one() -> None:
    fear = SKILL.replace(equations={"skill": "-learn*lesson*skill + forget*(1 - skill)"})
    options = OPTIONS | {"calm": "skill < 0.8", "initial": {"skill": 1.0}}
    found = critical_dose(fear, lesson(1, 7), follow_up=20, n_max=12, **options)
    mirrored = critical_dose(SKILL, lesson(1, 7), follow_up=20, n_max=12, **OPTIONS)
    assert found.attrs["critical_dose"] == mirrored.attrs["critical_dose"]
    np.testing.assert_allclose(found["worst"], 1 - mirrored["worst"], atol=1e-8)
    practice = ms.Protocol([ms.Phase(5, name="rest"), ms.Phase(15, {"lesson": 0.5})])
    helped = critical_dose(SKILL, lesson(1, 7), alone=practice, n_max=12, **OPTIONS)
    assert helped.attrs["critical_dose"] < mirrored.attrs["critical_dose"]


def test_a_nudge_shows_a_calm_that_has_lost_its_stability() -> None:
    """x stays at 0 by itself, though from time 50 on it is driven away: p = time / 50 - 1."""
    delayed = ms.System(
        "delayed", {"x": "p*x - x**3", "p": "1/50"}, box={"x": (-2, 2), "p": (-2, 3)},
        initial={"p": -1.0},
    )  # fmt: skip
    given: dict[str, Any] = {
        "calm": "x < 0.3", "slow": ["p"], "follow_up": 100.0, "n_max": 1, "engine": "scipy"
    }  # fmt: skip
    protocol = ms.Phase(1e-3)
    asleep = critical_dose(delayed, protocol, nudge=0, **given)
    # The middle of the range is 0, where x rests already: move it.
    awake = critical_dose(delayed.replace(box={"x": (-2, 3)}), protocol, **given)
    assert asleep["is_calm"].values.tolist() == [1, 1]
    assert awake["is_calm"].values.tolist() == [0, 0]
    assert (awake["relapse"] > 50).all()
    assert (awake["relapse"] < 75).all()


def test_words_for_doses_that_do_not_hold_throughout() -> None:
    known = np.full(5, True)
    dose, words = in_words(np.array([False, True, False, True, True]), known)
    assert dose == 1
    assert words == "calm throughout the follow-up after 1 passes, but not after 2"
    known[4] = False
    assert in_words(np.array([False, False, True, True, False]), known) == (
        2.0,
        "calm throughout the follow-up after 2 passes, but not after 4; 1 doses could not be "
        "computed",
    )


# ---- over length and spacing -----------------------------------------------------------------


def test_every_cell_has_its_closed_form() -> None:
    lengths, spacings, n_max, follow_up = [1.0, 2.0], [7.0, 30.0, 70.0], 6, 20.0
    found = dose_map(
        SKILL, lengths, spacings, protocol=lesson, follow_up=follow_up, n_max=n_max, **OPTIONS
    )
    for length in lengths:
        for spacing in spacings:
            cell = found.sel(minutes=length, days=spacing)
            known = skills(length, spacing, 4000)
            enough = np.flatnonzero(known * np.exp(-FORGET * follow_up) > NEEDED)
            if enough.size and enough[0] <= n_max:
                assert cell["critical_dose"] == enough[0]
                assert str(cell["status"].values) == WORDS.format(enough[0])
            else:
                words = f"more than {n_max} passes" if enough.size else "no dose suffices: even"
                assert np.isnan(cell["critical_dose"])
                assert str(cell["status"].values).startswith(words)
            assert cell["skill"].item() == pytest.approx(known[-1], abs=1e-7)
            assert cell["limit_is_calm"] == bool(enough.size)
            rate = (LEARN + FORGET) * length + FORGET * (spacing - length)
            assert cell["largest_multiplier"].item() == pytest.approx(np.exp(-rate), abs=1e-6)
            assert cell["stability"].item() == "stable"
    assert {str(each).split()[0] for each in found["status"].values.ravel()} == {"calm", "no"}


def test_where_there_is_no_fixed_point_that_is_said(tmp_path: Any) -> None:
    drift = SKILL.replace(equations={"skill": "0.01*(lesson + 1) + 0*learn*forget"})
    found = dose_map(drift, [1], [7], protocol=lesson, follow_up=2, n_max=3, **OPTIONS)
    assert found["critical_dose"].item() == 3  # 0.08 a pass
    assert found["stability"].item() == "stuck: a multiplier of 1"
    assert np.isnan(found["skill"].item())
    ms.save(found, tmp_path / "map.nc")
    assert ms.load(tmp_path / "map.nc").identical(found)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"follow_up": 0}, ValueError, "`follow_up` is 0; give a finite time"),
        ({"nudge": 1}, ValueError, "`nudge` is 1; give a share"),
        ({"n_max": 0}, ValueError, "`n_max` is 0"),
        ({"calm": "skil > 0.2"}, ValueError, r"event 'calm' uses \['skil'\]"),
        ({"calm": "skill"}, ValueError, "write a comparison"),
        ({"alone": 3}, TypeError, "`alone` is 3; give a Protocol"),
    ],
)
def test_what_does_not_fit_is_refused(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        critical_dose(SKILL, lesson(1, 7), **(OPTIONS | arguments))


@pytest.mark.parametrize(
    ("lengths", "spacings", "words"),
    [
        ([], [7], r"`minutes` is \[\]; give one axis"),
        ([1], 7, "`days` is 7; give one axis"),
        ([1, -1], [7], r"`minutes` is \[1, -1\]"),
    ],
)
def test_axes_that_do_not_fit_are_refused(lengths: Any, spacings: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dose_map(SKILL, lengths, spacings, protocol=lesson, **OPTIONS)


def test_a_session_and_its_gap_last_as_long_as_said() -> None:
    one_pass = session_and_gap(40, 3.5)
    assert one_pass.duration == pytest.approx(3.5 * 1440)
    assert [phase.name for phase in one_pass] == ["recall", "session", "between"]
    assert sum(phase.duration for phase in one_pass.phases[:2]) == 40


@pytest.mark.slow
def test_the_client_needs_fourteen_weekly_sessions() -> None:
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    found = critical_dose(dyad, n_max=16)
    assert found.attrs["critical_dose"] == 14
    # He relapses where the pathway has been forgotten to the Hopf point of the calm state.
    relapsing = found.isel(dose=slice(6, 14))
    rate = dyad["client.delta"].value
    left = relapsing["client.pathway"] * np.exp(-rate * relapsing["relapse"])
    np.testing.assert_allclose(left, 0.2745, atol=1.5e-3)
