"""Collocation: polynomials, meshes, equations and their order of convergence."""

from dataclasses import replace
from math import factorial

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._collocation import Collocation, basis, better_mesh, node_times
from mirrorsys.analysis.bifurcation._field import field
from mirrorsys.analysis.bifurcation._mesh import solved

ELLIPSE = ms.System("ellipse", {"x": "-w*y", "y": "w*x*a"}, {"w": 2, "a": 1})


def collocated(made, function, period, *, n=8, m=4, names=(), mesh=None):
    """Return equations and unknowns of a system near a cycle given as a function of time / T."""
    at = field(made, names, None)
    mesh = np.linspace(0, 1, n + 1) if mesh is None else mesh
    profile = np.array(function(node_times(mesh, m)))
    scale = np.concatenate([np.ptp(profile, axis=(1, 2)), [period], np.ones(at.k)])
    made = Collocation(at, mesh, m, profile, scale)
    values = [at.system[name].value for name in names]
    return made, made.unknowns(profile, period, np.array(values, dtype=float))


def circle(times):
    return np.cos(2 * np.pi * times), np.sin(2 * np.pi * times)


@pytest.fixture(scope="module")
def growing():
    """A limit cycle of radius 1 and period pi, with multipliers 1 and exp(-2 pi)."""
    r2 = "(x**2 + y**2)"
    return ms.System(
        "growing", {"x": f"mu*x - 2*y - x*{r2}", "y": f"2*x + mu*y - y*{r2}"}, {"mu": 1}
    )


@pytest.mark.parametrize("degree", [2, 3, 6])
def test_a_basis_is_exact_for_polynomials(degree):
    at = basis(degree)
    assert (at.nodes[0], at.nodes[-1]) == (0, 1)
    for power in range(degree + 1):
        values = at.nodes**power
        np.testing.assert_allclose(at.values @ values, at.gauss**power, atol=1e-13)
        slope = power * at.gauss ** max(power - 1, 0)
        np.testing.assert_allclose(at.slopes @ values, slope, atol=1e-11)
        np.testing.assert_allclose(at.at(np.array([0.3])) @ values, 0.3**power, atol=1e-13)
        highest = factorial(degree) if power == degree else 0
        assert at.highest @ values == pytest.approx(highest, abs=1e-8 * factorial(degree))
    for power in range(2 * degree):
        assert at.weights @ at.gauss**power == pytest.approx(1 / (power + 1))


def test_unknowns_and_parts_undo_each_other():
    made, z = collocated(ELLIPSE, circle, np.pi, names=("w",))
    profile, period, parameters = made.parts(z)
    np.testing.assert_allclose(profile, made.reference, atol=1e-14)
    assert (period, parameters.tolist()) == (pytest.approx(np.pi), [2])
    np.testing.assert_array_equal(profile[:, :, -1], np.roll(profile[:, :, 0], -1, axis=1))


def test_a_distance_does_not_depend_on_the_mesh():
    """Unknowns count by their share of time."""
    sizes = []
    for n in (5, 50):
        made, _ = collocated(ELLIPSE, circle, np.pi, n=n)
        sizes.append(np.linalg.norm(made.unknowns(made.reference, 0.0, np.empty(0))))
    np.testing.assert_allclose(sizes, [0.5, 0.5], rtol=1e-2)  # rms of (cos, sin) / 2


def test_a_solution_has_no_residual():
    made, z = collocated(ELLIPSE, circle, np.pi, n=40, m=6)
    np.testing.assert_allclose(made.residual(z), 0, atol=1e-12)


@pytest.mark.parametrize("names", [(), ("mu",)])
@pytest.mark.parametrize("mesh", [None, np.array([0, 0.1, 0.4, 0.5, 0.8, 1.0])])
def test_a_step_solves_the_linear_equations(growing, names, mesh):
    """Derivatives by differences, solved as one dense matrix."""
    made, z = collocated(growing, circle, np.pi, names=names, mesh=mesh, n=5, m=3)
    random = np.random.default_rng(3)
    z = z + 0.01 * random.normal(size=z.size)
    unit, step = np.eye(z.size), 1e-6
    matrix = np.array(
        [(made.residual(z + step * e) - made.residual(z - step * e)) / (2 * step) for e in unit]
    ).T
    row = random.normal(size=z.size) if names else None
    full = matrix if row is None else np.vstack([matrix, row])
    right = random.normal(size=z.size)
    np.testing.assert_allclose(
        made.bordered(z, row, right), np.linalg.solve(full, right), rtol=1e-5, atol=1e-6
    )


def test_many_intervals_are_condensed_alike(growing):
    made, z = collocated(growing, circle, np.pi, names=("mu",), n=130, m=4)
    random = np.random.default_rng(4)
    row, right = random.normal(size=(2, z.size))
    found = made.bordered(z, row, right)
    step = 1e-4
    change = (made.residual(z + step * found) - made.residual(z - step * found)) / (2 * step)
    np.testing.assert_allclose(change, right[:-1], atol=1e-5 * np.abs(found).max())
    assert row @ found == pytest.approx(right[-1])


def test_equations_that_are_singular_have_no_step():
    """Without the phase every shift in time is a solution: a constant reference gives none."""
    made, z = collocated(ELLIPSE, circle, np.pi)
    still = replace(made, reference=np.zeros_like(made.reference))
    found = still.bordered(z, None, np.ones(z.size))
    assert found is None or np.abs(found).max() > 1e10


