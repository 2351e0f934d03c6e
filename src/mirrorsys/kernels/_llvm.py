"""From expressions to machine code, through LLVM.

The instructions are written straight from the SymPy expressions, each part that occurs
several times once, and compiled by llvmlite (which numba brings) in some milliseconds: so
nothing need be kept on disk. Arithmetic is IEEE, operation by operation, without
fast-math or instructions of one processor; exp and the like are those of the C library at
hand, whose last bits may differ from one system to the next.

A function is called with a table of the addresses of its arrays: states, parameters,
inputs, out (one argument takes less time to pass than four). It is cut into pieces of
some thousand instructions, as the time that LLVM takes grows faster than their length.
"""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, reduce
from typing import Any

import numpy as np
import sympy as sp
from llvmlite import binding
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System

__all__ = ["MachineFunction", "machine_functions"]

Array = NDArray[np.float64]

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
ARRAYS = ("states", "parameters", "inputs", "out")
DECLARATIONS = "\n".join(
    [
        *(f"declare double @{name}(double)" for name in LIBRARY.values()),
        "declare double @llvm.sqrt.f64(double)",
        "declare double @llvm.fabs.f64(double)",
        "declare double @llvm.pow.f64(double, double)",
    ]
)


class MachineFunction:
    """A function in machine code; it keeps the code alive.

    Called with contiguous arrays of doubles, it fills the last. `at` is for many calls.
    """

    def __init__(self, engine: binding.ExecutionEngine, name: str, shape: tuple[int, ...]) -> None:
        self._engine, self.__name__, self._shape = engine, name, shape
        # The call is short and holds on to Python's lock, which is quicker than to let go of it.
        kind = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
        self._call = kind(engine.get_function_address(name))

    def __call__(self, states: Array, parameters: Array, inputs: Array, out: Array) -> None:
        """Compute the values for one point."""
        self._call(_table(states, parameters, inputs, out).ctypes.data)

    def at(self, parameters: Array, inputs: Array, n_state: int) -> Callable[[Array], Array]:
        """Return the values as a function of states alone.

        `inputs` may be changed in place between calls.
        """
        states, out, call = np.empty(n_state), np.empty(self._shape), self._call
        table = _table(states, parameters, inputs, out)
        address = table.ctypes.data
        kept = (self, table, parameters, inputs)  # code and arrays stay where they are

        def values(y: Array, _: Any = kept) -> Array:
            states[:] = y
            call(address)
            return out.copy()

        return values


def _table(*arrays: Array) -> NDArray[np.uintp]:
    return np.array([each.ctypes.data for each in arrays], dtype=np.uintp)


def machine_functions(
    system: System, functions: Sequence[tuple[str, Sequence[sp.Expr], tuple[int, ...]]]
) -> list[MachineFunction]:
    """Compile functions of a system's states, parameters and inputs.

    Parameters
    ----------
    functions : sequence of (str, sequence of sympy.Expr, tuple of int)
        For each its name, its expressions, the last axis of ``out`` varying fastest, and
        the shape of ``out``.
    """
    parts = [_text(name, system, expressions) for name, expressions, _ in functions]
    engine = _engine("\n\n".join([DECLARATIONS, *parts]))
    return [MachineFunction(engine, name, shape) for name, _, shape in functions]


@cache
def _started() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()


def _engine(text: str) -> binding.ExecutionEngine:
    _started()
    machine = binding.Target.from_default_triple().create_target_machine(opt=2)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(text), machine)
    engine.finalize_object()
    return engine


def _text(name: str, system: System, expressions: Sequence[sp.Expr]) -> str:
    """Return the instructions of a function that calls its pieces one after the other."""
    places = {
        symbol(each): f"ptr %{array}, i32 {index}"
        for array, names in zip(
            ARRAYS, (system.state_names, system.parameter_names, system.input_names), strict=False
        )
        for index, each in enumerate(names)
    }
    numbered, pieces = iter(enumerate(expressions)), list[str]()
    while piece := _Writer(places).written(numbered):
        arguments = ", ".join(f"ptr noalias %{array}" for array in ARRAYS)
        pieces.append(f"define void @{name}.{len(pieces)}({arguments}) {{\n{piece}\n}}")
    loads = (
        f"%at.{array} = getelementptr ptr, ptr %table, i32 {index}\n"
        f"%{array} = load ptr, ptr %at.{array}"
        for index, array in enumerate(ARRAYS)
    )
    given = ", ".join(f"ptr %{array}" for array in ARRAYS)
    calls = (f"call void @{name}.{index}({given})" for index in range(len(pieces)))
    body = "\n".join([*loads, *calls, "ret void"])
    return "\n\n".join([*pieces, f"define void @{name}(ptr %table) {{\n{body}\n}}"])


