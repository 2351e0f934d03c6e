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
N_NUMBERS = N_PARAMETERS + N_INPUTS
HALF = N_PARAMETERS // 2


def c_function(is_gated: bool) -> Any:
    """Return the right-hand side for C; its address lives as long as it."""
    from numba import carray, cfunc, njit
    from numba.cpython.unsafe.tuple import tuple_setitem  # noqa: F401
    from numbalsoda import lsoda_sig

    person = njit(person_rates)

    @cfunc(lsoda_sig)
    def rhs(t, y_, dy_, c_):  # type: ignore[no-untyped-def]
        y, dy, c = carray(y_, (N_STATES,)), carray(dy_, (N_STATES,)), carray(c_, (N_NUMBERS,))
        pass

    return rhs
