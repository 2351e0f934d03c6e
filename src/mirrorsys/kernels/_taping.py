"""From SymPy to a tape that suits interval arithmetic.

Parameters become exact rationals and are folded. Nothing is expanded, because in interval
arithmetic the form of an expression decides how sharp its bounds are. (Common factors of a
sum are taken out: where x*a - x*b is zero and x is not, a - b is, and intervals can use
that.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp

from mirrorsys._expressions import ExpressionError
from mirrorsys._system import System
from mirrorsys.kernels._tape import ONE_OPERAND, Op, Tape
from mirrorsys.symbolic._polynomials import numbers

__all__ = ["system_tape"]

MAX_BITS = 4096  # of a folded power; a larger one stays a step

FUNCTIONS = {
    sp.exp: Op.EXP, sp.log: Op.LOG, sp.sin: Op.SIN, sp.cos: Op.COS, sp.tanh: Op.TANH,
    sp.Abs: Op.ABS, sp.sign: Op.SIGN,
}  # fmt: skip
# As a quotient the poles of tan are those of a division, which intervals can exclude.
REWRITTEN = {
    sp.tan: lambda x: sp.Mul(sp.sin(x), 1 / sp.cos(x), evaluate=False),
    sp.sinh: lambda x: (sp.exp(x) - sp.exp(-x)) / 2,
    sp.cosh: lambda x: (sp.exp(x) + sp.exp(-x)) / 2,
}


def system_tape(system: System, params: Mapping[str, float] | None = None) -> Tape:
    """Return the right-hand side of a system as a tape, its parameters exact constants.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults; each number is the
        rational that its shortest decimal form denotes.

    Raises
    ------
    ValueError
        If `params` does not fit the system, or makes an equation divide by zero.
    """
    builder = _Builder(system.state_names, numbers(system, params or {}))
    outputs = []
    for name, expression in zip(system.state_names, _prepared(system), strict=True):
        try:
            outputs.append(builder.node(expression))
        except ZeroDivisionError:
            raise ValueError(
                f"with these `params` the equation of {name!r} in {system.name!r} divides by "
                "zero; change the parameter in its denominator."
            ) from None
    return builder.tape(outputs)


@lru_cache(maxsize=64)
def _prepared(system: System) -> tuple[sp.Expr, ...]:
    return tuple(sp.factor_terms(expression) for expression in system.rhs)


class _Builder:
    """Nodes under construction: ("state", i), ("constant", q) or (op, node, node)."""

    def __init__(self, state_names: Sequence[str], values: Mapping[str, Fraction]) -> None:
        self.state_names = tuple(state_names)
        self.values = values
        self.nodes: dict[tuple[Any, ...], int] = {}
        self.keys: list[tuple[Any, ...]] = []
        self.read: dict[sp.Expr, int] = {}
        for index in range(len(self.state_names)):
            self.add_node("state", index)

    def add_node(self, *key: Any) -> int:
        if key not in self.nodes:
            self.nodes[key] = len(self.keys)
            self.keys.append(key)
        return self.nodes[key]

    def constant(self, value: Fraction | int) -> int:
        return self.add_node("constant", Fraction(value))

    def value(self, node: int) -> Fraction | None:
        """Return the number that a node holds, None if it is not a constant."""
        kind, *rest = self.keys[node]
        return rest[0] if kind == "constant" else None

    def step(self, op: Op, first: int, second: int = 0) -> int:
        return self.add_node(op, first, second)

    # ---- arithmetic on nodes, constants folded ---------------------------------------------

    def sum(self, nodes: Iterable[int]) -> int:
        total, rest = Fraction(0), []
        for node in nodes:
            value = self.value(node)
            if value is None:
                rest.append(node)
            else:
                total += value
        if total or not rest:
            rest.append(self.constant(total))
        return self._chain(Op.ADD, rest)

    def product(self, nodes: Iterable[int]) -> int:
        factor, rest = Fraction(1), []
        for node in nodes:
            value = self.value(node)
            if value is None:
                rest.append(node)
            else:
                factor *= value
        if factor == 0 or not rest:
            return self.constant(factor)
        result = self._chain(Op.MUL, rest)
        if factor == -1:
            return self.step(Op.NEG, result)
        return result if factor == 1 else self.step(Op.MUL, self.constant(factor), result)

    def quotient(self, numerator: int, denominator: int) -> int:
        value = self.value(denominator)
        if value is not None:
            return self.product((numerator, self.constant(1 / value)))
        if self.value(numerator) == 0:
            return numerator
        return self.step(Op.DIV, numerator, denominator)

    def power(self, base: int, exponent: Fraction) -> int:
        if exponent < 0:
            return self.quotient(self.constant(1), self.power(base, -exponent))
        if exponent.denominator == 2:
            return self.power(self.step(Op.SQRT, base), 2 * exponent)
        if exponent.denominator != 1:
            logarithm = self.step(Op.LOG, base)
            return self.step(Op.EXP, self.product((self.constant(exponent), logarithm)))
        n, value = exponent.numerator, self.value(base)
        if n in {0, 1}:
            return base if n else self.constant(1)
        if (
            value is not None
            and n * max(map(abs, value.as_integer_ratio())).bit_length() < MAX_BITS
        ):
            return self.constant(value**n)
        return self.step(Op.POWER, base, n)

    def _chain(self, op: Op, nodes: list[int]) -> int:
        result = nodes[0]
        for node in nodes[1:]:
            result = self.step(op, result, node)
        return result

    # ---- from SymPy ------------------------------------------------------------------------

    def node(self, expression: Any) -> int:
        """Return the node of an expression."""
        if expression not in self.read:
            self.read[expression] = self._node(expression)
        return self.read[expression]

    def _node(self, expression: Any) -> int:
        if expression.is_Rational:
            return self.constant(Fraction(int(expression.p), int(expression.q)))
        if expression.is_Symbol:
            if expression.name in self.values:
                return self.constant(self.values[expression.name])
            return self.state_names.index(expression.name)
        if expression.is_Add:
            return self.sum(map(self.node, expression.args))
        if expression.is_Mul:
            return self._product(expression)
        if expression.is_Pow:
            return self._power(expression)
        if expression is sp.E:
            return self.step(Op.EXP, self.constant(1))
        if isinstance(expression, sp.Min | sp.Max):
            op = Op.MIN if isinstance(expression, sp.Min) else Op.MAX
            return self._chain(op, sorted(map(self.node, expression.args)))
        if isinstance(expression, sp.Piecewise):
            return self._condition(expression.args[0][1])
        if type(expression) in FUNCTIONS:
            return self.step(FUNCTIONS[type(expression)], self.node(expression.args[0]))
        if type(expression) in REWRITTEN:
            return self.node(REWRITTEN[type(expression)](expression.args[0]))
        raise ExpressionError(
            f"{expression} ({type(expression).__name__}) has no interval form; write it with "
            "+ - * / **, comparisons and the functions of the grammar."
        )

    def _product(self, expression: Any) -> int:
        above, below = [], []
        for factor in expression.args:
            if factor.is_Pow and factor.exp.could_extract_minus_sign():
                below.append(self.node(factor.base ** (-factor.exp)))
            else:
                above.append(self.node(factor))
        return self.quotient(self.product(above), self.product(below))

    def _power(self, expression: Any) -> int:
        base, exponent = self.node(expression.base), self.node(expression.exp)
        value = self.value(exponent)
        if value is not None:
            return self.power(base, value)
        return self.step(Op.EXP, self.product((exponent, self.step(Op.LOG, base))))

    def _condition(self, condition: Any) -> int:
        """Return 1 where a comparison holds and 0 elsewhere, as all pieces of the grammar are."""
        above, below = condition.gts, condition.lts
        difference = self.sum(
            (self.node(above), self.product((self.constant(-1), self.node(below))))
        )
        is_strict = isinstance(condition, sp.StrictGreaterThan | sp.StrictLessThan)
        value = self.value(difference)
        if value is not None:
            return self.constant(int(value > 0 if is_strict else value >= 0))
        return self.step(Op.POSITIVE if is_strict else Op.NONNEGATIVE, difference)

    # ---- the result ------------------------------------------------------------------------

    def tape(self, outputs: Sequence[int]) -> Tape:
        """Return the tape of some nodes, without what they do not need."""
        kept: set[int] = set()
        waiting = [*range(len(self.state_names)), *outputs]
        while waiting:
            node = waiting.pop()
            if node not in kept:
                kept.add(node)
                waiting.extend(self._operands(node))
        ordered = sorted(kept, key=lambda node: (_rank(self.keys[node]), node))
        place = {node: index for index, node in enumerate(ordered)}
        constants, steps = [], []
        for node in ordered:
            kind, *rest = self.keys[node]
            if kind == "constant":
                constants.append(rest[0])
            elif kind != "state":
                first, second = rest
                is_node = kind not in ONE_OPERAND
                steps.append((kind, place[first], place[second] if is_node else second))
        return Tape(
            self.state_names, tuple(constants), tuple(steps), tuple(place[k] for k in outputs)
        )

    def _operands(self, node: int) -> list[int]:
        kind, *rest = self.keys[node]
        if isinstance(kind, str):
            return []
        return rest[:1] if kind in ONE_OPERAND else rest


def _rank(key: tuple[Any, ...]) -> int:
    return {"state": 0, "constant": 1}.get(str(key[0]), 2)
