"""A tape: expressions as one list of elementary steps, numbers exact.

The nodes of a tape are the states, then the exact constants, then one node for each step,
which reads one or two nodes before it. Equal parts of several expressions are one node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cached_property

__all__ = ["ONE_OPERAND", "Op", "Tape"]


class Op(IntEnum):
    """What a step does with its first and, where it has one, second operand."""

    ADD = 0
    MUL = 1
    DIV = 2
    NEG = 3
    POWER = 4  # the second operand is the exponent itself, a whole number above 1
    SQRT = 5
    EXP = 6
    LOG = 7
    SIN = 8
    COS = 9
    TANH = 10
    ABS = 11
    SIGN = 12
    MIN = 13
    MAX = 14
    POSITIVE = 15  # 1 where the operand is positive, else 0
    NONNEGATIVE = 16  # 1 where the operand is not negative, else 0


ONE_OPERAND = frozenset(Op) - {Op.ADD, Op.MUL, Op.DIV, Op.MIN, Op.MAX}


@dataclass(frozen=True)
class Tape:
    """Expressions of the states, as elementary steps.

    Parameters
    ----------
    state_names : tuple of str
        Nodes 0, 1, ... are these states.
    constants : tuple of Fraction
        The values of the next nodes.
    steps : tuple of (Op, int, int)
        The nodes after that: what is done with which earlier nodes.
    outputs : tuple of int
        The node that holds the value of each expression.
    """

    state_names: tuple[str, ...]
    constants: tuple[Fraction, ...]
    steps: tuple[tuple[Op, int, int], ...]
    outputs: tuple[int, ...]

    @property
    def first_step(self) -> int:
        """The node of the first step."""
        return len(self.state_names) + len(self.constants)

    def operands(self, node: int) -> tuple[int, ...]:
        """Return the nodes that a node reads."""
        if node < self.first_step:
            return ()
        op, first, second = self.steps[node - self.first_step]
        return (first,) if op in ONE_OPERAND else (first, second)

    @cached_property
    def needed(self) -> tuple[tuple[int, ...], ...]:
        """For each output every node that it depends on, itself included, in order."""
        return tuple(self._needed(output) for output in self.outputs)

    def _needed(self, output: int) -> tuple[int, ...]:
        found, waiting = set(), [output]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(self.operands(node))
        return tuple(sorted(found))

    @property
    def links(self) -> list[tuple[int, int]]:
        """The pairs (output, state) such that the output depends on the state."""
        n_state = len(self.state_names)
        return [(i, j) for i, nodes in enumerate(self.needed) for j in nodes if j < n_state]

    def restricted(self, states: Sequence[int]) -> Tape:
        """Return the tape of some states and their outputs, which depend on no other states."""
        needed = {node for i in states for node in self.needed[i] if node >= len(self.state_names)}
        kept = [*states, *sorted(needed)]
        place = {node: index for index, node in enumerate(kept)}
        constants = [node for node in kept[len(states) :] if node < self.first_step]
        steps = []
        for node in kept[len(states) + len(constants) :]:
            op, first, second = self.steps[node - self.first_step]
            steps.append((op, place[first], second if op in ONE_OPERAND else place[second]))
        return Tape(
            tuple(self.state_names[i] for i in states),
            tuple(self.constants[node - len(self.state_names)] for node in constants),
            tuple(steps),
            tuple(place[self.outputs[i]] for i in states),
        )
