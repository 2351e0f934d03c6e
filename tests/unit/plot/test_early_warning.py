"""What is drawn of early warning."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from mirrorsys.analysis.transitions._early_warning import early_warning
from mirrorsys.analysis.transitions._roc import roc as roc_curve
from mirrorsys.plot._early_warning import indicator, roc

SERIES = xr.Dataset(
    {"x": (("member", "time"), np.random.default_rng(1).normal(size=(30, 60)), {"units": "V"})},
    {"time": ("time", 60.0 * np.arange(60), {"units": "min"})},
)
FOUND = early_warning(SERIES, "x", n_surrogates=0, seed=1)


def test_an_indicator_is_drawn_as_median_and_band():
    drawn = indicator(FOUND, "variance", time_unit="h", color="k", label="all")
    known = FOUND.variance[:, 29:]
    np.testing.assert_array_equal(drawn.line.get_xdata(), np.arange(29, 60))
    np.testing.assert_array_equal(drawn.line.get_ydata(), known.median("member"))
    corners = drawn.band.get_paths()[0].vertices[:, 1]
    assert corners.max() == pytest.approx(float(known.quantile(0.95, "member").max()))
    assert corners.min() == pytest.approx(float(known.quantile(0.05, "member").min()))
    assert plt.gca().get_ylabel() == "variance ((V)**2)"
    assert plt.gca().get_xlabel() == "time (h)"


def test_a_single_series_has_no_band():
    drawn = indicator(FOUND.isel(member=0), "autocorrelation")
    assert drawn.band is None
    np.testing.assert_array_equal(drawn.line.get_ydata(), FOUND.autocorrelation[0, 29:])


@pytest.mark.parametrize("variable", ["tau", "entropy"])
def test_what_is_no_indicator_over_time_is_refused(variable):
    with pytest.raises(ValueError, match=f"`variable` is {variable!r}; give one along time"):
        indicator(FOUND, variable)


def test_a_curve_of_alarms_is_drawn_in_per_cent_beside_chance():
    curve = roc_curve([0.4, 0.6, 0.9], [0.1, 0.5, 0.2])
    drawn = roc(curve, color="k")
    np.testing.assert_allclose(drawn.line.get_ydata(), 100 * curve.true_positive_rate)
    np.testing.assert_array_equal(drawn.chance.get_xdata(), drawn.chance.get_ydata())
    with pytest.raises(ValueError, match=r"`curve` has no \['false_positive_rate'"):
        roc(FOUND)
