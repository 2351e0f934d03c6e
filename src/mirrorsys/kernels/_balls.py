"""A tape on balls: values and slopes with any number of bits, rounding included.

A ball of python-flint (Arb) is a midpoint of any precision with a radius; whatever is
computed with balls holds the true result. Balls are slower than the doubles of
`_propagation` and looser on wide boxes ([0, 1] * [0, 1] becomes [-1/2, 1]), but they
reach any accuracy: doubles search, balls certify.

Where a value is undefined somewhere in the box, or may be, the result is not finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from flint import arb, arb_mat, ctx, fmpq

from mirrorsys.kernels._tape import Op, Tape

__all__ = ["BallFunction", "ball_around", "outer_floats"]

FUNCTIONS: dict[Op, Callable[[arb], arb]] = {
    Op.SQRT: lambda x: x.sqrt(),
    Op.EXP: lambda x: x.exp(),
    Op.LOG: lambda x: x.log(),
    Op.SIN: lambda x: x.sin(),
    Op.COS: lambda x: x.cos(),
    Op.TANH: lambda x: x.tanh(),
    Op.ABS: abs,
    Op.SIGN: lambda x: x.sgn(),
    Op.POSITIVE: lambda x: _indicator(x > 0, x <= 0),
    Op.NONNEGATIVE: lambda x: _indicator(x >= 0, x < 0),
}


@dataclass(frozen=True)
class BallFunction:
    """The outputs of a tape as functions of balls.

    Parameters
    ----------
    tape : Tape
    bits : int
        Precision of midpoints.
    """

    tape: Tape
    bits: int = 128

    @cached_property
    def _constants(self) -> list[arb]:
        with ctx.workprec(self.bits):
            return [arb(fmpq(q.numerator, q.denominator)) for q in self.tape.constants]

    def _nodes(self, point: Sequence[arb]) -> list[arb]:
        nodes = [*point, *self._constants]
        for op, first, second in self.tape.steps:
            nodes.append(_value(op, first, second, nodes))
        return nodes

    def values(self, point: Sequence[arb]) -> list[arb]:
        """Return every output on a box, one ball for each state in and one for each output out."""
        with ctx.workprec(self.bits):
            nodes = self._nodes(point)
        return [nodes[output] for output in self.tape.outputs]

    def slopes(self, point: Sequence[arb]) -> arb_mat:
        """Return the Jacobian on a box, shape (n_output, n_state).

        It holds the slopes of both sides of a kink (abs, min, max), so that the mean value
        theorem holds across it. At a jump it is not finite.
        """
        with ctx.workprec(self.bits):
            nodes = self._nodes(point)
            return arb_mat([self._row(index, nodes) for index in range(len(self.tape.outputs))])

    def _row(self, index: int, nodes: list[arb]) -> list[arb]:
        """Return the gradient of one output, from the output back to the states."""
        slopes = {self.tape.outputs[index]: arb(1)}
        for node in reversed(self.tape.needed[index]):
            slope = slopes.get(node)
            if node < self.tape.first_step or slope is None or slope.is_zero():
                continue
            op, first, second = self.tape.steps[node - self.tape.first_step]
            for place, operand in enumerate(self.tape.operands(node)):
                if len(self.tape.state_names) <= operand < self.tape.first_step:
                    continue  # a constant
                part = slope * _slope(op, place, nodes[node], nodes[first], second, nodes)
                slopes[operand] = slopes[operand] + part if operand in slopes else part
        return [slopes.get(state, arb(0)) for state in range(len(self.tape.state_names))]


def _value(op: Op, first: int, second: int, nodes: list[arb]) -> arb:
    x = nodes[first]
    if op is Op.ADD:
        return x + nodes[second]
    if op is Op.MUL:
        return x * nodes[second]
    if op is Op.DIV:
        return x / nodes[second]
    if op is Op.NEG:
        return -x
    if op is Op.POWER:
        return _power(x, second)
    if op is Op.MIN:
        return x.min(nodes[second])
    if op is Op.MAX:
        return x.max(nodes[second])
    return FUNCTIONS[op](x)


def _power(x: arb, n: int) -> arb:
    """Return x**n for a whole number n > 0; the operator of arb fails around zero."""
    result = x
    for digit in bin(n)[3:]:
        result = result * result * x if digit == "1" else result * result
    return result


def _slope(op: Op, place: int, value: arb, x: arb, second: int, nodes: list[arb]) -> arb:
    """Return the derivative of a step by its first (place 0) or second operand."""
    if op is Op.ADD:
        return arb(1)
    if op is Op.MUL:
        return nodes[second] if place == 0 else x
    if op is Op.DIV:
        return (arb(1) if place == 0 else -value) / nodes[second]
    if op is Op.NEG:
        return arb(-1)
    if op is Op.POWER:
        return second * _power(x, second - 1)
    if op in {Op.MIN, Op.MAX}:
        this, other = (x, nodes[second]) if place == 0 else (nodes[second], x)
        difference = other - this if op is Op.MIN else this - other
        return _indicator(difference >= 0, difference <= 0)
    return _slope_of_function(op, value, x)


def _slope_of_function(op: Op, value: arb, x: arb) -> arb:
    if op is Op.EXP:
        return value
    if op is Op.LOG:
        return 1 / x
    if op is Op.SQRT:
        return 1 / (2 * value)
    if op is Op.SIN:
        return x.cos()
    if op is Op.COS:
        return -x.sin()
    if op is Op.TANH:
        return 1 - value * value  # the power of arb fails around zero
    if op is Op.ABS:
        return 2 * _indicator(x >= 0, x <= 0) - 1
    return arb(0) if x > 0 or x < 0 else arb.nan()  # a step, flat but where it jumps


def _indicator(is_one: bool, is_zero: bool) -> arb:
    """Return 1 or 0 where that is sure, else the ball [0, 1]."""
    if is_one:
        return arb(1)
    return arb(0) if is_zero else arb(0.5, 0.5)


def outer_floats(ball: arb) -> tuple[float, float]:
    """Return doubles below and above a ball, the nearest ones; a point that is a double stays."""
    ends = ball.lower(), ball.upper()
    low, high = (float(end) for end in ends)
    if not arb(low) <= ends[0]:
        low = math.nextafter(low, -math.inf)
    if not arb(high) >= ends[1]:
        high = math.nextafter(high, math.inf)
    return low, high


def ball_around(low: float, high: float) -> arb:
    """Return a ball that holds [low, high], hardly wider."""
    middle = (arb(low) + arb(high)) / 2
    return arb(middle.mid(), ((arb(high) - arb(low)) / 2 + middle.rad()).upper())
