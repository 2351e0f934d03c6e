"""S1, S2 and S4: mirroring, the infant alone, the good-enough carer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from mirrorsys import models
from mirrorsys.claims._measures import Curve, curve, highest, mean, phase_times, window
from mirrorsys.claims._order import Pair, order_claims
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._scenarios import ParameterSet, crying, lonely_crying, watching

__all__ = ["CLAIMS", "LATE", "of_episode"]

LATE = (25.0, 120.0)  # minutes of a crying episode
FIRST_PLATEAU = 10.0  # minutes: five after the upset has ended
TRAINED = 0.6  # pathway of an infant who could soothe itself, for a control


def watcher_threat(parameters: ParameterSet, **watcher: float) -> float:
    """Return how far a watcher's threat rises above rest while the other is upset."""
    run = watching(
        parameters.cast(models.person, "sufferer"),
        parameters.cast(models.person, "watcher", **watcher),
    )
    return _rise(run, "threat")


def watcher_soothing(parameters: ParameterSet, **watcher: float) -> float:
    """Return how far an untrained watcher's soothing rises while a tender person is upset."""
    run = watching(
        parameters.cast(models.carer, "sufferer"),
        parameters.cast(models.infant, "watcher", **watcher),
    )
    return _rise(run, "soothing")


def _rise(run: xr.Dataset, quantity: str) -> float:
    upset = window(curve(run, quantity, "watcher"), *phase_times(run, "upset"))
    return highest(upset) - float(upset.values[0])


def lone_threat(parameters: ParameterSet, **infant: float) -> float:
    """Return the mean threat of a lone upset infant from minute 25 on."""
    run = lonely_crying(parameters.cast(models.infant, **infant))
    return mean(window(curve(run, "threat"), *LATE))


def lone_fall(parameters: ParameterSet, **infant: float) -> float:
    """Return how far a lone infant's threat falls from its first plateau to the end."""
    threat = curve(lonely_crying(parameters.cast(models.infant, **infant)), "threat")
    return float(np.interp(FIRST_PLATEAU, threat.times, threat.values) - threat.values[-1])


def of_episode(run: xr.Dataset, person: str, first: float = 0.0, last: float = LATE[1]) -> Curve:
    """Return a person's threat between two minutes of an answered crying episode."""
    begin, _ = phase_times(run, "upset")
    return window(curve(run, "threat", person), begin + first, begin + last)


def late_threat(parameters: ParameterSet, **carer: float) -> float:
    """Return the highest threat of an answered infant from minute 25 on."""
    run = crying(parameters.cast(models.infant), parameters.cast(models.carer, **carer))
    return highest(of_episode(run, "infant", *LATE))


def _answered(
    parameters: ParameterSet, infant: Mapping[str, float], carer: Mapping[str, float]
) -> tuple[xr.Dataset, float, float]:
    run = crying(parameters.cast(models.infant, **infant), parameters.cast(models.carer, **carer))
    begin, _ = phase_times(run, "upset")
    return run, begin, begin + LATE[1]


CLAIMS = (
    Claim(
        system="S1",
        statement="Whoever watches another's distress becomes distressed too.",
        quantity="watcher's highest threat while the other is upset (5 min), above rest",
        measure=watcher_threat,
        direction="at least",
        bound=0.1,
        controls=(
            Control(
                name="watcher without mirroring of threat",
                measure=lambda parameters: watcher_threat(parameters, mu=0.0),
            ),
        ),
    ),
    Claim(
        system="S1",
        statement="Soothing is mirrored too: somebody else's tenderness calms whoever watches.",
        quantity="infant's highest soothing while a tender carer is upset (5 min), above rest",
        measure=watcher_soothing,
        direction="at least",
        bound=0.05,
        controls=(
            Control(
                name="watcher without mirroring of soothing",
                measure=lambda parameters: watcher_soothing(parameters, nu=0.0),
            ),
        ),
        note="Added to the registered claims, which measure S1 by threat alone.",
    ),
    Claim(
        system="S2",
        statement="An infant alone, once upset, stays upset.",
        quantity="lone infant's mean threat, minutes 25-120",
        measure=lone_threat,
        direction="at least",
        bound=0.4,
        controls=(
            Control(
                name="infant with a trained pathway",
                measure=lambda parameters: lone_threat(parameters, pathway=TRAINED),
            ),
        ),
    ),
    Claim(
        system="S2",
        statement="Nothing but exhaustion lessens the distress of an infant alone.",
        quantity="lone infant's threat at minute 10 less that at minute 120",
        measure=lone_fall,
        direction="at least",
        bound=0.05,
        controls=(
            Control(
                name="infant that does not tire",
                measure=lambda parameters: lone_fall(parameters, alpha=0.0),
            ),
            Control(
                name="infant with a trained pathway",
                measure=lambda parameters: lone_fall(parameters, pathway=TRAINED),
            ),
        ),
        note="Minute 10 is the first plateau: the upset has ended five minutes before, fatigue "
        "has only begun.",
    ),
    *order_claims("S4", Pair(sufferer="infant", helper="carer", meeting=_answered)),
    Claim(
        system="S4",
        statement="An infant who is answered calms down.",
        quantity="answered infant's highest threat, minutes 25-120",
        measure=late_threat,
        direction="at most",
        bound=0.15,
        controls=(
            Control(
                name="carer without tenderness toward herself",
                measure=lambda parameters: late_threat(parameters, kappa=0.0),
            ),
            Control(
                name="calm carer who does not mirror threat",
                measure=lambda parameters: late_threat(parameters, mu=0.0),
            ),
        ),
    ),
)
