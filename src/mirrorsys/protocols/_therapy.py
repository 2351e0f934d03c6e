"""Sessions, weeks between them, practice at home, a therapist's caseload."""

from __future__ import annotations

import math
from functools import partial

from mirrorsys.protocols._levels import LEVELS
from mirrorsys.protocols._protocol import Phase, Protocol, concatenated
from mirrorsys.protocols._words import check_between, check_count, of

__all__ = ["caseload", "everyday_life", "session", "session_and_gap", "weekly_sessions"]

DAY = 1440.0  # minutes


def session(
    *,
    client: str = "client",
    helper: str = "therapist",
    minutes: float = 50.0,
    recall: float = LEVELS["recall"],
    recall_minutes: float = 10.0,
    client_life: float = LEVELS["client_life"],
    helper_life: float = LEVELS["helper_life"],
    contact: float = 1.0,
    engagement: float = 1.0,
) -> Protocol:
    """Return one session: the client recalls something painful, then both stay with it.

    Two phases, ``"recall"`` and ``"session"``, in contact and engaged.

    Parameters
    ----------
    client, helper : str
        The names of the two persons.
    minutes, recall_minutes : float
        The length of the session, and of the recall at its beginning.
    recall, client_life, helper_life : float
        Stressor of the client during recall, of the client otherwise, of the helper.
    contact, engagement : float
        Between 0 and 1, for both.
    """
    check_between(minutes, "minutes", 0, math.inf)
    check_between(recall_minutes, "recall_minutes", 0, minutes)
    together = {
        of(helper, "stressor"): helper_life,
        "engagement": engagement,
        "contact": contact,
    }
    return Protocol(
        (
            Phase(recall_minutes, {of(client, "stressor"): recall, **together}, name="recall"),
            Phase(
                minutes - recall_minutes,
                {of(client, "stressor"): client_life, **together},
                name="session",
            ),
        ),
        name="one session",
    )


def everyday_life(
    days: float,
    *,
    client: str | None = "client",
    helper: str | None = "therapist",
    client_life: float = LEVELS["client_life"],
    helper_life: float = LEVELS["helper_life"],
    practice_minutes: float = 0.0,
    practice: float = LEVELS["practice"],
    name: str = "life",
) -> Protocol:
    """Return everyday life apart from each other, with or without home practice.

    In home practice the client calls up a worry and attends to it alone, engaged, for
    `practice_minutes` at the end of each whole day.

    Parameters
    ----------
    days : float
    client, helper : str or None
        The names of the two persons; without `helper` the client lives alone.
    client_life, helper_life, practice : float
        Stressors of the client and helper in everyday life, of the client in practice.
    practice_minutes : float
        Minutes a day; 0 for none.
    name : str
        The name of the phases without practice.
    """
    check_between(days, "days", 0, math.inf)
    if practice_minutes != 0:
        check_between(practice_minutes, "practice_minutes", 0, DAY)
    life = {of(client, "stressor"): client_life}
    if helper is not None:
        life[of(helper, "stressor")] = helper_life
    if practice_minutes == 0:
        return Protocol((Phase(days * DAY, life, name=name),), name=name)
    practising = {**life, of(client, "stressor"): practice, of(client, "engagement"): 1.0}
    day = (
        Phase(DAY - practice_minutes, life, name=name),
        Phase(practice_minutes, practising, name="home practice"),
    )
    rest = (days % 1) * DAY
    last = (Phase(rest, life, name=name),) if rest > 1e-9 else ()
    return Protocol(day * int(days) + last, name=f"{name} with home practice")


def session_and_gap(
    minutes: float = 50.0,
    days: float = 7.0,
    *,
    client: str = "client",
    helper: str = "therapist",
    recall: float = LEVELS["recall"],
    client_life: float = LEVELS["client_life"],
    helper_life: float = LEVELS["helper_life"],
) -> Protocol:
    """Return one session and everyday life until the next one.

    Parameters
    ----------
    minutes : float
        The length of the session, of which the first 10 are recall.
    days : float
        From the beginning of this session to that of the next.
    client, helper : str
        The names of the two persons.
    recall, client_life, helper_life : float
        Stressor of the client during recall, of the client otherwise, of the helper.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> ms.protocols.session_and_gap(50, 7).duration / 1440
    7.0
    """
    gap = everyday_life(
        days - minutes / DAY, client=client, helper=helper, client_life=client_life,
        helper_life=helper_life, name="between",
    )  # fmt: skip
    together = session(
        client=client, helper=helper, minutes=minutes, recall=recall, client_life=client_life,
        helper_life=helper_life,
    )  # fmt: skip
    whole = together + gap
    return Protocol(whole.phases, name=f"a session of {minutes:g} min every {days:g} days")


