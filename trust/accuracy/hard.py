"""Runs that are hard to follow: near the boundary of two basins, and outbursts of many hours."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

import mirrorsys as ms
from mirrorsys.protocols import Phase, Protocol
from trust.accuracy.reference import Case
from trust.accuracy.studies import ABSOLUTE, Study, errors_of, kept_study, path_of

__all__ = ["estimates", "hard_studies"]

SEED, N_BOUNDARY, N_OUTBURST = 88, 24, 6
MINUTES, HOURS_OF_OUTBURSTS = 60.0, 10.0
DISTANCES = (1e-3, 1e-5, 1e-7, 1e-9)  # of the first threat from the boundary
ALLOWED = 100.0  # x tolerance: beyond it a run is to say so
ENGINES = (("scipy", "LSODA"), ("compiled", "switching"))


def hard_studies() -> list[tuple[str, Study]]:
    """Return cases of both kinds with their references."""
    cases = [("boundary", each) for each in _near_boundaries()]
    cases += [("outbursts", _outbursts(number)) for number in range(N_OUTBURST)]
    found = []
    for number, (kind, case) in enumerate(cases):
        times = np.arange(0.0, case.protocol.duration + 0.25, 0.5)
        found.append((kind, kept_study(case, times, f"hard-{number}")))
    return found


def _near_boundaries() -> list[Case]:
    """Return clients whose first threat decides where they go, a little off what decides."""
    random, found = np.random.default_rng([SEED, 0]), []
    while len(found) < N_BOUNDARY:
        params = {"stressor": random.uniform(0.0, 0.06), "rho": 8.3 * 1.2 ** random.uniform(-1, 1)}
        initial = {
            "soothing": random.uniform(0, 0.1), "fatigue": random.uniform(0, 0.3),
            "pathway": random.uniform(0, 0.2), "threat": 0.5,
        }  # fmt: skip
        protocol = Protocol((Phase(MINUTES),), name="alone")
        case = Case(ms.models.client(), params, initial, protocol)
        edge = _boundary(case)
        if edge is None:
            continue
        distance = DISTANCES[len(found) % len(DISTANCES)]
        found.append(case._replace(initial=initial | {"threat": edge + distance}))
    return found


def _boundary(case: Case) -> float | None:
    """Return the first threat from which the threat half an hour later jumps, by bisection."""

    def later(threat: float) -> float:
        run = ms.simulate(
            case.system, duration=MINUTES / 2, times=[MINUTES / 2], params=case.params,
            initial=case.initial | {"threat": threat}, engine="auto", rtol=1e-11, atol=1e-13,
        )  # fmt: skip
        return float(run.threat[-1])

    low, high = 0.0, 1.0
    ends = later(low), later(high)
    if ends[1] - ends[0] < 0.3:
        return None
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (low, middle) if later(middle) > sum(ends) / 2 else (middle, high)
    return high


def _outbursts(number: int) -> Case:
    """Return a lone client at a stress and pathway at which threat bursts out again and again."""
    random = np.random.default_rng([SEED, 1, number])
    params = {"stressor": random.uniform(0.085, 0.095)}
    initial = {"pathway": random.uniform(0.38, 0.42), "threat": random.uniform(0.05, 0.5)}
    protocol = Protocol((Phase(HOURS_OF_OUTBURSTS * 60),), name="outbursts")
    return Case(ms.models.client(), params, initial, protocol)


def estimates(studies: list[tuple[str, Study]], rtol: float = 1e-8) -> list[dict[str, Any]]:
    """Return, for each run, its true error, the one it estimates, and whether it speaks up.

    Both are the largest over states and times, in units of each state's tolerance.
    """
    found = []
    for engine, method in ENGINES:
        for kind, study in studies:
            case, names = study.case, study.case.system.state_names
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                run = ms.simulate(
                    case.system, protocol=case.protocol, params=case.params, initial=case.initial,
                    times=study.times, engine=engine, method=method, rtol=rtol,
                    atol=ABSOLUTE * rtol, error_estimate=True,
                )  # fmt: skip
            unit = rtol * (ABSOLUTE + np.abs(study.states).max(axis=0))
            true = np.abs(path_of(run, names) - study.states) / unit
            estimated = path_of(run, names, "_error") / unit
            found.append({
                "kind": kind, "engine": engine, "true": float(true.max()),
                "estimated": float(np.nanmax(estimated)),
                "says_so": any("tolerance" in str(each.message) for each in caught),
                "in_units": errors_of(study, engine, method, rtol).at_times,
            })  # fmt: skip
    return found
