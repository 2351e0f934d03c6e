"""Stability, folds and Hopf points as formulas: the criteria of Hurwitz and Liénard-Chipart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sympy as sp

from mirrorsys._system import System, check_system
from mirrorsys.symbolic._characteristic import Block, blocks, cleared, eigenvalue_symbol
from mirrorsys.symbolic._conditions import BifurcationCondition, StabilityConditions
from mirrorsys.symbolic._hurwitz import hurwitz_table
from mirrorsys.symbolic._relations import Knowledge, knowledge
from mirrorsys.symbolic._rings import Polynomial, Ring, ring_of

__all__ = ["fold_condition", "hopf_condition", "routh_hurwitz"]

METHODS = ("hurwitz", "lienard-chipart")


def routh_hurwitz(
    of: System | sp.Poly,
    params: Mapping[str, float] | None = None,
    *,
    at: Mapping[str, Any] | None = None,
    method: str = "hurwitz",
    positive: Collection[str] = (),
) -> StabilityConditions:
    r"""Return when all eigenvalues, or all roots, lie in the open left half-plane.

    Parameters
    ----------
    of : System or sympy.Poly
        A system at an equilibrium; or a polynomial in one unknown with real coefficients
        (floating-point ones count as the exact rationals of their shortest decimals).
    params : mapping of str to float, optional
        None leaves the parameters symbols. A mapping, even an empty one, replaces each by
        its value there or else by its default. Inputs rest at their values in either case;
        ``system.freeze(stressor=0.1)`` makes a symbol of one. For systems only.
    at : mapping of str to float, text or sympy.Expr, optional
        The equilibrium: states, in parameters and other states. States not named stay
        symbols. For systems only.
    method : {"hurwitz", "lienard-chipart"}
        Which inequalities: for each block of degree n, either all Hurwitz determinants or
        half of them and half of the coefficients. Both say the same.
    positive : collection of str
        Names of symbols that are positive, beside what their ranges say.

    Returns
    -------
    StabilityConditions

    Raises
    ------
    WorkLimitError
        If the formulas become too long; the message says what to try.
    ValueError
        If an argument does not fit; if `at` gives every state and is not an equilibrium.

    References
    ----------
    .. [1] F. R. Gantmacher, "The Theory of Matrices", vol. 2, ch. XV, 1959.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> couple = ms.System(
    ...     "couple", {"x": "-a*x + b*y", "y": "c*x - d*y"}, dict.fromkeys("abcd", 1)
    ... )
    >>> ms.symbolic.routh_hurwitz(couple, positive=("a", "b", "c", "d"))
    stable if and only if:
      a*d > b*c
    """
    if method not in METHODS:
        raise ValueError(f"`method` is {method!r}; give one of {METHODS}.")
    if isinstance(of, System):
        system, found = of, blocks(of, params, at)
    elif params is not None or at is not None:
        raise ValueError("`params` and `at` go with a system; `of` is a polynomial.")
    else:
        system, found = None, (_block_of(of),)
    known = knowledge(system, positive)
    tables = [hurwitz_table(block, known) for block in found]
    asked = [each for table in tables for each in table.relations]
    for table in tables:
        full = (*table.determinants[:-1], table.coefficients[-1])
        half = (*table.determinants[-2::-2], *table.coefficients[::-2])
        for each in full if method == "hurwitz" else half:
            asked += known.positivity(table.ring, each)
    variable = of.gen if isinstance(of, sp.Poly) else eigenvalue_symbol(of)
    written = tuple(_written(block, variable) for block in found)
    return StabilityConditions(_shortened(asked), written, method, system, params)


def fold_condition(
    system: System,
    params: Mapping[str, float] | None = None,
    *,
    at: Mapping[str, Any] | None = None,
    positive: Collection[str] = (),
) -> BifurcationCondition:
    r"""Return when an equilibrium is a fold on the boundary of stability.

    The equation is :math:`\det J = 0`, as last coefficient of the characteristic polynomial;
    the inequalities say that the zero eigenvalue is simple and all others have negative real
    parts. That the equilibria really turn back there, and do not cross, needs besides that
    the second derivative along the null vector and the speed of the parameter are not zero.

    Parameters are those of `routh_hurwitz`.

    Raises
    ------
    WorkLimitError
        If the formulas become too long; the message says what to try.
    ValueError
        If an argument does not fit; if `at` gives every state and is not an equilibrium.

    References
    ----------
    .. [1] Y. A. Kuznetsov, "Elements of Applied Bifurcation Theory", 3rd ed., ch. 3, 2004.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> fold = ms.System("fold", {"x": "a - x**2"}, {"a": 1})
    >>> ms.symbolic.fold_condition(fold).equation
    Eq(x, 0)
    """
    check_system(system)
    found = blocks(system, params, at)
    known = knowledge(system, positive)
    tables = [hurwitz_table(block, known) for block in found]
    return BifurcationCondition(
        "fold",
        *_equation_and_inequalities(
            known,
            critical=[(table.ring, table.coefficients[-1]) for table in tables],
            others=[(table.ring, each) for table in tables for each in table.determinants[:-1]],
        ),
        tuple(_written(block, eigenvalue_symbol(system)) for block in found),
        system,
        params,
    )


def hopf_condition(
    system: System,
    params: Mapping[str, float] | None = None,
    *,
    at: Mapping[str, Any] | None = None,
    positive: Collection[str] = (),
) -> BifurcationCondition:
    r"""Return when an equilibrium is a Hopf point on the boundary of stability.

    The equation says that the last but one Hurwitz determinant is zero; the inequalities,
    that the last coefficient and the determinants before it are positive. Then one simple
    pair :math:`\pm i \omega` lies on the imaginary axis and all other eigenvalues to its
    left. That a cycle is born there needs besides that the pair crosses the axis with a
    speed and that the first Lyapunov coefficient is not zero.

    Parameters are those of `routh_hurwitz`.

    Raises
    ------
    WorkLimitError
        If the formulas become too long; the message says what to try.
    ValueError
        If no two states act on each other; if an argument does not fit; if `at` gives every
        state and is not an equilibrium.

    References
    ----------
    .. [1] W.-M. Liu, "Criterion of Hopf bifurcations without using eigenvalues", J. Math.
       Anal. Appl. 182 (1994) 250-256.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> brusselator = ms.System(
    ...     "Brusselator", {"x": "A + x**2*y - (B + 1)*x", "y": "B*x - x**2*y"}, {"A": 1, "B": 3}
    ... )
    >>> ms.symbolic.hopf_condition(brusselator, at={"x": "A", "y": "B/A"}).solve("B")
    (A**2 + 1,)
    """
    check_system(system)
    found = blocks(system, params, at)
    if all(block.degree == 1 for block in found):
        raise ValueError(
            f"no two states of {system.name!r} act on each other there, so that all eigenvalues "
            "are real; a Hopf point needs two that do."
        )
    known = knowledge(system, positive)
    tables = [hurwitz_table(block, known) for block in found]
    return BifurcationCondition(
        "hopf",
        *_equation_and_inequalities(
            known,
            critical=[(t.ring, t.determinants[-2]) for t in tables if len(t.determinants) > 1],
            others=[
                (table.ring, each)
                for table in tables
                for each in (*table.determinants[:-2], table.coefficients[-1])
            ],
        ),
        tuple(_written(block, eigenvalue_symbol(system)) for block in found),
        system,
        params,
    )


def _equation_and_inequalities(
    known: Knowledge,
    *,
    critical: Sequence[tuple[Ring, Polynomial]],
    others: Sequence[tuple[Ring, Polynomial]],
) -> tuple[tuple[sp.Expr, ...], tuple[sp.Basic, ...]]:
    """Say that one of the critical polynomials is zero and all the rest are positive.

    With several critical ones, that exactly one is zero: none is negative, and the sum of
    all products that leave one out is positive.
    """
    asked = [each for ring, other in others for each in known.positivity(ring, other)]
    factors = [each for ring, one in critical for each in known.vanishing(ring, one)]
    open_ones = [ring.expression(one) for ring, one in critical if known.positivity(ring, one)]
    if len(open_ones) > 1:
        asked += [sp.Ge(each, 0) for each in open_ones]
        left_out = [sp.Mul(*open_ones[:i], *open_ones[i + 1 :]) for i in range(len(open_ones))]
        asked.append(sp.Gt(sp.Add(*left_out), 0))
    return tuple(dict.fromkeys(factors)), _shortened(asked)


def _shortened(asked: Sequence[sp.Basic]) -> tuple[sp.Basic, ...]:
    """Drop what is true and what is said twice; one that is false stands for all."""
    kept = tuple(each for each in dict.fromkeys(asked) if each != sp.true)
    return (sp.false,) if sp.false in kept else kept


def _block_of(polynomial: sp.Poly) -> Block:
    if not isinstance(polynomial, sp.Poly) or len(polynomial.gens) != 1:
        raise TypeError(
            f"`of` is {polynomial!r}; give a System, or a sympy.Poly in one unknown such as "
            "sympy.Poly(x**2 + a*x + b, x)."
        )
    coefficients = [
        each.xreplace({f: sp.Rational(repr(float(f))) for f in each.atoms(sp.Float)})
        for each in polynomial.all_coeffs()
    ]
    if len(coefficients) < 2 or any(each.has(sp.I, sp.nan, sp.oo) for each in coefficients):
        raise ValueError(
            f"`of` is {polynomial}; its degree must be at least 1 and its coefficients real."
        )
    ring = ring_of(coefficients)
    return Block(ring, cleared(ring, coefficients))


def _written(block: Block, variable: sp.Symbol) -> sp.Poly:
    domain, one = block.ring.domain(is_field=False), block.ring.constant(1)
    elements = [block.ring.element(domain, each, one) for each in block.coefficients]
    return sp.Poly.from_list(elements, gens=variable, domain=domain)
