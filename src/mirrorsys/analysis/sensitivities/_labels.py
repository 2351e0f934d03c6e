"""Names, values and units of what derivatives are taken by, and elasticities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values

__all__ = ["ELASTICITY", "SLOPE", "chosen", "elasticity", "labels", "values_of"]

Array = NDArray[np.float64]
SLOPE = {"units": "of the state, by that of the parameter", "long_name": "dx/dp"}
ELASTICITY = {"units": "1", "long_name": "p/x dx/dp"}


def elasticity(slopes: Array, names: Sequence[str], values: Mapping[str, float], x: Array) -> Array:
    """Return p/x dx/dp; slopes have shape (..., n_parameter, n_state), x (..., n_state)."""
    p = np.array([values[name] for name in names])[:, np.newaxis]
    level = np.where(x == 0, np.nan, x)[..., np.newaxis, :]
    return np.asarray(p * slopes / level)


def labels(system: System, names: Sequence[str], values: Mapping[str, float]) -> dict[str, Any]:
    units = {"units": "own: see parameter_unit, state_unit"}
    kinds = [type(system[name]).__name__.lower() for name in names]
    return {
        "parameter": ("parameter", list(names)),
        "parameter_kind": ("parameter", kinds),
        "parameter_value": ("parameter", [values[name] for name in names], units),
        "parameter_unit": ("parameter", [system[name].unit for name in names]),
        "state": ("state", list(system.state_names)),
        "state_unit": ("state", [each.unit for each in system.states]),
    }


def chosen(system: System, given: Sequence[str] | None, kinds: str) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError(f"`parameters` is {given!r}; give a sequence of names, [{given!r}].")
    wanted = system.parameter_names if given is None else given
    names = dict.fromkeys(full for each in wanted for full in system.resolve(each, kinds))
    if not names:
        raise ValueError(
            f"`parameters` is {given!r}, which names nothing in {system.name!r}; "
            f"give one {kinds} at least."
        )
    return tuple(names)


def values_of(system: System, params: Mapping[str, float] | None) -> dict[str, float]:
    parameters, inputs = parameter_and_input_values(system, params)
    return parameters | inputs
