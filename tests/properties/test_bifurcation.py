"""Laws of branches, special points and cycles: what must hold whatever the system."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import (
    cycle_branch,
    equilibrium_branches,
    fold_curve,
    periodic_orbit,
)
from mirrorsys.analysis.bifurcation._field import field
from mirrorsys.analysis.bifurcation._floquet import multipliers
from mirrorsys.models import zoo

COEFFICIENTS = st.integers(-30, 30).map(lambda tenths: tenths / 10)
RATES = st.integers(5, 40).map(lambda tenths: tenths / 10)
UNITS = st.sampled_from([1e-6, 1e-2, 0.5, 3.0, 1e3, 1e7])
FEW = settings(max_examples=12)


def planar(c):
    """A planar polynomial with cubic damping, so that what happens stays in the box."""
    return ms.System(
        "planar",
        {
            "x": f"mu + ({c[0]})*x + ({c[1]})*y + ({c[2]})*x*y + ({c[3]})*y**2 - x**3",
            "y": f"({c[4]})*x + ({c[5]})*y + ({c[6]})*x**2 + ({c[7]})*mu*x - y**3",
        },
        {"mu": 0},
        box={"x": (-4, 4), "y": (-4, 4)},
    )


PLANAR = st.lists(COEFFICIENTS, min_size=8, max_size=8).map(planar)


def jacobian_at(found, y):
    at = field(found.system, (found.parameter_name,), found.params)
    return at.slopes(y)[:, : at.n]


# ---- every branch ----------------------------------------------------------------------------


@FEW
@given(system=PLANAR)
def test_residuals_vanish_on_every_point(system):
    found = equilibrium_branches(system, "mu", (-2, 2), n_checks=2)
    at = field(system, ("mu",), None)
    for branch in found.branches:
        y = np.vstack([branch.states, branch.parameter])
        size = np.abs(at.slopes_at(y)).max()
        assert np.abs(at.rates_at(y)).max() <= 1e-10 * (1 + size)
        assert branch.residual.max() <= 1e-10 * (1 + size)


@FEW
@given(system=PLANAR, value=st.floats(-1.9, 1.9))
def test_branches_hold_the_equilibria_found_by_algebra(system, value):
    found = equilibrium_branches(system, "mu", (-2, 2), n_checks=2)
    assume(found.status.startswith("complete"))
    events = [point.parameter for point in found.points]
    assume(all(abs(value - each) > 1e-2 for each in events))
    expected = ms.equilibria(system, {"mu": value})
    crossings = [
        (branch, i)
        for branch in found.branches
        for i in np.flatnonzero(np.diff(branch.parameter > value))  # a node may lie in it
    ]
    assert len(crossings) == len(expected)
    for point in expected:
        state = np.array(list(point.state.values()))
        gaps = [np.abs(branch.states[:, i] - state).max() for branch, i in crossings]
        branch, i = crossings[int(np.argmin(gaps))]
        assert min(gaps) < 0.2
        counts = {branch.n_unstable[i], branch.n_unstable[i + 1]}
        assert np.count_nonzero(point.eigenvalues.real > 0) in counts


@FEW
@given(system=PLANAR)
def test_the_count_of_unstable_eigenvalues_changes_as_the_points_say(system):
    found = equilibrium_branches(system, "mu", (-2, 2), n_checks=2)
    changes = {"fold": 1, "branch point": 1, "hopf": 2}
    scale = np.array([8, 8, 4])
    for number, branch in enumerate(found.branches):
        y = np.vstack([branch.states, branch.parameter])
        for i in np.flatnonzero(np.diff(branch.n_unstable)):
            step = np.linalg.norm((y[:, i + 1] - y[:, i]) / scale)
            near = [
                point for point in found.points
                if point.kind in changes
                and np.linalg.norm((point.y - y[:, i]) / scale) < 1.1 * step + 1e-6
                and np.linalg.norm((point.y - y[:, i + 1]) / scale) < 1.1 * step + 1e-6
            ]  # fmt: skip
            total = sum(changes[point.kind] for point in near)
            change = abs(int(branch.n_unstable[i + 1] - branch.n_unstable[i]))
            assert total == change, (number, found)


@FEW
@given(system=PLANAR)
def test_special_points_are_what_they_are_called(system):
    found = equilibrium_branches(system, "mu", (-2, 2), n_checks=2)
    for point in found.points:
        values = np.linalg.eigvals(jacobian_at(found, point.y))
        size = np.abs(values).max()
        assert point.residual <= 1e-9 * (1 + size)
        if point.kind == "fold":
            assert np.abs(values).min() <= 1e-5 * size
        elif point.kind == "hopf":
            np.testing.assert_allclose(
                sorted(values, key=lambda v: v.imag),
                [-1j * point.frequency, 1j * point.frequency],
                atol=1e-8 * size,
            )
        elif point.kind == "neutral saddle":
            assert abs(values.sum()) <= 1e-7 * size
            assert np.isreal(values).all()


# ---- nothing depends on how the system is written --------------------------------------------


def told(found, scale=1.0):
    """Return kinds, parameters and words of the special points."""
    rows = [(p.kind, p.parameter / scale, p.description) for p in found.points]
    return sorted(rows, key=lambda row: (row[0], round(row[1], 6)))


def assert_told_alike(one, other, scale=1.0):
    first, second = told(one), told(other, scale)
    assert [row[0::2] for row in first] == [row[0::2] for row in second]
    np.testing.assert_allclose([r[1] for r in first], [r[1] for r in second], atol=1e-9)
    assert len(one.branches) == len(other.branches)


@pytest.fixture(scope="module")
def neuron():
    return equilibrium_branches(zoo.fitzhugh_nagumo(), "I", (0, 2))


def rewritten(x="v", y="w", dx="{v}", dy="{w}", parameter="I"):
    """FitzHugh and Nagumo's equations with v and w in terms of other variables."""
    dv = f"({x}) - ({x})**3/3 - ({y}) + {parameter}"
    dw = f"0.08*(({x}) + 0.7 - 0.8*({y}))"
    return {"v": dx.format(v=f"({dv})", w=f"({dw})"), "w": dy.format(v=f"({dv})", w=f"({dw})")}


