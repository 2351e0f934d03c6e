"""Complete and check the numbers a verb is given: parameters, inputs, initial states."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mirrorsys._system import State, System

__all__ = ["as_number", "initial_values", "parameter_and_input_values", "start_value"]

ROUNDING = 1e-6  # by how much an integrator may leave a state outside its range


def parameter_and_input_values(
    system: System, params: Mapping[str, float] | None
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the full value of every parameter and of every input.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        Values that differ from the defaults, of parameters or inputs; a bare name
        stands for that quantity of every person.

    Raises
    ------
    ValueError
        If a name is unknown, or a value is not finite or outside its range.
    """
    given = system.expand(_mapping(params, "params"), "parameter or input")
    return (
        {q.name: q.check(given.get(q.name, q.value)) for q in system.parameters},
        {q.name: q.check(given.get(q.name, q.value)) for q in system.inputs},
    )


def initial_values(system: System, initial: Mapping[str, float] | None) -> dict[str, float]:
    """Return the initial value of every state.

    Raises
    ------
    ValueError
        If a name is not a state, or a value is not finite or outside the box.
    """
    given = system.expand(_mapping(initial, "initial"), "state")
    return {s.name: start_value(s, given.get(s.name, s.value)) for s in system.states}


def start_value(state: State, value: Any) -> float:
    """Return `value` if `state` can start there.

    A run that decays to 0 ends a rounding error beside it. So that the next one can
    start from there, a value that misses the range by no more than 1e-6 is moved to it.

    Raises
    ------
    ValueError
        If it is not finite or lies outside the range.
    """
    low, high = state.range
    number = as_number(value)
    nearest = min(max(number, low), high)
    return nearest if abs(number - nearest) <= ROUNDING else state.check(value)


def as_number(value: Any) -> float:
    """Return a value as a float, not a number if it is none: the check that follows refuses it."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _mapping(given: Mapping[str, float] | None, label: str) -> Mapping[str, float]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(
            f"`{label}` is {given!r} of type {type(given).__name__}; "
            "give a mapping from name to number, such as {'mu': 0.5}."
        )
    return given
