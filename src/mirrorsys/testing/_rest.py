"""Properties of equilibria: none is missing, and each is as stable as it is said to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from mirrorsys._system import System
from mirrorsys.analysis import Equilibria, equilibria
from mirrorsys.symbolic._errors import ContinuumError, EliminationError
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import (
    as_vector,
    fast_time,
    matrix_at,
    quiet,
    rates_at,
    run_of,
    scales,
)
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive

__all__ = ["check_equilibria_complete", "check_stability_matches_flow"]

Array = NDArray[np.float64]
Values = Mapping[str, float]
MOST_BOXES = 2000  # of an interval search: what takes longer is inconclusive
LONG, LONGEST = 50.0, 5000.0  # times 1 / slowest rate; times the fastest process
AT_REST = 1e-9  # scales of the state per time of the fastest process
SAME = 1e-3  # scales of the state: a run at rest is that close to its equilibrium
CLAIMED = 1e-6  # scales of the state: so exact is a formula
NUDGE = 1e-5  # scales of the state: small beside curvature, large beside tolerances
RTOL, ATOL = 1e-11, 1e-14
NEUTRAL = 1e-3  # real part of an eigenvalue, relative to the Jacobian: too slow to see
GROWN = 10.0


def check_equilibria_complete(
    system: System,
    claimed: Callable[[Values], Iterable[Any]] | None = None,
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that no equilibrium in the box is missing.

    The certified equilibria must pass the index sum where the box is invariant, and wherever a
    long run comes to rest there must be one. Equilibria from elsewhere, such as formulas of a
    paper, must be the certified ones.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    claimed : callable, optional
        A function of the parameters, by name, that returns all equilibria in the box: each as
        a mapping, or in the order of the states.

    Returns
    -------
    Outcome
        Cases in which the certified search does not end in time are inconclusive, as are continua
        of equilibria (freeze a state).

    Raises
    ------
    PropertyError
        With the equilibrium that is missing, or claimed where there is none.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_equilibria_complete
    >>> a = ms.Parameter("a", 1, range=(0.5, 2))
    >>> switch = ms.System("switch", {"x": "x*(a - x)"}, [a], box={"x": (0, 2)})
    >>> check_equilibria_complete(switch, lambda params: [[0], [params["a"]]]).status
    'holds'
    >>> check_equilibria_complete(switch, lambda params: [[params["a"]]])
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: equilibria_complete fails for 'switch':
      x = 0 is an equilibrium that is not among the 1 claimed
    ...
    """
    __tracebackhide__ = True
    system = quiet(system)
    end = LONG * fast_time(system)
    trial = Trial("equilibria_complete", system, "equilibria", profile, n_cases, seed, end)

    def law(case: Case) -> str:
        found = _certified(system, case.params)
        check = found.index_check
        if check.answer == "failed":
            return f"{check.reason} Please report this, with the system."
        if claimed is not None and (why := _compared(system, found, claimed, case.params)):
            return why
        if not found.is_complete:
            raise Inconclusive("the certified search leaves regions undecided")
        return _where_it_rests(system, found, case)

    return raised(judged(trial, cases(system, params), law))


def _certified(system: System, params: Values) -> Equilibria:
    try:
        return equilibria(system, params, max_boxes=MOST_BOXES)
    except ContinuumError as error:
        raise Inconclusive("the equilibria form a continuum; freeze a state") from error
    except EliminationError as error:
        raise Inconclusive("equilibria cannot be eliminated, and the box is infinite") from error


def _compared(
    system: System, found: Equilibria, claimed: Callable[[Values], Iterable[Any]], params: Values
) -> str:
    """Return which certified equilibrium is not claimed, or the other way round."""
    near = CLAIMED * scales(system)
    points = [_vector(system, each) for each in claimed(dict(params))]
    certified = [as_vector(system, each.state) for each in found]
    for x in certified:
        if not any((np.abs(x - other) <= near).all() for other in points):
            count = f"the {len(points)} claimed"
            return f"{_named(system, x)} is an equilibrium that is not among {count}"
    low, high = np.array([each.range for each in system.states]).T
    for x in points:
        is_inside = ((low - near <= x) & (x <= high + near)).all()
        is_one = any((np.abs(x - other) <= near).all() for other in certified)
        if is_inside and not is_one and found.is_complete:
            return f"{_named(system, x)} is claimed, but it is no equilibrium"
    return ""


def _vector(system: System, point: Any) -> Array:
    values = [point[n] for n in system.state_names] if isinstance(point, Mapping) else point
    vector = np.asarray(values, dtype=float)
    if vector.shape != (len(system.states),):
        raise ValueError(
            f"`claimed` returned {point!r}; return for each equilibrium a number for each of "
            f"{list(system.state_names)}, or a mapping."
        )
    return vector


def _named(system: System, x: Array) -> str:
    return ", ".join(f"{n} = {v:.6g}" for n, v in zip(system.state_names, x, strict=True))


