"""S7 and S8: one session, a course of sessions, the year after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from mirrorsys import models
from mirrorsys.claims._measures import at_end, curve, highest, mean, phase_times, window
from mirrorsys.claims._order import Pair, order_claims
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._scenarios import (
    N_SESSIONS,
    ParameterSet,
    course,
    first_session,
    year_later,
)

__all__ = ["CLAIMS", "client_in_session", "pathway", "threat_between"]

LATE = (15.0, 50.0)  # minutes of a session
SETTLED = 13  # from this session on the client stays calm
RELIEF = 0.7
WEEK = 7 * 1440.0
CALM = 0.2

Own = Mapping[str, float]

_BLIND: Own = {"mu": 0.0, "nu": 0.0}
_NOBODY_MIRRORS = (_BLIND, _BLIND)  # client, helper


# ---- S7: one session ----------------------------------------------------------------------


def _session(
    parameters: ParameterSet, client: Own, helper: Own, contact: float = 1.0
) -> xr.Dataset:
    return first_session(
        parameters.cast(models.client, **client),
        parameters.cast(models.therapist, **helper),
        contact,
    )


def _meeting(parameters: ParameterSet, client: Own, helper: Own) -> tuple[xr.Dataset, float, float]:
    run = _session(parameters, client, helper)
    return run, phase_times(run, "recall")[0], phase_times(run, "session")[1]


def client_in_session(run: xr.Dataset) -> float:
    """Return the client's mean threat over minutes 15-50 of the first session."""
    begin, _ = phase_times(run, "recall")
    return mean(window(curve(run, "threat", "client"), begin + LATE[0], begin + LATE[1]))


def _on_arrival(run: xr.Dataset) -> float:
    return float(run.threat_at_end.sel(person="client").values[0])


def _relief(name: str, statement: str, **cut: object) -> Claim:
    """Return the claim that the client is better off than with one thing cut."""

    def comparison(parameters: ParameterSet) -> xr.Dataset:
        return _session(parameters, **({"client": {}, "helper": {}} | cut))  # type: ignore[arg-type]

    def share(parameters: ParameterSet) -> float:
        whole = _session(parameters, {}, {})
        return client_in_session(whole) / client_in_session(comparison(parameters))

    def without(parameters: ParameterSet) -> float:
        run = comparison(parameters)
        return client_in_session(run) / _on_arrival(run)

    def note(parameters: ParameterSet) -> str:
        whole, other = (
            client_in_session(run) for run in (_session(parameters, {}, {}), comparison(parameters))
        )
        return (
            f"Mean threat {whole:.3f} against {other:.3f}. The control is given as a share of the "
            "threat on arrival: it must not bring such relief either."
        )

    return Claim(
        system="S7",
        statement=statement,
        quantity=f"client's mean threat, minutes 15-50 of session 1, as a share of that with "
        f"{name}",
        measure=share,
        direction="at most",
        bound=RELIEF,
        controls=(Control(name=name, measure=without),),
        note=note,
    )


# ---- S8: a course -------------------------------------------------------------------------


def _course(
    parameters: ParameterSet, client: Own | None = None, helper: Own | None = None
) -> xr.Dataset:
    return course(
        parameters.cast(models.client, **(client or {})),
        parameters.cast(models.therapist, **(helper or {})),
    )


def pathway(run: xr.Dataset, person: str = "client") -> float:
    """Return a pathway a week after the last session of a course."""
    return at_end(run, "pathway", person)


def threat_between(run: xr.Dataset, person: str = "client", nth: int = -1) -> float:
    """Return the mean threat in everyday life after the nth session (default: the last)."""
    return mean(window(curve(run, "threat", person), *phase_times(run, "between", nth)))


def _highest_later(run: xr.Dataset) -> float:
    threat = curve(run, "threat", "client")
    return max(
        highest(window(threat, *phase_times(run, "between", nth)))
        for nth in range(SETTLED - 1, N_SESSIONS)
    )


