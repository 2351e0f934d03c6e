"""Kernel: the right-hand side, its Jacobian and the outputs of a system in arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from mirrorsys._system import System, check_system
from mirrorsys._values import parameter_and_input_values
from mirrorsys.kernels._backend import backend_in_use
from mirrorsys.kernels._source import array_function
from mirrorsys.symbolic import jacobian

__all__ = ["Kernel", "expression_function", "kernel", "vector_field"]

Array = NDArray[np.float64]
Function = Callable[[Array, Array, Array, Array], None]
OfStates = Callable[[Array], Array]


@dataclass(frozen=True)
class Kernel:
    """A system in arrays. Each function is called as ``f(states, parameters, inputs, out)``.

    `rhs` and `jacobian` take one point, contiguous doubles of shapes (n_state,),
    (n_parameter,), (n_input,), and fill ``out`` of shape (n_state,) or
    (n_state, n_state). `rhs_array` and `outputs_array` take any further axes after the
    first and fill ``out`` of shape (n_state, ...) or (n_output, ...).
    """

    system: System
    backend: str
    rhs: Function
    jacobian: Function
    rhs_array: Function
    outputs_array: Function

    def at(self, parameters: Array, inputs: Array) -> tuple[OfStates, OfStates]:
        """Return the right-hand side and its Jacobian as functions of the states alone.

        Each call returns a new array. `inputs` may be changed in place between calls.
        """
        n_state = len(self.system.states)
        return (
            _at(self.rhs, parameters, inputs, (n_state,)),
            _at(self.jacobian, parameters, inputs, (n_state, n_state)),
        )


def _at(function: Function, parameters: Array, inputs: Array, shape: tuple[int, ...]) -> OfStates:
    if hasattr(function, "at"):  # machine code has a quicker way
        return function.at(parameters, inputs, shape[0])  # type: ignore[no-any-return]

    def values(states: Array) -> Array:
        out = np.empty(shape)
        function(states, parameters, inputs, out)
        return out

    return values


def kernel(system: System) -> Kernel:
    """Return the compiled kernel of a system; the same system is compiled only once."""
    check_system(system)
    return _kernel(system, backend_in_use())


@lru_cache(maxsize=64)
def _kernel(system: System, backend: str) -> Kernel:
    n_state = len(system.states)
    rhs_array = array_function("rhs", system, system.rhs, (n_state,))
    slopes = ("jacobian", list(jacobian(system)), (n_state, n_state))
    if backend == "llvm":
        from mirrorsys.kernels._llvm import machine_functions

        functions = machine_functions(system, [("rhs", system.rhs, (n_state,)), slopes])
        rhs, jacobian_function = (cast(Function, each) for each in functions)
    else:
        name, expressions, shape = slopes
        rhs, jacobian_function = rhs_array, array_function(name, system, expressions, shape)
    outputs = expression_function(system, tuple(each for _, each in system.outputs))
    return Kernel(system, backend, rhs, jacobian_function, rhs_array, outputs)


@lru_cache(maxsize=256)
def expression_function(system: System, expressions: tuple[sp.Expr, ...]) -> Function:
    """Return expressions of a system's quantities as ``f(states, parameters, inputs, out)``.

    In NumPy: arguments may have any further axes after the first, all alike; ``out`` has
    shape (n_expression, ...).
    """
    return array_function("values", system, expressions, (len(expressions),))


def vector_field(
    system: System, params: Mapping[str, float] | None = None
) -> Callable[[ArrayLike], Array]:
    """Return the right-hand side as a function of states alone.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults.

    Returns
    -------
    callable
        From states of shape (n_state, ...) to their rates of change, same shape.

    Raises
    ------
    ValueError
        If `params` does not fit the system, or the states have another first axis.
    """
    check_system(system)
    parameters, inputs = parameter_and_input_values(system, params)
    p, u = np.array(list(parameters.values())), np.array(list(inputs.values()))
    function = kernel(system).rhs_array

    def field(states: ArrayLike) -> Array:
        y = np.asarray(states, dtype=float)
        if y.shape[:1] != (len(system.states),):
            raise ValueError(
                f"`states` has shape {y.shape}; its first axis must hold the "
                f"{len(system.states)} states {list(system.state_names)}."
            )
        out = np.empty_like(y)
        function(y, p, u, out)
        return out

    return field
