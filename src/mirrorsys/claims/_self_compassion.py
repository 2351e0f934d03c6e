"""S11 and S12: the overwhelmed helper, and which of all helpers does best."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import xarray as xr

from mirrorsys import models
from mirrorsys._system import System
from mirrorsys.claims._map import (
    best_mirroring,
    helper_map,
    map_in_words,
    threat_in_sessions,
)
from mirrorsys.claims._measures import curve, mean, phase_times, window
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._scenarios import ParameterSet, caseload, course, first_session
from mirrorsys.claims._therapy import pathway, threat_between

__all__ = ["CLAIMS"]

HIGH = 0.3  # threat at the end of a night that is counted as a bad one
OTHERS = (models.detached_therapist, models.overwhelmed_therapist)

# The coarse map of the table of claims; a figure draws a finer one.
MIRRORING = (0.0, 0.1, 0.3, 0.6, 1.27, 3.0, 10.0)
SELF_SOOTHING = (0.0, 0.25, 0.5, 1.0)

Role = Callable[..., System]


def _course(parameters: ParameterSet, role: Role = models.therapist) -> xr.Dataset:
    return course(parameters.cast(models.client), parameters.cast(role))


# ---- S11: the overwhelmed helper ----------------------------------------------------------


def _end_of_session(parameters: ParameterSet, role: Role, person: str) -> float:
    run = first_session(parameters.cast(models.client), parameters.cast(role))
    return float(curve(run, "threat", person).values[-1])


def _overwhelmed(
    statement: str,
    quantity: str,
    measure: Callable[[ParameterSet, Role], float],
    bound: float,
    at_most: bool = False,
) -> Claim:
    """Return a claim about the helper who feels everything without tenderness for himself."""
    return Claim(
        system="S11",
        statement=statement,
        quantity=quantity,
        measure=lambda parameters: measure(parameters, models.overwhelmed_therapist),
        direction="at most" if at_most else "at least",
        bound=bound,
        controls=(
            Control(
                name="helper trained in self-soothing",
                measure=lambda parameters: measure(parameters, models.therapist),
            ),
        ),
    )


def _caseload(parameters: ParameterSet) -> xr.Dataset:
    helper = parameters.cast(models.overwhelmed_therapist)
    return caseload(parameters.cast(models.client), helper)


def _threat_off_duty(parameters: ParameterSet) -> float:
    run = _caseload(parameters)
    return mean(window(curve(run, "threat", "therapist"), *phase_times(run, "weekend", -1)))


def _note_on_caseload(parameters: ParameterSet) -> str:
    run = _caseload(parameters)
    nights = run.phase_name.values == "night"
    threat = run.threat_at_end.sel(person="therapist").values[nights]
    strength = run.pathway_at_end.sel(person="therapist").values
    bad = int(np.count_nonzero(threat >= HIGH))
    outcome = (
        "burnt out to the end"
        if threat[-1] >= HIGH
        else "then calm again: burnout does not last in this model"
    )
    return (
        f"Four weeks of five first sessions a day: in high threat at the end of {bad} of "
        f"{threat.size} nights, {outcome}. The helper's pathway goes from "
        f"{float(run.pathway.sel(person='therapist').values[0]):.2f} to {strength[-1]:.2f}."
    )


# ---- S12: which helper is best ------------------------------------------------------------


def _best(
    statement: str, quantity: str, measure: Callable[[xr.Dataset], float], more: bool
) -> Claim:
    """Return the claim that the helper who feels and soothes himself does better than both."""

    def best_other(parameters: ParameterSet) -> float:
        return (max if more else min)(measure(_course(parameters, role)) for role in OTHERS)

    def note(parameters: ParameterSet) -> str:
        detached, overwhelmed = (measure(_course(parameters, role)) for role in OTHERS)
        return f"Detached {detached:.3f}, overwhelmed {overwhelmed:.3f}."

    return Claim(
        system="S12",
        statement=statement,
        quantity=f"{quantity}, against the better of the detached and the overwhelmed helper",
        measure=lambda parameters: measure(_course(parameters)),
        direction="more than" if more else "less than",
        bound=best_other,
        note=note,
    )


def _in_sessions(parameters: ParameterSet, role: Role) -> float:
    return threat_in_sessions(_course(parameters, role), "therapist")


def _price(parameters: ParameterSet) -> float:
    return _in_sessions(parameters, models.therapist) - _in_sessions(
        parameters, models.detached_therapist
    )


def _note_on_price(parameters: ParameterSet) -> str:
    warm, detached, overwhelmed = (
        _in_sessions(parameters, role) for role in (models.therapist, *OTHERS)
    )
    return f"Compassionate {warm:.3f}, detached {detached:.3f}, overwhelmed {overwhelmed:.3f}."


@lru_cache(maxsize=4)
def _coarse_map(parameters: ParameterSet) -> xr.Dataset:
    return helper_map(MIRRORING, SELF_SOOTHING, params=dict(parameters.changes))


def _client_optimum(parameters: ParameterSet) -> float:
    best, _ = best_mirroring(_coarse_map(parameters), "client_pathway")
    return float(best[-1])


def _note_on_map(parameters: ParameterSet) -> str:
    outcomes = _coarse_map(parameters)
    return (
        f"Mirroring {MIRRORING[0]:g} to {MIRRORING[-1]:g}, {len(MIRRORING)} values; self-soothing "
        f"from 0 (overwhelmed) to 1 (compassionate). {map_in_words(outcomes)}"
    )


CLAIMS = (
    _overwhelmed(
        "A helper without tenderness toward himself leaves the client in high threat.",
        "client's threat at the end of session 1",
        partial(_end_of_session, person="client"),
        0.4,
    ),
    _overwhelmed(
        "He himself ends the session in high threat: red feeds red.",
        "helper's threat at the end of session 1",
        partial(_end_of_session, person="therapist"),
        0.4,
    ),
    _overwhelmed(
        "His client's pathway hardly grows.",
        "client's pathway after 20 sessions",
        lambda parameters, role: pathway(_course(parameters, role)),
        0.2,
        at_most=True,
    ),
    _overwhelmed(
        "His client stays in high threat.",
        "client's mean threat in the week after session 20",
        lambda parameters, role: threat_between(_course(parameters, role)),
        0.3,
    ),
    _overwhelmed(
        "He takes the threat home.",
        "helper's mean threat in the week after session 20",
        lambda parameters, role: threat_between(_course(parameters, role), "therapist"),
        0.3,
    ),
    Claim(
        system="S11",
        statement="Does a caseload burn the overwhelmed helper out?",
        quantity="his mean threat in the last of four weekends",
        measure=_threat_off_duty,
        note=_note_on_caseload,
        is_inferred=True,
    ),
    _best(
        "The helper who feels and soothes himself does best for the client's pathway.",
        "client's pathway after 20 sessions",
        pathway,
        more=True,
    ),
    _best(
        "He does best for the client's everyday life.",
        "client's mean threat in the week after session 20",
        threat_between,
        more=False,
    ),
    _best(
        "He does best for his own pathway.",
        "helper's pathway after 20 sessions",
        partial(pathway, person="therapist"),
        more=True,
    ),
    _best(
        "He does best for his own everyday life.",
        "helper's mean threat in the week after session 20",
        partial(threat_between, person="therapist"),
        more=False,
    ),
    Claim(
        system="S12",
        statement="What does it cost him while he is helping?",
        quantity="helper's mean threat over all sessions, less that of the detached helper",
        measure=_price,
        note=_note_on_price,
    ),
    Claim(
        system="S12",
        statement="Is there a best degree of mirroring, for whom, and where does it vanish?",
        quantity=f"mirroring best for the client's pathway, with a self-soothing helper, of "
        f"{MIRRORING[0]:g} to {MIRRORING[-1]:g}",
        measure=_client_optimum,
        note=_note_on_map,
    ),
)
