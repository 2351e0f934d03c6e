"""From expressions to one Python function on NumPy arrays.

The generated function writes its results into ``out`` and reads ``y`` (states), ``p``
(parameters) and ``u`` (inputs) row by row, so the same source serves single points and
whole arrays of points, and a constant expression fills its row like any other. Symbols
appear as ``y[0]``, ``p[3]``, never by name: what a user calls a quantity cannot touch the
code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from mirrorsys._expressions import symbol
from mirrorsys._system import System

__all__ = ["array_function", "function_source"]

NAMES = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "minimum",
         "maximum", "where", "nan")  # fmt: skip

LARGEST_PRODUCT = 4  # x**4 is written x*x*x*x; higher powers call pow


def array_function(
    name: str, system: System, expressions: Sequence[sp.Expr], shape: tuple[int, ...]
) -> Callable[..., None]:
    """Return ``name(y, p, u, out)`` in NumPy: arguments may have further axes, all alike.

    The arguments are those of `function_source`.
    """
    namespace: dict[str, Any] = {each: getattr(np, each) for each in NAMES}
    source = function_source(name, system, expressions, shape)
    # The source was printed from SymPy expressions; no text of a user is in it.
    exec(compile(source, "<kernel>", "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]


def function_source(
    name: str, system: System, expressions: Sequence[sp.Expr], shape: tuple[int, ...]
) -> str:
    """Return the source of ``name(y, p, u, out)``.

    Parameters
    ----------
    name : str
        The name of the generated function.
    expressions : sequence of sympy.Expr
        In the order of ``out``'s leading axes, the last varying fastest.
    shape : tuple of int
        The leading axes of ``out``: (n,) or (rows, columns).
    """
    printer = _Printer(_places(system))
    temporaries, reduced = sp.cse(expressions, symbols=_fresh_symbols())
    lines = [f"{each.name} = {printer.doprint(value)}" for each, value in temporaries]
    for index, expression in enumerate(reduced):
        lines.append(f"out[{_position(index, shape)}] = {printer.doprint(expression)}")
    body = lines or ["pass"]
    return f"def {name}(y, p, u, out):\n" + "\n".join(f"    {line}" for line in body) + "\n"


def _position(index: int, shape: tuple[int, ...]) -> str:
    return str(index) if len(shape) == 1 else f"{index // shape[1]}, {index % shape[1]}"


def _places(system: System) -> dict[sp.Symbol, str]:
    groups = {"y": system.state_names, "p": system.parameter_names, "u": system.input_names}
    return {
        symbol(name): f"{array}[{index}]"
        for array, names in groups.items()
        for index, name in enumerate(names)
    }


def _fresh_symbols() -> Iterator[sp.Symbol]:
    # A Dummy can never equal a symbol of the system, whatever its name.
    return (sp.Dummy(f"t{index}") for index in count())


class _Printer(PythonCodePrinter):  # type: ignore[misc]  # SymPy is untyped
    """Arithmetic that Python and NumPy read alike, all in double precision."""

    def __init__(self, places: dict[sp.Symbol, str]) -> None:
        super().__init__({"fully_qualified_modules": False})
        self.places = places

    def _print_Symbol(self, expr: Any) -> str:
        return self.places[expr]

    def _print_Dummy(self, expr: Any) -> str:
        return str(expr.name)

    def _print_Rational(self, expr: Any) -> str:
        return repr(float(expr))

    def _print_Integer(self, expr: Any) -> str:
        # Whole numbers too: arrays have no integer beyond 64 bits.
        return repr(float(expr))

    def _print_Pow(self, expr: Any, **_: Any) -> str:
        base, exponent = expr.base, expr.exp
        inner = f"({self._print(base)})"
        if exponent == sp.Rational(1, 2):
            return f"sqrt{inner}"
        if exponent == -sp.Rational(1, 2):
            return f"(1.0/sqrt{inner})"
        if exponent.is_Integer and 0 < abs(exponent) <= LARGEST_PRODUCT:
            product = "*".join([inner] * abs(int(exponent)))
            return f"({product})" if exponent > 0 else f"(1.0/({product}))"
        power = int(exponent) if exponent.is_Integer else f"({self._print(exponent)})"
        return f"({inner}**{power})" if not exponent.is_negative else f"(1.0*{inner}**{power})"

    def _print_Abs(self, expr: Any) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_sign(self, expr: Any) -> str:
        return f"sign({self._print(expr.args[0])})"

    def _print_Min(self, expr: Any) -> str:
        return self._nested("minimum", expr.args)

    def _print_Max(self, expr: Any) -> str:
        return self._nested("maximum", expr.args)

    def _nested(self, function: str, arguments: Sequence[Any]) -> str:
        first, *rest = arguments
        if not rest:
            return str(self._print(first))
        return f"{function}({self._print(first)}, {self._nested(function, rest)})"

    def _print_Heaviside(self, expr: Any) -> str:
        argument = self._print(expr.args[0])
        return f"(0.5 + 0.5*sign({argument}))"

    def _print_Piecewise(self, expr: Any) -> str:
        *guarded, (last, _) = expr.args
        text = f"({self._print(last)})"
        for value, condition in reversed(guarded):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, expr: Any) -> str:
        return f"({self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)})"

    def _function(self, expr: Any) -> str:
        return f"{type(expr).__name__}({self._print(expr.args[0])})"

    _print_exp = _print_log = _print_sin = _print_cos = _print_tan = _function
    _print_sinh = _print_cosh = _print_tanh = _function

    def _print_Exp1(self, expr: Any) -> str:
        return repr(float(expr))

    # Derivatives of (-2)**x hold log(-2), which is complex: not a number of ours.
    _print_Pi = _print_Exp1

    def _print_NaN(self, _: Any) -> str:
        return "nan"

    _print_ImaginaryUnit = _print_ComplexInfinity = _print_NaN
