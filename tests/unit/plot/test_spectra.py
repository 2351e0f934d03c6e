"""Convergence of Lyapunov exponents: what reaches the artists."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.attractors._lyapunov import lyapunov_spectrum
from mirrorsys.plot._spectra import lyapunov_convergence

SPECTRUM = lyapunov_spectrum(ms.models.zoo.lorenz(), duration=200)


@pytest.mark.parametrize("given", [SPECTRUM, SPECTRUM.to_dataset()])
def test_lines_are_running_estimates_beside_the_final_ones(given):
    _, ax = plt.subplots()
    drawn = lyapunov_convergence(given, ax=ax)
    assert len(drawn.lines) == len(drawn.bands) == 3
    expected = SPECTRUM.history["exponent"].sel(number=2).values - SPECTRUM.exponents[1]
    np.testing.assert_array_equal(drawn.lines[1].get_ydata(), expected)
    assert drawn.lines[0].get_ydata()[-1] == pytest.approx(0, abs=1e-12)
    assert drawn.lines[0].get_label().startswith(r"$\lambda_{1}$ = 0.")
    assert ax.get_title(loc="left") + ax.get_title() == SPECTRUM.status
    assert ax.get_xscale() == "log"


def test_an_equilibrium_can_be_drawn_too():
    spiral = ms.System("spiral", {"x": "-x - 3*y", "y": "3*x - y"})
    drawn = lyapunov_convergence(lyapunov_spectrum(spiral, duration=1))
    assert drawn.lines[0].get_xdata().tolist() == [0.0]


def test_other_datasets_are_refused():
    with pytest.raises(ValueError, match="no 'running_exponent'; give what"):
        lyapunov_convergence(xr.Dataset({"threat": 1.0}))
