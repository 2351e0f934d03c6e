"""Every property that any system can be asked, over the groups of systems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys.models import zoo
from mirrorsys.testing import (
    dyads,
    networks,
    persons,
    systems,
    systems_with_known_equilibria,
)
from mirrorsys.testing._suite import properties_of  # the list that `check_all` goes through
from trust.properties._kept import kept
from trust.properties._tally import asked, drawn, plain, tally

__all__ = ["GROUPS", "measured_groups"]

SEED = 0
KINDS = {
    "box_invariant": "runs", "bounded": "runs", "jacobian": "points",
    "equilibria_complete": "equilibria", "stability_matches_flow": "equilibria",
    "semigroup": "runs", "time_rescaling": "points", "engine_agreement": "runs",
    "step_independence": "ensembles",
}  # fmt: skip
# How many cases of each system: many of the few that have a name, fewer of many random ones.
NAMED = {"points": 1000, "runs": 120, "equilibria": 20, "ensembles": 3}
MANY = {"points": 200, "runs": 30, "equilibria": 10, "ensembles": 1}
NOISE = 0.05
N_RANDOM, N_KNOWN, N_PERSONS, N_DYADS, N_NETWORKS = 24, 16, 12, 6, 4
SIZES = st.sampled_from([(1, 3), (2, 2), (2, 3), (3, 2), (1, 5), (3, 1), (2, 4)])


def ours() -> list[ms.System]:
    """Return roles, some persons without a mechanism, dyads, a network, and noisy ones."""
    models = ms.models
    roles = [role() for role in models.roles.ROLES.values()]
    fewer = [models.person("anyone", **{each: None}) for each in ("fatigue", "plasticity")]
    alone = [models.client().freeze(pathway=0.1, signal=1.0)]
    pairs = [
        models.dyad(models.client(), models.therapist()),
        models.dyad(models.client(), models.overwhelmed_therapist()),
        models.dyad(models.infant(), models.carer()),
        models.dyad(models.infant(), models.absent_carer()),
    ]
    three = [models.network([models.infant(), models.carer(), models.client()])]
    noisy = [noisy_(alone[0]), noisy_(pairs[0])]
    # Without learning everybody comes to rest at a point, and not anywhere on a line of them.
    slow = {"pathway": 0.3, "signal": 1.0}
    fixed = [models.infant().freeze(**slow), *(frozen(pair, slow) for pair in pairs[::2])]
    return [*roles, *fewer, *alone, *pairs, *three, *noisy, *fixed]


def frozen(pair: ms.System, values: Mapping[str, float]) -> ms.System:
    """Return persons whose slow states stand still."""
    names = {name: values[name.rpartition(".")[2]] for name in pair.state_names
             if name.rpartition(".")[2] in values}  # fmt: skip
    return pair.freeze(names)


def noisy_(system: ms.System) -> ms.System:
    """Return a system whose states are all pushed by noise that vanishes at the ends of a range."""
    amplitudes = {
        name: f"{NOISE}*{name}*(1 - {name})" for name in system.state_names
        if name.rpartition(".")[2] in ("threat", "soothing")
    }  # fmt: skip
    return system.replace(name=f"{system.name}, noisy", diffusion=amplitudes)


def published() -> list[ms.System]:
    """Return the models of the zoo, and one of them with noise."""
    wiggly = zoo.fitzhugh_nagumo()
    first = wiggly.state_names[0]
    return [*(model() for model in zoo.ALL),
            wiggly.replace(name="FitzHugh-Nagumo, noisy", diffusion={first: NOISE})]  # fmt: skip


GROUPS: Mapping[str, tuple[Callable[[], list[ms.System]], Mapping[str, int]]] = {
    "ours": (ours, NAMED),
    "zoo": (published, NAMED),
    "random": (
        lambda: drawn(SIZES.flatmap(lambda size: systems(*size)), N_RANDOM, SEED), MANY),
    "random, equilibria known": (
        lambda: [k.system for k in drawn(systems_with_known_equilibria(), N_KNOWN, SEED)], MANY),
    "random persons": (lambda: drawn(persons(), N_PERSONS, SEED), MANY),
    "random dyads and networks": (
        lambda: [*drawn(dyads(), N_DYADS, SEED), *drawn(networks(), N_NETWORKS, SEED)], MANY),
}  # fmt: skip


def measured_groups() -> dict[str, Any]:
    """Return for each group and property how many systems hold, in how many cases."""
    return {group: _measured(group, members(), sizes) for group, (members, sizes) in GROUPS.items()}


def _measured(group: str, members: list[ms.System], sizes: Mapping[str, int]) -> dict[str, Any]:
    outcomes: dict[str, list[dict[str, Any]]] = {}
    for number, system in enumerate(members):
        for name in properties_of(system):
            n_cases = sizes[KINDS[name]]
            key = f"{group}/{number}/{system.name}/{name}/{n_cases}"
            found = kept(key, partial(_outcome, system, name, n_cases))
            print(f"{key}: {found['status']}, {found['cases']} cases {found['why']}", flush=True)
            outcomes.setdefault(name, []).append(found)
    return {name: tally(each) for name, each in outcomes.items()}


def _outcome(system: ms.System, name: str, n_cases: int) -> dict[str, Any]:
    return plain(asked(properties_of(system)[name], system, n_cases=n_cases, seed=SEED))
