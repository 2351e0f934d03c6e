"""From expressions to functions in machine code, through LLVM.

The instructions are written straight from the SymPy expressions and compiled by llvmlite
(which numba brings) in some milliseconds: so nothing need be kept on disk. Arithmetic is
IEEE, operation by operation, without fast-math or instructions of one processor; exp and
the like are those of the C library at hand, whose last bits may differ from one system to
the next.

A function is called with a table of the addresses of its arrays: states, parameters,
inputs, out (one argument takes less time to pass than four). It is cut into pieces of
some thousand instructions, as the time that LLVM takes grows faster than their length.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from llvmlite import binding
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.kernels._writer import Writer, declarations

__all__ = ["MachineFunction", "machine_functions", "pieces", "started"]

Array = NDArray[np.float64]

ARRAYS = ("states", "parameters", "inputs", "out")


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
        table = _table(states, parameters, inputs, out)  # kept until the call is over
        self._call(table.ctypes.data)

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
    engine = _engine("\n\n".join([declarations(), *parts]))
    return [MachineFunction(engine, name, shape) for name, _, shape in functions]


@cache
def started() -> None:
    """Start LLVM for the machine at hand, once."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()


def _engine(text: str) -> binding.ExecutionEngine:
    started()
    machine = binding.Target.from_default_triple().create_target_machine(opt=2)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(text), machine)
    engine.finalize_object()
    return engine


def _text(name: str, system: System, expressions: Sequence[sp.Expr]) -> str:
    """Return the instructions of a function that reads its arguments from a table."""
    places = {
        symbol(each): f"ptr %{array}, i32 {index}"
        for array, names in zip(
            ARRAYS, (system.state_names, system.parameter_names, system.input_names), strict=False
        )
        for index, each in enumerate(names)
    }
    loads = (
        f"%at.{array} = getelementptr ptr, ptr %table, i32 {index}\n"
        f"%{array} = load ptr, ptr %at.{array}"
        for index, array in enumerate(ARRAYS)
    )
    parts, calls = pieces(name, expressions, lambda: Writer(places), ARRAYS)
    body = "\n".join([*loads, *calls, "ret void"])
    return "\n\n".join([*parts, f"define void @{name}(ptr %table) {{\n{body}\n}}"])


def pieces(
    name: str, expressions: Sequence[sp.Expr], writer: Callable[[], Writer], arrays: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the pieces of a function of these arrays, and the calls of them, one after the other.

    A piece is as long as LLVM compiles quickly.
    """
    numbered, parts = iter(enumerate(expressions)), list[str]()
    arguments = ", ".join(f"ptr noalias %{array}" for array in arrays)
    while piece := writer().written(numbered):
        parts.append(f"define void @{name}.{len(parts)}({arguments}) {{\n{piece}\n}}")
    given = ", ".join(f"ptr %{array}" for array in arrays)
    return parts, [f"call void @{name}.{index}({given})" for index in range(len(parts))]
