"""Condensation: the same solution as that of one matrix for everything."""

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation._condensation import Blocks, solved_with_borders, transfers


def problem(count, n, m, n_other, seed=0):
    random = np.random.default_rng(seed)
    profile = random.normal(size=(count, m * n, (m + 1) * n)) / 3
    profile[:, :, n:] += np.eye(m * n)
    others = random.normal(size=(count, m * n, n_other))
    size = count * m * n + n_other
    borders = random.normal(size=(n_other, size))
    right, side = random.normal(size=(count, m * n)), random.normal(size=n_other)
    return Blocks(profile, others), right, borders, side


def dense(blocks, borders):
    count, size, wide = blocks.by_profile.shape
    n, n_other = wide - size, blocks.by_others.shape[2]
    full = np.zeros((count * size + n_other, count * size + n_other))
    for i in range(count):
        columns = (i * size + np.arange(wide)) % (count * size)
        rows = i * size + np.arange(size)
        np.add.at(full, np.ix_(rows, columns), blocks.by_profile[i])  # a ring of one meets itself
        full[rows, count * size :] = blocks.by_others[i]
    full[count * size :] = borders
    assert n > 0
    return full


@pytest.mark.parametrize("n_other", [1, 2])
@pytest.mark.parametrize(
    ("count", "n", "m"), [(1, 2, 3), (5, 1, 2), (7, 3, 2), (45, 2, 3), (31, 5, 2)]
)
def test_it_solves_the_whole(count, n, m, n_other):
    blocks, right, borders, side = problem(count, n, m, n_other)
    found = solved_with_borders(blocks, right, borders, side, n)
    expected = np.linalg.solve(dense(blocks, borders), np.append(right.ravel(), side))
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


def test_transfers_lead_from_the_first_node_to_the_others():
    blocks, *_ = problem(4, 2, 3, 1)
    random = np.random.default_rng(1).normal(size=2)
    for each, matrix in zip(blocks.by_profile, transfers(blocks, 2), strict=True):
        inner = np.linalg.solve(each[:, 2:], -each[:, :2] @ random)
        np.testing.assert_allclose(matrix @ random, inner, rtol=1e-10)


def test_what_is_singular_says_so():
    blocks, right, borders, side = problem(4, 2, 3, 1)
    with pytest.raises(np.linalg.LinAlgError):
        solved_with_borders(
            Blocks(np.zeros_like(blocks.by_profile), blocks.by_others), right, borders, side, 2
        )
