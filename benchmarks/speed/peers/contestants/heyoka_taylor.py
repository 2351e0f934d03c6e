"""heyoka: Taylor series of adaptive order, compiled by LLVM; members in vector registers."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contestant import MANY, ONE, Contestant, call, in_threads, member_by_member
from ..loads import Courses
from ..models import N_INPUTS, N_PARAMETERS, N_STATES, PATHWAYS, rates

Array = NDArray[np.float64]
TOL = 1e-10
REACHED = "time_limit"


def equations(is_gated: bool) -> list[Any]:
    """Return the system with parameters and inputs as run-time parameters."""
    import heyoka as hy

    y = hy.make_vars(*(f"x{i}" for i in range(N_STATES)))
    c = [hy.par[i] for i in range(N_PARAMETERS + N_INPUTS)]
    return list(zip(y, rates(y, c[:N_PARAMETERS], c[N_PARAMETERS:], is_gated), strict=True))


def prepare_one(load: Courses) -> Callable[[], Array]:
    import heyoka as hy

    taylor = hy.taylor_adaptive(equations(load.model.is_gated), load.model.start, tol=TOL,
                                pars=np.ones(N_PARAMETERS + N_INPUTS))  # fmt: skip

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        taylor.time, taylor.state[:] = 0.0, y
        taylor.pars[:N_PARAMETERS], taylor.pars[N_PARAMETERS:] = p, u
        if (outcome := taylor.propagate_until(duration)[0]).name != REACHED:
            raise RuntimeError(str(outcome))
        return taylor.state.copy()

    return lambda: member_by_member(load, advance)


def batch_through_phases(taylor: Any, load: Courses, members: Array, found: Array) -> None:
    """Take as many members as a batch is wide through all phases; the last may be repeated."""
    lanes = np.minimum(np.arange(taylor.batch_size), len(members) - 1)
    taylor.state[:] = load.model.start[:, np.newaxis]
    taylor.pars[:N_PARAMETERS] = members[lanes].T
    for phase, (u, duration) in enumerate(zip(load.inputs, load.durations, strict=True)):
        taylor.set_time(0.0)
        taylor.pars[N_PARAMETERS:] = u[:, np.newaxis]
        taylor.propagate_until(duration)
        if any(each[0].name != REACHED for each in taylor.propagate_res):
            raise RuntimeError(str(taylor.propagate_res))
        found[:, phase] = taylor.state[PATHWAYS, : len(members)].T


def prepare_batch(load: Courses) -> Callable[[], Array]:
    import heyoka as hy

    width = hy.recommended_simd_size()
    one = hy.taylor_adaptive_batch(
        equations(load.model.is_gated), np.full((N_STATES, width), 0.5), tol=TOL,
        pars=np.ones((N_PARAMETERS + N_INPUTS, width)),
    )  # fmt: skip
    integrators = [one, *(copy(one) for _ in range(load.threads - 1))]

    def run() -> Array:
        found = np.empty((load.size, len(load.phases), 2))

        def work(thread: int) -> None:
            for begin in range(thread * width, load.size, load.threads * width):
                own = slice(begin, begin + width)
                batch_through_phases(integrators[thread], load, load.members[own], found[own])

        in_threads(load.threads, work)
        return found

    return run


CONTESTANTS = (
    Contestant("heyoka", ONE, prepare_one, call, "heyoka"),
    Contestant("heyoka, batches in threads", MANY, prepare_batch, call, "heyoka"),
)
