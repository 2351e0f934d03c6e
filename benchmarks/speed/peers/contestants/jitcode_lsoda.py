"""JiTCODE: right-hand side and Jacobian in C, integrated by SciPy's LSODA."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..contestant import MANY, ONE, Contestant, call, member_by_member
from ..loads import Courses
from ..models import N_INPUTS, N_PARAMETERS, N_STATES, rates

Array = NDArray[np.float64]
RTOL, ATOL = 1e-10, 1e-12
MAX_STEPS = 10**8


def prepare(load: Courses) -> Callable[[], Array]:
    import symengine
    from jitcode import jitcode, y

    c = symengine.symbols(f"c:{N_PARAMETERS + N_INPUTS}")
    states = [y(i) for i in range(N_STATES)]
    rhs = rates(states, c[:N_PARAMETERS], c[N_PARAMETERS:], load.model.is_gated)
    solver = jitcode(list(rhs), control_pars=list(c), verbose=False)
    solver.compile_C()
    solver.set_parameters(*load.members[0], *load.inputs[0])
    solver.set_integrator("lsoda", rtol=RTOL, atol=ATOL, nsteps=MAX_STEPS)

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        solver.set_parameters(*p, *u)
        solver.set_initial_value(y, 0.0)
        return solver.integrate(duration)  # raises where it fails

    return lambda: member_by_member(load, advance)


CONTESTANTS = (
    Contestant("JiTCODE LSODA", (*ONE, *MANY), prepare, call, "jitcode",
               most={"sessions": 1000, "courses": 16}),
)  # fmt: skip
