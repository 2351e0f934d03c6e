"""Diagram: where equilibria are looked for once more, between what was found."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._curve import Steps
from mirrorsys.analysis.bifurcation._diagram import Diagram
from mirrorsys.analysis.bifurcation._events import Located
from mirrorsys.analysis.bifurcation._field import field


def gaps(low, high, *points, most=10):
    """Return what a diagram would check, with special points at some values."""
    made = ms.System("line", {"x": "mu - x"}, {"mu": 0})
    diagram = Diagram(field(made, ("mu",), None), (low, high), {"x": (-2, 2)}, Steps(), {})
    for mu in points:
        diagram.located.append((0, Located("fold", np.array([0, mu]), np.nan, 0.0, "")))
    return np.array(diagram.gaps(most))


@pytest.mark.parametrize("low", [-1.0, 0.0, 1.0, 1e6])
def test_one_value_lies_in_each_stretch_wherever_the_bounds_are(low):
    """Off its middle, by less than a tenth."""
    edges = low + np.array([0, 0.5, 0.75, 2])
    found = gaps(edges[0], edges[-1], *edges[1:-1])
    np.testing.assert_allclose((found - edges[:-1]) / np.diff(edges), 0.48, rtol=1e-6)


def test_none_lies_between_points_that_coincide():
    for low in (-1.0, 1.0, 1e3):
        mu = low + 1
        found = gaps(low, low + 2, mu, mu * (1 + 1e-15), mu + 1e-12)
        assert found.size == 2
        assert found[0] < mu < found[1]


def test_the_widest_are_taken_and_kept_in_order():
    found = gaps(0.0, 1.0, 0.1, 0.5, 0.6, most=2)
    assert found.size == 2
    assert 0.1 < found[0] < 0.5
    assert 0.6 < found[1] < 1.0
