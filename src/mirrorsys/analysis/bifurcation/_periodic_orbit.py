"""periodic_orbit: one cycle, exactly, with its period and Floquet multipliers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System, check_system
from mirrorsys.analysis.bifurcation._checks import check_number, check_owner, check_whole
from mirrorsys.analysis.bifurcation._collocation import Collocation
from mirrorsys.analysis.bifurcation._cycle_starts import beside_hopf, cycle_scale, from_function
from mirrorsys.analysis.bifurcation._field import Field, field
from mirrorsys.analysis.bifurcation._mesh import converged, gone_round_once, solved
from mirrorsys.analysis.bifurcation._orbit import PeriodicOrbit, orbit_of
from mirrorsys.analysis.bifurcation._recurrence import from_simulation, values_of_run
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint

__all__ = ["NoCycleError", "periodic_orbit"]

Array = NDArray[np.float64]
SHRUNK = 1e-6  # of the range of the guess: a solution this small is an equilibrium
SIZES = (0.02, 0.005, 0.001, 1e-4)  # of the scale: cycles looked for beside a Hopf point


class NoCycleError(RuntimeError):
    """No cycle was found; the message says what was seen instead."""


def periodic_orbit(
    system: System,
    start: SpecialPoint | PeriodicOrbit | xr.Dataset | Mapping[str, float] | None = None,
    *,
    params: Mapping[str, float] | None = None,
    period: float | None = None,
    n_intervals: int = 40,
    tol: float = 1e-9,
    max_intervals: int = 400,
) -> PeriodicOrbit:
    """Find a cycle by orthogonal collocation.

    Parameters
    ----------
    system : System
    start : SpecialPoint, PeriodicOrbit, Dataset or mapping of str to float, optional
        A Hopf point, beside which a small cycle is looked for; a cycle at other values of
        parameters near by; a run of `simulate` whose end has settled on a cycle, at the values
        it has there; or states from which to simulate until it has. By default the initial
        states of the system.
    params : mapping of str to float, optional, keyword-only
        Parameters and inputs that differ from the defaults; a Hopf point, a cycle and a run bring
        their own.
    period : float, optional, keyword-only
        If it is known roughly; otherwise the run's returns say it. Together with states to start
        from, one round from there is taken as a guess: so unstable cycles are found too.
    n_intervals : int, keyword-only
        Of the mesh at first.
    tol : float, keyword-only
        Of the estimated error, relative to the range of the cycle; the mesh is refined
        until it is met.
    max_intervals : int, keyword-only
        The finest mesh.

    Returns
    -------
    PeriodicOrbit

    Raises
    ------
    ValueError
        If an argument does not fit the system.
    NoCycleError
        If the run settles at an equilibrium, grows without bounds or does not return.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> orbit = ms.bifurcation.periodic_orbit(ms.models.zoo.van_der_pol(), params={"mu": 1})
    >>> round(orbit.period, 9), round(orbit.highest["x"], 9), orbit.stability
    (6.663286859, 2.008619861, 'stable')
    """
    check_system(system)
    max_intervals = check_whole("max_intervals", max_intervals, 4)
    n_intervals = check_whole("n_intervals", n_intervals, 4, max_intervals)
    tol = check_number("tol", tol, 1.0)
    if period is not None:
        period = check_number("period", period)
    _check_start(system, start, params)
    if isinstance(start, SpecialPoint):
        given = {**start.params, **(params or {})}
        guess = partial(_beside, field(system, start.followed[:1], given), start)
    elif isinstance(start, PeriodicOrbit):
        given = {**start.params, **(params or {})}
        at = field(system, (), given)
        guess = partial(from_function, at, start.period, start.at)
    else:
        given = dict(params or {})
        if isinstance(start, xr.Dataset):
            given = values_of_run(system, start, given)
        at = field(system, (), given)
        found = from_simulation(system, start, given, period)
        if isinstance(found, str):
            raise NoCycleError(f"no cycle of {system.name!r} was found: {found}")
        guess = partial(from_function, at, *found)
    once = gone_round_once(*_solved(system, guess, n_intervals, max_intervals))
    _check_size(system, *once)
    return orbit_of(*converged(*once, tol, max_intervals), given)


def _solved(
    system: System, guess: Callable[[int], tuple[Collocation, Array]], count: int, most: int
) -> tuple[Collocation, Array]:
    """Return a first solution, on a finer mesh if one is too coarse for steep parts."""
    while True:
        collocation, z = guess(count)
        found = solved(collocation, z)
        if found is not None:
            return collocation, found
        if count == most:
            break
        count = min(2 * count, most)
    raise NoCycleError(
        f"no cycle of {system.name!r} was found: Newton's method does not converge from what was "
        f"seen, a period of about {collocation.parts(z)[1]:.6g}, on meshes up to {most} intervals."
    )


def _check_start(system: System, start: Any, params: Mapping[str, float] | None) -> None:
    if isinstance(start, SpecialPoint):
        if start.kind != "hopf" or len(start.followed) != 1:
            raise ValueError(f"`start` is {start!r}; give a Hopf point over one parameter.")
        check_owner("start", start, start.state, system)
        if start.followed[0] in system.expand(params or {}):
            raise ValueError(
                f"`params` gives {start.followed[0]!r}, which the cycle beside {start!r} decides "
                "itself; leave it out, or start from states."
            )
    elif isinstance(start, PeriodicOrbit):
        check_owner("start", start, start.highest, system)
    elif not (start is None or isinstance(start, Mapping)):
        raise TypeError(
            f"`start` is {start!r} of type {type(start).__name__}; give a Hopf point, a "
            "PeriodicOrbit, a run or states by name."
        )


def _check_size(system: System, collocation: Collocation, z: Array) -> None:
    """Refuse a solution that has shrunk to a point: every equilibrium is a cycle of no size."""
    profile, _, _ = collocation.parts(z)
    if np.all(np.ptp(profile, axis=(1, 2)) <= SHRUNK * collocation.scale[: len(profile)]):
        where = dict(zip(system.state_names, profile[:, 0, 0].round(6).tolist(), strict=True))
        raise NoCycleError(
            f"no cycle of {system.name!r} was found: Newton's method leads to the equilibrium "
            f"{where}."
        )


def _beside(at: Field, point: SpecialPoint, n_interval: int) -> tuple[Collocation, Array]:
    scale = cycle_scale(at, point.y[: at.n], point.period, (abs(point.parameter) or 1.0,))
    found = beside_hopf(at, point, n_interval, scale, SIZES)
    if found is None:
        raise NoCycleError(
            f"no cycle was found beside {point!r}: Newton's method does not converge there."
        )
    return found[0], found[1]
