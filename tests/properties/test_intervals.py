"""Laws of the interval route: nothing lost, nothing invented, every bound a bound."""

from fractions import Fraction
from itertools import product

import mpmath
import pytest
import sympy as sp
from flint import arb
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol
from mirrorsys.kernels._balls import BallFunction, ball_around
from mirrorsys.kernels._program import program, workspace
from mirrorsys.kernels._propagation import forward, gradient
from mirrorsys.kernels._taping import system_tape
from mirrorsys.symbolic import ContinuumError

mpmath.mp.dps = 50


def searched(system, params=None, **options):
    return ms.equilibria(system, params, route="interval", **options)


def regions(found):
    """Return where equilibria are or may be."""
    return [p.certificate.enclosure for p in found] + [left.box for left in found.undecided]


# ---- zeros that were planted are found -----------------------------------------------------------

EIGHTHS = st.integers(-20, 20).map(lambda n: Fraction(n, 8))


def planted_roots(most):
    return st.lists(EIGHTHS, min_size=0, max_size=most, unique=True)


def with_roots(variable, roots):
    return sp.Mul(*(variable - sp.Rational(r.numerator, r.denominator) for r in roots))


@given(planted_roots(3), planted_roots(2), planted_roots(2), st.integers(-2, 2), st.integers(-2, 2))
@settings(max_examples=25)
def test_planted_zeros_are_all_found_and_none_is_invented(xs, ys, zs, bend, mix):
    # Zeros of (p(x), q(y + bend x^2), r(z + x y)) are known; mixing the rows hides them.
    x, y, z = (symbol(name) for name in "xyz")
    rows = (
        with_roots(x, xs),
        with_roots(y + bend * x**2, ys),
        with_roots(z + x * y, zs),
    )
    mixed = {"x": rows[0] + mix * rows[1], "y": rows[1] - rows[2], "z": rows[2] + rows[0]}
    assume(mix != 1)  # where the mixture is singular
    system = ms.System("planted", {k: sp.expand(v) for k, v in mixed.items()})
    assume(0 not in system.rhs)
    box = {"x": (-2, 2.3), "y": (-4, 4.1), "z": (-5, 5)}
    planted = {(a, b - bend * a**2, c - a * (b - bend * a**2)) for a, b, c in product(xs, ys, zs)}
    inside = {root for root in planted if lies_within(root, box)}

    found = searched(system, box=box)

    assert found.is_complete
    assert len(found) == len(inside)
    assert all(sum(encloses(each, root) for each in regions(found)) == 1 for root in inside)


def lies_within(point, box):
    return all(
        Fraction(str(a)) <= x <= Fraction(str(b))
        for x, (a, b) in zip(point, box.values(), strict=True)
    )


def encloses(region, point):
    return all(low <= x <= high for (low, high), x in zip(region.values(), point, strict=True))


@given(EIGHTHS, st.integers(1, 16), st.booleans())
@settings(max_examples=30)
@example(Fraction(1, 2), 7, False)
def test_two_near_zeros_are_separated_or_reported(root, digits, is_expanded):
    x, near = sp.Rational(root.numerator, root.denominator), sp.Rational(1, 10**digits)
    rate = (symbol("x") - x) * (symbol("x") - x - near)
    system = ms.System("pair", {"x": sp.expand(rate) if is_expanded else rate})

    found = searched(system, box={"x": (-3, 4)})

    for each in (root, root + Fraction(1, 10**digits)):
        assert any(encloses(part, [each]) for part in regions(found))
    assert len(found) <= 2
    assert not found.is_complete or len(found) == 2


@given(EIGHTHS, st.sampled_from([(2, True), (3, True), (4, False)]))
@settings(max_examples=10)
def test_a_multiple_zero_is_reported_in_a_small_box(root, form):
    multiplicity, is_expanded = form
    x = sp.Rational(root.numerator, root.denominator)
    rate = (symbol("x") - x) ** multiplicity
    system = ms.System("multiple", {"x": sp.expand(rate) if is_expanded else rate})

    found = searched(system, box={"x": (-3, 3)})

    (left,) = found.undecided
    assert encloses(left.box, [root])
    assert left.box["x"][1] - left.box["x"][0] < 1e-3
    assert (left.reason, left.nullity) == ("degenerate", 1)
    assert not found


# ---- the reference model -------------------------------------------------------------------------

RATES = {"rho": (0, 12), "beta": (0, 12), "phi": (0, 6), "alpha": (0.01, 3), "mu": (0, 3),
         "nu": (0, 1.5), "kappa": (0.01, 8), "pathway": (0.01, 1), "signal": (0, 1)}  # fmt: skip


