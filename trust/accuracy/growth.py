"""How much errors grow: propagators of the variational equation along a reference run.

P(t, s) carries a small error made at time s to time t. Between two wanted times it is the
product over the steps of the reference, each by Magnus' method of fourth order [1]_.

.. [1] A. Iserles, H. Munthe-Kaas, S. Norsett, A. Zanna, "Lie-group methods", Acta Numerica 9
   (2000) 215, section 5.
"""

from __future__ import annotations

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.linalg import expm

from mirrorsys import System
from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels import kernel
from trust.accuracy.reference import Case, Reference, Step

__all__ = ["growth", "propagators", "step_matrices"]

Array = NDArray[np.float64]


def step_matrices(case: Case, steps: tuple[Step, ...]) -> Array:
    """Return the propagator of each step of a reference, (n_steps, n_state, n_state)."""
    lengths = np.array([each.length for each in steps])[:, None, None]
    one, two = (
        np.stack([_jacobian(case, each.states[i], each.inputs[i]) for each in steps])
        for i in (0, 1)
    )
    bracket = two @ one - one @ two
    return np.asarray(expm(lengths / 2 * (one + two) + 3**0.5 / 12 * lengths**2 * bracket))


def propagators(case: Case, reference: Reference, times: Array) -> Array:
    """Return P from each wanted time to the next one, (n_times - 1, n_state, n_state)."""
    n = len(case.system.states)
    matrices, found = step_matrices(case, reference.steps), []
    current, last = np.eye(n), 1
    resets = iter(each for each in case.protocol if each.reset)
    for step, matrix in zip(reference.steps, matrices, strict=True):
        if step.after_reset:
            current = _of_reset(case.system, next(resets).reset) @ current
        current = matrix @ current
        while last < len(times) and step.end >= times[last] - 1e-12:
            found.append(current)
            current, last = np.eye(n), last + 1
    return np.array(found)


def growth(between: Array, scale: Array | None = None) -> Array:
    """Return, for each time t, the largest norm of P(t, s) for all s before, and 1 at least.

    `scale`, (n_times, n_state), is what counts as one unit of each state at each time.
    """
    n = between.shape[1]
    largest, all_until_now = [1.0], np.eye(n)[None]
    for index, matrix in enumerate(between):
        all_until_now = matrix @ all_until_now
        all_until_now = np.concatenate([all_until_now, np.eye(n)[None]])
        weighted = all_until_now
        if scale is not None:
            sources = scale[: index + 2]
            weighted = weighted * sources[:, None, :] / scale[index + 1][None, :, None]
        largest.append(float(np.abs(weighted).sum(axis=2).max()))
    return np.array(largest)


def _jacobian(case: Case, state: Array, inputs: Array) -> Array:
    p = np.array(list(_parameters(case).values()))
    out = np.empty((len(state), len(state)))
    kernel(case.system).jacobian(np.ascontiguousarray(state), p, np.ascontiguousarray(inputs), out)
    return out


def _parameters(case: Case) -> dict[str, float]:
    values = {each.name: float(each.value) for each in case.system.parameters}
    given = {**values, **case.params}
    return {name: given[name] for name in values}


def _of_reset(system: System, reset: dict[str, float | str]) -> Array:
    """Return the derivative of the state after a reset by the one before."""
    names, matrix = system.state_names, np.eye(len(system.states))
    for name, value in system.expand(reset, "state").items():
        row = names.index(name)
        matrix[row] = 0.0
        if isinstance(value, str):
            expression, owner = parse(value), name.rpartition(".")[0]
            for column, full in enumerate(names):
                bare = full.rpartition(".")[2] if full.startswith(f"{owner}.") else full
                slopes = [sp.diff(expression, symbol(key)) for key in {full, bare}]
                matrix[row, column] += float(sum(slopes))
    return matrix
