"""Property: with noise, halving the step does not change what an ensemble does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.flow import Noise, ensemble
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import fast_time, scales
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive

__all__ = ["check_step_independence"]

Array = NDArray[np.float64]
STEP = 0.02  # in units of the fastest process
LONG = 20.0
SURE = 6.0  # standard errors: chance alone does that once in a billion
BIAS = 0.02  # standard deviations: an error of a step that does no harm
DRIFT = 1e-3  # scales of the state: the same, of a mean that hardly anything spreads


def check_step_independence(
    system: System,
    *,
    step: float | None = None,
    noise: Noise | None = None,
    duration: float | None = None,
    n_members: int = 400,
    params: Mapping[str, float] | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that mean and spread of an ensemble with noise stay the same if steps are halved.

    The same but for chance, a fiftieth of the spread, and a thousandth of the state's range in
    the mean: so much of the drift a step may miss.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`; the system must have `diffusion`.
    step : float, optional
        The longer step, in the time unit of the system; by default a fiftieth of what the
        fastest process takes.
    noise : Noise, optional
        Instead of `step`, with all that belongs to it.
    duration : float, optional
        Of each run; by default 20 times the fastest process takes.
    n_members : int
        Of each ensemble.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With the two means or spreads; they differ by more than six standard errors, twice.
    ValueError
        If the system has no noise, or both `step` and `noise` are given.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_step_independence
    >>> wander = ms.System("wander", {"x": "-x"}, diffusion={"x": 0.3})
    >>> check_step_independence(wander, step=0.05, n_cases=1).status
    'holds'
    >>> check_step_independence(wander, step=1.8, n_cases=1)
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: step_independence fails for 'wander':
    ...
    """
    __tracebackhide__ = True
    if all(amplitude == 0 for amplitude in system.diffusion):
        raise ValueError(
            f"{system.name!r} has no noise, so there are no steps to halve: add it with "
            "system.replace(diffusion={name: amplitude})."
        )
    if step is not None and noise is not None:
        raise ValueError("both `step` and `noise` are given; a Noise has its own step.")
    fast = fast_time(system)
    coarse = noise or Noise(step=STEP * fast if step is None else step)
    fine = Noise(step=coarse.step / 2, method=coarse.method, bounded=coarse.bounded)
    end = LONG * fast if duration is None else duration
    also = f"noise=ms.Noise({coarse.step:g}), seed={seed}"
    trial = Trial("step_independence", system, "ensembles", profile, n_cases, seed, end, also)

    def law(case: Case) -> str:
        for repeat in range(2):  # seen in other random numbers too, or by chance alone
            ends = [
                _ends(system, case, each, end, n_members, seed + 2 * repeat + k)
                for k, each in enumerate((coarse, fine))
            ]
            if not (why := _moved(system, *ends)):
                return ""
        return f"with steps of {coarse.step:g} and {fine.step:g}, {why}"

    return raised(judged(trial, cases(system, params), law))


def _ends(
    system: System, case: Case, noise: Noise, duration: float, n_members: int, seed: int
) -> Array:
    """Return the states at the end, shape (n_members, n_state), of members that got there."""
    member: dict[str, Any] = dict(case.params) | dict(case.state)
    runs = ensemble(
        system, [member] * n_members, duration=duration, noise=noise, seed=seed, progress=False
    )
    columns = [runs[name].values.reshape(n_members) for name in system.state_names]
    states = np.stack(columns, axis=1).astype(float)
    kept: Array = states[np.isfinite(states).all(axis=1)]
    if len(kept) < n_members / 2:
        raise Inconclusive("half of the runs fail")
    return kept


def _moved(system: System, coarse: Array, fine: Array) -> str:
    """Return which mean or spread differs by more than chance and a harmless error."""
    n = min(len(coarse), len(fine))
    spreads = coarse.std(axis=0, ddof=1), fine.std(axis=0, ddof=1)
    chance = np.hypot(*spreads) / np.sqrt(n)
    harmless = BIAS * np.maximum(np.maximum(*spreads), 1e-6 * scales(system))
    for label, values, error, slack in (
        ("mean", (coarse.mean(axis=0), fine.mean(axis=0)), chance, DRIFT * scales(system)),
        ("spread", spreads, chance / np.sqrt(2) * _tails(coarse, fine), 0.0),
    ):
        far = np.abs(values[0] - values[1]) > SURE * error + np.maximum(harmless, slack)
        if far.any():
            i = int(np.argmax(far))
            return (
                f"the {label} of {system.state_names[i]} is {values[0][i]:.6g} and "
                f"{values[1][i]:.6g} (standard error {error[i]:.2g})"
            )
    return ""


def _tails(coarse: Array, fine: Array) -> Array:
    """Return the error of a spread, compared with that of a normal distribution; at least 1."""
    factors = []
    for each in (coarse, fine):
        centred = each - each.mean(axis=0)
        variance = np.maximum((centred**2).mean(axis=0), 1e-150)  # squared below
        factors.append(np.sqrt(np.maximum(((centred**4).mean(axis=0) / variance**2 - 1) / 2, 1)))
    return np.asarray(np.maximum(*factors))
