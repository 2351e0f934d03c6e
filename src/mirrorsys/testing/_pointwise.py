"""Properties of single points: the Jacobian, a Lyapunov function, contraction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from mirrorsys._expressions import canonical, symbol
from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.kernels import expression_function
from mirrorsys.testing._cases import Case, Trial, cases, judged
from mirrorsys.testing._flow import as_vector, fast_time, matrix_at, quiet, rates_at, scales
from mirrorsys.testing._outcome import Outcome, raised
from mirrorsys.testing._search import Inconclusive

__all__ = ["check_contraction", "check_jacobian", "check_lyapunov_function"]

Array = NDArray[np.float64]
Values = Mapping[str, float]
STEP = 1e-4  # of a difference, in scales of the state: errors of order 1e-16 / STEP and STEP^4
CLOSE = 1e-6  # relative, of a Jacobian to its differences
ROUNDING = 1e-9  # relative to the largest terms of a sum
SHORT = 10.0  # printed trajectories, in units of the fastest process


def check_jacobian(
    system: System,
    jacobian: Callable[[Values, Values], ArrayLike] | None = None,
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check a Jacobian against differences of the right-hand side.

    Where differences from the left and from the right disagree there is a kink or a jump, and
    the case is inconclusive.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    jacobian : callable, optional
        A function of state and parameters, both by name, that returns a matrix of shape
        (n_state, n_state): rows are equations. By default the one derived from the symbols.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With the entry that differs most.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_jacobian
    >>> oscillator = ms.models.zoo.van_der_pol()
    >>> check_jacobian(oscillator).status
    'holds'
    """
    __tracebackhide__ = True
    trial = Trial("jacobian", system, "points", profile, n_cases, seed, SHORT * fast_time(system))

    def law(case: Case) -> str:
        step = STEP * scales(system)
        low, high = np.array([each.range for each in system.states]).T
        x = np.clip(as_vector(system, case.state), low + 2 * step, high - 2 * step)
        state = dict(zip(system.state_names, x.tolist(), strict=True))
        claimed = (
            matrix_at(system, x, case.params)
            if jacobian is None
            else np.asarray(jacobian(state, dict(case.params)), dtype=float)
        )
        if claimed.shape != (len(x), len(x)):
            raise ValueError(
                f"`jacobian` returned shape {claimed.shape}; return {(len(x), len(x))}: rows are "
                "equations, columns states."
            )
        return _difference(system, claimed, rates_at(system, case.params), x, step)

    return raised(judged(trial, cases(system, params), law))


def _difference(
    system: System, claimed: Array, rates: Callable[[Array], Array], x: Array, step: Array
) -> str:
    """Return the entry of a Jacobian that is furthest from differences; "" if all are close."""
    here, slopes, spread = rates(x), np.empty_like(claimed), np.empty_like(claimed)
    for column, h in enumerate(step):
        f = [rates(x + k * h * np.eye(len(x))[column]) for k in (-2, -1, 1, 2)]
        slopes[:, column] = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)
        left, right = (3 * here - 4 * f[1] + f[0]) / (2 * h), (4 * f[2] - f[3] - 3 * here) / (2 * h)
        wide, narrow = (f[3] - f[0]) / (4 * h), (f[2] - f[1]) / (2 * h)  # differ across a jump
        spread[:, column] = np.maximum(np.abs(left - right), np.abs(wide - narrow))
    if not np.isfinite([slopes, spread]).all():
        raise Inconclusive("the right-hand side is undefined nearby")
    rounding = 1e-15 * (np.abs(here)[:, np.newaxis] + np.abs(slopes) @ np.diag(np.abs(x))) / step
    error = np.abs(claimed - slopes)
    allowed = CLOSE * (1 + np.abs(slopes) + np.abs(claimed)) + 100 * rounding
    wrong = ~(error <= allowed)
    if not wrong.any():
        return ""
    is_smooth = spread <= 0.1 * error + CLOSE * (1 + np.abs(slopes))
    if not (wrong & is_smooth).any():
        raise Inconclusive("a kink or jump nearby")
    i, j = divmod(int(np.argmax(np.where(wrong & is_smooth, error, -1.0))), len(x))
    names = system.state_names
    return (
        f"d({names[i]}')/d({names[j]}) is {claimed[i, j]:.6g}, but differences give "
        f"{slopes[i, j]:.6g}"
    )


