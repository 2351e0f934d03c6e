"""S3, S5 and S6: what answered and unanswered crying leave behind, up to adult life."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import xarray as xr

from mirrorsys import models
from mirrorsys._system import System
from mirrorsys.claims._infancy import LATE, of_episode
from mirrorsys.claims._measures import (
    Curve,
    at_end,
    curve,
    highest,
    lowest,
    mean,
    n_rises,
    phase_times,
    window,
)
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._scenarios import ParameterSet, adult_life, childhood, crying, grown

__all__ = ["CLAIMS", "outbursts"]

PATHWAYS = np.arange(20, 61) / 100  # among which outbursts are looked for
OUTBURST = 0.1  # threat that swings by more, again and again, comes in outbursts


def _childhood(parameters: ParameterSet, answered: bool, sleeps_alone: bool = False) -> xr.Dataset:
    infant, carer = parameters.cast(models.infant), parameters.cast(models.carer)
    return childhood(infant, carer, answered, sleeps_alone)


def _grown(parameters: ParameterSet, answered: bool, sleeps_alone: bool = False) -> System:
    run = _childhood(parameters, answered, sleeps_alone)
    return grown(parameters.cast(models.infant), run)


def child(parameters: ParameterSet, state: str, answered: bool) -> float:
    """Return pathway or signal of a child after sixty episodes."""
    return at_end(_childhood(parameters, answered), state, "infant")


def recruited(parameters: ParameterSet, answered: bool) -> float:
    """Return the highest threat of a good carer meeting the child, against meeting a new one."""
    after, before = (
        highest(of_episode(run, "carer"))
        for run in (_meeting(parameters, answered), _first_meeting(parameters))
    )
    return after / before


def _meeting(parameters: ParameterSet, answered: bool) -> xr.Dataset:
    return crying(_grown(parameters, answered), parameters.cast(models.carer))


def _first_meeting(parameters: ParameterSet) -> xr.Dataset:
    return crying(parameters.cast(models.infant), parameters.cast(models.carer))


def _last_half(run: xr.Dataset) -> Curve:
    begin, end = phase_times(run, "life")
    return window(curve(run, "threat"), (begin + end) / 2, end)


def adult_highest(parameters: ParameterSet, answered: bool) -> float:
    """Return the highest threat of the grown child, alone after an upset, in the last half."""
    return highest(_last_half(adult_life(_grown(parameters, answered), upset=True)))


def adult_mean(parameters: ParameterSet, answered: bool) -> float:
    """Return the mean threat of the grown child, alone and at first at rest, in the last half."""
    return mean(_last_half(adult_life(_grown(parameters, answered), upset=False)))


def swing(parameters: ParameterSet, answered: bool) -> float:
    """Return how far the grown child's threat swings, alone, in the last half."""
    late = _last_half(adult_life(_grown(parameters, answered), upset=True))
    return highest(late) - lowest(late)


@lru_cache(maxsize=128)
def outbursts(parameters: ParameterSet) -> tuple[float, ...]:
    """Return the pathways at which a lone adult's threat goes on in recurring outbursts."""
    return tuple(float(each) for each in PATHWAYS if _recurs(parameters, float(each)))


def _recurs(parameters: ParameterSet, pathway: float) -> bool:
    late = _last_half(adult_life(parameters.cast(models.infant, pathway=pathway), upset=True))
    top, bottom = highest(late), lowest(late)
    return top - bottom > OUTBURST and n_rises(late, (top + bottom) / 2) > 1


def _band(parameters: ParameterSet) -> str:
    band = outbursts(parameters)
    if not band:
        return f"no pathway from {PATHWAYS[0]:.2f} to {PATHWAYS[-1]:.2f} has outbursts"
    return f"outbursts recur with a pathway from {band[0]:.2f} to {band[-1]:.2f}"


# ---- notes, in words made from the numbers ------------------------------------------------


