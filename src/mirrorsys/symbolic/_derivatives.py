"""Derivatives of the right-hand side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System, check_system
from mirrorsys.symbolic._polynomials import numbers

__all__ = ["MultilinearForm", "divergence", "expanded_length", "hessian", "jacobian"]

MAX_TERMS = 2_000  # of a derivative that is multiplied out, to see whether it is zero


def jacobian(system: System, params: Mapping[str, float] | None = None) -> sp.ImmutableDenseMatrix:
    """Return the Jacobian of the right-hand side, in symbols.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        None leaves every parameter and input a symbol. With a mapping, even an empty one,
        all become exact numbers: the value given here, else the default.

    Returns
    -------
    sympy.ImmutableDenseMatrix, shape (n_state, n_state)
        Row: equation; column: state. At jumps of a step function the derivative is
        taken as zero.

    Raises
    ------
    ValueError
        If `params` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.1})
    >>> ms.symbolic.jacobian(decay)
    Matrix([[-k]])
    >>> ms.symbolic.jacobian(decay, params={})
    Matrix([[-1/10]])
    """
    check_system(system)
    matrix = _jacobian(system)
    return matrix if params is None else matrix.xreplace(_values(system, params))


@dataclass(frozen=True)
class MultilinearForm:
    r"""Derivatives of one order of the right-hand side, as a symmetric multilinear form.

    ``form(u, v)`` is the column :math:`\sum_{jk} \partial^2 f_i / \partial x_j \partial x_k
    \, u_j v_k`, ``form(u, v, w)`` its analogue of third order. With eigenvectors as
    arguments, these are the terms that normal forms of bifurcations are made of.

    Attributes
    ----------
    system : System
    order : int
        How many arguments the form takes: 2 or 3.
    entries : tuple of (int, tuple of int, sympy.Expr)
        Equation, states (in ascending order) and derivative of all that are not zero. Each
        stands for all orders of its states.
    """

    system: System
    order: int
    entries: tuple[tuple[int, tuple[int, ...], sp.Expr], ...]

    def __call__(self, *vectors: Sequence[Any]) -> sp.ImmutableDenseMatrix:
        """Return the form applied to `order` vectors of length n_state, a column.

        Raises
        ------
        ValueError
            If the number of vectors or the length of one does not fit.
        """
        n_state = len(self.system.states)
        if len(vectors) != self.order or any(len(each) != n_state for each in vectors):
            raise ValueError(
                f"the form takes {self.order} vectors of length {n_state}, and was given "
                f"{len(vectors)} of lengths {[len(each) for each in vectors]}."
            )
        rows: list[list[sp.Expr]] = [[] for _ in range(n_state)]
        for row, states, derivative in self.entries:
            for order in set(permutations(states)):
                parts = (vector[j] for vector, j in zip(vectors, order, strict=True))
                rows[row].append(derivative * sp.Mul(*map(sp.sympify, parts)))
        return sp.ImmutableDenseMatrix([sp.Add(*row) for row in rows])

    def array(self) -> sp.ImmutableDenseNDimArray:
        """Return all derivatives, zeros included, shape (n_state,) * (order + 1)."""
        n_state = len(self.system.states)
        full = sp.MutableDenseNDimArray.zeros(*(n_state,) * (self.order + 1))
        for row, states, derivative in self.entries:
            for order in set(permutations(states)):
                full[(row, *order)] = derivative
        return full.as_immutable()

    def latex(self) -> str:
        """Return the derivatives that are not zero as a LaTeX ``aligned`` block."""
        names = self.system.latex_symbols
        symbols = [state.latex for state in self.system.states]
        rows = []
        for row, states, derivative in self.entries:
            below = r" \, ".join(rf"\partial {symbols[j]}" for j in states)
            left = rf"\frac{{\partial^{self.order} f_{{{symbols[row]}}}}}{{{below}}}"
            rows.append(f"{left} &= {sp.latex(derivative, symbol_names=names)}")
        body = " \\\\\n".join(rows) or rf"\partial^{self.order} f &= 0"
        return "\\begin{aligned}\n" + body + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def hessian(
    system: System, params: Mapping[str, float] | None = None, *, order: int = 2
) -> MultilinearForm:
    """Return the second, or the third, derivatives of the right-hand side.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        As for `jacobian`.
    order : {2, 3}, keyword-only

    Returns
    -------
    MultilinearForm
        Derivatives are multiplied out unless that would give thousands of terms.

    Raises
    ------
    ValueError
        If `order` is neither 2 nor 3, or `params` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> shear = ms.System("shear", {"x": "a*x*y", "y": "-y"}, {"a": 1})
    >>> form = ms.symbolic.hessian(shear)
    >>> form([1, 2], [3, 4]).T
    Matrix([[10*a, 0]])
    """
    check_system(system)
    if order not in (2, 3):
        raise ValueError(f"`order` is {order!r}; give 2 or 3.")
    form = _derivatives(system, order)
    if params is None:
        return form
    values = _values(system, params)
    pairs = ((row, states, entry.xreplace(values)) for row, states, entry in form.entries)
    return MultilinearForm(system, order, tuple(each for each in pairs if each[2] != 0))


def divergence(system: System, params: Mapping[str, float] | None = None) -> sp.Expr:
    """Return the divergence of the right-hand side: the rate at which volumes grow.

    Where it is negative throughout a simply connected region, a planar system has no
    cycle there (Bendixson).

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        As for `jacobian`.

    Raises
    ------
    ValueError
        If `params` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> ms.symbolic.divergence(ms.System("van der Pol", {"x": "y", "y": "(1 - x**2)*y - x"}))
    1 - x**2
    """
    check_system(system)
    return jacobian(system, params=params).trace()


@lru_cache(maxsize=64)
def _jacobian(system: System) -> sp.ImmutableDenseMatrix:
    states = [symbol(name) for name in system.state_names]
    gradients = [_gradient(expression, frozenset(states)) for expression in system.rhs]
    return sp.ImmutableDenseMatrix(
        [[gradient.get(state, sp.Integer(0)) for state in states] for gradient in gradients]
    )


@lru_cache(maxsize=64)
def _derivatives(system: System, order: int) -> MultilinearForm:
    states = [symbol(name) for name in system.state_names]
    entries = [
        (row, chosen, derivative)
        for row, expression in enumerate(system.rhs)
        for chosen, derivative in _ascending_derivatives(expression, states, order)
    ]
    return MultilinearForm(system, order, tuple(entries))


def _ascending_derivatives(
    expression: sp.Expr, states: Sequence[sp.Symbol], order: int, first: int = 0
) -> Iterator[tuple[tuple[int, ...], sp.Expr]]:
    """Yield the derivatives that are not zero, by states number `first` or later."""
    if order == 0:
        is_short = expanded_length(expression) <= MAX_TERMS
        if (written := sp.expand(expression) if is_short else expression) != 0:
            yield (), written
        return
    gradient = _gradient(expression, frozenset(states[first:]))
    for j in range(first, len(states)):
        if states[j] in gradient:
            for rest, derivative in _ascending_derivatives(
                gradient[states[j]], states, order - 1, j
            ):
                yield (j, *rest), derivative


def expanded_length(expression: sp.Expr) -> int:
    """Return an upper bound of the number of terms of an expression, multiplied out.

    Arguments of functions count too: multiplying out does not stop at them.
    """
    lengths = [expanded_length(each) for each in expression.args]
    if expression.is_Add:
        return sum(lengths)
    if expression.is_Mul:
        return math.prod(lengths)
    if expression.is_Pow and expression.exp.is_Integer:
        power = abs(int(expression.exp))
        return math.comb(lengths[0] + power - 1, power)
    return max(lengths, default=1)


def _values(system: System, params: Mapping[str, float]) -> dict[sp.Symbol, sp.Rational]:
    given = numbers(system, params)
    return {symbol(name): sp.Rational(*each.as_integer_ratio()) for name, each in given.items()}


def _gradient(expression: sp.Expr, states: frozenset[sp.Symbol]) -> dict[sp.Symbol, sp.Expr]:
    """Return the derivatives by all states that occur, in one walk through the expression.

    SymPy's `diff` walks through it once for each state: minutes for a group of persons.
    """
    if expression.is_Symbol:
        return {expression: sp.Integer(1)} if expression in states else {}
    if expression.is_Add:
        parts = [_gradient(each, states) for each in expression.args]
    elif expression.is_Mul:
        parts = list(_factor_gradients(expression, states))
    elif expression.is_Pow and expression.exp.is_Rational:
        base, exponent = expression.base, expression.exp
        outer = exponent * base ** (exponent - 1)
        parts = [{s: outer * inner for s, inner in _gradient(base, states).items()}]
    elif expression.is_Function and not isinstance(expression, sp.Piecewise):
        parts = list(_argument_gradients(expression, states))
    else:
        present = sorted(expression.free_symbols & states, key=str)
        parts = [{state: _derivative(expression, state) for state in present}]
    terms: dict[sp.Symbol, list[sp.Expr]] = {}
    for part in parts:
        for state, derivative in part.items():
            terms.setdefault(state, []).append(derivative)
    return {state: sp.Add(*each) for state, each in terms.items()}


def _factor_gradients(
    product: sp.Mul, states: frozenset[sp.Symbol]
) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    factors = product.args
    for index, factor in enumerate(factors):
        others = factors[:index] + factors[index + 1 :]
        inner = _gradient(factor, states)
        yield {state: sp.Mul(*others, derivative) for state, derivative in inner.items()}


def _argument_gradients(
    function: sp.Function, states: frozenset[sp.Symbol]
) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Yield the chain rule's part of each argument.

    SymPy's `diff` allows for complex arguments of abs and sign, such as the square root of
    a negative state, and then finds no derivative.
    """
    for index, argument in enumerate(function.args, start=1):
        if inner := _gradient(argument, states):
            if isinstance(function, sp.Abs):
                outer = sp.sign(argument)
            else:
                outer = 0 if isinstance(function, sp.sign) else function.fdiff(index)
            yield {state: outer * derivative for state, derivative in inner.items()}


def _derivative(expression: sp.Expr, state: sp.Symbol) -> sp.Expr:
    return sp.diff(expression, state).replace(sp.DiracDelta, lambda *_: sp.Integer(0))
