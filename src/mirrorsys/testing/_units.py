"""Property: time is measured in a unit, and no equation knows which."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import strategies as st

from mirrorsys._system import System
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import as_vector, fast_time, quiet, rates_at, scales
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive

__all__ = ["check_time_rescaling"]

Values = Mapping[str, float]
TIMES = {"ms", "s", "sec", "second", "min", "minute", "h", "hr", "hour", "d", "day", "week",
         "month", "y", "yr", "year"}  # fmt: skip
FACTORS = (2.0, 0.5, 3.0, 0.2, 1.5, 0.75, 1.1, 0.9)
ROUNDING = 1e-9
SHORT = 10.0


def check_time_rescaling(
    system: System,
    powers: Mapping[str, int] | None = None,
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that with all time constants twice as long, everything takes twice as long.

    The law that dimensions obey: if each parameter is multiplied by c to the power that time has
    in its unit, every rate is divided by c. A time constant that is missing from an equation,
    or a number that should have been a rate, breaks it.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    powers : mapping of str to int, optional
        Of time, in the unit of a parameter or input: 1 for a time constant, -1 for a rate. By
        default read from the units, such as ``"min"``, ``"1/h"`` or ``"1/day"``.

    Returns
    -------
    Outcome
        Without any time in the units, or room in the ranges, nothing can be said.

    Raises
    ------
    PropertyError
        With the rate that does not follow.
    ValueError
        If a name in `powers` is unknown.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_time_rescaling
    >>> check_time_rescaling(ms.models.client()).status
    'holds'
    >>> tau = ms.Parameter("tau", 2, unit="h", range=(0.1, 10))
    >>> check_time_rescaling(ms.System("forgot", {"x": "1 - x/tau"}, [tau], time_unit="h"))
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: time_rescaling fails for 'forgot':
      with all times 2 times as long, d x/dt is 1 and not 0.5
    ...
    """
    __tracebackhide__ = True
    system = quiet(system)
    known = _powers(system, powers)
    trial = Trial("time_rescaling", system, "points", profile, n_cases, seed,
                  SHORT * fast_time(system))  # fmt: skip

    def law(case: Case) -> str:
        if not any(known.values()):
            raise Inconclusive("no unit has time in it; give `powers`")
        fits = [c for c in case.more["_factors"] if _fits(system, case.params, known, c)]
        if not fits:
            raise Inconclusive("the ranges leave no room for other units")
        factor = fits[0]
        scaled = {n: v * factor ** known.get(n, 0) for n, v in case.params.items()}
        x = as_vector(system, case.state)
        here, there = rates_at(system, case.params)(x), rates_at(system, scaled)(x)
        if not np.isfinite([here, there]).all():
            raise Inconclusive("the right-hand side is undefined there")
        expected = here / factor
        allowed = ROUNDING * (np.abs(here).max(initial=0.0) + scales(system) / fast_time(system))
        if not (wrong := np.flatnonzero(np.abs(there - expected) > allowed)).size:
            return ""
        i = int(wrong[0])
        return (
            f"with all times {factor:g} times as long, d {system.state_names[i]}/dt is "
            f"{there[i]:.6g} and not {expected[i]:.6g}"
        )

    factors = st.sampled_from(FACTORS).map(lambda first: (first, *FACTORS))
    return raised(judged(trial, cases(system, params, _factors=factors), law))


def _powers(system: System, given: Mapping[str, int] | None) -> dict[str, int]:
    if given is not None:
        return dict(system.expand(given, "parameter or input"))
    quantities = (*system.parameters, *system.inputs)
    return {each.name: _power(each.unit, system.time_unit) for each in quantities}


def _power(unit: str, time_unit: str) -> int:
    """Return the power of time in a simple unit: ``min`` 1, ``1/min`` or ``1/(h)`` -1, else 0."""
    top, slash, bottom = unit.replace(" ", "").partition("/")
    times = TIMES | ({time_unit} - {"1", ""})
    return (top in times) - (slash == "/" and bottom.strip("()") in times)


def _fits(system: System, params: Values, powers: Mapping[str, int], factor: float) -> bool:
    return all(
        system[name].range[0] <= params[name] * factor**power <= system[name].range[1]
        for name, power in powers.items()
    )
