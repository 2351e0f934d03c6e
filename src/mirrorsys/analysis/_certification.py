"""Balls decide what doubles left over: which small boxes hold a zero, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import NDArray

from mirrorsys.analysis._krawczyk import Balls, Equations, enclosed_zero, krawczyk
from mirrorsys.kernels._balls import ball_around

__all__ = ["ProvenZero", "nullity", "on_faces", "settled"]

Floats = NDArray[np.float64]

MAX_PIECES = 128  # of a group of small boxes, examined one by one
GROWTH = 4  # of a box around a zero, so that rounding in the search cannot push it outside
LEAST = 1e-15  # part of the finest side added around a zero that doubles hit exactly
RANK_TOLERANCE = 1e-3
NEWTON_STEPS = 60
TINY = 1e-300


@dataclass(frozen=True)
class ProvenZero:
    """A zero inside `balls`, and no other one inside the larger box `alone`."""

    balls: Balls
    alone: Balls

    def covers(self, box: Balls) -> bool:
        """Tell whether this is the only zero that `box` can hold."""
        return all(own.contains(side) for own, side in zip(self.alone, box, strict=True))


def settled(
    equations: Equations, hull: Floats, finest: Floats, known: list[ProvenZero]
) -> list[Balls]:
    """Find the zeros in a small box, add new ones to `known`, return what stays undecided.

    Parameters
    ----------
    equations : Equations
    hull : ndarray, shape (2, n_state)
        Lower and upper ends.
    finest : ndarray, shape (n_state,)
        The length of a side that counts as 1 when the longest is bisected.
    known : list of ProvenZero
    """
    with ctx.workprec(equations.bits):
        waiting = [tuple(ball_around(low, high) for low, high in hull.T)]
        undecided = []
        for count in range(1, 1 << 30):
            if not waiting:
                break
            box = waiting.pop(0)
            if any(zero.covers(box) for zero in known):
                continue
            outcome, _ = krawczyk(equations, box)
            if outcome == "none":
                continue
            if zero := _only_zero(equations, box, finest):
                if not any(each.covers(zero.balls) for each in known):
                    known.append(zero)
            elif count + len(waiting) < MAX_PIECES:
                waiting.extend(_halves(box, finest))
            else:
                undecided.append(box)
    return undecided


def _only_zero(equations: Equations, box: Balls, finest: Floats) -> ProvenZero | None:
    """Return a zero near a box, if it is the only one that the box can hold."""
    balls = enclosed_zero(equations, box)
    if balls is None:
        return None
    alone = []
    for side, ball, unit in zip(box, balls, finest, strict=True):
        both, slack = side.union(ball), LEAST * unit
        if not both.rad() <= GROWTH * (side.rad() + ball.rad() + slack):
            return None  # Newton's method ran away
        alone.append(arb(both.mid(), (GROWTH * both.rad() + slack).upper()))
    outcome, _ = krawczyk(equations, tuple(alone))
    return ProvenZero(balls, tuple(alone)) if outcome == "one" else None


def _halves(box: Balls, finest: Floats) -> list[Balls]:
    index = int(
        np.argmax([float(side.rad()) / unit for side, unit in zip(box, finest, strict=True)])
    )
    middle, quarter = box[index].mid(), box[index].rad() / 2
    halves = (
        arb((middle + shift).mid(), (quarter * 1.000001).upper()) for shift in (-quarter, quarter)
    )
    return [(*box[:index], half, *box[index + 1 :]) for half in halves]


def on_faces(
    equations: Equations, zero: ProvenZero, faces: dict[int, arb]
) -> tuple[ProvenZero, set[int]]:
    """Return a zero with the states that are proven to be at the given ends exactly there.

    Where these states are set to their ends, their own equations must hold identically;
    then the zero of the other equations in the other states, if it lies where `zero` is
    alone, is this one.

    Parameters
    ----------
    equations : Equations
    zero : ProvenZero
    faces : dict of int to arb
        The exact end at which each state may be.
    """
    held = dict(faces)
    while held:
        balls = _zero_on_faces(equations, zero, held)
        if balls is None:
            break
        rates = equations.values(balls)
        moving = [i for i in held if not rates[i].is_zero()]
        if not moving:
            return ProvenZero(balls, zero.alone), set(held)
        for i in moving:
            del held[i]
    return zero, set()


def _zero_on_faces(equations: Equations, zero: ProvenZero, held: dict[int, arb]) -> Balls | None:
    """Return the zero of the other equations in the states that are not held, where it is alone."""
    size = len(zero.balls)
    free = [i for i in range(size) if i not in held]

    def whole(point: Sequence[arb]) -> Balls:
        inner = iter(point)
        return tuple(held[i] if i in held else next(inner) for i in range(size))

    def values(point: Sequence[arb]) -> list[arb]:
        every = equations.values(whole(point))
        return [every[i] for i in free]

    def slopes(point: Sequence[arb]) -> arb_mat:
        every = equations.slopes(whole(point))
        return arb_mat([[every[i, j] for j in free] for i in free])

    inner: Balls | None = ()
    if free:
        reduced = Equations(values, slopes, equations.bits)
        inner = enclosed_zero(reduced, [zero.balls[i] for i in free])
    if inner is None or not zero.covers(whole(inner)):
        return None
    return whole(inner)


def nullity(equations: Equations, start: Floats, reach: Floats) -> int:
    """Return how many directions the Jacobian seems to lose at a zero near `start`.

    A hint, computed in doubles: 1 at a double zero or on a curve of zeros. The measure is
    how large the slopes of each equation become at a distance of `reach`.
    """
    around = equations.slopes([arb(x, r) for x, r in zip(start, reach, strict=True)])
    scale = np.array([float(entry.abs_upper()) for entry in around.entries()])
    scale = scale.reshape(len(start), -1).max(axis=1)
    point, is_converged = start.copy(), False
    for _ in range(NEWTON_STEPS):
        balls = [arb(float(x)) for x in point]
        values = np.array([float(value.mid()) for value in equations.values(balls)])
        slopes = np.array([float(entry.mid()) for entry in equations.slopes(balls).entries()])
        slopes = slopes.reshape(len(point), -1)
        if is_converged or not (np.isfinite(values).all() and np.isfinite(slopes).all()):
            break
        step = np.linalg.lstsq(slopes, values, rcond=RANK_TOLERANCE**2)[0]
        point = point - step
        is_converged = bool(np.all(np.abs(step) <= 1e-6 * reach))
    if not (np.isfinite(slopes).all() and np.isfinite(scale).all()):
        return 0
    rank = np.linalg.matrix_rank(slopes / np.maximum(scale, TINY)[:, None], tol=RANK_TOLERANCE)
    return len(point) - int(rank)
