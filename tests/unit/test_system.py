"""System, State, Parameter, Input: checked on construction, frozen, copied with a difference."""

import ast
import dataclasses
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys import Input, Parameter, State, System
from mirrorsys._expressions import ExpressionError, symbol
from mirrorsys.models import client, dyad, therapist

DECAY = System(
    "decay",
    {"x": "-k*x + drive", "y": "x - y"},
    [Parameter("k", 0.5, unit="1/h", range=(0, 2), symbol="k", meaning="rate", source="a book")],
    [Input("drive", 0.1, range=(0, 10))],
    outputs={"total": "x + y"},
    diffusion={"x": "0.1"},
    box={"x": (0, 1), "y": (-1, 1)},
    initial={"x": 0.25},
    time_unit="h",
    source="a book",
)
PAIR = dyad(client(), therapist())


# ---- quantities --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [State, Parameter, Input])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "1x"}, ["`name` of a", "'1x'", "identifier"]),
        ({"name": "exp"}, ["'exp'", "not the name of a function"]),
        ({"name": None}, ["`name`", "None"]),
        ({"name": "x²"}, ["`name`", "'x²'"]),
        ({"name": "a.b.c"}, ["'a.b.c'"]),
        ({"name": "x", "value": "abc"}, ["'x' is 'abc'", "one finite number"]),
        ({"name": "x", "value": None}, ["'x' is None", "one finite number"]),
        ({"name": "x", "value": math.nan}, ["'x' is nan", "one finite number"]),
        ({"name": "x", "value": -math.inf}, ["'x' is -inf"]),
        ({"name": "x", "value": 10**400}, ["'x' is 1000", "one finite number"]),
        ({"name": "x", "value": [1, 2]}, ["'x' is [1, 2]", "one finite number"]),
        ({"name": "x", "value": np.array([1.0, 2.0])}, ["'x' is array([1., 2.])"]),
        ({"name": "x", "value": 1j}, ["'x' is 1j"]),
        ({"name": "x", "value": 3, "range": (0, 1)}, ["'x' is 3", "range [0, 1]", "inside it"]),
        ({"name": "x", "value": -1e-12, "range": (0, 1)}, ["-1e-12", "[0, 1]"]),
        ({"name": "x", "range": (1, 0)}, ["`range`", "(1, 0)", "lower one first"]),
        ({"name": "x", "range": (0, math.nan)}, ["`range`", "nan"]),
        ({"name": "x", "range": 1}, ["`range`", "is 1;", "two numbers"]),
        ({"name": "x", "range": (0, 1, 2)}, ["`range`", "(0, 1, 2)"]),
        ({"name": "x", "range": "ab"}, ["`range`", "'ab'"]),
        ({"name": "x", "range": None}, ["`range`", "None"]),
        ({"name": "x", "range": (0, 10**400)}, ["`range`", "two numbers"]),
    ],
)
def test_a_quantity_says_what_is_wrong(
    kind: Any, arguments: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are checked below
        kind(**arguments)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "value", [1, 0.5, True, np.float32(0.5), np.int64(1), np.array(0.5), Fraction(1, 2),
              sp.Rational(1, 2)],
)  # fmt: skip
def test_every_kind_of_number_is_a_value(value: Any) -> None:
    quantity = Parameter("k", value, range=(0, 1))
    assert type(quantity.value) is float
    assert quantity.value == float(value)
    assert type(quantity.check(value)) is float


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-6, 6))
def test_both_ends_of_a_range_are_inside(a: float, b: float, value: float) -> None:
    low, high = sorted((a, b))
    quantity = Parameter("k", low, range=(low, high))
    assert quantity.check(high) == high
    if low <= value <= high:
        assert quantity.check(value) == value
    else:
        with pytest.raises(ValueError, match="outside its range"):
            quantity.check(value)


