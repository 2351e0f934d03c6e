"""Heat maps over mirroring and self-soothing."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms

AXES = ("mirroring", "self_soothing")
OUTCOMES = xr.Dataset(
    {
        "client_pathway": (AXES, [[0.1, 0.2], [0.3, 0.4], [0.5, 0.9]], {"units": "1"}),
        "helper_threat_alone": (AXES, np.full((3, 2), 0.6)),
        "label": ("mirroring", [1, 2, 3]),
    },
    {"mirroring": [0.0, 1.0, 3.0], "self_soothing": [0.0, 1.0]},
)


@pytest.mark.parametrize("order", [AXES, AXES[::-1]])
def test_values_lie_at_their_place_whatever_the_order_of_dimensions(order):
    _, ax = plt.subplots()
    drawn = ms.plot.helper_map(OUTCOMES.transpose(*order), "client_pathway", ax=ax)
    values = np.asarray(drawn.mesh.get_array()).reshape(2, 3)
    np.testing.assert_array_equal(values, OUTCOMES["client_pathway"].values.T)
    assert ax.get_xlabel() == "mirroring (dimensionless)"
    assert ax.get_ylabel() == "self soothing (dimensionless)"
    assert drawn.colorbar.ax.get_ylabel() == "client pathway (dimensionless)"


def test_light_is_the_better_end_of_each_outcome():
    def lightness(drawn, value):
        return sum(drawn.mesh.to_rgba(value)[:3])

    pathway = ms.plot.helper_map(OUTCOMES, "client_pathway")
    threat = ms.plot.helper_map(OUTCOMES, "helper_threat_alone")
    assert lightness(pathway, 0.7) > lightness(pathway, 0.1)
    assert lightness(threat, 0.1) > lightness(threat, 0.7)


def test_scales_begin_at_zero_and_hold_every_value():
    low, high = ms.plot.helper_map(OUTCOMES, "client_pathway").mesh.get_clim()
    assert (low, high) == (0.0, 0.9)


@pytest.mark.parametrize("variable", ["client_path", "label"])
def test_what_is_no_map_is_refused(variable):
    with pytest.raises(ValueError, match=r"\['client_pathway', 'helper_threat_alone'\]"):
        ms.plot.helper_map(OUTCOMES, variable)
