"""Laws of equilibria: closed forms, planted roots, index, symmetry, agreement with simulation."""

from fractions import Fraction
from itertools import pairwise
from math import inf, prod

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import mirrorsys as ms

DECIMALS = st.integers(-400, 400).map(lambda hundredths: hundredths / 100)
LONE = ms.models.client().freeze(pathway=0.1, signal=1)
LONE_PARAMS = st.fixed_dictionaries(
    {
        "stressor": st.integers(1, 300).map(lambda thousandths: thousandths / 1000),
        "pathway": st.integers(0, 100).map(lambda hundredths: hundredths / 100),
        "rho": st.integers(0, 120).map(lambda tenths: tenths / 10),
        "kappa": st.integers(0, 60).map(lambda tenths: tenths / 10),
        "seen_soothing": st.sampled_from([0.0, 0.2]),
    }
)

# Without any soothing of their own, neither pathway nor kappa nor beta has a branch.
SOOTHED_PARAMS = LONE_PARAMS.filter(lambda params: params["pathway"] * params["kappa"] > 0)


def system(equations, **parameters):
    return ms.System("test", equations, parameters)


@given(
    matrix=st.lists(st.integers(-9, 9), min_size=9, max_size=9),
    target=st.lists(DECIMALS, min_size=3, max_size=3),
)
def test_linear_system_rests_at_its_target_with_the_eigenvalues_of_its_matrix(matrix, target):
    a = sp.Matrix(3, 3, matrix)
    assume(a.det() != 0)
    x, c = sp.symbols("x:3"), sp.symbols("c:3")
    rates = a * (sp.Matrix(x) - sp.Matrix(c))
    params = {f"c{i}": value for i, value in enumerate(target)}
    linear = system(dict(zip(("x0", "x1", "x2"), rates, strict=True)), c0=0, c1=0, c2=0)
    (point,) = ms.equilibria(linear, params)
    assert tuple(point.state.values()) == tuple(target)
    # Multiple eigenvalues make NumPy lose up to two thirds of its digits.
    expected = np.linalg.eigvals(np.array(matrix, dtype=float).reshape(3, 3))
    assert_same_numbers(point.eigenvalues, expected, tolerance=1e-3)
    assert point.certificate.multiplicity == 1


def assert_same_numbers(found, expected, tolerance):
    rest = list(expected)
    for value in found:
        nearest = min(rest, key=lambda other: abs(other - value))
        assert abs(nearest - value) < tolerance
        rest.remove(nearest)
    assert not rest


@given(
    roots=st.dictionaries(DECIMALS, st.integers(1, 3), max_size=5),
    pair=st.tuples(DECIMALS, st.integers(1, 400).map(lambda hundredths: hundredths / 100)),
    slope=st.sampled_from([-2, 1]),
)
def test_planted_roots_are_all_found_and_none_invented(roots, pair, slope):
    x = sp.Symbol("x")
    centre, height = pair  # a complex pair, which must not show up
    planted = sp.prod((x - sp.Rational(str(root))) ** n for root, n in roots.items())
    expression = slope * planted * ((x - sp.Rational(str(centre))) ** 2 + sp.Rational(str(height)))
    found = ms.equilibria(system({"x": expression, "y": "2*x**2 - 3 - y"}))
    assert [point.state["x"] for point in found] == sorted(roots)
    assert [point.certificate.multiplicity for point in found] == [roots[r] for r in sorted(roots)]
    for point in found:
        assert point.state["y"] == float(2 * Fraction(str(point.state["x"])) ** 2 - 3)
        assert (point.stability == "non-hyperbolic") == (roots[point.state["x"]] > 1)


@given(
    roots=st.sets(DECIMALS, min_size=1, max_size=5),
    data=st.data(),
)
def test_the_box_keeps_what_lies_in_it_ends_included(roots, data):
    end = st.one_of(st.sampled_from(sorted(roots)), DECIMALS, st.sampled_from([-inf, inf]))
    low, high = sorted([data.draw(end), data.draw(end)])
    x = sp.Symbol("x")
    line = system({"x": sp.prod(x - Fraction(str(root)) for root in roots), "y": "x - y"})
    inside = sorted(root for root in roots if low <= root <= high)
    for box in ({"x": (low, high)}, {"y": (low, high)}):
        assert [point.state["x"] for point in ms.equilibria(line, box=box)] == inside


