"""The figure of early warning: groups, alarms and errors as computed, words that follow them."""

from functools import cache

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.transitions._roc import roc


@cache
def script():
    (example,) = ms.plot.gallery(["early_warning"])
    return example.module()


@cache
def data():
    return script().compute(n=24, n_surrogates=19, errors=(0.0, 0.1))


def drawn(tree=None):
    with ms.plot.style():
        return script().draw(data() if tree is None else tree)


def test_the_strengthened_leave_for_good_and_the_others_stay():
    module, ratings = script(), data()["ratings"]
    strengthened, unchanged = (ratings[name].to_dataset() for name in module.GROUPS)
    assert bool((strengthened.leaves > module.WATCHED).all())
    assert bool(unchanged.leaves.isnull().all())
    assert float(strengthened.back.max()) < 0.05
    np.testing.assert_array_equal(strengthened.threat[:, 0], unchanged.threat[:, 0])


def test_both_groups_meet_the_same_noise():
    """So early in the course the two ratings of a client nearly agree, and two clients do not."""
    first, second = (data()["ratings"][n]["threat"].values[:, 1] for n in script().GROUPS)
    assert np.corrcoef(first, second)[0, 1] > 0.99


def test_the_indicators_are_given_the_watched_ratings_alone():
    module = script()
    for name in module.GROUPS:
        own = data()["indicators"][name].to_dataset()
        assert float(own.time.max()) < module.WATCHED
        assert own.sizes["time"] == module.WATCHED * 6
        seen = data()["ratings"][name]["threat"].sel(time=own.time)
        np.testing.assert_allclose(own.trend + own.residual, seen)


def test_variance_agrees_with_the_linear_theory():
    module = script()
    theory = data()["theory"].to_dataset()
    assert theory.variance[1] > 1.5 * theory.variance[0]
    found = data()["indicators/unchanged"]["variance"].mean()
    assert float(found) == pytest.approx(float(theory.variance[0]), rel=0.1)
    at = theory.autocorrelation.sel(lag=module.EVERY)
    assert float(abs(at).max()) < 1e-3
    two, five = (theory.autocorrelation.sel(lag=lag).values for lag in (2, 5))
    assert two[1] > two[0] + 0.1
    assert five[1] < five[0] - 0.05


def test_the_curves_are_those_of_tau_and_the_marks_lie_where_the_rates_are():
    module, figure = script(), drawn()
    (ax,) = (ax for ax in figure.axes if ax.get_title(loc="left").startswith("Alarms"))
    lines = {each.get_label(): each for each in ax.lines}
    for kind in ("variance", "autocorrelation"):
        tau = [data()["indicators"][n]["tau"].sel(indicator=kind) for n in module.GROUPS]
        curve = roc(*tau)
        (line,) = (each for label, each in lines.items() if label.startswith(kind))
        np.testing.assert_allclose(line.get_ydata(), 100 * curve.true_positive_rate)
        np.testing.assert_allclose(line.get_xdata(), 100 * curve.false_positive_rate)
    marks = [each for label, each in lines.items() if label.startswith("tau ≥ 0.5")]
    tau = [data()["indicators"][n]["tau"].sel(indicator="variance") for n in module.GROUPS]
    true, false = (100 * float((each >= 0.5).mean()) for each in tau)
    assert (false, true) in [(each.get_xdata()[0], each.get_ydata()[0]) for each in marks]


def test_errors_of_rating_hide_the_warning():
    areas = data()["errors"].to_dataset().sel(indicator="variance").area
    assert float(areas[0]) > 0.75
    assert float(areas[1]) < 0.7
    assert "an error of 10 % hides it" in drawn().get_suptitle()


@pytest.mark.parametrize(
    ("p_value", "areas", "words"),
    [(0.01, (0.95, 0.9), "A warning: "), (0.01, (0.95, 0.9), "errors, too"),
     (0.5, (0.95, 0.5), "A weak warning: "), (0.5, (0.5, 0.5), "No warning: ")],
)  # fmt: skip
def test_the_title_follows_the_numbers(p_value, areas, words):
    tree = data().copy()
    own = tree["indicators/strengthened"].to_dataset()
    tree["indicators/strengthened"] = xr.DataTree(own.assign(p_value=0 * own.p_value + p_value))
    errors = tree["errors"].to_dataset()
    tree["errors"] = xr.DataTree(
        errors.assign(area=(errors.area.dims, np.tile(areas, (2, 1)).T), spread=0 * errors.spread)
    )
    assert words in script().in_words(tree)
