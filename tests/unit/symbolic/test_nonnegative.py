"""How it is decided whether an expression is nowhere negative."""

import math
from fractions import Fraction

import pytest

from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic import _nonnegative
from mirrorsys.symbolic._nonnegative import nonnegative

INF = math.inf
UNIT = (Fraction(0), Fraction(1))


def ask(text, usual=None, **ranges):
    return nonnegative(
        parse(text),
        {symbol(name): range_ for name, range_ in ranges.items()},
        {symbol(name): Fraction(value) for name, value in (usual or {}).items()},
    )


@pytest.mark.parametrize(
    ("text", "ranges", "method"),
    [
        ("x*(1 - x)", {"x": UNIT}, "terms as written"),
        ("(1 + x)**2 - 1 - 2*x - x**2", {"x": UNIT}, "zero"),
        ("(x + 1)**2 - x**2 - x", {"x": (Fraction(0), INF)}, "signs of coefficients"),
        ("x**2 - 2*x*y + y**2", {"x": (-INF, INF), "y": (-INF, INF)}, "an even power"),
        ("x**2 - 1.9*x*y + y**2 + 0.01", {"x": UNIT, "y": UNIT}, "Bernstein coefficients"),
        ("x**2 - x*y + y**2 + 0.01", {"x": (-INF, INF), "y": UNIT}, "Bernstein coefficients"),
        ("1.2 - tanh(x) + tanh(x)**3/2", {"x": (-INF, INF)}, "Bernstein coefficients"),
        ("1.3 - tanh(x) + tanh(x/2)/2", {"x": (-INF, INF)}, "interval subdivision"),
        ("1.3 - tanh(x) + tanh(x/2)/2", {"x": (-INF, Fraction(9))}, "interval subdivision"),
        ("tanh(x) - tanh(x/2)/2 + 0.1", {"x": (Fraction(-1, 9), INF)}, "interval subdivision"),
        ("(1 - 2*x + 3*x**2)/(2 - x)", {"x": UNIT}, "Bernstein coefficients"),
        ("1 - x**3", {"x": (-INF, Fraction(0))}, "terms as written"),
        (
            "x**4 - x**3 + x**2 - (x + 1)**2 + 1",
            {"x": (-INF, Fraction(0))},
            "signs of coefficients",
        ),
    ],
)
def test_yes_by_the_cheapest_method(text, ranges, method):
    verdict = ask(text, **ranges)
    assert (verdict.answer, verdict.method) == ("yes", method)
    assert verdict.certificate


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("x - 1/2", {"x": UNIT}),
        ("(x - 1/3)**2 - 1e-8", {"x": UNIT}),  # negative on an interval of length 2e-4
        ("(x - 0.33333)*(x - 0.33334)", {"x": UNIT}),  # two factors that change sign
        ("y*((x - 1/3)**2 - 1e-8)", {"x": UNIT, "y": UNIT}),  # not where y is zero
        ("1000000 - x", {"x": (Fraction(0), INF)}),
        ("1000 + x", {"x": (-INF, Fraction(0))}),
        ("x**3", {"x": (-INF, INF)}),
        ("exp(x) - 1.001 - x", {"x": (Fraction(-1), Fraction(1))}),
    ],
)
def test_no_with_a_point(text, ranges):
    verdict = ask(text, **ranges)
    assert verdict.answer == "no"
    values = {name: float(value) for name, value in verdict.point.items()}
    assert float(parse(text).subs(values)) < 0
    assert verdict.value[0] <= verdict.value[1] < 0
    for name, value in verdict.point.items():
        low, high = ranges[name.name]
        assert low <= value <= high


def test_no_from_a_small_box_of_a_transcendental_expression():
    verdict = ask("(x - 0.3)**2 - 0.000001 - exp(-50*(x + 1))", x=UNIT)
    assert verdict.answer == "no"
    assert abs(verdict.point[symbol("x")] - Fraction(3, 10)) < Fraction(1, 1000)
    assert verdict.value[0] < verdict.value[1] < 0  # an enclosure, not exact


def test_later_steps_are_right_without_the_points(monkeypatch):
    monkeypatch.setattr(_nonnegative, "N_CORNERS", 0)
    monkeypatch.setattr(_nonnegative, "N_RANDOM", 0)
    assert ask("-x - 1", x=UNIT).answer == "no"
    assert ask("y*(x - 1/3)", x=UNIT, y=UNIT).answer == "no"
    assert ask("-x*y**2*(1 + x)", x=UNIT, y=UNIT).answer == "no"


def test_usual_values_are_tried_first():
    verdict = ask("k*x - y", {"k": 2}, k=(Fraction(0), Fraction(10)), x=UNIT, y=UNIT)
    assert verdict.point == {symbol("k"): 2, symbol("x"): 0, symbol("y"): 1}


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("tan(x) + 1", {"x": UNIT}),  # no enclosure is known
        ("sqrt(x) - x", {"x": UNIT}),  # zero at both ends
        ("x**2 - x*y + y**2", {"x": (-INF, INF), "y": (-INF, INF)}),  # zero at the origin
        ("x + a*b*c*d*e - a*b*c*d*e*x", dict.fromkeys("abcdex", (-INF, INF))),
    ],
)
def test_undecided_is_said(text, ranges):
    verdict = ask(text, **ranges)
    assert verdict.answer in {"undecided", "no"}
    if verdict.answer == "undecided":
        assert "try narrower ranges" in verdict.certificate


def test_too_many_terms_leave_the_factors_out():
    names = [f"v{i}" for i in range(12)]
    square = f"({' + '.join(names)} + 1)**6"
    text = f"{square} - {square.replace('v0', 'v1')}*0.99"
    assert ask(text, **dict.fromkeys(names, UNIT)).answer in {"no", "undecided"}
