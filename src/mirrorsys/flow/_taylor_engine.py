"""The Taylor engine: heyoka's integrator of very high order, where heyoka is installed.

An independent way to the same results, to machine precision if it is asked for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.flow._problem import PhaseProblem, PhaseResult, Settings
from mirrorsys.flow._scipy_engine import integrate_phase

__all__ = ["integrate_phase_taylor"]

Array = NDArray[np.float64]


def integrate_phase_taylor(problem: PhaseProblem, settings: Settings) -> PhaseResult:
    """Integrate one phase; a failure is recorded in the result with what was computed.

    Raises
    ------
    ValueError
        If a recording drives an input, or heyoka cannot express the equations.
    """
    if problem.plan.recordings:
        raise ValueError(
            f"phase {problem.plan.phase.name!r} has inputs that follow recordings, which engine "
            "'taylor' cannot; give engine='compiled' or 'scipy'."
        )
    integrator = _integrator(problem.system)
    integrator.pars[:] = np.concatenate([problem.parameters, problem.plan.constants])

    def solver(begin: float, state: Array, end: float, max_step: float) -> Any:
        return _Solver(integrator, settings.rtol, begin, state, end)

    return integrate_phase(problem, settings, solver)


@lru_cache(maxsize=16)
def _integrator(system: System) -> Any:
    import heyoka as hy

    names = (*system.parameter_names, *system.input_names)
    states = {symbol(name): sp.Symbol(f"x{i}") for i, name in enumerate(system.state_names)}
    others = {symbol(name): sp.Symbol(f"c{i}") for i, name in enumerate(names)}
    known = {sp.Symbol(f"c{i}"): hy.par[i] for i in range(len(names))}
    variables = hy.make_vars(*(str(each) for each in states.values()))
    variables = variables if isinstance(variables, list) else [variables]
    try:
        equations = [
            (x, hy.from_sympy(rhs.xreplace(states | others), known))
            for x, rhs in zip(variables, system.rhs, strict=True)
        ]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the equations of {system.name!r} cannot be written for heyoka: {error}; give "
            "engine='compiled' or 'scipy'."
        ) from error
    return hy.taylor_adaptive(equations, np.zeros(len(variables)), pars=np.zeros(len(names)))


class _Solver:
    """heyoka's integrator with the face of SciPy's `OdeSolver`."""

    njev = 0

    def __init__(
        self, integrator: Any, rtol: float, begin: float, state: Array, end: float
    ) -> None:
        self.integrator, self.end, self.nfev = integrator, end, 0
        integrator.time, integrator.state[:] = begin, state
        self.t = self.t_old = begin
        self.y, self.status = state, "running"

    def step(self) -> str | None:
        self.t_old = self.t
        outcome, _ = self.integrator.step(max_delta_t=self.end - self.t, write_tc=True)
        self.t, self.y = float(self.integrator.time), self.integrator.state.copy()
        self.nfev += 1
        name = getattr(outcome, "name", str(outcome))
        if name == "err_nf_state":
            self.status = "failed"
            return "a state is no longer finite"
        if self.t >= self.end or name == "time_limit":
            self.t, self.status = self.end, "finished"
        return None

    def dense_output(self) -> Any:
        def curve(times: Any) -> Array:
            at = np.atleast_1d(np.asarray(times, dtype=float))
            values = np.array([self.integrator.update_d_output(t).copy() for t in at]).T
            return values if np.ndim(times) else values[:, 0]

        return curve