def _note_on_meeting(parameters: ParameterSet) -> str:
    threats = [
        mean(of_episode(_meeting(parameters, answered), "infant", *LATE))
        for answered in (False, True)
    ]
    return (
        f"With her the child's mean threat in minutes 25-120 is {threats[0]:.2f}; that of a child "
        f"who was always answered {threats[1]:.2f}."
    )


def _note_on_calming(parameters: ParameterSet) -> str:
    pathway, band = child(parameters, "pathway", True), outbursts(parameters)
    place = "inside" if band and band[0] <= round(pathway, 2) <= band[-1] else "outside"
    other = _grown(parameters, True, sleeps_alone=True)
    threat = highest(_last_half(adult_life(other, upset=True)))
    return (
        f"At this stress {_band(parameters)}; the child's is {pathway:.3f}, {place} that range. "
        "It is assumed that the carer stays while the child sleeps: if it slept alone, the pathway "
        f"would be {other['pathway'].value:.3f} and the highest threat {threat:.2f}."
    )


def _note_on_outbursts(parameters: ParameterSet) -> str:
    late = _last_half(adult_life(_grown(parameters, False), upset=True))
    own = (
        f"In outbursts: threat swings between {lowest(late):.2f} and {highest(late):.2f}."
        if swing(parameters, False) > OUTBURST
        else f"Absent: threat stays at {mean(late):.2f} with a pathway of "
        f"{child(parameters, 'pathway', False):.2f}."
    )
    return (
        f"{own} As a cycle that needs no noise, {_band(parameters)}. Outbursts that noise sets "
        "off are not examined: these runs are without noise."
    )


CLAIMS = (
    Claim(
        system="S3",
        statement="A child whose crying is never answered stops asking.",
        quantity="signal after 60 unanswered episodes",
        measure=lambda parameters: child(parameters, "signal", False),
        direction="at most",
        bound=0.4,
        controls=(
            Control(name="answered", measure=lambda parameters: child(parameters, "signal", True)),
        ),
    ),
    Claim(
        system="S3",
        statement="Afterwards such a child moves even an available carer less.",
        quantity="good carer's highest threat in one episode with this child, as a share of that "
        "with a new-born",
        measure=lambda parameters: recruited(parameters, False),
        direction="at most",
        bound=0.6,
        controls=(
            Control(name="answered", measure=lambda parameters: recruited(parameters, True)),
        ),
        note=_note_on_meeting,
        is_inferred=True,
    ),
    Claim(
        system="S5",
        statement="Being comforted again and again builds the child's own pathway.",
        quantity="pathway after 60 answered episodes",
        measure=lambda parameters: child(parameters, "pathway", True),
        direction="at least",
        bound=0.3,
        controls=(
            Control(
                name="unanswered", measure=lambda parameters: child(parameters, "pathway", False)
            ),
        ),
    ),
    Claim(
        system="S5",
        statement="Later that child calms down alone.",
        quantity="highest threat of the grown child alone at stressor 0.08, second of two days "
        "after an upset",
        measure=lambda parameters: adult_highest(parameters, True),
        direction="at most",
        bound=0.2,
        controls=(
            Control(name="unanswered", measure=lambda parameters: adult_highest(parameters, False)),
        ),
        note=_note_on_calming,
    ),
    Claim(
        system="S6",
        statement="Without all that the adult is in high threat much of the time.",
        quantity="mean threat of the unanswered child grown up, alone at stressor 0.08, second of "
        "two days begun at rest",
        measure=lambda parameters: adult_mean(parameters, False),
        direction="at least",
        bound=0.35,
        controls=(
            Control(name="answered", measure=lambda parameters: adult_mean(parameters, True)),
        ),
    ),
    Claim(
        system="S6",
        statement="Does this adult have outbursts, and are they a cycle?",
        quantity="swing of threat of the same adult, second of two days after an upset",
        measure=lambda parameters: swing(parameters, False),
        note=_note_on_outbursts,
    ),
)
