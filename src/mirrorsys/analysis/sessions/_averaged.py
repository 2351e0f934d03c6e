"""averaged: the session map by the linear slow equations along the frozen fast path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import Parameter, System
from mirrorsys.analysis.sessions._session_map import SLOW, session_map
from mirrorsys.analysis.sessions._slow_map import SessionMap
from mirrorsys.protocols import Phase, Protocol
from mirrorsys.symbolic import jacobian

__all__ = ["AveragedMap", "averaged", "averaged_system"]

Array = NDArray[np.float64]
ENDING = "_held"


@dataclass(frozen=True, kw_only=True)
class AveragedMap(SessionMap):
    """A session map whose fast states do not see the slow ones move; see `averaged`."""

    def error_against(self, full: SessionMap, points: ArrayLike | xr.Dataset) -> xr.Dataset:
        """Compare what a pass changes by this map and by the full one.

        Parameters
        ----------
        full : SessionMap
            Of the same system and slow states, as from `session_map`.
        points : Dataset, or array_like of shape (n_slow, n_point)
            Where to compare. A Dataset as from `iterate` is taken with its fast states, pass by
            pass; otherwise the fast states begin at rest.

        Returns
        -------
        xarray.Dataset
            Over `state` and `point` the slow states `before`, their ``change_full``,
            ``change`` by this map, and ``relative_error``: the difference of the two in units of
            the full change, not a number where that is nothing.

        Raises
        ------
        ValueError
            If the maps differ in their system, protocol or slow states.
        """
        for part in ("system", "protocol", "slow"):
            if getattr(self, part) != getattr(full, part):
                raise ValueError(
                    f"`full` has another {part} than this map, {getattr(full, part)!r}; make both "
                    "from the same."
                )
        states = self._begun(points)
        before = states[self._rows]
        change, reference = (each.through(states)[self._rows] - before for each in (self, full))
        size = np.where(np.abs(reference) > 10 * self.atol, np.abs(reference), np.nan)
        axes = ("state", "point")
        return xr.Dataset(
            {"before": (axes, before), "change_full": (axes, reference), "change": (axes, change),
             "relative_error": (axes, (change - reference) / size, {"units": "1"})},
            {"state": list(self.slow), "point": np.arange(before.shape[1])},
            self.attributes("error"),
        )  # fmt: skip

    def _begun(self, points: ArrayLike | xr.Dataset) -> Array:
        if not isinstance(points, xr.Dataset):
            return self.at_rest(points)
        if missing := [name for name in self.system.state_names if name not in points]:
            raise ValueError(f"`points` has no {missing}; give a Dataset as from `iterate`.")
        return np.array([np.atleast_1d(points[name].values) for name in self.system.state_names])


def averaged(
    system: System,
    protocol: Protocol | Phase,
    *,
    slow: Sequence[str] = SLOW,
    plain: bool = False,
    params: Mapping[str, float] | None = None,
    initial: Mapping[str, float] | None = None,
    settle: float | None = None,
    engine: str = "auto",
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> AveragedMap:
    r"""Return the session map to first order in the slowness of the slow states.

    Throughout a pass the fast states see the slow ones as they were at its beginning. Along the
    fast path thus frozen the equations of the slow states are linear,
    :math:`\dot x = a(t) + B(t) x`, and are solved as they stand. No quadrature is written
    for that: one new system in symbols, in which the fast equations see held copies of
    the slow states, is integrated like any other.

    Parameters
    ----------
    system, protocol, slow, params, initial, settle, engine, rtol, atol
        As in `session_map`.
    plain : bool
        Instead of solving the slow equations, add up their rates at the frozen values: plain
        quadrature, for comparison. It need not be linear.

    Returns
    -------
    AveragedMap
        A `SessionMap` with ``error_against(full, points)``.

    Raises
    ------
    ValueError
        If an argument does not fit, or a slow equation is not linear in the slow states.

    Notes
    -----
    Where the fast equations do not depend on the slow states it is the full map.

    References
    ----------
    .. [1] J. A. Sanders, F. Verhulst, J. Murdock, "Averaging Methods in Nonlinear Dynamical
       Systems", 2nd ed., ch. 2, 2007.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> habit = ms.System(
    ...     "habit",
    ...     {"drive": "cue - drive - habit*drive", "habit": "0.1*drive*(1 - habit)"},
    ...     inputs={"cue": 0},
    ...     box={"drive": (0, 1), "habit": (0, 1)},
    ... )
    >>> day = ms.Protocol([ms.Phase(5, {"cue": 1}), ms.Phase(19)])
    >>> full = session_map(habit, day, slow=["habit"], engine="scipy")
    >>> for plain in (False, True):
    ...     short = averaged(habit, day, slow=["habit"], plain=plain, engine="scipy")
    ...     table = short.error_against(full, [[0.2]])
    ...     print(short.kind, float(100 * table.relative_error.squeeze().round(3)), "%")
    averaged 8.9 %
    quadrature 33.2 %
    """
    whole = session_map(
        system,
        protocol,
        slow=slow,
        params=params,
        initial=initial,
        settle=settle,
        engine=engine,
        rtol=rtol,
        atol=atol,
    )
    model, held = averaged_system(system, whole.slow, plain)
    kept = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    kind = "quadrature" if plain else "averaged"
    return AveragedMap(**(kept | {"kind": kind, "model": model, "held": held}))


@lru_cache(maxsize=64)
def averaged_system(
    system: System, slow: tuple[str, ...], plain: bool
) -> tuple[System, tuple[str, ...]]:
    """Return the system in which slow states are seen frozen, and the names of what holds them."""
    if not plain:
        _check_linear(system, slow)
    held = tuple(name + ENDING for name in slow)
    frozen = {symbol(name): symbol(copy) for name, copy in zip(slow, held, strict=True)}
    copies = {copy: _holder(system, name, copy) for name, copy in zip(slow, held, strict=True)}
    equations = {
        name: rhs if name in slow and not plain else rhs.xreplace(frozen)
        for name, rhs in system.equations.items()
    }
    word = "quadrature" if plain else "averaged"
    return system.replace(
        name=f"{system.name} ({word})", equations=equations, parameters=copies
    ), held


def _holder(system: System, name: str, copy: str) -> Parameter:
    """Return the parameter that holds a state."""
    state = system[name]
    return Parameter(
        copy, state.value, unit=state.unit, range=state.range,
        symbol=rf"\bar{{{state.latex}}}", meaning=f"{state.meaning or name} (as the pass began)",
    )  # fmt: skip


def _check_linear(system: System, slow: tuple[str, ...]) -> None:
    """Refuse slow equations whose slope in a slow state depends on a slow state."""
    slopes, symbols = jacobian(system), {symbol(name) for name in slow}
    places = [system.state_names.index(name) for name in slow]
    for i in places:
        for j in places:
            slope: Any = sp.expand(slopes[i, j])
            if (slope.free_symbols & symbols) and (sp.simplify(slope).free_symbols & symbols):
                raise ValueError(
                    f"the equation of {system.state_names[i]!r} is not linear in "
                    f"{system.state_names[j]!r}: its slope there is {slope}. Leave it out of "
                    "`slow`, or take plain=True, which needs no linear equations."
                )
