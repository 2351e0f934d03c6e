"""sensitivity: a trajectory together with its derivatives by parameters."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from mirrorsys._expressions import symbol, to_text
from mirrorsys._system import System, check_system
from mirrorsys._values import initial_values
from mirrorsys.analysis._columns import columns_of
from mirrorsys.analysis.sensitivities._labels import (
    ELASTICITY,
    SLOPE,
    chosen,
    elasticity,
    labels,
    values_of,
)
from mirrorsys.analysis.sensitivities._tangent import tangent
from mirrorsys.flow import simulate
from mirrorsys.flow._simulate import checked_protocol
from mirrorsys.kernels import expression_function
from mirrorsys.protocols import Phase, Protocol

__all__ = ["sensitivity"]

Array = NDArray[np.float64]
OWN = {"state", "parameter", "sensitivity", "elasticity", "sensitivity_at_end",
       "elasticity_at_end", "parameter_kind", "parameter_value", "parameter_unit",
       "parameter_status", "state_unit"}  # fmt: skip


def sensitivity(
    system: System,
    *,
    protocol: Protocol | Phase | None = None,
    duration: float | None = None,
    times: ArrayLike | None = None,
    initial: Mapping[str, float] | None = None,
    params: Mapping[str, float] | None = None,
    parameters: Sequence[str] | None = None,
    engine: str = "auto",
    rtol: float = 1e-8,
    atol: float = 1e-10,
) -> xr.Dataset:
    """Integrate a system together with the derivatives of its states by parameters.

    Parameters
    ----------
    system : System
    protocol, duration, times, initial, params, engine, rtol, atol
        As in `simulate`; a reset carries the derivatives over by those of its text. Tolerances
        hold for p dx/dp as they do for x (for dx/dp where p is 0).
    parameters : sequence of str, optional
        By which to derive: parameters, states (at the beginning) and inputs (at rest: no
        influence while a phase supplies another value). A bare name stands for that of every
        person. By default all parameters.

    Returns
    -------
    xarray.Dataset
        The run as of `simulate`, and along (time, parameter, state) `sensitivity`, dx/dp,
        and `elasticity`, p/x dx/dp (not a number where x is 0); with ``_at_end`` at the end of
        each phase. `parameter_status` says of each parameter whether it was completed.

    Raises
    ------
    ValueError
        If an argument does not fit the system, or the system is driven by noise.
    IntegrationError
        If the run itself fails; it carries the part computed so far.

    Warns
    -----
    UserWarning
        If the right-hand side may jump where the run crosses a value of a state: derivatives
        jump there too, which is not followed. The attribute ``presupposed`` names such places.

    References
    ----------
    .. [1] R. P. Dickinson, R. J. Gelinas, "Sensitivity analysis of ordinary differential
       equation systems: a direct method", J. Comput. Phys. 21 (1976) 123-143.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
    >>> found = ms.sensitivity(decay, duration=2, times=[0, 1, 2])  # d/dk exp(-k t) = -t exp(-k t)
    >>> found.sensitivity.sel(parameter="k", state="x").values.round(4)
    array([ 0.    , -0.6065, -0.7358])
    """
    check_system(system)
    _check_given(system)
    names = chosen(system, parameters, "state, parameter or input")
    course = checked_protocol(protocol, duration, times)
    settings: dict[str, Any] = {"engine": engine, "rtol": rtol, "atol": atol}
    run = simulate(system, protocol=course, times=times, initial=initial, params=params, **settings)
    values = values_of(system, params) | initial_values(system, initial)
    along = tangent(system)
    carrying = along.protocol(course, values)
    found = [along.run(carrying, run, values, name, settings) for name in names]
    path, at_end = (np.stack([each[i] for each in found], axis=1) for i in (0, 1))
    return _with_derivatives(run, system, names, values, path, at_end).assign_coords(
        parameter_status=("parameter", [each.status for each in found])
    )


def _with_derivatives(
    run: xr.Dataset, system: System, names: Sequence[str], values: Mapping[str, float],
    path: Array, at_end: Array,
) -> xr.Dataset:  # fmt: skip
    states = system.state_names
    along = columns_of(run, states, ""), columns_of(run, states, "_at_end")
    variables = {}
    for axis, suffix, slopes, x in (
        ("time", "", path, along[0]), ("phase", "_at_end", at_end, along[1])
    ):  # fmt: skip
        dims = (axis, "parameter", "state")
        variables[f"sensitivity{suffix}"] = (dims, slopes, SLOPE)
        variables[f"elasticity{suffix}"] = (dims, elasticity(slopes, names, values, x), ELASTICITY)
    return (
        run.assign(variables)
        .assign_coords(labels(system, names, values))
        .assign_attrs(
            derivatives=f"of {len(states)} states by {len(names)} quantities",
            presupposed=_presupposed(system, run, values),
        )
    )


def _jumps(system: System) -> dict[str, list[sp.Expr]]:
    """Return what may jump as states move, and what changes sign where it does."""
    states = {symbol(name) for name in system.state_names}
    nodes = {
        node
        for expression in system.rhs
        for node in expression.atoms(sp.Piecewise, sp.sign)
        if node.free_symbols & states
    }
    return {
        to_text(node): [node.args[0]]
        if isinstance(node, sp.sign)
        else [each.lhs - each.rhs for each in node.atoms(sp.Rel)]
        for node in sorted(nodes, key=str)
    }


def _presupposed(system: System, run: xr.Dataset, values: Mapping[str, float]) -> str:
    """Return what may jump as states move; warn of what was crossed; empty if nothing may."""
    jumps = _jumps(system)
    states, inputs = (
        columns_of(run, names, "").T for names in (system.state_names, system.input_names)
    )
    held = np.array([values[name] for name in system.parameter_names])
    for text, margins in jumps.items():
        out = np.empty((len(margins), run.sizes["time"]))
        expression_function(system, tuple(margins))(states, held, inputs, out)
        if (crossed := np.flatnonzero((np.diff(out > 0, axis=1)).any(axis=0))).size:
            warnings.warn(
                f"{text} changes at time {run.time.values[crossed[0] + 1]:g}: if the right-hand "
                "side jumps there, derivatives jump too, and what is returned from then on lacks "
                "that. Write a steep smooth function instead.",
                stacklevel=4,
            )
    return f"no jump of the right-hand side is crossed at {', '.join(jumps)}" if jumps else ""


def _check_given(system: System) -> None:
    if any(each != 0 for each in system.diffusion):
        raise ValueError(
            f"{system.name!r} has diffusion, and derivatives are followed without noise; give it "
            "zero diffusion with system.replace(diffusion={...: 0})."
        )
    names = (*system.state_names, *system.input_names, *dict(system.outputs))
    if taken := sorted({name.rpartition(".")[2] for name in names} & OWN):
        raise ValueError(
            f"{system.name!r} has quantities called {taken}, names that the result needs for "
            "itself; rename them."
        )
