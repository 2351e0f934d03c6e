"""Elimination of states one after another, with every case accounted for.

An equation that is affine in a state, ``a*y + b = 0`` with `a` and `b` free of `y`, is
solved for it: where the *pivot* `a` is not zero, ``y = -b/a`` replaces `y` everywhere
else. Where the pivot is zero the equation says ``a = 0`` and ``b = 0`` instead: that is a
case of its own. Following both keeps every solution; each lies in exactly one case.

A case ends as a `Case`: equations in the kept state alone, and rules that give the
other states. Where no equation is affine in a state any more, a Gröbner basis of what
remains takes its place; what does not yield to that either, or grows too large, is
refused by an `EliminationError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from flint import fmpq_poly

from mirrorsys.symbolic._errors import EliminationError, GrowthError
from mirrorsys.symbolic._groebner import groebner_basis
from mirrorsys.symbolic._substitution import coefficients, primitive, substituted, variables
from mirrorsys.symbolic._univariate import factored, from_flint, to_flint

if TYPE_CHECKING:
    from sympy.polys.rings import PolyElement

__all__ = ["Case", "Rule", "all_cases", "regular_case", "remaining"]

MAX_CASES = 500  # of one system; the models of this library need fewer than ten
MAX_UNKNOWNS = 60  # in symbols: the work grows with their cube
MAX_TERMS = 120  # of an equation in numbers, while unknowns remain; a lone person needs 18


@dataclass(frozen=True)
class Rule:
    """``unknown = numerator/denominator``, both free of the unknown and of earlier ones."""

    unknown: int
    numerator: PolyElement
    denominator: PolyElement


@dataclass(frozen=True)
class Case:
    """One case of an elimination.

    Attributes
    ----------
    equations : tuple of PolyElement
        What must be zero; at the end of an elimination, free of `unknowns`.
    nonzero : tuple of PolyElement
        What must not be zero, in this case: the pivots and the denominators of the system.
    unknowns : tuple of int
        Generators not solved for; at the end of an elimination, those that the equations
        leave undetermined.
    rules : tuple of Rule
        In the order of elimination: later rules resolve the unknowns in earlier ones.
    is_regular : bool
        Whether no pivot was taken to be zero on the way. Then the multiplicity of an
        equilibrium is that of its root.
    is_basis : bool
        Whether a Gröbner basis has been computed on the way.
    """

    equations: tuple[PolyElement, ...]
    nonzero: tuple[PolyElement, ...]
    unknowns: tuple[int, ...]
    rules: tuple[Rule, ...] = ()
    is_regular: bool = True
    is_basis: bool = False


@dataclass(frozen=True)
class _Pivot:
    """Equation number `equation` reads ``slope*unknown + offset = 0``."""

    equation: int
    unknown: int
    slope: PolyElement
    offset: PolyElement


def regular_case(start: Case, states: Sequence[int]) -> Case:
    """Return the case in which no pivot is zero.

    Parameters
    ----------
    start : Case
        The system, and in `unknowns` the states to eliminate.
    states : sequence of int
        All states; the other generators count as constants.

    It may be incomplete: see `remaining`.

    Raises
    ------
    GrowthError
        If there are more than 60 unknowns, or an equation grows too long.
    """
    if (count := len(start.unknowns)) > MAX_UNKNOWNS:
        raise GrowthError(
            f"there are {count} unknowns to eliminate; the limit is {MAX_UNKNOWNS}: freeze states, "
            "or study a part of the system."
        )
    case = start
    while True:
        while pivot := _pivot(case, states):
            case = _solved(case, pivot)
        basis = _with_basis(case) if remaining(case) else None
        if basis is None:
            return case
        case = basis


def remaining(case: Case) -> list[str]:
    """Return the names of the unknowns that elimination could not resolve."""
    left = {i for equation in case.equations for i in variables(equation)} & set(case.unknowns)
    return [case.equations[0].ring.symbols[i].name for i in sorted(left)]


def all_cases(start: Case, kept: int, is_possible: Callable[[Case], bool]) -> Iterator[Case]:
    """Yield cases that together hold every solution, each solution once.

    All generators but `kept` are unknowns. `is_possible` may say no to a case that it
    knows to hold no solution of interest.

    Raises
    ------
    EliminationError
        If a case does not yield to elimination, or there are more than 500.
    GrowthError
        If an equation grows too long.
    """
    waiting, n_cases = [start], 0
    everything = range(start.equations[0].ring.ngens)
    while waiting:
        case = _tidied(waiting.pop())
        if case is None or not is_possible(case):
            continue
        if (n_cases := n_cases + 1) > MAX_CASES:
            raise EliminationError(
                f"elimination splits into more than {MAX_CASES} cases; freeze a state."
            )
        if max(map(len, case.equations), default=0) > MAX_TERMS and remaining(case):
            raise GrowthError(
                f"the equilibrium equations grow to more than {MAX_TERMS} terms while "
                f"{remaining(case)} remain; freeze a state."
            )
        if split := _split_by_kept(case, kept):
            waiting.extend(split)
        elif pivot := _pivot(case, everything):
            if not pivot.slope.is_ground:
                waiting.append(_where_slope_vanishes(case, pivot))
            waiting.append(_solved(case, pivot))
        elif not remaining(case):
            yield case
        elif split := list(_factor_cases(case)):
            waiting.extend(split)
        elif basis := _with_basis(case):
            waiting.append(basis)
        else:
            raise _stuck(case)


def _split_by_kept(case: Case, kept: int) -> list[Case]:
    """Split by the irreducible factors of what is known of the kept state alone, and use it.

    Only where some pivot is zero: a regular case keeps its equation whole, for the
    multiplicities in it. Empty if there is nothing to do.
    """
    known = [each for each in case.equations if variables(each) == {kept}]
    if case.is_regular or not known:
        return []
    common = reduce(fmpq_poly.gcd, (to_flint(each, kept) for each in known))
    split = []
    for minimal, _ in factored(common):
        factor = primitive(from_flint(minimal, known[0].ring, kept))
        others = (each.rem(factor) for each in case.equations)
        nonzero = tuple(each.rem(factor) for each in case.nonzero)
        split.append(replace(case, equations=(factor, *filter(None, others)), nonzero=nonzero))
    return [] if split == [case] else split


def _tidied(case: Case) -> Case | None:
    """Drop what is zero anyway; return None if a number is asked to be zero, or not to be."""
    equations = tuple(dict.fromkeys(primitive(each) for each in case.equations if each))
    if any(each.is_ground for each in equations) or not all(case.nonzero):
        return None
    return replace(case, equations=equations)


def _pivot(case: Case, states: Sequence[int]) -> _Pivot | None:
    """Choose the affine equation whose solution makes the least trouble.

    First those whose slope cannot vanish, then those whose slope holds the fewest
    unknowns, then the shortest.
    """
    best, best_cost = None, None
    for number, equation in enumerate(case.equations):
        for unknown in sorted(variables(equation) & set(case.unknowns)):
            parts = coefficients(equation, unknown)
            if parts.keys() != {0, 1}:
                continue
            occurring = variables(parts[1])
            cost = (
                bool(occurring & set(states)),
                len(occurring & set(case.unknowns)),
                len(variables(equation) & set(case.unknowns)),
                len(equation),
            )
            if best_cost is None or cost < best_cost:
                best, best_cost = _Pivot(number, unknown, parts[1], parts[0]), cost
    return best


def _solved(case: Case, pivot: _Pivot) -> Case:
    """Return the case in which the pivot's slope is not zero: one unknown fewer."""
    numerator, slope = (-pivot.offset).cancel(pivot.slope)
    rule = Rule(pivot.unknown, numerator, slope)
    others = case.equations[: pivot.equation] + case.equations[pivot.equation + 1 :]
    nonzero = tuple(
        _inserted(each, rule) for each in case.nonzero if pivot.unknown in variables(each)
    )
    untouched = tuple(each for each in case.nonzero if pivot.unknown not in variables(each))
    return replace(
        case,
        equations=tuple(_inserted(each, rule) for each in others),
        nonzero=(*untouched, *nonzero, pivot.slope),
        unknowns=tuple(each for each in case.unknowns if each != pivot.unknown),
        rules=(*case.rules, rule),
    )