def _note_on_gain(parameters: ParameterSet) -> str:
    run = _course(parameters)
    weeks = np.array([threat_between(run, nth=nth) for nth in range(N_SESSIONS)])
    largest = int(np.argmin(np.diff(weeks)))
    share = (weeks[largest] - weeks[largest + 1]) / (weeks[0] - weeks[-1])
    return (
        "Everyday life between sessions in the course itself, from the end of each session on. "
        f"The largest step of the mean threat of a week is from {weeks[largest]:.2f} to "
        f"{weeks[largest + 1]:.2f} with session {largest + 2}: {share:.0%} of all that is gained "
        "from the first week to the last."
    )


def _year(parameters: ParameterSet, practice: bool) -> xr.Dataset:
    client, helper = parameters.cast(models.client), parameters.cast(models.therapist)
    return year_later(client, helper, practice)


def _last_week(parameters: ParameterSet, practice: bool) -> float:
    threat = curve(_year(parameters, practice), "threat")
    end = float(threat.times[-1])
    return mean(window(threat, end - WEEK, end))


def _note_on_year(parameters: ParameterSet, practice: bool) -> str:
    before = pathway(_course(parameters))
    after = at_end(_year(parameters, practice), "pathway")
    state = "still calm" if _last_week(parameters, practice) <= CALM else "no longer calm"
    return f"The pathway goes from {before:.2f} to {after:.2f}; the client is {state}."


CLAIMS = (
    *order_claims("S7", Pair(sufferer="client", helper="therapist", meeting=_meeting)),
    _relief(
        "nobody there",
        "One session with a warm therapist brings relief: more than being alone with it.",
        contact=0.0,
    ),
    _relief(
        "a therapist who does not mirror threat",
        "It brings more relief than a therapist who keeps the suffering at a distance.",
        helper={"mu": 0.0},
    ),
    _relief(
        "a therapist without soothing of his own",
        "It brings more relief than a therapist who has no tenderness toward himself.",
        helper={"kappa": 0.0},
    ),
    _relief(
        "a client who does not mirror soothing",
        "The relief comes by the therapist's soothing: a client blind to it gets less.",
        client={"nu": 0.0},
    ),
    Claim(
        system="S8",
        statement="Repeated sessions strengthen the client's pathway.",
        quantity="client's pathway a week after 20 sessions",
        measure=lambda parameters: pathway(_course(parameters)),
        direction="at least",
        bound=0.4,
        controls=(
            Control(
                name="contact with a therapist who does not mirror",
                measure=lambda parameters: pathway(_course(parameters, helper={"mu": 0.0})),
            ),
            Control(
                name="contact in which nobody mirrors anything",
                measure=lambda parameters: pathway(_course(parameters, *_NOBODY_MIRRORS)),
            ),
        ),
    ),
    Claim(
        system="S8",
        statement="With enough sessions the client leaves the high-threat state and stays out.",
        quantity=f"client's highest threat between sessions, from session {SETTLED} on",
        measure=lambda parameters: _highest_later(_course(parameters)),
        direction="at most",
        bound=CALM,
        controls=(
            Control(
                name="contact with a therapist who does not mirror",
                measure=lambda parameters: _highest_later(_course(parameters, helper={"mu": 0.0})),
            ),
            Control(
                name="contact in which nobody mirrors anything",
                measure=lambda parameters: _highest_later(_course(parameters, *_NOBODY_MIRRORS)),
            ),
        ),
        note=_note_on_gain,
    ),
    Claim(
        system="S8",
        statement="What is left a year later without home practice?",
        quantity="client's mean threat in the last week of the year",
        measure=lambda parameters: _last_week(parameters, False),
        note=lambda parameters: _note_on_year(parameters, False),
        is_inferred=True,
    ),
    Claim(
        system="S8",
        statement="What is left a year later with ten minutes of home practice a day?",
        quantity="client's mean threat in the last week of the year, practice included",
        measure=lambda parameters: _last_week(parameters, True),
        note=lambda parameters: _note_on_year(parameters, True),
        is_inferred=True,
    ),
)
