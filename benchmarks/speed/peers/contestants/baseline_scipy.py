"""The 1x of all courses: SciPy's `solve_ivp` with LSODA, its right-hand side in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from ..contestant import MANY, ONE, Contestant, call, member_by_member
from ..loads import Courses
from ..models import NAMES

Array = NDArray[np.float64]
RTOL, ATOL = 1e-10, 1e-12


def numpy_rates(
    t: float, y: Array, p: Array, s: Array, e: float, contact: float, is_gated: bool
) -> Array:
    """Both persons at once: a state is an array of two."""
    R, G, F, W, H = y.reshape(2, 5).T
    tau_R, rho, tau_G, kappa, beta, mu, nu, tau_F, alpha, phi, eta, theta, delta, up, down = p
    m = contact * mu * (H * R * (1 - G))[::-1]
    n = contact * nu * G[::-1]
    dy = np.empty((2, 5))
    dy[:, 0] = (-R + (1 - R) * (s + rho * R**2 + m) - R * (beta * G + phi * F)) / tau_R
    dy[:, 1] = (-G + (1 - G) * (kappa * W * R + n)) / tau_G
    dy[:, 2] = (-F + (1 - F) * alpha * R) / tau_F
    dy[:, 3] = e * eta * R * (G**2 * (1 - W) - theta**2 * W) - delta * W
    dH = up * (1 - H) * R * n - down * H * R * F
    dy[:, 4] = e * dH if is_gated else dH
    return dy.ravel()


def prepare(load: Courses) -> Callable[[], Array]:
    is_gated = load.model.is_gated

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        arguments = (p.reshape(2, len(NAMES)).T, u[:2], u[2], u[3], is_gated)
        solution = solve_ivp(numpy_rates, (0, duration), y, method="LSODA", rtol=RTOL, atol=ATOL,
                             args=arguments)  # fmt: skip
        if not solution.success:
            raise RuntimeError(solution.message)
        return solution.y[:, -1]

    return lambda: member_by_member(load, advance)


CONTESTANTS = (
    Contestant("solve_ivp LSODA, NumPy", (*ONE, *MANY), prepare, call, "scipy",
               most={"sessions": 100, "courses": 4}, is_baseline=True),
)  # fmt: skip
