"""Signs of polynomials over ranges: proven ones are never contradicted by values."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import event, given
from hypothesis import strategies as st

from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic._bernstein import bernstein_sign
from mirrorsys.symbolic._rings import Ring
from mirrorsys.symbolic._signs import Domain, polynomial_sign

INF = math.inf
RING = Ring((symbol("x"), symbol("y")))
UNIT, POSITIVE = Domain(0, 1), Domain(0, INF, is_open=True)

ends = st.tuples(st.integers(-3, 3), st.integers(1, 4))
domains = st.one_of(
    ends.map(lambda e: Domain(Fraction(e[0]), Fraction(e[0] + e[1]))),
    st.integers(-2, 2).map(lambda end: Domain(Fraction(end), INF)),
    st.integers(-2, 2).map(lambda end: Domain(-INF, Fraction(end))),
    st.just(Domain()),
    st.just(POSITIVE),
)
monomials = st.tuples(st.integers(-3, 9), st.integers(0, 3), st.integers(0, 3))


def inside(domain, random, size):
    """Values of a domain, the end itself only if it belongs to it."""
    wild = random.standard_cauchy(size) * 5
    if math.isfinite(domain.low) and math.isfinite(domain.high):
        return random.uniform(float(domain.low), float(domain.high), size)
    if math.isfinite(domain.low):
        return float(domain.low) + abs(wild) + 1e-3 * domain.is_open
    return float(domain.high) - abs(wild) if math.isfinite(domain.high) else wild


@given(st.lists(monomials, min_size=1, max_size=5), domains, domains, st.integers(0, 10**6))
def test_no_value_contradicts_a_proven_sign(terms, first, second, seed):
    text = " + ".join(f"({c})*x**{p}*y**{q}" for c, p, q in terms)
    polynomial, _ = RING.fraction(parse(text))
    sign = polynomial_sign(polynomial, [first, second])
    event(f"sign {sign.value}, {sign.method.partition(' on ')[0]}")
    random = np.random.default_rng(seed)
    x, y = (inside(domain, random, 300) for domain in (first, second))
    values = sum(c * x**p * y**q for c, p, q in terms) * np.ones(300)
    slack = 1e-9 * sum(abs(c * x**p * y**q) for c, p, q in terms)
    if sign.value is not None:
        assert np.all(sign.value * values >= -slack)
        assert not (sign.is_strict and np.any(values == 0))
    for point in sign.points:
        assert all(
            d.low <= place <= d.high for d, place in zip((first, second), point, strict=True)
        )


@pytest.mark.parametrize(
    ("text", "first", "second", "expected"),
    [
        ("x + y", POSITIVE, POSITIVE, (1, True)),
        ("x + y", Domain(0, INF), Domain(0, INF), (1, False)),
        ("x + y", Domain(Fraction(1), INF), Domain(0, INF), (1, True)),
        ("-x*y - 1", POSITIVE, POSITIVE, (-1, True)),
        ("x", Domain(-INF, 0), UNIT, (-1, False)),
        ("x - 1", Domain(-INF, 0), UNIT, (-1, True)),
        ("x**2 + 1", Domain(), UNIT, (1, True)),
        ("x**2", Domain(), UNIT, (1, False)),
        ("x", Domain(), UNIT, (None, False)),
        ("x*y - 1", UNIT, Domain(0, Fraction(1, 2)), (-1, True)),
        ("x - x", UNIT, UNIT, (1, False)),
    ],
)
def test_signs(text, first, second, expected):
    sign = polynomial_sign(RING.fraction(parse(text))[0], [first, second])
    assert (sign.value, sign.is_strict) == expected


def test_points_show_both_signs():
    sign = polynomial_sign(RING.fraction(parse("x - y"))[0], [UNIT, UNIT])
    assert sign.value is None
    (x, y), (u, v) = sign.points
    assert x < y
    assert u > v


@pytest.mark.parametrize("low", ["-2", "-1/3", "0", "1/5", "3"])
@pytest.mark.parametrize("first", [Domain(), Domain(Fraction(-5), INF), Domain(-INF, Fraction(9))])
def test_a_short_interval_of_negative_values_is_found_wherever_it_lies(low, first):
    text = f"(x - ({low}))*(x - ({low}) - 1/2)"
    polynomial = RING.fraction(parse(text))[0]
    sign = polynomial_sign(polynomial, [first, UNIT])
    assert sign.value is None
    negative, positive = (
        parse(text).subs(symbol("x"), sp.Rational(point[0].numerator, point[0].denominator))
        for point in sign.points
    )
    assert negative < 0 < positive


@pytest.mark.parametrize("text", ["x**2 - x + 1", "x**2 + x + 1", "x**4 - 3*x**3 + 3*x**2 + 1"])
def test_the_boxes_of_both_sides_of_zero_are_counted(text):
    polynomial = RING.fraction(parse(text))[0]
    terms = {(p,): Fraction(int(c)) for (p, _), c in polynomial.to_dict().items()}
    sides = [(Fraction(0), INF), (-INF, Fraction(0))]
    n_boxes = sum(bernstein_sign(terms, [side]).n_boxes for side in sides)
    sign = polynomial_sign(polynomial, [Domain(), UNIT])
    assert sign.method == f"Bernstein coefficients on {n_boxes} boxes"


def test_up_to_four_variables_may_be_free_on_both_sides():
    for n_free, expected in ((3, 1), (4, 1), (5, None)):
        ring = Ring(tuple(symbol(f"v{i}") for i in range(n_free)))
        product = "*".join(f"(1 + v{i}**2)" for i in range(n_free))  # at least 4*v0*v1
        polynomial = ring.fraction(parse(f"{product} - v0*v1"))[0]
        assert polynomial_sign(polynomial, [Domain()] * n_free).value == expected


def test_many_free_variables_are_left_undecided():
    ring = Ring(tuple(symbol(f"v{i}") for i in range(6)))
    chain = parse(" + ".join(f"v{i}*v{i + 1}" for i in range(5)))
    assert polynomial_sign(ring.fraction(chain)[0], [Domain()] * 6).value is None
