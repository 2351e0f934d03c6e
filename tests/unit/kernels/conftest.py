"""Machine code called as it stands, in memory that holds anything and is fenced in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mirrorsys import System
from mirrorsys.kernels._table import RECORDS, SIZES, STATUS

FENCE, MARK = 64, 12345.678
ROOM = 4000  # steps and hits logged


@dataclass(frozen=True)
class Call:
    """What a call left: the arrays of its table, and its status in words."""

    arrays: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    @property
    def words(self) -> list[str]:
        return [{number: word for word, number in STATUS.items()}[k] for k in self["status"]]

    @property
    def steps(self) -> NDArray[np.float64]:
        """Times and states logged, a row each."""
        return self["steps_log"][: self["logged"][0]]

    @property
    def hits(self) -> NDArray[np.float64]:
        return self["hits_log"][: self["logged"][1]]

    def record(self, name: str, watch: int = 0) -> NDArray[np.float64]:
        return self["records"][watch, RECORDS.index(name)]


def defaults(system: System) -> list[float]:
    return [float(each.value) for each in (*system.parameters, *system.inputs)]


@pytest.fixture
def advance() -> Callable[..., Call]:
    """Return a function that runs members (rows of states) from `time` to `end`.

    Its working memory is full of what is no number, and nothing around it may be written.
    """
    from mirrorsys.kernels._lanes import lanes, sizes, table_of

    def run(
        system: System,
        states: Any,
        *,
        method: str = "DOP853",
        watches: tuple[Any, ...] = (),
        logs: bool = False,
        noise: str | None = None,
        bounded: bool = False,
        constants: Any = None,
        curves: Any = None,
        times: Any = (),
        tolerances: tuple[float, float] = (1e-8, 1e-10),
        **given: Any,
    ) -> Call:
        driven = curves is not None
        code = lanes(
            system, watches=watches, driven=driven, logs=logs, noise=noise, bounded=bounded
        )
        y = np.atleast_2d(np.array(states, dtype=float, order="C"))
        n, n_watch = len(y), len(watches)
        arrays = {
            name: np.broadcast_to(np.array(given.pop(name, 0.0), dtype=float), n).copy()
            for name in ("origin", "time", "step", "status", "streams", "n_before")
        }
        arrays["end"] = np.broadcast_to(np.array(given.pop("end", 1.0)), n).copy()
        values = np.array(defaults(system) if constants is None else constants, dtype=float)
        records = np.zeros((n_watch, len(RECORDS), n))
        records[:, :2], records[:, 2:4], records[:, 5], records[:, 6] = (
            np.inf, np.nan, -np.inf, np.inf,
        )  # fmt: skip
        fenced = np.full(code.n_work + 2 * FENCE + 8, np.nan)
        first = FENCE + -fenced.ctypes.data % 64 // 8
        fenced[:first] = fenced[first + code.n_work :] = MARK
        arrays |= {
            "terminal": np.array(given.pop("terminal", [0.0] * n_watch), dtype=float),
            "directions": np.array(given.pop("directions", [0.0] * n_watch), dtype=float),
        }
        times = np.array(times, dtype=float)
        room = {"steps_room": ROOM, "hits_room": ROOM} if logs else {}
        arrays |= {
            "sizes": sizes(**{"n_members": n, "n_times": times.size, "max_steps": 10**6,
                              **room, **given}),
            "tolerances": np.array(tolerances), "states": y, "times": times,
            "constants": np.broadcast_to(values, (n, values.shape[-1])).copy(),
            "tallies": np.zeros((2, n)), "samples": np.full((times.size, y.shape[1], n), np.nan),
            "records": records, "logged": np.zeros(2, dtype=np.int64),
            "steps_log": np.full((ROOM + 8, 1 + y.shape[1]), np.nan),
            "hits_log": np.full((ROOM + n_watch, 2 + y.shape[1]), np.nan),
            "work": fenced[first : first + code.n_work],
        }  # fmt: skip
        if driven:
            arrays["curves"] = np.ascontiguousarray(np.array(curves, dtype=float))
        assert set(given) <= set(SIZES)
        table = table_of(arrays)
        code(method, table)
        assert (fenced[:first] == MARK).all()
        assert (fenced[first + code.n_work :] == MARK).all()
        return Call(arrays)

    return run


def aligned(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy that begins where vectors may begin."""
    room = np.empty(array.size + 8, dtype=array.dtype)
    first = -room.ctypes.data % 64 // 8
    copy = room[first : first + array.size].reshape(array.shape)
    copy[...] = array
    return copy


@pytest.fixture
def computed() -> Callable[..., None]:
    """Return a function that runs what `write(code, memories)` writes on arrays of vectors."""
    import ctypes

    from llvmlite import ir

    from mirrorsys.kernels._code import Code
    from mirrorsys.kernels._machine import machine_code

    def run(write: Callable[..., None], *arrays: NDArray[Any], lanes: int = 2) -> None:
        code = Code(ir.Module("test"), "test", len(arrays), lanes)
        write(code, *(code.argument(index) for index in range(len(arrays))))
        code.end()
        text = str(code.module)
        engine = machine_code(text, lambda: [text])
        kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * len(arrays))
        copies = [aligned(each) for each in arrays]
        kind(engine.get_function_address("test"))(*(each.ctypes.data for each in copies))
        for each, copy in zip(arrays, copies, strict=True):
            each[...] = copy

    return run
