"""Rational functions in FLINT's arithmetic, and limits of work."""

import pytest
import sympy as sp

from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic import WorkLimitError, _substitution
from mirrorsys.symbolic._errors import GrowthError
from mirrorsys.symbolic._rings import Ring, leading_minors, ring_of

X, Y = symbol("x"), symbol("y")


@pytest.mark.parametrize(
    "text", ["(x + y)**-2", "x**-1*y**3 - 1/3", "(1/x + 1/y)**2/(x - y)", "exp(-x)*y/exp(2*x)"]
)
def test_an_expression_is_its_numerator_over_its_denominator(text):
    expression = parse(text)
    ring = ring_of([expression])
    top, bottom = ring.fraction(expression)
    assert sp.simplify(ring.expression(top) / ring.expression(bottom) - expression) == 0
    assert bottom.leading_coefficient() == 1
    assert top.gcd(bottom) == 1


def test_leading_minors_are_determinants():
    entries = sp.Matrix(4, 4, lambda i, j: parse(f"{i + 2}*x**{j} - y*{i * j}"))
    ring = Ring((X, Y))
    rows = [[ring.fraction(each)[0] for each in entries.row(i)] for i in range(4)]
    for k, minor in enumerate(leading_minors(rows), start=1):
        assert sp.expand(ring.expression(minor) - entries[:k, :k].det()) == 0


@pytest.mark.parametrize("n_generators", [1, 3, 31])
def test_the_work_of_a_determinant_is_counted_in_products_of_terms(n_generators):
    ring = Ring(tuple(symbol(f"g{i}") for i in range(n_generators)))
    first = ring.context.gen(0)
    thousand = sum((first**k for k in range(1000)), ring.constant(0))
    assert leading_minors([[thousand]], max_products=1100) == [thousand]
    with pytest.raises(WorkLimitError, match="needs more than 999 products of terms"):
        leading_minors([[thousand]], max_products=999)


def test_what_takes_too_much_work_is_refused_though_its_result_is_short(monkeypatch):
    _, t = sp.ring("t", sp.QQ)
    monkeypatch.setattr(_substitution, "MAX_TERMS", 2)
    assert _substitution._product(t + 1, t - 1) == t**2 - 1
    with pytest.raises(GrowthError, match="more than 2 terms"):
        _substitution._product(t**2 + t + 1, t - 1)  # t**3 - 1, from six products
