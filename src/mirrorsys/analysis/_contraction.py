"""Contractions: narrow a box to where all outputs of a tape can be zero.

Each function narrows the states in the workspace and tells whether anything is left; the
box holds no zero if not. They are run in this order, again and again, because each uses
what the one before has done: `trimmed` computes the bounds of slopes that `newton` needs.
"""

from __future__ import annotations

import math

from mirrorsys.kernels._compiled import compiled
from mirrorsys.kernels._intervals import above, add, below, divide_within, multiply
from mirrorsys.kernels._program import Program, Workspace
from mirrorsys.kernels._propagation import forward, gradient, impose_zero

__all__ = ["newton", "propagated", "trimmed"]

INFINITY = math.inf


@compiled
def propagated(prog: Program, work: Workspace) -> bool:
    """Invert the steps of each output in turn (hull consistency)."""
    for row in range(prog.n_state):
        if not forward(prog, row, work.low, work.high):
            return False
        if not impose_zero(prog, row, work.low, work.high):
            return False
    return True


@compiled
def trimmed(prog: Program, work: Workspace) -> bool:
    """Cut off the box, face by face, what a single output keeps from zero (box consistency).

    Where an output is positive on a face, it stays positive as far inward as its slope
    allows.
    """
    n = prog.n_state
    for row in range(n):
        if not forward(prog, row, work.low, work.high):
            return False
        gradient(prog, row, work.low, work.high, work.slope_low, work.slope_high)
        for j in range(n):
            work.jacobian_low[row * n + j] = work.slope_low[j]
            work.jacobian_high[row * n + j] = work.slope_high[j]
        for j in range(n):
            for side in range(2):
                if not _trimmed_at(prog, row, j, side, work):
                    return False
    return True


@compiled
def _trimmed_at(prog: Program, row: int, j: int, side: int, work: Workspace) -> bool:
    """Trim the lower (side 0) or upper face of state j by one output."""
    down, up = work.slope_low[j], work.slope_high[j]
    if (down == 0.0 and up == 0.0) or (down == -INFINITY and up == INFINITY):
        return True
    at = work.low[j] if side == 0 else work.high[j]
    for sense in range(2):
        # First the least value, if it is positive; then the largest, if it is negative.
        value = _face_bound(prog, row, j, at, sense, work)
        if value > 0.0:
            # How fast the output can approach zero, moving into the box.
            speed = -down if side == sense else up
            if speed <= 0.0:
                return False
            step = below(value / speed)
            if step > 0.0 and side == 0:
                work.low[j] = max(at, below(at + step))
            elif step > 0.0:
                work.high[j] = min(at, above(at - step))
            return work.low[j] <= work.high[j]
    return True


@compiled
def _face_bound(prog: Program, row: int, j: int, at: float, sense: int, work: Workspace) -> float:
    """Return the least value of an output where state j is `at`; the largest, negated, if `sense`.

    States in which the output is monotone are set to the end where it is least or largest.
    """
    for k in range(prog.n_state):
        p, q = work.low[k], work.high[k]
        if k == j:
            p, q = at, at
        elif work.slope_low[k] >= 0.0:
            p, q = (p, p) if sense == 0 else (q, q)
        elif work.slope_high[k] <= 0.0:
            p, q = (q, q) if sense == 0 else (p, p)
        work.face_low[k], work.face_high[k] = p, q
    if not forward(prog, row, work.face_low, work.face_high):
        return -INFINITY
    output = prog.outputs[row]
    return work.face_low[output] if sense == 0 else -work.face_high[output]


