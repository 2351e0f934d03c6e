"""What is written is read again, exactly: systems as TOML, runs as netCDF."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import sympy as sp
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys import Input, Parameter, State, System
from mirrorsys._expressions import ExpressionError, canonical, parse, symbol, to_text
from mirrorsys._expressions._sizes import check_tree
from mirrorsys._model_files import from_toml, to_toml

NAMES = ["x", "y", "k", "beta", "E", "I", "S", "ann.x", "ann.mu", "lambda_"]
SYMBOLS = [symbol(name) for name in NAMES]
NUMBERS = st.one_of(
    st.integers(-1000, 1000).map(sp.Integer),
    st.fractions(-10, 10, max_denominator=1000).map(
        lambda f: sp.Rational(f.numerator, f.denominator)
    ),
    st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda f: sp.Rational(repr(f))),
)


def _larger(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    one = st.sampled_from([sp.exp, sp.sin, sp.cos, sp.tanh, sp.cosh, sp.Abs, sp.sign])
    two = st.sampled_from([sp.Add, sp.Mul, sp.Min, sp.Max])
    powers = st.sampled_from([2, 3, -1, sp.Rational(1, 2), sp.Rational(-3, 2), symbol("k")])
    step = st.sampled_from([sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan])
    return st.one_of(
        st.builds(_computed, two, inner, inner),
        st.builds(_computed, one, inner),
        st.builds(_computed, st.just(sp.Pow), inner, powers),
        st.builds(_computed, step.map(_chosen), inner, inner),
    )


def _computed(function: Callable[..., sp.Expr], *arguments: sp.Expr) -> sp.Expr:
    """Return function(*arguments), or the first of them where SymPy finds no real value.

    Comparing numbers such as exp(-exp(400)), it asks for more digits than it can count; of
    exp(exp(exp(25))) it would compute ten thousand million: no part is larger than a double.
    """
    try:
        result = function(*arguments)
        check_tree(result)
        return result
    except (TypeError, ValueError, OverflowError):
        return arguments[0]


def _chosen(relation: type[sp.Rel]) -> Callable[..., sp.Expr]:
    return lambda a, b: sp.Piecewise((a, relation(a, b)), (b, True))


EXPRESSIONS = st.recursive(st.sampled_from(SYMBOLS) | NUMBERS, _larger, max_leaves=8)


@settings(max_examples=150)
@given(EXPRESSIONS)
def test_an_expression_of_sympy_survives_its_text(expression: sp.Expr) -> None:
    try:
        kept = canonical(expression)
    except ExpressionError:
        assume(False)  # not real, or too large: refused
    assert parse(to_text(kept)) == kept
    assert canonical(kept) == kept
    for k in range(2):
        point = {s: sp.Rational(3 + 2 * i, 7 + k) for i, s in enumerate(SYMBOLS)}
        before, after = value(expression, point), value(kept, point)
        if math.isfinite(before):
            assert after == pytest.approx(before, rel=1e-9, abs=1e-9)


def value(expression: sp.Expr, point: dict[sp.Symbol, sp.Rational]) -> float:
    """Return the value at a point, not a number where it is not real."""
    try:
        return float(expression.subs(point).evalf(20))
    except (TypeError, ValueError):
        return math.nan


TEXT = st.text(max_size=8)
RANGES = st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)).map(sorted).filter(
    lambda ends: ends[0] < 1e308 and ends[1] > -1e308
)  # fmt: skip


@st.composite
def quantities(draw: st.DrawFn, kind: type, name: str) -> object:
    low, high = (each + 0.0 for each in draw(RANGES))  # -0.0 is no lower than 0.0
    value = draw(st.floats(max(low, -1.7e308), min(high, 1.7e308)))
    extra = {"source": draw(TEXT)} if kind is Parameter else {}
    return kind(
        name, value, range=(low, high), unit=draw(TEXT), symbol=draw(TEXT), meaning=draw(TEXT),
        **extra,
    )  # fmt: skip


@st.composite
def systems(draw: st.DrawFn) -> System:
    names = draw(st.permutations(NAMES))
    n_state, n_input = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    states = [draw(quantities(State, name)) for name in names[:n_state]]
    inputs = [draw(quantities(Input, name)) for name in names[n_state : n_state + n_input]]
    parameters = [draw(quantities(Parameter, name)) for name in names[n_state + n_input :]]
    try:
        return System(
            draw(TEXT),
            {state: draw(EXPRESSIONS) for state in states},  # type: ignore[misc]
            parameters,  # type: ignore[arg-type]
            inputs,  # type: ignore[arg-type]
            outputs=draw(st.dictionaries(st.sampled_from(["out", "q"]), EXPRESSIONS, max_size=2)),
            diffusion={states[0].name: draw(EXPRESSIONS)} if draw(st.booleans()) else None,  # type: ignore[attr-defined]
            time_unit=draw(TEXT),
            source=draw(TEXT),
        )
    except ExpressionError:
        assume(False)
        raise


@settings(max_examples=60)
@given(systems())
def test_any_system_survives_toml(system: System) -> None:
    text = to_toml(system)
    again = from_toml(text)
    assert again == system
    assert hash(again) == hash(system)
    assert to_toml(again) == text


@settings(max_examples=20)
@given(
    st.lists(st.floats(0.1, 10), min_size=1, max_size=4), st.floats(0, 1), st.booleans(),
    st.sampled_from(["LSODA", "DOP853"]), st.floats(0.05, 0.9),
)  # fmt: skip
def test_any_run_survives_its_file_and_is_computed_again(
    tmp_path_factory: pytest.TempPathFactory,
    durations: list[float], threat: float, asked: bool, method: str, level: float,
) -> None:  # fmt: skip
    protocol = ms.Protocol(
        tuple(ms.Phase(each, {"stressor": 1 / (n + 1)}) for n, each in enumerate(durations))
    )
    run = ms.simulate(
        ms.models.person(), protocol=protocol, times=protocol.edges if asked else None,
        initial={"threat": threat}, method=method, events={"level": ms.Event("threat", level)},
    )  # fmt: skip
    path: Path = tmp_path_factory.mktemp("run") / "run.nc"
    ms.save(run, path)
    loaded = ms.load(path)
    xr.testing.assert_identical(loaded, run)
    assert dict(loaded.attrs) == dict(run.attrs)
    xr.testing.assert_identical(ms.rerun(loaded), run)
