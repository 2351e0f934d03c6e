"""Early warning: formulas against their definitions, surrogates, false alarms, refusals."""

import numpy as np
import pytest
import xarray as xr
from scipy.signal import lfilter
from scipy.stats import binom, kendalltau

import mirrorsys as ms
from mirrorsys import Noise, outputs
from mirrorsys.analysis.transitions import _indicators
from mirrorsys.analysis.transitions._early_warning import early_warning
from mirrorsys.analysis.transitions._indicators import (
    SHORT,
    ar1_surrogates,
    kendall_tau,
    phase_surrogates,
    rolling,
    smooth,
)
from mirrorsys.analysis.transitions._roc import roc

RNG = np.random.default_rng


def ar1(n_series, n, a, seed=0):
    kicks = RNG(seed).normal(size=(n_series, n))
    kicks[:, 1:] *= np.sqrt(1 - a**2)
    return lfilter([1.0], [1.0, -a], kicks, axis=-1)


def dataset(values, step=1.0):
    dims = ("member", "time")[-np.ndim(values) :]
    time = step * np.arange(np.shape(values)[-1])
    return xr.Dataset({"x": (dims, values, {"units": "mV"})}, {"time": time})


# ---- plain formulas --------------------------------------------------------------------------


def test_the_trend_is_a_weighted_mean_with_gaussian_weights():
    x, sigma = RNG(1).normal(size=80), 5.0
    distances = np.subtract.outer(np.arange(80), np.arange(80))
    weights = np.exp(-(distances**2) / (2 * sigma**2))
    expected = weights @ x / weights.sum(axis=1)
    np.testing.assert_allclose(smooth(x, sigma), expected, atol=1e-6)  # the kernel is cut off
    np.testing.assert_allclose(smooth(np.full(30, 7.0), 4.0), 7.0)


@pytest.mark.parametrize("width", [10, 33, 60])
def test_rolling_indicators_are_those_of_each_window(width):
    x = RNG(2).normal(size=(3, 60)) * 1e-3 + 5e-3
    variance, autocorrelation = rolling(x, width)
    assert variance.shape == (3, 60 - width + 1)
    for series in range(3):
        for begin in range(60 - width + 1):
            own = x[series, begin : begin + width]
            centred = own - own.mean()
            lagged = (centred[1:] * centred[:-1]).sum() / (centred**2).sum()
            assert variance[series, begin] == pytest.approx(own.var(ddof=1), rel=1e-9)
            assert autocorrelation[series, begin] == pytest.approx(lagged, abs=1e-9)


def test_tau_is_that_of_scipy():
    x = RNG(3).normal(size=(5, 41))
    expected = [kendalltau(np.arange(41), row).statistic for row in x]
    np.testing.assert_allclose(kendall_tau(x), expected, atol=1e-12)
    assert kendall_tau(np.arange(9.0)) == 1
    assert kendall_tau(-np.arange(9.0)) == -1
    assert kendall_tau(np.zeros(9)) == 0


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_tau_of_long_series_is_that_of_all_their_pairs(monkeypatch, decimals):
    x = np.random.default_rng(2).normal(size=(3, SHORT + 50)).cumsum(axis=1).round(decimals)
    quick = kendall_tau(x)
    monkeypatch.setattr(_indicators, "SHORT", x.shape[1])
    np.testing.assert_allclose(quick, kendall_tau(x), atol=1e-12)


def test_tau_of_a_long_constant_is_zero():
    assert kendall_tau(np.zeros(SHORT + 1)) == 0


def test_ar1_surrogates_have_variance_and_autocorrelation():
    own = 3 * ar1(1, 4000, 0.8)[0]
    found = ar1_surrogates(own, 50, RNG(4))
    assert found.var() == pytest.approx(own.var(), rel=0.1)
    lagged = (found[:, 1:] * found[:, :-1]).mean() / found.var()
    assert lagged == pytest.approx(0.8, abs=0.02)
    assert found[:, 0].std() == pytest.approx(own.std(), rel=0.35)  # stationary from the start


