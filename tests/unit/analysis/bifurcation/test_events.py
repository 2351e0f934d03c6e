"""Events: test functions at nodes, and special points located between them."""

from itertools import pairwise

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import equilibrium_branches
from mirrorsys.analysis.bifurcation._curve import Node, Steps, follow, node_at
from mirrorsys.analysis.bifurcation._defining import EquilibriumEquations, Scaled
from mirrorsys.analysis.bifurcation._events import _lies_between, events, tests_at
from mirrorsys.analysis.bifurcation._field import field

tests_at.__test__ = False  # a function of the library, not a test


def followed(equations, start, *, until=0.5, way=1, **parameters):
    """Follow the branch of a system from a point until the parameter `mu` reaches an end."""
    at = field(ms.System("test", equations, {"mu": 0, **parameters}), ("mu",), None)
    scale = np.ones(at.n + 1)
    scaled = Scaled(EquilibriumEquations(at), scale)
    along = np.append(np.zeros(at.n), float(way))
    node = node_at(scaled, np.array(start, dtype=float), along)
    ending = lambda here, node: (node, "end") if abs(node.z[-1]) > until else None  # noqa: E731
    nodes = follow(node, Steps(), ending).nodes
    return events(at, [tests_at(at, each, scale) for each in nodes], scale, Steps())


def of(equations, start, **more):
    return [(each.kind, each) for each in followed(equations, start, **more)[1]]


def test_functions_at_a_node():
    at = field(ms.System("saddle", {"x": "mu*x", "y": "-3*y"}, {"mu": 2}), ("mu",), None)
    scale = np.ones(3)
    node = Node(np.array([0, 0, 2.0]), np.array([0, 0, 1.0]), None)
    found = tests_at(at, node, scale)
    np.testing.assert_array_equal(found.eigenvalues, [2, -3])
    assert found.n_unstable == 1
    assert found.value("fold") == 1
    assert found.value("branch") < 0 > found.value("hopf")


def test_one_state_has_no_hopf_points():
    at = field(ms.System("line", {"x": "mu*x"}, {"mu": 2}), ("mu",), None)
    found = tests_at(at, Node(np.array([0, 2.0]), np.array([0, 1.0]), None), np.ones(2))
    assert found.value("hopf") == 1


def test_a_fold():
    ((kind, point),) = of({"x": "mu + x**2"}, [-0.6, -0.36])
    assert kind == "fold"
    np.testing.assert_allclose(point.y, 0, atol=1e-14)
    assert point.status == "solution of its defining system"


def test_a_hopf_point():
    ((kind, point),) = of({"x": "mu*x - 2*y", "y": "2*x + mu*y - y**3"}, [0, 0, -0.4])
    assert kind == "hopf"
    assert point.omega == pytest.approx(2, rel=1e-12)
    np.testing.assert_allclose(point.y, 0, atol=1e-13)


def test_a_neutral_saddle_is_no_hopf_point():
    ((kind, point),) = of({"x": "(1 + mu)*x", "y": "-y"}, [0, 0, -0.4])
    assert kind == "neutral"
    assert point.y[-1] == pytest.approx(0, abs=1e-10)


def test_a_branch_point():
    ((kind, point),) = of({"x": "mu*x - x**2"}, [0, -0.4])
    assert kind == "branch"
    np.testing.assert_allclose(point.y, 0, atol=1e-14)


@pytest.mark.parametrize("rate", ["1e12", "1e-12", "1"])
@pytest.mark.parametrize("curved", ["", "exp(mu*x - mu/3 - x/7 + 1/21) - 1"])
def test_a_branch_point_in_another_unit_of_time(rate, curved):
    """Of (x - 1/3) (mu - 1/7 - (x - 1/3)), multiplied out, so that there is rounding."""
    product = "mu*x - mu/3 - x/7 + 1/21 - x**2 + 2*x/3 - 1/9"
    ((kind, point),) = of({"x": f"{rate}*({product} + {curved or 0})"}, [1 / 3, -0.4])
    assert (kind, point.status) == ("branch", "solution of its defining system")
    np.testing.assert_allclose(point.y, [1 / 3, 1 / 7], rtol=1e-12)


