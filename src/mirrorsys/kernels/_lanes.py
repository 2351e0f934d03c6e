"""Lanes: the compiled integrator of one system, called on many members at once."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.kernels._advance import advance_text
from mirrorsys.kernels._copies import Copies, copies
from mirrorsys.kernels._diffusion import Bounds, noise_bounds, noise_terms, noisy_states
from mirrorsys.kernels._llvm import pieces
from mirrorsys.kernels._machine import lanes_at_hand, machine_code
from mirrorsys.kernels._network import network_code
from mirrorsys.kernels._table import FIELDS, MOST_STATES, SIZES, work_size
from mirrorsys.kernels._writer import Writer, declarations
from mirrorsys.symbolic import jacobian

__all__ = ["Lanes", "Watch", "lanes", "sizes", "table_of"]

Array = NDArray[np.float64]
ARRAYS = ("states", "prepared", "inputs", "out")
ALIGNMENT = 64
REGISTERS = 4  # of lanes in a step with noise, whose operations wait for each other
COMPILING = Lock()


@dataclass(frozen=True)
class Watch:
    """What is looked at after every step: where `level` changes its sign, and `value` there."""

    level: sp.Expr
    value: sp.Expr


@dataclass(frozen=True)
class Lanes:
    """The compiled integrator of a system: `width` members side by side, refilled at once.

    Parameters
    ----------
    engine : object
        Keeps the machine code alive.
    methods : mapping of str to address
    n_work : int
        Doubles of working memory that a call needs.
    n_state : int
        Of the code; a network's has some more, which never move.
    place : array of int, optional
        Where each state of the system lies among those of the code, if not in order.
    """

    engine: Any
    methods: Mapping[str, Any]
    width: int
    n_state: int
    n_work: int
    place: NDArray[np.int64] | None = None

    def inward(self, states: Array) -> Array:
        """Return states, on the last axis, as the code has them."""
        if self.place is None:
            return np.ascontiguousarray(states)
        found = np.zeros((*states.shape[:-1], self.n_state))
        found[..., self.place] = states
        return found

    def outward(self, states: Array) -> Array:
        """Return states, on the last axis, as the system has them."""
        return states if self.place is None else states[..., self.place]

    def work(self) -> Array:
        """Return working memory for one call at a time."""
        room = np.empty(self.n_work + ALIGNMENT // 8)
        first = -room.ctypes.data % ALIGNMENT // 8
        return room[first : first + self.n_work]

    def __call__(self, method: str, table: NDArray[np.uintp]) -> None:
        """Run ``advance`` of a method on the arrays of a table, which must still be there.

        Raises
        ------
        ValueError
            If the method is not compiled for this system and its inputs.
        """
        if method not in self.methods:
            raise ValueError(
                f"`method` is {method!r}, which is compiled only for phases without recordings and "
                f"up to {MOST_STATES} states; here there is {sorted(self.methods)}: give "
                "method='DOP853' or 'switching', or engine='scipy' with method='Radau'."
            )
        self.methods[method](table.ctypes.data)


def table_of(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.uintp]:
    """Return the addresses of arrays named as in `FIELDS`; those left out are not looked at."""
    addresses = [arrays[name].ctypes.data if name in arrays else 0 for name in FIELDS]
    return np.array(addresses, dtype=np.uintp)


def sizes(**given: int) -> NDArray[np.int64]:
    """Return the field ``sizes``."""
    return np.array([given.get(name, 0) for name in SIZES], dtype=np.int64)


def lanes(
    system: System,
    *,
    watches: tuple[Watch, ...] = (),
    driven: bool = False,
    logs: bool = False,
    noise: str | None = None,
    bounded: bool = False,
) -> Lanes:
    """Return the compiled integrator of a system; the same is compiled only once.

    Parameters
    ----------
    system : System
    watches : tuple of Watch
    driven : bool
        Whether inputs are functions of time (cubics) instead of constants.
    logs : bool
        One member at a time, every step and crossing kept.
    noise : {"euler", "milstein"}, optional
        The method, if the system's diffusion counts.
    bounded : bool
        Whether states with noise stay in their ranges.
    """
    with COMPILING:  # threads that ask for the same wait for the first
        return _lanes(system, watches, driven, logs, noise, bounded)


@lru_cache(maxsize=64)
def _lanes(
    system: System,
    watches: tuple[Watch, ...],
    driven: bool,
    logs: bool,
    noise: str | None,
    bounded: bool,
) -> Lanes:
    is_plain = noise is None and not driven and len(system.states) > MOST_STATES
    if is_plain and (alike := copies(system)) is not None:
        return _network_lanes(system, alike, watches, logs)
    width = 1 if logs else lanes_at_hand() * (1 if noise is None else REGISTERS)
    methods = ["DOP853"] if noise is None else [noise]
    if noise is None and not driven and len(system.states) <= MOST_STATES:
        methods.append("Rodas5P")
    noisy = noisy_states(system) if noise is not None else ()
    bounds = noise_bounds(system, bounded) if noise is not None else ()
    text, n_prepared = functions_text(
        system, watches, driven, width, "Rodas5P" in methods, noise is not None
    )
    shape = {"n_state": len(system.states), "n_prepared": n_prepared, "n_watch": len(watches)}
    return _compiled(system, [text], methods, width, shape, noisy, bounds, driven, logs)


def _network_lanes(system: System, alike: Copies, watches: tuple[Watch, ...], logs: bool) -> Lanes:
    """Return the integrator of a network: one member at a time, persons in the vectors."""
    code = network_code(system, alike, lanes_at_hand())
    order = {symbol(name): code.place[i] for i, name in enumerate(system.state_names)}
    places = {each: f"ptr %states, i32 {place}" for each, place in order.items()}
    constants = _places("prepared", (*system.parameter_names, *system.input_names))
    both = [*(each.level for each in watches), *(each.value for each in watches)]
    parts, calls = pieces("watch", both, lambda: Writer(places | constants, 1), ARRAYS)
    text = "\n\n".join([declarations(1), _function("watch", parts, calls)])
    shape = {"n_state": code.n_state, "n_prepared": code.n_prepared, "n_watch": len(watches)}
    found = _compiled(system, [text, *code.texts], ["DOP853"], 1, shape, (), (), False, logs)
    return replace(found, place=code.place)


def _compiled(
    system: System,
    functions: list[str],
    methods: list[str],
    width: int,
    shape: Mapping[str, int],
    noisy: tuple[int, ...],
    bounds: Bounds,
    driven: bool,
    logs: bool,
) -> Lanes:
    """Link the functions of a system with the loops that call them."""
    n_input, n_constant = len(system.inputs), len(system.parameters) + len(system.inputs)
    common = {**shape, "lanes": width, "n_constant": n_constant, "n_input": n_input}

    def texts() -> list[str]:
        loops = (
            advance_text(
                method=method, driven=driven, logs=logs, noisy=noisy, bounds=bounds, **common
            ).replace('@"advance"', f'@"advance.{method}"')
            for method in methods
        )  # fmt: skip
        return [*functions, *loops]

    key = repr((functions, methods, sorted(common.items()), driven, logs, noisy, bounds))
    engine = machine_code(key, texts)
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p)  # lets go of Python's lock
    found = {each: kind(engine.get_function_address(f"advance.{each}")) for each in methods}
    vectors = work_size(n_constant=n_constant, n_input=n_input, **shape)
    return Lanes(engine, found, width, shape["n_state"], vectors * width)


def functions_text(
    system: System,
    watches: Sequence[Watch],
    driven: bool,
    width: int,
    with_jacobian: bool,
    with_noise: bool,
) -> tuple[str, int]:
    """Return the functions that ``advance`` calls as a module, and how much is prepared."""
    states = _places("states", system.state_names)
    inputs = _places("inputs", system.input_names) if driven else {}
    constants = _places("states", (*system.parameter_names, *system.input_names))
    prepared: dict[Any, int] = {}
    fixed = constants.keys() - inputs.keys()

    def written(name: str, expressions: Sequence[sp.Expr]) -> str:
        parts, calls = pieces(
            name, expressions, lambda: Writer(states | inputs, width, prepared, fixed), ARRAYS
        )
        return _function(name, parts, calls)

    functions = [written("rates", system.rhs)]
    if watches:
        both = [*(each.level for each in watches), *(each.value for each in watches)]
        functions.append(written("watch", both))
    if with_jacobian:
        functions.append(written("jacobian", list(jacobian(system))))
    if with_noise:
        functions.append(written("diffusion", noise_terms(system)))
    parts, calls = pieces("prepare", list(prepared), lambda: Writer(constants, width), ARRAYS)
    functions.append(_function("prepare", parts, calls))
    return "\n\n".join([declarations(width), *functions]), len(prepared)


def _places(array: str, names: Sequence[str]) -> dict[sp.Symbol, str]:
    return {symbol(name): f"ptr %{array}, i32 {index}" for index, name in enumerate(names)}


def _function(name: str, parts: Sequence[str], calls: Sequence[str]) -> str:
    arguments = ", ".join(f"ptr %{array}" for array in ARRAYS)
    body = "\n".join([*calls, "ret void"])
    return "\n\n".join([*parts, f"define void @{name}({arguments}) {{\n{body}\n}}"])
