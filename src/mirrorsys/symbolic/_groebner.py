"""Gröbner bases: what remains where no equation can be solved for a state.

A lexicographic basis has the same zeros as the equations, with the same multiplicities,
and in general the *shape* ``y = g(x), z = h(x), ..., p(x) = 0``: then every state but the
last follows by an affine equation, and elimination goes on [1]_. The basis is computed by
FLINT, under limits: bases can be astronomically large.

.. [1] D. Cox, J. Little, D. O'Shea, "Ideals, Varieties, and Algorithms", ch. 3, 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING, Any, cast

import sympy as sp
from flint import Ordering, fmpz_mpoly_ctx, fmpz_mpoly_vec

if TYPE_CHECKING:
    from sympy.polys.rings import PolyElement

__all__ = ["groebner_basis"]

MAX_GIVEN = 120  # terms of all equations together
MAX_POLYNOMIALS = 60
MAX_TERMS = 300  # of one polynomial
MAX_BITS = 20_000  # of one coefficient


def groebner_basis(
    equations: Sequence[PolyElement], order: Sequence[int]
) -> tuple[PolyElement, ...] | None:
    """Return the reduced lexicographic basis of some polynomials; None if it grows too large.

    Parameters
    ----------
    equations : sequence of PolyElement
        Of one ring, over the rationals.
    order : sequence of int
        All generators of the ring: what comes first is eliminated first.
    """
    if sum(map(len, equations)) > MAX_GIVEN:
        return None
    ring, size = equations[0].ring, range(len(order))
    context = fmpz_mpoly_ctx.get([f"x{i}" for i in order], Ordering.lex)
    place = {generator: k for k, generator in enumerate(order)}
    given = fmpz_mpoly_vec(
        [
            context.from_dict({tuple(powers[i] for i in order): n for powers, n in terms.items()})
            for terms in map(_whole_numbers, equations)
        ],
        context,
    )
    limits = (MAX_POLYNOMIALS, MAX_TERMS, MAX_BITS)
    basis, is_complete = cast(Any, given.buchberger_naive(limits=limits))
    if not is_complete:
        return None
    return tuple(
        ring.from_dict(
            {tuple(powers[place[i]] for i in size): sp.QQ(int(n)) for powers, n in each.terms()}
        )
        for each in basis.autoreduction()
    )


def _whole_numbers(polynomial: PolyElement) -> dict[tuple[int, ...], int]:
    """Return the terms of a multiple of a polynomial, by their powers."""
    scale = lcm(*(int(value.denominator) for value in polynomial.values()))
    return {
        powers: int(value.numerator) * scale // int(value.denominator)
        for powers, value in polynomial.terms()
    }