def test_the_vertex_of_a_pitchfork_is_no_fold():
    ((kind, point),) = of({"x": "mu*x - x**3"}, [0.6, 0.36], way=-1)
    assert kind == "branch"
    np.testing.assert_allclose(point.y, 0, atol=1e-10)


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6])
def test_two_folds_within_a_step(gap):
    points = of({"x": f"mu - ({gap})*x + x**3"}, [0.7, 0.7 * gap - 0.343])
    found = sorted(point.y[1] for kind, point in points)
    assert [kind for kind, _ in points] == ["fold", "fold"]
    expected = 2 * (gap / 3) ** 1.5
    np.testing.assert_allclose(found, [-expected, expected], rtol=1e-8)


def test_two_hopf_points_within_a_step():
    growth = "(mu - 1/1000)*(mu + 1/1000)"
    points = of({"x": f"{growth}*x - y", "y": f"x + {growth}*y"}, [0, 0, -0.4])
    assert [kind for kind, _ in points] == ["hopf", "hopf"]
    np.testing.assert_allclose([p.y[-1] for _, p in points], [-1e-3, 1e-3], atol=1e-12)


def test_a_fold_and_a_hopf_point_within_a_step():
    points = of(
        {"x": "mu + x**2", "u": "(x - 1/1000)*u - v", "v": "u + (x - 1/1000)*v"},
        [-0.6, 0, 0, -0.36],
    )
    assert sorted(kind for kind, _ in points) == ["fold", "hopf"]


@pytest.mark.parametrize(
    ("system", "name", "bounds"),
    [
        (ms.models.zoo.coupled_oscillators(), "obs_1", (-10, 10)),
        (ms.models.zoo.lorenz(), "beta", (0, 100)),
    ],
)
def test_equilibria_at_one_value_are_not_folds_one_by_one(system, name, bounds):
    """On a family of them the parameter's part of the tangent is nothing but rounding."""
    found = equilibrium_branches(system, name, bounds)
    assert "the equilibria form a continuum" in found.status
    assert len(found.branches) >= 2
    assert found.of_kind("fold") == ()


def test_a_cubic_inflection_is_no_fold():
    assert of({"x": "mu - x**3"}, [-0.7, -0.343]) == []


def test_an_unfolded_crossing_has_no_branch_point():
    """mu x - x^2 - eps has folds at mu = -2 sqrt(eps) and 2 sqrt(eps), whatever eps."""
    for gap in (1e-4, 1e-6, 1e-8):
        system = ms.System(
            "unfolded", {"x": f"mu*x - x**2 - ({gap})"}, {"mu": 0}, box={"x": (-2, 2)}
        )
        found = equilibrium_branches(system, "mu", (-1, 1))
        assert [point.kind for point in found.points] == ["fold", "fold"]
        ends = [point.parameter for point in found.points]
        np.testing.assert_allclose(ends, [-2 * gap**0.5, 2 * gap**0.5], rtol=1e-8)


def test_where_much_happens_there_are_more_nodes():
    nodes, points = followed({"x": "mu - x**3/1000000 + x**5"}, [-0.5, 0.03])
    values = np.array([each.node.z for each in nodes])
    assert (np.linalg.norm(np.diff(values, axis=0), axis=1) > 0).all()
    for left, right in pairwise(nodes):
        assert abs(left.n_unstable - right.n_unstable) <= 1
    assert all(point.kind == "fold" for point in points)


def test_what_lies_between_two_nodes():
    """As far along as they are, and no farther off than they are apart, whatever that is."""
    for width in (1e-6, 0.01, 3.0):
        left, right = np.array([1.0, 2.0]), np.array([1.0 + 0.8 * width, 2.0 + 0.6 * width])
        along, off = np.array([0.8, 0.6]) * width, np.array([-0.6, 0.8]) * width
        for share, beside in [(0, 0), (1, 0), (0.5, 0.9), (0.2, -0.9)]:
            assert _lies_between(left, right, left + share * along + beside * off)
        for share, beside in [(-0.1, 0), (1.1, 0), (0.5, 1.2), (0.5, -1.2), (0.5, 1e3)]:
            assert not _lies_between(left, right, left + share * along + beside * off)