def test_quantities_are_frozen_and_hashable() -> None:
    quantity = Parameter("k", 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        quantity.value = 2.0  # type: ignore[misc]
    assert {quantity, Parameter("k", 1.0)} == {quantity}
    assert quantity != Parameter("k", 2)
    assert Parameter("k", 1) != State("k", 1)


@pytest.mark.parametrize(
    ("quantity", "latex"),
    [
        (Parameter("k"), r"\mathrm{k}"),
        (Parameter("a_b"), r"\mathrm{a\_b}"),
        (Parameter("tau_R", symbol=r"\tau_R"), r"\tau_R"),
        (Parameter("tau_R", symbol=r"\tau_R").of("ann"), r"\tau_{R,\mathrm{ann}}"),
        (State("threat", symbol="R").of("ann_b"), r"R_{\mathrm{ann b}}"),
        (State("a_b").of("ann"), r"\mathrm{a\_b}_{\mathrm{ann}}"),
    ],
)
def test_latex_symbols(quantity: Any, latex: str) -> None:
    assert quantity.latex == latex


# ---- construction ------------------------------------------------------------------------

BAD_SYSTEMS: list[tuple[Callable[[], Any], list[str]]] = [
    (lambda: System("s", {}), ["`equations` is empty"]),
    (lambda: System("s", {"x": "y"}), ["undeclared ['y']", "declare each"]),
    (lambda: System("s", {"x": "x"}, outputs={"o": "z"}), ["undeclared ['z']"]),
    (lambda: System("s", {"x": "x"}, diffusion={"x": "z"}), ["undeclared ['z']"]),
    (lambda: System("s", {"x": "x"}, {"x": 1}), ["['x'] more than once", "rename"]),
    (lambda: System("s", {"x": "x"}, {"k": 1}, {"k": 1}), ["['k'] more than once"]),
    (lambda: System("s", {"x": "x"}, outputs={"x": "1"}), ["['x'] more than once"]),
    (lambda: System("s", {"x": "x"}, outputs={"not a name": "1"}), ["`outputs`", "'not a name'"]),
    (lambda: System("s", {State("x"): "1", "x": "2"}), ["['x'] more than once"]),
    (lambda: System("s", {"x": "x +"}), ["equation of 'x'", "character 4"]),
    (lambda: System("s", {"x": None}), ["equation of 'x'", "None"]),
    (lambda: System("s", {"x": math.nan}), ["equation of 'x'"]),
    (lambda: System("s", {"x": True}), ["equation of 'x'", "True"]),
    (lambda: System("s", {"x": sp.Function("f")(symbol("x"))}), ["equation of 'x'", "f(x)"]),
    (lambda: System("s", {"x": "x"}, outputs={"o": "1 +"}), ["output 'o'", "character 4"]),
    (lambda: System("s", {"x": "x"}, diffusion={"x": "1 +"}), ["diffusion of 'x'"]),
    (lambda: System("s", {"x": "x"}, diffusion={"z": "1"}), ["`diffusion`", "['z']", "['x']"]),
    (lambda: System("s", {"x": "x"}, box={"z": (0, 1)}), ["`box`", "['z']", "['x']"]),
    (lambda: System("s", {"x": "x"}, box={"x": (1, 0)}), ["`range`", "(1, 0)"]),
    (lambda: System("s", {"x": "x"}, initial={"z": 0}), ["`initial`", "['z']", "['x']"]),
    (lambda: System("s", {"x": "x"}, initial={"x": math.nan}), ["'x' is nan"]),
    (
        lambda: System("s", {"x": "x"}, box={"x": (0, 1)}, initial={"x": 2}),
        ["'x' is 2", "outside its range [0, 1]"],
    ),
    (lambda: System("s", {"x": "x"}, {"k": math.inf}), ["'k' is inf"]),
    (lambda: System("s", {"x": "x"}, {"k k": 1}), ["'k k'"]),
    (lambda: System("s", {1: "x"}), ["`name` of a state is 1"]),  # type: ignore[dict-item]
]


@pytest.mark.parametrize(("build", "words"), BAD_SYSTEMS)
def test_a_bad_system_is_refused(build: Callable[[], Any], words: list[str]) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are checked below
        build()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("member", ["k", 1, Input("k"), State("k")])
def test_parameters_are_parameters(member: Any) -> None:
    with pytest.raises(TypeError, match=r"`parameters` holds .*; give Parameter objects"):
        System("s", {"x": "x"}, [member])


def test_an_equation_that_cannot_be_read_is_an_expression_error() -> None:
    with pytest.raises(ExpressionError, match="equation of 'x'"):
        System("s", {"x": "__import__('os')"})


def test_text_and_symbols_give_the_same_system() -> None:
    x, k = sp.symbols("x k")
    assert System("s", {"x": "-k*x"}, {"k": 1}) == System("s", {"x": -k * x}, [Parameter("k", 1)])
    assert System("s", {"x": 0.1}) == System("s", {"x": "1/10"}) == System("s", {"x": "0.1"})


def test_a_start_outside_the_box_moves_to_its_nearest_end() -> None:
    assert System("s", {"x": "x"}, box={"x": (2, 3)})["x"].value == 2
    assert System("s", {"x": "x"}, box={"x": (-3, -2)})["x"].value == -2


def test_a_system_is_frozen_hashable_and_travels() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DECAY.name = "other"  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(DECAY))
    assert again == DECAY
    assert hash(again) == hash(DECAY)
    assert len({DECAY, again, DECAY.replace(name="other")}) == 2


