"""Properties of an outcome: how it answers to one parameter, whatever the others are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from hypothesis import strategies as st

from mirrorsys._system import System
from mirrorsys.testing._cases import Case, Trial, judged
from mirrorsys.testing._flow import fast_time, quiet, run_of
from mirrorsys.testing._numbers import round_numbers
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive
from mirrorsys.testing._strategies import parameters, states

__all__ = ["check_bounded_sensitivity", "check_monotone"]

Values = Mapping[str, float]
Answer = str | Callable[[Values], float]
LONG = 50.0  # of a run, in units of the fastest process


def check_monotone(
    system: System,
    outcome: Answer,
    parameter: str,
    direction: str = "increasing",
    *,
    vary: Iterable[str] | None = None,
    params: Values | None = None,
    duration: float | None = None,
    tolerance: float = 1e-6,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that an outcome only rises, or only falls, with a parameter, whatever the others are.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    outcome : str or callable
        A state, at the end of a run of `duration` from anywhere in the box; or a function of the
        parameters, by name, that returns a number (a course of therapy, say, and its end).
    parameter : str
        Or an input; a bare name moves that quantity of everyone together.
    direction : {"increasing", "decreasing"}
    vary : iterable of str, optional
        The other parameters and inputs that are drawn; by default all that are not held.
    duration : float, optional
        By default 50 times the fastest process takes.
    tolerance : float
        By how much the outcome may go the wrong way, in its own unit.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With two values of the parameter and of the outcome.
    ValueError
        If a name is unknown, or there is no such direction.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_monotone
    >>> k, a = ms.Parameter("k", 1, range=(0, 2)), ms.Parameter("a", 0.5, range=(0, 1))
    >>> pull = ms.System("pull", {"x": "k*(a - x)"}, [k, a], box={"x": (0, 1)})
    >>> check_monotone(pull, "x", "a").status
    'holds'
    >>> check_monotone(pull, "x", "k")
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: monotone fails for 'pull':
    ...
    """
    __tracebackhide__ = True
    if direction not in ("increasing", "decreasing"):
        raise ValueError(f"`direction` is {direction!r}; give 'increasing' or 'decreasing'.")
    sign = 1 if direction == "increasing" else -1

    def law(pair: tuple[float, float], answers: tuple[float, float]) -> str:
        if sign * (answers[1] - answers[0]) >= -tolerance:
            return ""
        return (
            f"{_label(outcome)} is not {direction}: it goes from {answers[0]:.6g} to "
            f"{answers[1]:.6g} as {parameter} goes from {pair[0]:g} to {pair[1]:g}"
        )

    trial = _trial("monotone", system, outcome, duration, profile, n_cases, seed)
    return raised(_compared(trial, outcome, parameter, vary, params, law))


