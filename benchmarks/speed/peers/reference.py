"""What results are judged by: a reference that no contestant made at its own tolerance.

The reference is SciPy's DOP853 at rtol 1e-13 on a right-hand side compiled by numba, so that
neither mirrorsys nor a peer is judged by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from .contestant import member_by_member
from .loads import Courses, Load, Paths
from .models import N_INPUTS, N_PARAMETERS, N_STATES, person_rates

Array = NDArray[np.float64]
RTOL, ATOL = 1e-13, 1e-15
MOST = {"sessions": 100, "courses": 4}  # members that are judged


def compiled_rates(is_gated: bool) -> Callable[[float, Array, Array], Array]:
    """Return the right-hand side of time, state, and parameters followed by inputs."""
    from numba import njit
    from numba.np.unsafe.ndarray import to_fixed_tuple

    rates, n_numbers = njit(person_rates), N_PARAMETERS + N_INPUTS

    @njit
    def rhs(t, y_, c_):  # type: ignore[no-untyped-def]
        y, c, dy = to_fixed_tuple(y_, N_STATES), to_fixed_tuple(c_, n_numbers), np.empty(N_STATES)
        dy[0], dy[1], dy[2], dy[3], dy[4] = rates(
            y[:5], y[5:], c[:15], c[30], c[32], c[33], is_gated
        )
        dy[5], dy[6], dy[7], dy[8], dy[9] = rates(
            y[5:], y[:5], c[15:30], c[31], c[32], c[33], is_gated
        )
        return dy

    return rhs


def reference(load: Courses) -> Array:
    """Return pathway strength at phase ends of the members that are judged."""
    rhs = compiled_rates(load.model.is_gated)

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        solution = solve_ivp(rhs, (0, duration), y, method="DOP853", rtol=RTOL, atol=ATOL,
                             t_eval=[duration], args=(np.concatenate([p, u]),))  # fmt: skip
        return solution.y[:, -1]

    return member_by_member(load.first(MOST.get(load.name, 1)), advance)


def errors(load: Load, found: Array, exact: Array | None) -> tuple[float, float]:
    """Return the error of pathway strength: median over members, and the largest.

    The error of a member is its largest over phase ends and persons. Of `Paths`, return how
    far the variance is off, relative to the exact one, and how far the mean, in standard errors.
    """
    if isinstance(load, Paths):
        mean, variance = load.moments
        in_standard_errors = abs(found.mean() - mean) / np.sqrt(variance / len(found))
        return abs(found.var() / variance - 1), float(in_standard_errors)
    assert exact is not None
    judged = min(len(found), len(exact))
    own = np.abs(found[:judged] - exact[:judged]).max(axis=(1, 2))
    return float(np.median(own)), float(own.max())
