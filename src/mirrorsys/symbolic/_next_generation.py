"""Decay and transmission of what passes between people at rest, from the equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.symbolic._characteristic import (
    Block,
    characteristic_block,
    components,
    irreducible_blocks,
)
from mirrorsys.symbolic._derivatives import jacobian
from mirrorsys.symbolic._relations import factorised, knowledge
from mirrorsys.symbolic._rings import WorkLimitError, ring_of

__all__ = ["MAX_PRODUCTS", "SILENT", "decay_and_transmission", "next_generation", "spectral_radius"]

HELD = ("pathway", "signal")  # slow states: at rest they may have any value
SILENT = ("stressor", "seen_distress", "seen_soothing")  # inputs that are zero at rest
MAX_ENTRIES = 60  # of a matrix, other than zero, whose spectral radius is sought in closed form
MAX_PRODUCTS = 2_000_000  # in a determinant; a formula that needs more would be of no use


def decay_and_transmission(
    network: System, carrier: str
) -> tuple[tuple[str, ...], sp.ImmutableDenseMatrix, sp.ImmutableDenseMatrix]:
    """Return the carriers and the two parts of their Jacobian at rest, in symbols."""
    contacts = _named(network, "contact")
    carriers = [name for name in _named(network, carrier) if name in network.state_names]
    if not contacts or not carriers:
        raise ValueError(
            f"{network.name!r} has {len(contacts)} contacts and {len(carriers)} states called "
            f"{carrier!r}; give a network of persons who can see each other."
        )
    rest = {symbol(name): sp.Integer(0) for name in _zero_at_rest(network)}
    _check_rest(network, rest)
    alone = rest | {symbol(name): sp.Integer(0) for name in contacts}
    linear = _carrier_rows(network, carriers, rest)
    decay = -_carrier_rows(network, carriers, alone)
    _check_signs(network, carriers, decay, linear + decay)
    return tuple(carriers), decay, linear + decay


def next_generation(
    decay: sp.ImmutableDenseMatrix, transmission: sp.ImmutableDenseMatrix
) -> sp.ImmutableDenseMatrix:
    """Return the transmission divided, row by row, by the decay."""
    return sp.ImmutableDenseMatrix(
        *transmission.shape, lambda i, j: _quotient(transmission[i, j], decay[i, i])
    )


def spectral_radius(matrix: sp.ImmutableDenseMatrix) -> sp.Expr | None:
    """Return the spectral radius in closed form, if every block has a short one."""
    radii = []
    for rows in irreducible_blocks(matrix):
        if sum(entry != 0 for row in rows for entry in row) > MAX_ENTRIES:
            return None
        try:
            block = characteristic_block(rows, max_products=MAX_PRODUCTS)
        except WorkLimitError:
            return None
        if (radius := _largest_root(block)) is None:
            return None
        radii.append(radius)
    return sp.Max(*radii) if len(radii) > 1 else radii[0]


def _largest_root(block: Block) -> sp.Expr | None:
    """Return the largest root of a polynomial with a0*x**n - a_k*x**(n - k), or quadratic.

    Both are characteristic polynomials of irreducible matrices without negative entries, so
    that the largest root in modulus is real and not negative.
    """
    ring, (leading, *rest) = block.ring, block.coefficients
    powers = [k for k, each in enumerate(rest, start=1) if each]
    if not powers:
        return sp.Integer(0)
    ratios = {k: ring.expression(rest[k - 1]) / ring.expression(leading) for k in powers}
    if len(powers) == 1:
        return sp.root(sp.factor(-ratios[powers[0]]), powers[0])
    if powers == [1, 2]:
        b, c = ratios[1], ratios[2]
        return (-b + sp.sqrt(sp.factor(b**2 - 4 * c))) / 2
    return None


def _named(network: System, bare: str) -> list[str]:
    """Return the quantities of that bare name, of everyone."""
    return [q.name for q in network.quantities if q.name.rpartition(".")[2] == bare]


def _zero_at_rest(network: System) -> list[str]:
    silent = [name for each in SILENT for name in _named(network, each)]
    held = {name for each in HELD for name in _named(network, each)}
    return [*(name for name in network.state_names if name not in held), *silent]


def _check_rest(network: System, rest: Mapping[sp.Symbol, sp.Expr]) -> None:
    for name, rate in network.equations.items():
        if symbol(name) in rest and sp.expand(rate.xreplace(rest)) != 0:
            raise ValueError(
                f"{network.name!r} does not rest where {sorted(map(str, rest))} are zero: "
                f"d {name}/dt is {rate.xreplace(rest)} there."
            )


def _carrier_rows(
    network: System, carriers: Sequence[str], place: Mapping[sp.Symbol, sp.Expr]
) -> sp.ImmutableDenseMatrix:
    """Return the Jacobian of the carriers by the carriers; no loop may leave and re-enter them."""
    full = jacobian(network).xreplace(place)
    rows = [network.state_names.index(name) for name in carriers]
    for members in components(full):
        names = [network.state_names[i] for i in members]
        if set(members) & set(rows) and (others := sorted(set(names) - set(carriers))):
            raise ValueError(
                f"at rest, to first order, {carriers[0].rpartition('.')[2]} acts on {others} and "
                "they act on it: what spreads is not one state a person, and there is no such "
                "number."
            )
    return sp.ImmutableDenseMatrix(full.extract(rows, rows).applyfunc(sp.expand))


def _quotient(top: sp.Expr, bottom: sp.Expr) -> sp.Expr:
    """Return a quotient in lowest terms, factored."""
    if top == 0:
        return top
    ring = ring_of([top, bottom])
    parts = []
    for polynomial in ring.fraction(top / bottom):
        content, factors = factorised(ring, polynomial)
        parts.append(sp.Mul(content, *(ring.expression(f) ** power for f, power in factors)))
    return parts[0] / parts[1]


def _check_signs(
    network: System,
    carriers: Sequence[str],
    decay: sp.ImmutableDenseMatrix,
    transmission: sp.ImmutableDenseMatrix,
) -> None:
    """Raise unless persons alone decay and contact can only add."""
    known = knowledge(network)
    for i, name in enumerate(carriers):
        for j, other in enumerate(carriers):
            alone, passed = decay[i, j], transmission[i, j]
            if i != j and alone != 0:
                raise ValueError(f"{other!r} moves {name!r} in {network.name!r} without contact.")
            if i == j and not known.is_positive(alone):
                raise ValueError(
                    f"{name!r} of {network.name!r} does not decay at rest: its rate is {-alone}."
                )
            if not known.is_nonnegative(passed):
                raise ValueError(f"contact lets {other!r} lower {name!r}, by {passed}.")
