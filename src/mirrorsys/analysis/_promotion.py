"""Parameters made states: so that one Jacobian holds the derivatives by both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mirrorsys._system import State, System

__all__ = ["promoted"]


def promoted(system: System, names: Sequence[str]) -> System:
    """Return the system with some parameters and inputs as states that do not move.

    The rows of its Jacobian and Hessian hold the derivatives by states and by these, side by
    side.
    """
    return _promoted(system, tuple(names))


@lru_cache(maxsize=64)
def _promoted(system: System, names: tuple[str, ...]) -> System:
    moved = tuple(State(name, system[name].value) for name in names)
    return System(
        system.name,
        {**dict(zip(system.states, system.rhs, strict=True)), **dict.fromkeys(moved, 0)},
        tuple(each for each in system.parameters if each.name not in names),
        tuple(each for each in system.inputs if each.name not in names),
        time_unit=system.time_unit,
    )
