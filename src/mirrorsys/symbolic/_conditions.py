"""Conditions on an equilibrium as formulas, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from mirrorsys._expressions import symbol, to_text
from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.symbolic._closed_forms import closed_form_roots
from mirrorsys.symbolic._polynomials import exact
from mirrorsys.symbolic._resultants import without

__all__ = ["BifurcationCondition", "StabilityConditions"]

WIDTH = 300  # of a formula in a printed list


@dataclass(frozen=True, repr=False)
class StabilityConditions:
    """Inequalities that hold together if and only if all eigenvalues have negative real parts.

    Attributes
    ----------
    inequalities : tuple of sympy relations
        Those that the ranges of the symbols grant are left out; none left means always
        stable, a single ``False`` never.
    polynomials : tuple of sympy.Poly
        The characteristic polynomials of the irreducible blocks of the Jacobian, up to
        positive factors.
    method : {"hurwitz", "lienard-chipart"}
    system : System or None
    params : mapping of str to float or None
        As given to `routh_hurwitz`.
    """

    inequalities: tuple[sp.Basic, ...]
    polynomials: tuple[sp.Poly, ...]
    method: str
    system: System | None = None
    params: Mapping[str, float] | None = None

    def holds(
        self,
        params: Mapping[str, float] | None = None,
        state: Mapping[str, float] | None = None,
    ) -> bool:
        """Tell whether all inequalities hold, in exact arithmetic.

        Parameters
        ----------
        params : mapping of str to float, optional
            Values of symbols; parameters not named have their defaults.
        state : mapping of str to float, optional
            Values of the states that occur.

        Raises
        ------
        ValueError
            If a symbol has no value, or a value does not fit.
        """
        values = _values(self, params, state)
        return all(_is_true(each, values) for each in self.inequalities)

    def latex(self) -> str:
        """Return the inequalities as a LaTeX ``aligned`` block."""
        return _aligned(self.inequalities, self.system)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        return _listed("stable if and only if", self.inequalities)


@dataclass(frozen=True, repr=False)
class BifurcationCondition:
    """One equation, and inequalities, that make an equilibrium a fold or a Hopf point.

    Attributes
    ----------
    kind : {"fold", "hopf"}
    factors : tuple of sympy.Expr
        The equation says that their product is zero. Factors that never vanish are left
        out; none left means never.
    inequalities : tuple of sympy relations
        So that nothing else than the simple zero eigenvalue, or the simple imaginary pair,
        lies on the imaginary axis, and the rest to its left.
    polynomials : tuple of sympy.Poly
        As in `StabilityConditions`.
    system : System
    params : mapping of str to float or None
        As given to the function that made the condition.
    is_sufficient : bool
        Whether the equation says all; after `eliminate` it is only necessary.
    """

    kind: str
    factors: tuple[sp.Expr, ...]
    inequalities: tuple[sp.Basic, ...]
    polynomials: tuple[sp.Poly, ...]
    system: System
    params: Mapping[str, float] | None = None
    is_sufficient: bool = True

    @property
    def expression(self) -> sp.Expr:
        """The product of the factors: zero at a bifurcation."""
        return sp.Mul(*self.factors)

    @property
    def equation(self) -> sp.Basic:
        """The equation; ``False`` if it has no solution, ``True`` if it always holds."""
        return sp.Eq(self.expression, 0)

    def value(
        self,
        params: Mapping[str, float] | None = None,
        state: Mapping[str, float] | None = None,
    ) -> float:
        """Return the left-hand side of the equation; it changes sign at a bifurcation.

        Parameters are those of `StabilityConditions.holds`.
        """
        return float(_real(self.expression.xreplace(_values(self, params, state))))

    def holds(
        self,
        params: Mapping[str, float] | None = None,
        state: Mapping[str, float] | None = None,
        *,
        tol: float = 1e-9,
    ) -> bool:
        """Tell whether the equation holds to `tol` (absolutely) and the inequalities exactly."""
        values = _values(self, params, state)
        is_zero = abs(self.value(params, state)) <= tol
        return is_zero and all(_is_true(each, values) for each in self.inequalities)

    def solve(self, name: str) -> tuple[sp.Expr, ...]:
        """Solve the equation for a parameter or a state, in closed form.

        Parameters
        ----------
        name : str
            It may enter each factor as a polynomial of degree 1 or 2, or of any degree if no
            other symbol is left, or through one function such as ``exp(-a*x)``.

        Returns
        -------
        tuple of sympy.Expr
            Every solution; whether the inequalities hold there is another question.

        Raises
        ------
        ValueError
            If `name` does not occur, or there is no such closed form.
        """
        names = self.system.resolve(name)
        if len(names) > 1:
            raise ValueError(f"`name` is {name!r}, which stands for {list(names)}; name one.")
        wanted = symbol(names[0])
        factors = [each for each in self.factors if wanted in each.free_symbols]
        if not factors:
            raise ValueError(
                f"{name!r} does not occur in the {self.kind} condition {self.equation}; "
                f"solve for one of {sorted(map(str, self.expression.free_symbols))}."
            )
        found = [root for each in factors for root in closed_form_roots(each, wanted)]
        return tuple(dict.fromkeys(found))

    def eliminate(self, *states: str) -> BifurcationCondition:
        """Eliminate states, and functions of states, by the equilibrium equations.

        What remains is necessary for a bifurcation. It is not sufficient: a solution may
        belong to an equilibrium that is complex or lies outside the box.

        Parameters
        ----------
        *states : str
            By default, every state that occurs and whose equation is still at hand.

        Returns
        -------
        BifurcationCondition
            With the same inequalities, and `factors` in the remaining symbols.

        Raises
        ------
        ValueError
            If a state cannot be eliminated, or the condition holds on a whole branch.
        WorkLimitError
            If polynomials grow too long.

        Examples
        --------
        >>> import mirrorsys as ms
        >>> cusp = ms.System("cusp", {"x": "a + b*x - x**3"}, {"a": 0, "b": 1})
        >>> ms.symbolic.fold_condition(cusp).eliminate("x").equation
        Eq(27*a**2 - 4*b**3, 0)
        """
        names = tuple(self.system.expand(dict.fromkeys(states), "state"))
        factors = without(self.factors, self.system, self.params, names)
        return replace(self, factors=factors, is_sufficient=False)

    def latex(self) -> str:
        """Return equation and inequalities as a LaTeX ``aligned`` block."""
        return _aligned((self.equation, *self.inequalities), self.system)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        name = {"fold": "fold", "hopf": "Hopf point"}[self.kind] + " on the boundary of stability"
        relations = (self.equation, *self.inequalities)
        if sp.false in relations:
            return f"{name}: never"
        said = tuple(each for each in relations if each != sp.true)
        return _listed(f"{name} {'if and ' if self.is_sufficient else ''}only if", said)


def _values(
    conditions: StabilityConditions | BifurcationCondition,
    params: Mapping[str, float] | None,
    state: Mapping[str, float] | None,
) -> dict[sp.Symbol, sp.Rational]:
    """Return an exact number for every symbol that occurs."""
    expressions = list(conditions.inequalities)
    if isinstance(conditions, BifurcationCondition):
        expressions += conditions.factors
    used = set().union(*(each.free_symbols for each in expressions))
    given: dict[str, float] = {**(params or {}), **(state or {})}
    if conditions.params is not None and params:
        raise ValueError(
            f"these conditions were derived for params={dict(conditions.params)}; derive them with "
            "params=None to vary parameters."
        )
    if (system := conditions.system) is not None:
        parameters, inputs = parameter_and_input_values(
            system, params if conditions.params is None else conditions.params
        )
        rest = {each.name: each.value for each in system.inputs}
        if conditions.params is None and (
            moved := {n: v for n, v in inputs.items() if v != rest[n]}
        ):
            raise ValueError(
                f"`params` gives {moved}, but these conditions were derived with inputs at rest "
                f"({ {name: rest[name] for name in moved} }); make a symbol of an input by "
                "system.freeze(name=value) first."
            )
        states = system.expand(state or {}, "state")
        given = {**parameters, **{name: system[name].check(v) for name, v in states.items()}}
    if missing := sorted(str(each) for each in used if each.name not in given):
        raise ValueError(
            f"the conditions hold {missing}, which have no value; "
            "give states in `state`, anything else in `params`."
        )
    return {s: sp.Rational(*exact(given[s.name]).as_integer_ratio()) for s in used}


def _is_true(relation: sp.Basic, values: Mapping[sp.Symbol, sp.Rational]) -> bool:
    if isinstance(relation, sp.Rel):
        left, right = (_real(each.xreplace(dict(values))) for each in relation.args)
        relation = relation.func(left, right)
    return bool(relation == sp.true)


def _real(number: sp.Expr) -> sp.Expr:
    if number.is_real is False or number.has(sp.nan, sp.zoo):
        raise ValueError(
            f"with these values a formula is {sp.N(number, 6)}, no real number: the equilibrium "
            "given in `at` does not exist there."
        )
    return number


def _aligned(relations: tuple[sp.Basic, ...], system: System | None) -> str:
    names: dict[Any, str] = {} if system is None else system.latex_symbols
    rows = []
    for relation in relations or (sp.true,):
        if isinstance(relation, sp.Rel):
            left, right = (sp.latex(each, symbol_names=names) for each in relation.args)
            rows.append(f"{left} &{_SIGNS[relation.rel_op]} {right}")
        else:
            rows.append(f"&\\text{{{'always' if relation == sp.true else 'never'}}}")
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


_SIGNS = {">": ">", "<": "<", ">=": r"\geq", "<=": r"\leq", "!=": r"\neq", "==": "="}


def _listed(head: str, relations: tuple[sp.Basic, ...]) -> str:
    if not relations:
        return f"{head}: always"
    lines = [f"  {_text(each)}" for each in relations]
    return "\n".join([f"{head}:", *lines])


def _text(relation: sp.Basic) -> str:
    if not isinstance(relation, sp.Rel):
        return "always" if relation == sp.true else "never"
    left, right = relation.args
    text = f"{to_text(left)} {relation.rel_op} {to_text(right)}"
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4]} ..."
