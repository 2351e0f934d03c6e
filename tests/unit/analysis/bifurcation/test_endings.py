"""Endings: bounds, faces of the box, closed curves."""

from dataclasses import dataclass

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation._curve import TOO_LONG, Node, Steps, follow, node_at
from mirrorsys.analysis.bifurcation._defining import Scaled
from mirrorsys.analysis.bifurcation._endings import bounded


@dataclass(frozen=True)
class Circle:
    """x^2 + p^2 = 1."""

    def residual(self, z):
        return np.array([z @ z - 1])

    def matrix(self, z):
        return 2 * z[None, :]


def walked(x_side, p_side, start=(1.0, 0.0), along=(0.0, 1.0), scale=(1.0, 1.0)):
    made = Scaled(Circle(), np.array(scale))
    node = node_at(made, np.array(start) / scale, np.array(along))
    ending_at = bounded([x_side, p_side], ["x", "p"], 1, np.array(scale), Steps())
    return follow(node, Steps(), ending_at(node))


@pytest.mark.parametrize("scale", [(1.0, 1.0), (2.0, 5.0)])
def test_the_last_node_lies_in_the_bound(scale):
    curve = walked((-2, 2), (-0.5, 0.6), scale=scale)
    assert curve.status == "reaches the bound p = 0.6"
    np.testing.assert_allclose(curve.nodes[-1].z * scale, [0.8, 0.6], rtol=1e-12)


def test_the_last_node_lies_in_the_face():
    curve = walked((0.28, 2), (-2, 2))
    assert curve.status == "leaves the box at x = 0.28"
    np.testing.assert_allclose(curve.nodes[-1].z, [0.28, 0.96], rtol=1e-12)


def test_the_first_of_two_walls_counts():
    assert walked((0.8 + 1e-5, 2), (-2, 0.6)).status == "leaves the box at x = 0.80001"
    assert walked((0.8 - 1e-5, 2), (-2, 0.6)).status == "reaches the bound p = 0.6"


def test_a_curve_that_begins_in_a_wall_and_leads_out_of_it_has_one_node():
    curve = walked((-2, 2), (-1, 0.0))
    assert (len(curve.nodes), curve.status) == (1, "reaches the bound p = 0")


def test_a_closed_curve_ends_where_it_began():
    curve = walked((-2, 2), (-2, 2))
    assert curve.is_closed
    np.testing.assert_array_equal(curve.nodes[-1].z, curve.nodes[0].z)
    lengths = [
        np.linalg.norm(b.z - a.z) for a, b in zip(curve.nodes, curve.nodes[1:], strict=False)
    ]
    assert sum(lengths) == pytest.approx(2 * np.pi, rel=1e-3)


def test_walls_at_infinity_are_none():
    assert walked((-np.inf, np.inf), (-np.inf, np.inf)).is_closed


@dataclass(frozen=True)
class Pole:
    """p (x - 1) = -gap: from the left p grows without bounds; on the right lies another curve."""

    gap: float

    def residual(self, z):
        return np.array([z[1] * (z[0] - 1) + self.gap])

    def matrix(self, z):
        return np.array([[z[1], z[0] - 1]])


def test_a_wall_is_not_reached_on_another_curve():
    """The curve turns up short of x = 1; what crosses p = 0 beyond belongs to no curve at all."""
    made = Scaled(Pole(1e-7), np.ones(2))
    node = node_at(made, np.array([0.9, 1e-6]), np.array([1.0, 0.0]))
    ending = bounded([(0, 2), (0, 1)], ["x", "p"], 1, np.ones(2), Steps())(node)
    curve = follow(node, Steps(), ending)
    assert curve.status == "reaches the bound p = 1"
    assert curve.nodes[-1].z[0] == pytest.approx(1 - 1e-7, abs=1e-12)


def test_a_step_past_a_wall_that_the_curve_does_not_meet_is_too_long():
    made = Scaled(Pole(1e-7), np.ones(2))
    here = node_at(made, np.array([0.99, 1e-5]), np.array([1.0, 0.0]))
    node = node_at(made, np.array([1.01, -1e-5]), np.array([1.0, 0.0]))
    ending = bounded([(0, 2), (0, 1)], ["x", "p"], 1, np.ones(2), Steps())(here)
    assert ending(here, node) == TOO_LONG


def test_nothing_ends_inside():
    made = Scaled(Circle(), np.ones(2))
    here = node_at(made, np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    node = Node(np.array([0.8, 0.6]), here.tangent, made, 0.65)
    assert bounded([(-2, 2), (-2, 2)], ["x", "p"], 1, np.ones(2), Steps())(here)(here, node) is None
