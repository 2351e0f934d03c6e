"""S12: is recovery monotone in mirroring? Many couples, each with its mirroring turned up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms
from trust.properties._kept import kept

__all__ = ["OUTCOMES", "measured_mirroring"]

Array = NDArray[np.float64]
SEED, N_COUPLES = 0, 200
MIRRORING = (0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1, 1.27, 1.6, 2, 2.5, 3, 4, 5, 7, 10)
FELT = 0.3  # mirroring from which on is asked again: a third of the default, and less
SEEN, PLAIN = 1e-3, 1e-2  # falls that count, and falls that one would notice
RTOLS, SURE = (1e-10, 1e-12), 1e-4  # what two tolerances may differ by in a course that is judged
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
COURSE = ms.protocols.weekly_sessions(20)
LAST_WEEK = (COURSE.duration - COURSE.phases[-1].duration, COURSE.duration)
OUTCOMES = {
    "client's pathway": (ms.outputs.at_times("client.pathway", [COURSE.duration]), 1),
    "client's threat alone": (ms.outputs.mean("client.threat", window=LAST_WEEK), -1),
    "helper's pathway": (ms.outputs.at_times("therapist.pathway", [COURSE.duration]), 1),
    "helper's threat alone": (ms.outputs.mean("therapist.threat", window=LAST_WEEK), -1),
    "helper's threat in sessions": (ms.outputs.mean("therapist.threat", phase="session"), 1),
}
POPULATIONS = {
    "the default couple": 0.0,
    "within 5 % of it": 0.05,
    "within 20 % of it": 0.2,
    "within 50 % of it": 0.5,
    "other self-soothing": math.nan,
    "anywhere in the box": math.inf,
}
WHOSE = {"helper": ["therapist.mu"], "client": ["client.mu"], "both": ["client.mu", "therapist.mu"]}


def couples(spread: float) -> list[dict[str, float]]:
    """Return couples around the default one: all parameters, and in the box all states too."""
    random = np.random.default_rng(SEED)
    usual = {q.name: q.value for q in (*DYAD.parameters, *DYAD.states)}
    if spread == 0:
        return [usual]
    if math.isnan(spread):
        return [usual | soothing(share) for share in random.uniform(0, 1.25, N_COUPLES)]
    if math.isinf(spread):
        return [{name: float(random.uniform(*DYAD[name].range)) for name in usual}
                for _ in range(N_COUPLES)]  # fmt: skip
    return [
        usual | {p.name: float(np.clip(p.value * random.uniform(1 - spread, 1 + spread), *p.range))
                 for p in DYAD.parameters}
        for _ in range(N_COUPLES)
    ]  # fmt: skip


def soothing(share: float) -> dict[str, float]:
    """Return the helper's tenderness and pathway: 0 the overwhelmed one's, 1 the therapist's."""
    none, full = ms.models.overwhelmed_therapist(), ms.models.therapist()
    return {f"therapist.{name}": (1 - share) * none[name].value + share * full[name].value
            for name in ("kappa", "pathway")}  # fmt: skip


def measured_mirroring() -> list[dict[str, Any]]:
    """Return for whose mirroring, in which couples, which outcome falls or rises the wrong way."""
    rows = []
    for whose, names in WHOSE.items():
        for population, spread in POPULATIONS.items():
            key = f"mirroring/{whose}/{population}/{N_COUPLES}"
            found = kept(key, lambda names=names, spread=spread: {"rows": _rows(names, spread)})
            rows += [{"whose": whose, "population": population} | row for row in found["rows"]]
            print(f"{key}: {found}", flush=True)
    return rows


def _rows(names: list[str], spread: float) -> list[dict[str, Any]]:
    who = couples(spread)
    members = [each | dict.fromkeys(names, float(mu)) for each in who for mu in MIRRORING]
    usual, tight = (_answers(members, rtol) for rtol in RTOLS)
    return [_row(name, usual[name], tight[name], members) for name in OUTCOMES]


def _answers(members: list[dict[str, float]], rtol: float) -> dict[str, Array]:
    """Return each outcome, shape (n_couples, n_mirroring), with the sign that is to rise."""
    keep = {name: output for name, (output, _) in OUTCOMES.items()}
    runs = ms.ensemble(DYAD, members, protocol=COURSE, outputs=keep, rtol=rtol, atol=rtol / 100,
                       progress=False)  # fmt: skip
    shape = (-1, len(MIRRORING))
    return {name: sign * runs[name].values.reshape(len(members), -1).mean(axis=1).reshape(shape)
            for name, (_, sign) in OUTCOMES.items()}  # fmt: skip


def _row(name: str, usual: Array, tight: Array, members: list[dict[str, float]]) -> dict[str, Any]:
    """Return how many couples go the wrong way, and the worst of them, run by another engine.

    Threat that bursts out between sessions makes some courses sensitive; those in which two
    tolerances differ are left out, whichever way they go. So are runs that fail.
    """
    decided = np.abs(usual - tight).max(axis=1) <= SURE
    values = np.where(decided[:, np.newaxis], tight, 0.0)
    fall, felt = falls(values), falls(values[:, np.array(MIRRORING) >= FELT])
    worst = int(fall.argmax())
    high = int((np.maximum.accumulate(values[worst]) - values[worst]).argmax())
    low = int(values[worst, : high + 1].argmax())
    at = len(MIRRORING) * worst
    again = [_again(name, members[at + k]) for k in (low, high)] if fall[worst] > SEEN else None
    return {
        "outcome": name, "couples": int(decided.sum()), "sensitive": int((~decided).sum()),
        "courses": values.size, "seen": int((fall > SEEN).sum()),
        "plain": int((fall > PLAIN).sum()), "felt_seen": int((felt > SEEN).sum()),
        "felt_plain": int((felt > PLAIN).sum()), "mirroring": [MIRRORING[low], MIRRORING[high]],
        "worst": np.abs(values[worst, [low, high]]).tolist(), "worst_again": again,
    }  # fmt: skip


def falls(values: Array) -> Array:
    """Return by how much each row falls at most, from any value to any later one."""
    return np.asarray((np.maximum.accumulate(values, axis=1) - values).max(axis=1))


def _again(name: str, member: dict[str, float]) -> float:
    """Return an outcome from another engine, at a tight tolerance."""
    given = {q: v for q, v in member.items() if q in DYAD.parameter_names}
    start = {q: v for q, v in member.items() if q in DYAD.state_names}
    keep = {name: OUTCOMES[name][0]}
    runs = ms.ensemble(DYAD, [given | start], protocol=COURSE, outputs=keep, engine="scipy",
                       method="LSODA", rtol=1e-11, atol=1e-13, progress=False)  # fmt: skip
    return float(runs[name].values.mean())