def check_lyapunov_function(
    system: System,
    V: str | sp.Expr,
    *,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that a function never grows along trajectories, anywhere in the box.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    V : str or sympy.Expr
        In the states, parameters and inputs of the system.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With a state from which V grows.
    ValueError
        If V uses an undeclared name.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_lyapunov_function
    >>> spiral = ms.System("spiral", {"x": "-x + 3*y", "y": "-3*x - y"})
    >>> check_lyapunov_function(spiral, "x**2 + y**2").status
    'holds'
    """
    __tracebackhide__ = True
    system = quiet(system)
    expression = canonical(V)
    known = {symbol(each.name) for each in system.quantities}
    if unknown := sorted(map(str, expression.free_symbols - known)):
        raise ValueError(
            f"`V` uses {unknown}, which {system.name!r} does not have; use its states "
            f"{list(system.state_names)}, parameters or inputs."
        )
    terms = tuple(
        sp.diff(expression, symbol(name)) * rate for name, rate in system.equations.items()
    )
    function = expression_function(system, terms)
    trial = Trial("lyapunov_function", system, "points", profile, n_cases, seed,
                  SHORT * fast_time(system))  # fmt: skip

    def law(case: Case) -> str:
        given = parameter_and_input_values(system, case.params)
        p, u = (np.array(list(each.values()), dtype=float) for each in given)
        out = np.empty(len(terms))
        with np.errstate(all="ignore"):
            function(as_vector(system, case.state), p, u, out)
        growth = float(out.sum())
        if not np.isfinite(growth):
            raise Inconclusive("V or the right-hand side is undefined there")
        allowed = ROUNDING * float(np.abs(out).sum())
        return f"V grows: dV/dt = {growth:.6g}" if growth > allowed else ""

    return raised(judged(trial, cases(system, params), law))


def check_contraction(
    system: System,
    norm: float | ArrayLike = 2,
    *,
    rate: float = 0.0,
    params: Values | None = None,
    profile: str = "quick",
    n_cases: int | None = None,
    seed: int = 0,
) -> Outcome:
    """Check that all trajectories approach each other, in a norm, at least at a given rate.

    So they do in a convex box that is never left if the matrix measure of the Jacobian is at
    most -`rate` everywhere [1]_; that is what is checked, point by point.

    Parameters
    ----------
    system, params, profile, n_cases, seed
        As in `check_box_invariant`.
    norm : 1, 2, inf or array_like, shape (n_state, n_state)
        Of differences of states; a positive definite matrix P stands for sqrt(x' P x).
    rate : float
        In 1 over the time unit; 0 asks that they do not move apart.

    Returns
    -------
    Outcome

    Raises
    ------
    PropertyError
        With a state around which trajectories move apart, or approach too slowly.
    ValueError
        If there is no such norm.

    References
    ----------
    .. [1] W. Lohmiller and J.-J. Slotine, "On contraction analysis for non-linear systems",
       Automatica 34 (1998) 683-696.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import check_contraction
    >>> spiral = ms.System("spiral", {"x": "-x + 3*y", "y": "-3*x - y"})
    >>> check_contraction(spiral, 2, rate=1).status
    'holds'
    >>> check_contraction(spiral, 1)
    Traceback (most recent call last):
        ...
    mirrorsys.testing.PropertyError: contraction fails for 'spiral':
      the matrix measure of the Jacobian is 2, more than 0
    ...
    """
    __tracebackhide__ = True
    measure = _measure(norm, len(system.states))
    trial = Trial(
        "contraction", system, "points", profile, n_cases, seed, SHORT * fast_time(system)
    )

    def law(case: Case) -> str:
        matrix = matrix_at(system, as_vector(system, case.state), case.params)
        if not np.isfinite(matrix).all():
            raise Inconclusive("the Jacobian is undefined there")
        value = measure(matrix)
        if value <= -rate + ROUNDING * (abs(rate) + float(np.abs(matrix).sum())):
            return ""
        return f"the matrix measure of the Jacobian is {value:.6g}, more than {0.0 - rate:g}"

    return raised(judged(trial, cases(system, params), law))


def _measure(norm: Any, n: int) -> Callable[[Array], float]:
    """Return the matrix measure (logarithmic norm) that belongs to a norm."""
    if np.ndim(norm) == 0 and norm in (1, np.inf):
        axis = 0 if norm == 1 else 1

        def dominance(matrix: Array) -> float:
            diagonal = np.diag(matrix)
            return float((diagonal + np.abs(matrix).sum(axis=axis) - np.abs(diagonal)).max())

        return dominance
    metric = np.eye(n) if np.ndim(norm) == 0 and norm == 2 else np.asarray(norm, dtype=float)
    if metric.shape != (n, n) or not np.allclose(metric, metric.T):
        metric = -np.eye(n)
    lengths, axes = np.linalg.eigh(metric)
    if not (lengths > 0).all():
        raise ValueError(
            f"`norm` is {norm!r}; give 1, 2, inf or a positive definite matrix of shape {(n, n)}."
        )
    root = axes @ np.diag(np.sqrt(lengths)) @ axes.T
    back = axes @ np.diag(1 / np.sqrt(lengths)) @ axes.T

    def euclidean(matrix: Array) -> float:
        seen = root @ matrix @ back
        return float(np.linalg.eigvalsh((seen + seen.T) / 2).max())

    return euclidean
