"""Condensation: the linear equations of a collocation, solved interval by interval.

Within an interval all nodes are expressed by the first one, the period and the parameters, and
so are, by multiplication, those of a few neighbouring intervals. What remains couples the first
nodes of these groups and a few border rows, and is solved at once.

References
----------
.. [1] E. Doedel, H. B. Keller, J. P. Kernevez, "Numerical analysis and control of bifurcation
   problems (II)", Int. J. Bifurcation Chaos 1 (1991) 745-772.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Blocks", "sign_with_borders", "solved_with_borders", "transfers"]

Array = NDArray[np.float64]
LARGEST = 60  # condensed equations: beyond, linear algebra sets off threads, which take longer


@dataclass(frozen=True)
class Blocks:
    """Derivatives of the defects of each interval.

    Attributes
    ----------
    by_profile : array, shape (N, m n, (m + 1) n)
        By the values at its nodes, the first and the last included.
    by_others : array, shape (N, m n, 1 + k)
        By the period and the followed parameters.
    """

    by_profile: Array
    by_others: Array


def transfers(blocks: Blocks, n: int) -> Array:
    """Return what leads from the first node of each interval to the others, shape (N, m n, n)."""
    full = blocks.by_profile
    return np.asarray(np.linalg.solve(full[:, :, n:], -full[:, :, :n]), dtype=float)


def solved_with_borders(
    blocks: Blocks, right: Array, borders: Array, border_right: Array, n: int
) -> Array:
    """Solve the collocation equations together with border rows.

    Parameters
    ----------
    blocks : Blocks
    right : array, shape (N, m n)
        Of the collocation equations.
    borders : array, shape (1 + k, N m n + 1 + k)
        Rows in all unknowns: nodes (the last of an interval being the first of the next),
        period, parameters.
    border_right : array, shape (1 + k,)
    n : int
        The number of states.

    Returns
    -------
    array, shape (N m n + 1 + k,)

    Raises
    ------
    numpy.linalg.LinAlgError
        If the equations are singular.
    """
    condensed = _condensed(blocks, right, borders, border_right, n)
    solution = np.linalg.solve(condensed.matrix, condensed.side)
    n_other = blocks.by_others.shape[2]
    x, others = solution[:-n_other].reshape(-1, n), solution[-n_other:]
    nodes = condensed.nodes
    values = np.einsum("ijk,ik->ij", nodes[:, :, :n], x[condensed.owner])
    values += nodes[:, :, n:-1] @ others + nodes[:, :, -1]
    return np.concatenate([values.ravel(), others])


def sign_with_borders(blocks: Blocks, borders: Array, n: int) -> float:
    """Return the sign of the determinant of equations and border rows, but for a fixed one."""
    count, size = blocks.by_profile.shape[:2]
    none = np.zeros((count, size)), np.zeros(len(borders))
    condensed = _condensed(blocks, none[0], borders, none[1], n)
    inner = np.linalg.slogdet(blocks.by_profile[:, :, n:])[0]
    return float(np.prod(inner) * np.linalg.slogdet(condensed.matrix)[0])


@dataclass(frozen=True)
class _Condensed:
    """What is left when the nodes of each group follow from its first one and the others.

    Attributes
    ----------
    matrix, side : array
        Equations of the first nodes of all groups and the others.
    nodes : array, shape (N, m n, n + 1 + k + 1)
        All nodes of an interval, by (first node of its group, others, 1).
    owner : array of int, shape (N,)
        The group of each interval.
    """

    matrix: Array
    side: Array
    nodes: Array
    owner: NDArray[np.intp]


def _condensed(
    blocks: Blocks, right: Array, borders: Array, border_right: Array, n: int
) -> _Condensed:
    count, size = right.shape
    n_other = blocks.by_others.shape[2]
    full = blocks.by_profile
    columns = [full[:, :, :n], blocks.by_others, right[:, :, None]]
    # Nodes after the first of an interval: inner = found @ (first node, others, 1).
    found: Array = np.asarray(
        np.linalg.solve(full[:, :, n:], np.concatenate(columns, axis=2)), dtype=float
    )
    found[:, :, : n + n_other] *= -1
    first = np.broadcast_to(np.eye(n, n + n_other + 1), (count, n, n + n_other + 1))
    whole = np.concatenate([first, found[:, : size - n]], axis=1)
    starts, group = _starts(found[:, -n:], n, n_other)
    nodes = whole[:, :, :n] @ starts
    nodes[:, :, n:] += whole[:, :, n:]
    owner = np.arange(count) // group
    n_group = int(owner[-1]) + 1
    rows = borders[:, :-n_other].reshape(len(borders), count, size)
    reduced = np.einsum("bij,ijk->bik", rows, nodes)
    unknowns = n_group * n
    condensed = np.zeros((unknowns + n_other, unknowns + n_other))
    side = np.zeros(unknowns + n_other)
    _fill_steps(condensed, side, _ends(found[:, -n:], starts, group), n)
    for b in range(len(borders)):
        row = unknowns + b
        for k in range(n):
            condensed[row, k:unknowns:n] = np.bincount(owner, reduced[b, :, k], n_group)
        rest = reduced[b, :, n:].sum(axis=0)
        condensed[row, unknowns:] = rest[:n_other] + borders[b, -n_other:]
        side[row] = border_right[b] - rest[-1]
    return _Condensed(condensed, side, nodes, owner)


def _starts(steps: Array, n: int, n_other: int) -> tuple[Array, int]:
    """Return the first node of each interval by that of its group, and the size of groups.

    `steps`, shape (N, n, n + 1 + k + 1), lead from the first node of an interval to the last.
    """
    count = len(steps)
    group = -(-count * n // max(LARGEST, 4 * n))
    starts = np.empty((count, n, n + n_other + 1))
    starts[::group] = np.eye(n, n + n_other + 1)
    for place in range(1, group):
        here = np.arange(place, count, group)
        before = starts[here - 1]
        starts[here] = steps[here - 1, :, :n] @ before
        starts[here, :, n:] += steps[here - 1, :, n:]
    return starts, group


def _ends(steps: Array, starts: Array, group: int) -> Array:
    """Return the last node of each group by its first."""
    count, n = steps.shape[:2]
    last = np.minimum(np.arange(group - 1, count + group - 1, group), count - 1)
    ends = steps[last, :, :n] @ starts[last]
    ends[:, :, n:] += steps[last, :, n:]
    return np.asarray(ends, dtype=float)


def _fill_steps(condensed: Array, side: Array, ends: Array, n: int) -> None:
    """Write ``next first node - end of this group = 0`` for all groups, in a ring."""
    n_group = len(ends)
    unknowns = n_group * n
    grid = condensed[:unknowns, :unknowns].reshape(n_group, n, n_group, n)
    i = np.arange(n_group)
    grid[i, :, (i + 1) % n_group] += np.eye(n)
    grid[i, :, i] -= ends[:, :, :n]
    condensed[:unknowns, unknowns:] = -ends[:, :, n:-1].reshape(unknowns, -1)
    side[:unknowns] = ends[:, :, -1].ravel()
