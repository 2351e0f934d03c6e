"""Machine code does what NumPy does, expression by expression."""

import gc
import math
import weakref
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mirrorsys import System
from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels import _llvm, _writer
from mirrorsys.kernels._llvm import machine_functions
from mirrorsys.kernels._source import array_function

Array = NDArray[np.float64]
TWO = System("two", {"x": "x", "y": "y"}, {"a": 0.6}, {"b": 0.7})
GRAMMAR = [
    "x**3", "x**5", "x**100", "x**-2", "x**-7", "x**2.5", "x**-0.5", "x**(1/3)", "x**a", "x**-a",
    "a**x", "2**-x", "x/3 - b", "x/(2*(x + a))", "1e30*x - 1e30*a", "1e300*x", "1e-300*x",
    "exp(x) + exp(1)", "log(x)", "sqrt(x)", "sin(x) + cos(x) + tan(x)",
    "sinh(x) + cosh(x) + tanh(x)", "abs(x - a)", "sign(x - a)", "sign(x)", "min(x, a, 1)",
    "max(x, a, 0.8)", "min(x, max(a, 0.5))", "x < a", "x <= a", "x*(x > a)", "(x >= a)*(y < b)",
    "(x < a) - 2*(x*x >= 0.5)", "x**(x < a)", "(x - a)/(x + a)**2", "1/x", "x*y/(x*y + 1) + x*y",
]  # fmt: skip
SPECIAL = [0.0, -0.0, 0.3, 0.6, -1.5, math.inf, -math.inf, math.nan]


def compiled(expressions: list[Any], at: Array) -> Array:
    (function,) = machine_functions(TWO, [("f", expressions, (len(expressions),))])
    out = np.empty(len(expressions))
    function(at, np.array([0.6]), np.array([0.7]), out)
    return out


def plain(expressions: list[Any], at: Array) -> Array:
    out = np.empty(len(expressions))
    with np.errstate(all="ignore"):
        array_function("f", TWO, expressions, out.shape)(at, np.array([0.6]), np.array([0.7]), out)
    return out


@pytest.mark.parametrize("text", GRAMMAR)
def test_machine_code_and_numpy_agree_also_on_infinity_and_what_is_no_number(text: str) -> None:
    for point in product(SPECIAL, [0.4, math.nan]):
        at = np.array(point)
        np.testing.assert_allclose(
            compiled([parse(text)], at), plain([parse(text)], at), rtol=1e-14, err_msg=str(point)
        )


@given(st.lists(st.sampled_from(GRAMMAR), min_size=2, max_size=6), st.floats(0.1, 1.4))
def test_what_expressions_have_in_common_changes_no_bit(texts: list[str], x: float) -> None:
    expressions, at = [parse(text) for text in texts], np.array([x, 0.4])
    apart = np.concatenate([compiled([each], at) for each in expressions])
    np.testing.assert_array_equal(compiled(expressions, at), apart)


def test_a_long_function_is_cut_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    expressions, at = [symbol("x") ** 2 + n for n in range(50)], np.array([0.5, 1.0])
    whole = compiled(expressions, at)
    monkeypatch.setattr(_writer, "PIECE", 7)
    text = _llvm._text("f", TWO, expressions)
    assert text.count("define void @f.") > 10
    np.testing.assert_array_equal(compiled(expressions, at), whole)
    assert whole.tolist() == [0.25 + n for n in range(50)]


@pytest.mark.parametrize("x", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_of_several_pieces_the_first_whose_condition_holds_counts(x: float) -> None:
    ramp = sp.Piecewise((0, symbol("x") < 0), (symbol("x"), symbol("x") < 1), (1, True))
    assert compiled([ramp], np.array([x, 1.0])) == min(max(x, 0), 1)


def test_what_is_not_real_is_not_a_number() -> None:
    at = np.array([1.0, 1.0])
    assert np.isnan(compiled([sp.log(-2) * symbol("x"), sp.nan, sp.zoo], at)).all()
    assert compiled([sp.pi, sp.Integer(2)], at).tolist() == [math.pi, 2.0]


def test_values_as_a_function_of_states_follow_inputs_and_are_new_arrays() -> None:
    (function,) = machine_functions(TWO, [("f", [parse("x + a"), parse("b")], (2,))])
    inputs = np.array([0.7])
    values = function.at(np.array([0.6]), inputs, 2)
    first = values(np.array([1.0, 0.0]))
    inputs[0] = 9.0
    second = values(np.array([2.0, 0.0]))
    assert (first.tolist(), second.tolist()) == ([1.6, 0.7], [2.6, 9.0])


def test_code_and_arrays_live_as_long_as_the_function_of_states() -> None:
    (function,) = machine_functions(TWO, [("f", [parse("x + a")], (1,))])
    values = function.at(np.array([0.6]), np.array([0.7]), 2)
    alive = weakref.ref(function)
    del function
    gc.collect()
    assert alive() is not None
    assert values(np.array([1.0, 0.0])).tolist() == [1.6]
    del values
    gc.collect()
    assert alive() is None


def test_no_name_of_a_user_gets_into_the_code() -> None:
    system = System("names", {"define": "ret - store", "store": "1"}, {"ret": 1.0})
    text = _llvm._text("f", system, list(system.rhs))
    assert not {"%define", "%ret ", "%store"} & set(text.replace(",", " ").split(" "))
