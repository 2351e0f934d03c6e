"""Defining systems: their derivatives, and Newton's method on points in closed form."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._defining import (
    BranchPoints,
    EquilibriumEquations,
    Folds,
    HopfPoints,
    Scaled,
    newton,
)
from mirrorsys.analysis.bifurcation._field import field

TWIN = ms.System(
    "twin",
    {"x": "mu*x - x**3 + x*y - nu*y**2", "y": "-y + x**2 + sin(mu*y) + nu*x", "z": "x*y - 2*z"},
    {"mu": 0.3, "nu": 0.2},
)
GENERAL = np.random.default_rng(7)


def differences(function, z, step=1e-6):
    unit = np.eye(z.size)
    columns = [(function(z + step * e) - function(z - step * e)) / (2 * step) for e in unit]
    return np.array(columns).T


@pytest.mark.parametrize("names", [("mu",), ("mu", "nu")])
@pytest.mark.parametrize("kind", ["equilibria", "folds", "hopf"])
def test_derivatives_are_those_of_the_residual(kind, names):
    at = field(TWIN, names, None)
    n, k = 3, len(names)
    made, size = {
        "equilibria": (EquilibriumEquations(at), n + k),
        "folds": (Folds(at), 2 * n + k),
        "hopf": (HopfPoints(at, np.array([0.6, 0.8, 0.0])), 2 * n + k + 1),
    }[kind]
    z = GENERAL.normal(size=size)
    np.testing.assert_allclose(made.matrix(z), differences(made.residual, z), atol=1e-7)


def test_derivatives_of_branch_points():
    made = BranchPoints(field(TWIN, ("mu",), None))
    z = GENERAL.normal(size=8)
    np.testing.assert_allclose(made.matrix(z), differences(made.residual, z), atol=1e-7)


def test_units_divide_the_unknowns():
    plain = EquilibriumEquations(field(TWIN, ("mu",), None))
    made = Scaled(plain, np.array([2.0, 3.0, 4.0, 5.0]))
    z = GENERAL.normal(size=4)
    np.testing.assert_array_equal(made.residual(z), plain.residual(z * made.scale))
    np.testing.assert_allclose(made.matrix(z), differences(made.residual, z), atol=1e-7)


def test_a_bordered_step_solves_what_it_says():
    made = Scaled(EquilibriumEquations(field(TWIN, ("mu",), None)), np.array([2.0, 3, 4, 5]))
    z, row, right = GENERAL.normal(size=(3, 4))
    step = made.bordered(z, row, right)
    np.testing.assert_allclose(np.vstack([made.matrix(z), row]) @ step, right, atol=1e-12)
    assert made.bordered(z, made.matrix(z)[0], right) is None


def test_orientation_is_the_sign_of_the_determinant():
    made = Scaled(EquilibriumEquations(field(TWIN, ("mu",), None)), np.ones(4))
    z, tangent = GENERAL.normal(size=(2, 4))
    determinant = np.linalg.det(np.vstack([made.matrix(z), tangent]))
    assert made.orientation(z, tangent) == np.sign(determinant)
    assert made.orientation(z, -tangent) == -np.sign(determinant)


def test_a_fold_is_a_regular_solution(cubic):
    folds = Folds(field(cubic, ("mu",), None))
    x, mu, v = newton(folds, folds.start(np.array([0.5, -0.3])))
    assert (x, mu) == pytest.approx((3**-0.5, -2 * 3**-1.5), abs=1e-14)
    assert abs(v) == pytest.approx(1)


def test_a_hopf_point_is_a_regular_solution():
    at = field(ms.models.zoo.brusselator(), ("B",), {"A": 2})
    x, y, b, *_, kappa = newton(*HopfPoints.near(at, np.array([2.1, 2.4, 4.9])))
    assert (x, y, b, kappa) == pytest.approx((2, 2.5, 5, 4), abs=1e-12)


def test_a_neutral_saddle_has_a_negative_kappa():
    saddle = ms.System("saddle", {"x": "x + 0*y", "y": "-mu*y"}, {"mu": 1})
    at = field(saddle, ("mu",), None)
    found = newton(*HopfPoints.near(at, np.array([0.0, 0.0, 1.2])))
    assert found is not None
    assert (found[2], found[-1]) == pytest.approx((1, -1))


def test_a_branch_point_is_a_regular_solution():
    pitchfork = ms.System("pitchfork", {"x": "mu*x - x**3", "y": "x**2 - y"}, {"mu": 0.1})
    branch = BranchPoints(field(pitchfork, ("mu",), None))
    found = newton(branch, branch.start(np.array([0.05, 0.02, 0.1])))
    np.testing.assert_allclose(found[:3], 0, atol=1e-12)
    assert found[-1] == pytest.approx(0, abs=1e-12)


def test_an_unfolded_branch_point_has_its_gap_as_b():
    """With f = eps + mu x - x^2 the equations have their saddle where b balances eps."""
    unfolded = ms.System("unfolded", {"x": "1/1000 + mu*x - x**2"}, {"mu": 0.1})
    branch = BranchPoints(field(unfolded, ("mu",), None))
    x, mu, w, b = newton(branch, branch.start(np.array([0.02, 0.01])))
    assert (x, mu, b * w) == pytest.approx((0, 0, -1e-3), abs=1e-12)


@pytest.mark.parametrize("unit", [1.0, 1e-7, 1e7])
def test_starts_see_what_is_small_in_units_of_the_diagram(unit):
    """In its own unit the second state's row would dwarf or vanish beside the first one's."""
    cusp = ms.System(
        "cusp", {"x": "mu + x - x**3 + 0*y", "y": f"({unit})*x - y"}, {"mu": 0},
    )  # fmt: skip
    folds = Folds(field(cusp, ("mu",), None))
    y = np.array([0.55, 0.55 * unit, -0.38])
    *_, v, w = folds.start(y, np.array([1.0, unit, 1.0]))
    assert w / v == pytest.approx(unit, rel=0.2)  # the null vector is (1, unit)


def test_newton_gives_up_without_an_error():
    class Square:
        def residual(self, z):
            return z**2 + 1

        def matrix(self, z):
            return np.diag(2 * z)

    assert newton(Square(), np.array([1.0])) is None  # the first step leads to a zero slope
    assert newton(Square(), np.array([0.7])) is None
    assert newton(Square(), np.array([np.nan])) is None