@given(
    matrix=st.lists(st.integers(-4, 4), min_size=9, max_size=9),
    growth=st.lists(st.integers(-4, 4), min_size=3, max_size=3),
)
@settings(max_examples=50)
def test_lotka_volterra_has_one_equilibrium_for_each_set_of_survivors(matrix, growth):
    a, r = sp.Matrix(3, 3, matrix), sp.Matrix(growth)
    x = sp.Matrix(sp.symbols("x:3"))
    expected = set()
    for survivors in ((i for i in range(3) if mask >> i & 1) for mask in range(8)):
        alive = list(survivors)
        block = a.extract(alive, alive)
        assume(block.det() != 0)
        state = [sp.Integer(0)] * 3
        for i, value in zip(alive, -block.inv() * r.extract(alive, [0]), strict=True):
            state[i] = value
        expected.add(tuple(map(float, state)))
    rates = [x[i] * (r[i] + (a.row(i) * x)[0]) for i in range(3)]
    species = system(dict(zip(("x0", "x1", "x2"), rates, strict=True)))
    found = [tuple(point.state.values()) for point in ms.equilibria(species)]
    assert found == sorted(expected)


@given(
    centre=st.integers(-300, 300).map(lambda hundredths: Fraction(hundredths, 100)),
    digits=st.integers(3, 30),
)
@example(centre=Fraction(1, 3), digits=7)
def test_neighbours_are_told_apart(centre, digits):
    x, gap = sp.Symbol("x"), sp.Rational(1, 10**digits)
    middle = sp.Rational(centre.numerator, centre.denominator)
    # Irrational roots, at the centre -+ gap * sqrt(2), next to one at the centre.
    found = ms.equilibria(system({"x": (x - middle) * ((x - middle) ** 2 - 2 * gap**2)}))
    assert [point.stability for point in found] == ["unstable node", "stable node", "unstable node"]
    for before, after in pairwise(found):
        separation = after.state["x"] - before.state["x"]
        assert abs(separation - float(gap) * 2**0.5) <= 4e-16 * max(1, abs(centre))


@given(mu=DECIMALS, lam=st.integers(1, 300).map(lambda hundredths: hundredths / 100))
def test_cubic_has_three_equilibria_between_its_folds_and_one_outside(mu, lam):
    cubic = system({"x": "mu + lam*x - x**3"}, mu=0, lam=1)
    exact_mu, exact_lam = Fraction(str(mu)), Fraction(str(lam))
    discriminant = 4 * exact_lam**3 - 27 * exact_mu**2
    expected = 3 if discriminant > 0 else 2 if discriminant == 0 else 1
    found = ms.equilibria(cubic, {"mu": mu, "lam": lam})
    assert len(found) == expected
    assert sum(point.certificate.multiplicity for point in found) in {1, 3}
    for fold in ms.symbolic.branch(cubic, "mu").folds({"lam": lam}):
        assert 27 * fold.parameter**2 == pytest.approx(4 * lam**3, rel=1e-14)


@given(params=LONE_PARAMS)
def test_index_of_the_lone_person_is_one(params):
    # On a forward-invariant box the signs of det(-J) add up to 1: none is missing, none invented.
    found = ms.equilibria(LONE, params)
    assume(all(point.certificate.multiplicity == 1 for point in found))
    signs = [np.sign(np.prod(-point.eigenvalues).real) for point in found]
    assert sum(signs) == 1


@given(params=LONE_PARAMS)
def test_equilibria_of_the_lone_person_are_sorted_in_the_box_and_at_rest(params):
    found = ms.equilibria(LONE, params)
    assert list(found) == sorted(found, key=lambda point: point.state["threat"])
    for point in found:
        assert point.residual < 1e-14  # rates are of order one, so this is rounding
        for name, value in point.state.items():
            low, high = point.certificate.enclosure[name]
            assert 0 <= low <= value <= high <= 1
            assert high - low < 1e-15


@given(params=LONE_PARAMS, order=st.permutations(["threat", "soothing", "fatigue"]))
def test_the_order_of_the_equations_does_not_matter(params, order):
    shuffled = ms.System(
        "shuffled",
        {LONE[name]: LONE.equations[name] for name in order},
        LONE.parameters,
        LONE.inputs,
    )
    expected = [dict(point.state) for point in ms.equilibria(LONE, params)]
    found = [dict(point.state) for point in ms.equilibria(shuffled, params)]
    assert sorted(found, key=lambda state: state["threat"]) == expected


