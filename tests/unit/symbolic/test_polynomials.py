from fractions import Fraction

import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys.symbolic import EliminationError
from mirrorsys.symbolic._polynomials import _n_terms, exact, numbers, polynomial_equations

DRIVEN = ms.System("driven", {"x": "drive/tau - x**2/tau"}, {"tau": 0.3}, inputs={"drive": 2})


@pytest.mark.parametrize("value", [0.1, 1e-7, -2.5e300, 3, 1 / (750 * 1440)])
def test_a_number_is_what_its_shortest_decimal_says(value):
    assert exact(value) == Fraction(repr(float(value)))
    assert float(exact(value)) == value
    assert exact(0.1) == Fraction(1, 10)


def test_which_quantities_become_numbers():
    assert numbers(DRIVEN, None) == {"drive": 2}
    assert numbers(DRIVEN, {}) == {"drive": 2, "tau": Fraction(3, 10)}
    assert numbers(DRIVEN, {"drive": 0.5}, symbolic=["tau"]) == {"drive": Fraction(1, 2)}


def test_numerators_over_denominators_are_the_right_hand_sides():
    rational = ms.System(
        "rational", {"x": "a/(1 + y) - x/b", "y": "x - y**2/(b + x)"}, dict.fromkeys("ab", 2)
    )
    equations = polynomial_equations(rational, None)
    for top, bottom, rhs in zip(
        equations.numerators, equations.denominators, rational.rhs, strict=True
    ):
        assert sp.cancel(top.as_expr() / bottom.as_expr() - rhs) == 0


def test_a_parameter_in_an_exponent_is_used_once_it_is_a_number():
    hill = ms.System("hill", {"x": "x**n/(1 + x**n) - k*x"}, {"n": 2, "k": 0.4})
    assert [point.state["x"] for point in ms.equilibria(hill)] == [0.0, 0.5, 2.0]
    with pytest.raises(EliminationError, match=r"'x' in 'hill'.*is not rational"):
        polynomial_equations(hill, None)


@pytest.mark.parametrize("text", ["tanh(x) - x", "x**(1/2) - 1", "min(x, 1) - x/2", "(x < 1) - x"])
def test_what_is_not_rational_is_refused(text):
    with pytest.raises(EliminationError, match=r"of 'x' in 'odd'.*is not rational.*freeze"):
        polynomial_equations(ms.System("odd", {"x": text}), {})


def test_a_number_that_is_not_rational_is_refused():
    with pytest.raises(EliminationError, match="not rational"):
        polynomial_equations(ms.System("odd", {"x": "x - sqrt(2)"}), {})


def test_a_huge_power_is_refused_at_once():
    huge = ms.System("huge", {"x": "(1 + x + y + x*y)**900", "y": "-y"})
    with pytest.raises(EliminationError, match="'x' in 'huge' has more than 20000 terms"):
        polynomial_equations(huge, {})


def test_division_by_a_parameter_that_is_zero():
    with pytest.raises(ValueError, match="equation of 'x' in 'driven' divides by zero"):
        ms.equilibria(DRIVEN, {"tau": 0})


def test_a_term_that_is_taken_away_takes_its_denominator_with_it():
    coupled = ms.System("coupled", {"x": "x - x**2 + k*y/(1 + y)", "y": "x - y"}, {"k": 1})
    equations = polynomial_equations(coupled, {"k": 0}, states=[0])
    x, _ = equations.ring.gens
    assert equations.numerators[0] / equations.denominators[0] == x - x**2
    assert equations.denominators[0].is_ground
    assert equations.numerators[1] == 0  # in place of the others stands 0 = 0


@pytest.mark.parametrize("n_letters", [1, 2, 4])
@pytest.mark.parametrize("power", [2, 3, 7])
def test_a_power_of_a_sum_has_as_many_terms_as_there_are_multisets(n_letters, power):
    power_of_sum = sp.Add(*sp.symbols("a:d")[:n_letters]) ** power
    assert _n_terms(power_of_sum) == len(sp.Add.make_args(sp.expand(power_of_sum)))
