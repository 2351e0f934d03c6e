import numpy as np
import pytest
import xarray as xr

from mirrorsys.plot._labels import axis_label, times_in


def test_a_label_names_the_quantity_and_its_unit():
    assert axis_label("expressed_distress", "1") == "expressed distress (dimensionless)"
    assert axis_label("time", "min") == "time (min)"


def test_times_keep_their_unit_or_are_converted():
    times = xr.DataArray([0.0, 90.0], dims="time", attrs={"units": "min"})
    np.testing.assert_array_equal(times_in(times)[0], [0, 90])
    values, unit = times_in(times, "h")
    assert unit == "h"
    np.testing.assert_allclose(values, [0, 1.5], rtol=1e-15)


def test_times_without_a_unit_are_minutes():
    assert times_in(xr.DataArray([1440.0], dims="time"), "d")[0] == [1.0]


def test_an_unknown_unit_is_named():
    times = xr.DataArray([0.0], dims="time", attrs={"units": "1"})
    with pytest.raises(ValueError, match=r"`time_unit` is 'h' and times are in '1'; '1' cannot"):
        times_in(times, "h")
    with pytest.raises(ValueError, match=r"'week' cannot be converted"):
        times_in(times.assign_attrs(units="min"), "week")
