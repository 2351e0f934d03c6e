"""Enclosures of eigenvalues: they hold for every matrix inside the balls."""

import numpy as np
import pytest
from flint import arb, arb_mat
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mirrorsys.analysis._spectrum import enclosed_eigenvalues

ENTRIES = st.integers(-16, 16).map(lambda n: n / 8)
SQUARE = st.integers(1, 4).flatmap(lambda n: arrays(float, (n, n), elements=ENTRIES))


def enclosures(matrix, radius=0.0):
    return enclosed_eigenvalues(arb_mat([[arb(x, radius) for x in row] for row in matrix]), 128)


def is_inside(value, eigenvalue, slack):
    return (
        eigenvalue.real[0] - slack <= value.real <= eigenvalue.real[1] + slack
        and eigenvalue.imag[0] - slack <= value.imag <= eigenvalue.imag[1] + slack
    )


@given(SQUARE, st.sampled_from([0.0, 1e-6, 0.01, 0.3]), st.randoms(use_true_random=False))
def test_every_matrix_inside_has_its_eigenvalues_inside(matrix, radius, random):
    found = enclosures(matrix, radius)
    assert len(found) == len(matrix)
    inside = matrix + radius * np.array([[random.uniform(-1, 1) for _ in row] for row in matrix])
    values = np.linalg.eigvals(inside)
    # Where eigenvalues coincide, those of NumPy are off by a root of its rounding errors.
    slack = 1e-3 if radius == 0.0 else 1e-4 * radius**0.5
    for value in values:
        assert any(is_inside(value, each, slack) for each in found)
    for each in set(found):
        assert sum(is_inside(value, each, slack) for value in values) >= found.count(each)


def test_a_pair_that_may_be_complex_is_not_called_real():
    # The eigenvalues 1 +- 0.01i of the middle meet on the real axis elsewhere in the ball.
    found = enclosures([[1.0, -0.01], [0.01, 1.0]], 0.02)
    assert all(each.imag[0] < 0 < each.imag[1] for each in found)
    assert found[0] == found[1]


def test_discs_have_the_size_of_the_balls():
    (low, high), *_ = (each.real for each in enclosures([[2.0, 1.0], [1.0, 2.0]], 0.125))
    assert low <= 2.75
    assert high >= 3.25


def test_simple_real_eigenvalues_are_proven_real():
    found = enclosures([[2.0, 1.0], [1.0, 2.0]])
    assert [each.imag for each in found] == [(0.0, 0.0)] * 2
    assert [each.value for each in found] == pytest.approx([3, 1])
    assert [each.side for each in found] == [1, 1]


def test_equal_eigenvalues_of_a_symmetric_matrix_are_sharp():
    found = enclosures([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])
    assert [each.value for each in found] == pytest.approx([2, 0.5, 0.5])
    assert max(each.real[1] - each.real[0] for each in found) < 1e-12


def test_a_jordan_block_is_enclosed_nearly_as_sharply_as_its_nature_allows():
    for each in enclosures([[1.0, 1.0], [-1.0, -1.0]]):
        assert each.side == 0
        assert each.real[1] - each.real[0] < 1e-6


def test_states_that_influence_others_one_way_keep_their_own_eigenvalues():
    found = enclosures([[-1.0, 5.0, 7.0], [0.0, -1.0, 3.0], [0.0, 0.0, -1.0]])
    assert [(each.real, each.imag) for each in found] == [((-1.0, -1.0), (0.0, 0.0))] * 3