def person_values(name):
    return st.fixed_dictionaries(
        {f"{name}.{key}": st.floats(low, high).map(lambda x: round(x, 4))
         for key, (low, high) in {**RATES, "stressor": (1e-3, 1)}.items()}
    )  # fmt: skip


DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist()).freeze(pathway=0.1, signal=1)


@given(person_values("client"), person_values("therapist"), st.floats(0, 1))
@settings(max_examples=15)
def test_a_dyad_under_stress_has_index_one(client, therapist, contact):
    # The unit box is forward invariant and no rest state lies on its boundary.
    found = searched(DYAD, client | therapist | {"contact": round(contact, 4)})

    if found.is_complete:
        assert sum(point.certificate.index for point in found) == 1
        assert not any(p.certificate.on_faces or p.certificate.near_faces for p in found)
    else:
        assert all(left.reason == "degenerate" for left in found.undecided)


@given(st.floats(0, 1), st.floats(1e-3, 1), st.floats(0, 12))
@settings(max_examples=15)
def test_the_lone_person_agrees_with_exact_elimination(pathway, stressor, rho):
    alone = ms.models.client().freeze(pathway=0.1, signal=1)
    params = {"pathway": round(pathway, 4), "stressor": round(stressor, 4), "rho": round(rho, 4)}

    found = searched(alone, params)
    exact = ms.equilibria(alone, params)

    assert found.is_complete
    assert len(found) == len(exact)
    for searched_for, point in zip(found, exact, strict=True):
        assert searched_for.state == pytest.approx(point.state, abs=1e-14)
        assert searched_for.is_stable == point.is_stable
        assert searched_for.eigenvalues == pytest.approx(point.eigenvalues)


# ---- every bound is a bound ----------------------------------------------------------------------

LEAVES = st.sampled_from(["x", "y", "2", "0.1", "7/3"])


def deeper(inner):
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: f"({p[0]} + {p[1]})"),
        pairs.map(lambda p: f"({p[0]} - {p[1]})"),
        pairs.map(lambda p: f"({p[0]})*({p[1]})"),
        pairs.map(lambda p: f"({p[0]})/(({p[1]}) + 1.7)"),
        pairs.map(lambda p: f"min({p[0]}, {p[1]})"),
        pairs.map(lambda p: f"max({p[0]}, {p[1]})"),
        pairs.map(lambda p: f"(({p[0]}) < ({p[1]}))"),
        st.tuples(inner, st.sampled_from(["2", "3", "0.5", "1.7"])).map(
            lambda p: f"({p[0]})**{p[1]}"
        ),
        st.tuples(
            st.sampled_from(
                ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs", "sign"]
            ),
            inner,
        ).map(lambda p: f"{p[0]}({p[1]})"),
    )


EXPRESSIONS = st.recursive(LEAVES, deeper, max_leaves=8)
THOUSANDTHS = st.integers(-3000, 3000).map(lambda n: n / 1000)
BOXES = st.lists(st.tuples(THOUSANDTHS, THOUSANDTHS).map(sorted), min_size=2, max_size=2)


def parsed_or_rejected(text):
    try:
        return parse(text)
    except ValueError:
        return reject()


def system_or_rejected(equations):
    try:
        return ms.System("some", equations)
    except ValueError:  # such as 1/(1 - 1): refused when it is written
        return reject()


@st.composite
def expressions_on_boxes(draw):
    system = system_or_rejected({"x": draw(EXPRESSIONS), "y": "y"})
    box = draw(BOXES)
    share = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)
    points = [[min(a + draw(share) * (b - a), b) for a, b in box] for _ in range(2)]
    return system, box, points


FUNCTIONS = {sp.exp: mpmath.exp, sp.log: mpmath.log, sp.sin: mpmath.sin, sp.cos: mpmath.cos,
             sp.tan: mpmath.tan, sp.sinh: mpmath.sinh, sp.cosh: mpmath.cosh, sp.sign: mpmath.sign,
             sp.tanh: mpmath.tanh, sp.Abs: abs, sp.Min: min, sp.Max: max}  # fmt: skip


def real_value(expression, point):
    """Return the value at 50 digits, None where it is undefined or too large."""
    try:
        value = evaluated(expression, dict(zip("xy", map(mpmath.mpf, point), strict=True)))
    except (ZeroDivisionError, OverflowError, ArithmeticError):
        return None
    return value if abs(value) < 1e100 else None


