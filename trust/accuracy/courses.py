"""Long courses: the pathways at the end of each of twenty weeks, engine by engine."""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms
from mirrorsys import System
from mirrorsys.models import client, dyad, therapist
from mirrorsys.protocols import Phase, Protocol
from trust.accuracy.cases import quantiles
from trust.accuracy.reference import Case, reference_of

__all__ = ["courses"]

Array = NDArray[np.float64]
SEED, N_DYADS, N_WEEKS = 888, 20, 20
NEAR = 1.25  # x or / the value of a role, at most
N_CONFIRMED, HOUR = 3, 60.0
ENGINES = (("scipy", "LSODA"), ("scipy", "BDF"), ("compiled", "switching"))
STATES = ("client.pathway", "therapist.pathway")


def courses() -> dict[str, Any]:
    """Return how far the pathways are from the reference at the end of each week."""
    system = dyad(client(), therapist())
    course = ms.protocols.weekly_sessions(N_WEEKS)
    members = [_member(system, number) for number in range(N_DYADS)]
    has_heyoka = importlib.util.find_spec("heyoka") is not None
    exact = {"engine": "taylor"} if has_heyoka else {
        "engine": "compiled", "rtol": 1e-13, "atol": 1e-15
    }  # fmt: skip
    truth = np.stack([_weeks(system, course, each, exact) for each in members])
    print("courses: reference", flush=True)
    found = []
    for engine, method in ENGINES:
        given = {"engine": engine, "method": method}
        own = np.stack([_weeks(system, course, each, given) for each in members])
        found.append({"engine": engine, "method": method, **_summary(own - truth)})
        print("courses:", found[-1], flush=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        many = ms.ensemble(
            system, members, protocol=course,
            outputs={each: ms.outputs.at_phase_ends(each, phase="between") for each in STATES},
        )  # fmt: skip
    own = np.stack([many[each].values for each in STATES], axis=-1)
    found.append({"engine": "ensemble", "method": "switching", **_summary(own - truth)})
    return {
        "n_dyads": N_DYADS, "n_weeks": N_WEEKS, "reference": "heyoka" if has_heyoka else "compiled",
        "confirmed": _confirmed(system, course, members[:N_CONFIRMED], exact), "engines": found,
    }  # fmt: skip


def _member(system: System, number: int) -> dict[str, float]:
    random = np.random.default_rng([SEED, number])
    values = {}
    for each in system.parameters:
        drawn = each.value * NEAR ** random.uniform(-1, 1)
        values[each.name] = float(np.clip(drawn, *each.range))
    return values


def _weeks(
    system: System, course: Protocol, params: dict[str, float], given: dict[str, Any]
) -> Array:
    run = ms.simulate(system, protocol=course, params=params, times=[course.duration], **given)
    at = np.flatnonzero(run.phase_name.values == "between")
    return np.asarray(run.pathway_at_end.values[at])


def _summary(gaps: Array) -> dict[str, Any]:
    """Return quantiles over dyads of the largest gap of either pathway in any week."""
    return quantiles(np.abs(gaps).reshape(len(gaps), -1).max(axis=1))


def _confirmed(
    system: System, course: Protocol, members: list[dict[str, float]], given: dict[str, Any]
) -> float:
    """Return how far the reference of courses is from that of 28 digits in the first hour."""
    times, gaps = np.arange(0.0, HOUR + 0.25), []
    for params in members:
        run = ms.simulate(system, protocol=course, params=params, times=times, **given)
        exact = reference_of(Case(system, params, {}, _first(course, HOUR)), times.tolist()).states
        columns = [exact[:, system.state_names.index(each)] for each in STATES]
        gaps.append(float(np.abs(run.pathway.values - np.stack(columns, axis=-1)).max()))
    return max(gaps)


def _first(course: Protocol, minutes: float) -> Protocol:
    """Return the beginning of a protocol."""
    phases: list[Phase] = []
    for each in course:
        left = minutes - sum(phase.duration for phase in phases)
        if left > 0:
            phases.append(replace(each, duration=min(left, each.duration)))
    return Protocol(tuple(phases))
