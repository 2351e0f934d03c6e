"""The table of a call: room for all that is kept, words that differ, sizes in their places."""

import dataclasses
import importlib
import math
import pkgutil

import pytest
from llvmlite import ir

from mirrorsys import kernels
from mirrorsys.kernels._code import Code
from mirrorsys.kernels._lanes import Lanes
from mirrorsys.kernels._steps import METHODS, Explicit, Method, Rosenbrock
from mirrorsys.kernels._stochastic import NOISY
from mirrorsys.kernels._table import FIELDS, MOST_STATES, SIZES, STATUS, Table, work_size

NONE = {"n_state": 1, "n_prepared": 0, "n_constant": 0, "n_input": 0, "n_watch": 0}


def table(kind: type[Method], lanes: int, **shape: int) -> Table:
    n_noisy = shape["n_state"] if kind in NOISY.values() else 0
    return Table(
        Code(ir.Module("table"), "advance", 1, lanes), method=kind, driven=True, logs=lanes == 1,
        noisy=tuple(range(n_noisy)), bounds=((-math.inf, math.inf),) * n_noisy, **shape,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [*METHODS.values(), *NOISY.values()], ids=lambda k: k.__name__)
@pytest.mark.parametrize(
    "shape",
    [{}, {"n_state": MOST_STATES}, {"n_prepared": 4000}, {"n_constant": 4000}, {"n_input": 900},
     {"n_watch": 900}, dict.fromkeys(NONE, 23)],
    ids=str,
)  # fmt: skip
def test_there_is_room_for_all_that_is_kept(kind: type[Method], shape: dict[str, int]) -> None:
    for lanes in (1, 4):
        whole = {**NONE, **shape}
        used = table(kind, lanes, **whole).used
        least = sum(count for name, count in whole.items() if name != "n_state")
        assert least < used <= work_size(**whole)


def test_the_explicit_method_has_room_for_any_number_of_states() -> None:
    assert table(Explicit, 1, **{**NONE, "n_state": 2000}).used <= work_size(
        **{**NONE, "n_state": 2000}
    )
    # A full matrix of so many would be too large: the implicit method is not offered for it.
    assert work_size(**{**NONE, "n_state": 2000}) < 2000**2


def test_parts_of_the_memory_do_not_overlap() -> None:
    """With one lane they begin at whole vectors, as a network's own lie there."""
    for lanes, unit in ((1, 8), (4, 1)):
        owner = table(Rosenbrock, lanes, **{**NONE, "n_state": 3})
        before = owner.used
        for n in (1, 8, 9, 0):
            owner._room(n)
            assert owner.used - before == math.ceil(n / unit) * unit
            before = owner.used


def test_working_memory_begins_where_a_vector_may() -> None:
    for n_work in range(1, 20):
        code = Lanes(None, {}, 4, 1, n_work)
        room = [code.work() for _ in range(5)]
        assert [each.size for each in room] == [n_work] * 5
        assert not any(each.ctypes.data % 64 for each in room)


def test_every_status_is_told_from_the_others() -> None:
    assert len(set(STATUS.values())) == len(STATUS)
    assert STATUS["running"] == 0  # what a fresh table holds
    assert len(set(FIELDS)) == len(FIELDS)
    assert len(set(SIZES)) == len(SIZES)


def test_what_kernels_hand_out_is_never_changed() -> None:
    found = []
    for name in (each.name for each in pkgutil.iter_modules(kernels.__path__)):
        module = importlib.import_module(f"{kernels.__name__}.{name}")
        for value in vars(module).values():
            is_own = getattr(value, "__module__", "") == module.__name__
            if is_own and isinstance(value, type) and dataclasses.is_dataclass(value):
                found.append(value.__name__)
                assert value.__dataclass_params__.frozen, value
    assert {"NetworkCode", "Kernel", "Lanes", "Copies", "Tape"} <= set(found)