@settings(max_examples=8)
@given(time=UNITS)
def test_the_unit_of_time_does_not_matter(neuron, time):
    system = ms.System(
        "slow", rewritten(dx=f"{time}*{{v}}", dy=f"{time}*{{w}}"), {"I": 0},
        box={"v": (-3, 3), "w": (-3, 3)},
    )  # fmt: skip
    found = equilibrium_branches(system, "I", (0, 2))
    assert_told_alike(neuron, found)
    np.testing.assert_allclose(
        [p.frequency / time for p in found.points], [p.frequency for p in neuron.points], rtol=1e-9
    )
    # The first Lyapunov coefficient is divided by the frequency: it has no time in it.
    np.testing.assert_allclose(
        [p.coefficient for p in found.points], [p.coefficient for p in neuron.points], rtol=1e-7
    )


@settings(max_examples=12)
@given(unit_v=UNITS, unit_w=UNITS, unit_i=UNITS)
def test_units_of_states_and_parameters_do_not_matter(neuron, unit_v, unit_w, unit_i):
    system = ms.System(
        "units",
        rewritten(
            f"v/{unit_v}", f"w/{unit_w}", f"{unit_v}*{{v}}", f"{unit_w}*{{w}}",
            parameter=f"(I/{unit_i})",
        ),
        {"I": 0}, box={"v": (-3 * unit_v, 3 * unit_v), "w": (-3 * unit_w, 3 * unit_w)},
    )  # fmt: skip
    assert_told_alike(neuron, equilibrium_branches(system, "I", (0, 2 * unit_i)), unit_i)


@settings(max_examples=8)
@given(a=COEFFICIENTS, b=COEFFICIENTS)
@example(a=0.0, b=1.5)
def test_linear_changes_of_variables_do_not_matter(neuron, a, b):
    """V = v + a w, W = w + b V."""
    v, w = f"((1 + ({a * b}))*v - ({a})*w)", f"(w - ({b})*v)"
    system = ms.System(
        "sheared",
        rewritten(v, w, f"({{v}} + ({a})*{{w}})", f"({{w}} + ({b})*({{v}} + ({a})*{{w}}))"),
        {"I": 0}, box={"v": (-40, 40), "w": (-200, 200)},
    )  # fmt: skip
    found = equilibrium_branches(system, "I", (0, 2))
    assert_told_alike(neuron, found)


@settings(max_examples=8)
@given(shift=COEFFICIENTS, sign=st.sampled_from([-1, 1]))
def test_shifting_and_turning_the_parameter_shifts_and_turns_the_diagram(neuron, shift, sign):
    system = ms.System(
        "shifted", rewritten(parameter=f"({sign}*I - ({shift}))"), {"I": 0},
        box={"v": (-3, 3), "w": (-3, 3)},
    )  # fmt: skip
    bounds = sorted([sign * shift, sign * (2 + shift)])
    found = equilibrium_branches(system, "I", tuple(bounds))
    expected = sorted(sign * (point.parameter + shift) for point in neuron.points)
    np.testing.assert_allclose([p.parameter for p in found.points], expected, atol=1e-9)
    assert [p.description for p in found.points] == ["subcritical"] * 2