@pytest.mark.parametrize("n", [200, 201])
def test_phase_surrogates_have_the_spectrum(n):
    own = ar1(1, n, 0.7)[0]
    found = phase_surrogates(own, 5, RNG(5))
    expected = np.abs(np.fft.rfft(own))
    for row in found:
        np.testing.assert_allclose(np.abs(np.fft.rfft(row)), expected, atol=1e-9)
    assert np.abs(np.corrcoef(found)[0, 1:]).max() < 0.5


# ---- what is found -------------------------------------------------------------------------------


def test_a_stationary_series_raises_the_alarm_as_often_as_the_level_says():
    n = 200
    found = early_warning(dataset(ar1(n, 120, 0.6, seed=6)), "x", n_surrogates=39, seed=1)
    alarms = (found.p_value <= 0.05).sum("member").values
    assert alarms.max() <= binom.ppf(1 - 1e-4, n, 0.05)
    assert alarms.min() >= binom.ppf(1e-4, n, 0.05)


def test_a_series_that_slows_down_is_found():
    """x[i+1] = a[i] x[i] + noise with a from 0.2 to 0.97, as before a fold."""
    a, kicks = np.linspace(0.2, 0.97, 400), RNG(7).normal(size=(400, 40))
    x = np.zeros((400, 40))
    for i in range(399):
        x[i + 1] = a[i] * x[i] + kicks[i]
    found = early_warning(dataset(x.T), "x", n_surrogates=99, seed=1)
    assert (found.tau > 0.3).mean() > 0.9
    assert (found.p_value.median("member") <= 0.05).all()


def test_shift_scale_and_unit_change_nothing_but_the_variance():
    x = ar1(2, 100, 0.5)
    one, other = (early_warning(dataset(v), "x", n_surrogates=19, seed=1) for v in (x, 40 + 3 * x))
    for name in ("tau", "p_value", "autocorrelation"):
        np.testing.assert_allclose(one[name], other[name], atol=1e-9)
    np.testing.assert_allclose(9 * one.variance, other.variance)
    assert one.variance.units == "(mV)**2"
    assert one.trend.units == one.residual.units == "mV"


def test_a_slow_trend_is_no_alarm_but_is_told():
    line = np.linspace(0, 50, 200) + ar1(1, 200, 0.3, seed=8)[0]
    found = early_warning(dataset(line), "x", bandwidth=0.1, n_surrogates=99, seed=1)
    np.testing.assert_allclose(found.trend + found.residual, line)
    middle = slice(40, 160)
    np.testing.assert_allclose(found.trend[middle], np.linspace(0, 50, 200)[middle], atol=1.5)
    assert found.residual.var() < 3


def test_a_run_of_persons_and_an_ensemble_are_read_as_they_are():
    walker = ms.System("ou", {"x": "-x"}, diffusion={"x": 1}, time_unit="h")
    times = np.arange(60.0)
    noise = {"noise": Noise(0.1), "seed": 1}
    many = ms.ensemble(walker, 3, duration=59, outputs={"x": outputs.at_times("x", times)}, **noise)
    found = early_warning(many, "x", n_surrogates=9, seed=2)
    (axis,) = (d for d in many.x.dims if d != "member")
    assert found.variance.dims == ("member", axis)
    assert found.tau.dims == ("indicator", "member")
    assert found.p_value.dims == ("surrogate", "indicator", "member")
    assert int(found.variance[0].isnull().sum()) == 29
    pair = xr.Dataset({"x": (("time", "person"), many.x.values[:2].T)},
                      {"time": times, "person": ["a", "b"]})  # fmt: skip
    again = early_warning(pair, "x", n_surrogates=9, seed=2)
    np.testing.assert_array_equal(again.p_value, found.p_value[..., :2])
    one = early_warning(pair.sel(person="a"), "x", n_surrogates=9, seed=2)
    assert one.tau.dims == ("indicator",)
    np.testing.assert_array_equal(one.p_value, found.p_value[..., 0])


