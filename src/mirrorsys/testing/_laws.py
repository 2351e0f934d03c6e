"""Properties of the flow: it is a flow, time is measured in a unit, engines agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.protocols import Protocol
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import ATOL, Flow, as_vector, fast_time, quiet, run_of, scales
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive
from mirrorsys.testing._strategies import protocols

__all__ = ["check_engine_agreement", "check_semigroup"]

Array = NDArray[np.float64]
Values = Mapping[str, float]
FRACTIONS = (0.5, 1.0, 0.1, 2.0, 5.0)  # of ten times the fastest process
UNIT = 10.0
NUDGE = 1e-6  # scales of the state
MISSED = 1e-6  # scales of the state: what two runs may differ by, and still be one
FINE = 1e-9  # times the absolute tolerance: below what any state comes to
MOST_GROWTH = 1e3  # of a nudge: beyond, what a run arrives at is not its own


def durations(system: System) -> st.SearchStrategy[float]:
    """Draw a duration, measured by the fastest process of the system."""
    return st.sampled_from([float(f"{f * UNIT * fast_time(system):.3g}") for f in FRACTIONS])


def check_semigroup(
    system: System,
    flow: Flow | None = None,
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that going on from where a run stopped is as good as not having stopped.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    flow : callable, optional
        An integrator or a solution of yours: a function of state (by name), duration and
        parameters (by name) that returns the state at the end. By default `mirrorsys.simulate`.

    Returns
    -------
    Outcome
        Cases in which a nudge of 1e-6 grows more than a thousandfold, or a state comes so near to
        zero that the absolute tolerance decides, are inconclusive.

    Raises
    ------
    PropertyError
        With the start, the two durations and the two ends.

    Examples
    --------
    >>> import math
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_semigroup
    >>> k = ms.Parameter("k", 1, range=(0.1, 5))
    >>> decay = ms.System("decay", {"x": "-k*x"}, [k], box={"x": (0, 1)})
    >>> check_semigroup(decay, lambda x, t, p: [x["x"] * math.exp(-p["k"] * t)]).status
    'holds'
    >>> check_semigroup(decay, lambda x, t, p: [x["x"] / (1 + p["k"] * t)])
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: semigroup fails for 'decay':
    ...
    """
    __tracebackhide__ = True
    system = quiet(system)
    engine: str | Flow = "auto" if flow is None else flow
    trial = Trial("semigroup", system, "runs", profile, n_cases, seed, UNIT * fast_time(system))

    def law(case: Case) -> str:
        first, then = case.more["first"], case.more["then"]
        middle = run_of(system, case.state, case.params, first, engine=engine)
        halfway = _as_state(system, middle)
        stopped = run_of(system, halfway, case.params, then, engine=engine)
        whole = run_of(system, case.state, case.params, first + then, engine=engine)
        return _differing(system, case, [engine], first + then, {
            f"stopped at time {first:g} and going on for {then:g}": stopped,
            f"one run to time {first + then:g}": whole,
        })  # fmt: skip

    length = durations(system)
    return raised(judged(trial, cases(system, params, first=length, then=length), law))


def _as_state(system: System, x: Array) -> dict[str, float]:
    """Return an array by name, if a run can start there."""
    low, high = np.array([each.range for each in system.states]).T
    moved = np.clip(x, low, high)
    if not (np.abs(moved - x) <= MISSED * scales(system)).all():
        raise Inconclusive("the run leaves the box")
    return dict(zip(system.state_names, moved.tolist(), strict=True))


