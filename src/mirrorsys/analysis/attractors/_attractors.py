"""Attractors: where trajectories settle, and how to tell that they have.

A stable equilibrium has a neighbourhood, an ellipsoid, in which a quadratic Lyapunov function
falls everywhere: what enters it stays and ends there. What settles elsewhere is followed
until it returns to where it was: a cycle, or something else that recurs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis._results import Equilibrium
from mirrorsys.flow._many import Batch, Task, runner
from mirrorsys.flow._plans import plan
from mirrorsys.flow._problem import Settings
from mirrorsys.kernels import kernel
from mirrorsys.protocols import Phase

__all__ = ["Attractor", "Flow", "Neighbourhood", "neighbourhood"]

Array = NDArray[np.float64]
CHUNK = 1024  # members a thread takes at a time
FAR = 1e3  # sides of the box: who is so far away has escaped
N_DIRECTIONS, N_SHELLS, SHRINK = 256, 48, 0.8
FALLING = 0.1  # share of its linear rate at which the Lyapunov function must fall
CAUTION = 0.7  # of the radius that passed: shells were sampled, not proven


@dataclass(frozen=True)
class Flow:
    """A system with all its numbers: what carries many states through time.

    `scale` holds a length for each state (the side of the box where that is finite).
    """

    system: System
    parameters: Array
    inputs: Array
    settings: Settings
    engine: str
    scale: Array
    center: Array

    def spanning(self, states: Array) -> Flow:
        """Return the same with lengths no shorter than the ranges of states (n, n_state)."""
        wide = np.ptp(states, axis=0) > self.scale
        middle = (states.min(axis=0) + states.max(axis=0)) / 2
        return replace(
            self, scale=np.where(wide, np.ptp(states, axis=0), self.scale),
            center=np.where(wide, middle, self.center),
        )  # fmt: skip

    def carry(
        self, states: Array, duration: float, constants: Array | None = None
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Return states (n, n_state) after a duration, and whether each got there.

        `constants` (n, n_parameter + n_input) holds other numbers for each.
        """
        own = self._constants(len(states)) if constants is None else constants
        size = min(CHUNK, max(16, -(-len(states) // (4 * (os.cpu_count() or 1)))))
        parts = [slice(i, i + size) for i in range(0, len(states), size)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            jobs = [threads.submit(self._run, states[k], own[k], duration) for k in parts]
            batches = [job.result() for job in jobs]
        return (
            np.concatenate([each.states for each in batches]),
            np.concatenate([each.is_alive for each in batches]),
        )

    def samples(self, state: Array, times: Array) -> Array:
        """Return states (n_times, n_state) of one trajectory; NaN once it has failed."""
        batch = self._run(state[np.newaxis], self._constants(1), float(times[-1]), times)
        return np.asarray(batch.samples[:, :, 0])

    def rates(self, states: Array) -> Array:
        """Return rates of change of states (n, n_state)."""
        out = np.empty(states.T.shape)
        with np.errstate(all="ignore"):
            kernel(self.system).rhs_array(states.T.copy(), self.parameters, self.inputs, out)
        return out.T

    def slopes(self, state: Array) -> Array:
        """Return the Jacobian at one state."""
        return kernel(self.system).at(self.parameters, self.inputs)[1](state.copy())

    def has_escaped(self, states: Array) -> NDArray[np.bool_]:
        """Return which states (n, n_state) are far outside the box."""
        with np.errstate(invalid="ignore"):
            return np.asarray(~(np.abs(states - self.center) <= FAR * self.scale).all(axis=1))

    def _constants(self, n: int) -> Array:
        return np.tile(np.concatenate([self.parameters, self.inputs]), (n, 1))

    def _run(self, states: Array, constants: Array, duration: float, times: Any = ()) -> Batch:
        zeros = np.zeros(len(states), dtype=np.int64)
        batch = Batch(states.copy(), constants, streams=zeros, n_steps=zeros.copy(),
                      n_stiff=zeros.copy())  # fmt: skip
        rest = {each.name: each.value for each in self.system.inputs}
        advance = runner(Task(self.system, (), self.settings, self.engine))
        advance(batch, plan(Phase(duration), self.system, rest), np.asarray(times, dtype=float))
        return batch


@dataclass(frozen=True)
class Neighbourhood:
    """An ellipsoid around a stable equilibrium that nothing leaves.

    Parameters
    ----------
    center, scale : ndarray, shape (n_state,)
    form : ndarray, shape (n_state, n_state)
        Of the Lyapunov function, in units of `scale`.
    level : float
        Of the function, on the surface.
    """

    center: Array
    scale: Array
    form: Array
    level: float

    def holds(self, states: Array) -> Array:
        """Return which states (n, n_state) lie inside."""
        with np.errstate(all="ignore"):
            z = (states - self.center) / self.scale
            return np.asarray(np.einsum("ni,ij,nj->n", z, self.form, z) <= self.level)


def neighbourhood(flow: Flow, point: Equilibrium) -> Neighbourhood | None:
    """Return the largest ellipsoid, among some, that a stable equilibrium attracts.

    The quadratic form solves Lyapunov's equation of the linearised system. Along the true one it
    must fall on all of 48 shells up to the surface, looked at in 256 directions for each state:
    sampled, not proven, so only seven tenths of that radius are used. None if the
    linearisation is too weak for that, or there is none.
    """
    from scipy.linalg import solve_continuous_lyapunov  # SciPy is slow to import

    center = np.array(list(point.state.values()))
    slopes = flow.slopes(center) * flow.scale / flow.scale[:, np.newaxis]
    if not np.isfinite(slopes).all():
        return None
    n = center.size
    form = solve_continuous_lyapunov(slopes.T, -np.eye(n))
    form = (form + form.T) / 2
    smallest = float(np.linalg.eigvalsh(form)[0])
    if not (np.isfinite(form).all() and smallest > 0):
        return None
    directions = np.random.default_rng(0).standard_normal((N_DIRECTIONS * n, n))
    directions = np.vstack([directions, np.eye(n), -np.eye(n)])
    directions /= np.sqrt(np.einsum("ni,ij,nj->n", directions, form, directions))[:, np.newaxis]
    passed = 0.0
    for radius in np.sqrt(smallest) * SHRINK ** np.arange(N_SHELLS - 1, -1, -1.0):
        z = radius * directions
        fall = 2 * np.einsum(
            "ni,ij,nj->n", z, form, flow.rates(center + z * flow.scale) / flow.scale
        )
        if not (fall <= -FALLING * np.einsum("ni,ni->n", z, z)).all():
            break
        passed = radius
    return Neighbourhood(center, flow.scale, form, (CAUTION * passed) ** 2) if passed else None


@dataclass(frozen=True)
class Attractor:
    """What trajectories settle on.

    Attributes
    ----------
    kind : str
        "equilibrium", "cycle", "other (recurrent)" or "escapes".
    state : mapping of str to float
        The equilibrium, or a point of what it is.
    stability : str
    period : float
        Of a cycle; otherwise not a number.
    points : ndarray, shape (n_point, n_state)
        Along it.
    """

    kind: str
    state: Mapping[str, float]
    stability: str = ""
    period: float = np.nan
    points: Array = field(default_factory=lambda: np.empty((0, 0)))
