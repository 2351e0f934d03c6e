"""Branch: the whole curve of equilibria over one parameter, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import sympy as sp
from flint import fmpq_poly
from numpy.typing import ArrayLike, NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System, check_system
from mirrorsys._values import parameter_and_input_values
from mirrorsys.symbolic._eliminant import (
    Fraction,
    denominators,
    expression,
    kept_state,
    resolved,
)
from mirrorsys.symbolic._elimination import Case, regular_case, remaining
from mirrorsys.symbolic._errors import EliminationError
from mirrorsys.symbolic._polynomials import polynomial_equations
from mirrorsys.symbolic._univariate import (
    RealRoot,
    X,
    divided,
    evaluated,
    factored,
    real_roots,
    to_flint,
)
from mirrorsys.symbolic._writing import aligned, latex_of, one_line, symbol_latex, values_latex

__all__ = ["Branch", "Fold", "branch"]


@dataclass(frozen=True, repr=False)
class Fold:
    """A point where a branch of equilibria turns around and two equilibria meet.

    Attributes
    ----------
    parameter : float
        The value of the branch's parameter.
    state : mapping of str to float
        By name.
    enclosure : mapping of str to (float, float)
        For the parameter and every state, an interval in which it is proven to lie.
    name : str
        Of the parameter.
    symbols : mapping of str to str
        The LaTeX symbol of the parameter and of every state.
    """

    parameter: float
    state: Mapping[str, float]
    enclosure: Mapping[str, tuple[float, float]]
    name: str
    symbols: Mapping[str, str]

    def latex(self) -> str:
        """Return the parameter and the states as a LaTeX ``aligned`` block."""
        return values_latex({self.name: self.parameter, **self.state}, self.symbols)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        state = ", ".join(f"{name}={value:.6g}" for name, value in self.state.items())
        return f"Fold({self.name}={self.parameter:.6g} at {state})"


@dataclass(frozen=True, repr=False)
class Branch:
    """All equilibria of a system, whatever the value of one parameter: a rational curve.

    Where none of `denominators` is zero, a point is an equilibrium if and only if the
    parameter has the value `value` and the other states follow by `states`.

    Attributes
    ----------
    system : System
    parameter, keep : str
        The parameter solved for, and the state along which the curve is written.
    value : sympy.Expr
        The parameter as a rational function of the kept state.
    states : mapping of str to sympy.Expr
        Every other state as a rational function of the kept one.
    denominators : tuple of sympy.Expr
        Polynomials in the kept state and the parameters, factored unless very long.
    params : mapping of str to float or None
        As given to `branch`.
    """

    system: System
    parameter: str
    keep: str
    value: sp.Expr
    states: Mapping[str, sp.Expr]
    denominators: tuple[sp.Expr, ...]
    params: Mapping[str, float] | None = None

    def fold_polynomial(self) -> sp.Poly:
        """Return the numerator of d(parameter)/d(kept state): at folds it changes sign."""
        slope = sp.cancel(sp.diff(self.value, symbol(self.keep)))
        return sp.Poly(sp.fraction(slope)[0], symbol(self.keep))

    def folds(self, params: Mapping[str, float] | None = None) -> tuple[Fold, ...]:
        """Find every fold inside the system's box, by isolation of real roots.

        Parameters
        ----------
        params : mapping of str to float, optional
            Values over those given to `branch`, over the defaults.

        Returns
        -------
        tuple of Fold
            All of them, by the kept state from below. States lie in the system's box, the
            parameter in its range.
        """
        curve = _curve(self.system, self.parameter, self.keep, self._numbers(params))
        top, bottom = (to_flint(each, curve.kept) for each in curve.fractions[curve.parameter])
        slope = top.derivative() * bottom - top * bottom.derivative()
        if slope.is_zero():
            return ()
        turning = [factor for factor, multiplicity in factored(slope) if multiplicity % 2]
        roots = [root for factor in turning for root in real_roots(factor)]
        in_order = sorted(roots, key=lambda root: root.place(X % root.minimal))
        return tuple(filter(None, map(curve.fold, in_order)))

    def at(
        self, kept: ArrayLike, params: Mapping[str, float] | None = None
    ) -> dict[str, NDArray[np.float64]]:
        """Return points of the curve: the parameter and all states, where the kept state is `kept`.

        `params` are as in `folds`. The box is not looked at; where a denominator is zero
        the values are not finite.
        """
        curve = _curve(self.system, self.parameter, self.keep, self._numbers(params))
        x = np.asarray(kept, dtype=float)
        points = {self.keep: x}
        with np.errstate(divide="ignore", invalid="ignore"):
            for index, fraction in curve.fractions.items():
                top, bottom = (_values(to_flint(each, curve.kept), x) for each in fraction)
                points[curve.names[index]] = top / bottom
        return {name: points[name] for name in (self.parameter, *self.system.state_names)}

    def latex(self) -> str:
        """Return parameter and states, as functions of the kept one, as LaTeX ``aligned``."""
        formulas = {self.parameter: self.value, **self.states}
        return aligned(
            [
                (symbol_latex(name, self.system), latex_of(formula, self.system))
                for name, formula in formulas.items()
            ]
        )

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        formulas = {self.parameter: self.value, **self.states}
        rows = [f"  {name} = {one_line(formula)}" for name, formula in formulas.items()]
        return "\n".join([f"equilibria of {self.system.name!r} along {self.keep!r}:", *rows])

    def _numbers(self, params: Mapping[str, float] | None) -> dict[str, float]:
        kinds = "parameter or input"
        _check_free(self.system, self.parameter, params)
        given, more = (self.system.expand(each or {}, kinds) for each in (self.params, params))
        return given | more


def branch(
    system: System,
    parameter: str,
    keep: str | None = None,
    params: Mapping[str, float] | None = None,
) -> Branch:
    """Solve the equilibrium equations for a parameter, along one state.

    Parameters
    ----------
    system : System
        With right-hand sides rational in states and parameters.
    parameter : str
        A parameter, an input or a frozen state that enters affinely.
    keep : str, optional
        The state along which the curve is written; by default the first.
    params : mapping of str to float, optional
        None leaves the other parameters symbols. A mapping, even an empty one, replaces
        every parameter by its value there or else by its default. Inputs rest at their
        values in either case.

    Raises
    ------
    EliminationError
        If the equations cannot be solved for the parameter step by step, or it has no
        influence on the kept state.
    ValueError
        If a name is unknown or stands for several, or `params` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> cubic = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0})
    >>> curve = ms.symbolic.branch(cubic, "mu")
    >>> curve.value
    x*(x - 1)*(x + 1)
    >>> [round(fold.parameter, 4) for fold in curve.folds()]
    [0.3849, -0.3849]
    """
    check_system(system)
    name = _parameter_name(system, parameter)
    kept = system.state_names[kept_state(system, keep)]
    _check_free(system, name, params)
    curve = _curve(system, name, kept, params)
    names, x = curve.names, symbol(kept)
    return Branch(
        system,
        name,
        kept,
        expression(curve.fractions[curve.parameter], x),
        {
            names[i]: expression(each, x)
            for i, each in sorted(curve.fractions.items())
            if i != curve.parameter
        },
        denominators(curve.case, curve.fractions),
        None if params is None else MappingProxyType(dict(params)),
    )


@dataclass(frozen=True)
class _Curve:
    """A branch as polynomials; `fractions` holds all states but the kept one, and the parameter."""

    system: System
    names: tuple[str, ...]
    kept: int
    parameter: int
    case: Case
    fractions: Mapping[int, Fraction]

    def fold(self, root: RealRoot) -> Fold | None:
        """Return the point of the curve at a root, or None if it is outside the box or a pole."""
        minimal, here = root.minimal, {self.kept: X % root.minimal}
        elements = dict(here)
        for index, (numerator, denominator) in self.fractions.items():
            bottom = evaluated(denominator, here, minimal)
            if bottom.is_zero():
                return None
            elements[index] = divided(evaluated(numerator, here, minimal), bottom, minimal)
        if not all(
            root.is_between(element, self.system[self.names[index]].range)
            for index, element in elements.items()
        ):
            return None
        rounded = {self.names[i]: root.rounded(elements[i]) for i in sorted(elements)}
        values = {name: value for name, (value, _, _) in rounded.items()}
        return Fold(
            values.pop(self.names[self.parameter]),
            values,
            {name: (low, high) for name, (_, low, high) in rounded.items()},
            self.names[self.parameter],
            {name: symbol_latex(name, self.system) for name in rounded},
        )


def _curve(system: System, parameter: str, keep: str, params: Mapping[str, float] | None) -> _Curve:
    equations = polynomial_equations(system, params, symbolic=[parameter])
    names, kept, n_state = equations.names, system.state_names.index(keep), len(system.states)
    if parameter not in names:
        raise EliminationError(
            f"{parameter!r} does not occur in the equilibrium equations of {system.name!r} "
            "(with inputs at rest); choose a parameter that does."
        )
    index = names.index(parameter)
    unknowns = tuple(i for i in (*range(n_state), index) if i != kept)
    start = Case(equations.numerators, equations.denominators, unknowns)
    case = regular_case(start, (*range(n_state), index))
    if left := remaining(case):
        raise EliminationError(
            f"the equilibrium equations of {system.name!r} cannot be solved for {parameter!r} "
            f"along {keep!r}: {left} remain, and no equation left is affine in one of them; choose "
            "another parameter or another kept state, or freeze a state."
        )
    if case.unknowns == (index,):
        raise EliminationError(
            f"{parameter!r} has no influence on {keep!r} at the equilibria of {system.name!r}; "
            "choose another parameter, or another state to keep."
        )
    if case.unknowns:
        raise EliminationError(
            f"the equilibrium equations of {system.name!r} leave "
            f"{[names[i] for i in case.unknowns]} undetermined along {keep!r}; freeze such states, "
            f"and choose a parameter that influences {keep!r}."
        )
    return _Curve(system, names, kept, index, case, resolved(case))


def _parameter_name(system: System, parameter: str) -> str:
    if parameter in system.state_names:
        raise ValueError(
            f"`parameter` is {parameter!r}, a state of {system.name!r}; freeze it first: "
            f"system.freeze({{{parameter!r}: value}})."
        )
    names = system.resolve(parameter, "parameter or input")
    if len(names) != 1:
        raise ValueError(
            f"`parameter` is {parameter!r}, which stands for {list(names)}; name one of them."
        )
    return names[0]


def _check_free(system: System, parameter: str, params: Mapping[str, float] | None) -> None:
    """Refuse `params` that do not fit the system, or fix what the branch is solved for."""
    parameter_and_input_values(system, params)
    if parameter in system.expand(params or {}, "parameter or input"):
        raise ValueError(
            f"`params` gives {parameter!r} a value, but the branch is solved for it; drop it."
        )


def _values(polynomial: fmpq_poly, x: NDArray[np.float64]) -> NDArray[np.float64]:
    coefficients = [float(int(each.p) / int(each.q)) for each in polynomial.coeffs()]
    return np.asarray(np.polynomial.polynomial.polyval(x, coefficients or [0.0]), dtype=float)
