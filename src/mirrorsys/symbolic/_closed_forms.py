"""Zeros of an expression in closed form."""

from __future__ import annotations

import sympy as sp

from mirrorsys.symbolic._rings import Ring, ring_of

__all__ = ["closed_form_roots"]


def closed_form_roots(factor: sp.Expr, wanted: sp.Symbol) -> list[sp.Expr]:
    """Return the zeros of a factor, each in closed form."""
    if not factor.is_polynomial(wanted):
        return _roots_through_function(factor, wanted)
    polynomial = sp.Poly(factor, wanted)
    degree = polynomial.degree()
    if degree == 1:
        slope, offset = polynomial.all_coeffs()
        return [_with_few_signs(sp.factor(-offset / slope))]
    if degree == 2:
        a, b, c = polynomial.all_coeffs()
        root = sp.sqrt(sp.factor(b**2 - 4 * a * c))
        return [sp.cancel((-b - root) / (2 * a)), sp.cancel((-b + root) / (2 * a))]
    if factor.free_symbols == {wanted}:
        return list(sp.real_roots(polynomial))
    raise ValueError(
        f"{wanted} enters the condition with degree {degree}: there is no short closed form; "
        "solve for another parameter, or give numbers in `params`."
    )


def _with_few_signs(fraction: sp.Expr) -> sp.Expr:
    """Move a minus sign before a fraction into its denominator."""
    top, bottom = sp.fraction(-fraction)
    if not fraction.could_extract_minus_sign() or bottom.is_number:
        return fraction
    return top / sp.expand(-bottom)


def _roots_through_function(factor: sp.Expr, wanted: sp.Symbol) -> list[sp.Expr]:
    """Return the zeros of a polynomial in one function of the wanted symbol."""
    ring = ring_of([factor])
    inner = [each for each in ring.generators if wanted in each.free_symbols]
    if len(inner) != 1:
        raise ValueError(
            f"{wanted} enters the condition in more than one way; solve for another parameter."
        )
    stand_in = sp.Dummy("u", positive=True)
    renamed = Ring(tuple(stand_in if each == inner[0] else each for each in ring.generators))
    values = closed_form_roots(renamed.expression(ring.fraction(factor)[0]), stand_in)
    return [root for value in values for root in sp.solve(inner[0] - value, wanted)]