def weekly_sessions(
    n_sessions: int = 20,
    *,
    client: str = "client",
    helper: str = "therapist",
    interval_days: float = 7.0,
    before_days: float = 1.0,
    minutes: float = 50.0,
    recall: float = LEVELS["recall"],
    recall_minutes: float = 10.0,
    client_life: float = LEVELS["client_life"],
    helper_life: float = LEVELS["helper_life"],
    contact: float = 1.0,
    practice_minutes: float = 0.0,
) -> Protocol:
    """Return a course of therapy: everyday life, then sessions a week apart.

    Phases are named ``"before"``, and for each session ``"recall"``, ``"session"`` and
    ``"between"`` (with ``"home practice"`` inside where `practice_minutes` says so).

    Parameters
    ----------
    n_sessions : int
    client, helper : str
        The names of the two persons.
    interval_days, before_days : float
        From the beginning of one session to that of the next; before the first.
    minutes, recall_minutes : float
        The length of a session, and of the recall at its beginning.
    recall, client_life, helper_life : float
        Stressor of the client during recall and otherwise, of the helper.
    contact : float
        Between 0 and 1, in sessions.
    practice_minutes : float
        Home practice of the client, minutes a day.

    Examples
    --------
    >>> from mirrorsys.protocols import weekly_sessions
    >>> weekly_sessions(20).duration / 1440
    141.0
    """
    check_count(n_sessions, "n_sessions")
    check_between(interval_days, "interval_days", minutes / DAY, math.inf)
    life = partial(
        everyday_life, client=client, helper=helper, client_life=client_life,
        helper_life=helper_life,
    )  # fmt: skip
    before = life(before_days, name="before")
    hour = session(
        client=client, helper=helper, minutes=minutes, recall=recall,
        recall_minutes=recall_minutes, client_life=client_life, helper_life=helper_life,
        contact=contact,
    )  # fmt: skip
    week = life(interval_days - minutes / DAY, practice_minutes=practice_minutes, name="between")
    return concatenated([before, *[hour, week] * n_sessions], f"{n_sessions} weekly sessions")


def caseload(
    n_weeks: int = 4,
    *,
    sessions_a_day: int = 5,
    days_a_week: int = 5,
    client: str = "client",
    helper: str = "therapist",
    minutes: float = 50.0,
    break_minutes: float = 10.0,
    helper_life: float = LEVELS["helper_life"],
) -> Protocol:
    """Return a helper's working weeks: one client after the other, each seen for the first time.

    At the beginning of every session the client's states are reset to where the run
    began (another client with the same troubles). Between sessions, overnight and at
    weekends the helper is alone. What a caseload does is our inference from the
    idea, not its words.

    Parameters
    ----------
    n_weeks, sessions_a_day, days_a_week : int
    client, helper : str
        The names of the two persons.
    minutes, break_minutes : float
        The length of a session and of the break after it.
    helper_life : float
        Stressor of the helper outside and inside sessions.
    """
    for count, label in ((n_weeks, "n_weeks"), (sessions_a_day, "sessions_a_day")):
        check_count(count, label)
    check_count(days_a_week, "days_a_week", most=7)
    check_between(minutes, "minutes", 0, DAY / sessions_a_day - break_minutes)
    recall, rest = session(client=client, helper=helper, minutes=minutes, helper_life=helper_life)
    another = {
        of(client, state): "initial"
        for state in ("threat", "soothing", "fatigue", "pathway", "signal")
    }
    alone = {of(helper, "stressor"): helper_life, of(client, "stressor"): LEVELS["client_life"]}
    hour = (
        Phase(recall.duration, recall.inputs, name="recall", reset=another),
        rest,
        Phase(break_minutes, alone, name="break"),
    )
    night = Phase(DAY - sessions_a_day * (minutes + break_minutes), alone, name="night")
    weekend = (Phase((7 - days_a_week) * DAY, alone, name="weekend"),) if days_a_week < 7 else ()
    week = (hour * sessions_a_day + (night,)) * days_a_week + weekend
    return Protocol(week * n_weeks, name=f"caseload of {n_weeks} weeks")
