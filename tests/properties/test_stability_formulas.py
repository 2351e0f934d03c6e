"""Laws of the stability formulas, certificates and thresholds, for random systems."""

import math
from fractions import Fraction

import numpy as np
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import mirrorsys as ms
from mirrorsys._expressions import symbol
from mirrorsys.symbolic import (
    characteristic_polynomial,
    distress_reproduction_number,
    divergence,
    fold_condition,
    hopf_condition,
    invariant_box,
    jacobian,
    routh_hurwitz,
)

UNKNOWN = sp.Symbol("x")
INF = math.inf
NEAR_AXIS = 1e-4  # of numerical roots; nearer than this they do not tell a side
small = st.integers(-4, 4)


def matrices(size):
    return arrays(int, (size, size), elements=small)


square = st.integers(1, 5).flatmap(matrices)


def linear_system(matrix):
    names = [f"x{i}" for i in range(len(matrix))]
    rates = [
        " + ".join(f"({int(entry)})*{name}" for entry, name in zip(row, names, strict=True))
        for row in matrix
    ]
    return ms.System("linear", dict(zip(names, rates, strict=True)))


def polynomial(coefficients):
    return sp.Poly.from_list([sp.Rational(c) for c in coefficients], gens=UNKNOWN)


# Small coefficients are rarely stable: half of the polynomials are products of stable factors
# and one factor of any kind.
positive = st.integers(1, 6)
factors = st.one_of(st.tuples(st.just(1), positive), st.tuples(st.just(1), positive, positive))
mostly_stable = st.tuples(
    st.lists(factors, min_size=1, max_size=3), st.tuples(st.just(1), st.integers(-1, 4), positive)
).map(lambda parts: list(np.polynomial.polynomial.polymul(*map(product_of, parts))[::-1]))
polynomials = st.one_of(
    st.lists(small, min_size=2, max_size=7).filter(lambda c: c[0] != 0), mostly_stable
)


def product_of(part):
    listed = part if isinstance(part, list) else [part]
    result = np.array([1])
    for factor in listed:
        result = np.polynomial.polynomial.polymul(result, np.array(factor[::-1]))
    return result.astype(int)


@given(polynomials)
def test_routh_hurwitz_agrees_with_the_roots(coefficients):
    coefficients = [int(c) for c in coefficients]
    roots = np.roots(coefficients)
    assume(np.all(np.abs(roots.real) > NEAR_AXIS))
    assert routh_hurwitz(polynomial(coefficients)).holds() == bool(np.all(roots.real < 0))


@given(polynomials)
def test_lienard_chipart_says_what_hurwitz_says(coefficients):
    of = polynomial([int(c) for c in coefficients])
    assert routh_hurwitz(of, method="lienard-chipart").holds() == routh_hurwitz(of).holds()


@given(polynomials)
def test_formulas_with_symbols_say_what_numbers_say(coefficients):
    symbols = sp.symbols(f"c0:{len(coefficients)}", real=True)
    values = {str(s): int(c) for s, c in zip(symbols, coefficients, strict=True)}
    general = routh_hurwitz(sp.Poly.from_list(symbols, gens=UNKNOWN), method="lienard-chipart")
    assert general.holds(values) == routh_hurwitz(polynomial(list(values.values()))).holds()


@given(square)
def test_the_characteristic_polynomial_is_that_of_numpy(matrix):
    found = characteristic_polynomial(linear_system(matrix)).all_coeffs()
    np.testing.assert_allclose([float(c) for c in found], np.poly(matrix), atol=1e-6)


@given(square)
def test_stability_of_a_system_agrees_with_its_eigenvalues(matrix):
    eigenvalues = np.linalg.eigvals(matrix - 2 * np.eye(len(matrix)))
    assume(np.all(np.abs(eigenvalues.real) > NEAR_AXIS))
    system = linear_system(matrix - 2 * np.eye(len(matrix), dtype=int))
    for method in ("hurwitz", "lienard-chipart"):
        conditions = routh_hurwitz(system, method=method)
        assert conditions.holds() == bool(np.all(eigenvalues.real < 0))


@given(square)
def test_divergence_is_the_sum_of_the_eigenvalues(matrix):
    found = float(divergence(linear_system(matrix)))
    np.testing.assert_allclose(found, np.linalg.eigvals(matrix).sum().real, atol=1e-9)


@st.composite
def similar(draw, block):
    """A matrix similar to `block` and stable eigenvalues, with rational entries."""
    stable = draw(st.lists(st.integers(-5, -1), max_size=2))
    size = len(block) + len(stable)
    core = sp.zeros(size, size)
    core[: len(block), : len(block)] = sp.Matrix(block)
    for i, eigenvalue in enumerate(stable, start=len(block)):
        core[i, i] = eigenvalue
    change = sp.eye(size)
    for _ in range(3):
        i, j = draw(st.permutations(range(size)))[:2] if size > 1 else (0, 0)
        shear = sp.eye(size)
        shear[i, j] += draw(st.integers(1, 2)) if i != j else 0
        change = change * shear
    return change * core * change.inv()


def affine_system(matrix):
    names = [f"x{i}" for i in range(matrix.rows)]
    moved = matrix * sp.Matrix([symbol(name) for name in names])
    return ms.System("affine", dict(zip(names, moved, strict=True)))


@given(st.data(), st.integers(1, 4))
def test_hopf_condition_holds_at_a_simple_imaginary_pair(data, frequency):
    matrix = data.draw(similar([[0, -frequency], [frequency, 0]]))
    condition = hopf_condition(affine_system(matrix))
    assert condition.equation == sp.true
    assert condition.holds()
    shifted = hopf_condition(affine_system(matrix + sp.eye(matrix.rows) / 7))
    assert not shifted.holds()


