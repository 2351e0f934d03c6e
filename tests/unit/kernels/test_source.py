"""From expressions to the source of one function."""

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from mirrorsys import System
from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels._source import array_function, function_source

Array = NDArray[np.float64]


def values(system: System, expressions: list[Any], y: Any, p: Any = (), u: Any = ()) -> Array:
    function = array_function("f", system, expressions, (len(expressions),))
    states = np.asarray(y, dtype=float)
    out = np.empty((len(expressions), *states.shape[1:]))
    with np.errstate(all="ignore"):
        function(states, np.asarray(p, dtype=float), np.asarray(u, dtype=float), out)
    return out


ONE = System("one", {"x": "x"}, {"a": 1}, {"b": 1})

NUMBERS = [
    ("x**3", lambda x, a: x**3),
    ("x**5", lambda x, a: x**5),
    ("x**100", lambda x, a: x**100),
    ("x**-2", lambda x, a: x**-2.0),
    ("x**-7", lambda x, a: x**-7.0),
    ("x**2.5", lambda x, a: x**2.5),
    ("x**-0.5", lambda x, a: 1 / math.sqrt(x)),
    ("x**(1/3)", lambda x, a: x ** (1 / 3)),
    ("x**a", lambda x, a: x**a),
    ("x**-a", lambda x, a: x**-a),
    ("a**x", lambda x, a: a**x),
    ("2**x", lambda x, a: 2**x),
    ("2**-x", lambda x, a: 2**-x),
    ("1/3*x", lambda x, a: x / 3),
    ("x/(2*(x + a))", lambda x, a: x / (2 * (x + a))),
    ("1e30*x - 1e30*a", lambda x, a: 1e30 * x - 1e30 * a),  # no such integer in machine code
    ("1e300*x", lambda x, a: 1e300 * x),
    ("1e-300*x", lambda x, a: 1e-300 * x),
    ("exp(x) + exp(1)", lambda x, a: math.exp(x) + math.e),
    ("log(x)", lambda x, a: math.log(x)),
    ("sqrt(x)", lambda x, a: math.sqrt(x)),
    ("sin(x) + cos(x) + tan(x)", lambda x, a: math.sin(x) + math.cos(x) + math.tan(x)),
    ("sinh(x) + cosh(x) + tanh(x)", lambda x, a: math.sinh(x) + math.cosh(x) + math.tanh(x)),
    ("abs(x - a)", lambda x, a: abs(x - a)),
    ("sign(x - a)", lambda x, a: math.copysign(1, x - a)),
    ("min(x, a, 1)", lambda x, a: min(x, a, 1)),
    ("max(x, a, 0.8)", lambda x, a: max(x, a, 0.8)),
    ("min(x, max(a, 0.5))", lambda x, a: min(x, max(a, 0.5))),
    ("x < a", lambda x, a: x < a),
    ("x <= a", lambda x, a: x <= a),
    ("x*(x > a)", lambda x, a: x * (x > a)),
    ("(x < a) - 2*(x*x >= 0.5)", lambda x, a: (x < a) - 2 * (x * x >= 0.5)),
    ("x**(x < a)", lambda x, a: x ** (x < a)),
    ("exp(-(x < a))*(x < 0.9)", lambda x, a: math.exp(-(x < a)) * (x < 0.9)),
    ("(x - a)/(x + a)**2", lambda x, a: (x - a) / (x + a) ** 2),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS, ids=[text for text, _ in NUMBERS])
@pytest.mark.parametrize("x", [0.3, 0.7, 1.2])
def test_every_piece_of_the_grammar_is_computed(text: str, expected: Any, x: float) -> None:
    (found,) = values(ONE, [parse(text)], [x], [0.6])
    assert found == pytest.approx(float(expected(x, 0.6)), rel=1e-12)


def test_a_general_piecewise_expression() -> None:
    x = symbol("x")
    ramp = sp.Piecewise((0, x < 0), (x, x < 1), (1, True))
    assert values(ONE, [ramp], [[-1, 0, 0.5, 1, 2]]).tolist() == [[0, 0, 0.5, 1, 1]]


def test_what_is_not_real_is_not_a_number() -> None:
    assert np.isnan(values(ONE, [sp.log(-2) * symbol("x"), sp.nan, sp.zoo], [1.0])).all()
    assert values(ONE, [sp.pi], [1.0]).tolist() == [math.pi]


def test_a_constant_fills_its_row() -> None:
    rows = values(ONE, [sp.Integer(2), symbol("x"), sp.Integer(0)], [[1.0, 2, 3]])
    assert rows.tolist() == [[2, 2, 2], [1, 2, 3], [0, 0, 0]]


@pytest.mark.parametrize("shape", [(1,), (1, 7), (1, 2, 3), (1, 0)])
def test_any_further_axes(shape: tuple[int, ...]) -> None:
    y = np.random.default_rng(1).uniform(size=shape)
    np.testing.assert_array_equal(values(ONE, [parse("3*x + (x < 0.5)")], y), 3 * y + (y < 0.5))


def test_no_name_of_a_user_gets_into_the_source() -> None:
    names = [
        "out",
        "y",
        "p",
        "u",
        "t0",
        "t1",
        "where",
        "nan",
        "import",
        "lambda",
        "def",
        "os.system",
    ]
    system = System(
        "names", {name: "1" for name in names[:6]}, dict.fromkeys(names[6:9], 1.0),
        dict.fromkeys(names[9:], 1.0),
    )  # fmt: skip
    total = parse("(" + " + ".join(names) + ")**2 + (" + " + ".join(names) + ")**3")
    source = function_source("f", system, [total], (1,))
    for word in ("import", "lambda", "os", "system", "def "):
        assert word not in source.removeprefix("def f(")
    found = values(system, [total], np.arange(6), [6, 7, 8], [9, 10, 11])
    assert found.tolist() == [66**2 + 66**3]


def test_common_parts_are_computed_once() -> None:
    source = function_source("f", ONE, [parse("exp(x)*a"), parse("exp(x)*b")], (2,))
    assert source.count("exp(") == 1


def test_rows_and_columns() -> None:
    function = array_function("f", ONE, [sp.Integer(n) for n in range(6)], (2, 3))
    out = np.empty((2, 3))
    function(np.zeros(1), np.zeros(1), np.zeros(1), out)
    assert out.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_nothing_to_compute() -> None:
    assert values(ONE, [], [1.0]).shape == (0,)
