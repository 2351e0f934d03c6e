"""Basins: what reaches the artists."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

import mirrorsys as ms
from mirrorsys.analysis.attractors._basins import basins
from mirrorsys.plot._basins import basins as plot_basins

BOX = {"x": (-3, 3), "y": (-3, 3)}
BISTABLE = ms.System("bistable", {"x": "x - x**3", "y": "-y"}, box=BOX)


def test_a_grid_is_coloured_by_attractor():
    _, ax = plt.subplots()
    found = basins(BISTABLE, grid={"x": (-3, 3, 7), "y": (-3, 3, 4)})
    drawn = plot_basins(found, ax=ax)
    colours = drawn.areas.get_array()
    assert colours.shape[:2] == (4, 7)  # rows: y
    assert (colours[:, 0] == colours[0, 0]).all()
    assert not np.array_equal(colours[0, 0], colours[0, 6])
    texts = [each.get_text() for each in drawn.legend.get_texts()]
    assert texts == [
        "stable node at x -1: 42.9 %", "stable node at x 1: 42.9 %", "undecided (4)",
    ]  # fmt: skip
    np.testing.assert_allclose(drawn.attractors[1].get_offsets(), [[1, 0]], atol=1e-12)
    assert ax.get_xlabel() == "x (dimensionless)"


def test_random_points_are_dots():
    found = basins(BISTABLE, n=30, seed=0)
    drawn = plot_basins(found)
    np.testing.assert_array_equal(drawn.areas.get_offsets()[:, 0], found["x"])
    assert len(np.unique(drawn.areas.get_facecolors(), axis=0)) == 2


def test_a_cycle_is_a_ring_and_told_by_its_period():
    found = basins(ms.models.zoo.van_der_pol(), n=20, seed=0)
    drawn = plot_basins(found)
    assert drawn.legend.get_texts()[0].get_text() == "cycle of period 6.663: 100.0 %"
    assert not len(drawn.attractors[0].get_facecolors())
    assert to_rgba("black") == tuple(drawn.attractors[0].get_edgecolors()[0])


def test_one_state_is_not_enough():
    found = basins(BISTABLE, grid={"x": (-3, 3, 4)})
    with pytest.raises(ValueError, match=r"has a basin over \['x'\]; give basins over a grid"):
        plot_basins(found)
