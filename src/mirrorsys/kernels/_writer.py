"""Expressions as instructions of LLVM: of one number each, or of several lanes at once.

What expressions have in common is computed once. Arithmetic is IEEE, operation by
operation; in lanes, a product may be fused with the sum it is part of where the processor
has an instruction for it, and what the states do not change is computed beforehand
(`Writer.prepared`).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import sympy as sp

__all__ = ["Writer", "declarations"]

PIECE = 2000  # instructions
LARGEST_PRODUCT = 4  # x**4 is x*x*x*x; higher powers call pow
LIBRARY = {
    sp.exp: "exp", sp.log: "log", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan",
    sp.sinh: "sinh", sp.cosh: "cosh", sp.tanh: "tanh",
}  # fmt: skip
COMPARISONS = {
    sp.StrictGreaterThan: "ogt", sp.GreaterThan: "oge", sp.StrictLessThan: "olt",
    sp.LessThan: "ole", sp.Equality: "oeq", sp.Unequality: "une",
}  # fmt: skip


def declarations(lanes: int | None = None) -> str:
    """Return the declarations of what instructions may call."""
    if lanes is None or lanes == 1:
        names = [*LIBRARY.values(), "llvm.sqrt.f64", "llvm.fabs.f64"]
        lines = [f"declare double @{name}(double)" for name in names]
        return "\n".join([*lines, "declare double @llvm.pow.f64(double, double)"])
    kind = f"<{lanes} x double>"
    names = [f"llvm.{name}.v{lanes}f64" for name in (*LIBRARY.values(), "sqrt", "fabs")]
    lines = [f"declare {kind} @{name}({kind})" for name in names]
    return "\n".join([*lines, f"declare {kind} @llvm.pow.v{lanes}f64({kind}, {kind})"])


class Writer:
    """Writes expressions as instructions of one function, what they have in common once.

    Parameters
    ----------
    places : mapping of Symbol to str
        Array and position of every symbol: ``"ptr %states, i32 3"``.
    lanes : int, optional
        Compute on that many numbers at once; each place then holds as many.
    prepared : dict of Expr to int, optional
        Expressions of `fixed` symbols alone are read from the array ``prepared``; each
        is added here with its position.
    fixed : collection of Symbol
    stride : int
        Results, and what is prepared, lie that many vectors apart.
    """

    def __init__(
        self,
        places: Mapping[sp.Symbol, str],
        lanes: int | None = None,
        prepared: dict[Any, int] | None = None,
        fixed: Iterable[sp.Symbol] = (),
        stride: int = 1,
    ) -> None:
        self.places, self.lines = places, list[str]()
        self.known: dict[Any, str] = {}
        self.flags = "" if lanes is None else "contract "
        self.prepared, self.fixed, self.stride = prepared, frozenset(fixed), stride
        self.lanes = None if lanes == 1 else lanes  # one lane is a plain number
        self.type = "double" if self.lanes is None else f"<{lanes} x double>"
        self.mask = "i1" if self.lanes is None else f"<{lanes} x i1>"

    def written(self, numbered: Iterator[tuple[int, sp.Expr]]) -> str:
        """Return the instructions for as many of the results that are left as a piece may hold."""
        for index, expression in numbered:
            value = self.value(expression)
            place = self.add(f"getelementptr {self.type}, ptr %out, i32 {index * self.stride}")
            self.lines.append(f"store {self.type} {value}, ptr {place}")
            if len(self.lines) >= PIECE:
                break
        return "\n".join([*self.lines, "ret void"]) if self.lines else ""

    def add(self, instruction: str) -> str:
        """Add an instruction; return the name of its result."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {instruction}")
        return name

    def value(self, expression: Any) -> str:
        """Return the name of the value of an expression, or the number that it is."""
        if expression not in self.known:
            self.known[expression] = self._value(expression)
        return self.known[expression]

    def _value(self, expression: Any) -> str:
        if self._is_fixed(expression):
            assert self.prepared is not None
            index = self.prepared.setdefault(expression, len(self.prepared))
            return self._loaded(f"ptr %prepared, i32 {index * self.stride}")
        if expression.is_Symbol:
            return self._loaded(self.places[expression])
        if expression.is_Add:
            return self.joined("fadd", map(self.value, self._gathered(expression)))
        if expression.is_Mul:
            return self._product(self._gathered(expression))
        if expression.is_Pow:
            return self._power(expression.base, expression.exp)
        if isinstance(expression, sp.Piecewise):
            return self._pieces(expression)
        if type(expression) in LIBRARY:
            return self._called(LIBRARY[type(expression)], expression.args[0])
        if expression.is_Atom and expression.is_real:
            return self._constant(float(expression))
        return self._special(expression)

    def _is_fixed(self, expression: Any) -> bool:
        """Tell whether an expression depends on fixed symbols, and on nothing else."""
        if self.prepared is None or isinstance(expression, sp.Rel | sp.logic.boolalg.BooleanAtom):
            return False
        symbols = expression.free_symbols
        return bool(symbols) and symbols <= self.fixed

    def _gathered(self, expression: Any) -> tuple[Any, ...]:
        """Return terms or factors, those that the states do not change put together as one."""
        if self.prepared is None:
            return expression.args  # type: ignore[no-any-return]
        fixed = [each for each in expression.args if each.free_symbols <= self.fixed]
        if len(fixed) < 2:
            return expression.args  # type: ignore[no-any-return]
        others = [each for each in expression.args if not each.free_symbols <= self.fixed]
        return (expression.func(*fixed), *others)

    def _loaded(self, place: str) -> str:
        address = self.add(f"getelementptr {self.type}, {place}")
        return self.add(f"load {self.type}, ptr {address}")

    def _special(self, expression: Any) -> str:
        if isinstance(expression, sp.Abs):
            return self._called("fabs", expression.args[0])
        if isinstance(expression, sp.sign):
            return self._sign(self.value(expression.args[0]))
        if isinstance(expression, sp.Heaviside):
            half, sign = self._constant(0.5), self._sign(self.value(expression.args[0]))
            return self.joined("fadd", [half, self.joined("fmul", [half, sign])])
        if isinstance(expression, sp.Min | sp.Max):
            comparison = "olt" if isinstance(expression, sp.Min) else "ogt"
            values = map(self.value, expression.args)
            return reduce(lambda a, b: self._extreme(comparison, a, b), values)
        # Derivatives of (-2)**x hold log(-2), which is complex: not a number of ours.
        return self._constant(math.nan)

    def joined(self, operation: str, values: Iterable[str]) -> str:
        return reduce(
            lambda a, b: self.add(f"{operation} {self.flags}{self.type} {a}, {b}"), values
        )

    def _product(self, factors: Iterable[Any]) -> str:
        above, below = [], []
        for factor in factors:
            negative = factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative
            if negative and not self._is_fixed(factor):
                below.append(self.value(factor.base ** (-factor.exp)))
            else:
                above.append(self.value(factor))
        numerator = self.joined("fmul", above or [self._constant(1.0)])
        return self.joined("fdiv", [numerator, self.joined("fmul", below)]) if below else numerator

    def _power(self, base: Any, exponent: Any) -> str:
        if exponent.is_Rational and exponent.is_negative:
            return self.joined("fdiv", [self._constant(1.0), self.value(base ** (-exponent))])
        if exponent == sp.Rational(1, 2):
            return self._called("sqrt", base)
        if exponent.is_Integer and exponent <= LARGEST_PRODUCT:
            return self.joined("fmul", [self.value(base)] * int(exponent))
        return self._called("pow", base, exponent)

    def _called(self, function: str, *arguments: Any) -> str:
        given = ", ".join(f"{self.type} {self.value(each)}" for each in arguments)
        if self.lanes is not None:
            function = f"llvm.{function}.v{self.lanes}f64"
        elif function in {"sqrt", "fabs", "pow"}:
            function = f"llvm.{function}.f64"
        return self.add(f"call {self.type} @{function}({given})")

    def _selected(self, condition: str, first: str, second: str) -> str:
        either = f"{self.type} {first}, {self.type} {second}"
        return self.add(f"select {self.mask} {condition}, {either}")

    def _compared(self, comparison: str, first: str, second: str) -> str:
        return self.add(f"fcmp {comparison} {self.type} {first}, {second}")

    def _sign(self, x: str) -> str:
        result, zero = x, self._constant(0.0)  # zero stays zero, and what is no number none
        for comparison, number in (("ogt", 1.0), ("olt", -1.0)):
            condition = self._compared(comparison, x, zero)
            result = self._selected(condition, self._constant(number), result)
        return result

    def _extreme(self, comparison: str, a: str, b: str) -> str:
        """Return the lesser or larger of two, or the one that is no number."""
        first, none = self._compared(comparison, a, b), self._compared("uno", a, a)
        return self._selected(self.add(f"or {self.mask} {first}, {none}"), a, b)

    def _pieces(self, expression: Any) -> str:
        *guarded, (last, _) = expression.args
        result = self.value(last)
        for value, condition in reversed(guarded):
            result = self._selected(self._condition(condition), self.value(value), result)
        return result

    def _condition(self, condition: Any) -> str:
        if condition in (sp.true, sp.false):
            word = str(bool(condition)).lower()
            return word if self.lanes is None else f"splat (i1 {word})"
        return self._compared(
            COMPARISONS[type(condition)], self.value(condition.lhs), self.value(condition.rhs)
        )

    def _constant(self, number: float) -> str:
        """Return a double as LLVM reads it, by its bits."""
        bits = f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
        return bits if self.lanes is None else f"splat (double {bits})"
