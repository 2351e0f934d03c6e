"""The coefficients meet the conditions that make a method what it is said to be."""

from itertools import product

import numpy as np
import pytest
import scipy.integrate._ivp.dop853_coefficients as published

from mirrorsys.kernels._tableaus import DOP853, RODAS5P

N = DOP853.n_stages
A = np.zeros((len(DOP853.c), len(DOP853.c)))
for _stage, _row in enumerate(DOP853.a, start=1):
    for _other, _value in _row.items():
        A[_stage, _other] = _value
B, C = A[N, :N], np.array(DOP853.c)


def trees(order: int) -> list[tuple]:
    """Return the rooted trees with `order` vertices, each a sorted tuple of its branches."""
    if order == 1:
        return [()]
    found = set()
    for sizes in partitions(order - 1):
        for branches in product(*(trees(size) for size in sizes)):
            found.add(tuple(sorted(branches)))
    return sorted(found)


def partitions(n: int, largest: int | None = None) -> list[list[int]]:
    largest = n if largest is None else largest
    if n == 0:
        return [[]]
    return [[k, *rest] for k in range(min(n, largest), 0, -1) for rest in partitions(n - k, k)]


def vertices(tree: tuple) -> int:
    return 1 + sum(vertices(branch) for branch in tree)


def density(tree: tuple) -> int:
    result = vertices(tree)
    for branch in tree:
        result *= density(branch)
    return result


def weight(tree: tuple, matrix: np.ndarray) -> np.ndarray:
    """Return the elementary weights of the stages for a tree (Hairer, Norsett, Wanner, II.2)."""
    result = np.ones(len(matrix))
    for branch in tree:
        result = result * (matrix @ weight(branch, matrix))
    return result


@pytest.mark.parametrize("order", range(1, 9))
def test_the_explicit_method_has_order_8(order: int) -> None:
    count = {1: 1, 2: 1, 3: 2, 4: 4, 5: 9, 6: 20, 7: 48, 8: 115}
    assert len(trees(order)) == count[order]
    for tree in trees(order):
        assert B @ weight(tree, A[:N, :N]) == pytest.approx(1 / density(tree), abs=2e-13)


def test_not_order_9() -> None:
    worst = max(abs(B @ weight(tree, A[:N, :N]) - 1 / density(tree)) for tree in trees(9))
    assert worst > 1e-6


@pytest.mark.parametrize(("estimate", "order"), [(DOP853.error5, 5), (DOP853.error3, 3)])
def test_error_estimates_vanish_up_to_their_order(estimate: dict[int, float], order: int) -> None:
    e = np.array([estimate.get(stage, 0.0) for stage in range(N)])
    sizes = {
        n: max(abs(e @ weight(tree, A[:N, :N])) for tree in trees(n)) for n in range(1, order + 2)
    }
    assert max(sizes[n] for n in range(1, order + 1)) < 1e-13
    assert sizes[order + 1] > 1e-6


def test_rows_add_up_to_their_times() -> None:
    np.testing.assert_allclose(A.sum(axis=1), C, atol=1e-14)


def test_the_explicit_coefficients_are_those_of_scipy() -> None:
    np.testing.assert_array_equal(A[: N + 1], published.A[: N + 1])
    np.testing.assert_array_equal(A[N + 1 :], published.A[N + 1 :])
    dense = [[row.get(stage, 0.0) for stage in range(len(C))] for row in DOP853.dense]
    np.testing.assert_array_equal(dense, published.D)


def rosenbrock_gamma() -> np.ndarray:
    """Return the matrix Gamma of Hairer, Wanner, section IV.7."""
    s = len(RODAS5P.a)
    c = np.array([[*row, *[0.0] * (s - len(row))] for row in RODAS5P.c])
    return np.linalg.inv(np.eye(s) / RODAS5P.gamma - c)


def rosenbrock_matrices() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return alpha, beta = alpha + gamma and b of the method before its transformation."""
    s, matrix = len(RODAS5P.a), rosenbrock_gamma()
    a = np.array([[*row, *[0.0] * (s - len(row))] for row in RODAS5P.a])
    m = np.append(a[-1][:-1], 1.0)
    return a @ matrix, (a + np.eye(s)) @ matrix, m @ matrix


def stages(tree: tuple) -> np.ndarray:
    """Return a tree's weights of stages: beta below one branch, alpha below several."""
    alpha, beta, _ = rosenbrock_matrices()
    if len(tree) == 1:
        return beta @ stages(tree[0])
    result = np.ones(len(alpha))
    for branch in tree:
        result = result * (alpha @ stages(branch))
    return result


@pytest.mark.parametrize("order", range(1, 6))
def test_the_rosenbrock_method_has_order_5(order: int) -> None:
    _, _, b = rosenbrock_matrices()
    for tree in trees(order):
        assert b @ stages(tree) == pytest.approx(1 / density(tree), abs=1e-9)


def test_the_rosenbrock_method_damps_what_is_infinitely_fast() -> None:
    _, beta, b = rosenbrock_matrices()
    at_infinity = 1 - b @ np.linalg.solve(beta, np.ones(len(b)))
    assert at_infinity == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("x", [0.25, 0.5, 0.8, 1.0])
def test_the_curve_of_the_rosenbrock_method_has_order_4(x: float) -> None:
    """At the fraction x of a step the conditions are those of its end, with powers of x."""
    _, _, b = rosenbrock_matrices()
    rows = sum(x**power * np.array(row) for power, row in enumerate(RODAS5P.dense))
    weights = x * (b + (1 - x) * (rows @ rosenbrock_gamma()))
    for order in range(1, 5):
        for tree in trees(order):
            expected = x**order / density(tree)
            assert weights @ stages(tree) == pytest.approx(expected, abs=1e-9)
