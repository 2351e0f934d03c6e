"""Crying that is answered or not, growing up with it, and the still face."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from mirrorsys.protocols._levels import LEVELS
from mirrorsys.protocols._protocol import Phase, Protocol
from mirrorsys.protocols._words import check_between, check_count, of

__all__ = ["crying_episodes", "still_face", "upbringing"]

HOUR = 60.0  # minutes

# What sleep does is not modelled but assumed: one wakes with threat at rest and a tenth of
# the fatigue.
WAKING: dict[str, float | str] = {"threat": 0.0, "fatigue": "0.1*fatigue"}


def crying_episodes(
    n_episodes: int = 1,
    *,
    answered: bool = True,
    infant: str | None = "infant",
    carer: str | None = "carer",
    upset: float = LEVELS["upset"],
    upset_minutes: float = 5.0,
    aftermath: float = LEVELS["aftermath"],
    minutes: float = 120.0,
    interval_hours: float = 6.0,
    helper_life: float = LEVELS["helper_life"],
    sleeps_alone: bool = False,
) -> Protocol:
    """Return episodes of crying with sleep between them.

    Phases are named ``"upset"``, ``"aftermath"`` and ``"sleep"``. The infant is engaged
    in every episode, answered or not: a call is an act of engagement. In answered
    episodes both are in contact and the carer is engaged too; she then stays while the
    child sleeps. What sleep does is assumed: both wake with threat at rest and a tenth
    of the fatigue.

    Parameters
    ----------
    n_episodes : int
    answered : bool
        Whether the carer comes.
    infant, carer : str or None
        The names of the two persons. ``infant=None, carer=None`` for an infant that is
        a system of its own; its episodes cannot be answered.
    upset, aftermath, helper_life : float
        Stressors of the infant at first and afterwards, of the carer.
    upset_minutes, minutes, interval_hours : float
        The length of the upset, of the whole episode, and from one episode to the next.
    sleeps_alone : bool
        Whether even an answered child sleeps without company.
    """
    check_count(n_episodes, "n_episodes")
    if answered and carer is None:
        raise ValueError("`answered` is True but `carer` is None; name who answers.")
    check_between(minutes, "minutes", 0, interval_hours * HOUR)
    check_between(upset_minutes, "upset_minutes", 0, minutes)
    calls = {of(infant, "engagement"): 1.0}
    calls |= {"contact": 1.0, of(carer, "engagement"): 1.0} if answered else {}
    life = {of(infant, "stressor"): aftermath}
    life |= {} if carer is None else {of(carer, "stressor"): helper_life}
    company = {"contact": 1.0} if answered and not sleeps_alone else {}
    episode = (
        Phase(upset_minutes, {**life, of(infant, "stressor"): upset, **calls}, name="upset"),
        Phase(minutes - upset_minutes, {**life, **calls}, name="aftermath"),
        Phase(interval_hours * HOUR - minutes, {**life, **company}, name="sleep"),
    )
    kind = "answered" if answered else "unanswered"
    return _with_waking(episode * n_episodes, f"{n_episodes} {kind} crying episodes")


def _with_waking(phases: tuple[Phase, ...], name: str) -> Protocol:
    """Return the phases as a protocol in which whoever has slept wakes up."""
    woken = (
        replace(phase, reset=WAKING) if before.name == "sleep" else phase
        for before, phase in pairwise(phases)
    )
    return Protocol((phases[0], *woken), name=name)


def upbringing(
    n_episodes: int = 60,
    *,
    share_answered: float = 1.0,
    infant: str = "infant",
    carer: str = "carer",
) -> Protocol:
    """Return a childhood in short: crying episodes of which a share is answered.

    Answered episodes are spread evenly among the others. How few suffice for a
    good-enough carer is a question to ask of this protocol.

    Parameters
    ----------
    n_episodes : int
    share_answered : float
        Between 0 (none) and 1 (all).
    infant, carer : str
        The names of the two persons.
    """
    check_count(n_episodes, "n_episodes")
    if not 0 <= share_answered <= 1:
        raise ValueError(f"`share_answered` is {share_answered!r}; give a number from 0 to 1.")
    counts = [int(share_answered * k + 1e-9) for k in range(n_episodes + 1)]
    episodes = (
        crying_episodes(answered=now > before, infant=infant, carer=carer)
        for before, now in pairwise(counts)
    )
    phases = tuple(phase for episode in episodes for phase in episode)
    return _with_waking(phases, f"upbringing, {share_answered:.0%} of episodes answered")


def still_face(
    *,
    infant: str = "infant",
    carer: str = "carer",
    minutes: float = 2.0,
    stressor: float = LEVELS["still_face"],
    infant_life: float = LEVELS["aftermath"],
    helper_life: float = LEVELS["helper_life"],
) -> Protocol:
    """Return the still-face experiment: play, still face, reunion.

    In the phase ``"still face"`` the carer goes on seeing the infant, but the infant
    sees nothing in her face; that this is a stressor of its own is assumed.

    Parameters
    ----------
    infant, carer : str
        The names of the two persons.
    minutes : float
        The length of each of the three phases.
    stressor, infant_life, helper_life : float
        Stressors: of the infant facing a still face and otherwise, of the carer.

    References
    ----------
    .. [1] J. Mesman et al., "The many faces of the Still-Face Paradigm",
       Developmental Review 29 (2009) 120-162.
    """
    together = {
        of(infant, "stressor"): infant_life,
        of(carer, "stressor"): helper_life,
        "engagement": 1.0,
        "contact": 1.0,
    }
    still = {of(infant, "stressor"): stressor, of(f"{infant}_{carer}", "contact"): 0.0}
    return Protocol(
        (
            Phase(minutes, together, name="play"),
            Phase(minutes, together | still, name="still face"),
            Phase(minutes, together, name="reunion"),
        ),
        name="still-face experiment",
    )
