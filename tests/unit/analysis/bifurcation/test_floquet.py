"""Floquet multipliers: eigenvalues of products, small ones included."""

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation._floquet import multipliers, nontrivial


def product(transfers):
    out = np.eye(transfers.shape[1])
    for each in transfers:
        out = each @ out
    return out


def assert_same(found, expected, rtol=1e-8):
    rest = list(expected)
    for value in found:
        nearest = min(rest, key=lambda other: abs(other - value))
        assert abs(nearest - value) <= rtol * abs(nearest)
        rest.remove(nearest)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
@pytest.mark.parametrize("count", [1, 3, 4, 9, 40])
def test_multipliers_of_mild_factors(n, count):
    transfers = np.eye(n) + np.random.default_rng(n + count).normal(size=(count, n, n)) / 10
    assert_same(multipliers(transfers), np.linalg.eigvals(product(transfers)), rtol=1e-6)


def test_order_is_by_modulus():
    found = multipliers(np.diag([0.1, -3.0, 1.0])[None])
    np.testing.assert_allclose(found, [-3, 1, 0.1])


def test_a_complex_pair():
    turn = np.array([[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]]) * 0.99
    assert_same(multipliers(np.repeat(turn[None], 20, axis=0)), 0.99**20 * np.exp([2j, -2j]))


@pytest.mark.parametrize("count", [20, 41])
def test_small_ones_keep_their_digits(count):
    """1e-30 beside 1e20 in a basis turned differently in every interval."""
    random = np.random.default_rng(8)
    bases = [np.linalg.qr(random.normal(size=(3, 3)))[0] for _ in range(count)]
    sizes = np.array([1e20, 1.0, 1e-30]) ** (1 / count)
    transfers = np.array(
        [bases[(i + 1) % count] @ np.diag(sizes) @ bases[i].T for i in range(count)]
    )
    np.testing.assert_allclose(multipliers(transfers).real, [1e20, 1, 1e-30], rtol=1e-6)


def test_the_small_one_of_two_keeps_its_digits():
    """Of the product itself it would be rounding: 1e-25 beside 1e15."""
    random = np.random.default_rng(9)
    bases = [np.linalg.qr(random.normal(size=(2, 2)))[0] for _ in range(20)]
    sizes = np.diag(np.array([1e15, 1e-25]) ** (1 / 20))
    transfers = np.array([bases[(i + 1) % 20] @ sizes @ bases[i].T for i in range(20)])
    np.testing.assert_allclose(multipliers(transfers).real, [1e15, 1e-25], rtol=1e-6)


def test_a_singular_factor_gives_zero():
    transfers = np.array([np.diag([2.0, 0.0]), np.eye(2)])
    np.testing.assert_allclose(multipliers(transfers), [2, 0])
    np.testing.assert_array_equal(multipliers(np.zeros((3, 2, 2))), [0, 0])


def test_what_is_not_finite_has_no_multipliers():
    assert np.isnan(multipliers(np.full((3, 2, 2), np.inf))).all()


def test_the_trivial_one_is_left_out():
    np.testing.assert_array_equal(nontrivial(np.array([3.0, 1.0001, 0.5])), [3, 0.5])
    assert nontrivial(np.array([1.0])).size == 0
