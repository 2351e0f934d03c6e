"""SymPy to text in the grammar of the parser."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from mirrorsys._expressions._grammar import COMPARISONS, FUNCTIONS, ExpressionError, is_name

__all__ = ["to_text"]

MANY = 200  # terms of a sum: longer ones are written in the order in which SymPy keeps them


def to_text(expression: sp.Expr) -> str:
    """Write an expression in the grammar of `parse`.

    Raises
    ------
    ExpressionError
        If it holds a function or constant that the grammar does not have.
    """
    return str(_TextPrinter().doprint(expression))


_TEXT_NAMES = {function: name for name, (function, _, _) in FUNCTIONS.items() if name != "sqrt"}
_TEXT_NAMES |= {sp.Min: "min", sp.Max: "max"}


class _TextPrinter(StrPrinter):  # type: ignore[misc]  # SymPy is untyped
    """SymPy's own text form, held to our grammar."""

    def emptyPrinter(self, expr: Any) -> str:
        raise ExpressionError(
            f"{expr} ({type(expr).__name__}) has no place in an equation; use numbers, names, "
            f"+ - * / **, comparisons and {' '.join(FUNCTIONS)} (pi or e: write a parameter)."
        )

    def _print_Function(self, expr: Any) -> str:
        if type(expr) not in _TEXT_NAMES:
            return self.emptyPrinter(expr)
        return f"{_TEXT_NAMES[type(expr)]}({self.stringify(expr.args, ', ')})"

    _print_ExpBase = _print_Abs = _print_Function

    def _print_LatticeOp(self, expr: Any) -> str:
        return f"{_TEXT_NAMES[type(expr)]}({self.stringify(sorted(expr.args, key=str), ', ')})"

    def _print_Add(self, expr: Any, order: str | None = None) -> str:
        # SymPy looks for the order of a text in the square of the number of terms.
        return str(super()._print_Add(expr, "none" if len(expr.args) > MANY else order))

    def _print_Mul(self, expr: Any) -> str:
        number, rest = expr.as_coeff_Mul()
        if number.is_Rational and number.q != 1 and sp.fraction(rest)[1].is_Add:
            # Not x/(2*(y + z)), in which SymPy would multiply the bracket by 2.
            return f"{self._print(sp.Mul(number.p, rest))}/{number.q}"
        return str(super()._print_Mul(expr))

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr))  # the shortest decimal that denotes it

    def _print_Exp1(self, expr: Any) -> str:
        return "exp(1)"

    def _print_Piecewise(self, expr: Any) -> str:
        """Write a sum of indicators, each piece where its condition first holds."""
        pieces, remaining = [], ""
        for value, condition in expr.args:
            here = "" if condition is sp.true else f"({self._print_condition(condition)})"
            guard = " * ".join(part for part in (remaining, here) if part)
            if value != 0:
                weight = "" if value == 1 and guard else f"({self._print(value)})"
                pieces.append(" * ".join(part for part in (weight, guard) if part))
            if here:
                remaining = " * ".join(part for part in (remaining, f"(1 - {here})") if part)
        return f"({' + '.join(pieces) or '0'})"

    def _print_condition(self, condition: Any) -> str:
        if not isinstance(condition, sp.Rel) or condition.rel_op not in COMPARISONS:
            return self.emptyPrinter(condition)
        return (
            f"{self.parenthesize(condition.lhs, PRECEDENCE['Relational'])}"
            f" {condition.rel_op} {self.parenthesize(condition.rhs, PRECEDENCE['Relational'])}"
        )

    def _print_Symbol(self, expr: Any) -> str:
        return str(expr.name) if is_name(expr.name) else self.emptyPrinter(expr)

    def _refuse(self, expr: Any) -> str:
        return self.emptyPrinter(expr)

    _print_Pi = _print_ImaginaryUnit = _print_NaN = _print_Infinity = _refuse
    _print_NegativeInfinity = _print_ComplexInfinity = _print_NumberSymbol = _refuse
    _print_EulerGamma = _print_GoldenRatio = _print_Catalan = _print_TribonacciConstant = _refuse
    _print_Relational = _print_BooleanTrue = _print_BooleanFalse = _refuse
    _print_Dummy = _print_Wild = _refuse
