"""First passage: how long noise takes to bring a system where a condition holds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from concurrent.futures import Executor

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._expressions import canonical
from mirrorsys._system import System, check_system
from mirrorsys._values import as_number, initial_values, parameter_and_input_values
from mirrorsys.flow import Noise, ensemble, outputs
from mirrorsys.flow._noise import check_noise
from mirrorsys.flow.outputs import Output
from mirrorsys.kernels import expression_function

__all__ = ["first_passage"]

Array = NDArray[np.float64]
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of members, whose times are told
FEW = 10  # passages, below which a standard error means little


def first_passage(
    system: System,
    condition: str,
    *,
    n: int,
    limit: float,
    noise: Noise,
    seed: int,
    initial: Mapping[str, float] | None = None,
    params: Mapping[str, float] | None = None,
    engine: str = "auto",
    executor: Executor | None = None,
) -> xr.Dataset:
    """Measure the time at which a condition first holds, over many members from one start.

    Parameters
    ----------
    system : System
        With noise (`diffusion`).
    condition : str
        A comparison in full names, such as ``"threat < 0.2"``; it must not hold at the start.
    n : int
        Members, at least 2; the standard error falls with its square root.
    limit : float
        How long is waited for each member, in the system's time unit.
    noise : Noise
        How the noise is stepped.
    seed : int
        The same seed gives the same times.
    initial : mapping of str to float, optional
        Where all members start, where that differs from the default.
    params : mapping of str to float, optional
        Parameters, and levels at which inputs rest, that differ from their defaults.
    engine, executor
        As in `mirrorsys.ensemble`.

    Returns
    -------
    xarray.Dataset
        Along ``member`` the `time` of its first passage, NaN where there was none, and its
        `status`. Numbers: `mean_time` and `mean_time_error` (standard error) of the time to
        passage; `restricted_mean_time` and `restricted_mean_time_error`, those of the time up
        to `limit` at most; `share_censored`, of members that had not passed by `limit`;
        `n_passed`, `n_failed` (a member that fails counts in nothing else); `time_quantile`
        along ``share``, NaN where fewer have passed; `exponential_distance`, the largest
        distance up to `limit` between the share that has passed and that of an exponential
        distribution with this mean. The attribute ``status`` says in words what the mean
        rests on.

    Raises
    ------
    ValueError
        If the condition holds at the start already, or an argument does not fit the system.

    Notes
    -----
    The mean is the time at risk of all members, passed or not, divided by the number of
    passages: the estimator of maximum likelihood for exponential times censored at `limit` [1]_.
    With none censored it is the plain mean whatever the distribution. With some, it is
    right if the hazard is the same after `limit` as before, as it is for rare escapes from a
    stable state [2]_; `exponential_distance` beside 1.36 / sqrt(n) tells whether that is in doubt.
    Nothing is assumed by the restricted mean. The standard error is that of a ratio of
    sums, s.d. of (own time - mean * own passage) / (sqrt(n) * share passed), which does not take
    the times to be exponential.

    Passages are looked for in a straight line between the ends of steps, so that they come too
    late: see `mirrorsys.Noise`. Halve the step until the mean does not change, or compare two
    steps: the error is nearly proportional to sqrt(step).

    Every member is integrated to `limit`, passed or not.

    References
    ----------
    .. [1] J. P. Klein, M. L. Moeschberger, "Survival Analysis", 2nd ed., Springer 2003, ch. 3.
    .. [2] C. W. Gardiner, "Stochastic Methods", 4th ed., Springer 2009, ch. 5.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> walk = ms.System("walk", {"x": 0}, {"s": 1}, diffusion={"x": "s"})
    >>> found = ms.analysis.first_passage(
    ...     walk, "abs(x) > 1", n=2000, limit=10, noise=ms.Noise(0.001), seed=1
    ... )  # the mean exit time of Brownian motion from (-1, 1) is 1
    >>> bool(abs(found.mean_time - 1) < 4 * found.mean_time_error + 0.04)
    True
    """
    watched = outputs.first_time(condition)
    _check(system, watched, condition, n, limit, noise, seed, initial, params)
    given = {**dict(params or {}), **dict(initial or {})}
    members = {name: ("member", np.full(n, float(value))) for name, value in given.items()}
    runs = ensemble(
        system, xr.Dataset(members) if members else n, duration=float(limit), noise=noise,
        seed=seed, outputs={"time": watched}, engine=engine, executor=executor,
        max_steps=math.ceil(limit / noise.step) + 1,
    )  # fmt: skip
    return _described(runs, system, condition, float(limit), initial, params)


def _check(
    system: System,
    watched: Output,
    condition: str,
    n: int,
    limit: float,
    noise: Noise,
    seed: int,
    initial: Mapping[str, float] | None,
    params: Mapping[str, float] | None,
) -> None:
    check_system(system)
    check_noise(system, noise, seed)
    outputs.checked_outputs({"time": watched}, system)
    if not (2 <= as_number(n) < math.inf and n == int(n)):
        raise ValueError(f"`n` is {n!r}; give a whole number of members from 2.")
    if not 0 < as_number(limit) < math.inf:
        raise ValueError(f"`limit` is {limit!r}; give a finite time of more than 0.")
    parameters, rest = parameter_and_input_values(system, params)
    start = initial_values(system, initial)
    level = np.empty(1)
    function = expression_function(system, (canonical(watched.quantity),))
    y, p, u = (np.array(list(each.values())) for each in (start, parameters, rest))
    function(y, p, u, level)
    if level[0] > 0:
        shown = ", ".join(f"{name}={value:.4g}" for name, value in list(start.items())[:6])
        raise ValueError(
            f"`condition` {condition!r} holds at the start already ({shown}); give another "
            "condition, or a start at which it does not hold by `initial`."
        )


def _described(
    runs: xr.Dataset,
    system: System,
    condition: str,
    limit: float,
    initial: Mapping[str, float] | None,
    params: Mapping[str, float] | None,
) -> xr.Dataset:
    completed = (runs["status"] == "completed").values
    unit = {"units": system.time_unit}
    numbers = _numbers(runs["time"].values[completed], limit)
    quantiles = numbers.pop("quantiles")
    kinds = {name: unit for name in numbers if "mean" in name}
    found = xr.Dataset(
        {
            "time": ("member", runs["time"].values, {**unit, "long_name": f"until {condition}"}),
            "status": ("member", runs["status"].values.astype(str)),
            **{name: ((), each, kinds.get(name, {"units": "1"})) for name, each in numbers.items()},
            "n_failed": ((), int((~completed).sum()), {"units": "1"}),
            "time_quantile": ("share", quantiles, unit),
        },
        {"member": runs["member"].values, "share": list(SHARES)},
    )
    return found.assign_attrs(
        {
            **runs.attrs,
            "made_by": "first_passage",
            "title": f"{system.name}: first passage of {condition}",
            "status": _in_words(found, limit, system.time_unit),
            "condition": condition,
            "limit": limit,
            "initial": json.dumps(dict(initial or {})),
            "parameters": json.dumps(dict(params or {})),
        }
    )


def _numbers(times: Array, limit: float) -> dict[str, float | int | Array]:
    """Return the estimates of members that did not fail; times (n_member,), NaN if censored."""
    n, passed = times.size, np.isfinite(times)
    n_passed = int(passed.sum())
    at_risk = np.where(passed, times, limit)
    mean = at_risk.sum() / n_passed if n_passed else math.nan
    residuals = at_risk - mean * passed
    error = math.sqrt((residuals**2).sum() / (n - 1) / n) * n / n_passed if n_passed else math.nan
    ordered = np.sort(np.where(passed, times, np.inf))
    quantiles = [ordered[math.ceil(share * n) - 1] if n else math.nan for share in SHARES]
    return {
        "mean_time": mean,
        "mean_time_error": error if n > 1 else math.nan,
        "restricted_mean_time": at_risk.mean() if n else math.nan,
        "restricted_mean_time_error": at_risk.std(ddof=1) / math.sqrt(n) if n > 1 else math.nan,
        "share_censored": 1 - n_passed / n if n else math.nan,
        "n_passed": n_passed,
        "exponential_distance": _exponential_distance(ordered[:n_passed], n, mean, limit),
        "quantiles": np.where(np.isfinite(quantiles), quantiles, math.nan),
    }


def _exponential_distance(passages: Array, n: int, mean: float, limit: float) -> float:
    """Return the distance of Kolmogorov and Smirnov between both distributions up to `limit`."""
    if not passages.size:
        return math.nan
    expected = -np.expm1(-passages / mean)
    reached = np.arange(1, passages.size + 1) / n
    at_limit = abs(reached[-1] + math.expm1(-limit / mean))
    steps = np.maximum(np.abs(reached - expected), np.abs(reached - 1 / n - expected))
    return float(max(steps.max(), at_limit))


def _in_words(found: xr.Dataset, limit: float, unit: str) -> str:
    n_failed, n_passed = int(found["n_failed"]), int(found["n_passed"])
    n = found.sizes["member"] - n_failed
    until = f"{limit:g}" if unit == "1" else f"{limit:g} {unit}"
    if not n:
        words = "every member failed: see `status` of the members"
    elif not n_passed:
        words = (
            f"none of {n} members passed by {until}: the mean is unknown, and with 95 % confidence "
            f"above {n * limit / 3:.3g} if times are exponential; wait longer (`limit`)"
        )
    elif n_passed == n:
        words = f"all {n} members passed: the mean is that of their times"
    else:
        words = (
            f"{n - n_passed} of {n} members had not passed by {until}: the mean takes their hazard "
            "to be the same after that as before"
        )
    if 0 < n_passed < FEW:
        words += f"; only {n_passed} passages, too few for a standard error to be relied on"
    return words if not n_failed or not n else f"{words}; {n_failed} members failed"
