"""lyapunov_spectrum: how fast neighbouring orbits part, in every direction."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number, initial_values, parameter_and_input_values
from mirrorsys.analysis.attractors._exponents import Averaging
from mirrorsys.analysis.attractors._lyapunov_results import LyapunovSpectrum
from mirrorsys.analysis.attractors._variational import Tangent
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.flow._engines import chosen_engine, settings_for
from mirrorsys.kernels import kernel

__all__ = ["LyapunovSpectrum", "check_no_noise", "lyapunov_spectrum"]

MAX_STEPS = 1_000_000  # in one interval


def lyapunov_spectrum(
    system: System,
    *,
    duration: float,
    initial: Mapping[str, float] | None = None,
    params: Mapping[str, float] | None = None,
    n_exponents: int | None = None,
    transient: float | None = None,
    interval: float | None = None,
    tol: float = 0.01,
    rtol: float = 1e-11,
    atol: float = 1e-13,
    engine: str = "auto",
) -> LyapunovSpectrum:
    """Compute the Lyapunov exponents of the orbit from a state.

    Orbit and displacements are integrated together; the displacements are made orthogonal
    again (QR) at regular intervals, and the logarithms of their lengths averaged. If the orbit
    rests at an equilibrium, the exponents are the real parts of the eigenvalues there.

    Parameters
    ----------
    system : System
        Inputs rest at their values in `params`, or at their defaults.
    duration : float
        For how long to average, after the transient.
    initial : mapping of str to float, optional
        States that start elsewhere than their default.
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults.
    n_exponents : int, optional
        Only so many of the largest; by default all.
    transient : float, optional
        For how long to wait before averaging, so that the orbit is on its attractor and
        displacements along its directions; by default a tenth of `duration`.
    interval : float, optional
        Time between two orthogonalisations. By default it is chosen during the transient
        so that the lengths part by a factor of about e^8.
    tol : float
        The status is "converged" if every standard error is at most this share of its own
        exponent or of the leading one, whichever is larger in size, the zero exponent of the
        flow left aside (and the checks in the notes hold).
    rtol, atol : float
        Tolerances of each step.
    engine : {"auto", "compiled", "scipy"}

    Returns
    -------
    LyapunovSpectrum

    Raises
    ------
    ValueError
        If an argument does not fit the system.

    Notes
    -----
    Two identities are checked, and the status says if one fails: all exponents add up to the
    mean divergence, and a bounded orbit that does not rest has an exponent zero.

    References
    ----------
    .. [1] G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, "Lyapunov characteristic
       exponents for smooth dynamical systems", Meccanica 15 (1980) 9 and 21.
    .. [2] J. L. Kaplan, J. A. Yorke, "Chaotic behavior of multidimensional difference
       equations", Lecture Notes in Mathematics 730 (1979) 204.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> spiral = ms.System("spiral", {"x": "-x - 3*y", "y": "3*x - y"}, initial={"x": 1})
    >>> found = ms.lyapunov_spectrum(spiral, duration=20)
    >>> found.exponents.round(6), found.status
    (array([-1., -1.]), 'converged')
    """
    check_system(system)
    check_no_noise(system)
    n_state = len(system.states)
    m = _checked_number(n_exponents, n_state)
    run_for = _checked_time("duration", duration)
    waiting = (
        run_for / 10 if transient is None else _checked_time("transient", transient, zero=True)
    )
    given = None if interval is None else _checked_time("interval", interval)
    if not 0 < as_number(tol) < 1:
        raise ValueError(f"`tol` is {tol!r}; give a share between 0 and 1, such as 0.01.")
    if engine == "taylor":
        raise ValueError("`engine` is 'taylor', which has no variational equations; give 'auto'.")
    name, _, why = chosen_engine(engine)
    method = "DOP853" if name == "scipy" else None
    settings = settings_for(name, method, rtol, atol, MAX_STEPS)
    parameters, inputs = parameter_and_input_values(system, params)
    start = initial_values(system, initial)
    p, u = (np.array(list(each.values()), dtype=float) for each in (parameters, inputs))
    tangent = Tangent(
        system, p, u, np.array(list(start.values()), dtype=float), m, settings, name
    )  # fmt: skip
    attributes = {
        "parameters": json.dumps(parameters), "inputs_at_rest": json.dumps(inputs),
        "initial": json.dumps(start), "duration": run_for, "transient": waiting, "engine": name,
        "engine_choice": why, "tol": float(tol), **settings.to_attributes(), **_origin(system),
    }  # fmt: skip
    return Averaging(system, tangent, kernel(system).at(p, u), attributes).spectrum(given)


def _origin(system: System) -> dict[str, str]:
    return {
        "title": f"{system.name}: Lyapunov exponents", "name": system.name,
        "system": toml_of(system), "time_unit": system.time_unit, "versions": versions(),
    }  # fmt: skip


def _checked_number(n: int | None, n_state: int) -> int:
    if n is None:
        return n_state
    if not (1 <= as_number(n) <= n_state and as_number(n).is_integer()):
        raise ValueError(f"`n_exponents` is {n!r}; give a whole number from 1 to {n_state}.")
    return int(n)


def _checked_time(label: str, value: Any, *, zero: bool = False) -> float:
    number = as_number(value)
    if not (0 < number < math.inf or (zero and number == 0)):
        fits = "a finite time of 0 or more" if zero else "a finite time of more than 0"
        raise ValueError(f"`{label}` is {value!r}; give {fits}.")
    return number


def check_no_noise(system: System) -> None:
    if noisy := [
        name for name, each in zip(system.state_names, system.diffusion, strict=True) if each != 0
    ]:
        raise ValueError(
            f"{system.name!r} has noise in {noisy}, and exponents are those of an orbit without: "
            "set it to zero with system.replace(diffusion={name: 0})."
        )
