"""States eliminated from a condition by the equilibrium equations."""

import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic import WorkLimitError, _resultants, fold_condition
from mirrorsys.symbolic._resultants import without

THREE = ms.System("three rests", {"x": "x*(x - a)*(x - b)"}, {"a": 1, "b": 2})
X, Y = symbol("x"), symbol("y")


def test_folds_of_a_cubic_in_factors_are_where_two_of_them_meet():
    found = fold_condition(THREE).eliminate().factors
    assert {sp.Abs(each) for each in found} == {sp.Abs(parse(t)) for t in ("a", "b", "a - b")}


def test_as_many_branches_as_the_limit_are_followed(monkeypatch):
    condition = (X + symbol("c"),)  # on x = 0, x = a and x = b
    monkeypatch.setattr(_resultants, "MAX_BRANCHES", 3)
    assert set(map(str, without(condition, THREE, None, ()))) == {"c", "a + c", "b + c"}
    monkeypatch.setattr(_resultants, "MAX_BRANCHES", 2)
    with pytest.raises(WorkLimitError, match="'three rests' have more than 2 branches; name one"):
        without(condition, THREE, None, ())


@pytest.mark.parametrize("condition", ["x + y - 3", "x**2 - y", "x*y + c"])
def test_the_factors_of_the_resultant_of_sympy_are_among_those_left(condition):
    system = ms.System("bent", {"x": "a - x**2 - y", "y": "b*x - y"}, {"a": 1, "b": 2, "c": 5})
    left = without((parse(condition),), system, None, ())
    on_line = parse(condition).subs(Y, symbol("b") * X)
    resultant = sp.resultant(on_line, symbol("a") - X**2 - symbol("b") * X, X)
    expected = {up_to_sign(factor) for factor, _ in sp.factor_list(resultant)[1]}
    # Where b = 0 the line is no longer affine in x: a case of its own.
    assert set(map(up_to_sign, left)) - expected <= {up_to_sign(symbol("b"))}
    assert expected <= set(map(up_to_sign, left))


def up_to_sign(expression):
    return frozenset((sp.expand(expression), sp.expand(-expression)))
