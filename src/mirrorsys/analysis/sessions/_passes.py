"""Passes: members of a session map, taken through phases side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.flow._ensemble import ensemble
from mirrorsys.flow.outputs import at_phase_ends
from mirrorsys.protocols import Phase, Protocol

if TYPE_CHECKING:
    from mirrorsys.analysis.sessions._slow_map import SessionMap

__all__ = ["ends_of", "inside", "settling", "with_slow_frozen", "within_ranges"]

Array = NDArray[np.float64]
ROUNDING = 1e-6  # by how much an integrator may leave a state outside its range


def ends_of(
    own: SessionMap,
    model: System,
    members: Mapping[str, Array],
    protocol: Protocol | Sequence[Protocol],
    names: Sequence[str],
) -> Array:
    """Return the states `names` at the end, shape (n_name, n_member); NaN where a run failed.

    Members that are not numbers already are not run.
    """
    whole = np.all([np.isfinite(each) for each in members.values()], axis=0)
    ends = np.full((len(names), whole.size), np.nan)
    if not whole.any():
        return ends
    shared = {name: np.full(whole.size, value) for name, value in own.params.items()}
    members = {name: inside(model, name, each) for name, each in members.items()}
    if not isinstance(protocol, Protocol):
        protocol = [each for each, fine in zip(protocol, whole, strict=True) if fine]
    found = ensemble(
        model, {name: each[whole] for name, each in (shared | dict(members)).items()},
        protocol=protocol, outputs={name: at_phase_ends(name) for name in names},
        engine=own.engine, rtol=own.rtol, atol=own.atol, progress=False,
    )  # fmt: skip
    ends[:, whole] = [found[name].values[:, -1] for name in names]
    return ends


def inside(system: System, name: str, values: Array) -> Array:
    """Return values of a state, or of one held, that miss its range by rounding moved to it."""
    nearest = np.clip(values, *system[name].range)
    return np.where(np.abs(values - nearest) <= ROUNDING, nearest, values)


def within_ranges(system: System, states: Array) -> Array:
    """Return states, shape (n_state, n_member); not numbers where one has left its range."""
    kept = np.array(
        [inside(system, n, row) for n, row in zip(system.state_names, states, strict=True)]
    )
    low, high = (np.array([[each.range[i]] for each in system.states]) for i in (0, 1))
    return np.where(((kept >= low) & (kept <= high)).all(axis=0), kept, np.nan)


def settling(protocol: Protocol, time: float) -> Protocol:
    """Return the gap of a pass, its last phase, in which the fast states come to rest."""
    return Protocol((Phase(time, protocol.phases[-1].inputs, name="settle"),), name="settle")


@lru_cache(maxsize=64)
def with_slow_frozen(system: System, slow: tuple[str, ...]) -> System:
    """Return the system with its slow states as parameters."""
    return system.freeze({name: system[name].value for name in slow})
