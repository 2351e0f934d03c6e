"""Eliminant: the equilibria of a system as the roots of one polynomial in one state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import sympy as sp

from mirrorsys._system import System, check_system
from mirrorsys.symbolic._elimination import Case, regular_case, remaining
from mirrorsys.symbolic._errors import ContinuumError, EliminationError
from mirrorsys.symbolic._polynomials import polynomial_equations
from mirrorsys.symbolic._substitution import coefficients, primitive, variables
from mirrorsys.symbolic._writing import aligned, latex_of, one_line, symbol_latex

if TYPE_CHECKING:
    from sympy.polys.rings import PolyElement

__all__ = [
    "Eliminant",
    "Fraction",
    "continuum",
    "denominators",
    "eliminant",
    "expression",
    "kept_state",
    "resolved",
]

MAX_FACTORED = 100  # terms; longer polynomials are shown as they are, factoring them takes minutes
Fraction = tuple["PolyElement", "PolyElement"]  # numerator and denominator


@dataclass(frozen=True, repr=False)
class Eliminant:
    """The equilibria of a system, reduced to one unknown.

    Where none of `denominators` is zero, a point is an equilibrium if and only if the
    kept state is a root of `polynomial` and the other states follow by `rules`. The
    zeros of `denominators` have to be looked at separately; `mirrorsys.equilibria` does.

    Attributes
    ----------
    system : System
    keep : str
        The kept state.
    polynomial : sympy.Poly
        In the kept state, exact; constant if there is no such equilibrium.
    rules : mapping of str to sympy.Expr
        Every other state as a rational function of the kept one.
    denominators : tuple of sympy.Expr
        Polynomials in the kept state and the parameters, factored unless very long.
    """

    system: System
    keep: str
    polynomial: sp.Poly
    rules: Mapping[str, sp.Expr]
    denominators: tuple[sp.Expr, ...]

    def latex(self) -> str:
        """Return the polynomial and the rules as a LaTeX ``aligned`` block."""
        rules = [
            (symbol_latex(name, self.system), latex_of(rule, self.system))
            for name, rule in self.rules.items()
        ]
        return aligned([("0", latex_of(self.polynomial.as_expr(), self.system)), *rules])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        rules = [f"  {name} = {one_line(rule)}" for name, rule in self.rules.items()]
        head = f"equilibria of {self.system.name!r} by {self.keep!r}:"
        return "\n".join([head, f"  0 = {one_line(self.polynomial.as_expr())}", *rules])


def eliminant(
    system: System, keep: str | None = None, params: Mapping[str, float] | None = None
) -> Eliminant:
    """Eliminate all states but one from the equilibrium equations.

    Each step solves an equation for a state in which it is affine; numbers are taken as
    the exact rationals that their decimals denote.

    Parameters
    ----------
    system : System
        With right-hand sides rational in states and parameters.
    keep : str, optional
        The state to keep; by default the first.
    params : mapping of str to float, optional
        None leaves the parameters symbols. A mapping, even an empty one, replaces every
        parameter by its value there or else by its default. Inputs rest at their values
        in either case (`params` may change them).

    Raises
    ------
    EliminationError
        If a right-hand side is not rational, if no equation is affine in a state that
        remains, or if a state stays undetermined.
    ValueError
        If `keep` is not one state, or `params` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> spread = ms.System("spread", {"x": "a*y - x", "y": "x**2 - y"}, {"a": 3})
    >>> ms.symbolic.eliminant(spread, keep="x").polynomial.as_expr()
    a*x**2 - x
    """
    check_system(system)
    kept = kept_state(system, keep)
    equations = polynomial_equations(system, params)
    ring, n_state = equations.ring, len(system.states)
    others = tuple(i for i in range(n_state) if i != kept)
    start = Case(equations.numerators, equations.denominators, others)
    case = regular_case(start, range(n_state))
    if names := remaining(case):
        raise EliminationError(
            f"the equilibrium equations of {system.name!r} cannot be solved one after another for "
            f"all states but {ring.symbols[kept].name!r}: {names} remain, and no equation left is "
            "affine in one of them; keep another state, or hold one constant by "
            f"system.freeze({{{names[0]!r}: value}})."
        )
    left = [primitive(each) for each in case.equations if each]
    if case.unknowns or not left:
        free = sorted((*case.unknowns, *(() if left else (kept,))))
        raise continuum(system.name, [equations.names[i] for i in free])
    rules = resolved(case)
    common = reduce(_greatest_common_divisor, left)
    sign = -1 if common.LC < 0 else 1
    return Eliminant(
        system,
        ring.symbols[kept].name,
        sp.Poly(sign * common.as_expr(), ring.symbols[kept]),
        {ring.symbols[i].name: expression(rules[i], ring.symbols[kept]) for i in sorted(rules)},
        denominators(case, rules),
    )


def _greatest_common_divisor(left: PolyElement, right: PolyElement) -> PolyElement:
    return left.gcd(right)


def kept_state(system: System, keep: str | None) -> int:
    """Return the index of the state called `keep`, by default of the first."""
    if keep is None:
        return 0
    names = system.resolve(keep, "state")
    if len(names) != 1:
        raise ValueError(f"`keep` is {keep!r}, which stands for {list(names)}; name one of them.")
    return system.state_names.index(names[0])


def resolved(case: Case) -> dict[int, Fraction]:
    """Return each eliminated generator as a fraction free of all of them."""
    known: dict[int, Fraction] = {}
    for rule in reversed(case.rules):
        top, below_top = _inserted(rule.numerator, known)
        bottom, below_bottom = _inserted(rule.denominator, known)
        known[rule.unknown] = (top * below_bottom).cancel(bottom * below_top)
    return known


def _inserted(polynomial: PolyElement, known: Mapping[int, Fraction]) -> Fraction:
    """Return what a polynomial becomes when fractions replace generators."""
    top, bottom = polynomial, polynomial.ring.one
    for i in sorted(variables(polynomial) & known.keys()):
        numerator, denominator = known[i]
        parts = coefficients(top, i)
        degree = max(parts)
        pieces = (part * numerator**k * denominator ** (degree - k) for k, part in parts.items())
        top = sum(pieces, polynomial.ring.zero)
        bottom = bottom * denominator**degree
    return top.cancel(bottom)  # type: ignore[no-any-return]


def denominators(case: Case, known: Mapping[int, Fraction]) -> tuple[sp.Expr, ...]:
    """Return the factors of all that must not be zero."""
    found: dict[sp.Expr, None] = {}
    for polynomial in case.nonzero:
        for part in _inserted(polynomial, known):
            small = len(part) <= MAX_FACTORED
            for factor, _ in part.factor_list()[1] if small else [(part, 1)]:
                found[factor.as_expr()] = None
    return tuple(found)


def expression(fraction: Fraction, kept: sp.Symbol) -> sp.Expr:
    """Return a fraction as an expression, factored, each factor by powers of the kept state."""
    numerator, denominator = (_factored_expression(each, kept) for each in fraction)
    return numerator / denominator


def _factored_expression(polynomial: PolyElement, kept: sp.Symbol) -> sp.Expr:
    if len(polynomial) > MAX_FACTORED:
        return sp.collect(polynomial.as_expr(), kept)
    coefficient, factors = polynomial.factor_list()
    parts = (sp.collect(each.as_expr(), kept) ** power for each, power in factors)
    return sp.Mul(sp.Rational(int(coefficient.numerator), int(coefficient.denominator)), *parts)


def continuum(system_name: str, states: Sequence[str]) -> ContinuumError:
    """Return the refusal of a system whose equilibria are not isolated."""
    names = list(states)
    held = ", ".join(f"{name!r}: value" for name in names)
    return ContinuumError(
        f"the equilibria of {system_name!r} form a continuum of dimension {len(names)}: "
        f"any value of {names} will do; hold {'them' if len(names) > 1 else 'it'} constant by "
        f"system.freeze({{{held}}}).",
        names,
    )