@FEW
@given(a=COEFFICIENTS, b=RATES)
def test_symmetric_systems_have_symmetric_diagrams(a, b):
    """What is odd in (x, y) has with every branch its reflection."""
    system = ms.System(
        "odd", {"x": f"mu*x + ({a})*y - x**3", "y": f"x - ({b})*y - y**3"}, {"mu": 0},
        box={"x": (-3, 3), "y": (-3, 3)},
    )  # fmt: skip
    found = equilibrium_branches(system, "mu", (-2, 2), n_checks=2)
    assume(found.status.startswith("complete"))
    points = sorted((p.kind, round(p.parameter, 8), *np.round(p.y[:2], 6)) for p in found.points)
    mirrored = sorted((p.kind, round(p.parameter, 8), *np.round(-p.y[:2], 6)) for p in found.points)
    np.testing.assert_allclose(
        [p[1:] for p in points], [p[1:] for p in mirrored], atol=1e-6
    )  # fmt: skip
    for value in (-1.234, 0.321, 1.777):
        crossings = np.array([
            branch.states[0, i]
            for branch in found.branches
            for i in np.flatnonzero(np.diff(branch.parameter > value))  # a node may lie in it
        ])  # fmt: skip
        assert crossings.size % 2 == 1  # the origin, and pairs
        np.testing.assert_allclose(np.sort(crossings), np.sort(-crossings), atol=0.15)


@FEW
@given(gap=st.floats(-6, -1).map(lambda power: 10**power))
def test_unfolding_a_pitchfork_moves_its_fold_as_the_two_thirds_power(gap):
    system = ms.System("unfolded", {"x": f"{gap!r} + mu*x - x**3"}, {"mu": 0}, box={"x": (-3, 3)})
    found = equilibrium_branches(system, "mu", (-1, 1))
    (point,) = found.points
    assert point.kind == "fold"
    assert point.parameter == pytest.approx(3 * (gap / 2) ** (2 / 3), rel=1e-6)
    assert len(found.branches) == 2


# ---- curves in two parameters ----------------------------------------------------------------


@FEW
@given(a=COEFFICIENTS, c=RATES)
def test_a_fold_curve_is_the_discriminant(a, c):
    """Folds of mu + nu x + a x^2 - c x^3 lie where its discriminant vanishes."""
    system = ms.System(
        "cubic", {"x": f"mu + nu*x + ({a})*x**2 - ({c})*x**3"}, {"mu": 0, "nu": 1},
        box={"x": (-6, 6)},
    )  # fmt: skip
    branches = equilibrium_branches(system, "mu", (-8, 8))
    (first, *_) = branches.of_kind("fold")
    curve = fold_curve(system, first, "nu", (-2, 2), first_bounds=(-8, 8))
    for mu, nu in curve.parameters.T[::10]:
        roots = np.roots([-c, a, nu, mu])
        gaps = np.abs(roots[:, None] - roots[None, :]) + np.diag(np.full(3, np.inf))
        assert gaps.min() < 1e-3  # a double root is known to half of its digits
    np.testing.assert_allclose(
        curve.parameters[1] + 2 * a * curve.states[0] - 3 * c * curve.states[0] ** 2, 0, atol=1e-9
    )


# ---- cycles ----------------------------------------------------------------------------------


GROWTH = "(rate*(radius**2 - x**2 - y**2))"
OSCILLATOR = ms.System(
    "oscillator", {"x": f"{GROWTH}*x - omega*y", "y": f"omega*x + {GROWTH}*y"},
    {"radius": 1, "omega": 1, "rate": 1},
)  # fmt: skip


def oscillating(radius, omega, rate):
    """Return the cycle of a radius, a frequency, and a rate at which it attracts."""
    params = {"radius": radius, "omega": omega, "rate": rate}
    return periodic_orbit(OSCILLATOR, {"x": 0.9 * radius, "y": 0}, params=params)


@FEW
@given(radius=RATES, omega=RATES, rate=st.sampled_from([0.05, 0.2, 0.6]))
def test_an_oscillator_has_its_period_and_multiplier(radius, omega, rate):
    orbit = oscillating(radius, omega, rate)
    assert orbit.period == pytest.approx(2 * np.pi / omega, rel=1e-8)
    assert orbit.highest["x"] == pytest.approx(radius, rel=1e-8)
    expected = np.exp(-2 * rate * radius**2 * orbit.period)
    assert abs(orbit.multipliers[1] - expected) < 1e-7
    assert orbit.trivial_error < 1e-7


