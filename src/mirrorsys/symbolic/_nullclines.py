"""Equilibrium equations and nullclines, in symbols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System, check_system
from mirrorsys.symbolic._derivatives import expanded_length
from mirrorsys.symbolic._polynomials import numbers
from mirrorsys.symbolic._rings import WorkLimitError
from mirrorsys.symbolic._writing import aligned, latex_of, symbol_latex

__all__ = ["Nullcline", "equilibrium_equations", "nullclines"]

MAX_TERMS = 2_000


@dataclass(frozen=True)
class Nullcline:
    """Where one state has rate of change zero.

    Attributes
    ----------
    state : str
        The state that does not change.
    equation : sympy.Expr
        Zero on the nullcline, the whole of it; the right-hand side without its denominator.
    variable : str or None
        The state that `solutions` give; None if there are none.
    solutions : tuple of sympy.Expr
        The nullcline solved for `variable`: one branch, or two from a quadratic equation.
    leading : sympy.Expr
        Where this is zero the solutions do not hold: look at `equation` there.
    system : System
    """

    state: str
    equation: sp.Expr
    variable: str | None
    solutions: tuple[sp.Expr, ...]
    leading: sp.Expr
    system: System = field(repr=False)

    def latex(self) -> str:
        """Return the solutions, or else the equation, as a LaTeX ``aligned`` block."""
        if self.variable is None:
            return aligned([("0", latex_of(self.equation, self.system))])
        left = symbol_latex(self.variable, self.system)
        return aligned([(left, latex_of(each, self.system)) for each in self.solutions])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def equilibrium_equations(
    system: System, params: Mapping[str, float] | None = None
) -> dict[str, sp.Expr]:
    """Return what must be zero at an equilibrium: each state's right-hand side, by name.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        None leaves the parameters symbols. A mapping, even an empty one, replaces every
        parameter by its value there or else by its default. Inputs rest at their values in
        either case. Decimals become the rationals that they denote.

    Raises
    ------
    ValueError
        If `params` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> decay = ms.System("decay", {"x": "1 - k*x"}, {"k": 0.5})
    >>> ms.symbolic.equilibrium_equations(decay), ms.symbolic.equilibrium_equations(decay, {})
    ({'x': -k*x + 1}, {'x': 1 - x/2})
    """
    check_system(system)
    fixed = {
        symbol(name): sp.Rational(value.numerator, value.denominator)
        for name, value in numbers(system, params).items()
    }
    return {name: expression.xreplace(fixed) for name, expression in system.equations.items()}


def nullclines(
    system: System, variable: str | None = None, params: Mapping[str, float] | None = None
) -> dict[str, Nullcline]:
    """Return the nullcline of every state, solved for a state where that is elementary.

    Parameters
    ----------
    system : System
    variable : str, optional
        The state to solve for. By default, for each nullcline, the one of lowest degree;
        among equals the state itself, then the first.
    params : mapping of str to float, optional
        As in `equilibrium_equations`.

    Returns
    -------
    dict of str to Nullcline
        By state. Without solutions where an equation is neither affine nor quadratic in
        the variable, or does not hold it.

    Raises
    ------
    ValueError
        If `variable` is not one state, or `params` does not fit the system.
    WorkLimitError
        If an equation is too long to be multiplied out.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> van_der_pol = ms.System("oscillator", {"x": "mu*(x - x**3/3 - y)", "y": "x/mu"}, {"mu": 1})
    >>> ms.symbolic.nullclines(van_der_pol, "y", {})["x"].solutions
    (-x**3/3 + x,)
    """
    check_system(system)
    wanted = None if variable is None else system.resolve(variable, "state")
    if wanted is not None and len(wanted) != 1:
        raise ValueError(
            f"`variable` is {variable!r}, which stands for {list(wanted)}; name one of them."
        )
    return {
        name: _nullcline(system, name, expression, wanted or system.state_names)
        for name, expression in equilibrium_equations(system, params).items()
    }


def _nullcline(
    system: System, state: str, expression: sp.Expr, candidates: tuple[str, ...]
) -> Nullcline:
    if expanded_length(expression) > MAX_TERMS:
        raise WorkLimitError(
            f"the nullcline of {state!r} would have more than {MAX_TERMS} terms when multiplied "
            "out; freeze states, or draw it from the right-hand side as it is (plot.phase_plane)."
        )
    equation = sp.fraction(sp.together(expression))[0]
    degrees = {
        name: sp.degree(equation, symbol(name))
        for name in candidates
        if symbol(name) in equation.free_symbols and equation.is_polynomial(symbol(name))
    }
    solvable = [name for name, degree in degrees.items() if 1 <= degree <= 2]
    if not solvable:
        return Nullcline(state, equation, None, (), sp.Integer(1), system)
    variable = min(solvable, key=lambda name: (degrees[name], name != state))
    coefficients = sp.Poly(equation, symbol(variable)).all_coeffs()
    return Nullcline(state, equation, variable, _solutions(coefficients), coefficients[0], system)


def _solutions(coefficients: list[sp.Expr]) -> tuple[sp.Expr, ...]:
    if len(coefficients) == 2:
        slope, offset = coefficients
        return (sp.cancel(-offset / slope),)
    a, b, c = coefficients
    root = sp.sqrt(b**2 - 4 * a * c)
    return ((-b - root) / (2 * a), (-b + root) / (2 * a))
