"""Looks: what the integration must watch and integrate so that outputs can be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import canonical, symbol, to_text
from mirrorsys._system import State, System
from mirrorsys.flow.outputs import Output

__all__ = ["Looks", "looks"]

Array = NDArray[np.float64]
EXTREMES = ("highest", "lowest")
CONDITIONS = ("time_above", "first_time")
WATCHED = (*EXTREMES, *CONDITIONS)


@dataclass(frozen=True)
class Looks:
    """A system with the integrals that means need, and what is watched in it.

    Parameters
    ----------
    system : System
        With one further state for each mean; they come last.
    watches : tuple of (str, str)
        Level function, whose changes of sign are found, and value, as texts.
    watch_of, integral_of : mapping of str to int
        For each output that needs one, by name, its watch or its further state.
    """

    system: System
    watches: tuple[tuple[str, str], ...]
    watch_of: Mapping[str, int]
    integral_of: Mapping[str, int]


def looks(system: System, outputs: Mapping[str, Output]) -> Looks:
    """Return what a run must look at for its outputs; equal looks are shared."""
    means = list(dict.fromkeys(o.quantity for o in outputs.values() if o.kind == "mean"))
    watches = {name: _watch(system, o) for name, o in outputs.items() if o.kind in WATCHED}
    distinct = tuple(dict.fromkeys(watches.values()))
    return Looks(
        _with_integrals(system, tuple(means)),
        distinct,
        {name: distinct.index(watch) for name, watch in watches.items()},
        {
            name: len(system.states) + means.index(output.quantity)
            for name, output in outputs.items()
            if output.kind == "mean"
        },
    )


def _watch(system: System, output: Output) -> tuple[str, str]:
    if output.kind in CONDITIONS:
        return output.quantity, output.quantity
    return _rate(system, output.quantity), output.quantity


@lru_cache(maxsize=256)
def _rate(system: System, quantity: str) -> str:
    """Return the rate of change of a quantity along a trajectory: zero at a peak."""
    expression = canonical(quantity)
    rate = sum(
        (sp.diff(expression, symbol(name)) * rhs for name, rhs in system.equations.items()),
        sp.Integer(0),
    )
    return to_text(rate)


@lru_cache(maxsize=64)
def _with_integrals(system: System, quantities: tuple[str, ...]) -> System:
    if not quantities:
        return system
    integrals = {
        State(f"integral_{number}_of_the_run"): canonical(quantity)
        for number, quantity in enumerate(quantities)
    }
    return System(
        system.name,
        {**dict(zip(system.states, system.rhs, strict=True)), **integrals},
        system.parameters,
        system.inputs,
        diffusion=dict(zip(system.state_names, system.diffusion, strict=True)),
        time_unit=system.time_unit,
        source=system.source,
    )
