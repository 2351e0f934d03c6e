"""The characteristic polynomial, with symbols and with numbers."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels import vector_field
from mirrorsys.symbolic import WorkLimitError, characteristic_polynomial, jacobian
from mirrorsys.symbolic._characteristic import characteristic_block, cleared
from mirrorsys.symbolic._rings import ring_of

LORENZ = ms.System(
    "Lorenz",
    {"x": "sigma*(y - x)", "y": "x*(rho - z) - y", "z": "x*y - beta*z"},
    {"sigma": 10, "rho": 28, "beta": 2.5},
)
SIDE = "sqrt(beta*(rho - 1))"
WING = {"x": SIDE, "y": SIDE, "z": "rho - 1"}


def test_lorenz_on_its_wing_without_square_roots():
    coefficients = characteristic_polynomial(LORENZ, at=WING).all_coeffs()
    expected = ["1", "sigma + beta + 1", "beta*(rho + sigma)", "2*sigma*beta*(rho - 1)"]
    assert [sp.expand(c - parse(e)) for c, e in zip(coefficients, expected, strict=True)] == [0] * 4


def test_it_is_the_determinant_that_sympy_computes():
    alone = ms.models.client().freeze(pathway=0.1, signal=1, stressor=0.05)
    found = characteristic_polynomial(alone)
    expected = (found.gen * sp.eye(3) - jacobian(alone).subs(rest_of(alone))).det()
    assert sp.cancel(sp.together(found.as_expr() - expected)) == 0


def rest_of(system):
    return {symbol(each.name): sp.nsimplify(each.value) for each in system.inputs}


def test_its_roots_are_the_eigenvalues_of_ten_states():
    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    params = {"contact": 0.6, "engagement": 0.7, "stressor": 0.2}
    start = [state.value for state in pair.states]
    point = solve_ivp(lambda t, x: vector_field(pair, params)(x), (0, 1e5), start, method="LSODA")
    rest = fsolve(vector_field(pair, params), point.y[:, -1], xtol=1e-13)
    polynomial = characteristic_polynomial(
        pair, params, at=dict(zip(pair.state_names, rest, strict=True))
    )
    values = dict(zip(map(symbol, pair.state_names), rest, strict=True))
    matrix = np.array(jacobian(pair, params).subs(values).tolist(), dtype=float)
    found = [complex(root) for root in polynomial.nroots(n=30, maxsteps=200)]
    expected = np.linalg.eigvals(matrix)
    np.testing.assert_allclose(np.sort_complex(found), np.sort_complex(expected), atol=1e-9)


def test_numbers_in_place_of_parameters_and_some_states():
    half = characteristic_polynomial(LORENZ, {"sigma": 2}, at={"x": 0, "y": 0})
    full = characteristic_polynomial(LORENZ).subs({symbol("x"): 0, symbol("y"): 0})
    numbers = {symbol("sigma"): 2, symbol("rho"): 28, symbol("beta"): sp.Rational(5, 2)}
    assert sp.expand(half.as_expr() - full.subs(numbers)) == 0
    assert half.free_symbols_in_domain == {symbol("z")}


def test_the_generator_avoids_names_of_the_system():
    taken = ms.System("taken", {"lambda": "-z*lambda"}, {"z": 1})
    assert str(characteristic_polynomial(taken).gen) == "eigenvalue"
    assert str(characteristic_polynomial(LORENZ).gen) == "lambda"


def test_inputs_rest_unless_frozen():
    driven = ms.System("driven", {"x": "-drive*x"}, inputs={"drive": 2})
    assert characteristic_polynomial(driven).all_coeffs() == [1, 2]
    assert characteristic_polynomial(driven, {"drive": 3}).all_coeffs() == [1, 3]
    frozen = driven.freeze(drive=2)
    assert characteristic_polynomial(frozen).all_coeffs() == [1, symbol("drive")]


def test_what_is_no_equilibrium_is_refused():
    wrong = {**WING, "z": "rho"}
    with pytest.raises(ValueError, match=r"`at` is no equilibrium of 'Lorenz': .* d y/dt is"):
        characteristic_polynomial(LORENZ, at=wrong)


def test_a_formula_that_is_right_by_chance_at_the_defaults_is_refused():
    linear = ms.System("linear", {"x": "a - b*x"}, {"a": 1, "b": 1})
    with pytest.raises(ValueError, match="no equilibrium"):
        characteristic_polynomial(linear, at={"x": "b/a"})
    assert characteristic_polynomial(linear, at={"x": "a/b"}).degree() == 1


def test_rounded_numbers_pass_as_an_equilibrium():
    polynomial = characteristic_polynomial(
        LORENZ, {}, at={"x": 67.5**0.5, "y": 67.5**0.5, "z": 27.0}
    )
    np.testing.assert_allclose(
        [float(c) for c in polynomial.all_coeffs()], [1, 13.5, 95, 1350], rtol=1e-12
    )


@pytest.mark.parametrize(("drive", "passes"), [(1e-9, True), (1e-3, False)])
def test_rounding_is_forgiven_at_the_origin_too(drive, passes):
    driven = ms.System("driven", {"x": "a - x"}, {"a": drive})
    if passes:
        assert characteristic_polynomial(driven, {}, at={"x": 0}).all_coeffs() == [1, 1]
    else:
        with pytest.raises(ValueError, match="no equilibrium"):
            characteristic_polynomial(driven, {}, at={"x": 0})


def test_unknown_symbols_and_states_are_named():
    with pytest.raises(ValueError, match=r"`at` uses \['q'\]"):
        characteristic_polynomial(LORENZ, at={"x": "q"})
    with pytest.raises(ValueError, match="no state called 'w'"):
        characteristic_polynomial(LORENZ, at={"w": 0})


def test_a_pole_at_the_point_is_said():
    pole = ms.System("pole", {"x": "1/x - a*x"}, {"a": 1})
    with pytest.raises(ValueError, match="undefined"):
        characteristic_polynomial(pole, at={"x": 0})


def test_too_much_work_is_refused_in_seconds_with_a_way_out():
    crowd = ms.models.network([ms.models.client(f"p{i}") for i in range(3)])
    crowd = crowd.freeze({name: 0.5 for name in crowd.input_names})
    with pytest.raises(WorkLimitError, match="give numbers in `params`"):
        characteristic_polynomial(crowd)
    values = {name: 0.3 for name in crowd.state_names}
    assert characteristic_polynomial(crowd, {}, at=near_rest(crowd, values)).degree() == 15


def near_rest(system, values):
    """Return part of `values`, so that it is not asked to be an equilibrium."""
    return dict(list(values.items())[1:]) | {system.state_names[0]: system.state_names[0]}


def test_rows_are_cleared_by_the_least_common_denominator():
    row = [parse(each) for each in ("1/(x*y)", "a/(x*z)", "1/(6*x)", "x/4 + y")]
    ring = ring_of(row)
    written = [ring.expression(each) for each in cleared(ring, row)]
    common = parse("x*y*z")
    ratio = sp.cancel(written[0] / (row[0] * common))
    assert ratio.is_number
    assert [sp.cancel(w - ratio * common * r) for w, r in zip(written, row, strict=True)] == [0] * 4


def test_a_block_is_the_characteristic_polynomial_times_the_denominators_of_its_rows():
    rows = [[parse(each) for each in row] for row in (("1/(x*y)", "1/(x*z)"), ("a/x", "b/(x + 1)"))]
    block = characteristic_block(rows)
    leading, *rest = (block.ring.expression(each) for each in block.coefficients)
    assert sp.cancel(leading / parse("x*y*z*x*(x + 1)")).is_number
    monic = sp.Matrix(rows).charpoly().all_coeffs()[1:]
    assert [sp.cancel(c / leading - m) for c, m in zip(rest, monic, strict=True)] == [0, 0]
