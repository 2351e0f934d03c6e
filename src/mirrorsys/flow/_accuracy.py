"""How exact a run is: the same again with tighter tolerances, and how far the two differ.

A tolerance bounds the error of each step. What becomes of these errors depends on the system:
near the boundary of a basin or along outbursts they grow. A second, more exact integration is
the estimate that needs no assumption about it [1]_; the logarithmic norm of the Jacobian, which
would be cheaper, bounds the growth by so much that nearly every run would be suspect.

.. [1] L. F. Shampine, H. A. Watts, "Global error estimation for ordinary differential
   equations", ACM Trans. Math. Softw. 2 (1976) 172-186.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import xarray as xr

from mirrorsys._system import System
from mirrorsys.flow._problem import Settings

__all__ = ["NOT_ESTIMATED", "check_estimable", "with_errors"]

Errors = dict[tuple[str, str], xr.DataArray]  # by state and "" or "_at_end"
NOT_ESTIMATED = "not estimated: simulate(..., error_estimate=True) does"
TIGHTER = 100.0  # x: tolerances of the second integration
LEAST = 1e-12  # relative tolerance that leaves room for a tighter one above rounding
TIGHTEST = 3e-14
ALLOWED = 100.0  # x tolerance: what an error may be without a warning


def check_estimable(engine: str, settings: Settings) -> None:
    """Refuse to estimate the error of a run for which there is no more exact one.

    Raises
    ------
    ValueError
        If there is noise, or tolerances cannot be tightened.
    """
    if settings.noise is not None:
        why = "a noisy run has no tolerances"
    elif engine == "taylor":
        why = "`engine` is 'taylor', which is always as exact as rounding permits"
    elif settings.rtol < LEAST:
        why = f"`rtol` is {settings.rtol:g}; give at least {LEAST:g} so that there is a tighter one"
    else:
        return
    raise ValueError(f"`error_estimate` is True, but {why}. Leave `error_estimate` out.")


def with_errors(
    run: xr.Dataset, system: System, settings: Settings, again: Callable[..., xr.Dataset]
) -> xr.Dataset:
    """Return a run with the estimated error of each state, and what it amounts to in words.

    Parameters
    ----------
    run : Dataset
    system : System
    settings : Settings
        With which it was integrated.
    again : callable
        ``again(times=..., rtol=..., atol=...)`` integrates once more.

    Raises
    ------
    ValueError
        If the system has a quantity whose name is needed.

    Warns
    -----
    UserWarning
        If an error is larger than a hundred times the tolerance.
    """
    from mirrorsys.flow._simulate import IntegrationError

    rtol = max(settings.rtol / TIGHTER, TIGHTEST)
    failure = ""
    try:
        exact = again(times=run.time.values, rtol=rtol, atol=settings.atol * rtol / settings.rtol)
    except IntegrationError as error:
        exact, failure = error.partial, f"; with tighter tolerances it fails at {error.time:g}"
    n_finished = exact.sizes["phase"] - bool(failure)  # its last phase ends where it failed
    errors = _errors(run, exact.isel(phase=slice(n_finished)), system)
    words, is_large = _in_words(run, errors, settings)
    if is_large:
        warnings.warn(f"{system.name!r}: {words}{failure}.", stacklevel=3)
    named = {f"{state}_error{suffix}": each for (state, suffix), each in errors.items()}
    return run.assign(named).assign_attrs(accuracy=words + failure)


def _errors(run: xr.Dataset, exact: xr.Dataset, system: System) -> Errors:
    """Return how far states are from the more exact ones; no number where these are missing."""
    errors = {}
    for state in dict.fromkeys(name.rpartition(".")[2] for name in system.state_names):
        for suffix in ("", "_at_end"):
            key, one, other = f"{state}_error{suffix}", run[state + suffix], exact[state + suffix]
            if key in run:
                raise ValueError(
                    f"{system.name!r} has a quantity called {key!r}, the name of an estimated "
                    "error; rename it, or leave `error_estimate` out."
                )
            gaps, n = np.full(one.shape, np.nan), min(len(one), len(other))
            gaps[:n] = np.abs(one.values[:n] - other.values[:n])
            label = f"estimated error of {one.attrs['long_name']}"
            errors[state, suffix] = one.copy(data=gaps).assign_attrs(long_name=label)
    return errors


def _in_words(run: xr.Dataset, errors: Errors, settings: Settings) -> tuple[str, bool]:
    """Return what the largest error is, in multiples of tolerance, and whether it is too large."""
    found = []
    for (state, suffix), each in errors.items():
        ratio = each / (settings.atol + settings.rtol * abs(run[state]).max("time"))
        if not ratio.notnull().any():
            continue
        place = {axis: int(i) for axis, i in ratio.argmax(...).items()}
        at = each.isel(place)
        when = at["phase_end" if suffix else "time"]
        who = f"{at.person.item()}." if "person" in at.coords else ""
        found.append((float(ratio.isel(place)), float(at), f"{who}{state}", float(when)))
    if not found:
        return "not estimated", False
    times, error, name, moment = max(found)
    words = f"largest error about {error:.1g} ({name} at {moment:g}), {times:.2g} x tolerance"
    if times <= ALLOWED:
        return words, False
    advice = "tighten `rtol` and `atol`, or judge slow states and quantiles instead of instants"
    return f"{words}: errors grow along this run; {advice}", True
