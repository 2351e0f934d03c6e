"""Instructions as few as they need be: what states do not change is computed beforehand."""

from typing import Any

import pytest

from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels._writer import Writer

PLACES = {symbol(name): f"ptr %states, i32 {k}" for k, name in enumerate("xyz")}
FIXED = [symbol(name) for name in "abc"]


def written(text: str) -> tuple[list[str], dict[Any, int]]:
    """Return the instructions of a result and what is read as prepared."""
    prepared: dict[Any, int] = {}
    lines = Writer(PLACES, 4, prepared, FIXED).written(iter([(0, parse(text))])).splitlines()
    return lines, prepared


@pytest.mark.parametrize(
    ("text", "before", "operations"),
    [
        ("a*b*x", ["a*b"], ["fmul"]),
        ("a + b + x", ["a + b"], ["fadd"]),
        ("a + b*c + x + y", ["a + b*c"], ["fadd", "fadd"]),
        ("a*x", ["a"], ["fmul"]),
        ("2*x + y", [], ["fadd", "fmul"]),
        ("2*a*x", ["2*a"], ["fmul"]),
        ("x/a", ["1/a"], ["fmul"]),
        ("a*x*b + b*y*a", ["a*b"], ["fadd", "fmul", "fmul"]),
        ("exp(a)*sin(b)/x", ["exp(a)*sin(b)"], ["fdiv"]),
    ],
)
def test_what_states_do_not_change_is_one_number_read(
    text: str, before: list[str], operations: list[str]
) -> None:
    lines, prepared = written(text)
    assert set(prepared) == {parse(each) for each in before}
    done = [line.split(" = ")[1].split()[0] for line in lines if " = " in line]
    assert sorted(word for word in done if word.startswith("f")) == operations
    assert sum("%prepared" in line for line in lines) == len(before)


def test_without_fixed_quantities_nothing_is_prepared() -> None:
    lines = Writer(PLACES, None).written(iter([(0, parse("x*y + 2*z"))])).splitlines()
    assert not any("%prepared" in line for line in lines)
    assert sum(" = fmul" in line for line in lines) == 2
