"""Field: rates and their derivatives by states and followed parameters."""

import pickle

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._field import Field, field, followed

MIXED = ms.System(
    "mixed",
    {"x": "a*x**2*y - exp(b*y) + u", "y": "sin(x*y) + a*b**2 - c*y**3"},
    {"a": 0.7, "b": -0.4, "c": 2},
    inputs={"u": 0.3},
)
Y = np.array([0.8, -0.6, 0.7, -0.4])


@pytest.fixture(scope="module")
def at():
    return field(MIXED, ("a", "b"), {"c": 1.5})


def differences(function, y, step=1e-6):
    unit = np.eye(y.size)
    columns = [(function(y + step * e) - function(y - step * e)) / (2 * step) for e in unit]
    return np.moveaxis(np.array(columns), 0, -1)


def test_rates_are_those_of_the_equations(at):
    x, y, a, b = Y
    expected = [a * x**2 * y - np.exp(b * y) + 0.3, np.sin(x * y) + a * b**2 - 1.5 * y**3]
    np.testing.assert_allclose(at.rates(Y), expected, rtol=1e-14)


def test_slopes_are_differences_of_rates(at):
    np.testing.assert_allclose(at.slopes(Y), differences(at.rates, Y), atol=1e-9)
    assert at.slopes(Y).shape == (2, 4)


def test_second_order_is_differences_of_slopes(at):
    full = np.array([[at.form(Y, 2)(e, f) for f in np.eye(4)] for e in np.eye(4)])
    np.testing.assert_allclose(np.moveaxis(full, 2, 0), differences(at.slopes, Y), atol=1e-8)


def test_third_order_is_differences_of_second_order(at):
    u, v, w = np.random.default_rng(1).normal(size=(3, 4))
    step = 1e-5
    expected = (at.form(Y + step * w, 2)(u, v) - at.form(Y - step * w, 2)(u, v)) / (2 * step)
    np.testing.assert_allclose(at.form(Y, 3)(u, v, w), expected, rtol=1e-7)


def test_forms_do_not_mind_the_order_of_directions(at):
    u, v, w = np.random.default_rng(2).normal(size=(3, 4))
    form = at.form(Y, 3)
    np.testing.assert_allclose(form(u, v, w), form(w, u, v), rtol=1e-13)


def test_forms_are_linear_in_complex_directions(at):
    u, v, w = np.random.default_rng(3).normal(size=(3, 4))
    form = at.form(Y, 2)
    expected = form(u, w) + 1j * form(v, w)
    np.testing.assert_allclose(form(u + 1j * v, w), expected, rtol=1e-13)


def test_a_form_with_an_open_place_is_its_matrix(at):
    u, v, w = np.random.default_rng(4).normal(size=(3, 4))
    matrix = at.form(Y, 2).matrix(v, n_columns=4)
    np.testing.assert_allclose(matrix @ u, at.form(Y, 2)(u, v), rtol=1e-13)
    matrix = at.form(Y, 3).matrix(v, w, n_columns=4)
    np.testing.assert_allclose(matrix @ u, at.form(Y, 3)(u, v, w), rtol=1e-13)


def test_a_linear_system_has_no_second_derivatives():
    linear = field(ms.System("linear", {"x": "a - x"}, {"a": 1}), ("a",), None)
    form = linear.form(np.ones(2), 2)
    np.testing.assert_array_equal(form(np.ones(2), np.ones(2)), [0])
    np.testing.assert_array_equal(form.matrix(np.ones(2), n_columns=2), [[0, 0]])


def test_many_points_are_as_one_by_one(at):
    points = np.random.default_rng(5).normal(size=(4, 7))
    rates = np.array([at.rates(each) for each in points.T]).T
    slopes = np.moveaxis([at.slopes(each) for each in points.T], 0, -1)
    np.testing.assert_allclose(at.rates_at(points), rates, rtol=1e-13)
    np.testing.assert_allclose(at.slopes_at(points), slopes, rtol=1e-13)


def test_what_stands_in_a_point(at):
    assert at.params_at(Y) == {"a": 0.7, "b": -0.4}
    assert at.state_at(Y) == {"x": 0.8, "y": -0.6}


def test_an_input_is_followed_like_a_parameter():
    at = field(MIXED, ("u",), None)
    np.testing.assert_array_equal(at.slopes(np.array([0.8, -0.6, 0.3]))[:, 2], [1, 0])


def test_it_can_be_pickled(at):
    copy = pickle.loads(pickle.dumps(at))
    assert isinstance(copy, Field)
    np.testing.assert_array_equal(copy.rates(Y), at.rates(Y))
    assert copy.names == at.names


def test_the_name_and_the_bounds_are_returned():
    assert followed(MIXED, "a", [0, 1]) == ("a", (0.0, 1.0))


@pytest.mark.parametrize(
    "bounds", [(1, 0), (1, 1), (0, np.nan), (0, np.inf), 1, (0, 1, 2), "01", None, ("a", "b")]
)
def test_what_are_no_bounds(bounds):
    with pytest.raises(ValueError, match=r"`bounds` of 'a' is .*; give two finite numbers"):
        followed(MIXED, "a", bounds)


@pytest.mark.parametrize("name", ["x", "q", None, 3])
def test_only_parameters_and_inputs_are_followed(name):
    with pytest.raises(ValueError, match="'mixed' has no parameter or input called"):
        followed(MIXED, name, (0, 1))


def test_bounds_stay_in_the_range():
    with pytest.raises(ValueError, match="parameter 'B' is -1, outside its range"):
        followed(ms.models.zoo.brusselator(), "B", (-1, 2))


def test_a_name_for_several_parameters_is_refused():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    with pytest.raises(ValueError, match=r"`parameter` 'mu' stands for .*; a branch follows one"):
        followed(dyad, "mu", (0, 1))


def test_wrong_params_are_named():
    with pytest.raises(ValueError, match="'mixed' has no parameter or input called 'q'"):
        field(MIXED, ("a",), {"q": 1})


def test_the_lower_bound_comes_first():
    for bounds in [(1, 0), (1, 1)]:
        with pytest.raises(ValueError, match="give two finite numbers, the lower one first"):
            followed(MIXED, "a", bounds)
