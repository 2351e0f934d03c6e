"""Whether a point lies on a curve that was followed."""

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation._curve import Curve, Node, Steps, node_at
from mirrorsys.analysis.bifurcation._defining import Scaled
from mirrorsys.analysis.bifurcation._known import lies_on


class Circle:
    def residual(self, z):
        return np.array([z @ z - 1])

    def matrix(self, z):
        return 2 * z[None, :]


def arc(n, end=np.pi / 2):
    angles = np.linspace(0, end, n)
    made = Scaled(Circle(), np.ones(2))
    ahead = [np.array([-np.sin(a), np.cos(a)]) for a in angles]
    points = [np.array([np.cos(a), np.sin(a)]) for a in angles]
    return Curve([node_at(made, z, t) for z, t in zip(points, ahead, strict=True)])


@pytest.mark.parametrize("angle", [0, 0.3, 0.4321, np.pi / 2])
def test_points_at_nodes_and_between_lie_on_it(angle):
    assert lies_on(arc(20), np.array([np.cos(angle), np.sin(angle)]), Steps())


@pytest.mark.parametrize("radius", [0.99, 1.0001, 1.00001])
def test_points_beside_do_not(radius):
    assert not lies_on(arc(20), radius * np.array([np.cos(0.43), np.sin(0.43)]), Steps())


def test_points_beyond_its_ends_do_not():
    assert not lies_on(arc(20), np.array([np.cos(-0.05), np.sin(-0.05)]), Steps())
    assert not lies_on(arc(20), np.array([-1.0, 0.0]), Steps())


def test_a_lone_node():
    lone = Curve([Node(np.array([1.0, 0.0]), np.zeros(2), Scaled(Circle(), np.ones(2)))])
    assert lies_on(lone, np.array([1.0, 1e-8]), Steps())
    assert not lies_on(lone, np.array([1.0, 1e-3]), Steps())


def test_two_nodes_make_a_curve():
    assert lies_on(arc(2, end=0.1), np.array([np.cos(0.04), np.sin(0.04)]), Steps())
    assert not lies_on(arc(2, end=0.1), np.array([np.cos(0.2), np.sin(0.2)]), Steps())
