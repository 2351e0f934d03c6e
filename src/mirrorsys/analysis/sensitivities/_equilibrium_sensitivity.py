"""equilibrium_sensitivity: how equilibria and their leading eigenvalues move with parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis._promotion import promoted
from mirrorsys.analysis._results import Equilibria, Equilibrium
from mirrorsys.analysis.sensitivities._labels import (
    ELASTICITY,
    SLOPE,
    chosen,
    elasticity,
    labels,
    values_of,
)
from mirrorsys.analysis.sensitivities._tangent import writable
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.kernels import expression_function
from mirrorsys.symbolic import hessian, jacobian

__all__ = ["equilibrium_sensitivity"]

Array = NDArray[np.float64]
SINGULAR = 1e12  # condition number of a Jacobian beyond which its inverse is rounding
SIMPLE = 1e-7  # cosine of left and right eigenvector, gap over norm: below, not simple


def equilibrium_sensitivity(
    equilibria: Equilibria, *, parameters: Sequence[str] | None = None
) -> xr.Dataset:
    """Return how equilibria and their leading eigenvalues move with parameters.

    An equilibrium moves by dx/dp = -J^-1 df/dp. Its eigenvalue by w* (dJ/dp) v / (w* v), with
    its left and right eigenvectors and the derivative of the Jacobian along the branch.

    Parameters
    ----------
    equilibria : Equilibria
        As from `mirrorsys.equilibria`; it knows its system and parameter values.
    parameters : sequence of str, optional
        Parameters and inputs; a bare name stands for that of every person. By default all
        parameters.

    Returns
    -------
    xarray.Dataset
        Along (equilibrium, parameter, state) `sensitivity`, dx/dp, and `elasticity`, p/x dx/dp;
        along (equilibrium, parameter) the derivatives of the real and the imaginary part of the
        leading eigenvalue (of a pair the one with positive imaginary part). `status` says in
        words where they do not exist and are not numbers: at a singular Jacobian, an eigenvalue
        that is not simple, a kink. ``to_dataframe()`` gives one row for each of all three.

    Raises
    ------
    TypeError
        If `equilibria` is not what `mirrorsys.equilibria` returns.
    ValueError
        If a name is unknown.

    References
    ----------
    .. [1] J. R. Magnus, "On differentiating eigenvalues and eigenvectors", Econometric
       Theory 1 (1985) 179-191.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> growth = ms.System("growth", {"x": "a - b*x"}, {"a": 1, "b": 2}, box={"x": (0, 9)})
    >>> found = ms.equilibrium_sensitivity(ms.equilibria(growth))  # x = a/b
    >>> found.sensitivity.values.ravel()
    array([ 0.5 , -0.25])
    >>> found.leading_eigenvalue_real_sensitivity.values.ravel()
    array([ 0., -1.])
    """
    if not isinstance(equilibria, Equilibria):
        raise TypeError(
            f"`equilibria` is {equilibria!r} of type {type(equilibria).__name__}; give what "
            "mirrorsys.equilibria(system, params) returns."
        )
    system = equilibria.system
    names = chosen(system, parameters, "parameter or input")
    values = values_of(system, equilibria.params)
    slopes = _Slopes(system, names, values)
    return _table(equilibria, names, values, [slopes.at(each) for each in equilibria])


def _table(
    points: Equilibria, names: Sequence[str], values: Mapping[str, float], moves: Sequence[_Move]
) -> xr.Dataset:
    system = points.system
    n_state, n_name = len(system.states), len(names)
    x = np.array([list(p.state.values()) for p in points], dtype=float).reshape(-1, n_state)
    moved = np.array([each.state for each in moves]).reshape(-1, n_name, n_state)
    leading = np.array([each.leading for each in moves], dtype=complex).reshape(-1, n_name)
    eigenvalues = np.array([p.eigenvalues[0] for p in points], dtype=complex)
    every, pair = ("equilibrium", "parameter", "state"), ("equilibrium", "parameter")
    unit = {"units": f"1/{system.time_unit}" if system.time_unit != "1" else "1"}
    return xr.Dataset(
        {
            "value": (every[::2], x, {"units": "own: see state_unit"}),
            "sensitivity": (every, moved, SLOPE),
            "elasticity": (every, elasticity(moved, names, values, x), ELASTICITY),
            "leading_eigenvalue_real": ("equilibrium", eigenvalues.real, unit),
            "leading_eigenvalue_imag": ("equilibrium", eigenvalues.imag, unit),
            "leading_eigenvalue_real_sensitivity": (pair, leading.real),
            "leading_eigenvalue_imag_sensitivity": (pair, leading.imag),
            "condition_number": ("equilibrium", [each.condition for each in moves]),
        },
        {
            **labels(system, names, values),
            "equilibrium": np.arange(len(points)),
            "stability": ("equilibrium", np.array([p.stability for p in points], dtype=str)),
            "status": ("equilibrium", np.array([each.status for each in moves], dtype=str)),
        },
        {
            "title": f"{system.name}: derivatives of equilibria", "found": points.message,
            "system": toml_of(system), "parameters": json.dumps(values), "versions": versions(),
        },
    )  # fmt: skip


class _Move(NamedTuple):
    """How an equilibrium moves: shapes (n_parameter, n_state), (n_parameter,)."""

    state: Array
    leading: NDArray[np.complex128]
    condition: float
    status: str


class _Slopes:
    """First and second derivatives of a right-hand side by states and parameters, in numbers."""

    def __init__(self, system: System, names: Sequence[str], values: Mapping[str, float]) -> None:
        whole, n = promoted(system, names), len(system.states)
        self.first = jacobian(whole)[:n, :]
        self.second = [each for each in hessian(whole).entries if each[1][0] < n]
        expressions = (*self.first, *(derivative for *_, derivative in self.second))
        self.function = expression_function(system, tuple(map(writable, expressions)))
        self.size = len(expressions)
        self.p = np.array([values[name] for name in system.parameter_names])
        self.u = np.array([values[name] for name in system.input_names])

    def at(self, point: Equilibrium) -> _Move:
        """Return how an equilibrium moves; not numbers where it does not move smoothly."""
        out = np.empty(self.size)
        self.function(np.array(list(point.state.values())), self.p, self.u, out)
        rows, columns = self.first.shape
        first = out[: rows * columns].reshape(rows, columns)
        J, by_parameter = first[:, :rows], first[:, rows:]
        nowhere = np.full((columns - rows, rows), np.nan), np.full(columns - rows, np.nan + 0j)
        if not np.isfinite(out).all() or point.stability == "undecided":
            return _Move(*nowhere, np.nan, "not differentiable: the right-hand side has a kink")
        condition = float(np.linalg.cond(J))
        if condition > SINGULAR or (point.eigenvalues == 0).any():
            return _Move(*nowhere, condition, "singular Jacobian: a fold, a branch point or a "
                         "conserved quantity; the equilibrium has no derivative")  # fmt: skip
        state: Array = -np.linalg.solve(J, by_parameter).T.astype(float)
        leading = _moved_eigenvalue(J, self._along(out[rows * columns :], state))
        if leading is None:
            return _Move(state, nowhere[1], condition, "the leading eigenvalue is not simple: "
                         "only the state has derivatives")  # fmt: skip
        return _Move(state, leading, condition, "computed")

    def _along(self, second: Array, state: Array) -> Array:
        """Return the derivatives of the Jacobian along the branch, one for each parameter."""
        n_name, n = state.shape
        direction = np.hstack([state, np.eye(n_name)])
        moved = np.zeros((n_name, n, n))
        for (row, (a, b), _), value in zip(self.second, second, strict=True):
            moved[:, row, a] += value * direction[:, b]
            if a < b < n:
                moved[:, row, b] += value * direction[:, a]
        return moved


def _moved_eigenvalue(J: Array, moved: Array) -> NDArray[np.complex128] | None:
    """Return the derivatives of the leading eigenvalue; None if it is not simple."""
    from scipy.linalg import eig  # slow to import

    eigenvalues, left, right = eig(J, left=True, right=True)
    lead = max(range(len(J)), key=lambda i: (eigenvalues[i].real, eigenvalues[i].imag))
    w, v = left[:, lead].conj(), right[:, lead]
    gap = np.abs(np.delete(eigenvalues, lead) - eigenvalues[lead]).min(initial=np.inf)
    if gap <= SIMPLE * np.abs(eigenvalues).max() or abs(w @ v) <= SIMPLE:
        return None
    return np.asarray((moved @ v) @ w / (w @ v), dtype=complex)
