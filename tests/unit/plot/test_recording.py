import matplotlib.pyplot as plt
import numpy as np
import pytest

import mirrorsys as ms

DIAL = ms.Recording((0, 1, 2, 5, 6, 7, 9, 10), (4, 3.5, 3.5, 1, 1.5, 2, 4, 4), n_missing=3)


def test_samples_and_curve_are_those_of_the_recording():
    samples, curve, _ = ms.plot.recording(DIAL)
    np.testing.assert_array_equal(samples.get_xdata(), DIAL.times)
    np.testing.assert_array_equal(samples.get_ydata(), DIAL.values)
    np.testing.assert_allclose(curve.get_ydata(), DIAL(curve.get_xdata()))
    assert set(DIAL.times) <= set(curve.get_xdata())


def test_every_gap_is_shaded_and_named_once():
    gaps = ms.plot.recording(DIAL).gaps
    assert [(g.get_x(), g.get_x() + g.get_width()) for g in gaps] == [(2, 5), (7, 9)]
    assert plt.gca().get_legend_handles_labels()[1].count("samples missing") == 1


def test_labels_say_the_units():
    _, ax = plt.subplots()
    ms.plot.recording(DIAL, name="dial", unit="0 to 5", time_unit="s", ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (s)", "dial (0 to 5)")


def test_a_recording_without_gaps_shades_nothing():
    assert ms.plot.recording(ms.Recording((0, 1, 2), (0, 1, 0))).gaps == ()


@pytest.mark.parametrize("unit", ["1", "points"])
def test_a_unit_of_one_is_called_dimensionless(unit):
    _, ax = plt.subplots()
    ms.plot.recording(DIAL, unit=unit, ax=ax)
    assert ax.get_ylabel().endswith("(dimensionless)" if unit == "1" else "(points)")