def test_the_seed_decides_and_a_file_keeps_all(tmp_path):
    series = dataset(ar1(2, 60, 0.5))
    found = early_warning(series, "x", n_surrogates=49, seed=1)
    assert found.identical(early_warning(series, "x", n_surrogates=49, seed=1))
    assert not found.p_value.equals(early_warning(series, "x", n_surrogates=49, seed=2).p_value)
    ms.save(found, tmp_path / "found.nc")
    assert ms.load(tmp_path / "found.nc").identical(found)
    untested = early_warning(series, "x", n_surrogates=0, seed=1)
    assert untested.p_value.isnull().all()
    assert untested.tau.equals(found.tau)


# ---- refusals ------------------------------------------------------------------------------------

GOOD = ar1(2, 100, 0.5)
HOLED = np.where(np.arange(100) == 50, np.nan, GOOD[0])
UNEQUAL = dataset(GOOD[0]).assign_coords(time=np.arange(100.0) ** 1.1)
BAD_CALLS = [
    ({"dataset": GOOD}, "give a Dataset, as simulate returns it"),
    ({"variable": "y"}, r"`variable` is 'y'; the variables along time of this dataset are \['x'\]"),
    ({"dataset": UNEQUAL}, "distances run from 1 to .*; give equally spaced ones"),
    ({"dataset": dataset(np.stack([GOOD[0], HOLED]))}, "gaps or infinities in 1 of 2 series"),
    ({"dataset": dataset(GOOD[0, :15])}, "the series has 15 samples, so that `window` = 0.5 makes"),
    ({"window": 0.95}, "makes 6 windows of 95"),
    ({"window": 1.5}, "`window` is 1.5; give a share"),
    ({"bandwidth": 0}, "`bandwidth` is 0; give a share"),
    ({"dataset": dataset(np.full(100, 0.3))}, "is constant in 1 of 1 series"),
    ({"n_surrogates": 1.5}, "`n_surrogates` is 1.5"),
    ({"seed": -1}, "`seed` is -1"),
    ({"seed": None}, "`seed` is None"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(arguments, words):
    arguments = {
        "dataset": dataset(GOOD),
        "variable": "x",
        "n_surrogates": 9,
        "seed": 1,
        **arguments,
    }
    with pytest.raises((ValueError, TypeError), match=words):
        early_warning(arguments.pop("dataset"), arguments.pop("variable"), **arguments)


# ---- true and false alarms -----------------------------------------------------------------------


def test_the_area_is_the_chance_that_a_positive_is_above_a_negative():
    rng = RNG(9)
    hits, others = rng.integers(0, 9, 60) + 2.0, rng.integers(0, 9, 45) + 0.0
    found = roc(hits, others)
    above = (hits[:, None] > others).mean() + (hits[:, None] == others).mean() / 2
    assert float(found.area) == pytest.approx(above)
    at = found.sel(threshold=5.0)
    assert float(at.true_positive_rate) == pytest.approx((hits >= 5).mean())
    assert float(at.false_positive_rate) == pytest.approx((others >= 5).mean())
    assert found.true_positive_rate[0] == found.false_positive_rate[0] == 0
    assert found.true_positive_rate[-1] == found.false_positive_rate[-1] == 1


def test_the_error_of_the_area_is_that_of_repeated_samples():
    rng = RNG(10)
    areas = [roc(rng.normal(1, 1, 50), rng.normal(0, 1, 40)) for _ in range(300)]
    spread = np.std([float(each.area) for each in areas])
    assert np.mean([float(each.area_error) for each in areas]) == pytest.approx(spread, rel=0.15)


@pytest.mark.parametrize("given", [[1.0], [[1.0, 2.0]], [1.0, np.nan]])
def test_a_roc_of_nothing_is_refused(given):
    with pytest.raises(ValueError, match="`negatives` has shape"):
        roc([1, 2], given)