def _inserted(polynomial: PolyElement, rule: Rule) -> PolyElement:
    return substituted(polynomial, rule.unknown, rule.numerator, rule.denominator)


def _where_slope_vanishes(case: Case, pivot: _Pivot) -> Case:
    others = case.equations[: pivot.equation] + case.equations[pivot.equation + 1 :]
    return replace(case, equations=(*others, pivot.slope, pivot.offset), is_regular=False)


def _with_basis(case: Case) -> Case | None:
    """Return the case with a Gröbner basis of its equations in their place; None if there is none.

    Unknowns are eliminated before the kept state and other symbols.
    """
    if case.is_basis:
        return None
    others = [i for i in range(case.equations[0].ring.ngens) if i not in case.unknowns]
    basis = groebner_basis([e for e in case.equations if e], (*case.unknowns, *others))
    return None if basis is None else replace(case, equations=basis, is_basis=True)


def _factor_cases(case: Case) -> Iterator[Case]:
    """Split an equation that is a product: one factor after the other is zero."""
    for number, equation in enumerate(case.equations):
        factors = _factors(equation)
        if factors == [equation]:
            continue
        others = case.equations[:number] + case.equations[number + 1 :]
        for index, factor in enumerate(factors):
            yield replace(
                case,
                equations=(*others, factor),
                nonzero=(*case.nonzero, *factors[:index]),
                is_regular=False,
            )
        return


def _stuck(case: Case) -> EliminationError:
    names = remaining(case)
    return EliminationError(
        f"the equilibrium equations cannot be solved one after another: {names} remain, and no "
        "equation left is affine in one of them; hold one constant, for example by "
        f"system.freeze({{{names[0]!r}: value}})."
    )


def _factors(equation: PolyElement) -> list[PolyElement]:
    """Return the factors that are quick to find: single variables, and those in one variable."""
    ring = equation.ring
    if len(variables(equation)) == 1:
        (only,) = variables(equation)
        factors = factored(to_flint(equation, only))
        if factors[1:] or factors[0][1] > 1:
            return [from_flint(factor, ring, only) for factor, _ in factors]
        return [equation]
    lowest = tuple(map(min, zip(*equation, strict=True)))
    if not any(lowest):
        return [equation]
    singles = [ring.gens[i] for i, power in enumerate(lowest) if power]
    rest = equation.quo(ring({lowest: 1}))
    return singles if rest.is_ground else [*singles, rest]
