"""libroadrunner: CVODE on a model compiled by LLVM, given as rate rules of SBML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contestant import MANY, ONE, Contestant, call, member_by_member
from ..loads import Courses
from ..models import N_INPUTS, N_PARAMETERS, N_STATES, rates

Array = NDArray[np.float64]
RTOL, ATOL = 1e-10, 1e-12
MAX_STEPS = 10**8


def compiled(is_gated: bool) -> tuple[Any, list[int]]:
    """Return the model and where its states, parameters and inputs stand in its own order."""
    import roadrunner
    import sympy as sp

    symbols = sp.symbols(f"v:{N_STATES + N_PARAMETERS + N_INPUTS}")
    y, p, u = symbols[:N_STATES], symbols[N_STATES:-N_INPUTS], symbols[-N_INPUTS:]
    model = roadrunner.RoadRunner()
    for each in symbols:
        model.addParameter(str(each), 0.5, False)
    for state, rate in zip(y, rates(y, p, u, is_gated), strict=True):
        model.addRateRule(str(state), str(rate).replace("**", "^"), False)
    model.regenerateModel()
    own_order = list(model.model.getGlobalParameterIds())
    return model, [own_order.index(str(each)) for each in symbols]


def prepare(load: Courses) -> Callable[[], Array]:
    model, places = compiled(load.model.is_gated)
    model.integrator.relative_tolerance = RTOL
    model.integrator.absolute_tolerance = ATOL
    model.integrator.maximum_num_steps = MAX_STEPS
    model.timeCourseSelections = ["time"]
    states = places[:N_STATES]

    def advance(p: Array, u: Array, y: Array, duration: float) -> Array:
        model.model.setTime(0.0)
        model.model.setGlobalParameterValues(places, np.concatenate([y, p, u]))
        model.integrator.restart(0.0)
        model.integrator.integrate(0.0, duration)
        return np.asarray(model.model.getGlobalParameterValues(states))

    return lambda: member_by_member(load, advance)


CONTESTANTS = (
    Contestant("libroadrunner CVODE", (*ONE, *MANY), prepare, call, "roadrunner",
               most={"sessions": 1000, "courses": 16}),
)  # fmt: skip
