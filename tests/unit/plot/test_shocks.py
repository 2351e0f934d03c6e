"""The smallest shock: what reaches the artists."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.attractors._minimal_shock import minimal_shock
from mirrorsys.plot._shocks import minimal_shock as plot_minimal_shock

CLIENT = ms.models.client().freeze(pathway=0.2, signal=1.0)
FOUND = minimal_shock(CLIENT, {"pathway": [0.1, 0.2, 0.25, 0.4, 0.5]}, params={"stressor": 0.06})


def test_line_ends_and_spans_say_what_was_found():
    """No calm at 0.1; pulses at 0.2 and 0.25; none beyond."""
    _, ax = plt.subplots()
    drawn = plot_minimal_shock(FOUND, ax=ax)
    np.testing.assert_array_equal(drawn.line.get_ydata(), FOUND["height"])
    assert np.isfinite(FOUND["height"].values).tolist() == [False, True, True, False, False]
    assert drawn.ends.get_xdata().tolist() == [0.2, 0.25]
    no_calm, withstood = drawn.spans
    assert (no_calm.get_x(), no_calm.get_width()) == pytest.approx((0.1, 0.05))
    assert (withstood.get_x(), withstood.get_width()) == pytest.approx((0.325, 0.175))
    assert ax.get_ylabel() == "smallest pulse of stressor for 5 min (dimensionless)"


def test_spans_can_be_left_out():
    assert plot_minimal_shock(FOUND, spans=False, label="much").spans == ()


def test_other_datasets_are_refused():
    with pytest.raises(ValueError, match=r"holds \['threat'\]; give what"):
        plot_minimal_shock(xr.Dataset({"threat": 1.0}))
