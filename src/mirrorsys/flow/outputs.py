"""Outputs: what is kept of each member of an ensemble.

A trajectory of every member would not fit into memory; these numbers do. Quantities are
states, inputs or expressions of them in full names (``"client.threat"``); conditions are
comparisons (``"client.threat > 0.3"``). `phase` selects the phases of that name, and
gives one number for each of them; `window` a stretch of time of the whole run, and gives
one number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mirrorsys._expressions import canonical, to_text
from mirrorsys._system import System
from mirrorsys.flow._events import Event

__all__ = [
    "Output",
    "at_phase_ends",
    "at_times",
    "first_time",
    "highest",
    "lowest",
    "mean",
    "time_above",
]

Window = tuple[float, float]
RESERVED = {"status", "n_steps", "n_stiff_phases", "member", "phase", "phase_name", "phase_end"}


@dataclass(frozen=True)
class Output:
    """One number, or one for each time or phase, of each member: made by the functions here.

    Parameters
    ----------
    kind : str
        The name of the function.
    quantity : str
        What is looked at; in conditions what is positive while the condition holds.
    phase : str or None
        Only phases of this name, one number for each.
    window : (float, float) or None
        Only this stretch of the run.
    times : tuple of float
    """

    kind: str
    quantity: str
    phase: str | None = None
    window: Window | None = None
    times: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", to_text(canonical(self.quantity)))
        if self.window is not None:
            begin, end = (float(each) for each in self.window)
            if not 0 <= begin < end:
                raise ValueError(
                    f"`window` is {self.window!r}; give its beginning and, later, its end."
                )
            object.__setattr__(self, "window", (begin, end))
        if self.phase is not None and self.window is not None:
            raise ValueError(
                f"both `phase` ({self.phase!r}) and `window` ({self.window!r}) are given; "
                "leave one of them out."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain lists, texts and numbers, for JSON."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }


def at_phase_ends(quantity: str, *, phase: str | None = None) -> Output:
    """Return a quantity at the end of each phase, or of each phase of one name."""
    return Output("at_phase_ends", quantity, phase)


def at_times(quantity: str, times: ArrayLike) -> Output:
    """Return a quantity at given times of the run."""
    moments = np.asarray(times, dtype=float)
    if moments.ndim != 1 or moments.size == 0 or not np.isfinite(moments).all():
        raise ValueError(f"`times` is {times!r}; give one axis of finite times.")
    if (np.diff(moments) <= 0).any() or moments[0] < 0:
        raise ValueError(f"`times` is {times!r}; give strictly increasing times from 0.")
    return Output("at_times", quantity, times=tuple(moments.tolist()))


def mean(quantity: str, *, phase: str | None = None, window: Window | None = None) -> Output:
    """Return the mean of a quantity over time, integrated together with the states."""
    return Output("mean", quantity, phase, window)


def highest(quantity: str, *, phase: str | None = None, window: Window | None = None) -> Output:
    """Return the largest value of a quantity, peaks between steps included."""
    return Output("highest", quantity, phase, window)


def lowest(quantity: str, *, phase: str | None = None, window: Window | None = None) -> Output:
    """Return the smallest value of a quantity, troughs between steps included."""
    return Output("lowest", quantity, phase, window)


def time_above(condition: str, *, phase: str | None = None, window: Window | None = None) -> Output:
    """Return for how long a condition holds: ``time_above("client.threat > 0.3")``."""
    return Output("time_above", _positive(condition), phase, window)


def first_time(condition: str, *, phase: str | None = None, window: Window | None = None) -> Output:
    """Return when a condition first holds; not a number where it never does.

    With `phase`, the time since the beginning of that phase; otherwise that of the run.
    """
    return Output("first_time", _positive(condition), phase, window)


def _positive(condition: str) -> str:
    """Return what is positive while a condition holds."""
    event = Event.when(condition)
    difference = canonical(event.quantity) - event.level
    return to_text(difference if event.direction == "rising" else -difference)


def checked_outputs(given: Any, system: System) -> dict[str, Output]:
    """Return outputs by name; without any, all states at the end of each phase.

    Raises
    ------
    ValueError
        If an output uses a name that the system does not have.
    """
    if given is None:
        return {name: at_phase_ends(name) for name in system.state_names}
    if not hasattr(given, "items"):
        given = {name: at_times(name, given) for name in system.state_names}
    known = {quantity.name for quantity in system.quantities}
    if taken := sorted(RESERVED & set(given)):
        raise ValueError(f"`outputs` names {taken}, which a result needs for itself; rename them.")
    for name, output in given.items():
        if not isinstance(output, Output):
            raise TypeError(
                f"output {name!r} is {output!r}; give what mirrorsys.outputs makes, such as "
                "outputs.at_phase_ends('client.pathway')."
            )
        if unknown := _names(output.quantity) - known:
            raise ValueError(
                f"output {name!r} uses {sorted(unknown)}, which {system.name!r} does not have; "
                f"its states are {list(system.state_names)}."
            )
    return dict(given)


def _names(quantity: str) -> set[str]:
    return {each.name for each in canonical(quantity).free_symbols}


def check_inside(outputs: Iterable[Output], end: float) -> None:
    """Refuse times and windows beyond the end of a run."""
    for output in outputs:
        last = max([*output.times, *(output.window or (0.0,))], default=0.0)
        if last > end * (1 + 1e-9) and not math.isclose(last, end):
            raise ValueError(
                f"an output of {output.quantity!r} reaches to {last:g}, but the run ends at "
                f"{end:g}; give times inside it."
            )