@FEW
@given(mu=st.floats(0.1, 6), a=st.floats(-0.4, 0.4))
def test_the_product_of_multipliers_is_that_of_liouville(mu, a):
    """exp of the divergence, integrated round the cycle."""
    system = ms.System(
        "van der Pol", {"x": "y", "y": "mu*(1 - x**2)*y - x + a"}, {"mu": 1, "a": 0},
        initial={"x": 1},
    )  # fmt: skip
    orbit = periodic_orbit(system, params={"mu": mu, "a": a}, tol=1e-10)
    times = np.linspace(0, orbit.period, 4001)
    x = orbit.at(times)[0]
    total = np.trapezoid(mu * (1 - x**2), times)
    assert np.prod(orbit.multipliers).real == pytest.approx(np.exp(total), rel=1e-4)
    assert abs(np.prod(orbit.multipliers).imag) < 1e-12


@settings(max_examples=6)
@given(a=st.floats(0.6, 1.4), b=st.floats(0.3, 2))
def test_multipliers_are_those_of_the_variational_equations(a, b):
    params = {"A": a, "B": 1 + a**2 + b}
    system = zoo.brusselator()
    orbit = periodic_orbit(system, params=params, tol=1e-10)
    at = field(system, (), params)

    def rates(_, u):
        x, m = u[:2], u[2:].reshape(2, 2)
        return np.concatenate([at.rates(x), (at.slopes(x) @ m).ravel()])

    start = np.concatenate([orbit.states[:, 0], np.eye(2).ravel()])
    run = solve_ivp(rates, (0, orbit.period), start, method="DOP853", rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(run.y[:2, -1], orbit.states[:, 0], atol=1e-7)
    expected = np.linalg.eigvals(run.y[2:, -1].reshape(2, 2))
    found = sorted(orbit.multipliers.real)
    np.testing.assert_allclose(found, sorted(expected.real), atol=1e-6)


@settings(max_examples=25)
@given(
    n=st.integers(1, 5), count=st.integers(1, 30), seed=st.integers(0, 2**32 - 1),
    size=st.floats(0.05, 0.5),
)  # fmt: skip
def test_multipliers_are_eigenvalues_of_the_product(n, count, seed, size):
    transfers = np.eye(n) + size * np.random.default_rng(seed).normal(size=(count, n, n)) / n
    product = np.eye(n)
    for each in transfers:
        product = each @ product
    found, rest = multipliers(transfers), list(np.linalg.eigvals(product))
    for value in found:
        nearest = min(rest, key=lambda other: abs(other - value))
        assert abs(nearest - value) <= 1e-6 * np.linalg.norm(product)
        rest.remove(nearest)


@settings(max_examples=5)
@given(time=st.sampled_from([1e-6, 1e-3, 1e4]), unit=st.sampled_from([1e-6, 1.0, 1e5]))
def test_units_do_not_matter_to_cycles(time, unit):
    orbit = oscillating(unit, 2 * time, 0.1 * time / unit**2)
    assert orbit.period * time == pytest.approx(np.pi, rel=1e-8)
    assert orbit.highest["y"] / unit == pytest.approx(1, rel=1e-8)
    assert orbit.stability == "stable"


@settings(max_examples=5)
@given(cubic=RATES, omega=RATES)
def test_a_cycle_branch_grows_as_the_normal_form_says(cubic, omega):
    """r^2 = -mu Re(lambda') / (l1 omega) with |q| = 1 makes r^2 = mu / cubic."""
    r2 = "(x**2 + y**2)"
    system = ms.System(
        "normal",
        {"x": f"mu*x - {omega}*y - {cubic}*x*{r2}", "y": f"{omega}*x + mu*y - {cubic}*y*{r2}"},
        {"mu": 0}, box={"x": (-2, 2), "y": (-2, 2)},
    )  # fmt: skip
    hopf = equilibrium_branches(system, "mu", (-0.5, 0.5), n_starts=2, n_checks=0)["H1"]
    assert hopf.coefficient == pytest.approx(-2 * cubic / omega)
    cycles = cycle_branch(system, hopf, "mu", (-0.5, 0.5), n_intervals=20)
    np.testing.assert_allclose(cycles.highest("x") ** 2, cycles.parameter / cubic, rtol=1e-6)
    np.testing.assert_allclose(cycles.period, 2 * np.pi / omega, rtol=1e-8)