def check_bounded_sensitivity(
    system: System,
    outcome: Answer,
    parameter: str,
    bound: float,
    *,
    vary: Iterable[str] | None = None,
    params: Values | None = None,
    duration: float | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that an outcome changes by no more than `bound` per unit of a parameter.

    Parameters
    ----------
    system, outcome, parameter, vary, params, duration, profile, n_cases, seed
        As in `check_monotone`.
    bound : float
        In units of the outcome per unit of the parameter; zero or more.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With two values of the parameter and of the outcome.
    ValueError
        If a name is unknown, or the bound is negative.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_bounded_sensitivity
    >>> a = ms.Parameter("a", 0.5, range=(0, 1))
    >>> pull = ms.System("pull", {"x": "a - x"}, [a], box={"x": (0, 1)})
    >>> check_bounded_sensitivity(pull, "x", "a", 1.0).status
    'holds'
    >>> check_bounded_sensitivity(pull, "x", "a", 0.5)
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: bounded_sensitivity fails for 'pull':
    ...
    """
    __tracebackhide__ = True
    if not 0 <= bound < math.inf:
        raise ValueError(f"`bound` is {bound!r}; give a number from 0.")

    def law(pair: tuple[float, float], answers: tuple[float, float]) -> str:
        slope = abs(answers[1] - answers[0]) / (pair[1] - pair[0])
        if slope <= bound * (1 + 1e-6) + 1e-9:
            return ""
        return (
            f"{_label(outcome)} changes by {slope:.6g} per unit of {parameter}, more than "
            f"{bound:g}: from {answers[0]:.6g} at {pair[0]:g} to {answers[1]:.6g} at {pair[1]:g}"
        )

    trial = _trial("bounded_sensitivity", system, outcome, duration, profile, n_cases, seed)
    return raised(_compared(trial, outcome, parameter, vary, params, law))


def _trial(
    name: str,
    system: System,
    outcome: Answer,
    duration: float | None,
    profile: str,
    n_cases: int | None,
    seed: int,
) -> Trial:
    system = quiet(system)
    duration = LONG * fast_time(system) if duration is None else duration
    # A function of the user's does not tell what it runs.
    verb = _label(outcome) if callable(outcome) else "ms.simulate"
    return Trial(name, system, "runs", profile, n_cases, seed, duration, verb=verb)


def _label(outcome: Answer) -> str:
    name = outcome if isinstance(outcome, str) else getattr(outcome, "__name__", "outcome")
    return "outcome" if name == "<lambda>" else name


def _compared(
    trial: Trial,
    outcome: Answer,
    parameter: str,
    vary: Iterable[str] | None,
    params: Values | None,
    law: Callable[[tuple[float, float], tuple[float, float]], str],
) -> Outcome:
    """Judge pairs of values of one parameter, the others drawn and equal in both."""
    system = trial.system
    moved = system.resolve(parameter, "parameter or input")
    fixed = dict(system.expand(params or {}, "parameter or input"))
    if held := sorted(set(moved) & set(fixed)):
        raise ValueError(f"`params` holds {held}, which is what `parameter` moves; leave it out.")
    if vary is not None:
        free = {full for name in vary for full in system.resolve(name, "parameter or input")}
        kept = {q.name: q.value for q in (*system.parameters, *system.inputs)}
        fixed = {n: v for n, v in kept.items() if n not in free} | fixed
    answer = _answer(trial, outcome)

    ranges = np.array([system[name].range for name in moved])
    low, high = float(ranges[:, 0].max()), float(ranges[:, 1].min())
    values = round_numbers(low, high, system[moved[0]].value)

    def judge(case: Case) -> str:
        low, high = case.more["_two"]
        if low == high:
            raise Inconclusive("the range of the parameter is one number")
        found = [answer(dict(case.params) | dict.fromkeys(moved, each), case.state)
                 for each in (low, high)]  # fmt: skip
        if not np.isfinite(found).all():
            raise Inconclusive("the outcome is no finite number")
        return law((low, high), (found[0], found[1]))

    starts = states(system) if isinstance(outcome, str) else st.just(
        {each.name: each.value for each in system.states}
    )  # fmt: skip
    # What is moved is not drawn as well; what is shown is the case at the second value.
    others = parameters(system, fixed | {name: system[name].value for name in moved})

    def case_of(params: dict[str, float], state: Values, two: tuple[float, float]) -> Case:
        return Case(params | dict.fromkeys(moved, two[1]), state, {"_two": two})

    return judged(trial, st.builds(case_of, others, starts, _two_of(values)), judge)


def _two_of(values: tuple[float, ...]) -> st.SearchStrategy[tuple[float, float]]:
    """Draw two values, the lower one first; often neighbours, between which little cancels."""
    ordered = sorted(values)
    steps = st.one_of(st.just(1), st.integers(1, max(len(values) - 1, 1)))

    def two(one: float, step: int) -> tuple[float, float]:
        other = ordered[(ordered.index(one) + step) % len(ordered)]
        return min(one, other), max(one, other)

    return st.builds(two, st.sampled_from(values), steps)


def _answer(trial: Trial, outcome: Answer) -> Callable[[Values, Values], float]:
    """Return the outcome as a function of parameters and the state at the beginning."""
    if callable(outcome):
        return lambda params, _: float(outcome(params))
    system = trial.system
    (name, *others) = system.resolve(outcome, "state")
    if others:
        raise ValueError(f"`outcome` {outcome!r} stands for {[name, *others]}; give one full name.")
    place = system.state_names.index(name)
    return lambda params, state: float(run_of(system, state, params, trial.duration)[place])
