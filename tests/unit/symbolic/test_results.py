"""What all results of the package have in common, and how formulas are cut to a line."""

import dataclasses
import math
from fractions import Fraction

import pytest
import sympy as sp
from sympy.polys.rings import ring

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol, to_text
from mirrorsys.symbolic import _relations, _writing
from mirrorsys.symbolic._bernstein import bernstein_sign
from mirrorsys.symbolic._characteristic import blocks
from mirrorsys.symbolic._elimination import Case, regular_case
from mirrorsys.symbolic._hurwitz import hurwitz_table
from mirrorsys.symbolic._nonnegative import nonnegative
from mirrorsys.symbolic._polynomials import polynomial_equations
from mirrorsys.symbolic._rings import ring_of
from mirrorsys.symbolic._signs import Domain, polynomial_sign
from mirrorsys.symbolic._univariate import X, real_roots

CUBIC = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0})
PAIR = ms.models.dyad(ms.models.client("a"), ms.models.client("b"))
_, T, Y = ring("t,y", sp.QQ)


def sign_of_a_square():
    one = ring_of([parse("x**2")])
    return polynomial_sign(one.fraction(parse("x**2"))[0], [Domain()])


RESULTS = {
    "nullcline": lambda: ms.symbolic.nullclines(CUBIC)["x"],
    "eliminant": lambda: ms.symbolic.eliminant(CUBIC),
    "branch": lambda: ms.symbolic.branch(CUBIC, "mu"),
    "fold": lambda: ms.symbolic.branch(CUBIC, "mu").folds()[0],
    "derivatives": lambda: ms.symbolic.hessian(CUBIC),
    "stability": lambda: ms.symbolic.routh_hurwitz(CUBIC),
    "bifurcation": lambda: ms.symbolic.fold_condition(CUBIC),
    "reproduction number": lambda: ms.symbolic.distress_reproduction_number(PAIR),
    "invariance": lambda: ms.symbolic.invariant_box(CUBIC, {"x": (-2, 2)}),
    "face": lambda: ms.symbolic.invariant_box(CUBIC, {"x": (-2, 2)}, {}).faces[0],
    "counterexample": lambda: ms.symbolic.invariant_box(CUBIC, {"x": (-2, 0.5)}).counterexample,
    "equations": lambda: polynomial_equations(CUBIC, None),
    "block": lambda: blocks(CUBIC, None, None)[0],
    "case": lambda: regular_case(Case((T * Y - 1,), (), (1,)), range(2)),
    "rule": lambda: regular_case(Case((T * Y - 1,), (), (1,)), range(2)).rules[0],
    "ring": lambda: ring_of([symbol("x")]),
    "root": lambda: real_roots(X * X - 2)[0],
    "domain": lambda: Domain(Fraction(0), math.inf),
    "sign": sign_of_a_square,
    "Bernstein": lambda: bernstein_sign({(1,): Fraction(1)}, [(Fraction(0), Fraction(1))]),
    "verdict": lambda: nonnegative(parse("x**2"), {symbol("x"): (-math.inf, math.inf)}, {}),
    "knowledge": lambda: _relations.knowledge(CUBIC),
    "table": lambda: hurwitz_table(blocks(CUBIC, None, None)[0], _relations.knowledge(CUBIC)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_cannot_be_changed(name):
    result = RESULTS[name]()
    for field in dataclasses.fields(result):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field.name, None)


@pytest.mark.parametrize("name", ["eliminant", "branch", "fold", "stability", "bifurcation"])
def test_results_print_as_sentences_not_as_their_fields(name):
    result = RESULTS[name]()
    assert f"{dataclasses.fields(result)[0].name}=" not in repr(result)
    assert "cubic" in repr(result) or "x" in repr(result)


@pytest.mark.parametrize("n_terms", [30, 37, 38, 60])
def test_formulas_are_cut_at_three_hundred_characters(n_terms):
    expression = parse(" + ".join(f"name{i:02d}" for i in range(n_terms)))
    whole = to_text(expression)
    line = _writing.one_line(expression)
    if len(whole) <= 300:
        assert line == whole
    else:
        assert line == whole[:296] + " ..."
        assert len(line) == 300


@pytest.mark.parametrize("n_terms", [30, 60])
def test_inequalities_are_cut_at_three_hundred_characters(n_terms):
    names = [f"name{i:02d}" for i in range(n_terms)]
    system = ms.System("long", {"x": f"-x*({' + '.join(names)})"}, dict.fromkeys(names, 1))
    conditions = ms.symbolic.routh_hurwitz(system)
    whole = f"{to_text(conditions.inequalities[0].lhs)} > 0"
    line = repr(conditions).splitlines()[1].removeprefix("  ")
    assert line == (whole if len(whole) <= 300 else whole[:296] + " ...")