def _differing(
    system: System,
    case: Case,
    engines: Sequence[str | Flow],
    duration: float,
    ends: Mapping[str, Array],
    protocol: Protocol | None = None,
) -> str:
    """Return how two ends differ by more than a nudge and the tolerance explain; "" if not."""
    (one, x), (other, y) = ends.items()
    size = scales(system)
    distance = np.abs(x - y) / np.maximum(size, np.abs(x))
    if (distance <= MISSED).all():
        return ""
    growth = _growth(system, case, engines[0], duration, protocol)
    if growth > MOST_GROWTH:
        raise Inconclusive("the run is too sensitive to where it starts")
    if (distance <= MISSED * max(1.0, growth)).all():
        return ""
    if any(_is_lost(system, case, each, duration, protocol) for each in engines):
        raise Inconclusive("a state comes so near to zero that the absolute tolerance decides")
    i = int(np.argmax(distance))
    return f"{system.state_names[i]} is {x[i]:.9g} ({one}) and {y[i]:.9g} ({other})"


def _is_lost(
    system: System, case: Case, engine: str | Flow, duration: float, protocol: Protocol | None
) -> bool:
    """Tell whether a run arrives elsewhere if nothing but its absolute tolerance is lowered.

    Prey that nearly died out and comes back is lost in it: its error then grows with it.
    """
    if callable(engine):
        return False
    ends = [run_of(system, case.state, case.params, duration, engine=engine, protocol=protocol,
                   atol=atol) for atol in (ATOL, FINE * ATOL)]  # fmt: skip
    moved = np.abs(ends[1] - ends[0]) / np.maximum(scales(system), np.abs(ends[0]))
    return bool((moved > MISSED).any())


def _growth(
    system: System, case: Case, engine: str | Flow, duration: float, protocol: Protocol | None
) -> float:
    """Return how many times larger a small change of the start has become."""
    start, size = as_vector(system, case.state), scales(system)
    middle = np.array([q.value if not np.isfinite(sum(q.range)) else sum(q.range) / 2
                       for q in system.states])  # fmt: skip
    toward = np.where(middle >= start, 1.0, -1.0) * NUDGE * size
    nudged = dict(zip(system.state_names, (start + toward).tolist(), strict=True))
    ends = [run_of(system, each, case.params, duration, engine=engine, protocol=protocol)
            for each in (case.state, nudged)]  # fmt: skip
    return float(np.max(np.abs(ends[1] - ends[0]) / size)) / NUDGE


def check_engine_agreement(
    system: System,
    a: str | Flow = "scipy",
    b: str | Flow = "auto",
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that two engines arrive at the same state, through any protocol.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`; protocols drive the inputs that are not held.
    a, b : str or callable
        Engines of `mirrorsys.simulate`, or an integrator of yours as in `check_semigroup` (inputs
        are then constant).

    Returns
    -------
    Outcome
        Cases in which a nudge of 1e-6 grows more than a thousandfold, or a state comes so near to
        zero that the absolute tolerance decides, are inconclusive.

    Raises
    ------
    PropertyError
        With both ends.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_engine_agreement
    >>> check_engine_agreement(ms.models.client(), "scipy", "compiled", n_cases=5).status
    'holds'
    """
    __tracebackhide__ = True
    system = quiet(system)
    unit = UNIT * fast_time(system)
    trial = Trial("engine_agreement", system, "runs", profile, n_cases, seed, unit)
    driven: st.SearchStrategy[Protocol | None] = st.none()
    free = set(system.input_names) - set(system.expand(params or {}, "parameter or input"))
    if free and not callable(a) and not callable(b):
        driven = protocols(system, only=sorted(free), unit=fast_time(system))

    def law(case: Case) -> str:
        protocol = case.more["protocol"]
        duration = case.more["duration"] if protocol is None else protocol.duration
        labels = [each if isinstance(each, str) else "yours" for each in (a, b)]
        ends = [
            run_of(system, case.state, case.params, duration, engine=each, protocol=protocol)
            for each in (a, b)
        ]
        named = {f"{label}, {k}": end for k, (label, end) in
                 enumerate(zip(labels, ends, strict=True), start=1)}  # fmt: skip
        return _differing(system, case, [a, b], duration, named, protocol)

    drawn = cases(system, params, duration=durations(system), protocol=driven)
    return raised(judged(trial, drawn, law))