@given(st.data())
def test_fold_condition_holds_at_a_simple_zero_eigenvalue(data):
    matrix = data.draw(similar([[0]]))
    condition = fold_condition(affine_system(matrix))
    assert condition.equation == sp.true
    assert condition.holds()
    assert not fold_condition(affine_system(matrix + sp.eye(matrix.rows) / 7)).holds()


@given(st.data(), st.sampled_from([[[0, 1], [0, 0]], [[0, 0], [0, 0]], [[1, 0], [0, 0]]]))
def test_fold_condition_fails_at_worse_points(data, block):
    matrix = data.draw(similar(block))
    assert not fold_condition(affine_system(matrix)).holds()


# ---- invariance ------------------------------------------------------------------------------


@given(st.lists(small, min_size=3, max_size=3), st.lists(small, min_size=3, max_size=3))
def test_quadratic_faces_are_always_decided_and_rightly(low, high):
    """On x = 0 the rate of x is one parabola in y, on x = 1 another."""
    a, b = (" + ".join(f"({c})*y**{k}" for k, c in enumerate(each)) for each in (low, high))
    system = ms.System(
        "square", {"x": f"(1 - x)*({a}) + x*({b})", "y": "0"}, box={"x": (0, 1), "y": (0, 1)}
    )
    found = invariant_box(system)
    for face, coefficients, sign in ((0, low, 1), (1, high, -1)):
        least = least_of_parabola([sign * c for c in coefficients])
        assert found.faces[face].answer == ("yes" if least >= 0 else "no")
    if found.counterexample is not None:
        confirm(found)


def least_of_parabola(coefficients):
    places = [Fraction(0), Fraction(1)]
    c, b, a = map(Fraction, coefficients)
    if a and 0 < -b / (2 * a) < 1:
        places.append(-b / (2 * a))
    return min(c + b * y + a * y**2 for y in places)


def confirm(found):
    for face in found.faces:
        if face.counterexample is not None:
            values = {
                symbol(name): sp.Rational(*value.as_integer_ratio())
                for name, value in face.counterexample.values
            }
            rate = found.system.equations[face.state].subs(values)
            assert (rate < 0) if face.end == "low" else (rate > 0)


monomials = st.tuples(small, st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))


@settings(max_examples=150)
@given(
    st.lists(monomials, min_size=1, max_size=5),
    st.sampled_from([(0, INF), (1, INF), (-INF, 0), (-INF, -1), (-INF, INF), (-1, 2)]),
    st.integers(0, 10**6),
)
def test_a_certificate_is_never_contradicted(terms, side, seed):
    text = " + ".join(f"({c})*y**{p}*k**{q}*x**{r}" for c, p, q, r in terms)
    system = ms.System(
        "random",
        {"x": text, "y": "0"},
        [ms.Parameter("k", min(max(1, side[0]), side[1]), range=side)],
        box={"x": (0, 1), "y": (-1, 2)},
    )
    found = invariant_box(system)
    confirm(found)
    for face in found.faces[:2]:
        if face.answer == "yes":
            rate = sp.lambdify([symbol("y"), symbol("k")], face.rate)
            random = np.random.default_rng(seed)
            y, k = random.uniform(-1, 2, 500), np.clip(random.standard_cauchy(500), *side)
            values = rate(y, k) * np.ones(500)
            assert np.all(values * (1 if face.end == "low" else -1) >= -1e-9 * (1 + abs(values)))


mechanisms = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("soothing", "mirroring", "fatigue", "plasticity", "help_seeking"), st.none()
    ),
)


@settings(max_examples=20)
@given(st.lists(mechanisms, min_size=1, max_size=3))
def test_the_unit_box_of_whoever_meets_is_invariant(kinds):
    persons = [ms.models.person(f"p{i}", **without) for i, without in enumerate(kinds)]
    assert invariant_box(ms.models.network(persons)).answer == "yes"


# ---- reproduction number ---------------------------------------------------------------------

share, mirror = st.floats(0, 1), st.floats(0, 4)


@settings(max_examples=25)
@given(st.integers(2, 4), st.data())
def test_the_reproduction_number_decides_the_stability_of_rest(n_persons, data):
    names = [f"p{i}" for i in range(n_persons)]
    pairs = [(a, b) for a in names for b in names if a != b]
    contacts = {pair: round(data.draw(share), 3) for pair in pairs}
    network = ms.models.network([ms.models.client(name) for name in names], contacts)
    params = {"nu": 0.05}  # calm does not spread by itself: that has a number of its own
    signals = {}
    for name in names:
        params[f"{name}.mu"] = round(data.draw(mirror), 3)
        params[f"{name}.tau_R"] = round(data.draw(st.floats(0.1, 10)), 3)
        signals[f"{name}.signal"] = round(data.draw(share), 3)
    number = distress_reproduction_number(network)
    value = number.value(params, signals)
    assume(abs(value - 1) > 1e-6)
    rest = {symbol(name): 0 for name in network.state_names}
    rest |= {symbol(name): level for name, level in signals.items()}
    matrix = np.array(jacobian(network, params).subs(rest).tolist(), dtype=float)
    moving = [i for i, name in enumerate(network.state_names) if not name.endswith("signal")]
    growth = np.linalg.eigvals(matrix[np.ix_(moving, moving)]).real.max()
    assert (value > 1) == (growth > 0)
    if number.formula is not None:
        values = network_values(network, params, signals)
        np.testing.assert_allclose(float(number.formula.subs(values)), value, atol=1e-9)


def network_values(network, params, signals):
    values = {each.name: each.value for each in network.quantities}
    given = network.expand(params, "parameter or input")
    return {symbol(name): level for name, level in (values | given | signals).items()}