def test_names_of_sympy_constants_are_ordinary_quantities() -> None:
    system = System("s", {"S": "E*S - I*N", "I": "beta*S"}, {"E": 2, "N": 3, "beta": 4})
    assert system.rhs[0].free_symbols == {symbol(each) for each in ("S", "E", "I", "N")}
    assert not system.rhs[0].has(sp.I, sp.E)


# ---- names -------------------------------------------------------------------------------


def test_a_bare_name_stands_for_everybodys_quantity() -> None:
    assert PAIR.resolve("mu") == ("client.mu", "therapist.mu")
    assert PAIR.resolve("contact") == ("client_therapist.contact", "therapist_client.contact")
    assert PAIR.resolve("client.mu") == ("client.mu",)
    assert PAIR.expand({"mu": 1, "client.mu": 2}) == {"client.mu": 2, "therapist.mu": 1}
    assert PAIR.expand({"client.mu": 2, "mu": 1}) == {"client.mu": 2, "therapist.mu": 1}


def test_only_the_kinds_asked_for_count() -> None:
    assert PAIR.resolve("mu", "parameter") == ("client.mu", "therapist.mu")
    with pytest.raises(ValueError, match="has no state called 'mu'"):
        PAIR.resolve("mu", "state")


@pytest.mark.parametrize("name", ["mue", "clint.mu", "", "client.", 3, None, ("mu",)])
def test_an_unknown_name_is_told_the_nearest_ones(name: Any) -> None:
    with pytest.raises(ValueError, match=r"has no .* called .*; did you mean one of \['"):
        PAIR.resolve(name)
    with pytest.raises(ValueError, match=r"'client\.threat'"):
        PAIR.resolve("client.thread")


def test_one_quantity_by_name() -> None:
    assert PAIR["client.mu"].name == "client.mu"
    assert client()["mu"].value == PAIR["client.mu"].value
    assert System("s", {"ann.x": "1"})["x"].name == "ann.x"
    with pytest.raises(ValueError, match=r"'mu' stands for \['client.mu', 'therapist.mu'\]"):
        PAIR["mu"]


# ---- copies with a difference ------------------------------------------------------------


def test_freezing_turns_states_and_inputs_into_parameters() -> None:
    frozen = DECAY.freeze(x=0.5, drive=2)
    assert frozen.state_names == ("y",)
    assert frozen.parameter_names == ("k", "x", "drive")
    assert frozen.input_names == ()
    assert (frozen["x"].value, frozen["x"].range) == (0.5, (0, 1))
    assert frozen.rhs == (DECAY.equations["y"],)
    assert frozen["drive"].unit == DECAY["drive"].unit
    assert DECAY.freeze() == DECAY
    assert DECAY.freeze({"x": 0.5}, drive=2) == frozen


