import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys.symbolic import equilibrium_equations, nullclines

PREY = ms.System("prey", {"x": "x*(1 - x - a*y)", "y": "y*(x - b)"}, {"a": 2, "b": 0.5})
X, Y, A, B = (sp.Symbol(name, real=True) for name in "xyab")


def test_equations_are_the_right_hand_sides():
    assert equilibrium_equations(PREY) == PREY.equations
    assert equilibrium_equations(PREY, {}) == {
        "x": X * (1 - X - 2 * Y),
        "y": Y * (X - sp.Rational(1, 2)),
    }


def test_inputs_rest_and_parameters_take_the_values_given():
    driven = ms.System("driven", {"x": "drive - k*x"}, {"k": 1}, inputs={"drive": 0.1})
    assert equilibrium_equations(driven)["x"] == sp.Rational(1, 10) - sp.Symbol("k", real=True) * X
    assert equilibrium_equations(driven, {"drive": 3, "k": 2})["x"] == 3 - 2 * X


def test_each_nullcline_is_solved_for_the_variable_of_lowest_degree():
    lines = nullclines(PREY)
    assert (lines["x"].variable, lines["x"].solutions) == ("y", ((1 - X) / A,))
    assert lines["x"].leading == -A * X  # the solution does not show the other part, x = 0
    assert (lines["y"].variable, lines["y"].solutions) == ("y", (0,))


def test_a_quadratic_has_two_branches():
    circle = ms.System("circle", {"x": "x**2 + y**2 - 4", "y": "-y"})
    low, high = nullclines(circle, "y")["x"].solutions
    assert (low.subs(X, 0), high.subs(X, 0)) == (-2, 2)


def test_the_branches_of_any_quadratic_are_its_two_zeros():
    a, b, c = (sp.Symbol(name, real=True) for name in "abc")
    parabola = ms.System(
        "parabola", {"x": "a*y**2 + b*y + c*x", "y": "-y"}, dict.fromkeys("abc", 1)
    )
    line = nullclines(parabola, "y")["x"]
    low, high = line.solutions
    assert line.leading == a
    assert sp.expand(low + high + b / a) == 0  # Vieta
    assert sp.expand(low * high - c * X / a) == 0
    assert sp.expand(high - low - sp.sqrt(b**2 - 4 * a * c * X) / a) == 0


def test_every_solution_lies_on_its_nullcline():
    lone = ms.models.client().freeze(pathway=0.1, signal=1)
    for variable in (None, *lone.state_names):
        for line in nullclines(lone, variable).values():
            for solution in line.solutions:
                inserted = line.equation.subs(sp.Symbol(line.variable, real=True), solution)
                assert sp.simplify(inserted) == 0


def test_what_cannot_be_solved_is_left_implicit():
    steep = ms.System("steep", {"x": "tanh(y) - x**3*y**3", "y": "1/(1 + y**2) - x"})
    line = nullclines(steep, "y")["x"]
    assert (line.variable, line.solutions) == (None, ())
    assert line.equation == steep.equations["x"]
    assert line.leading == 1  # nothing is left out
    assert nullclines(steep, "x")["y"].solutions == (1 / (1 + Y**2),)


def test_transcendental_functions_of_other_states_do_not_hinder():
    bent = ms.System("bent", {"x": "tanh(x) - y", "y": "x - y"})
    assert nullclines(bent, "y")["x"].solutions == (sp.tanh(X),)


def test_variable_must_be_one_state():
    with pytest.raises(ValueError, match="no state called 'z'"):
        nullclines(PREY, "z")
    both = ms.models.dyad(ms.models.client(), ms.models.therapist())
    with pytest.raises(ValueError, match=r"`variable` is 'threat', which stands for \["):
        nullclines(both, "threat")


def test_nullclines_have_latex():
    found = ms.symbolic.nullclines(ms.models.client().freeze(pathway=0.1, signal=1))
    assert r"G &= \frac{\kappa W R}{\kappa W R + 1}" in found["soothing"].latex()
    open_ended = ms.symbolic.nullclines(ms.System("wave", {"x": "exp(x) - x"}))["x"]
    assert r"0 &= - \mathrm{x} + e^{\mathrm{x}}" in open_ended.latex()
