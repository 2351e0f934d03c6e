"""A tape on intervals: values forward, constraints backward, slopes.

Values are kept as lower and upper ends, one entry for each node; the first entries are
the states, the next the constants, both set by the caller.
"""

from __future__ import annotations

import math

from mirrorsys.kernels._compiled import compiled
from mirrorsys.kernels._interval_functions import (
    area_tangent,
    cosine,
    exponential,
    logarithm,
    sine,
    tanh,
)
from mirrorsys.kernels._intervals import (
    absolute,
    add,
    divide,
    divide_within,
    greatest,
    least,
    multiply,
    nonnegative,
    positive,
    power,
    root_within,
    sign,
    square_root,
)
from mirrorsys.kernels._program import Floats, Program
from mirrorsys.kernels._tape import Op

__all__ = ["forward", "gradient", "impose_zero"]


ADD, MUL, DIV, NEG, POWER, SQRT, EXP, LOG, SIN, COS, TANH, ABS, SIGN, MIN, MAX, POSITIVE = map(
    int, list(Op)[:-1]
)
INFINITY = math.inf


@compiled
def _apply(op: int, second: int, a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return the values of one step, its operands in [a, b] and [c, d]."""
    if op == ADD:
        return add(a, b, c, d)
    if op == MUL:
        return multiply(a, b, c, d)
    if op == NEG:
        return -b, -a
    if op == POWER:
        return power(a, b, second)
    if op == DIV:
        return divide(a, b, c, d)
    if op == MIN:
        return least(a, b, c, d)
    if op == MAX:
        return greatest(a, b, c, d)
    return _function(op, a, b)


@compiled
def _function(op: int, a: float, b: float) -> tuple[float, float]:
    if op == EXP:
        return exponential(a, b)
    if op == TANH:
        return tanh(a, b)
    if op == SQRT:
        return square_root(a, b)
    if op == LOG:
        return logarithm(a, b)
    if op == SIN:
        return sine(a, b)
    if op == COS:
        return cosine(a, b)
    if op == ABS:
        return absolute(a, b)
    if op == SIGN:
        return sign(a, b)
    if op == POSITIVE:
        return positive(a, b)
    return nonnegative(a, b)


@compiled
def forward(prog: Program, row: int, low: Floats, high: Floats) -> bool:
    """Compute the nodes that one output needs; tell whether it is defined anywhere.

    `low` and `high` hold the states and constants already.
    """
    for index in range(prog.row_start[row], prog.row_start[row + 1]):
        k = prog.rows[index]
        i, j = prog.first[k], prog.second[k]
        other = i if prog.op[k] == POWER else j  # the second of a power is no node
        p, q = _apply(prog.op[k], j, low[i], high[i], low[other], high[other])
        if not p <= q:
            return False
        low[k], high[k] = p, q
    return True


@compiled
def _cut(prog: Program, node: int, p: float, q: float, low: Floats, high: Floats) -> bool:
    """Keep of a node's values those in [p, q]; tell whether any is left."""
    r, s = max(low[node], p), min(high[node], q)
    if not (p <= q and r <= s):
        return False
    if node < prog.n_state or node >= prog.first_step:  # constants stay as they are
        low[node], high[node] = r, s
    return True


@compiled
def impose_zero(prog: Program, row: int, low: Floats, high: Floats) -> bool:
    """Narrow the states to where one output can be zero; tell whether that is anywhere.

    The steps are inverted from the output to the states, each node keeping of its values
    only those that its readers allow. `forward` has filled `low` and `high`.
    """
    if not _cut(prog, prog.outputs[row], 0.0, 0.0, low, high):
        return False
    for index in range(prog.row_start[row + 1] - 1, prog.row_start[row] - 1, -1):
        k = prog.rows[index]
        i, j, op = prog.first[k], prog.second[k], prog.op[k]
        p, q = low[k], high[k]
        if op == ADD:
            r, s = add(p, q, -high[j], -low[j])
            u, v = add(p, q, -high[i], -low[i])
            if not (_cut(prog, i, r, s, low, high) and _cut(prog, j, u, v, low, high)):
                return False
        elif op == MUL:
            r, s = divide_within(p, q, low[j], high[j], low[i], high[i])
            u, v = divide_within(p, q, low[i], high[i], low[j], high[j])
            if not (_cut(prog, i, r, s, low, high) and _cut(prog, j, u, v, low, high)):
                return False
        elif op == DIV:
            r, s = multiply(p, q, low[j], high[j])
            u, v = divide_within(low[i], high[i], p, q, low[j], high[j])
            if not (_cut(prog, i, r, s, low, high) and _cut(prog, j, u, v, low, high)):
                return False
        elif op in (MIN, MAX):
            if not _invert_extreme(prog, op, i, j, p, q, low, high):
                return False
        else:
            r, s = _invert(op, j, p, q, low[i], high[i])
            if not _cut(prog, i, r, s, low, high):
                return False
    return True


@compiled
def _invert(op: int, second: int, p: float, q: float, a: float, b: float) -> tuple[float, float]:
    """Return bounds of the operand in [a, b] of a step whose value is in [p, q]."""
    if op == NEG:
        return -q, -p
    if op == POWER:
        return root_within(p, q, second, a, b)
    if op == EXP:
        return logarithm(p, q)
    if op == LOG:
        return exponential(p, q)
    if op == SQRT:
        return multiply(max(p, 0.0), q, max(p, 0.0), q)
    if op == TANH:
        return area_tangent(p, q)
    if op == ABS:
        return (max(a, p), q) if a > -p else ((-q, min(b, -p)) if b < p else (-q, q))
    return a, b


@compiled
def _invert_extreme(
    prog: Program, op: int, i: int, j: int, p: float, q: float, low: Floats, high: Floats
) -> bool:
    """Narrow the operands of a minimum or maximum whose value is in [p, q]."""
    if op == MIN:
        i_is_it, j_is_it = low[j] > q, low[i] > q
        u, v = p, INFINITY
    else:
        i_is_it, j_is_it = high[j] < p, high[i] < p
        u, v = -INFINITY, q
    return _cut(prog, i, p if i_is_it else u, q if i_is_it else v, low, high) and _cut(
        prog, j, p if j_is_it else u, q if j_is_it else v, low, high
    )


@compiled
def gradient(
    prog: Program, row: int, low: Floats, high: Floats, slope_low: Floats, slope_high: Floats
) -> None:
    """Compute bounds of the slopes of one output between any two points of the box.

    The results are the first ``n_state`` entries of `slope_low` and `slope_high`, which
    have one entry for each node. At a kink (abs, min, max) they hold the slopes of both
    sides, so the mean value theorem holds across it; where a value is undefined somewhere
    in the box, or jumps, the theorem fails, and the slope is unbounded. `forward` has
    filled `low` and `high`.
    """
    for j in range(prog.n_state):
        slope_low[j], slope_high[j] = 0.0, 0.0
    for index in range(prog.row_start[row], prog.row_start[row + 1]):
        slope_low[prog.rows[index]], slope_high[prog.rows[index]] = 0.0, 0.0
    slope_low[prog.outputs[row]], slope_high[prog.outputs[row]] = 1.0, 1.0
    for index in range(prog.row_start[row + 1] - 1, prog.row_start[row] - 1, -1):
        k = prog.rows[index]
        i, j, op = prog.first[k], prog.second[k], prog.op[k]
        for place in range(2):
            node = i if place == 0 else j
            is_constant = prog.n_state <= node < prog.first_step
            if is_constant or (place == 1 and not (op <= DIV or op in (MIN, MAX))):
                continue
            p, q = _slope(op, place, k, i, j, low, high)
            p, q = multiply(slope_low[k], slope_high[k], p, q)
            slope_low[node], slope_high[node] = add(slope_low[node], slope_high[node], p, q)


@compiled
def _slope(
    op: int, place: int, k: int, i: int, j: int, low: Floats, high: Floats
) -> tuple[float, float]:
    """Return bounds of the derivative of node k by its first or second operand."""
    if op == ADD:
        return 1.0, 1.0
    if op == MUL:
        return (low[j], high[j]) if place == 0 else (low[i], high[i])
    if op == NEG:
        return -1.0, -1.0
    if op == DIV:
        if low[j] <= 0.0 <= high[j]:
            return -INFINITY, INFINITY
        if place == 0:
            return divide(1.0, 1.0, low[j], high[j])
        return divide(-high[k], -low[k], low[j], high[j])
    if op == POWER:
        p, q = (low[i], high[i]) if j == 2 else power(low[i], high[i], j - 1)
        return multiply(p, q, float(j), float(j))
    if op in (MIN, MAX):
        this, other = (i, j) if place == 0 else (j, i)
        if high[this] <= low[other]:
            return (1.0, 1.0) if op == MIN else (0.0, 0.0)
        if low[this] >= high[other]:
            return (0.0, 0.0) if op == MIN else (1.0, 1.0)
        return 0.0, 1.0
    return _slope_of_function(op, low[i], high[i], low[k], high[k])


@compiled
def _slope_of_function(op: int, a: float, b: float, p: float, q: float) -> tuple[float, float]:
    """Return the derivative of a function on [a, b], where its values are in [p, q]."""
    if op == EXP:
        return p, q
    if op == TANH:
        r, s = add(1.0, 1.0, -q, -p)
        u, v = add(1.0, 1.0, p, q)
        r, s = multiply(r, s, u, v)
        return max(r, 0.0), min(s, 1.0)
    if op == SIN:
        return cosine(a, b)
    if op == COS:
        r, s = sine(a, b)
        return -s, -r
    if op == ABS:
        return (1.0 if a >= 0.0 else -1.0), (-1.0 if b <= 0.0 and a < 0.0 else 1.0)
    return _slope_with_gaps(op, a, b, p, q)


@compiled
def _slope_with_gaps(op: int, a: float, b: float, p: float, q: float) -> tuple[float, float]:
    """Return the derivative of a function that is undefined or jumps somewhere."""
    if op == LOG and a > 0.0:
        return divide(1.0, 1.0, a, b)
    if op == SQRT and a >= 0.0:
        return divide(0.5, 0.5, p, q)
    if op == SIGN and (a > 0.0 or b < 0.0):
        return 0.0, 0.0
    if op == POSITIVE and (a > 0.0 or b <= 0.0):
        return 0.0, 0.0
    if op > POSITIVE and (a >= 0.0 or b < 0.0):
        return 0.0, 0.0
    return -INFINITY, INFINITY
