"""Taylor series of polynomial equations, in whole numbers: an integrator of 28 digits.

Numbers are whole multiples of 2**-BITS, so that products of series are sums of products of
Python's own integers. The recurrences are read off the right-hand side of a `System`; nothing
of the library is used beside its symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul

import sympy as sp

__all__ = ["BITS", "ORDER", "Equations", "equations_of", "fixed", "series", "step_of", "value_at"]

BITS = 128
ORDER = 32
SMALL = 1 << (BITS - 93)  # about 1e-28: what the last term of a step may be
GROWTH = 1.25  # of a step beside the last, at most: coefficients are scaled by the last


def fixed(number: float | Fraction) -> int:
    """Return a number as a multiple of 2**-BITS."""
    exact = Fraction(number)
    return round(exact * (1 << BITS))


@dataclass
class Equations:
    """Right-hand sides as a list of sums and products, each of earlier entries.

    Entries 0, 1, ... are the varying symbols (states, then driven inputs). An operation is
    ("sum", constant, [entries]), ("scale", constant, entry) or ("product", entry, entry);
    constants are expressions in the symbols that do not vary.
    """

    varying: tuple[sp.Symbol, ...]
    operations: list[tuple[str, object, object]] = field(default_factory=list)
    places: dict[sp.Expr, int] = field(default_factory=dict)
    rhs: list[int] = field(default_factory=list)

    def place(self, expression: sp.Expr) -> int:
        """Return the entry of an expression that varies, added if it is new."""
        if expression not in self.places:
            operation = self._operation(expression)
            self.operations.append(operation)
            self.places[expression] = len(self.varying) + len(self.operations) - 1
        return self.places[expression]

    def _operation(self, expression: sp.Expr) -> tuple[str, object, object]:
        constant, rest = self._parted(expression)
        if expression.is_Add or not rest:
            return "sum", constant, [self.place(each) for each in rest]
        if expression.is_Mul and constant != 1:
            return "scale", constant, self.place(sp.Mul(*rest, evaluate=len(rest) < 2))
        if expression.is_Mul:
            return "product", self.place(rest[0]), self.place(sp.Mul(*rest[1:]))
        if expression.is_Pow and expression.exp.is_Integer and expression.exp > 1:
            half = expression.exp // 2
            return (
                "product", self.place(expression.base**half),
                self.place(expression.base ** (expression.exp - half)),
            )  # fmt: skip
        raise ValueError(f"{expression} is no polynomial in {self.varying}.")

    def _parted(self, expression: sp.Expr) -> tuple[sp.Expr, list[sp.Expr]]:
        """Return the part of a sum or product that does not vary, and the terms that do."""
        free = set(self.varying)
        if not expression.free_symbols & free:
            return expression, []
        if not (expression.is_Add or expression.is_Mul):
            return sp.Integer(1), [expression]
        rest = [each for each in expression.args if each.free_symbols & free]
        held = [each for each in expression.args if not each.free_symbols & free]
        return expression.func(*held), rest


def equations_of(rhs: Sequence[sp.Expr], varying: Sequence[sp.Symbol]) -> Equations:
    """Return expressions as operations on series.

    Raises
    ------
    ValueError
        If one is no polynomial.
    """
    found = Equations(tuple(varying), places={each: i for i, each in enumerate(varying)})
    found.rhs = [found.place(sp.sympify(each)) for each in rhs]
    return found


def constants_of(equations: Equations, values: Mapping[sp.Symbol, Fraction]) -> list[int]:
    """Return the constant of each operation, computed in fractions and rounded once."""
    return [
        fixed(_fraction(one, values)) if isinstance(one, sp.Expr) else 0
        for _, one, _ in equations.operations
    ]


def _fraction(expression: sp.Expr, values: Mapping[sp.Symbol, Fraction]) -> Fraction:
    if expression.is_Symbol:
        return values[expression]
    if expression.is_Rational:
        return Fraction(int(expression.p), int(expression.q))
    parts = [_fraction(each, values) for each in expression.args]
    if expression.is_Add:
        return sum(parts, Fraction(0))
    if expression.is_Pow:
        return parts[0] ** int(parts[1])
    product = Fraction(1)
    for each in parts:
        product *= each
    return product


def series(
    equations: Equations, constants: Sequence[int], state: Sequence[int],
    inputs: Sequence[Sequence[int]], h: int, order: int = ORDER,
) -> list[list[int]]:  # fmt: skip
    """Return the Taylor coefficients of the states, times the powers of the step `h`.

    `inputs` are those of the driven inputs, as far as they are not 0.
    """
    n = len(state)
    known: list[list[int]] = [[each] for each in state]
    known += [[*each, *[0] * (order - len(each))] for each in inputs]
    operations = []
    for (kind, one, two), constant in zip(equations.operations, constants, strict=True):
        own: list[int] = []
        known.append(own)
        if kind == "product":
            operations.append((0, own, known[one], known[two]))
        elif kind == "scale":
            operations.append((1, own, constant, known[two]))
        else:
            operations.append((2, own, constant, [known[each] for each in two]))
    rates = [known[place] for place in equations.rhs]
    for k in range(order):
        for kind, own, one, two in operations:
            if kind == 0:
                own.append(sum(map(mul, one[: k + 1], two[k::-1])) >> BITS)
            elif kind == 1:
                own.append((one * two[k]) >> BITS)
            else:
                own.append(sum([each[k] for each in two], one if k == 0 else 0))
        for i in range(n):
            known[i].append((rates[i][k] * h >> BITS) // (k + 1))
    return known[:n]


def step_of(coefficients: Sequence[Sequence[int]], h: int) -> int:
    """Return how long a step may be: the last two terms stay below about 1e-28."""
    factor = GROWTH
    for k in (ORDER - 1, ORDER):
        size = max(abs(each[k]) for each in coefficients)
        if size:
            factor = min(factor, 0.9 * float(Fraction(SMALL, size)) ** (1 / k))
    return round(Fraction(factor) * h)


def value_at(coefficients: Sequence[Sequence[int]], place: int) -> list[int]:
    """Return the states at a place in the step, given as a fraction of `h`."""
    found = []
    for each in coefficients:
        total = 0
        for term in reversed(each):
            total = (total * place >> BITS) + term
        found.append(total)
    return found