def evaluated(expression, at):
    if expression.is_Symbol:
        return at[expression.name]
    if expression.is_Rational:
        return mpmath.mpf(expression.p) / expression.q
    if isinstance(expression, sp.Piecewise):
        return next(evaluated(v, at) for v, condition in expression.args if holds(condition, at))
    if expression is sp.E:
        return mpmath.e()
    parts = [evaluated(each, at) for each in expression.args]
    if expression.is_Add:
        return mpmath.fsum(parts)
    if expression.is_Mul:
        return mpmath.fprod(parts)
    if expression.is_Pow:
        base, exponent = parts
        if base < 0 and not expression.exp.is_Integer:
            raise ArithmeticError("not real")
        return base**exponent
    if isinstance(expression, sp.log) and parts[0] <= 0:
        raise ArithmeticError("not real")
    return FUNCTIONS[type(expression)](*parts)


def holds(condition, at):
    if condition == sp.true:
        return True
    above, below = evaluated(condition.gts, at), evaluated(condition.lts, at)
    return (
        above > below
        if isinstance(condition, sp.StrictLessThan | sp.StrictGreaterThan)
        else above >= below
    )


def exact_ball(value):
    """Return a ball around a number of 50 digits that holds what it approximates."""
    return arb(mpmath.nstr(value, 45, strip_zeros=False), float(abs(value)) * 1e-38 + 1e-38)


@given(expressions_on_boxes())
@settings(max_examples=150)
def test_values_in_a_box_lie_within_their_bounds(case):
    system, box, points = case
    tape = system_tape(system)
    work = workspace(tape, as_arrays=False)
    work.low[:2], work.high[:2] = zip(*box, strict=True)
    is_defined = forward(program(tape, as_arrays=False), 0, work.low, work.high)
    balls = BallFunction(tape, 128)
    wide = balls.values([ball_around(*side) for side in box])[0]
    for point in points:
        if (value := real_value(system.rhs[0], point)) is None:
            continue
        assert is_defined
        output = tape.outputs[0]
        ball = exact_ball(value)
        assert not arb(work.low[output]) > ball
        assert not arb(work.high[output]) < ball
        narrow = balls.values([arb(x) for x in point])[0]
        for enclosure in (wide, narrow):
            assert not enclosure.is_finite() or enclosure.overlaps(ball)


@given(expressions_on_boxes())
@settings(max_examples=150)
def test_difference_quotients_lie_within_the_bounds_of_slopes(case):
    system, box, (start, end) = case
    tape = system_tape(system)
    prog, work = program(tape, as_arrays=False), workspace(tape, as_arrays=False)
    work.low[:2], work.high[:2] = zip(*box, strict=True)
    assume(forward(prog, 0, work.low, work.high))
    gradient(prog, 0, work.low, work.high, work.slope_low, work.slope_high)
    slopes = BallFunction(tape, 128).slopes([ball_around(*side) for side in box])
    other = [end[0], start[1]]  # a step along x
    first, last = (real_value(system.rhs[0], point) for point in (start, other))
    step = mpmath.mpf(other[0]) - mpmath.mpf(start[0])
    assume(first is not None and last is not None and abs(step) > 1e-8)
    quotient = exact_ball((last - first) / step)
    assert not arb(work.slope_low[0]) > quotient
    assert not arb(work.slope_high[0]) < quotient
    assert not slopes[0, 0].is_finite() or slopes[0, 0].overlaps(quotient)


@given(st.tuples(EXPRESSIONS, EXPRESSIONS), BOXES, st.tuples(st.integers(0, 8), st.integers(0, 8)))
@example(("x", "4*(x < x)"), [[0.0, 0.001], [0.0, 0.001]], (0, 0))  # y does not move
@settings(max_examples=80)
def test_a_zero_of_any_system_is_never_lost(texts, box, eighths):
    # f(x, y) - f(a, b) is zero at (a, b), whatever f is.
    point = [
        Fraction(str(low)) + Fraction(n, 8) * (Fraction(str(high)) - Fraction(str(low)))
        for n, (low, high) in zip(eighths, box, strict=True)
    ]
    rates = [parsed_or_rejected(text) for text in texts]
    assume(all(low < high for low, high in box))
    assume(all(real_value(rate, map(float, point)) is not None for rate in rates))
    exact = (sp.Rational(*x.as_integer_ratio()) for x in point)
    at = {symbol(name): x for name, x in zip("xy", exact, strict=True)}
    values = [rate.xreplace(at) for rate in rates]
    system = system_or_rejected(
        {name: rate - value for name, rate, value in zip("xy", rates, values, strict=True)}
    )

    try:
        found = searched(system, box=dict(zip("xy", box, strict=True)), max_boxes=100)
    except ContinuumError:  # a state never moves, as 0 or a comparison that never holds says
        reject()

    assert any(encloses(part, point) for part in regions(found))
