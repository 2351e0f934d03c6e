"""The characteristic polynomial of the Jacobian, block by block.

Where some states do not act back on others, not even through third ones, the Jacobian is
block-triangular, and its eigenvalues are those of the irreducible blocks on the diagonal.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import flint
import sympy as sp
from sympy.utilities.iterables import strongly_connected_components

from mirrorsys._expressions import canonical, symbol
from mirrorsys._system import System, check_system
from mirrorsys._values import parameter_and_input_values
from mirrorsys.symbolic._derivatives import jacobian
from mirrorsys.symbolic._polynomials import numbers
from mirrorsys.symbolic._rings import (
    MAX_PRODUCTS,
    Polynomial,
    Ring,
    WorkLimitError,
    leading_minors,
    lowest_terms,
    ring_of,
    times,
)

__all__ = [
    "Block",
    "blocks",
    "characteristic_block",
    "characteristic_polynomial",
    "cleared",
    "components",
    "eigenvalue_symbol",
    "irreducible_blocks",
    "substitutions",
]

MAX_COEFFICIENT = 10_000  # terms of one coefficient that SymPy is given
RESIDUAL = 1e-6  # relative; a mistaken equilibrium is wrong by far more, a rounded one by less


@dataclass(frozen=True)
class Block:
    """The characteristic polynomial of one irreducible block, cleared of denominators.

    Attributes
    ----------
    ring : Ring
    coefficients : tuple of Polynomial
        Of falling powers of the eigenvalue. The first one, the product of the rows'
        denominators, is not zero.
    """

    ring: Ring
    coefficients: tuple[Polynomial, ...]

    @property
    def degree(self) -> int:
        """The number of eigenvalues."""
        return len(self.coefficients) - 1


def characteristic_polynomial(
    system: System,
    params: Mapping[str, float] | None = None,
    *,
    at: Mapping[str, Any] | None = None,
) -> sp.Poly:
    r"""Return :math:`\det(\lambda I - J)`, whose roots are the eigenvalues of the Jacobian.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        None leaves the parameters symbols. A mapping, even an empty one, replaces each by
        its value there or else by its default. Inputs rest at their values in either case;
        ``system.freeze(stressor=0.1)`` makes a symbol of one.
    at : mapping of str to float, text or sympy.Expr, optional
        The equilibrium: states, in parameters and other states. States not named stay
        symbols.

    Returns
    -------
    sympy.Poly
        In one generator, ``lambda`` unless the system uses that name; leading coefficient 1.

    Raises
    ------
    WorkLimitError
        If a coefficient would have more than 10 000 terms, or the determinant takes too
        long; the message says what to try.
    ValueError
        If `params` or `at` does not fit the system, or `at` gives every state and is not
        an equilibrium.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> spring = ms.System("spring", {"x": "v", "v": "-k*x - d*v"}, {"k": 1, "d": 0.1})
    >>> ms.symbolic.characteristic_polynomial(spring).all_coeffs()
    [1, d, k]
    """
    check_system(system)
    whole = _product(blocks(system, params, at))
    _check_length(whole)
    pairs = [lowest_terms(each, whole.coefficients[0]) for each in whole.coefficients]
    domain = whole.ring.domain(is_field=not all(bottom.is_constant() for _, bottom in pairs))
    return sp.Poly.from_list(
        [whole.ring.element(domain, *pair) for pair in pairs],
        gens=eigenvalue_symbol(system),
        domain=domain,
    )


def eigenvalue_symbol(system: System | None) -> sp.Symbol:
    """Return the symbol for an eigenvalue, not one of the system's."""
    taken = set() if system is None else {quantity.name for quantity in system.quantities}
    return sp.Symbol(next(name for name in ("lambda", "z", "eigenvalue") if name not in taken))


def blocks(
    system: System, params: Mapping[str, float] | None, at: Mapping[str, Any] | None
) -> tuple[Block, ...]:
    """Return the characteristic polynomials of the irreducible blocks of the Jacobian."""
    values = substitutions(system, params)
    place = {name: expr.xreplace(values) for name, expr in _place(system, at).items()}
    _check_equilibrium(system, values, place)
    matrix = jacobian(system).xreplace(values).xreplace(place)
    if matrix.has(sp.nan, sp.zoo, sp.oo):
        raise ValueError(f"the Jacobian of {system.name!r} is undefined at {dict(at or {})}.")
    return tuple(map(characteristic_block, irreducible_blocks(matrix)))


def irreducible_blocks(matrix: sp.ImmutableDenseMatrix) -> list[list[list[sp.Expr]]]:
    """Return the rows of the irreducible blocks on the diagonal of a square matrix."""
    return [[[matrix[i, j] for j in members] for i in members] for members in components(matrix)]


def components(matrix: sp.ImmutableDenseMatrix) -> list[list[int]]:
    """Return the sets of rows that act on each other, also through third ones."""
    edges = [(i, j) for i, j in matrix.todok() if i != j]
    found = strongly_connected_components((list(range(matrix.rows)), edges))
    return sorted(map(sorted, found))