def _where_it_rests(system: System, found: Equilibria, case: Case) -> str:
    """Follow a run; if it comes to rest, there must be an equilibrium."""
    slowest = [1 / abs(each) for point in found for each in point.eigenvalues.real if each != 0]
    fast = fast_time(system)
    duration = min(LONG * max([*slowest, fast]), LONGEST * fast)
    end = run_of(system, case.state, case.params, duration, rtol=RTOL, atol=ATOL)
    speed = np.abs(rates_at(system, case.params)(end)) * fast / scales(system)
    low, high = np.array([each.range for each in system.states]).T
    is_inside = ((low <= end) & (end <= high)).all()
    if not is_inside or not (speed <= AT_REST).all():
        return ""  # moving, or gone: the box is checked by another property
    near = SAME * scales(system)
    if any((np.abs(end - as_vector(system, each.state)) <= near).all() for each in found):
        return ""
    return (
        f"a run rests at {_named(system, end)} from time {duration:.4g} on, but the "
        f"{len(found)} equilibria are elsewhere"
    )


def check_stability_matches_flow(
    system: System,
    claimed: Callable[[Values], Iterable[tuple[Any, bool]]] | None = None,
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that what is called stable pulls back, and what is called unstable repels.

    Each equilibrium is left a little: toward the drawn state if it is stable, along its leading
    eigenvector if not. After a time in which the linear flow shrinks (or grows) tenfold, the run
    must be closer (or farther) than at its beginning.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    claimed : callable, optional
        A function of the parameters, by name, that returns pairs of an equilibrium and whether it
        is stable; by default those that `mirrorsys.equilibria` certifies.

    Returns
    -------
    Outcome
        Equilibria too close to a bifurcation for a run to tell are left out.

    Raises
    ------
    PropertyError
        With the equilibrium and how far the run went.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_stability_matches_flow
    >>> a = ms.Parameter("a", 1, range=(0.5, 2))
    >>> switch = ms.System("switch", {"x": "x*(a - x)"}, [a], box={"x": (0, 2)})
    >>> check_stability_matches_flow(switch).status
    'holds'
    >>> check_stability_matches_flow(switch, lambda params: [([0], True)])
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: stability_matches_flow fails for 'switch':
      x = 0 is called stable, but a run that starts 2e-05 away is 0.0002 away at time 2.303
    ...
    """
    __tracebackhide__ = True
    system = quiet(system)
    trial = Trial("stability_matches_flow", system, "equilibria", profile, n_cases, seed,
                  LONG * fast_time(system))  # fmt: skip

    def law(case: Case) -> str:
        if claimed is None:
            points = [(as_vector(system, each.state), each.is_stable)
                      for each in _certified(system, case.params)
                      if each.stability not in ("non-hyperbolic", "undecided")]  # fmt: skip
        else:
            points = [(_vector(system, x), bool(s)) for x, s in claimed(dict(case.params))]
        verdicts = [_pushed(system, x, is_stable, case) for x, is_stable in points]
        if all(verdict is None for verdict in verdicts):
            raise Inconclusive("no equilibrium that a run can tell")
        return next(filter(None, verdicts), "")

    return raised(judged(trial, cases(system, params), law))


def _pushed(system: System, x: Array, is_stable: bool, case: Case) -> str | None:
    """Return what is wrong with an equilibrium, "" if nothing, None if a run cannot tell."""
    matrix = matrix_at(system, x, case.params)
    if not np.isfinite(matrix).all():
        return None
    values, vectors = np.linalg.eig(matrix)
    leading = int(np.argmax(values.real))
    growth = float(values[leading].real)
    if abs(growth) <= NEUTRAL * np.linalg.norm(matrix, 2):
        return None
    direction = np.real(vectors[:, leading]) if growth > 0 else as_vector(system, case.state) - x
    start = _nudged(system, x, direction)
    duration = _telling_time(matrix, start - x, growth) if start is not None else None
    if start is None or duration is None:
        return None
    begin = dict(zip(system.state_names, start.tolist(), strict=True))
    end = run_of(system, begin, case.params, duration, rtol=RTOL, atol=ATOL)
    size = scales(system)
    before, after = (float(np.linalg.norm((each - x) / size)) for each in (start, end))
    if (after < before) == is_stable:
        return ""
    word = "stable" if is_stable else "unstable"
    before, after = (float(np.linalg.norm(each - x)) for each in (start, end))
    return (
        f"{_named(system, x)} is called {word}, but a run that starts {before:.2g} away is "
        f"{after:.2g} away at time {duration:.4g}"
    )


def _nudged(system: System, x: Array, direction: Array) -> Array | None:
    """Return a state near x in a direction or its opposite, whichever lies in the box."""
    size = scales(system)
    length = float(np.abs(direction / size).max())
    if length == 0:
        return None
    low, high = np.array([each.range for each in system.states]).T
    for sign in (1, -1):
        start = x + sign * NUDGE * direction / length
        if ((low <= start) & (start <= high)).all():
            return np.asarray(start)
    return None


def _telling_time(matrix: Array, change: Array, growth: float) -> float | None:
    """Return when the linear flow has grown, or shrunk, a small change tenfold."""
    time = np.log(GROWN) / abs(growth)
    for _ in range(12):
        ratio = np.linalg.norm(expm(matrix * time) @ change) / np.linalg.norm(change)
        if (ratio >= GROWN / 2) if growth > 0 else (ratio <= 2 / GROWN):
            return float(time)
        time *= 1.25
    return None
