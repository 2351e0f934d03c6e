"""Contract a box around the zeros that it can hold, and say where to bisect it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis import _contraction
from mirrorsys.kernels import _interval_functions, _intervals, _program, _propagation, _tape
from mirrorsys.kernels._compiled import is_library_cached, is_numba_in_use, library
from mirrorsys.kernels._program import program, workspace
from mirrorsys.kernels._tape import Op, Tape

__all__ = ["Contractor"]

Floats = NDArray[np.float64]

MAX_SWEEPS = 30
COMPILING, LOADING = 4_000_000, 400_000  # the effort of it: some 10 s, and 1 s
STEPS = ("propagated", "trimmed", "newton")
MODULES = (_intervals, _interval_functions, _propagation, _contraction)
RESTS_ON = (_tape, _program)
SLOW, SLOWER = {Op.EXP, Op.LOG, Op.SIN, Op.COS, Op.TANH}, 40  # in plain Python, against a sum
WORTHWHILE = 0.8  # sweep again while some side shrinks to less than this


@dataclass
class _Effort:
    """What contractions have cost in this process; results do not depend on it.

    Plain Python solves a dyad before machine code would be ready, so it starts; when it has
    cost about as much as compiling would (or loading, where it is kept from an earlier
    process), machine code takes over, twenty times faster.
    """

    spent: int = 0

    @property
    def is_worth_compiling(self) -> bool:
        return (
            self.spent > LOADING
            and is_numba_in_use()
            and (self.spent > COMPILING or is_library_cached(MODULES, STEPS, RESTS_ON))
        )


_EFFORT = _Effort()


class Contractor:
    """The contractions of a tape, with the arrays that they use over and over.

    Parameters
    ----------
    tape : Tape
    finest : ndarray, shape (n_state,)
        The length of each side below which it needs no more work.
    """

    def __init__(self, tape: Tape, finest: Floats) -> None:
        self._tape, self._finest = tape, finest
        self._n = len(tape.state_names)
        functions = tape.first_step + np.flatnonzero([op in SLOW for op, _, _ in tape.steps])
        n_steps = sum(len(each) + SLOWER * np.isin(each, functions).sum() for each in tape.needed)
        self._effort_of_sweep = int(n_steps) * self._n  # in proportion to time, near enough
        self._use(is_compiled=_EFFORT.is_worth_compiling)

    def _use(self, *, is_compiled: bool) -> None:
        if is_compiled:
            functions = library(MODULES, STEPS, RESTS_ON)
        else:
            functions = {name: getattr(_contraction, name) for name in STEPS}
        self._is_compiled = is_compiled
        self._steps: list[Callable[..., bool]] = list(functions.values())
        self._program = program(self._tape, as_arrays=is_compiled)
        self._work: Any = workspace(self._tape, as_arrays=is_compiled)

    def contract(self, low: Floats, high: Floats) -> bool:
        """Narrow a box, in place, to where a zero can be; tell whether any is left."""
        if not self._is_compiled and _EFFORT.is_worth_compiling:
            self._use(is_compiled=True)
        n, work = self._n, self._work
        work.low[:n], work.high[:n] = low.tolist(), high.tolist()
        width = high - low
        for _ in range(MAX_SWEEPS):
            _EFFORT.spent += self._effort_of_sweep
            if not all(step(self._program, work) for step in self._steps):
                return False
            low[:], high[:] = work.low[:n], work.high[:n]
            before, width = width, high - low
            if not np.any((width < WORTHWHILE * before) & (before > self._finest)):
                break
        return True

    def side_to_bisect(self, low: Floats, high: Floats) -> int:
        """Return the side to bisect of the box that was contracted last, or -1 if it is small.

        It is the one along which the outputs vary most, each output's variation counting
        as 1; the longest one where slopes have no bounds.
        """
        width = high - low
        if np.all(width <= self._finest):
            return -1
        least, largest = np.array([self._work.jacobian_low, self._work.jacobian_high])
        variation = np.maximum(-least, largest).reshape(self._n, self._n) * width
        total = variation.sum(axis=1, keepdims=True)
        smear = width / self._finest
        if np.all(total > 0) and np.all(np.isfinite(total)):
            smear = (variation / total).sum(axis=0)
        return int(np.argmax(np.where(width > self._finest, smear, -1.0)))
