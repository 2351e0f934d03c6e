"""Zeros in closed form are zeros, and all of them."""

import pytest
import sympy as sp

from mirrorsys._expressions import parse, symbol, to_text
from mirrorsys.symbolic._closed_forms import closed_form_roots

X, A, B, C = map(symbol, "xabc")


@pytest.mark.parametrize(
    ("text", "values", "n_roots"),
    [
        ("a*x - b", {A: 2, B: 3}, 1),
        ("a*x**2 + b*x + c", {A: 2, B: 7, C: 3}, 2),
        ("x**3 - 3*x + 1", {}, 3),
        ("x**5 - x - 1", {}, 1),
        ("a*exp(-b*x) - c", {A: 3, B: 2, C: 1}, 1),
        ("a*exp(2*x) - b*exp(x) + c", {A: 1, B: 5, C: 6}, 2),
        ("a - b*sqrt(x)", {A: 3, B: 2}, 1),
        ("tanh(x) - a", {A: sp.Rational(1, 2)}, 1),
    ],
)
def test_roots_are_zeros(text, values, n_roots):
    factor = parse(text)
    at_values = [root.subs(values) for root in closed_form_roots(factor, X)]
    real = [root for root in at_values if abs(sp.im(root.n(40))) < 1e-30]
    assert len(set(real)) == n_roots
    for root in real:
        assert abs(factor.subs(values).subs(X, root).n(40)) < 1e-30


def test_a_fraction_has_its_minus_sign_below():
    for text, expected in [
        ("(a - b)*x + c", "c/(b - a)"),
        ("(b - a)*x - c", "c/(b - a)"),
        ("a*x + b", "-b/a"),
        ("2*x + b", "-b/2"),
    ]:
        (root,) = closed_form_roots(parse(text), X)
        assert sp.cancel(root - parse(expected)) == 0
        sign_ahead = to_text(root).startswith("-")
        assert sign_ahead == expected.startswith("-"), to_text(root)
