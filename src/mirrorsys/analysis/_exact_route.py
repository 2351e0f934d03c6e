"""The exact route to all equilibria: elimination, every case, isolation of real roots."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from flint import arb_mat, fmpq_poly

from mirrorsys.analysis._points import Place, Point, is_saturated, sign_of_determinant
from mirrorsys.analysis._stability import Matrix, exact_eigenvalues
from mirrorsys.symbolic._eliminant import continuum
from mirrorsys.symbolic._elimination import Case, all_cases
from mirrorsys.symbolic._errors import ContinuumError, EliminationError, GrowthError
from mirrorsys.symbolic._polynomials import PolynomialEquations, exact
from mirrorsys.symbolic._substitution import variables
from mirrorsys.symbolic._univariate import (
    RealRoot,
    X,
    divided,
    evaluated,
    factored,
    real_roots,
    to_flint,
    to_rational,
)

if TYPE_CHECKING:
    from sympy.polys.rings import PolyElement

__all__ = ["ExactPoint", "as_point", "points_of_block"]

ZERO = fmpq_poly([0])
BITS = 1024  # to tell the sign of a determinant
Sides = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class ExactPoint:
    """An equilibrium of some states that depend on no others, in exact numbers.

    Attributes
    ----------
    kept : int
        The state whose value is `root`.
    root : RealRoot
    states : mapping of int to flint.fmpq_poly
        The value of every state of the block, as an element of the field of `root`.
    jacobian : list of lists of flint.fmpq_poly
        Elements too, the states in the order of `states`.
    multiplicity : int or None
        How many equilibria meet here, if the elimination tells.
    """

    kept: int
    root: RealRoot
    states: Mapping[int, fmpq_poly]
    jacobian: Matrix
    multiplicity: int | None


def as_point(found: ExactPoint, sides: Sides) -> Point:
    """Return in doubles and bounds what is known in exact numbers."""
    root = found.root
    slopes = arb_mat([[root.ball(each, BITS) for each in row] for row in found.jacobian])
    eigenvalues = exact_eigenvalues(found.jacobian, root)
    is_regular = all(each.value for each in eigenvalues)
    on_faces = {
        i: end
        for i, element in found.states.items()
        if element.degree() <= 0
        for end in sides[i]
        if math.isfinite(end) and to_rational(element) == exact(end)
    }
    order = list(found.states)
    return Point(
        states={
            i: Place(*root.rounded(each), root.place(each)) for i, each in found.states.items()
        },
        eigenvalues=eigenvalues,
        index=sign_of_determinant(slopes, BITS),
        multiplicity=found.multiplicity or (1 if is_regular else None),
        kept=found.kept,
        on_faces=on_faces,
        near_faces={},
        is_saturated=is_saturated(slopes, [order.index(i) for i in on_faces], BITS),
    )


def points_of_block(
    equations: PolynomialEquations, block: Sequence[int], sides: Sides
) -> list[ExactPoint]:
    """Return all equilibria of a block inside the box.

    Every state is tried as the one to keep, until elimination succeeds.

    Raises
    ------
    EliminationError
        If it does not succeed for any of them, or if the equilibria form a continuum.
    """
    errors = []
    for kept in block:
        try:
            return list(_points(equations, block, kept, sides))
        except (ContinuumError, GrowthError):  # whichever state is kept
            raise
        except EliminationError as error:
            errors.append(error)
    raise errors[0]


def _points(
    equations: PolynomialEquations, block: Sequence[int], kept: int, sides: Sides
) -> Iterator[ExactPoint]:
    start = Case(
        tuple(equations.numerators[i] for i in block),
        tuple(equations.denominators[i] for i in block),
        tuple(i for i in block if i != kept),
    )
    # All cases first: a refusal must not come after half of the points.
    for case in list(all_cases(start, kept, lambda each: _is_possible(each, sides))):
        common = _common_divisor(case.equations, kept)
        if case.unknowns or common.is_zero():
            _refuse_continuum(equations, case, kept, common, sides)
            continue
        for minimal, exponent in factored(common):
            states = _states(case, {kept: X % minimal}, minimal)
            inside = [
                root for root in real_roots(minimal) if states and _is_inside(root, states, sides)
            ]
            if states is None or not inside:
                continue
            jacobian = _jacobian(equations, block, states, minimal)
            multiplicity = exponent if case.is_regular else None
            for root in inside:
                yield ExactPoint(kept, root, states, jacobian, multiplicity)


def _is_possible(case: Case, sides: Sides) -> bool:
    """Tell whether each variable that has equations of its own has a root of them in the box."""
    alone: dict[int, list[PolyElement]] = {}
    for equation in case.equations:
        if len(occurring := variables(equation)) == 1:
            alone.setdefault(occurring.pop(), []).append(equation)
    return all(
        any(
            root.is_between(X % minimal, sides[i])
            for minimal, _ in factored(_common_divisor(each, i))
            for root in real_roots(minimal)
        )
        for i, each in alone.items()
    )


def _common_divisor(equations: Sequence[PolyElement], generator: int) -> fmpq_poly:
    return reduce(fmpq_poly.gcd, (to_flint(each, generator) for each in equations), ZERO)


def _states(
    case: Case, known: Mapping[int, fmpq_poly], minimal: fmpq_poly
) -> dict[int, fmpq_poly] | None:
    """Return all states that follow from the known ones; None if something must not be zero but is.

    Where a case leaves unknowns, what depends on them is left out.
    """
    states = dict(known)
    if not all(_is_nonzero(each, states, minimal) for each in case.nonzero):
        return None
    for rule in reversed(case.rules):
        if variables(rule.numerator) | variables(rule.denominator) <= states.keys():
            states[rule.unknown] = divided(
                evaluated(rule.numerator, states, minimal),
                evaluated(rule.denominator, states, minimal),
                minimal,
            )
    return dict(sorted(states.items()))


def _is_nonzero(
    polynomial: PolyElement, known: Mapping[int, fmpq_poly], minimal: fmpq_poly
) -> bool:
    """Tell whether a polynomial in the known states and in free ones is not zero throughout."""
    by_free_powers: dict[tuple[int, ...], dict[tuple[int, ...], object]] = {}
    for powers, value in polynomial.terms():
        free = tuple(0 if i in known else power for i, power in enumerate(powers))
        fixed = tuple(power if i in known else 0 for i, power in enumerate(powers))
        by_free_powers.setdefault(free, {})[fixed] = value
    parts = map(polynomial.ring.from_dict, by_free_powers.values())
    return any(not evaluated(part, known, minimal).is_zero() for part in parts)


def _is_inside(root: RealRoot, states: Mapping[int, fmpq_poly], sides: Sides) -> bool:
    return all(root.is_between(element, sides[i]) for i, element in states.items())


def _refuse_continuum(
    equations: PolynomialEquations, case: Case, kept: int, common: fmpq_poly, sides: Sides
) -> None:
    """Raise, unless what the free states do not influence lies outside the box."""
    free = case.unknowns
    known = [({kept: X % minimal}, minimal) for minimal, _ in factored(common)] if common else []
    if common.is_zero():
        free, known = (*free, kept), [({}, X)]
    for start, minimal in known:
        states = _states(case, start, minimal)
        if states is not None and any(
            _is_inside(root, states, sides) for root in real_roots(minimal)
        ):
            raise continuum(equations.system.name, [equations.names[i] for i in sorted(free)])


def _jacobian(
    equations: PolynomialEquations,
    block: Sequence[int],
    states: Mapping[int, fmpq_poly],
    minimal: fmpq_poly,
) -> Matrix:
    """Return the Jacobian at an equilibrium, where only the slopes of the numerators count."""
    rows = []
    for i in block:
        divisor = evaluated(equations.denominators[i], states, minimal)
        slopes = (evaluated(equations.numerators[i].diff(j), states, minimal) for j in block)
        rows.append([divided(slope, divisor, minimal) for slope in slopes])
    return rows