@given(params=LONE_PARAMS)
@example(
    params={"stressor": 0.099, "pathway": 0.32, "rho": 9.8, "kappa": 5.5, "seen_soothing": 0.2}
)
def test_eigenvalues_are_those_of_the_jacobian_in_doubles(params):
    values = {q.name: params.get(q.name, q.value) for q in (*LONE.parameters, *LONE.inputs)}
    matrix = ms.symbolic.jacobian(LONE)
    for point in ms.equilibria(LONE, params):
        here = {sp.Symbol(k, real=True): v for k, v in (values | dict(point.state)).items()}
        expected = np.linalg.eigvals(np.array(matrix.xreplace(here), dtype=float))
        # Two eigenvalues that nearly meet lose half of their digits in doubles.
        assert_same_numbers(point.eigenvalues, expected, tolerance=1e-6)
        assert point.is_stable == (max(expected.real) < 0)


@given(
    client=LONE_PARAMS.map(lambda params: params | {"kappa": 0.64}),
    helper=LONE_PARAMS.map(lambda params: params | {"kappa": 4.032}),
)
@settings(max_examples=25)
def test_two_persons_without_contact_rest_independently(client, helper):
    both = ms.models.dyad(ms.models.client("a"), ms.models.client("b")).freeze(
        {"a.pathway": 0.1, "b.pathway": 0.1, "signal": 1}
    )
    shared = {"stressor", "pathway", "rho", "kappa"}
    alone = [{k: v for k, v in each.items() if k in shared} for each in (client, helper)]
    params = {f"{p}.{k}": v for p, each in zip("ab", alone, strict=True) for k, v in each.items()}
    first, second = (ms.equilibria(LONE, each) for each in alone)
    expected = sorted((*x.state.values(), *y.state.values()) for x in first for y in second)
    found = ms.equilibria(both, params)
    assert [tuple(point.state.values()) for point in found] == expected
    assert sum(point.is_stable for point in found) == prod(
        sum(point.is_stable for point in points) for points in (first, second)
    )


@given(
    params=SOOTHED_PARAMS,
    parameter=st.sampled_from(["stressor", "pathway", "rho", "kappa", "alpha", "beta"]),
    threat=st.integers(1, 99).map(lambda hundredths: hundredths / 100),
)
def test_every_point_of_a_branch_is_an_equilibrium(params, parameter, threat):
    given_params = {name: value for name, value in params.items() if name != parameter}
    curve = ms.symbolic.branch(LONE, parameter, params=given_params)
    point = {name: float(value) for name, value in curve.at(threat).items()}
    assume(np.isfinite(list(point.values())).all())
    value = point.pop(parameter)
    low, high = LONE[parameter].range
    assume(low <= value <= high)
    field = ms.kernels.vector_field(LONE, given_params | {parameter: value})
    np.testing.assert_allclose(field(list(point.values())), 0, atol=1e-12 * (1 + value))


@given(params=SOOTHED_PARAMS, parameter=st.sampled_from(["stressor", "pathway"]))
@settings(max_examples=40)
def test_two_equilibria_appear_or_vanish_at_each_fold_and_nowhere_else(params, parameter):
    given_params = {name: value for name, value in params.items() if name != parameter}
    folds = ms.symbolic.branch(LONE, parameter, params=given_params).folds()
    places = sorted(fold.parameter for fold in folds)
    gaps = np.diff([0.0, *places, 1.0])
    assume(all(place < 1 for place in places) and np.all(gaps > 1e-6))
    count = [len(ms.equilibria(LONE, given_params | {parameter: 1e-7}))]
    for place, gap in zip(places, gaps[1:], strict=True):
        count.append(len(ms.equilibria(LONE, given_params | {parameter: place + gap / 2})))
    assert all(abs(after - before) == 2 for before, after in pairwise(count))


