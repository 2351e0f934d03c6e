"""Variational equations: an orbit together with small displacements from it.

The displacements V obey V' = J(x) V. Orbit, displacements and the integral of the divergence
along the orbit are states of one system, so that any engine integrates them together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import State, System
from mirrorsys.flow._plans import plan
from mirrorsys.flow._problem import PhaseProblem, Settings
from mirrorsys.protocols import Phase
from mirrorsys.symbolic import divergence, jacobian

if TYPE_CHECKING:
    from mirrorsys.kernels._lanes import Lanes

__all__ = ["Tangent", "variational_system"]

Array = NDArray[np.float64]
OTHER = {"DOP853": "Rodas5P", "Rodas5P": "DOP853"}


@lru_cache(maxsize=32)
def variational_system(system: System, n_vectors: int) -> System:
    """Return the system of an orbit, displacements from it and its integrated divergence.

    Parameters
    ----------
    system : System
    n_vectors : int
        How many displacements.

    Returns
    -------
    System
        States: those of `system`, then each displacement with one component a state, then
        the integral of the divergence. No range is bounded.
    """
    prefix = _free_prefix(system)
    slopes, size = jacobian(system), range(len(system.states))
    equations: dict[Any, sp.Expr] = {
        State(name, 0.0): rate for name, rate in system.equations.items()
    }
    for v in range(n_vectors):
        parts = [symbol(f"{prefix}{v}_{k}") for k in size]
        for i in size:
            rate = sp.Add(*(slopes[i, k] * parts[k] for k in size))
            equations[State(f"{prefix}{v}_{i}", 0.0)] = rate
    equations[State(f"{prefix}volume", 0.0)] = divergence(system)
    name = f"{system.name} with {n_vectors} displacements"
    return System(name, equations, system.parameters, system.inputs)


def _free_prefix(system: System) -> str:
    """Return a beginning that no name of the system has."""
    prefix = "displacement_"
    while any(quantity.name.startswith(prefix) for quantity in system.quantities):
        prefix = f"own_{prefix}"
    return prefix


class Tangent:
    """An orbit and displacements from it, carried on piece by piece.

    Parameters
    ----------
    system : System
    parameters, inputs : ndarray
        All values, in the order of the system.
    state : ndarray, shape (n_state,)
        Where the orbit begins.
    n_vectors : int
    settings : Settings
    engine : {"compiled", "scipy"}

    Attributes
    ----------
    state : ndarray, shape (n_state,)
    vectors : ndarray, shape (n_vectors, n_state)
        Each displacement is a row; written between calls, and at first unit vectors.
    failure : str
        Why it could not go on.
    """

    def __init__(
        self,
        system: System,
        parameters: Array,
        inputs: Array,
        state: Array,
        n_vectors: int,
        settings: Settings,
        engine: str,
    ) -> None:
        self.system = variational_system(system, n_vectors)
        self.settings, self.parameters, self.inputs = settings, parameters, inputs
        n = len(system.states)
        self._advance: Callable[[float], float]
        if engine == "compiled":
            self._advance = self._by_lanes()
        else:
            self._advance = self._by_scipy()
        self.state = self._own[:n]
        self.vectors = self._own[n:-1].reshape(n_vectors, n)
        self._volume = self._own[-1:]
        self.state[:], self.vectors[:] = state, np.eye(n_vectors, n)
        self.failure = ""

    def advance(self, duration: float) -> tuple[float, float]:
        """Go on; return how long that went well, and the divergence integrated meanwhile."""
        self._volume[0] = 0.0
        done = self._advance(duration)
        return done, float(self._volume[0])

    def _by_lanes(self) -> Callable[[float], float]:
        """Return a function that goes on in machine code: one table, called again and again."""
        from mirrorsys.flow._compiled_engine import failure_text
        from mirrorsys.kernels._lanes import lanes, table_of
        from mirrorsys.kernels._table import STATUS

        # Code of one lane: with more, the other ones would compute in vain.
        code, limit = lanes(self.system, logs=True), self.settings.max_steps
        arrays = self._arrays_of(code)
        self._own = np.zeros(len(self.system.states))
        # These very numbers, unless it is a network.
        states = arrays["states"] = code.inward(self._own[np.newaxis])
        is_apart = not np.shares_memory(states, self._own)
        self._kept = arrays, table_of(arrays)  # must live as long as their addresses are used
        address = self._kept[1].ctypes.data
        time, end, status, tallies = (arrays[k] for k in ("time", "end", "status", "tallies"))
        done, switch = STATUS["done"], STATUS["switch"]
        method = "DOP853" if self.settings.method == "switching" else self.settings.method

        def advance(duration: float) -> float:
            nonlocal method
            time[0], end[0], status[0], tallies[0] = 0.0, duration, 0.0, 0.0
            if is_apart:
                states[0] = code.inward(self._own)
            code.methods[method](address)
            while status[0] == switch:
                method, status[0] = OTHER[method], 0.0
                code.methods[method](address)
            if status[0] != done:
                self.failure = failure_text(status[0], limit)
            if is_apart:
                self._own[:] = code.outward(states[0])
            return float(time[0])

        return advance

    def _arrays_of(self, code: Lanes) -> dict[str, NDArray[Any]]:
        """Return the arrays of a call for one member, without its states."""
        from mirrorsys.kernels._lanes import sizes

        settings = self.settings
        may_switch = settings.method == "switching" and "Rodas5P" in code.methods
        names = ("origin", "time", "end", "step", "status", "streams", "n_before")
        return {
            "sizes": sizes(n_members=1, max_steps=settings.max_steps, may_switch=may_switch),
            "tolerances": np.array([settings.rtol, settings.atol]),
            "constants": np.concatenate([self.parameters, self.inputs]),
            **{name: np.zeros(1) for name in names}, "tallies": np.zeros(3),
            "logged": np.zeros(2, dtype=np.int64), "work": code.work(),
        }  # fmt: skip

    def _by_scipy(self) -> Callable[[float], float]:
        from mirrorsys.flow._scipy_engine import integrate_phase

        self._own = np.zeros(len(self.system.states))
        rest = dict(zip(self.system.input_names, self.inputs.tolist(), strict=True))

        def advance(duration: float) -> float:
            problem = PhaseProblem(
                system=self.system, plan=plan(Phase(duration), self.system, rest),
                parameters=self.parameters, state0=self._own.copy(), times=np.empty(0),
                events={}, progress=lambda _: None,
            )  # fmt: skip
            result = integrate_phase(problem, self.settings)
            self._own[:], self.failure = result.end_state, result.failure
            return result.end

        return advance