def test_freezing_by_bare_name_freezes_everybodys() -> None:
    frozen = PAIR.freeze(pathway=0.1)
    assert "client.pathway" in frozen.parameter_names
    assert "therapist.pathway" in frozen.parameter_names
    assert len(frozen.states) == len(PAIR.states) - 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"z": 1}, "has no state or input called 'z'"),
        ({"k": 1}, "has no state or input called 'k'"),
        ({"x": 2}, r"'x' is 2, outside its range \[0, 1\]"),
        ({"x": math.nan}, "'x' is nan"),
        ({"x": 1, "y": 1}, "leaves 'decay' without a state"),
    ],
)
def test_what_cannot_be_frozen(values: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DECAY.freeze(values)


def test_replace_changes_what_it_names_and_nothing_else() -> None:
    changed = DECAY.replace(
        name="other", parameters={"k": 0.7}, inputs={"drive": 3}, initial={"y": 0.5},
        equations={"x": "-x"}, outputs={"total": "x"}, diffusion={"y": "0.2"}, box={"y": (-2, 2)},
    )  # fmt: skip
    assert changed.name == "other"
    assert changed["k"] == dataclasses.replace(DECAY["k"], value=0.7)
    assert changed["drive"] == dataclasses.replace(DECAY["drive"], value=3)
    assert changed["y"] == dataclasses.replace(DECAY["y"], value=0.5, range=(-2, 2))
    assert changed["x"] == DECAY["x"]
    assert changed.equations == {"x": -symbol("x"), "y": DECAY.equations["y"]}
    assert changed.diffusion == (sp.Rational(1, 10), sp.Rational(1, 5))
    assert dict(changed.outputs) == {"total": symbol("x")}
    assert (changed.time_unit, changed.source) == (DECAY.time_unit, DECAY.source)
    assert DECAY.replace() == DECAY


def test_replace_by_bare_name_and_by_whole_quantity() -> None:
    changed = PAIR.replace(parameters={"mu": 0.5, "client.mu": 0.7}, inputs={"contact": 1})
    assert (changed["client.mu"].value, changed["therapist.mu"].value) == (0.7, 0.5)
    assert [each.value for each in changed.inputs[-2:]] == [1, 1]
    wider = Parameter("k", 5, range=(0, 10))
    assert DECAY.replace(parameters={"k": wider})["k"] == wider
    extra = Parameter("extra", 5)
    assert DECAY.replace(parameters={"extra": extra}).parameter_names == ("k", "extra")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": {"q": 1}}, "has no parameter called 'q'"),
        ({"parameters": {"drive": 1}}, "has no parameter called 'drive'"),
        ({"parameters": {"k": 3}}, r"'k' is 3, outside its range \[0, 2\]"),
        ({"parameters": {"k": Parameter("q", 1)}}, "`parameters` would rename"),
        ({"inputs": {"k": 1}}, "has no input called 'k'"),
        ({"inputs": {"drive": -1}}, "'drive' is -1, outside"),
        ({"equations": {"z": "1"}}, "has no state called 'z'"),
        ({"equations": {"x": "z"}}, r"undeclared \['z'\]"),
        ({"initial": {"x": 2}}, "'x' is 2, outside"),
        ({"initial": {"z": 2}}, "has no state called 'z'"),
        ({"box": {"x": (0, 0.1)}}, r"'x' is 0.25, outside its range \[0, 0.1\]"),
        ({"diffusion": {"z": "1"}}, "has no state called 'z'"),
    ],
)
def test_what_cannot_be_replaced(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DECAY.replace(**changes)


def test_of_renames_everything_and_nothing_else() -> None:
    anns = DECAY.of("ann")
    assert anns.state_names == ("ann.x", "ann.y")
    assert anns.parameter_names == ("ann.k",)
    assert anns.input_names == ("ann.drive",)
    assert [name for name, _ in anns.outputs] == ["ann.total"]
    back = {symbol(f"ann.{q.name}"): symbol(q.name) for q in DECAY.quantities}
    assert tuple(each.xreplace(back) for each in anns.rhs) == DECAY.rhs
    assert tuple(each.xreplace(back) for each in anns.diffusion) == DECAY.diffusion
    assert anns["k"].value == DECAY["k"].value
    for owner in ("a.b", "1a", "", "exp", "a b"):
        with pytest.raises(ValueError, match="`owner` is"):
            DECAY.of(owner)


# ---- reading -----------------------------------------------------------------------------


def test_a_readable_repr() -> None:
    assert repr(DECAY) == (
        "System 'decay': 2 states, 1 parameter, 1 input; time in h\n"
        "  d x/dt = drive - k*x\n"
        "  d y/dt = x - y"
    )
    many = System("many", {f"x{i}": "1" for i in range(20)})
    assert repr(many).count("\n") == 13
    assert repr(many).endswith("... and 8 more equations")


def test_latex_uses_the_declared_symbols() -> None:
    latex = PAIR.latex()
    assert latex.startswith("\\begin{aligned}\n\\frac{\\mathrm{d} R_{\\mathrm{client}}}")
    assert r"\tau_{R,\mathrm{client}}" in latex
    assert r"c_{\mathrm{client therapist}}" in latex
    assert latex.count("\\\\") == len(PAIR.states) - 1
    assert PAIR._repr_latex_() == f"$\\displaystyle {latex}$"


def test_the_box_and_the_equations_by_name() -> None:
    assert DECAY.box == {"x": (0, 1), "y": (-1, 1)}
    assert list(DECAY.equations) == ["x", "y"]
    assert all(side == (0, 1) for side in ms.models.client().box.values())


def test_where_nothing_has_a_name_none_is_offered():
    with pytest.raises(ValueError, match="no parameter or input called 'k'; it has none at all"):
        System("bare", {"x": "-x"}).resolve("k", "parameter or input")


def test_a_state_asked_for_as_a_parameter_is_to_be_frozen():
    client = ms.models.client()
    with pytest.raises(ValueError, match=r"but a state; .* system.freeze\({'pathway': value}\)"):
        client.resolve("pathway", "parameter or input")


# ---- what no test noticed when the code was changed at random ------------------------------


@pytest.mark.parametrize("kind", [State, Parameter, Input])
@pytest.mark.parametrize("third", ["1/h", (0, 1)])
def test_a_quantity_takes_its_name_and_value_by_place_and_the_rest_by_word(
    kind: Any, third: Any
) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        kind("k", 1.0, third)


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ("rate", ["rate1", "rate2", "rate3"]),  # the nearest, of four alike
        ("?", [*(f"rate{i}" for i in (1, 2, 3, 4)), *(f"b{i:02}" for i in range(8))]),  # the first
    ],
)
def test_three_near_names_are_offered_or_else_the_first_twelve(
    given: str, offered: list[str]
) -> None:
    names = [*(f"rate{i}" for i in (1, 2, 3, 4)), *(f"b{i:02}" for i in range(10))]
    system = System("many", {"x": "x"}, dict.fromkeys(names, 1.0))
    with pytest.raises(ValueError, match="did you mean") as caught:
        system.resolve(given, "parameter")
    found = str(caught.value).partition("one of ")[2].rstrip("?")
    if len(offered) == 3:
        assert len(ast.literal_eval(found)) == 3
        assert set(ast.literal_eval(found)) <= set(names[:4])
    else:
        assert ast.literal_eval(found) == offered


