"""Machine code of a network whose length does not grow with the number of persons.

The persons lie side by side in vectors, state by state: their number is rounded up to a whole
number of vectors, and the surplus never moves. Contacts are sliced: persons who share a
vector go through their contacts together, slot by slot, as many as the busiest of them has.

What is prepared for a member lies in one array: the constants as they are (watches read them
there), those of the persons side by side, what `Writer` prepares of them, the weights of
the contacts, and room for what is shown and seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from llvmlite import ir
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.kernels._code import DOUBLE, Code, Memory, Value
from mirrorsys.kernels._copies import Copies
from mirrorsys.kernels._llvm import pieces
from mirrorsys.kernels._writer import Writer, declarations

__all__ = ["NetworkCode", "network_code"]

ARRAYS = ("states", "prepared", "inputs", "out")


@dataclass(frozen=True)
class NetworkCode:
    """Modules with ``prepare`` and ``rates``, and where things are.

    Parameters
    ----------
    texts : tuple of str
    n_state, n_prepared : int
        Of the code, the surplus included.
    place : array of int, shape (n_state of the system,)
        Where each state of the system lies among those of the code.
    """

    texts: tuple[str, ...]
    n_state: int
    n_prepared: int
    place: NDArray[np.int64]


def network_code(system: System, found: Copies, width: int) -> NetworkCode:
    """Return the code of a system that is copies of one person."""
    return _Writing(system, found, width).code()


class _Writing:
    def __init__(self, system: System, found: Copies, width: int) -> None:
        self.system, self.found, self.width = system, found, width
        self.n_block = -(-len(found.persons) // width)  # vectors of persons
        self.n = self.n_block * width
        self.prepared: dict[Any, int] = {}

    def code(self) -> NetworkCode:
        templates = self._templates()
        slots, columns, weights = self._slices()
        n_constant = len(self.system.parameters) + len(self.system.inputs)
        self.raw = -(-n_constant // 8) * 8
        self.own_at = self.raw
        self.prepared_at = self.own_at + self.n * len(self.found.constants)
        self.weights_at = self.prepared_at + self.n * len(self.prepared)
        self.shown_at = self.weights_at + len(columns)
        self.seen_at = self.shown_at + self.n * len(self.found.shown)
        n_prepared = self.seen_at + self.n * len(self.found.seen)
        module = ir.Module("network")
        self._write_prepare(module, n_constant, weights)
        self._write_rates(module, slots, columns)
        n_states, persons = len(self.found.states), np.arange(len(self.found.persons))
        place = persons[:, np.newaxis] + self.n * np.arange(n_states)
        return NetworkCode(
            (templates, str(module)), self.n * n_states, n_prepared, place.ravel().astype(np.int64)
        )

    # ---- one vector of persons -------------------------------------------------------------

    def _templates(self) -> str:
        """Return the functions of one vector of persons; what they read lies `n_block` apart."""
        found, width, stride = self.found, self.width, self.n_block
        states = self._places("states", found.states)
        own = self._places("states", found.constants)
        seen = {s: f"ptr %inputs, i32 {i * stride}" for i, s in enumerate(found.seen)}
        fixed = own.keys()

        def written(name: str, expressions: Any, places: dict[sp.Symbol, str], plain: bool) -> str:
            def writer() -> Writer:
                if plain:
                    return Writer(places, width, stride=stride)
                return Writer(places, width, self.prepared, fixed, stride)

            parts, calls = pieces(name, expressions, writer, ARRAYS)
            arguments = ", ".join(f"ptr %{array}" for array in ARRAYS)
            body = "\n".join([*calls, "ret void"])
            return "\n".join([*parts, f"define void @{name}({arguments}) {{\n{body}\n}}"])

        functions = [
            written("person.rates", found.rates, states | seen, False),
            written("person.shown", found.shown, states, False),
        ]
        functions.append(written("person.prepare", list(self.prepared), own, True))
        return "\n\n".join([declarations(width), *functions])

    def _places(self, array: str, names: tuple[str, ...]) -> dict[sp.Symbol, str]:
        return {
            symbol(name): f"ptr %{array}, i32 {index * self.n_block}"
            for index, name in enumerate(names)
        }

    # ---- contacts --------------------------------------------------------------------------

    def _slices(self) -> tuple[list[int], list[int], list[int]]:
        """Return where each vector's slots begin, and of each slot and lane whom and which contact.

        An empty slot looks at person 0 with no weight, marked -1.
        """
        names = (*self.system.parameter_names, *self.system.input_names)
        index = {name: place for place, name in enumerate(names)}
        slots, columns, weights = [0], list[int](), list[int]()
        for block in range(self.n_block):
            rows = self.found.contacts[block * self.width : (block + 1) * self.width]
            for slot in range(max(len(row) for row in rows)):
                for lane in range(self.width):
                    row = rows[lane] if lane < len(rows) else ()
                    other, link = row[slot] if slot < len(row) else (0, "")
                    columns.append(other)
                    weights.append(index[link] if link else -1)
            slots.append(len(columns))
        return slots, columns, weights

    # ---- the two functions -------------------------------------------------------------------

    def _write_prepare(self, module: ir.Module, n_constant: int, weights: list[int]) -> None:
        code = Code(module, "prepare", len(ARRAYS), self.width)
        raw, out = code.argument(0, DOUBLE), code.argument(3, DOUBLE)
        with code.loop(n_constant) as i:
            out[i] = raw[i]
        own = code.table("own", self._own_constants())
        with code.loop(self.n * len(self.found.constants)) as i:
            out[i + self.own_at] = raw[own[i]]
        table = code.table("weights", weights or [-1])
        with code.loop(len(weights)) as i:
            place = table[i]
            is_real = place >= 0
            known = Value(code, code.builder.select(is_real.raw, place.raw, place.raw.type(0)))
            weight = code.builder.select(is_real.raw, raw[known].raw, DOUBLE(0.0))
            out[i + self.weights_at] = Value(code, weight)
        with code.loop(self.n_block) as block:
            own_of = self._vectors(code, out, self.own_at, block)
            prepared = self._vectors(code, out, self.prepared_at, block)
            code.call("person.prepare", own_of, own_of, own_of, prepared)
        code.end()

    def _own_constants(self) -> list[int]:
        """Return which constant of the member each person's is; the surplus has the first's."""
        names = (*self.system.parameter_names, *self.system.input_names)
        index = {name: place for place, name in enumerate(names)}
        persons = [
            *self.found.persons,
            *[self.found.persons[0]] * (self.n - len(self.found.persons)),
        ]
        return [index[f"{who}.{name}"] for name in self.found.constants for who in persons]

    def _vectors(self, code: Code, memory: Memory, first: int, block: Value) -> Memory:
        """Return the part of an array of doubles that begins with a vector of persons."""
        return Memory(code, memory.at(block * self.width + first).address)

    def _write_rates(self, module: ir.Module, slots: list[int], columns: list[int]) -> None:
        code = Code(module, "rates", len(ARRAYS), self.width)
        states, prepared = code.argument(0, DOUBLE), code.argument(1, DOUBLE)
        out = code.argument(3, DOUBLE)
        with code.loop(self.n_block) as block:
            of_person = self._vectors(code, prepared, self.prepared_at, block)
            shown = self._vectors(code, prepared, self.shown_at, block)
            own = self._vectors(code, states, 0, block)
            code.call("person.shown", own, of_person, own, shown)
        self._write_seen(code, prepared, slots, columns)
        with code.loop(self.n_block) as block:
            of_person = self._vectors(code, prepared, self.prepared_at, block)
            seen = self._vectors(code, prepared, self.seen_at, block)
            own, result = self._vectors(code, states, 0, block), self._vectors(code, out, 0, block)
            code.call("person.rates", own, of_person, seen, result)
        with (
            code.loop(len(self.found.states)) as k,
            code.loop(self.n, len(self.found.persons)) as surplus,
        ):
            out[k * self.n + surplus] = code.constant(0.0, DOUBLE)
        code.end()

    def _write_seen(
        self, code: Code, prepared: Memory, slots: list[int], columns: list[int]
    ) -> None:
        """Write the sums over contacts, for a vector of persons at a time."""
        starts, places = code.table("slots", slots), code.table("columns", columns or [0])
        shown = [prepared.at(self.shown_at + k * self.n) for k in range(len(self.found.shown))]
        with code.loop(self.n_block) as block:
            totals = [code.zero() for _ in shown]
            n_slot = (starts[block + 1] - starts[block]) / self.width
            with code.loop(n_slot) as slot:
                first = starts[block] + slot * self.width
                weight = Memory(code, prepared.at(first + self.weights_at).address)[0]
                for total, each in zip(totals, shown, strict=True):
                    total[0] = total[0] + weight * code.gathered(each, places, first)
            for k, total in enumerate(totals):
                self._vectors(code, prepared, self.seen_at + k * self.n, block)[0] = total[0]
