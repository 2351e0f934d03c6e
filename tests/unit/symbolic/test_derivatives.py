"""Jacobian, second and third derivatives, divergence."""

import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels import vector_field
from mirrorsys.symbolic import divergence, hessian, jacobian
from mirrorsys.symbolic._derivatives import expanded_length

PAIR = ms.models.dyad(ms.models.client(), ms.models.therapist())
RINGING = ms.System(  # every function of the grammar that has derivatives
    "ringing",
    {
        "x": "exp(-x*y) + tanh(y)*sqrt(x + 3)",
        "y": "a*x**3/(1 + y**2) - log(y + 4) + sin(x)*cosh(y)",
    },
    {"a": 0.7},
)
PARAMS = {"contact": 0.6, "stressor": 0.3, "engagement": 0.8}


def compiled(expressions, system):
    """Return nested expressions as an array-valued function of the states."""
    function = sp.lambdify([[*map(symbol, system.state_names)]], expressions.tolist(), "numpy")
    return lambda point: np.array(function(point), dtype=float)


def slopes(function, point, step=1e-5):
    """Central differences by each coordinate, last axis."""
    moves = np.eye(len(point)) * step
    return np.stack([(function(point + m) - function(point - m)) / (2 * step) for m in moves], -1)


CASES = [(PAIR, PARAMS, np.linspace(0.15, 0.85, 10)), (RINGING, {"a": 0.4}, np.array([0.3, 0.9]))]


@pytest.mark.parametrize(("system", "params", "point"), CASES, ids=["pair", "ringing"])
def test_jacobian_agrees_with_finite_differences(system, params, point):
    found = compiled(jacobian(system, params), system)(point)
    expected = slopes(vector_field(system, params), point)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)  # step**2 and rounding


@pytest.mark.parametrize(("system", "params", "point"), CASES, ids=["pair", "ringing"])
def test_second_derivatives_agree_with_finite_differences_of_the_jacobian(system, params, point):
    expected = slopes(compiled(jacobian(system, params), system), point)
    found = compiled(hessian(system, params).array(), system)(point)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    ("system", "params", "point"),
    [(ms.models.client(), {"engagement": 0.8}, np.linspace(0.2, 0.8, 5)), CASES[1]],
    ids=["person", "ringing"],
)
def test_third_derivatives_agree_with_finite_differences_of_the_second(system, params, point):
    expected = slopes(compiled(hessian(system, params).array(), system), point)
    found = compiled(hessian(system, params, order=3).array(), system)(point)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_jacobian_is_that_of_sympy_term_by_term():
    states = [symbol(name) for name in PAIR.state_names]
    difference = jacobian(PAIR) - sp.Matrix(PAIR.rhs).jacobian(states)
    assert difference.applyfunc(sp.expand) == sp.zeros(10, 10)


def test_forms_take_vectors_in_any_order_and_agree_with_all_derivatives():
    u, v, w = [1, 2], [3, -1], [2, 5]
    second, third = hessian(RINGING), hessian(RINGING, order=3)
    full = second.array()
    by_hand = [
        sum(full[i, j, k] * u[j] * v[k] for j in range(2) for k in range(2)) for i in range(2)
    ]
    assert (second(u, v) - sp.Matrix(by_hand)).applyfunc(sp.expand) == sp.zeros(2, 1)
    assert second(u, v) == second(v, u)
    assert (third(u, v, w) - third(w, u, v)).applyfunc(sp.expand) == sp.zeros(2, 1)


def test_a_form_of_numbers_has_only_entries_that_are_not_zero():
    switched = ms.System("switched", {"x": "a*x**2 + x*y", "y": "-y"}, {"a": 1})
    assert len(hessian(switched).entries) == 2
    assert [entry[:2] for entry in hessian(switched, {"a": 0}).entries] == [(0, (0, 1))]
    assert hessian(switched, order=3).entries == ()


def test_parameters_stay_symbols_or_become_exact_numbers():
    decay = ms.System("decay", {"x": "-k*x + drive"}, {"k": 0.1}, inputs={"drive": 0})
    k = symbol("k")
    assert jacobian(decay) == sp.Matrix([[-k]])
    assert jacobian(decay, {}) == sp.Matrix([[-sp.Rational(1, 10)]])
    assert jacobian(decay, {"k": 0.3}) == sp.Matrix([[-sp.Rational(3, 10)]])


def test_divergence_is_the_trace_of_the_jacobian():
    assert divergence(PAIR) == jacobian(PAIR).trace()
    assert divergence(RINGING, {"a": 2}) == jacobian(RINGING, {"a": 2}).trace()


def test_divergence_of_lorenz_is_constant():
    lorenz = ms.System(
        "Lorenz",
        {"x": "sigma*(y - x)", "y": "x*(rho - z) - y", "z": "x*y - beta*z"},
        {"sigma": 10, "rho": 28, "beta": 2.5},
    )
    sigma, beta = symbol("sigma"), symbol("beta")
    assert divergence(lorenz) == -sigma - 1 - beta
    assert divergence(lorenz, {}) == -sp.Rational(27, 2)


def test_jumps_have_no_slope():
    switch = ms.System("switch", {"x": "(x > 1)*x + sign(x - 2)"})
    slope = jacobian(switch)[0, 0]
    assert not slope.has(sp.DiracDelta)
    assert [slope.subs(symbol("x"), value) for value in (0, 3)] == [0, 1]


def test_latex_names_states_by_their_symbols():
    text = hessian(ms.models.client()).latex()
    assert r"\frac{\partial^2 f_{R}}{\partial R \, \partial G} &= - \frac{\beta}{\tau_R}" in text
    flat = ms.System("flat", {"x": "-x"})
    assert hessian(flat).latex().splitlines()[1] == r"\partial^2 f &= 0"
    assert hessian(flat)._repr_latex_().startswith("$")


@pytest.mark.parametrize("order", [1, 4, "2", None])
def test_only_second_and_third_derivatives_are_on_offer(order):
    with pytest.raises(ValueError, match=f"`order` is {order!r}; give 2 or 3"):
        hessian(RINGING, order=order)


@pytest.mark.parametrize("vectors", [([1, 2],), ([1, 2], [3]), ([1], [2], [3])])
def test_a_form_refuses_vectors_that_do_not_fit(vectors):
    with pytest.raises(ValueError, match="takes 2 vectors of length 2"):
        hessian(RINGING)(*vectors)


def test_unknown_parameters_are_named():
    for verb in (jacobian, hessian, divergence):
        with pytest.raises(ValueError, match="called 'b'"):
            verb(RINGING, {"b": 1})


@pytest.mark.parametrize("n_letters", [1, 2, 4])
@pytest.mark.parametrize("power", [2, 3, 7])
def test_a_power_of_a_sum_has_as_many_terms_as_there_are_multisets(n_letters, power):
    power_of_sum = parse("+".join("abcd"[:n_letters])) ** power
    assert expanded_length(power_of_sum) == len(sp.Add.make_args(sp.expand(power_of_sum)))


@pytest.mark.parametrize(
    "text",
    [
        "a", "3", "a + b*(c + d)", "(a + b)*(c + d)*(a - d)", "(a + b)*(a - b)", "(a*b)**5",
        "(a + b*(c + 1))**3*(a + 2)", "exp(a + b)*(c + d)", "tanh((a + b)**2)", "1/(a + b)",
    ],
)  # fmt: skip
def test_the_estimate_of_terms_is_never_too_low(text):
    expression = parse(text)
    assert expanded_length(expression) >= len(sp.Add.make_args(sp.expand(expression)))
