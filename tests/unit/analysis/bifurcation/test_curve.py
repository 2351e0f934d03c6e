"""Curves by pseudo-arclength, on equations with closed forms."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation._curve import (
    Node,
    Steps,
    between,
    correct,
    corrected,
    follow,
    node_at,
)
from mirrorsys.analysis.bifurcation._defining import Scaled

NEVER = lambda here, node: None  # noqa: E731


@dataclass(frozen=True)
class Circle:
    """x^2 + y^2 = 1."""

    def residual(self, z):
        return np.array([z @ z - 1])

    def matrix(self, z):
        return 2 * z[None, :]


@dataclass(frozen=True)
class Hyperbola:
    """x y = gap, two curves that nearly meet; x is an arclength for most of each."""

    gap: float

    def residual(self, z):
        return np.array([z[0] * z[1] - self.gap])

    def matrix(self, z):
        return np.array([[z[1], z[0]]])


class Line:
    """y = 2 x."""

    def residual(self, z):
        return np.array([z[1] - 2 * z[0]])

    def matrix(self, z):
        return np.array([[-2.0, 1.0]])


class Unoriented(Scaled):
    """Equations of which no orientation is known."""

    def orientation(self, z, tangent):
        return 0.0


def scaled(equations, n=2):
    return Scaled(equations, np.ones(n))


EAST = node_at(scaled(Circle()), np.array([1.0, 0.0]), np.array([0.0, 1.0]))


def test_a_tangent_is_of_unit_length_along_the_curve_and_on_the_side_asked_for():
    node = node_at(scaled(Circle()), np.array([0.6, 0.8]), np.array([1.0, 0.1]))
    np.testing.assert_allclose(node.tangent, [0.8, -0.6], rtol=1e-14)


def test_a_singular_point_has_no_node():
    assert node_at(scaled(Hyperbola(0.0)), np.zeros(2), np.ones(2)) is None


def test_the_solution_on_a_line_is_found():
    z, iterations = correct(
        scaled(Circle()), np.array([0.9, 0.6]), np.array([0.0, 1.0]), 0.6, Steps()
    )
    np.testing.assert_allclose(z, [0.8, 0.6], rtol=1e-14)
    assert 2 <= iterations <= 6


def test_iterations_are_counted():
    """One for what is a solution already; of linear equations the second changes nothing."""
    row = np.array([0.0, 1.0])
    solution = np.array([0.6, 0.8])
    for steps in (Steps(), Steps(most_iterations=1)):
        z, iterations = correct(scaled(Circle()), solution, row, 0.8, steps)
        np.testing.assert_array_equal((*z, iterations), (0.6, 0.8, 1))
    z, iterations = correct(scaled(Line()), np.array([5.0, 3.0]), row, 0.5, Steps())
    np.testing.assert_array_equal((*z, iterations), (0.25, 0.5, 2))
    assert correct(scaled(Line()), np.array([5.0, 3.0]), row, 0.5, Steps(most_iterations=1)) is None


def test_no_solution_on_a_line_beside_the_circle():
    assert (
        correct(scaled(Circle()), np.array([0.1, 2.0]), np.array([0.0, 1.0]), 2.0, Steps()) is None
    )


def test_what_is_not_finite_ends_newtons_method():
    circle = scaled(Circle())
    assert correct(circle, np.array([np.nan, 0]), np.array([0.0, 1.0]), 0.0, Steps()) is None


def test_a_node_on_the_plane_across_its_own_direction():
    node = corrected(scaled(Circle()), np.array([1.0, 0.1]), np.array([0.0, 1.0]), Steps())
    np.testing.assert_allclose(node.z, [np.sqrt(0.99), 0.1], rtol=1e-13)
    assert corrected(scaled(Circle()), np.array([0.0, 2.0]), np.array([0.0, 1.0]), Steps()) is None


def test_a_circle_is_followed_all_the_way():
    curve = follow(EAST, Steps(most_points=500), NEVER)
    points = np.array([node.z for node in curve.nodes])
    np.testing.assert_allclose(np.hypot(*points.T), 1, atol=1e-14)
    assert curve.status == "stopped after 500 points"
    assert len(curve.nodes) == 500
    turned = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
    assert (np.diff(turned) > 0).all()  # never back
    # The length of chords falls short of the arc by an eighth of (step)^2 / 3.
    lengths = np.array([node.length for node in curve.nodes])
    np.testing.assert_allclose(lengths, turned, rtol=1e-4)


def test_no_step_is_longer_nor_turns_more_than_it_may():
    steps = Steps(most_points=300, longest=0.05, turn=0.02)
    nodes = follow(EAST, steps, NEVER).nodes
    for one, other in pairwise(nodes):
        assert np.linalg.norm(other.z - one.z) <= 0.05
        assert np.arccos(np.clip(one.tangent @ other.tangent, -1, 1)) <= 0.02 + 1e-9


def test_an_ending_may_replace_the_last_node_or_leave_it_out():
    last = Node(np.zeros(2), np.zeros(2), EAST.equations)
    curve = follow(EAST, Steps(), lambda here, node: (last, "here"))
    assert (curve.nodes, curve.status) == ([EAST, last], "here")
    curve = follow(EAST, Steps(), lambda here, node: (None, "there"))
    assert (curve.nodes, curve.status) == ([EAST], "there")


def test_nodes_are_adapted():
    def moved(node):
        return Node(node.z, node.tangent, node.equations, node.length + 100)

    curve = follow(EAST, Steps(most_points=3), NEVER, moved)
    assert curve.nodes[1].length > 100


class Ending(Circle):
    """Not defined above y = 0.5."""

    def residual(self, z):
        return super().residual(z) if z[1] < 0.5 else np.array([np.nan])


def test_where_newtons_method_fails_the_part_before_is_kept():
    start = node_at(scaled(Ending()), np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    curve = follow(start, Steps(), NEVER)
    assert curve.status == "stopped: Newton's method does not converge, however short the steps"
    assert 0.5 - 1e-6 < curve.nodes[-1].z[1] < 0.5


class Kinked(Circle):
    """y = |x|: a corner in which no step can turn."""

    def residual(self, z):
        return np.array([z[1] - abs(z[0])])

    def matrix(self, z):
        return np.array([[-np.sign(z[0]), 1.0]])


def test_a_kink_ends_a_curve():
    start = node_at(scaled(Kinked()), np.array([-0.1, 0.1]), np.array([1.0, -1.0]))
    curve = follow(start, Steps(), NEVER)
    assert "however short the steps" in curve.status
    assert -1e-6 < curve.nodes[-1].z[0] <= 0


@pytest.mark.parametrize("gap", [1e-3, 1e-5, 1e-7, 1e-9])
def test_a_curve_that_passes_near_by_is_not_come_upon(gap):
    start = node_at(scaled(Hyperbola(gap)), np.array([0.3, gap / 0.3]), np.array([-1.0, 0.0]))
    curve = follow(start, Steps(), lambda here, node: (node, "far") if node.z[1] > 0.3 else None)
    assert curve.status == "far"
    assert all(node.z[0] > 0 for node in curve.nodes)


def test_a_curve_that_crosses_is_passed():
    start = node_at(scaled(Hyperbola(0.0)), np.array([0.3, 0.0]), np.array([-1.0, 0.0]))
    curve = follow(start, Steps(), lambda here, node: (node, "far") if node.z[0] < -0.3 else None)
    assert curve.status == "far"
    assert len(curve.nodes) < 60
    assert start.orientation == -curve.nodes[-1].orientation != 0


def test_where_no_orientation_is_known_steps_are_made_all_the_same():
    steps = Steps(most_points=40)
    start = node_at(Unoriented(Circle(), np.ones(2)), EAST.z, EAST.tangent)
    found, expected = follow(start, steps, NEVER), follow(EAST, steps, NEVER)
    assert found.status == expected.status
    for one, other in zip(found.nodes, expected.nodes, strict=True):
        np.testing.assert_array_equal(one.z, other.z)


def test_between_two_nodes():
    other = node_at(scaled(Circle()), np.array([0.8, 0.6]), np.array([0.0, 1.0]), length=0.65)
    node = between(EAST, other, 0.5, Steps())
    direction = np.array([1.8, 0.6])
    np.testing.assert_allclose(node.z, direction / np.linalg.norm(direction), rtol=1e-13)
    assert node.length == pytest.approx(0.325)
    assert node.tangent @ EAST.tangent > 0.9


def test_nothing_is_between_a_node_and_itself():
    assert between(EAST, EAST, 0.5, Steps()) is None


def test_nothing_is_between_two_curves():
    hyperbola = scaled(Hyperbola(1.0))
    one = node_at(hyperbola, np.array([1.0, 1.0]), np.array([1.0, -1.0]))
    other = node_at(hyperbola, np.array([-1.0, -1.0]), np.array([1.0, -1.0]))
    assert between(one, other, 0.5, Steps()) is None