@compiled
def newton(prog: Program, work: Workspace) -> bool:
    """Apply the interval Newton operator, preconditioned, by Gauss-Seidel steps [1]_.

    Every zero x fulfils J (x - c) = -f(c) for the centre c and some J within the bounds of
    slopes. Multiplied by an approximate inverse of their middle, the system is nearly
    diagonal; each equation then bounds its own state. Nothing is done where a slope is
    unbounded or the middle is singular.

    .. [1] E. R. Hansen and S. Sengupta, "Bounding solutions of systems of equations using
       interval analysis", BIT 21, 1981.
    """
    n = prog.n_state
    for index in range(n * n):
        down, up = work.jacobian_low[index], work.jacobian_high[index]
        if down == -INFINITY or up == INFINITY:
            return True
        work.middle[index] = 0.5 * down + 0.5 * up
        work.inverse[index] = 0.0
    if not _inverted(n, work.middle, work.inverse) or not _valued_at_centre(prog, work):
        return True
    is_left = True
    for i in range(n):
        is_left = is_left and _newton_step(n, i, work)
    return is_left


@compiled
def _valued_at_centre(prog: Program, work: Workspace) -> bool:
    """Compute all outputs at the centre of the box; tell whether they are defined there."""
    for j in range(prog.n_state):
        work.centre[j] = 0.5 * work.low[j] + 0.5 * work.high[j]
        work.face_low[j], work.face_high[j] = work.centre[j], work.centre[j]
    for row in range(prog.n_state):
        if not forward(prog, row, work.face_low, work.face_high):
            return False
        output = prog.outputs[row]
        work.value_low[row], work.value_high[row] = work.face_low[output], work.face_high[output]
    return True


@compiled
def _newton_step(n: int, i: int, work: Workspace) -> bool:
    """Narrow state i by row i of the preconditioned system; tell whether anything is left."""
    total_low, total_high, own_low, own_high = 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        y = work.inverse[i * n + k]
        p, q = multiply(y, y, work.value_low[k], work.value_high[k])
        total_low, total_high = add(total_low, total_high, p, q)
    for j in range(n):
        entry_low, entry_high = 0.0, 0.0
        for k in range(n):
            y, index = work.inverse[i * n + k], k * n + j
            p, q = multiply(y, y, work.jacobian_low[index], work.jacobian_high[index])
            entry_low, entry_high = add(entry_low, entry_high, p, q)
        if j == i:
            own_low, own_high = entry_low, entry_high
        else:
            p, q = add(work.low[j], work.high[j], -work.centre[j], -work.centre[j])
            p, q = multiply(entry_low, entry_high, p, q)
            total_low, total_high = add(total_low, total_high, p, q)
    c = work.centre[i]
    r, s = add(work.low[i], work.high[i], -c, -c)
    p, q = divide_within(-total_high, -total_low, own_low, own_high, r, s)
    p, q = add(p, q, c, c)
    if not p <= q:
        return False
    work.low[i], work.high[i] = max(work.low[i], p), min(work.high[i], q)
    return work.low[i] <= work.high[i]


@compiled
def _inverted(n: int, matrix: list[float], inverse: list[float]) -> bool:
    """Fill `inverse`, which is zero, with an approximate inverse; tell whether there is one.

    Gauss-Jordan elimination, which spoils `matrix`.
    """
    for i in range(n):
        inverse[i * n + i] = 1.0
    for column in range(n):
        pivot = column
        for i in range(column + 1, n):
            if abs(matrix[i * n + column]) > abs(matrix[pivot * n + column]):
                pivot = i
        largest = matrix[pivot * n + column]
        if largest == 0.0:
            return False
        for j in range(n):
            a, b = column * n + j, pivot * n + j
            matrix[a], matrix[b] = matrix[b], matrix[a]
            inverse[a], inverse[b] = inverse[b], inverse[a]
            matrix[a] /= largest
            inverse[a] /= largest
        for i in range(n):
            factor = matrix[i * n + column]
            if i != column and factor != 0.0:
                for j in range(n):
                    matrix[i * n + j] -= factor * matrix[column * n + j]
                    inverse[i * n + j] -= factor * inverse[column * n + j]
    largest = 0.0
    for index in range(n * n):
        largest += abs(inverse[index])
    return largest < INFINITY
