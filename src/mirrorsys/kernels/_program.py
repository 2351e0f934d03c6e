"""A tape as flat arrays, for machine code to read; or as lists, which plain Python reads faster."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from mirrorsys.kernels._intervals import above, below
from mirrorsys.kernels._tape import Tape

__all__ = ["Floats", "Program", "Workspace", "program", "workspace"]

Floats = list[float]  # in machine code an array
Integers = list[int]


class Program(NamedTuple):
    """A tape: ``op[k], first[k], second[k]`` say what node ``k`` does with which nodes.

    The steps that output i needs are ``rows[row_start[i]:row_start[i + 1]]``, in order.
    """

    n_state: int
    first_step: int
    op: Integers
    first: Integers
    second: Integers
    outputs: Integers
    rows: Integers
    row_start: Integers


class Workspace(NamedTuple):
    """What the contractions of one box read and write.

    `low` and `high` are the values of each node on the box; the first entries, the states,
    are the box itself. The others are scratch: values of nodes on a face or at a point,
    slopes of one output with respect to each node, and n_state x n_state matrices, row by
    row: bounds of the Jacobian, its middle, and the inverse of that.
    """

    low: Floats
    high: Floats
    face_low: Floats
    face_high: Floats
    slope_low: Floats
    slope_high: Floats
    jacobian_low: Floats
    jacobian_high: Floats
    middle: Floats
    inverse: Floats
    centre: Floats
    value_low: Floats
    value_high: Floats


def program(tape: Tape, *, as_arrays: bool) -> Program:
    """Return a tape as lists or arrays."""
    start = tape.first_step
    steps = [(0, 0, 0)] * start + [(int(op), i, j) for op, i, j in tape.steps]
    rows = [[node for node in needed if node >= start] for needed in tape.needed]
    row_start = [sum(map(len, rows[:i])) for i in range(len(rows) + 1)]
    columns = (
        *(list(column) for column in zip(*steps, strict=True)),
        list(tape.outputs),
        [node for row in rows for node in row],
        row_start,
    )
    return Program(
        len(tape.state_names), start, *(_stored(column, np.int64, as_arrays) for column in columns)
    )


def workspace(tape: Tape, *, as_arrays: bool) -> Workspace:
    """Return fresh lists or arrays, the constants of the tape filled in."""
    n, n_nodes = len(tape.state_names), tape.first_step + len(tape.steps)
    bounds = [(0.0, 0.0)] * n + [_bounds(value) for value in tape.constants]
    low, high = ([each[end] for each in bounds] + [0.0] * len(tape.steps) for end in (0, 1))
    columns = (
        *(low, high, low, high),
        *([0.0] * n_nodes for _ in range(2)),
        *([0.0] * (n * n) for _ in range(4)),
        *([0.0] * n for _ in range(3)),
    )
    return Workspace(*(_stored(column, np.float64, as_arrays) for column in columns))


def _stored(column: Sequence[Any], kind: type, as_arrays: bool) -> Any:
    return np.array(column, dtype=kind) if as_arrays else list(column)


def _bounds(value: Fraction) -> tuple[float, float]:
    """Return the doubles next to a rational number, below and above; itself if it is one."""
    nearest = float(value)
    if Fraction(nearest) == value:
        return nearest, nearest
    return below(nearest), above(nearest)
