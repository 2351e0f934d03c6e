"""Sessions, weeks between them, practice at home, a caseload."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys.models import client, dyad, therapist
from mirrorsys.protocols import (
    LEVELS,
    caseload,
    everyday_life,
    session,
    session_and_gap,
    weekly_sessions,
)

DAY = 1440
PAIR = dyad(client(), therapist())


def test_one_session() -> None:
    recall, rest = session()
    assert (recall.name, recall.duration, rest.name, rest.duration) == ("recall", 10, "session", 40)
    assert recall.inputs == {
        "client.stressor": 0.98, "therapist.stressor": 0.03, "engagement": 1, "contact": 1,
    }  # fmt: skip
    assert rest.inputs == {**recall.inputs, "client.stressor": 0.066}


def test_a_course_of_weekly_sessions() -> None:
    course = weekly_sessions(20)
    assert course.duration == (1 + 20 * 7) * DAY
    assert [phase.name for phase in course] == ["before"] + ["recall", "session", "between"] * 20
    begins = [b for b, phase in zip(course.edges, course, strict=False) if phase.name == "recall"]
    np.testing.assert_allclose(begins, DAY * (1 + 7 * np.arange(20)))
    apart = next(phase for phase in course if phase.name == "between")
    assert apart.inputs == {"client.stressor": 0.066, "therapist.stressor": 0.03}


@given(st.integers(1, 6), st.floats(0.1, 30), st.floats(0.1, 10), st.floats(1, 1000))
def test_the_length_of_a_course(n: int, interval: float, before: float, practice: float) -> None:
    plain, practised = (
        weekly_sessions(n, interval_days=interval, before_days=before, practice_minutes=minutes)
        for minutes in (0, practice)
    )
    for course in (plain, practised):
        assert course.duration == pytest.approx((before + n * interval) * DAY)
    days = int(interval - 50 / DAY)
    assert Counter(phase.name for phase in practised)["home practice"] == n * days


def test_home_practice_is_the_clients_alone_and_engaged() -> None:
    course = weekly_sessions(1, practice_minutes=20)
    names = [phase.name for phase in course]
    assert names == ["before", "recall", "session", *["between", "home practice"] * 6, "between"]
    practice = course.phases[names.index("home practice")]
    assert practice.duration == 20
    assert practice.inputs == {
        "client.stressor": LEVELS["practice"], "client.engagement": 1, "therapist.stressor": 0.03,
    }  # fmt: skip


def test_practice_is_at_the_end_of_each_whole_day() -> None:
    life = everyday_life(2.5, practice_minutes=40)
    ends = [e for e, p in zip(life.edges[1:], life, strict=True) if p.name == "home practice"]
    assert ends == [DAY, 2 * DAY]
    assert life.duration == 2.5 * DAY
    assert len(everyday_life(2, practice_minutes=40)) == 4  # and no empty rest
    assert len(everyday_life(0.5, practice_minutes=40)) == 1


def test_life_alone() -> None:
    (phase,) = everyday_life(1, helper=None)
    assert phase.inputs == {"client.stressor": 0.066}
    (phase,) = everyday_life(1, client=None, helper=None)
    assert phase.inputs == {"stressor": 0.066}
    ms.simulate(client(), protocol=everyday_life(0.1, client=None, helper=None), times=[0, 144])


def test_a_caseload() -> None:
    weeks = caseload(2, sessions_a_day=3, days_a_week=4)
    assert weeks.duration == 2 * 7 * DAY
    counts = Counter(phase.name for phase in weeks)
    assert counts == {"recall": 24, "session": 24, "break": 24, "night": 8, "weekend": 2}
    assert Counter(phase.name for phase in caseload(1, days_a_week=7))["weekend"] == 0
    for phase in weeks:
        assert bool(phase.reset) == (phase.name == "recall")


def test_every_client_of_a_caseload_is_another_one() -> None:
    run = ms.simulate(PAIR, protocol=caseload(1, days_a_week=1, sessions_a_day=3))
    start = client()
    for index in range(run.sizes["phase"]):
        if str(run.phase_name[index].values) == "recall":
            first = run.sel(time=float(run.phase_begin[index]), person="client")
            for state in start.state_names:
                assert float(first[state]) == start[state].value
    helper = run.pathway.sel(person="therapist")
    assert helper.values[-1] > 0
    assert helper.values[-1] != helper.values[0]


@pytest.mark.parametrize(
    "protocol", [session(), weekly_sessions(1), weekly_sessions(1, practice_minutes=30),
                 everyday_life(1), caseload(1, sessions_a_day=1, days_a_week=1)],
    ids=lambda protocol: protocol.name,
)  # fmt: skip
def test_every_protocol_fits_a_dyad(protocol: ms.Protocol) -> None:
    end = protocol.duration
    run = ms.simulate(PAIR, protocol=protocol, times=[0, end / 2, end])
    assert run.sizes["phase"] == len(protocol)


def test_other_names() -> None:
    pair = dyad(client("ann"), therapist("ben"))
    run = ms.simulate(pair, protocol=session(client="ann", helper="ben"), times=[5])
    assert float(run.stressor.sel(person="ann")[0]) == 0.98
    assert float(run.stressor.sel(person="ben")[0]) == 0.03
    with pytest.raises(ValueError, match=r"phase 'recall' does not fit: .*'client.stressor'; did"):
        ms.simulate(pair, protocol=session())


BAD_CALLS: list[tuple[Any, dict[str, Any], str]] = [
    (weekly_sessions, {"n_sessions": 0}, "`n_sessions` is 0; give a whole number from 1"),
    (weekly_sessions, {"n_sessions": -1}, "`n_sessions` is -1"),
    (weekly_sessions, {"n_sessions": 2.0}, "`n_sessions` is 2.0"),
    (weekly_sessions, {"n_sessions": True}, "`n_sessions` is True"),
    (weekly_sessions, {"n_sessions": "2"}, "`n_sessions` is '2'"),
    (weekly_sessions, {"n_sessions": 10**9}, "`n_sessions` is 1000000000; .* to 100000"),
    (weekly_sessions, {"interval_days": 0}, "`interval_days` is 0; give a number of more than"),
    (weekly_sessions, {"interval_days": 0.01}, "`interval_days` is 0.01"),
    (weekly_sessions, {"before_days": 0}, "`days` is 0"),
    (weekly_sessions, {"before_days": -1}, "`days` is -1"),
    (weekly_sessions, {"minutes": -50}, "`minutes` is -50"),
    (weekly_sessions, {"recall_minutes": 60}, "`recall_minutes` is 60; .* less than 50"),
    (weekly_sessions, {"recall_minutes": 0}, "`recall_minutes` is 0"),
    (weekly_sessions, {"practice_minutes": -5}, "`practice_minutes` is -5"),
    (weekly_sessions, {"practice_minutes": 1440}, "`practice_minutes` is 1440; .* less than 1440"),
    (weekly_sessions, {"practice_minutes": float("nan")}, "`practice_minutes` is nan"),
    (weekly_sessions, {"recall": float("nan")}, "input 'client.stressor' of phase 'recall' is nan"),
    (weekly_sessions, {"client": "a b"}, "phase 'before' names 'a b.stressor'"),
    (everyday_life, {"days": -1, "practice_minutes": 5}, "`days` is -1"),
    (everyday_life, {"days": float("inf"), "practice_minutes": 5}, "`days` is inf"),
    (everyday_life, {"days": float("nan")}, "`days` is nan"),
    (session, {"minutes": 0}, "`minutes` is 0"),
    (session, {"minutes": None}, "`minutes` is None"),
    (caseload, {"n_weeks": 0}, "`n_weeks` is 0"),
    (caseload, {"sessions_a_day": 0}, "`sessions_a_day` is 0"),
    (caseload, {"days_a_week": 8}, "`days_a_week` is 8; give a whole number from 1 to 7"),
    (caseload, {"sessions_a_day": 30}, "`minutes` is 50.0; .* less than 38"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(make: Any, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(**arguments)


def test_counts_of_numpy_are_counts() -> None:
    assert weekly_sessions(np.int64(2)) == weekly_sessions(2)  # type: ignore[arg-type]


def test_one_session_and_its_gap_are_a_week_of_a_course() -> None:
    pass_ = session_and_gap()
    assert [phase.name for phase in pass_] == ["recall", "session", "between"]
    _, *week = weekly_sessions(1)  # after a day before it
    assert list(pass_) == week
    assert pass_.duration == 7 * DAY


def test_stress_and_names_of_a_pass_are_those_asked_for() -> None:
    recall, rest, gap = session_and_gap(
        40, 3, client="ann", helper="bob", recall=0.9, client_life=0.05, helper_life=0.01
    )
    assert [recall.duration, rest.duration, gap.duration] == [10, 30, 3 * DAY - 40]
    assert [phase.inputs["ann.stressor"] for phase in (recall, rest, gap)] == [0.9, 0.05, 0.05]
    assert {phase.inputs["bob.stressor"] for phase in (recall, rest, gap)} == {0.01}
