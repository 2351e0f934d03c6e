"""A follow-up: who stays calm when no session comes any more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import State, System
from mirrorsys._values import as_number
from mirrorsys.analysis.sessions._passes import inside
from mirrorsys.analysis.sessions._slow_map import SessionMap
from mirrorsys.flow._ensemble import ensemble
from mirrorsys.flow._events import Event, checked_events
from mirrorsys.flow.outputs import Output, at_phase_ends, first_time, highest, lowest
from mirrorsys.protocols import Phase, Protocol, Recording

__all__ = ["Followed", "Watch", "alone_after", "followed", "nudged", "watch_of"]

Array = NDArray[np.float64]
SCREENS = (1 / 52, 0.25, 1.0)  # parts of the follow-up after which those not calm are left
N_NUDGES = 52


@dataclass(frozen=True)
class Watch:
    """What is looked at in a follow-up: `calm` holds while the quantity is on its side."""

    event: Event

    @property
    def from_below(self) -> bool:
        return self.event.direction == "falling"

    def is_calm(self, worst: Array) -> NDArray[np.bool_]:
        margin = self.event.level - worst if self.from_below else worst - self.event.level
        return np.asarray(margin > 0)  # not so where the run failed

    def outputs(self) -> dict[str, Output]:
        quantity, level = self.event.quantity, self.event.level
        extreme = highest if self.from_below else lowest
        beyond = ">" if self.from_below else "<"
        return {
            "worst": extreme(quantity),
            "relapse": first_time(f"{quantity} {beyond} {level!r}"),
        }


@dataclass(frozen=True)
class Followed:
    """What became of each member; numbers are none where a run failed."""

    worst: Array
    relapse: Array
    later: Array  # (n_state, n_member); of those who are not calm none, if followed in parts
    is_calm: NDArray[np.bool_]


def watch_of(system: System, calm: str) -> Watch:
    """Return a condition as what is watched.

    Raises
    ------
    ValueError
        If it uses a name that the system does not have, or is no comparison.
    """
    event = Event.when(calm)
    checked_events({"calm": event}, system)
    return Watch(event)


def alone_after(
    own: SessionMap,
    one_pass: Protocol,
    given: Protocol | Phase | None,
    follow_up: float,
    nudge: float,
) -> Protocol:
    """Return what happens in the follow-up: by default the gap of a pass lasts on.

    Raises
    ------
    ValueError
        If the length is not finite and above 0, or the nudge no share.
    """
    if not 0 <= as_number(nudge) < 1:
        raise ValueError(f"`nudge` is {nudge!r}; give a share from 0 and below 1, such as 0.001.")
    if given is None:
        if not 0 < as_number(follow_up) < math.inf:
            raise ValueError(f"`follow_up` is {follow_up!r}; give a finite time of more than 0.")
        given = Phase(float(follow_up), one_pass.phases[-1].inputs, name="alone")
    if isinstance(given, Phase):
        given = Protocol((given,), name=given.name)
    if not isinstance(given, Protocol):
        raise TypeError(f"`alone` is {given!r}; give a Protocol or a Phase.")
    return nudged(given, own.system, own.slow, float(nudge)) if nudge else given


@lru_cache(maxsize=64)
def nudged(protocol: Protocol, system: System, slow: tuple[str, ...], nudge: float) -> Protocol:
    """Return a protocol in which the fast states are nudged 52 times, at equal distances.

    Each is moved by a share of its way to the middle of its range, so that it stays inside. A
    phase that follows a recording is not divided, and nudged once, as it begins.
    """
    kicks = {state.name: _kick(state, nudge) for state in system.states if state.name not in slow}
    every = protocol.duration / N_NUDGES
    phases = []
    for phase in protocol:
        recorded = any(isinstance(each, Recording) for each in phase.inputs.values())
        n = 1 if recorded else max(1, round(phase.duration / every))
        own = system.expand(phase.reset, "state")
        for k in range(n):
            reset = kicks | own if k == 0 else kicks
            phases.append(Phase(phase.duration / n, phase.inputs, name=phase.name, reset=reset))
    return Protocol(tuple(phases), name=protocol.name)


def _kick(state: State, nudge: float) -> str:
    low, high = state.range
    if math.isfinite(low) and math.isfinite(high):
        return f"{state.name} + {nudge!r}*({(low + high) / 2!r} - {state.name})"
    return f"{state.name} {'-' if math.isfinite(high) else '+'} {nudge!r}"


def followed(
    own: SessionMap,
    watch: Watch,
    states: Array,
    after: Protocol | Sequence[Protocol],
    *,
    in_parts: bool = False,
) -> Followed:
    """Return what becomes of each member, states of shape (n_state, n_member), alone.

    In parts, those who are not calm in the first weeks are not followed to the end: they are
    the ones whose outbursts take many steps.
    """
    n = states.shape[1]
    worst, relapse = np.full(n, np.nan), np.full(n, np.nan)
    later = np.full(states.shape, np.nan)
    left = [int(i) for i in np.flatnonzero(np.isfinite(states).all(axis=0))]
    for share in SCREENS if in_parts else SCREENS[-1:]:
        if not left:
            break
        chosen = (
            _part(after, share)
            if isinstance(after, Protocol)
            else [_part(after[i], share) for i in left]
        )
        found = _run(own, watch, states[:, left], chosen)
        worst[left], relapse[left] = found[:2]
        later[:, left] = found[2:] if share == 1 else np.nan
        left = [i for i in left if watch.is_calm(worst[i])]
    return Followed(worst, relapse, later, watch.is_calm(worst))


def _part(protocol: Protocol, share: float) -> Protocol:
    """Return the phases that begin in the first part of a protocol."""
    end = share * protocol.duration * (1 - 1e-9)
    return Protocol(
        tuple(p for p, begin in zip(protocol, protocol.edges, strict=False) if begin < end)
    )


def _run(
    own: SessionMap, watch: Watch, states: Array, after: Protocol | Sequence[Protocol]
) -> Array:
    """Return the extreme, the time of relapse and all states at the end: rows by member."""
    names = own.system.state_names
    members: dict[str, Any] = {
        name: np.full(states.shape[1], value) for name, value in own.params.items()
    }
    members |= {
        name: inside(own.system, name, row) for name, row in zip(names, states, strict=True)
    }
    ends = {f"end {name}": at_phase_ends(name) for name in names}
    found = ensemble(
        own.system, members, protocol=after, outputs=watch.outputs() | ends,
        engine=own.engine, rtol=own.rtol, atol=own.atol, progress=False,
    )  # fmt: skip
    last = [found[name].values[:, -1] for name in ends]
    return np.array([found.worst.values, found.relapse.values, *last])
