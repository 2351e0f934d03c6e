"""Routh-Hurwitz decides where roots lie: polynomials whose roots are known."""

import flint
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys._expressions import parse
from mirrorsys.symbolic import routh_hurwitz
from mirrorsys.symbolic._characteristic import Block
from mirrorsys.symbolic._hurwitz import hurwitz_table
from mirrorsys.symbolic._relations import knowledge
from mirrorsys.symbolic._rings import Ring

S = sp.Symbol("s")
QUARTERS = st.integers(-8, 8).map(lambda n: sp.Rational(n, 4))
LINEAR = QUARTERS.map(lambda a: (S + a, a > 0))  # root -a
QUADRATIC = st.tuples(QUARTERS, QUARTERS).map(lambda p: (S**2 + p[0] * S + p[1], min(p) > 0))


@given(st.lists(st.one_of(LINEAR, QUADRATIC), min_size=1, max_size=4), st.sampled_from([1, -3]))
def test_a_product_is_stable_if_and_only_if_all_its_factors_are(factors, scale):
    polynomial = sp.Poly(scale * sp.prod(factor for factor, _ in factors), S)
    expected = all(is_stable for _, is_stable in factors)
    for method in ("hurwitz", "lienard-chipart"):
        assert routh_hurwitz(polynomial, method=method).holds() == expected


@pytest.mark.parametrize("coefficients", [(1, 4, 7, 6), (2, 1, -3, 5, 8), (-1, 3, 2), (5, -2)])
def test_hurwitz_determinants_of_numbers_are_those_of_the_matrix(coefficients):
    ring, degree = Ring(()), len(coefficients) - 1
    constants = tuple(ring.context.constant(flint.fmpq(c)) for c in coefficients)
    table = hurwitz_table(Block(ring, constants), knowledge(None))
    sign = 1 if coefficients[0] > 0 else -1

    def entry(i, j):
        k = 2 * j - i + 1
        return sign * coefficients[k] if 0 <= k <= degree else 0

    minors = [sp.Matrix(n, n, entry).det() for n in range(1, degree + 1)]
    assert [ring.expression(each) for each in table.determinants] == minors


@pytest.mark.parametrize(
    ("text", "range_", "low", "high"),
    [
        ("sqrt(a)", (0, 4), "0", "2"),
        ("sqrt(a - 1)", (1, 5), "0", "2"),
        ("abs(a)", (-3, 2), "0", "3"),
        ("tanh(a)", (-1, 2), "tanh(-1)", "tanh(2)"),
        ("a", (-3, 2), "-3", "2"),
    ],
)
def test_what_is_known_of_a_function_is_its_range(text, range_, low, high):
    known = knowledge(ms.System("one", {"x": "-a*x"}, [ms.Parameter("a", 1.5, range=range_)]))
    domain = known.domain(parse(text))
    assert float(domain.low) == pytest.approx(float(parse(low)), abs=1e-14)
    assert float(domain.high) == pytest.approx(float(parse(high)), abs=1e-14)
    assert not domain.is_open
