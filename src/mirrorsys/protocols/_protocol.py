"""Phase and Protocol: what happens to a system from outside, and when.

A protocol is a sequence of phases. Within a phase each input is constant or follows
a `Recording`; at the edge between two phases inputs jump, and states may be reset.
Integrators are told every edge and never step over one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from mirrorsys._expressions import canonical, is_name, to_text
from mirrorsys.protocols._recording import Recording
from mirrorsys.protocols._words import check_count

__all__ = ["Phase", "Protocol", "protocol_from_dict", "protocol_to_dict"]


@dataclass(frozen=True)
class Phase:
    """A stretch of time with constant or recorded inputs.

    Parameters
    ----------
    duration : float
        In the time unit of the system (minutes for persons); more than zero.
    inputs : mapping of str to float or Recording
        By name; a bare name stands for that input of every person (``contact=1`` in a
        dyad: both see each other). Inputs not named keep the value they rest at.
    name : str
        What this phase is, for example ``"session"``; results can be selected by it.
    reset : mapping of str to float or str
        States that start the phase at a new value: a number, or text in terms of the
        states just before (``{"fatigue": "0.1*fatigue"}``) and of ``initial``, the
        value at the beginning of the run. In text a bare name means the same person, unless
        the system has a state of just that name.

    Raises
    ------
    ValueError
        If the duration is not positive and finite, or a value is not finite.
    """

    duration: float
    inputs: Mapping[str, float | Recording] = field(default_factory=dict)
    name: str = field(default="phase", kw_only=True)
    reset: Mapping[str, float | str] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        duration = _finite(self.duration, "`duration` of a phase")
        if duration <= 0:
            raise ValueError(
                f"`duration` of phase {self.name!r} is {duration:g}; give more than 0."
            )
        for label, given in (("inputs", self.inputs), ("reset", self.reset)):
            if not isinstance(given, Mapping):
                raise TypeError(
                    f"`{label}` of phase {self.name!r} is {given!r}; give a mapping from name "
                    "to value, such as {'contact': 1}."
                )
        for name in (*self.inputs, *self.reset):
            if not is_name(name):
                raise ValueError(
                    f"phase {self.name!r} names {name!r}; use an identifier such as 'contact' "
                    "or 'client.stressor'."
                )
        inputs = {
            name: value
            if isinstance(value, Recording)
            else _finite(value, f"input {name!r} of phase {self.name!r}")
            for name, value in self.inputs.items()
        }
        reset = {
            name: to_text(canonical(value))
            if isinstance(value, str)
            else _finite(value, f"reset of {name!r} in phase {self.name!r}")
            for name, value in self.reset.items()
        }
        object.__setattr__(self, "duration", duration)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "reset", reset)

    def __hash__(self) -> int:
        items = (tuple(sorted(each.items(), key=_first)) for each in (self.inputs, self.reset))
        return hash((self.duration, self.name, *items))


@dataclass(frozen=True)
class Protocol:
    """A sequence of phases.

    Parameters
    ----------
    phases : iterable of Phase
        At least one.
    name : str
        What it is, for titles and provenance.

    Raises
    ------
    ValueError
        If there is no phase.

    Examples
    --------
    >>> from mirrorsys.protocols import Phase, Protocol
    >>> day = Protocol([Phase(50, {"contact": 1}, name="session"), Phase(1390, name="life")])
    >>> (day * 3).duration
    4320.0
    """

    phases: tuple[Phase, ...]
    name: str = field(default="protocol", kw_only=True)

    def __post_init__(self) -> None:
        phases = (self.phases,) if isinstance(self.phases, Phase) else tuple(self.phases)
        for phase in phases:
            if not isinstance(phase, Phase):
                raise TypeError(f"`phases` holds {phase!r}; give Phase objects.")
        if not phases:
            raise ValueError("`phases` is empty; give a protocol at least one Phase.")
        object.__setattr__(self, "phases", phases)

    @property
    def duration(self) -> float:
        """The time all phases take together."""
        return self.edges[-1]

    @property
    def edges(self) -> tuple[float, ...]:
        """The time at which each phase begins, and the end."""
        return tuple(accumulate((phase.duration for phase in self.phases), initial=0.0))

    def __len__(self) -> int:
        return len(self.phases)

    def __iter__(self) -> Iterator[Phase]:
        return iter(self.phases)

    def __add__(self, other: Protocol) -> Protocol:
        """Return this protocol followed by another one."""
        if not isinstance(other, Protocol):
            return NotImplemented
        return Protocol(self.phases + other.phases, name=f"{self.name}, {other.name}")

    def __mul__(self, times: int) -> Protocol:
        """Return this protocol repeated."""
        return Protocol(self.phases * check_count(times, "times"), name=self.name)

    def __repr__(self) -> str:
        names = list(dict.fromkeys(phase.name for phase in self.phases))
        count = f"{len(self)} phase{'' if len(self) == 1 else 's'}"
        return f"Protocol {self.name!r}: {count} ({', '.join(names)}), {self.duration:g} time units"


def protocol_to_dict(protocol: Protocol) -> dict[str, Any]:
    """Return a protocol as plain lists, texts and numbers, for JSON."""
    return {"name": protocol.name, "phases": [_phase_to_dict(phase) for phase in protocol]}


def _phase_to_dict(phase: Phase) -> dict[str, Any]:
    inputs = {
        name: value.to_dict() if isinstance(value, Recording) else value
        for name, value in phase.inputs.items()
    }
    return {
        "duration": phase.duration,
        "name": phase.name,
        "inputs": inputs,
        "reset": dict(phase.reset),
    }


def protocol_from_dict(data: Mapping[str, Any]) -> Protocol:
    """Return the protocol that `protocol_to_dict` described.

    Raises
    ------
    ValueError
        If the description is not of that form.
    """
    try:
        phases = [
            Phase(
                each["duration"],
                {
                    name: Recording(**value) if isinstance(value, Mapping) else value
                    for name, value in each["inputs"].items()
                },
                name=each["name"],
                reset=each["reset"],
            )
            for each in data["phases"]
        ]
        return Protocol(tuple(phases), name=data["name"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a protocol's description is broken: {error!r}.") from error


def concatenated(protocols: Iterable[Protocol], name: str) -> Protocol:
    """Return several protocols, one after the other, under one name."""
    return Protocol(tuple(phase for protocol in protocols for phase in protocol), name=name)


def _finite(value: Any, label: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{label} is {value!r}; give one finite number.")
    return number


def _first(item: tuple[str, Any]) -> str:
    return item[0]
