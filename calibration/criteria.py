"""The criteria of the calibration: S1 to S12 as margins over windows, for many sets at once.

Each criterion is a claim of `mirrorsys.claims` that depends on the parameters' values and
not on their signs alone, measured over the same window; a control becomes a criterion of its own
(what must break has to miss the bound). Means and peaks over windows are used throughout: a search
that is judged at single instants wins by oscillating. A margin is divided by the unit of its
quantity (`UNIT`), so that one can be compared with another; 0 is the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms
from mirrorsys import models, outputs, protocols
from mirrorsys.protocols import LEVELS, Phase, Protocol

Array = NDArray[np.float64]
Sets = Mapping[str, Array]  # parameter -> one value for each set
Columns = dict[str, Array]

UNIT = {"threat": 0.1, "pathway": 0.1, "signal": 0.1, "ratio": 0.1, "step": 0.02}
USUAL = models.person()
THERAPY = models.dyad(models.person("client"), models.person("therapist"))
FAMILY = models.dyad(models.person("infant"), models.person("carer"))
N_SESSIONS, SETTLED, N_EPISODES = 20, 13, 60
DAY = 1440.0
SEARCH, REPORT = 1e-7, 1e-11  # relative tolerances: restless sets need the tighter one


@dataclass(frozen=True)
class Criterion:
    """One margin: at least (or at most) a bound, in units of its quantity."""

    name: str
    unit: str


def cast(sets: Sets, role: Callable[..., ms.System], name: str, **own: float) -> Columns:
    """Return the columns of a person in a role, for every set."""
    system = role(name)
    n = len(next(iter(sets.values())))
    columns = {f"{name}.{state.name}": np.full(n, state.value) for state in system.states}
    for parameter in system.parameters:
        usual, values = USUAL[parameter.name].value, sets.get(parameter.name)
        if parameter.name == "kappa" and values is not None:
            column = values * (parameter.value / usual)
        elif values is not None and parameter.value == usual:
            column = values
        else:
            column = np.full(n, parameter.value)
        low, high = parameter.range
        columns[f"{name}.{parameter.name}"] = np.clip(column, low, high)
    return columns | {f"{name}.{key}": np.full(n, value) for key, value in own.items()}


def run(
    system: ms.System,
    variants: list[Columns],
    protocol: Protocol,
    wanted: Mapping[str, outputs.Output],
    rtol: float,
) -> dict[str, Array]:
    """Return each output of all variants, shape (n_variant, n_set, ...), in one ensemble."""
    joined = {name: np.concatenate([each[name] for each in variants]) for name in variants[0]}
    found = ms.ensemble(system, joined, protocol=protocol, outputs=wanted, rtol=rtol,
                        atol=rtol / 100, progress=False)  # fmt: skip
    return {name: found[name].values.reshape(len(variants), -1, *found[name].shape[1:])
            for name in wanted}  # fmt: skip


def margins(sets: Sets, rtol: float = SEARCH) -> dict[str, Array]:
    """Return the margin of every criterion for every set; NaN (a failed run) counts as -10."""
    found = {
        **watching(sets, rtol),
        **alone(sets, rtol),
        **comforted(sets, rtol),
        **session(sets, rtol),
        **course(sets, rtol),
    }
    return {name: np.nan_to_num(values, nan=-10.0) for name, values in found.items()}


def at_least(value: Array, bound: float | Array, unit: str) -> Array:
    return (value - bound) / UNIT[unit]


def at_most(value: Array, bound: float | Array, unit: str) -> Array:
    return (bound - value) / UNIT[unit]


# ---- S1 to S6 ----------------------------------------------------------------------------------


def watching(sets: Sets, rtol: float) -> dict[str, Array]:
    life = {"stressor": LEVELS["helper_life"]}
    upset = {**life, "infant.stressor": LEVELS["upset"], "contact": 1.0}
    protocol = Protocol((Phase(240.0, life, name="rest"), Phase(5.0, upset, name="upset")))
    pair = [
        cast(sets, models.person, "infant") | cast(sets, models.person, "carer", **own)
        for own in ({}, {"mu": 0.0})
    ]
    wanted = {"rest": outputs.at_phase_ends("carer.threat", phase="rest"),
              "peak": outputs.highest("carer.threat", phase="upset")}  # fmt: skip
    got = run(FAMILY, pair, protocol, wanted, rtol)
    rise = (got["peak"] - got["rest"])[:, :, 0]
    return {
        "S1 a watcher's threat rises": at_least(rise[0], 0.1, "threat"),
        "S1 not without mirroring": at_most(rise[1], 0.1, "threat"),
    }


def alone(sets: Sets, rtol: float) -> dict[str, Array]:
    """S2, S3 and S6: the infant nobody answers, and the adult it becomes."""
    crying = protocols.crying_episodes(N_EPISODES, answered=False, carer="carer")
    protocol = crying + _adult(crying)
    late = (25.0, 120.0)
    wanted = {
        "late": outputs.mean("infant.threat", window=late),
        "plateau": outputs.at_times("infant.threat", [10.0, 119.999]),
        "signal": outputs.at_phase_ends("infant.signal", phase="sleep"),
        "adult": outputs.mean("infant.threat", window=_last_half(protocol)),
        "adult highest": outputs.highest("infant.threat", window=_last_half(protocol)),
    }
    nobody = cast(sets, models.carer, "carer")
    children = [
        cast(sets, models.infant, "infant", **own) | nobody for own in ({}, {"pathway": 0.6})
    ]
    got = run(FAMILY, children, protocol, wanted, rtol)
    fall, other_fall = got["plateau"][:, :, 0] - got["plateau"][:, :, 1]
    return {
        "S2 an infant alone stays upset": at_least(got["late"][0], 0.4, "threat"),
        "S2 not with a trained pathway": at_most(got["late"][1], 0.4, "threat"),
        "S2 it tires": at_least(fall, 0.05, "threat"),
        "S2 with a trained pathway that is no tiring": at_most(other_fall, 0.05, "threat"),
        "S3 unanswered, it stops asking": at_most(got["signal"][0, :, -1], 0.4, "signal"),
        "S5 unanswered, the adult is not calm": at_least(got["adult highest"][0], 0.2, "threat"),
        "S6 the adult is in high threat": at_least(got["adult"][0], 0.35, "threat"),
    }


def _adult(before: Protocol) -> Protocol:
    """Return an upset and two days of a demanding life, alone, beginning at rest."""
    rest = {"infant.threat": 0.0, "infant.soothing": 0.0, "infant.fatigue": 0.0}
    return Protocol(
        (
            Phase(5.0, {"infant.stressor": LEVELS["upset"]}, name="before", reset=rest),
            Phase(2 * DAY, {"infant.stressor": LEVELS["adult_life"]}, name="life"),
        )
    )


def _last_half(protocol: Protocol) -> tuple[float, float]:
    return protocol.duration - DAY, protocol.duration


def comforted(sets: Sets, rtol: float) -> dict[str, Array]:
    """S3, S4 and S5: the infant that is answered, and the adult it becomes."""
    crying = protocols.crying_episodes(N_EPISODES)
    protocol = crying + _adult(crying)
    wanted = {
        "late": outputs.highest("infant.threat", window=(25.0, 120.0)),
        "pathway": outputs.at_phase_ends("infant.pathway", phase="sleep"),
        "signal": outputs.at_phase_ends("infant.signal", phase="sleep"),
        "adult": outputs.highest("infant.threat", window=_last_half(protocol)),
    }
    child = cast(sets, models.infant, "infant")
    got = run(FAMILY, [child | cast(sets, models.carer, "carer")], protocol, wanted, rtol)
    once = {"late": outputs.highest("infant.threat", window=(25.0, 120.0))}
    cut = [
        child | cast(sets, models.carer, "carer", **own) for own in ({"kappa": 0.0}, {"mu": 0.0})
    ]
    without = run(FAMILY, cut, protocols.crying_episodes(1), once, rtol)["late"]
    return {
        "S4 an answered infant calms down": at_most(got["late"][0], 0.15, "threat"),
        "S4 not without her tenderness": at_least(without[0], 0.15, "threat"),
        "S4 not without her mirroring": at_least(without[1], 0.15, "threat"),
        "S3 answered, it goes on asking": at_least(got["signal"][0, :, -1], 0.4, "signal"),
        "S5 its pathway grows": at_least(got["pathway"][0, :, -1], 0.3, "pathway"),
        "S5 later it calms alone": at_most(got["adult"][0], 0.2, "threat"),
    }


# ---- S7 to S12 ---------------------------------------------------------------------------------


def session(sets: Sets, rtol: float) -> dict[str, Array]:
    """S7 and S11: one session, whole and with one thing cut."""
    day = protocols.everyday_life(1, name="before")
    together, apart = day + protocols.session(), day + protocols.session(contact=0.0)
    wanted = {
        "late": outputs.mean("client.threat", window=(DAY + 15, DAY + 50)),
        "arrival": outputs.at_phase_ends("client.threat", phase="before"),
        "client": outputs.at_phase_ends("client.threat", phase="session"),
        "helper": outputs.at_phase_ends("therapist.threat", phase="session"),
    }
    warm, patient = cast(sets, models.therapist, "therapist"), cast(sets, models.client, "client")
    variants = [
        patient | warm,
        patient | cast(sets, models.therapist, "therapist", mu=0.0),
        patient | cast(sets, models.therapist, "therapist", kappa=0.0),
        cast(sets, models.client, "client", nu=0.0) | warm,
        patient | cast(sets, models.overwhelmed_therapist, "therapist"),
    ]
    got = run(THERAPY, variants, together, wanted, rtol)
    nobody = run(THERAPY, variants[:1], apart, wanted, rtol)
    whole = got["late"][0]
    others = {"nobody there": nobody["late"][0], "no mirroring": got["late"][1],
              "no self-soothing": got["late"][2], "client blind": got["late"][3]}  # fmt: skip
    arrival = got["arrival"][0, :, 0]
    return {
        **{
            f"S7 more relief than with {name}": at_most(whole / value, 0.7, "ratio")
            for name, value in others.items()
        },
        **{
            f"S7 no such relief with {name}": at_least(value / arrival, 0.7, "ratio")
            for name, value in others.items()
        },
        "S11 both end in threat: client": at_least(got["client"][4, :, 0], 0.4, "threat"),
        "S11 both end in threat: helper": at_least(got["helper"][4, :, 0], 0.4, "threat"),
        "S11 a trained helper's client does not": at_most(got["client"][0, :, 0], 0.4, "threat"),
    }


def course(sets: Sets, rtol: float) -> dict[str, Array]:
    """S8 to S12: courses with the warm, the ever more distant, and the overwhelmed helper."""
    protocol = protocols.weekly_sessions(N_SESSIONS)
    begin = DAY + (SETTLED - 1) * 7 * DAY
    wanted = {
        "client": outputs.at_phase_ends("client.pathway", phase="between"),
        "helper": outputs.at_phase_ends("therapist.pathway", phase="between"),
        "threat": outputs.mean("client.threat", phase="between"),
        "own": outputs.mean("therapist.threat", phase="between"),
        "late": outputs.highest("client.threat", phase="between"),
    }
    assert begin < protocol.duration
    patient = cast(sets, models.client, "client")
    helpers = [
        cast(sets, models.therapist, "therapist"),
        *(cast(sets, models.therapist, "therapist", mu=mu) for mu in (0.5, 0.3, 0.1, 0.0)),
        cast(sets, models.overwhelmed_therapist, "therapist"),
    ]
    got = run(THERAPY, [patient | helper for helper in helpers], protocol, wanted, rtol)
    client, helper = got["client"][:, :, -1], got["helper"][:, :, -1]
    threat, own = got["threat"][:, :, -1], got["own"][:, :, -1]
    highest = got["late"][:, :, SETTLED - 1 :].max(axis=2)
    steps = np.array([client[k] - client[k + 1] for k in range(3)])
    rises = np.array([threat[k + 1] - threat[k] for k in range(3)])
    trained = np.array([helper[k] - helper[k + 1] for k in range(3)])
    return {
        "S8 the client's pathway grows": at_least(client[0], 0.4, "pathway"),
        "S8 not without mirroring": at_most(client[4], 0.4, "pathway"),
        "S8 the client stays calm": at_most(highest[0], 0.2, "threat"),
        "S8 not without mirroring, in threat": at_least(highest[4], 0.2, "threat"),
        "S9 the therapist's pathway grows": at_least(helper[0], 0.6, "pathway"),
        "S10 less mirroring, weaker client": at_least(steps.min(axis=0), 0.0, "step"),
        "S10 less mirroring, more threat": at_least(rises.min(axis=0), 0.0, "step"),
        "S10 less mirroring, less training": at_least(trained.min(axis=0), 0.0, "step"),
        "S10 detached: the pathway hardly grows": at_most(client[3], 0.2, "pathway"),
        "S10 detached: the client stays in threat": at_least(threat[3], 0.3, "threat"),
        "S11 overwhelmed: the pathway hardly grows": at_most(client[5], 0.2, "pathway"),
        "S11 overwhelmed: the client stays in threat": at_least(threat[5], 0.3, "threat"),
        "S11 overwhelmed: the helper takes it home": at_least(own[5], 0.3, "threat"),
        "S11 a trained helper does not": at_most(own[0], 0.3, "threat"),
        "S12 the warm one is best for the client": at_least(
            client[0], np.maximum(client[3], client[5]), "pathway"
        ),
        "S12 and for himself": at_least(helper[0], np.maximum(helper[3], helper[5]), "pathway"),
    }
