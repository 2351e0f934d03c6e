"""Search of a box: every box that is not proven empty is bisected until it is small.

Largest boxes first: a family of zeros, which no bisection resolves, then does not keep
the search from the rest of the box. Small boxes that go on multiplying are a sign of one:
the search then ends before the work limit does, and what is left is a cover of the family.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mirrorsys.analysis._contractor import Contractor
from mirrorsys.kernels._tape import Tape

__all__ = ["Search", "grouped", "searched"]

Floats = NDArray[np.float64]

SPLIT = 0.4857  # off the middle, where zeros of symmetric systems like to be
MAX_PAIRS = 4_000_000  # of boxes compared when they are grouped
CROWD = 8  # so many times fewer boxes than the work limit are a crowd, if they have doubled,
LEAST_CROWD = 64  # but no fewer than these


@dataclass(frozen=True)
class Search:
    """What a search leaves: boxes of shape (n_box, 2, n_state), lower then upper ends.

    Parameters
    ----------
    small : ndarray
        Boxes too small to be bisected, which may hold zeros.
    unfinished : ndarray
        Boxes that were not decided when the search ended.
    ended_by : str
        ``""`` if nothing is unfinished, ``"crowd"`` or ``"work limit"``.
    n_boxes : int
        How many boxes were examined.
    """

    small: Floats
    unfinished: Floats
    ended_by: str
    n_boxes: int


def searched(tape: Tape, low: Floats, high: Floats, finest: Floats, max_boxes: int) -> Search:
    """Search one box for zeros of a tape's outputs.

    Every zero in the box lies in a box of the result.

    Parameters
    ----------
    tape : Tape
    low, high, finest : ndarray, shape (n_state,)
        Ends of the box, and the lengths of sides below which a box is not bisected.
    max_boxes : int
        Work limit.
    """
    contractor = Contractor(tape, finest)
    waiting, n_boxes, counts = [(low.copy(), high.copy())], 0, [0] * (2 * low.size + 1)
    small: list[tuple[Floats, Floats]] = []
    ended_by = ""
    # Overflow and 0 * inf are dealt with where they arise; without numba, NumPy would warn.
    with np.errstate(all="ignore"):
        while waiting and not ended_by:
            halves: list[tuple[Floats, Floats]] = []
            n_boxes += len(waiting)
            for box in waiting:
                if not contractor.contract(*box):
                    continue
                pair = _bisected(*box, contractor.side_to_bisect(*box))
                (halves if len(pair) == 2 else small).extend(pair)
            waiting, counts = halves, [*counts[1:], len(halves)]
            if n_boxes + len(waiting) > max_boxes:
                ended_by = "work limit"
            elif len(waiting) > max(LEAST_CROWD, max_boxes // CROWD, 2 * counts[0]):
                # Since each side was bisected twice; boxes around single zeros do not multiply.
                ended_by = "crowd"
    shape = (-1, 2, low.size)
    return Search(np.reshape(small, shape), np.reshape(waiting, shape), ended_by, n_boxes)


def _bisected(low: Floats, high: Floats, side: int) -> list[tuple[Floats, Floats]]:
    """Return the halves of a box, or the box alone if it cannot be cut."""
    if side < 0:
        return [(low, high)]
    cut = low[side] + SPLIT * (high[side] - low[side])
    if not low[side] < cut < high[side]:
        return [(low, high)]
    left, right = high.copy(), low.copy()
    left[side] = right[side] = cut
    return [(low, left), (right, high)]


def grouped(boxes: Floats, gap: Floats) -> list[Floats]:
    """Return the boxes in groups that touch, or nearly: up to `gap` apart in each state.

    Parameters
    ----------
    boxes : ndarray, shape (n_box, 2, n_state)
    gap : ndarray, shape (n_state,)
    """
    if len(boxes) < 2:
        return [boxes] if len(boxes) else []
    spread = (boxes[:, 1].max(axis=0) - boxes[:, 0].min(axis=0)) / gap
    axis = int(np.argmax(spread))
    boxes = boxes[np.argsort(boxes[:, 0, axis], kind="stable")]
    # Only boxes that overlap along the axis of largest spread can touch.
    ends = np.searchsorted(boxes[:, 0, axis], boxes[:, 1, axis] + gap[axis], side="right")
    counts = ends - np.arange(len(boxes)) - 1
    if counts.sum() > MAX_PAIRS:
        return [boxes]
    first = np.repeat(np.arange(len(boxes)), counts)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    touch = np.all(
        (boxes[first, 0] <= boxes[second, 1] + gap) & (boxes[second, 0] <= boxes[first, 1] + gap),
        axis=1,
    )
    links = (np.ones(int(touch.sum())), (first[touch], second[touch]))
    graph = coo_array(links, shape=(len(boxes), len(boxes)))
    n_groups, labels = connected_components(graph, directed=False)
    return [boxes[labels == label] for label in range(n_groups)]