def test_orientation_is_the_sign_of_the_determinant_but_for_that_of_the_mesh(growing):
    made, z = collocated(growing, circle, np.pi, names=("mu",))
    rng, ratios = np.random.default_rng(0), set()
    for row in rng.normal(size=(8, z.size)):
        step = 1e-6
        slopes = np.array([
            (made.residual(z + step * unit) - made.residual(z - step * unit)) / (2 * step)
            for unit in np.eye(z.size)
        ]).T  # fmt: skip
        sign, _ = np.linalg.slogdet(np.vstack([slopes, row]))
        assert made.orientation(z, -row) == -made.orientation(z, row)
        ratios.add(float(made.orientation(z, row) * sign))
    assert ratios in ({1.0}, {-1.0})


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_order_of_convergence(growing, degree):
    """2 m in the period; m + 1 between nodes."""
    periods, between = [], []
    for n in (10, 20):
        made, z = collocated(growing, circle, np.pi, n=n, m=degree)
        profile, period, _ = made.parts(solved(made, z))
        periods.append(abs(period - np.pi))
        times = np.linspace(0, 1, 501)
        values = made.values_at(profile, times)
        between.append(np.abs(np.hypot(*values) - 1).max())
    assert np.log2(periods[0] / periods[1]) == pytest.approx(2 * degree, abs=0.3)
    assert np.log2(between[0] / between[1]) >= degree + 0.7


def test_transfers_multiply_to_the_monodromy(growing):
    made, z = collocated(growing, circle, np.pi, n=30, m=5)
    product = np.eye(2)
    for each in made.transfers(solved(made, z)):
        product = each[-2:] @ product
    found = np.sort(np.abs(np.linalg.eigvals(product)))
    np.testing.assert_allclose(found, [np.exp(-2 * np.pi), 1], rtol=1e-7)


def test_the_estimated_error_is_near_the_true_one(growing):
    made, z = collocated(growing, circle, np.pi, n=12, m=4)
    profile, _, _ = made.parts(solved(made, z))
    times = np.linspace(0, 1, 2001)
    true = np.abs(np.hypot(*made.values_at(profile, times)) - 1).max() / 2  # of the range 2
    assert 0.1 * true < made.error(profile) < 100 * true
    rough, z = collocated(growing, circle, np.pi, n=6, m=4)
    assert rough.error(rough.parts(solved(rough, z))[0]) > 10 * made.error(profile)


def test_the_next_derivative_is_seen_on_any_mesh():
    """Of t^(m + 1), inside: at its ends it jumps."""
    mesh = np.array([0, 0.1, 0.15, 0.4, 0.5, 0.52, 0.8, 1.0])
    made, _ = collocated(ELLIPSE, lambda t: (t**4, t**4), np.pi, mesh=mesh, m=3)
    np.testing.assert_allclose(made.density(made.reference)[1:-1], factorial(4), rtol=1e-6)


@pytest.mark.parametrize("degree", [2, 3, 5])
def test_the_estimated_error_of_a_sine(degree):
    """At Gauss points and with the true derivative: h^(m+1) (2 pi)^(m+1) / (m+1)! |prod(1 - g)|."""
    made, _ = collocated(ELLIPSE, circle, np.pi, n=60, m=degree)
    product = np.prod(1 - basis(degree).gauss)
    expected = (2 * np.pi / 60) ** (degree + 1) / factorial(degree + 1) * product / 2  # range 2
    assert made.error(made.reference) == pytest.approx(expected, rel=0.01)


def test_values_at_any_time():
    made, _ = collocated(ELLIPSE, circle, np.pi, n=20, m=6)
    times = np.array([0.0, 0.123, 0.5, 0.999, 1.0])
    np.testing.assert_allclose(made.values_at(made.reference, times), circle(times), atol=1e-8)
    np.testing.assert_array_equal(made.node_times(), node_times(made.mesh, 6))


def test_a_direction_is_carried_to_another_mesh():
    made, z = collocated(ELLIPSE, circle, np.pi, n=20, m=6, names=("w",))
    other, expected = collocated(ELLIPSE, circle, np.pi, n=13, m=6, names=("w",))
    moved = other.unknowns(*made.carried(z, other))
    np.testing.assert_allclose(moved, expected, atol=1e-7)


def test_a_better_mesh_has_its_intervals_where_much_happens():
    def front(times):
        return np.tanh(40 * np.sin(2 * np.pi * times)), np.cos(2 * np.pi * times)

    made, _ = collocated(ELLIPSE, front, np.pi, n=60)
    mesh = better_mesh(made, made.reference, 80)
    assert (mesh[0], mesh[-1], mesh.size) == (0, 1, 81)
    assert (np.diff(mesh) > 0).all()
    near = np.diff(mesh)[np.abs(mesh[:-1] - 0.5) < 0.02].mean()
    assert near < np.diff(mesh).max() / 5
    again, _ = collocated(ELLIPSE, front, np.pi, mesh=mesh)
    assert again.error(again.reference) < made.error(made.reference) / 10


def test_an_even_cycle_keeps_an_even_mesh():
    made, _ = collocated(ELLIPSE, circle, np.pi, n=10)
    np.testing.assert_allclose(better_mesh(made, made.reference, 10), made.mesh, atol=5e-3)