@given(
    params=LONE_PARAMS,
    start=st.tuples(*[st.integers(0, 10).map(lambda tenths: tenths / 10)] * 3),
)
@settings(max_examples=20)
def test_a_long_simulation_ends_in_a_stable_equilibrium_or_keeps_moving(params, start):
    run = ms.simulate(
        LONE,
        duration=20_000.0,
        times=[0.0, 20_000.0],
        initial=dict(zip(LONE.state_names, start, strict=True)),
        params=params,
        rtol=1e-9,
        atol=1e-11,
    )
    end = np.array([float(run[name].isel(time=-1)) for name in LONE.state_names])
    speed = np.max(np.abs(ms.kernels.vector_field(LONE, params)(end)))
    rest = [
        np.array(list(point.state.values()))
        for point in ms.equilibria(LONE, params)
        if point.is_stable
    ]
    if not rest:
        assert speed > 1e-7
    elif speed < 1e-7:  # else it goes round a cycle, which may exist beside a stable equilibrium
        assert min(np.max(np.abs(end - each)) for each in rest) < 1e-4


@given(params=LONE_PARAMS)
def test_eliminant_has_the_equilibria_as_roots_and_its_rules_give_the_rest(params):
    reduced = ms.symbolic.eliminant(LONE, "threat", params)
    threat = reduced.polynomial.gen
    for point in ms.equilibria(LONE, params):
        low, high = (sp.Rational(end) for end in point.certificate.enclosure["threat"])
        ends = sorted([reduced.polynomial.eval(low), reduced.polynomial.eval(high)])
        assert ends[0] <= 0 <= ends[1] or point.certificate.multiplicity != 1
        for name, rule in reduced.rules.items():
            value = float(rule.subs(threat, sp.Rational(point.state["threat"])))
            assert value == pytest.approx(point.state[name], rel=1e-14, abs=1e-15)


# ---- coupled polynomials, and persons in contact ---------------------------------------------

FEW_ROOTS = st.lists(st.integers(-6, 6), min_size=1, max_size=3, unique=True)


@given(
    roots=FEW_ROOTS,
    bend=st.lists(st.integers(-3, 3), min_size=3, max_size=3),
    mix=st.tuples(*[st.integers(-3, 3)] * 4).filter(lambda m: m[0] * m[3] != m[1] * m[2]),
    route=st.sampled_from(["auto", "exact"]),
)
@settings(max_examples=40)
def test_planted_equilibria_of_coupled_polynomials_are_all_found(roots, bend, mix, route):
    # p(x) = 0 and y = q(x), in rows that hide it: no row is affine in a state.
    x, y = sp.symbols("x y")
    first = sp.prod(x - root for root in roots) + 0 * y
    second = y - sum(c * x**k for k, c in enumerate(bend))
    rows = (mix[0] * first + mix[1] * second, mix[2] * first + mix[3] * second)
    cubed = (rows[0] + rows[1] ** 3, rows[1])
    hidden = system({"x": sp.expand(cubed[0]), "y": sp.expand(cubed[1])})
    found = ms.equilibria(hidden, route=route)
    planted = [(root, sum(c * root**k for k, c in enumerate(bend))) for root in sorted(roots)]
    assert [tuple(point.state.values()) for point in found] == planted
    assert [point.certificate.multiplicity for point in found] == [1] * len(roots)


TWO = ms.models.dyad(ms.models.client("a"), ms.models.therapist("b")).freeze(pathway=0.1, signal=1)
RATES = {"rho": (0, 12), "beta": (0, 12), "mu": (0, 3), "nu": (0, 1.5), "kappa": (0.01, 8)}


def rounded(low, high):
    return st.floats(low, high).map(lambda value: round(value, 3))


@given(
    params=st.fixed_dictionaries(
        {f"{who}.{name}": rounded(*side) for who in "ab" for name, side in RATES.items()}
    ),
    stressors=st.tuples(*[st.just(0.0) | rounded(0, 1)] * 2),
    contact=rounded(0, 1),
    pathway=rounded(0, 1),
)
@settings(max_examples=25, deadline=None)
def test_indices_of_persons_in_contact_add_up_to_one_also_at_rest(
    params, stressors, contact, pathway
):
    levels = {"a.stressor": stressors[0], "b.stressor": stressors[1], "contact": contact}
    found = ms.equilibria(TWO, {**params, **levels, "pathway": pathway})
    check = found.index_check
    assert check.answer in {"passed", "not applicable"}
    if check.answer == "not applicable":  # at a bifurcation, a threshold among them
        assert (
            not found.is_complete
            or "cannot be told from zero" in check.reason
            or ("degenerate" in check.reason)
        )
    for point in found:
        assert point.residual < 1e-12
        for name, value in point.state.items():
            low, high = point.certificate.enclosure[name]
            assert 0 <= low <= value <= high <= 1
