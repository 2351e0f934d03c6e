"""Hurwitz determinants of a characteristic polynomial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flint
import sympy as sp

from mirrorsys.symbolic._characteristic import Block
from mirrorsys.symbolic._relations import Knowledge
from mirrorsys.symbolic._rings import (
    Polynomial,
    Ring,
    WorkLimitError,
    leading_minors,
    number,
    times,
)

__all__ = ["HurwitzTable", "hurwitz_table"]

MAX_SYMBOLIC_DEGREE = 10  # of one block with symbols; with numbers there is no limit


@dataclass(frozen=True)
class HurwitzTable:
    """Hurwitz determinants of one block, as of a polynomial with positive leading coefficient.

    Attributes
    ----------
    ring : Ring
    coefficients : tuple of Polynomial
        All but the leading one, of falling powers.
    determinants : tuple of Polynomial
        From the first to the last.
    relations : tuple of sympy relations
        That the leading coefficient is not zero, if its sign is not known.
    """

    ring: Ring
    coefficients: tuple[Polynomial, ...]
    determinants: tuple[Polynomial, ...]
    relations: tuple[sp.Basic, ...]


def hurwitz_table(block: Block, known: Knowledge) -> HurwitzTable:
    """Return the determinants, multiplied by the sign of the leading coefficient.

    If that sign is not known, the leading coefficient itself takes its place: it is known
    to the power 2, so that a determinant of odd order is multiplied by it once.
    """
    leading, *rest = block.coefficients
    sign = known.sign(block.ring, leading)
    relations: tuple[sp.Basic, ...] = ()
    if sign.is_strict:
        factor = block.ring.constant(sign.value)
    else:
        factor = leading
        relations = (sp.Ne(block.ring.expression(leading), 0),)
    determinants = (
        times(each, factor) if order % 2 else each
        for order, each in enumerate(_determinants(block), start=1)
    )
    return HurwitzTable(
        block.ring,
        tuple(times(each, factor) for each in rest),
        tuple(determinants),
        relations,
    )


def _determinants(block: Block) -> list[Polynomial]:
    """Return the leading minors of the Hurwitz matrix."""
    degree, zero = block.degree, block.ring.constant(0)
    numbers = dict(enumerate(block.coefficients))
    rows = [[numbers.get(2 * j - i + 1, zero) for j in range(degree)] for i in range(degree)]
    if not block.ring.generators:
        return [_determinant_of_numbers(rows, order, block.ring) for order in range(1, degree + 1)]
    if degree > MAX_SYMBOLIC_DEGREE:
        raise WorkLimitError(
            f"the Hurwitz determinants of degree {degree} with symbols are too long, beyond "
            f"{MAX_SYMBOLIC_DEGREE}; give numbers in `params`, and in `at` the equilibrium."
        )
    return leading_minors(rows)


def _determinant_of_numbers(
    rows: Sequence[Sequence[Polynomial]], order: int, ring: Ring
) -> Polynomial:
    constants = [[number(entry) for entry in row[:order]] for row in rows[:order]]
    matrix = flint.fmpq_mat([[flint.fmpq(int(c.p), int(c.q)) for c in row] for row in constants])
    return ring.context.constant(matrix.det())