@pytest.mark.parametrize("n", [11, 12, 13, 14])
def test_no_equation_is_neither_shown_nor_counted(n: int) -> None:
    lines = repr(System("many", {f"x{i}": "1" for i in range(n)})).split("\n")
    shown = [line for line in lines if line.startswith("  d x")]
    counted = [int(line.split()[2]) for line in lines if line.endswith("more equations")]
    assert len(shown) == min(n, 12)
    assert counted == ([n - 12] if n > 12 else [])


@given(st.integers(90, 110))
def test_an_equation_of_up_to_a_hundred_characters_is_shown_whole(length: int) -> None:
    name = "x" * (length - 2)
    system = System("long", {"y": f"2*{name}"}, {name: 1.0})
    shown = repr(system).partition("dt = ")[2]
    whole = f"2*{name}"
    assert shown == (whole if length <= 100 else f"{whole[:96]} ...")
    assert len(shown) <= 100


def test_a_bare_state_asked_for_as_a_parameter_is_to_be_frozen_too() -> None:
    with pytest.raises(ValueError, match=r"but a state; .*freeze\({'pathway': value}\)"):
        PAIR.resolve("pathway", "parameter or input")


def test_what_is_held_constant_keeps_its_meaning_or_takes_its_name_for_one() -> None:
    with_words = State("x", meaning="load")
    system = System("s", {with_words: "-x", "y": "x", "z": "y"})
    frozen = system.freeze(x=1, y=2)
    assert frozen["x"].meaning == "load (held constant)"
    assert frozen["y"].meaning == "y (held constant)"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_where_no_range_is_given_every_finite_number_is_inside(value: float) -> None:
    assert Parameter("k", value).value == value
    assert State("x").range == (-math.inf, math.inf)


def test_bare_names_are_offered_beside_full_ones() -> None:
    with pytest.raises(ValueError, match=r"did you mean one of \['mu'"):
        PAIR.resolve("mux")


@pytest.mark.parametrize(("n", "words"), [(0, "0 parameters"), (1, "1 parameter,"), (2, "2 par")])
def test_one_is_singular_and_none_is_plural(n: int, words: str) -> None:
    system = System("s", {"x": "1"}, {f"k{i}": 1.0 for i in range(n)})
    assert f"1 state, {words}" in repr(system)
