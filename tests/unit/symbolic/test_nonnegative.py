"""How it is decided whether an expression is nowhere negative."""

import math
import random
from fractions import Fraction
from itertools import islice, product

import pytest
import sympy as sp

from mirrorsys._expressions import parse, symbol, to_text
from mirrorsys.symbolic import _nonnegative
from mirrorsys.symbolic._intervals import enclosure_function
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


def points(text, **ranges):
    """Return the points tried first, as tuples in the order of `ranges`."""
    expression = parse(text)
    named = {symbol(name): range_ for name, range_ in ranges.items()}
    question = _nonnegative._Question(expression, named, {}, enclosure_function(expression))
    for point in _nonnegative._points(question):
        yield tuple(point[name] for name in named)


def test_corners_come_first_then_points_anywhere_in_the_ranges():
    box = {"x": UNIT, "y": (Fraction(-3), Fraction(5)), "z": (Fraction(2), Fraction(7, 2))}
    tried = list(points("x*y*z", **box))
    assert set(tried[:8]) == set(product(*box.values()))
    assert set(tried[8:]) - set(tried[:8])
    for point in tried:
        assert all(low <= x <= high for (low, high), x in zip(box.values(), point, strict=True))
    assert tried == list(points("x*y*z", **box))  # the same points every time


@pytest.mark.parametrize("end", [Fraction(-2), Fraction(0), Fraction(9, 2)])
def test_half_lines_are_tried_near_their_end_and_far_away(end):
    for ray, side in (((end, INF), 1), ((-INF, end), -1)):
        distances = [side * (x - end) for (x,) in points("x", x=ray)]
        assert min(distances) == 0
        assert any(0 < each < Fraction(1, 100) for each in distances)
        assert max(distances) >= 1000


def test_the_scales_tried_are_as_small_as_they_are_large():
    for ray in ((Fraction(2), INF), (-INF, Fraction(2))):
        distances = {abs(x - 2) for x in _nonnegative._tried_values(ray)} - {0}
        assert {1 / each for each in distances} == distances


def test_points_between_the_ends_come_as_near_to_one_as_to_the_other():
    between = {x for seed in range(1000) for x in _nonnegative._between(UNIT, random.Random(seed))}
    assert min(between) > 0
    assert {1 - x for x in between} == between


def test_both_sides_of_zero_are_tried_on_a_line():
    tried = [x for (x,) in points("x", x=(-INF, INF))]
    assert {abs(x) for x in tried[:2]} >= {1}
    for side in (-1, 1):
        assert max(side * x for x in tried) >= 1000
        assert any(0 < side * x < Fraction(1, 100) for x in tried)


def test_usual_values_are_kept_in_every_corner():
    expression = parse("k*x")
    ranges = {symbol("k"): (Fraction(0), Fraction(9)), symbol("x"): UNIT}
    question = _nonnegative._Question(
        expression, ranges, {symbol("k"): Fraction(2)}, enclosure_function(expression)
    )
    corners = list(islice(_nonnegative._points(question), 2))
    assert [point[symbol("k")] for point in corners] == [2, 2]
    assert [point[symbol("x")] for point in corners] == [0, 1]


def expanded(text):
    return to_text(sp.expand(parse(text)))


def test_a_certificate_names_factors_with_their_signs():
    text = expanded("(x + y + 1)*(x + y - 3)*(x - 2)*(x - 2*y)**2")
    verdict = ask(text, x=UNIT, y=UNIT)
    named = verdict.certificate.removeprefix("the product of ").split("; ")
    assert set(named) == {
        "(x - 2*y) to an even power",
        "x + y + 1 >= 0 (signs of coefficients)",
        "x + y - 3 <= 0 (Bernstein coefficients)",
        "x - 2 <= 0 (Bernstein coefficients)",
    }
    assert verdict.method == "Bernstein coefficients"  # the dearest of them


@pytest.mark.parametrize("text", ["-(x + y + 1)*(x - 2*y)**2", "(x + y - 3)*(x + 1)"])
def test_factors_whose_signs_multiply_to_minus_one_are_no_yes(text):
    assert ask(expanded(text), x=UNIT, y=UNIT).answer == "no"


def test_long_expressions_are_quoted_up_to_a_hundred_characters():
    names = [f"state_number_{i}" for i in range(8)]
    text = " + ".join(f"{name}**2" for name in names)
    verdict = ask(text, **dict.fromkeys(names, UNIT))
    before, after = "added up term by term as written, ", " is in [0, 8]"
    quoted = verdict.certificate.removeprefix(before).removesuffix(after)
    assert len(quoted) == 100
    assert quoted == to_text(parse(text))[:96] + " ..."
    short = ask("x**2 + y**2", x=UNIT, y=UNIT).certificate
    assert short == f"{before}x**2 + y**2 is in [0, 2]"


def test_a_polynomial_is_factorised_up_to_a_number_of_terms(monkeypatch):
    monkeypatch.setattr(_nonnegative, "MAX_BOXES", 10)
    text, line = "x**2 + y**2 + z**2 - 2*x*y + 2*x*z - 2*y*z", (-INF, INF)  # (x - y + z)**2
    monkeypatch.setattr(_nonnegative, "MAX_FACTORED", 6)
    assert ask(text, x=line, y=line, z=line).method == "an even power"
    monkeypatch.setattr(_nonnegative, "MAX_FACTORED", 5)
    assert ask(text, x=line, y=line, z=line).answer == "undecided"
