"""Laws of what `mirrorsys.testing` draws and finds: known answers, planted faults."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys._expressions import symbol
from mirrorsys.testing import (
    as_code,
    check_bounded,
    check_box_invariant,
    check_engine_agreement,
    check_equilibria_complete,
    check_jacobian,
    check_lyapunov_function,
    check_monotone,
    check_semigroup,
    check_stability_matches_flow,
    dyads,
    networks,
    parameters,
    persons,
    protocols,
    recordings,
    states,
    systems,
    systems_with_known_equilibria,
)

SIZES = st.tuples(st.integers(1, 3), st.integers(1, 4))
DRAWN = SIZES.flatmap(lambda size: systems(*size))


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    # Hundreds of systems, each used a few times: compiling them would take longer.
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")


# ---- what is drawn ----------------------------------------------------------------------------


@given(SIZES, st.data())
def test_random_systems_never_leave_the_unit_box_and_have_the_degree_asked_for(size, data):
    n_states, degree = size
    system = data.draw(systems(n_states, degree))
    assert ms.symbolic.invariant_box(system).answer == "yes"
    assert system.box == dict.fromkeys(system.state_names, (0.0, 1.0))
    assert len(system.states) == n_states
    xs = [symbol(name) for name in system.state_names]
    for rate in system.rhs:
        assert sp.expand(rate) != 0
        assert sp.Poly(rate, *xs).total_degree() <= degree


@given(systems_with_known_equilibria())
def test_known_equilibria_are_those_that_are_certified(known):
    found = ms.equilibria(known.system)
    assert found.is_complete
    assert [tuple(p.state.values()) for p in found] == [
        tuple(map(float, s)) for s in known.equilibria
    ]
    for point, eigenvalues in zip(found, known.eigenvalues, strict=True):
        np.testing.assert_allclose(sorted(point.eigenvalues.real), list(map(float, eigenvalues)),
                                   rtol=1e-3, atol=1e-3)  # fmt: skip  # multiple ones lose digits
        assert point.is_stable == (max(eigenvalues) < 0)
    assert known.n_stable == sum(point.is_stable for point in found)


@given(systems_with_known_equilibria())
def test_known_equilibria_are_exact(known):
    xs = [symbol(name) for name in known.system.state_names]
    for state in known.equilibria:
        exact = {x: sp.Rational(v.numerator, v.denominator) for x, v in zip(xs, state, strict=True)}
        assert all(rate.subs(exact) == 0 for rate in known.system.rhs)
        for name, value in zip(known.system.state_names, state, strict=True):
            low, high = map(Fraction, known.system.box[name])
            assert low < value < high


@settings(max_examples=25)
@given(st.tuples(persons(), dyads(), networks(), DRAWN, protocols(), recordings()))
def test_whatever_is_drawn_is_rebuilt_by_its_code(drawn):
    for each in drawn:
        assert eval(as_code(each), {"ms": ms}) == each  # our own text


@pytest.mark.parametrize(
    "strategy",
    [persons(), dyads(), networks(3), systems(3, 4), systems_with_known_equilibria(), protocols(),
     recordings(), parameters(ms.models.client()), states(ms.models.client())],
    ids=["persons", "dyads", "networks", "systems", "known", "protocols", "recordings",
         "parameters", "states"],
)  # fmt: skip
def test_drawing_filters_nothing(strategy):
    """With every health check on but that of speed, which the machine decides."""
    n_drawn = []

    @settings(max_examples=30, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(strategy)
    def drawn(each):
        n_drawn.append(each)

    drawn()
    assert len(n_drawn) >= 30


# ---- what holds -------------------------------------------------------------------------------


@settings(max_examples=6)
@given(DRAWN, st.integers(0, 100))
def test_what_is_true_of_every_random_system_is_not_called_false(system, seed):
    for check in (check_box_invariant, check_bounded, check_jacobian, check_semigroup,
                  check_stability_matches_flow, check_equilibria_complete):  # fmt: skip
        check(system, n_cases=4, seed=seed)


@settings(max_examples=6)
@given(systems_with_known_equilibria(2), st.integers(0, 100))
def test_true_claims_hold_and_a_planted_fault_is_found(known, seed):
    points = [tuple(map(float, state)) for state in known.equilibria]
    stable = [max(each) < 0 for each in known.eigenvalues]
    check_equilibria_complete(known.system, lambda _: points, n_cases=2, seed=seed)
    check_stability_matches_flow(
        known.system, lambda _: list(zip(points, stable, strict=True)), n_cases=2, seed=seed
    )
    for wrong in (points[1:], [*points, tuple(x + 0.01 for x in points[0])]):
        with pytest.raises(AssertionError, match="equilibria_complete fails"):
            check_equilibria_complete(known.system, lambda _, w=wrong: w, n_cases=2, seed=seed)
    lies = [(point, not truth) for point, truth in zip(points, stable, strict=True)]
    with pytest.raises(AssertionError, match="is called"):
        check_stability_matches_flow(known.system, lambda _: lies, n_cases=6, seed=seed)


# ---- what is found, and how small -------------------------------------------------------------

LIMITS = st.integers(2, 18).map(lambda twentieths: twentieths / 10)  # of a range from 0 to 2


def leaking(limit):
    """Return a system that leaves its box only where k is above a limit."""
    ks = [ms.Parameter(name, 0.05, range=(0, 2)) for name in ("k", "l", "m")]
    return ms.System(
        "leaking", {"x": f"max(k - {limit}, 0) - l*x*(1 - x)", "y": "m*(x - y)"}, ks,
        box={"x": (0, 1), "y": (0, 1)}, initial={"x": 1},
    )  # fmt: skip


@settings(max_examples=20)
@given(LIMITS, st.integers(0, 100))
def test_a_leak_is_found_and_what_does_not_matter_is_at_its_default(limit, seed):
    with pytest.raises(AssertionError) as caught:
        check_box_invariant(leaking(limit), seed=seed, n_cases=100)
    outcome = caught.value.outcome
    assert outcome.params["k"] > limit
    assert (outcome.params["l"], outcome.params["m"]) == (0.05, 0.05)
    assert len(f"{outcome.params['k']:g}") <= 4


@settings(max_examples=20)
@given(LIMITS, st.integers(0, 100))
def test_growth_beyond_a_limit_is_found(limit, seed):
    k = ms.Parameter("k", 0.05, range=(0, 2))
    system = ms.System("growth", {"x": f"(k - {limit})*x", "y": "x - y"}, [k], initial={"x": 1})
    with pytest.raises(AssertionError) as caught:
        check_bounded(system, seed=seed)
    assert caught.value.outcome.params["k"] > limit


@settings(max_examples=20)
@given(st.integers(-9, 9), st.integers(1, 9), st.integers(0, 100))
def test_a_quadratic_lyapunov_function_is_judged_by_its_matrix(coupling, weight, seed):
    """V = w x^2 + y^2 falls along x' = -x + c y, y' = -y if and only if c^2 w <= 4."""
    system = ms.System(
        "shear", {"x": f"-x + ({coupling})*y", "y": "-y"}, box={"x": (-1, 1), "y": (-1, 1)}
    )
    claim = f"{weight}*x**2 + y**2"
    if coupling**2 * weight <= 4:
        assert check_lyapunov_function(system, claim, seed=seed).status == "holds"
    elif coupling**2 * weight >= 5:
        with pytest.raises(AssertionError, match="V grows"):
            check_lyapunov_function(system, claim, seed=seed, n_cases=400)


@settings(max_examples=20)
@given(st.floats(0.2, 0.8), st.integers(0, 100))
def test_an_answer_with_a_hump_is_not_monotone(top, seed):
    k = ms.Parameter("k", 0.5, range=(0, 1))
    system = ms.System("hump", {"x": "k - x"}, [k])
    with pytest.raises(AssertionError, match="monotone fails"):
        check_monotone(system, lambda p: -((p["k"] - top) ** 2), "k", seed=seed, n_cases=200)


@settings(max_examples=10)
@given(st.sampled_from([0.99, 1.01, 1.001]), st.integers(0, 100))
def test_an_engine_that_is_off_by_a_thousandth_is_found(factor, seed):
    decay = ms.System("decay", {"x": "-x"}, box={"x": (0, 1)}, initial={"x": 1})
    wrong = lambda x, t, p: [x["x"] * math.exp(-t) * factor]  # noqa: E731
    with pytest.raises(AssertionError, match="engine_agreement fails"):
        check_engine_agreement(decay, wrong, "scipy", seed=seed, n_cases=20)
