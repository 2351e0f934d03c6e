"""Events: moments at which a quantity crosses a level."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import ExpressionError, canonical, to_text
from mirrorsys._system import System
from mirrorsys.kernels import expression_function

__all__ = ["Event", "EventFunctions", "checked_events", "event_functions"]

Array = NDArray[np.float64]
Direction = Literal["rising", "falling", "both"]
SIGN = {"rising": 1, "falling": -1, "both": 0}


@dataclass(frozen=True)
class Event:
    """The moment at which a quantity crosses a level.

    Parameters
    ----------
    quantity : str
        A state, input, or any expression of them, in full names: ``"client.threat"``.
    level : float
    direction : {"both", "rising", "falling"}
    terminal : bool
        Whether the run ends there.

    Raises
    ------
    ValueError
        If the quantity cannot be read, the level is not finite or the direction is unknown.

    Notes
    -----
    Crossings are looked for within each step of the integrator. A jump at the edge
    between two phases is not a crossing.

    Examples
    --------
    >>> from mirrorsys import Event
    >>> Event.when("client.threat < 0.1")
    Event(quantity='client.threat', level=0.1, direction='falling', terminal=False)
    """

    quantity: str
    level: float = 0.0
    direction: Direction = "both"
    terminal: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", to_text(canonical(self.quantity)))
        try:
            level = float(self.level)
        except (TypeError, ValueError):
            level = math.nan
        if not math.isfinite(level):
            raise ValueError(f"`level` of an event is {self.level!r}; give one finite number.")
        object.__setattr__(self, "level", level)
        if self.direction not in SIGN:
            raise ValueError(
                f"`direction` of an event is {self.direction!r}; give one of {list(SIGN)}."
            )

    @classmethod
    def when(cls, condition: str, *, terminal: bool = False) -> Event:
        """Return the event that a comparison such as ``"threat < 0.1"`` becomes true."""
        pieces = canonical(condition)
        relation = pieces.args[0][1] if isinstance(pieces, sp.Piecewise) else None
        if not isinstance(relation, sp.Rel):
            raise ExpressionError(
                f"an event is {condition!r}; write a comparison such as 'threat < 0.1'."
            )
        direction: Direction = "falling" if relation.rel_op in {"<", "<="} else "rising"
        if relation.rhs.is_Rational:
            quantity, level = relation.lhs, float(relation.rhs)
        else:
            quantity, level = relation.lhs - relation.rhs, 0.0
        return cls(to_text(quantity), level, direction, terminal)


def checked_events(events: Mapping[str, Event | str] | None, system: System) -> dict[str, Event]:
    """Return events by name, conditions given as text made into events.

    Raises
    ------
    ValueError
        If an event uses a name that the system does not have.
    """
    if events is not None and not isinstance(events, Mapping):
        raise TypeError(f"`events` is {events!r}; give a mapping from name to Event or condition.")
    checked = {
        name: event if isinstance(event, Event) else Event.when(event)
        for name, event in (events or {}).items()
    }
    known = {quantity.name for quantity in system.quantities}
    for name, event in checked.items():
        if unknown := {s.name for s in canonical(event.quantity).free_symbols} - known:
            raise ValueError(
                f"event {name!r} uses {sorted(unknown)}, which {system.name!r} does not have; "
                f"its states are {list(system.state_names)}."
            )
    return checked


@dataclass(frozen=True)
class EventFunctions:
    """All events of a run: `values` gives quantity minus level of each, shape (n_event,)."""

    values: Callable[[Array, Array], Array]
    directions: NDArray[np.int_]
    terminal: NDArray[np.bool_]


def event_functions(events: Mapping[str, Event], system: System, p: Array) -> EventFunctions:
    """Return the events of a run as functions of states and inputs."""
    levels = np.array([event.level for event in events.values()])
    quantities = tuple(canonical(event.quantity) for event in events.values())
    function = expression_function(system, quantities)

    def values(y: Array, u: Array) -> Array:
        out = np.empty(len(levels))
        function(y, p, u, out)
        return np.asarray(out - levels)

    return EventFunctions(
        values,
        np.array([SIGN[event.direction] for event in events.values()], dtype=int),
        np.array([event.terminal for event in events.values()], dtype=bool),
    )
