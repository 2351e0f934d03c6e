"""S9 and S10: the therapist is trained too; the one who keeps his distance is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import xarray as xr

from mirrorsys import models
from mirrorsys._system import System
from mirrorsys.claims._measures import (
    Curve,
    curve,
    first_fall,
    highest,
    phase_times,
    window,
)
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._scenarios import ParameterSet, course, lone_stressor
from mirrorsys.claims._therapy import pathway, threat_between

__all__ = ["CLAIMS"]

TURNED_DOWN = (0.5, 0.3, 0.1)  # mirroring of the distanced helper, step by step

Role = Callable[..., System]


def _course(parameters: ParameterSet, role: Role = models.therapist, **helper: float) -> xr.Dataset:
    return course(parameters.cast(models.client), parameters.cast(role, **helper))


# ---- S9: the therapist's own gain ---------------------------------------------------------


def _stressed(parameters: ParameterSet, after: Role | None) -> tuple[Curve, float]:
    """Return a therapist's threat from the onset of a lone stressor on, and when that ends.

    `after` is the helper as whom he has given twenty sessions, None before any.
    """
    own = {}
    if after is not None:
        own["pathway"] = pathway(_course(parameters, after), "therapist")
    run = lone_stressor(parameters.cast(models.therapist, **own))
    begin, end = phase_times(run, "stress")
    return window(curve(run, "threat"), begin, float(run.time.values[-1])), end


def _peak(parameters: ParameterSet, after: Role | None) -> float:
    return highest(_stressed(parameters, after)[0])


def _half(threat: Curve) -> float:
    return (float(threat.values[0]) + highest(threat)) / 2


def _minutes_to(threat: Curve, level: float) -> float:
    return first_fall(threat, level) - float(threat.times[0])


def _minutes_to_half(parameters: ParameterSet, after: Role | None) -> float:
    before, _ = _stressed(parameters, None)
    return _minutes_to(_stressed(parameters, after)[0], _half(before))


def _end(parameters: ParameterSet, after: Role | None) -> float:
    threat, end = _stressed(parameters, after)
    return float(np.interp(end, threat.times, threat.values))


def _note_on_half(parameters: ParameterSet) -> str:
    before, after = (_stressed(parameters, role)[0] for role in (None, models.therapist))
    own = [_minutes_to(threat, _half(threat)) for threat in (before, after)]
    times = np.union1d(before.times, after.times)
    gap = np.interp(times, before.times, before.values) - np.interp(
        times, after.times, after.values
    )
    share = "at every minute" if gap.min() > 0 else "not at every minute"
    return (
        "Half of the excursion before the course, one level for both. To half of its own "
        f"excursion each falls in {own[0]:.1f} min (before) and {own[1]:.1f} min (after). "
        f"After the course threat is lower {share}."
    )


def _gain(
    statement: str,
    quantity: str,
    measure: Callable[..., float],
    note: str | Callable[[ParameterSet], str] = "",
) -> Claim:
    """Return the claim that a therapist answers a lone stressor better after the course."""
    return Claim(
        system="S9",
        statement=statement,
        quantity=f"therapist alone under a stressor of 10 min: {quantity}, after 20 sessions "
        "against before",
        measure=partial(measure, after=models.therapist),
        direction="less than",
        bound=partial(measure, after=None),
        controls=(
            Control(
                name="20 sessions as a detached therapist",
                measure=partial(measure, after=models.detached_therapist),
            ),
        ),
        note=note,
    )


# ---- S10: the distanced helper ------------------------------------------------------------


def _mirroring(parameters: ParameterSet, measure: Callable[[xr.Dataset], float]) -> list[float]:
    """Return a measure of the course, the mirror open and then turned down step by step."""
    open_mirror = measure(_course(parameters))
    return [open_mirror, *(measure(_course(parameters, mu=mu)) for mu in TURNED_DOWN)]


def _smallest_loss(parameters: ParameterSet, measure: Callable[[xr.Dataset], float]) -> float:
    return -float(np.diff(_mirroring(parameters, measure)).max())


def _losing(
    statement: str, quantity: str, measure: Callable[[xr.Dataset], float], sign: float
) -> Claim:
    """Return the claim that something gets worse with each step the mirror is turned down."""

    def note(parameters: ParameterSet) -> str:
        values = ", ".join(f"{value:.3f}" for value in _mirroring(parameters, measure))
        closed = measure(_course(parameters, mu=0.0))
        return f"Open mirror, then 0.5, 0.3, 0.1: {values}. Fully closed (0): {closed:.3f}."

    return Claim(
        system="S10",
        statement=statement,
        quantity=f"smallest change for the worse of {quantity} as mirroring goes from open to "
        "0.5, 0.3, 0.1",
        measure=lambda parameters: _smallest_loss(parameters, lambda run: sign * measure(run)),
        direction="more than",
        bound=0.0,
        note=note,
    )


CLAIMS = (
    Claim(
        system="S9",
        statement="The therapist's own pathway grows with the sessions he gives.",
        quantity="therapist's pathway after 20 sessions, against before",
        measure=lambda parameters: pathway(_course(parameters), "therapist"),
        direction="more than",
        bound=lambda parameters: float(parameters.cast(models.therapist)["pathway"].value),
        controls=(
            Control(
                name="20 sessions as a detached therapist",
                measure=lambda parameters: pathway(
                    _course(parameters, models.detached_therapist), "therapist"
                ),
            ),
        ),
    ),
    _gain("In his private life a stressor then frightens him less.", "highest threat", _peak),
    _gain(
        "He answers it faster.",
        "minutes until threat is down to half",
        _minutes_to_half,
        _note_on_half,
    ),
    _gain("He ends it lower.", "threat when the stressor ends", _end),
    _losing(
        "The less the therapist lets himself be touched, the less the client's pathway grows.",
        "client's pathway after 20 sessions",
        pathway,
        sign=1.0,
    ),
    _losing(
        "The less the therapist lets himself be touched, the less he himself is trained.",
        "therapist's pathway after 20 sessions",
        partial(pathway, person="therapist"),
        sign=1.0,
    ),
    _losing(
        "The less the therapist lets himself be touched, the more threat the client is left with.",
        "client's mean threat in the week after session 20",
        threat_between,
        sign=-1.0,
    ),
    Claim(
        system="S10",
        statement="With a detached therapist the client's pathway hardly grows.",
        quantity="client's pathway after 20 sessions, mirroring at 0.1",
        measure=lambda parameters: pathway(_course(parameters, mu=TURNED_DOWN[-1])),
        direction="at most",
        bound=0.2,
        controls=(
            Control(name="mirror open", measure=lambda parameters: pathway(_course(parameters))),
        ),
    ),
    Claim(
        system="S10",
        statement="With a detached therapist the client stays in high threat.",
        quantity="client's mean threat in the week after session 20, mirroring at 0.1",
        measure=lambda parameters: threat_between(_course(parameters, mu=TURNED_DOWN[-1])),
        direction="at least",
        bound=0.3,
        controls=(
            Control(
                name="mirror open", measure=lambda parameters: threat_between(_course(parameters))
            ),
        ),
    ),
)
