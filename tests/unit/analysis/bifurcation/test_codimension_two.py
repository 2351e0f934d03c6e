"""Tests on curves of folds and Hopf points."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._codimension_two import (
    FoldCurve,
    HopfCurve,
    _has_pair,
    _pair_product,
    _without,
    codimension_two_coefficient,
)
from mirrorsys.analysis.bifurcation._curve import node_at
from mirrorsys.analysis.bifurcation._defining import HopfPoints, Scaled
from mirrorsys.analysis.bifurcation._field import field


@pytest.fixture(scope="module")
def takens():
    """Bogdanov-Takens with a third state that decays."""
    made = ms.System(
        "takens", {"x": "y", "y": "b1 + b2*y - 2*x**2 + 3*x*y", "z": "-z"}, {"b1": 0, "b2": 0}
    )
    return field(made, ("b1", "b2"), None)


def test_eigenvalues_without_known_ones():
    values = np.array([3, 1e-12, -2 + 1j, -2 - 1j])
    np.testing.assert_array_equal(_without(values, [0.0]), [3, -2 + 1j, -2 - 1j])


def test_the_product_of_sums_vanishes_where_two_are_opposite():
    assert _pair_product(np.array([2j, -2j, -1.0])) == pytest.approx(0)
    assert _pair_product(np.array([2.0, 3.0])) == 5
    assert _pair_product(np.array([1.0])) == 1


def test_pairs():
    assert _has_pair(np.array([0.1 + 2j, 0.1 - 2j, -5.0]))
    assert not _has_pair(np.array([2.0, -2.01, -1 + 1j, -1 - 1j]))
    assert not _has_pair(np.array([1.0]))


def test_fold_tests_vanish_where_they_should(takens):
    own = FoldCurve(takens)
    y = np.zeros(5)
    equations, z, more = own.start(y)
    np.testing.assert_allclose(equations.residual(z), 0, atol=1e-14)
    np.testing.assert_array_equal(more, np.ones(3))
    values, w = own.tests(z, None)
    assert values["bogdanov-takens"] == pytest.approx(0, abs=1e-14)
    assert abs(values["cusp"]) == pytest.approx(4)
    again, w_again = own.tests(z, -w)
    np.testing.assert_array_equal(w_again, -w)
    assert again["cusp"] == -values["cusp"]


def test_hopf_tests_vanish_where_they_should(takens):
    own = HopfCurve(takens)
    # x = -c is an equilibrium for b1 = 2 c^2 and has a Hopf point for b2 = 3 c: kappa = 4 c.
    y = np.array([0.25 * -1, 0, 0, 2 / 16, 0.75])
    equations, z, _ = own.start(y)
    np.testing.assert_allclose(equations.residual(z), 0, atol=1e-12)
    values, _ = own.tests(z, None)
    assert values["bogdanov-takens"] == pytest.approx(-1)  # a neutral saddle on this side
    assert np.isnan(values["generalised hopf"])
    assert np.isnan(own.along(y, z)["frequency"])
    assert not own.has_meaning("zero-hopf", z)
    assert own.has_meaning("bogdanov-takens", z)


def hopf_node(at, y, v, c, kappa):
    z = np.concatenate([y, v, [kappa]])
    ahead = np.random.default_rng(0).normal(size=z.size)
    return node_at(Scaled(HopfPoints(at, c), np.ones(z.size)), z, ahead)


def test_the_second_vector_is_renewed_within_the_plane_of_the_pair(takens):
    """It is a unit vector across the first, so that the point solves the new equations too."""
    y = np.array([0.25, 0, 0, 2 / 16, -0.75])  # eigenvalues i and -i in the plane of x and y
    v = np.array([0.6, 0.8, 0.0])
    stale = np.array([-0.8, 0.6, 1.0])
    new = HopfCurve(takens).adapt(hopf_node(takens, y, v, stale, 1.0))
    np.testing.assert_allclose(np.abs(new.equations.equations.c), [0.8, 0.6, 0], atol=1e-14)
    np.testing.assert_allclose(new.equations.residual(new.z), 0, atol=1e-14)
    np.testing.assert_array_equal(new.z[5:8], v)


def test_near_an_eigenvector_of_a_neutral_saddle_the_second_vector_is_kept(takens):
    """What the matrix makes of it has the same direction, and gives no other."""
    y = np.array([-0.5, 0, 0, 0.5, 1.5])  # vectors (1, r) of r and -r, r^2 = 2
    angle = np.arctan(2**0.5) + 1e-3
    v, c = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0]])
    node = hopf_node(takens, y, v, c, -2.0)
    assert HopfCurve(takens).adapt(node) is node


def test_coefficients(takens):
    value, words = codimension_two_coefficient(takens, "bogdanov-takens", np.zeros(5))
    assert value == pytest.approx(-6)
    assert words.startswith("a = ")
    assert np.isnan(codimension_two_coefficient(takens, "hopf-hopf", np.zeros(5))[0])
