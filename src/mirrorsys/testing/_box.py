"""Properties: the box is never left, trajectories stay bounded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.symbolic import invariant_box
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import (
    Run,
    as_vector,
    fast_time,
    quiet,
    rates_at,
    scales,
    sound_part,
    trajectory,
)
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive

__all__ = ["check_bounded", "check_box_invariant"]

Array = NDArray[np.float64]
SLACK = 1e-6  # of a side: what an integrator may miss a face by
ROUNDING = 1e-9  # of a rate, relative to the rates elsewhere in the box
SHORT, LONG = 20.0, 500.0  # runs, in units of the fastest process
FAR = 1e6  # times the scale of a state: no model means that


def check_box_invariant(
    system: System,
    *,
    params: Mapping[str, float] | None = None,
    duration: float | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that no trajectory leaves the box, for any admissible parameters and inputs.

    On faces the rate must not point outward, and runs must stay inside. Exact algebra
    (`mirrorsys.symbolic.invariant_box`) is asked too: its proof is a remark of the outcome, its
    counterexample is reported if the search finds none.

    Parameters
    ----------
    system : System
        Without its noise.
    params : mapping of str to float, optional
        Parameters and inputs that are held; all others are drawn from their ranges.
    duration : float, optional
        Of each run; by default 20 times the fastest process takes.
    profile : {"quick", "thorough"}
    n_cases : int, optional
        Instead of the number of the profile.
    seed : int
        Equal seeds, equal cases.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        An AssertionError, with the counterexample and its trajectory.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_box_invariant
    >>> k = ms.Parameter("k", 1, range=(0, 2))
    >>> growth = ms.System("growth", {"x": "x*(k - x)"}, [k], box={"x": (0, 1)})
    >>> check_box_invariant(growth)
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: box_invariant fails for 'growth':
    ...
    """
    __tracebackhide__ = True
    system = quiet(system)
    duration = SHORT * fast_time(system) if duration is None else duration
    trial = Trial("box_invariant", system, "runs", profile, n_cases, seed, duration)

    def law(case: Case) -> str:
        rates = rates_at(system, case.params)
        return _outward(system, case, rates) or _outside(system, case, duration)

    def until(case: Case) -> float:
        left = _first_exit(system, trajectory(system, case.state, case.params, duration))
        return _rounded(2 * left[2]) if left else 0.0

    remark, known = _by_algebra(system, params)
    drawn = cases(system, params)
    return raised(judged(trial, drawn, law, remark=remark, known=known, until=until))


def _outward(system: System, case: Case, rates: object) -> str:
    """Return which rate points out of the box on a face that the state lies on."""
    assert callable(rates)
    x = as_vector(system, case.state)
    here: Array = rates(x)
    # A sum of large terms that cancel is no more exact than they are.
    slack = ROUNDING * (np.abs(here).max(initial=0.0) + scales(system) / fast_time(system))
    for i, each in enumerate(system.states):
        for end, value, sign in (("low", each.range[0], 1), ("high", each.range[1], -1)):
            if x[i] == value and sign * here[i] < -slack[i]:
                return (
                    f"{each.name} = {value:g} is the {end} end of its range, "
                    f"but d {each.name}/dt = {here[i]:.6g}"
                )
    return ""


def _outside(system: System, case: Case, duration: float) -> str:
    run = sound_part(system, case.params, trajectory(system, case.state, case.params, duration))
    if left := _first_exit(system, run):
        i, k, time = left
        each = system.states[i]
        end = "low" if k == 0 else "high"
        return (
            f"{each.name} passes the {end} end of its range, {each.range[k]:g}, at time {time:.2g}"
        )
    if run.failure:
        raise Inconclusive(run.failure)
    return ""


def _first_exit(system: System, run: Run) -> tuple[int, int, float] | None:
    """Return which state leaves its range first, at which end (0 or 1), and when."""
    exits = []
    for i, each in enumerate(system.states):
        for k, sign in ((0, -1), (1, 1)):
            if not np.isfinite(each.range[k]):
                continue
            excess = sign * (run.states[i] - each.range[k])
            far = np.flatnonzero(excess > SLACK * scales(system)[i])
            if far.size:
                exits.append((_crossing(run.times, excess, int(far[0])), i, k))
    if not exits:
        return None
    time, i, k = min(exits)
    return i, k, time


def _crossing(times: Array, values: Array, after: int) -> float:
    """Return when values pass zero, by a straight line to the first that is beyond."""
    if after == 0 or values[after - 1] > 0 or not np.isfinite(values[after]):
        return float(times[after])
    low, high = values[after - 1], values[after]
    return float(times[after - 1] + (times[after] - times[after - 1]) * low / (low - high))


def _rounded(time: float) -> float:
    return float(f"{time:.2g}")


def _by_algebra(
    system: System, params: Mapping[str, float] | None
) -> tuple[str, tuple[Case, str] | None]:
    """Return what exact algebra says of all parameters; nothing if some are held."""
    if params:
        return "", None
    found = invariant_box(system)
    if found.answer == "yes":
        return "proven for all parameters and states by exact algebra", None
    if found.counterexample is None:
        return "exact algebra leaves it undecided", None
    exact = dict(found.counterexample.values)
    point = {q.name: float(exact.get(q.name, q.value)) for q in system.quantities}
    state = {name: point[name] for name in system.state_names}
    others = {name: value for name, value in point.items() if name not in state}
    face = next(each for each in found.faces if each.counterexample)
    return "", (Case(others, state), f"exact algebra: {face.certificate}{face.where}")


def check_bounded(
    system: System,
    *,
    params: Mapping[str, float] | None = None,
    duration: float | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that no trajectory grows without bound or ends in finite time.

    A state may not become a million times as large as its range (or as its default, where the
    range is infinite).

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    duration : float, optional
        Of each run; by default 500 times the fastest process takes.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With the counterexample and its trajectory up to where it is too large.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_bounded
    >>> a = ms.Parameter("a", 0.5, range=(0, 2))
    >>> check_bounded(ms.System("pull", {"x": "a*x - x"}, [a], initial={"x": 1}))
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: bounded fails for 'pull':
    ...
    """
    __tracebackhide__ = True
    system = quiet(system)
    end = LONG * fast_time(system) if duration is None else duration
    trial = Trial("bounded", system, "runs", profile, n_cases, seed, end)

    def law(case: Case) -> str:
        run = sound_part(system, case.params, trajectory(system, case.state, case.params, end))
        if large := _first_too_large(system, run):
            i, limit, time = large
            return (
                f"{system.state_names[i]} grows without bound: it passes {limit:.2g} in absolute "
                f"value at time {time:.2g}"
            )
        if run.failure:
            raise Inconclusive(run.failure)
        return ""

    def until(case: Case) -> float:
        large = _first_too_large(system, trajectory(system, case.state, case.params, end))
        return _rounded(large[2]) if large else end

    return raised(judged(trial, cases(system, params), law, until=until))


def _first_too_large(system: System, run: Run) -> tuple[int, float, float] | None:
    """Return which state is first beyond all scales, its limit, and when it passes it."""
    start = np.abs(run.states[:, 0]) if run.states.size else np.zeros(len(system.states))
    limits = FAR * np.maximum(scales(system), start)
    found = []
    for i, limit in enumerate(limits.tolist()):
        if (far := np.flatnonzero(~(np.abs(run.states[i]) <= limit))).size:
            growth = np.log(np.maximum(np.abs(run.states[i]), 1e-300) / limit)
            found.append((_crossing(run.times, growth, int(far[0])), i, limit))
    if not found:
        return None
    time, i, limit = min(found)
    return i, limit, time
