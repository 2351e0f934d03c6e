"""Field: a system in arrays whose coordinates are its states and some of its parameters.

A parameter that is followed is made a state that does not move. So one Jacobian holds the
derivatives by states and parameters alike, and the second and third derivatives of the
symbolic layer give everything that defining systems and normal forms are made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System, check_system
from mirrorsys._values import parameter_and_input_values
from mirrorsys.analysis._promotion import promoted
from mirrorsys.kernels import expression_function, kernel
from mirrorsys.symbolic import hessian, jacobian

__all__ = ["Field", "field", "followed"]

Array = NDArray[np.float64]
AnyArray = NDArray[Any]


@dataclass(frozen=True)
class Form:
    """Derivatives of one order at a point, to be applied to directions.

    `rows` holds the equation, `columns` the coordinates and `values` the derivative of each
    term, all orders of the coordinates written out.
    """

    n_rows: int
    rows: NDArray[np.intp]
    columns: tuple[NDArray[np.intp], ...]
    values: Array

    def __call__(self, *directions: AnyArray) -> AnyArray:
        """Return the form applied to as many directions as its order, shape (n_rows,)."""
        terms: AnyArray = self.values
        for column, direction in zip(self.columns, directions, strict=True):
            terms = terms * direction[column]
        out = np.zeros(self.n_rows, dtype=terms.dtype)
        np.add.at(out, self.rows, terms)
        return out

    def matrix(self, *directions: AnyArray, n_columns: int) -> AnyArray:
        """Return the form with its first place open, shape (n_rows, n_columns)."""
        terms: AnyArray = self.values
        for column, direction in zip(self.columns[1:], directions, strict=True):
            terms = terms * direction[column]
        out = np.zeros((self.n_rows, n_columns), dtype=terms.dtype)
        np.add.at(out, (self.rows, self.columns[0]), terms)
        return out


class Field:
    """The right-hand side and its derivatives in states and followed parameters.

    A point y has shape (n + k,): the n states, then the k followed parameters.

    Parameters
    ----------
    system : System
    names : sequence of str
        The followed parameters (or inputs), full names.
    params : mapping of str to float
        Values of the others, where they differ from the defaults.
    """

    def __init__(self, system: System, names: Sequence[str], params: Mapping[str, float]) -> None:
        self.system, self.names, self._given = system, tuple(names), dict(params)
        self.n, self.k = len(system.states), len(self.names)
        self.promoted = promoted(system, self.names)
        others = {name: v for name, v in system.expand(params).items() if name not in self.names}
        given = parameter_and_input_values(self.promoted, others)
        self.parameters, self.inputs = (np.array(list(each.values())) for each in given)
        self._rates, self._slopes = kernel(self.promoted).at(self.parameters, self.inputs)

    def __reduce__(self) -> tuple[type[Field], tuple[System, tuple[str, ...], dict[str, float]]]:
        """Compiled functions cannot be pickled; what they are made from can."""
        return Field, (self.system, self.names, self._given)

    # ---- at one point --------------------------------------------------------------------

    def rates(self, y: Array) -> Array:
        """Return the right-hand side, shape (n,)."""
        return self._rates(np.ascontiguousarray(y))[: self.n]

    def slopes(self, y: Array) -> Array:
        """Return the derivatives by states and followed parameters, shape (n, n + k)."""
        return self._slopes(np.ascontiguousarray(y))[: self.n]

    def form(self, y: Array, order: int) -> Form:
        """Return the derivatives of second or third order at a point."""
        function, source, rows, columns = _terms(self.promoted, order)
        values = np.empty(source.max(initial=-1) + 1)
        if values.size:
            function(np.asarray(y, dtype=float), self.parameters, self.inputs, values)
        return Form(self.n, rows, columns, values[source])

    # ---- at many points ------------------------------------------------------------------

    def rates_at(self, y: Array) -> Array:
        """Return the right-hand side at points of shape (n + k, m): shape (n, m)."""
        out = np.empty_like(y)
        kernel(self.promoted).rhs_array(y, self.parameters, self.inputs, out)
        return out[: self.n]

    def slopes_at(self, y: Array) -> Array:
        """Return the derivatives at points of shape (n + k, m): shape (n, n + k, m)."""
        size = self.n + self.k
        out = np.empty((self.n * size, y.shape[1]))
        entries = tuple(jacobian(self.promoted))[: self.n * size]
        expression_function(self.promoted, entries)(y, self.parameters, self.inputs, out)
        return out.reshape(self.n, size, -1)

    def params_at(self, y: Array) -> dict[str, float]:
        """Return the values of the followed parameters."""
        return dict(zip(self.names, y[self.n :].tolist(), strict=True))

    def state_at(self, y: Array) -> dict[str, float]:
        """Return the states by name."""
        return dict(zip(self.system.state_names, y[: self.n].tolist(), strict=True))


def field(system: System, names: Sequence[str], params: Mapping[str, float] | None) -> Field:
    """Return a `Field`; errors in `params` name what is wrong."""
    parameter_and_input_values(system, params)
    return Field(system, names, dict(params or {}))


def followed(
    system: System, parameter: Any, bounds: Any, label: str = "bounds"
) -> tuple[str, tuple[float, float]]:
    """Return the full name of a parameter to follow, and its checked bounds.

    Raises
    ------
    ValueError
        If the name fits no parameter or input, or several; if the bounds are not two finite
        numbers, the lower one first, inside the parameter's range.
    """
    check_system(system)
    names = system.resolve(parameter, "parameter or input")
    if len(names) > 1:
        raise ValueError(
            f"`parameter` {parameter!r} stands for {list(names)} in {system.name!r}; a branch "
            "follows one: give a full name."
        )
    try:
        low, high = (float(each) for each in ((np.nan,) * 2 if isinstance(bounds, str) else bounds))
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(
            f"`{label}` of {names[0]!r} is {bounds!r}; give two finite numbers, the lower one "
            "first."
        )
    for end in (low, high):
        system[names[0]].check(end)
    return names[0], (low, high)


@lru_cache(maxsize=128)
def _terms(
    promoted: System, order: int
) -> tuple[Any, NDArray[np.intp], NDArray[np.intp], tuple[NDArray[np.intp], ...]]:
    """Return a function for the derivatives, and where each of them stands in the form."""
    entries = hessian(promoted, order=order).entries
    places = [
        (index, row, *arranged)
        for index, (row, states, _) in enumerate(entries)
        for arranged in sorted(set(permutations(states)))
    ]
    table = np.array(places, dtype=np.intp).reshape(-1, 2 + order)
    source, rows, *columns = (np.ascontiguousarray(each) for each in table.T)
    function = expression_function(promoted, tuple(each for *_, each in entries))
    return function, source, rows, tuple(columns)