def substitutions(
    system: System, params: Mapping[str, float] | None
) -> dict[sp.Symbol, sp.Rational]:
    """Return the number of every quantity that does not stay a symbol."""
    return {
        symbol(name): sp.Rational(*value.as_integer_ratio())
        for name, value in numbers(system, params).items()
    }


def _place(system: System, at: Mapping[str, Any] | None) -> dict[sp.Symbol, sp.Expr]:
    given = system.expand(at or {}, "state")
    place = {symbol(name): canonical(value) for name, value in given.items()}
    known = {symbol(quantity.name) for quantity in system.quantities}
    if unknown := sorted(str(s) for e in place.values() for s in e.free_symbols - known):
        raise ValueError(
            f"`at` uses {unknown}, which {system.name!r} does not have; write the equilibrium "
            f"in its parameters {list(system.parameter_names)}."
        )
    return place


def _check_equilibrium(
    system: System, values: Mapping[sp.Symbol, sp.Rational], place: Mapping[sp.Symbol, sp.Expr]
) -> None:
    """Raise if `place` gives all states and the system does not rest there.

    Identities are tried at parameter values near the defaults, not simplified: a wrong
    formula fails at the first, and nothing takes long.
    """
    if not all(symbol(name) in place for name in system.state_names):
        return
    parameters, _ = parameter_and_input_values(system, None)
    for seed in range(2):
        jitter = random.Random(seed)  # the same points every time
        near = {name: value + seed * jitter.uniform(0, 0.1) for name, value in parameters.items()}
        point = {symbol(name): sp.Rational(repr(value)) for name, value in near.items()}
        states = {state: formula.xreplace({**point, **values}) for state, formula in place.items()}
        for name, expression in system.equations.items():
            rate = _number(expression.xreplace({**point, **values, **states}))
            scale = 1 + sum(abs(_number(each)) for each in states.values())
            if abs(rate) > RESIDUAL * scale:
                raise ValueError(
                    f"`at` is no equilibrium of {system.name!r}: with parameters near their "
                    f"defaults, d {name}/dt is {rate:.3g} there."
                )


def _number(expression: sp.Expr) -> complex:
    """Return the value of an expression without symbols, nan if it has none."""
    try:
        return complex(sp.N(expression))
    except TypeError:
        return complex(math.nan)


def characteristic_block(
    rows: Sequence[Sequence[sp.Expr]], *, max_products: int = MAX_PRODUCTS
) -> Block:
    """Return the characteristic polynomial of one matrix."""
    entries = [entry for row in rows for entry in row]
    ring = ring_of(entries)
    if not ring.generators:
        return Block(ring, _of_numbers(rows, ring))
    variable = sp.Dummy("lambda")
    wide = Ring((*ring.generators, variable))
    shifted = [
        cleared(wide, [(variable if j == i else 0) - entry for j, entry in enumerate(row)])
        for i, row in enumerate(rows)
    ]
    minors = leading_minors(shifted, max_products=max_products)
    rising = wide.powers(minors[-1], ring)
    return _tidied(Block(ring, tuple(reversed(rising))))


def _of_numbers(rows: Sequence[Sequence[sp.Rational]], ring: Ring) -> tuple[Polynomial, ...]:
    matrix = flint.fmpq_mat(
        [[flint.fmpq(int(entry.p), int(entry.q)) for entry in row] for row in rows]
    )
    polynomial = matrix.charpoly()
    return tuple(ring.context.constant(polynomial[k]) for k in range(len(rows), -1, -1))


def cleared(ring: Ring, expressions: Sequence[sp.Expr]) -> tuple[Polynomial, ...]:
    """Return expressions times their least common denominator."""
    pairs = [ring.fraction(each) for each in expressions]
    common = reduce(lambda a, b: a * (b / a.gcd(b)), (bottom for _, bottom in pairs))
    return tuple(top * (common / bottom) for top, bottom in pairs)


def _tidied(block: Block) -> Block:
    """Return the block in a ring in which squares of square roots have been worked out."""
    if all(generator.is_Symbol for generator in block.ring.generators):
        return block
    _check_length(block)
    written = [block.ring.expression(each) for each in block.coefficients]
    ring = ring_of(written)
    return Block(ring, cleared(ring, written))


def _product(factors: Sequence[Block]) -> Block:
    """Return the product of several characteristic polynomials in a common ring."""
    generators = dict.fromkeys(each for block in factors for each in block.ring.generators)
    ring = Ring(tuple(generators))
    result = [ring.context.constant(1)]
    for block in factors:
        moved = [block.ring.moved(each, ring) for each in block.coefficients]
        grown = [ring.context.constant(0)] * (len(result) + block.degree)
        for i, left in enumerate(result):
            for j, right in enumerate(moved):
                grown[i + j] = grown[i + j] + times(left, right)
        result = grown
    return Block(ring, tuple(result))


def _check_length(block: Block) -> None:
    longest = max(map(len, block.coefficients))
    if longest > MAX_COEFFICIENT:
        raise WorkLimitError(
            f"a coefficient of the characteristic polynomial has {longest} terms, more than "
            f"{MAX_COEFFICIENT}; give numbers in `params`, an equilibrium in `at`, or freeze "
            "states."
        )