class _Writer:
    """Writes expressions as instructions of one function, what they have in common once."""

    def __init__(self, places: dict[sp.Symbol, str]) -> None:
        self.places, self.lines = places, list[str]()
        self.known: dict[Any, str] = {}

    def written(self, numbered: Iterator[tuple[int, sp.Expr]]) -> str:
        """Return the instructions for as many of the results that are left as a piece may hold."""
        for index, expression in numbered:
            value = self.value(expression)
            place = self.add(f"getelementptr double, ptr %out, i32 {index}")
            self.lines.append(f"store double {value}, ptr {place}")
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
        if expression.is_Symbol:
            place = self.add(f"getelementptr double, {self.places[expression]}")
            return self.add(f"load double, ptr {place}")
        if expression.is_Add:
            return self.joined("fadd", map(self.value, expression.args))
        if expression.is_Mul:
            return self._product(expression.args)
        if expression.is_Pow:
            return self._power(expression.base, expression.exp)
        if isinstance(expression, sp.Piecewise):
            return self._pieces(expression)
        if type(expression) in LIBRARY:
            return self._called(LIBRARY[type(expression)], expression.args[0])
        if expression.is_Atom and expression.is_real:
            return _constant(float(expression))
        return self._special(expression)

    def _special(self, expression: Any) -> str:
        if isinstance(expression, sp.Abs):
            return self._called("llvm.fabs.f64", expression.args[0])
        if isinstance(expression, sp.sign):
            return self._sign(self.value(expression.args[0]))
        if isinstance(expression, sp.Heaviside):
            half, sign = _constant(0.5), self._sign(self.value(expression.args[0]))
            return self.joined("fadd", [half, self.joined("fmul", [half, sign])])
        if isinstance(expression, sp.Min | sp.Max):
            comparison = "olt" if isinstance(expression, sp.Min) else "ogt"
            values = map(self.value, expression.args)
            return reduce(lambda a, b: self._extreme(comparison, a, b), values)
        # Derivatives of (-2)**x hold log(-2), which is complex: not a number of ours.
        return _constant(math.nan)

    def joined(self, operation: str, values: Iterable[str]) -> str:
        return reduce(lambda a, b: self.add(f"{operation} double {a}, {b}"), values)

    def _product(self, factors: Iterable[Any]) -> str:
        above, below = [], []
        for factor in factors:
            if factor.is_Pow and factor.exp.is_Rational and factor.exp.is_negative:
                below.append(self.value(factor.base ** (-factor.exp)))
            else:
                above.append(self.value(factor))
        numerator = self.joined("fmul", above or [_constant(1.0)])
        return self.joined("fdiv", [numerator, self.joined("fmul", below)]) if below else numerator

    def _power(self, base: Any, exponent: Any) -> str:
        if exponent.is_Rational and exponent.is_negative:
            return self.joined("fdiv", [_constant(1.0), self.value(base ** (-exponent))])
        if exponent == sp.Rational(1, 2):
            return self._called("llvm.sqrt.f64", base)
        if exponent.is_Integer and exponent <= LARGEST_PRODUCT:
            return self.joined("fmul", [self.value(base)] * int(exponent))
        return self._called("llvm.pow.f64", base, exponent)

    def _called(self, function: str, *arguments: Any) -> str:
        given = ", ".join(f"double {self.value(each)}" for each in arguments)
        return self.add(f"call double @{function}({given})")

    def _selected(self, condition: str, first: str, second: str) -> str:
        return self.add(f"select i1 {condition}, double {first}, double {second}")

    def _compared(self, comparison: str, first: str, second: str) -> str:
        return self.add(f"fcmp {comparison} double {first}, {second}")

    def _sign(self, x: str) -> str:
        result, zero = x, _constant(0.0)  # zero stays zero, and what is no number none
        for comparison, number in (("ogt", 1.0), ("olt", -1.0)):
            result = self._selected(self._compared(comparison, x, zero), _constant(number), result)
        return result

    def _extreme(self, comparison: str, a: str, b: str) -> str:
        """Return the lesser or larger of two, or the one that is no number."""
        either = f"or i1 {self._compared(comparison, a, b)}, {self._compared('uno', a, a)}"
        return self._selected(self.add(either), a, b)

    def _pieces(self, expression: Any) -> str:
        *guarded, (last, _) = expression.args
        result = self.value(last)
        for value, condition in reversed(guarded):
            result = self._selected(self._condition(condition), self.value(value), result)
        return result

    def _condition(self, condition: Any) -> str:
        if condition in (sp.true, sp.false):
            return str(bool(condition)).lower()
        return self._compared(
            COMPARISONS[type(condition)], self.value(condition.lhs), self.value(condition.rhs)
        )


def _constant(number: float) -> str:
    """Return a double as LLVM reads it, by its bits."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
