"""Gröbner bases have the zeros of the equations, and end where they grow too large."""

import pytest
import sympy as sp
from sympy.polys.rings import ring

from mirrorsys.symbolic._groebner import groebner_basis

_, X, Y, Z = ring("x,y,z", sp.QQ)


@pytest.mark.parametrize(
    "equations",
    [
        (X**2 + Y**2 - 5, X * Y - 2),
        (X**2 + Y + Z - 1, X + Y**2 + Z - 1, X + Y + Z**2 - 1),
        (X / 2 - Y**2 / 3, Y * Z - sp.QQ(5, 7)),
        (X - 1, X - 2),
    ],
)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_bases_are_those_of_sympy(equations, order):
    found = groebner_basis(equations, order)
    gens = [sp.Symbol("xyz"[i]) for i in order]
    expected = sp.groebner([each.as_expr() for each in equations], *gens, order="lex")
    assert monic(gens, (each.as_expr() for each in found)) == monic(gens, expected.exprs)


def monic(gens, polynomials):
    return {sp.Poly(each, *gens, domain=sp.QQ).monic() for each in polynomials}


def test_equations_may_have_a_hundred_and_twenty_terms_together():
    long = sum((X**k for k in range(119)), X.ring.zero)
    assert set(groebner_basis((long, Y), (0, 1, 2))) == {long, Y}
    assert groebner_basis((long, Y - 1), (0, 1, 2)) is None
