"""dose_map: the critical dose over the length of sessions and the days between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from mirrorsys._system import System
from mirrorsys.analysis.sessions._critical_dose import CALM, NUDGE, YEAR, in_words
from mirrorsys.analysis.sessions._follow_up import alone_after, followed, watch_of
from mirrorsys.analysis.sessions._map_points import box_of, newton, slopes, stability_of
from mirrorsys.analysis.sessions._passes import within_ranges
from mirrorsys.analysis.sessions._session_map import SLOW, session_map
from mirrorsys.analysis.sessions._slow_map import SessionMap
from mirrorsys.protocols import Protocol, session_and_gap
from mirrorsys.protocols._words import check_count

__all__ = ["dose_map"]

Array = NDArray[np.float64]


def dose_map(
    system: System,
    minutes: ArrayLike,
    days: ArrayLike,
    *,
    protocol: Callable[[float, float], Protocol] = session_and_gap,
    calm: str = CALM,
    follow_up: float = YEAR,
    nudge: float = NUDGE,
    n_max: int = 40,
    slow: Sequence[str] = SLOW,
    params: Mapping[str, float] | None = None,
    initial: Mapping[str, float] | None = None,
    engine: str = "auto",
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> xr.Dataset:
    """Find the critical dose over the length of sessions and the days between them.

    With it comes the fixed point of each session map, to which an endless course tends;
    it is searched for by Newton's method from where the course of `n_max` sessions ends, and
    followed up like any dose: where even from there the client relapses, no dose suffices.

    Parameters
    ----------
    system : System
    minutes, days : array_like, shape (n,)
        Handed to `protocol`, every length with every spacing.
    protocol : callable
        ``protocol(minutes, days)`` returns one pass; phases have the same names in all.
    calm, follow_up, nudge, n_max
        As in `critical_dose`.
    slow, params, initial, engine, rtol, atol
        As in `session_map`.

    Returns
    -------
    xarray.Dataset
        Over `minutes` and `days`: ``critical_dose`` (not a number if it is above `n_max` or
        none) and `status` in words; of the fixed point the slow states, `residual`,
        ``largest_multiplier`` (modulus), `stability`, and ``limit_is_calm``.

    Raises
    ------
    ValueError
        If an argument does not fit.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> forgetful = ms.System(
    ...     "forgetful",
    ...     {"skill": "0.1*lesson*(1 - skill) - 0.01*skill"},
    ...     inputs={"lesson": 0},
    ...     box={"skill": (0, 1)},
    ... )
    >>> def lesson(length, spacing):
    ...     return ms.Protocol([ms.Phase(length, {"lesson": 1}), ms.Phase(spacing - length)])
    >>> found = dose_map(
    ...     forgetful,
    ...     [1, 2],
    ...     [7, 70],
    ...     protocol=lesson,
    ...     calm="skill > 0.2",
    ...     follow_up=20,
    ...     slow=["skill"],
    ...     engine="scipy",
    ... )
    >>> found.critical_dose.values
    array([[ 4., nan],
           [ 2., nan]])
    >>> str(found.status[0, 1].values)
    'no dose suffices: even the fixed point relapses'
    """
    check_count(n_max, "n_max")
    lengths, gaps = _axis(minutes, "minutes"), _axis(days, "days")
    passes = [protocol(float(m), float(d)) for m in lengths for d in gaps]
    own = session_map(
        system, passes[0], slow=slow, params=params, initial=initial, engine=engine, rtol=rtol,
        atol=atol, settle=max(each.phases[-1].duration for each in passes),
    )  # fmt: skip
    watch = watch_of(system, calm)
    after = [alone_after(own, each, None, follow_up, nudge) for each in passes]
    limits = _limits(own, passes, course := _courses(own, passes, n_max))
    states = np.concatenate([course, limits.states[None]]).transpose(1, 0, 2)  # state, dose, cell
    found = followed(
        own, watch, states.reshape(len(states), -1), after * states.shape[1], in_parts=True
    )
    calm_at = found.is_calm.reshape(states.shape[1:])
    known = np.isfinite(found.worst).reshape(states.shape[1:])
    words = [_of_cell(calm_at[:, k], known[:, k], n_max) for k in range(len(passes))]
    shape, axes = (lengths.size, gaps.size), ("minutes", "days")
    cells: dict[str, tuple[Any, dict[str, str]]] = {
        "critical_dose": (np.array([dose for dose, _ in words]), {"units": "1"}),
        "status": (np.array([status for _, status in words], dtype=str), {}),
        **{name: (row, own.described(name))
           for name, row in zip(own.slow, limits.points, strict=True)},
        "residual": (limits.residuals, {"units": "1"}),
        "largest_multiplier": (limits.multipliers, {"units": "1"}),
        "stability": (np.array(limits.stability, dtype=str), {}),
        "limit_is_calm": (calm_at[-1].astype(np.int8), {}),
    }  # fmt: skip
    return xr.Dataset(
        {name: (axes, values.reshape(shape), about) for name, (values, about) in cells.items()},
        {"minutes": ("minutes", lengths, {"units": "min"}), "days": ("days", gaps, {"units": "d"})},
        {**own.attributes("critical dose"), "calm": calm, "follow_up": follow_up,
         "nudge": nudge, "n_max": n_max},
    )  # fmt: skip


@dataclass(frozen=True)
class _Limits:
    """The fixed point of each cell, or numbers that are none."""

    points: Array
    states: Array
    residuals: Array
    multipliers: Array
    stability: list[str]


def _axis(given: ArrayLike, label: str) -> Array:
    values = np.asarray(given, dtype=float)
    if values.ndim != 1 or not values.size or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"`{label}` is {given!r}; give one axis of finite numbers above 0.")
    return values


def _courses(own: SessionMap, passes: Sequence[Protocol], n_max: int) -> Array:
    """Return all states after 0 to n_max passes of each cell: (dose, n_state, n_cell)."""
    first = np.array([[own.initial[name]] * len(passes) for name in own.slow])
    rows = [own.at_rest(first, passes)]
    for _ in range(n_max):
        rows.append(within_ranges(own.system, own.through(rows[-1], passes)))
    return np.array(rows)


def _limits(own: SessionMap, passes: Sequence[Protocol], course: Array) -> _Limits:
    def step(points: Array, owners: NDArray[np.int_]) -> Array:
        chosen = [passes[int(i)] for i in owners]
        return own.through(own.at_rest(points, chosen), chosen)[rows]

    rows = [own.system.state_names.index(name) for name in own.slow]
    box = box_of(own)
    points, residuals, status = newton(step, course[-1][rows], box, 1e-8)
    found = np.flatnonzero([each == "converged" for each in status])
    points[:, [each != "converged" for each in status]] = np.nan
    states, largest = np.full_like(course[-1], np.nan), np.full(len(passes), np.nan)
    words = list(status)
    if found.size:
        states[:, found] = own.at_rest(points[:, found], [passes[int(i)] for i in found])
        derivative, errors = slopes(step, points[:, found], box, found)
        for i, each, error in zip(found, derivative, errors, strict=True):
            multipliers = np.linalg.eigvals(each)
            largest[i] = np.abs(multipliers).max()
            words[i] = stability_of(multipliers, float(error))
    return _Limits(points, states, residuals, largest, words)


def _of_cell(is_calm: NDArray[np.bool_], known: NDArray[np.bool_], n_max: int) -> tuple[float, str]:
    """Return dose and status of one cell, whose last entry is the limit of an endless course."""
    dose, status = in_words(is_calm[:-1], known[:-1])
    if np.isfinite(dose) or not known[-1]:
        return dose, status
    if is_calm[-1]:
        return dose, f"more than {n_max} passes are needed"
    return dose, "no dose suffices: even the fixed point relapses"
