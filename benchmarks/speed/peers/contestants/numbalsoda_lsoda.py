"""numbalsoda: LSODA in C++, its right-hand side compiled by numba; members in threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contestant import MANY, ONE, Contestant, call, in_threads
from ..loads import Courses
from ..models import N_INPUTS, N_PARAMETERS, N_STATES, PATHWAYS, person_rates

Array = NDArray[np.float64]
RTOL, ATOL = 1e-10, 1e-12
MAX_STEPS = 10**8
N_NUMBERS = N_PARAMETERS + N_INPUTS


def c_function(is_gated: bool) -> Any:
    """Return the right-hand side for C; its address lives as long as it."""
    from numba import carray, cfunc, njit
    from numba.np.unsafe.ndarray import to_fixed_tuple
    from numbalsoda import lsoda_sig

    rates = njit(person_rates)

    @cfunc(lsoda_sig)
    def rhs(t, y_, dy_, c_):  # type: ignore[no-untyped-def]
        y = to_fixed_tuple(carray(y_, (N_STATES,)), N_STATES)
        c = to_fixed_tuple(carray(c_, (N_NUMBERS,)), N_NUMBERS)
        dy = carray(dy_, (N_STATES,))
        dy[0], dy[1], dy[2], dy[3], dy[4] = rates(
            y[:5], y[5:], c[:15], c[30], c[32], c[33], is_gated
        )
        dy[5], dy[6], dy[7], dy[8], dy[9] = rates(
            y[5:], y[:5], c[15:30], c[31], c[32], c[33], is_gated
        )

    return rhs


def prepare(load: Courses) -> Callable[[], Array]:
    from numba import njit
    from numbalsoda import lsoda

    rhs = c_function(load.model.is_gated)
    address, (client, therapist) = rhs.address, PATHWAYS

    @njit(nogil=True)
    def through_phases(p, inputs, durations, start, found):  # type: ignore[no-untyped-def]
        c, y = np.empty(N_NUMBERS), start.copy()
        c[:N_PARAMETERS] = p
        for phase in range(len(durations)):
            c[N_PARAMETERS:] = inputs[phase]
            times = np.array([0.0, durations[phase]])
            ends, is_done = lsoda(address, y, times, c, RTOL, ATOL, MAX_STEPS)
            if not is_done:
                return False
            y = ends[1].copy()
            found[phase, 0], found[phase, 1] = y[client], y[therapist]
        return True

    inputs, durations, start = load.inputs, load.durations, load.model.start

    def run() -> Array:
        found = np.empty((load.size, len(durations), 2))

        def work(thread: int) -> None:
            for m in range(thread, load.size, load.threads):
                if not through_phases(load.members[m], inputs, durations, start, found[m]):
                    raise RuntimeError(f"lsoda failed on member {m}")

        in_threads(load.threads, work)
        assert rhs is not None  # the closure keeps the C function alive
        return found

    through_phases(load.members[0], inputs[:1], durations[:1] / 1e3, start, np.empty((1, 2)))
    return run


CONTESTANTS = (
    Contestant("numbalsoda LSODA", (*ONE, *MANY), prepare, call, "numbalsoda",
               most={"courses": 64}),
)  # fmt: skip
