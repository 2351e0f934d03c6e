"""First passages: estimates against closed forms, censoring, words and refusals."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest

import mirrorsys as ms
from mirrorsys import Noise, State, System
from mirrorsys.analysis.transitions._first_passage import _in_words, _numbers, first_passage

WALK = System("walk", {"x": 0}, {"s": 1}, diffusion={"x": "s"}, time_unit="h")
WELL = System("double well", {"x": "x - x**3"}, {"s": 0.5}, diffusion={"x": "s"}, initial={"x": -1})


def passage(system=WALK, condition="abs(x) > 1", **arguments):
    arguments = {"n": 200, "limit": 10, "noise": Noise(0.01), "seed": 1} | arguments
    return first_passage(system, condition, **arguments)


def exact_time(start, end, s):
    """Return the mean first passage time of the double well, by its double integral.

    C. W. Gardiner, "Stochastic Methods", 4th ed., section 5.5.
    """

    def weight(x):
        return np.exp(2 * (x**4 / 4 - x**2 / 2) / s**2)

    def inner(y):
        return quad(lambda z: 1 / weight(z), -4, y)[0]

    return 2 / s**2 * quad(lambda y: weight(y) * inner(y), start, end)[0]


# ---- estimates -------------------------------------------------------------------------------


def test_the_mean_of_exponential_times_and_its_error_do_not_depend_on_censoring():
    """For exponential times of mean 5 the error is 5 / sqrt(number of passages)."""
    times = np.random.default_rng(1).exponential(5.0, 20_000)
    for limit in (100.0, 5.0, 1.0):
        found = _numbers(np.where(times <= limit, times, np.nan), limit)
        assert found["mean_time_error"] == pytest.approx(5 / found["n_passed"] ** 0.5, rel=0.05)
        assert abs(found["mean_time"] - 5) < 4 * found["mean_time_error"]
        assert found["exponential_distance"] < 1.36 / np.sqrt(times.size)
        expected = 5 * -np.expm1(-limit / 5)  # of min(time, limit)
        error = found["restricted_mean_time_error"]
        assert abs(found["restricted_mean_time"] - expected) < 4 * error


def test_without_censoring_mean_error_and_quantiles_are_those_of_any_sample():
    times = np.random.default_rng(2).gamma(9.0, 1.0, 999)
    found = _numbers(times, 1e3)
    assert found["mean_time"] == pytest.approx(times.mean())
    assert found["mean_time_error"] == pytest.approx(times.std(ddof=1) / np.sqrt(999))
    assert found["restricted_mean_time"] == pytest.approx(times.mean())
    assert found["quantiles"][2] == np.sort(times)[499]
    assert found["share_censored"] == 0
    assert found["exponential_distance"] > 0.3


def test_the_distance_from_the_exponential_is_that_of_kolmogorov_and_smirnov():
    times = np.random.default_rng(3).gamma(2.0, 1.0, 300)
    expected = kstest(times, "expon", args=(0, times.mean())).statistic
    assert _numbers(times, 1e3)["exponential_distance"] == pytest.approx(expected)


def test_quantiles_beyond_the_share_that_passed_are_unknown():
    found = _numbers(np.array([1.0, 2, 3, *[np.nan] * 7]), 4.0)
    np.testing.assert_array_equal(found["quantiles"], [1, 3, np.nan, np.nan, np.nan])
    assert found["share_censored"] == pytest.approx(0.7)
    assert found["mean_time"] == (1 + 2 + 3 + 7 * 4) / 3


# ---- systems -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("s", "limit"), [(0.5, 400), (0.5, 20), (0.4, 60)])
def test_the_way_out_of_a_double_well_takes_what_the_double_integral_says(s, limit):
    """To x = 0.5, beyond the ridge; the level shifted by 0.5826 s sqrt(h) for the step h."""
    step = 0.01
    found = passage(WELL, "x > 0.5", n=4000, limit=limit, noise=Noise(step), params={"s": s})
    expected = exact_time(-1, 0.5 + 0.5826 * s * step**0.5, s)
    # The hazard is not constant at first, where the start is not yet forgotten: one
    # relaxation time, 1/2, is lost for each passage that censoring allows.
    slack = 0.5 / float(1 - found.share_censored)
    assert abs(float(found.mean_time) - expected) < 4 * float(found.mean_time_error) + slack
    kramers = 2 * np.pi / np.sqrt(2) * np.exp(0.5 / s**2)
    assert float(found.mean_time) == pytest.approx(kramers, rel=0.25)
    assert found.exponential_distance < 0.06
    assert found.attrs["status"].startswith(
        "all 4000 members passed" if found.share_censored == 0 else f"{4000 - int(found.n_passed)} "
    )


def test_a_clients_noise_ends_the_chronic_state_sooner_the_stronger_the_pathway():
    client = ms.models.client().freeze(signal=1, pathway=0.1).replace(diffusion={"threat": 0.05})
    start = {"threat": 0.6, "soothing": 0.04, "fatigue": 0.4}
    times = [
        passage(client, "threat < 0.1", n=100, limit=4000, noise=Noise(0.1),
                initial=start, params={"pathway": pathway})
        for pathway in (0.05, 0.1, 0.15)
    ]  # fmt: skip
    assert times[0].share_censored > 0.9
    assert times[1].mean_time > 10 * times[2].mean_time
    assert times[0].time.units == "min"


def test_engines_agree_and_the_seed_decides():
    one, other = (
        passage(n=20, limit=3, noise=Noise(0.05), engine=engine) for engine in ("compiled", "scipy")
    )
    np.testing.assert_allclose(one.time, other.time, atol=1e-9)
    assert one.identical(passage(n=20, limit=3, noise=Noise(0.05), engine="compiled"))
    assert not np.array_equal(one.time, passage(n=20, limit=3, noise=Noise(0.05), seed=2).time)


def test_a_result_is_kept_in_a_file_with_what_it_rests_on(tmp_path):
    found = passage(params={"s": 0.5}, limit=1)
    ms.save(found, tmp_path / "found.nc")
    assert ms.load(tmp_path / "found.nc").identical(found)
    assert found.attrs["limit"] == 1.0
    assert found.attrs["condition"] == "abs(x) > 1"
    assert found.attrs["parameters"] == '{"s": 0.5}'
    assert found.mean_time.units == found.time_quantile.units == "h"
    assert found.to_dataframe().index.names == ["member", "share"]


def test_a_long_wait_is_not_cut_by_the_number_of_steps():
    found = passage(n=2, limit=1_100, noise=Noise(0.001), params={"s": 1e-3})
    assert int(found.n_failed) == 0
    assert int(found.n_passed) == 0


# ---- words -------------------------------------------------------------------------------------


def test_nobody_passed_is_said_with_a_bound():
    found = passage(limit=0.01)
    assert np.isnan(found.mean_time)
    assert float(found.restricted_mean_time) == pytest.approx(0.01)
    words = found.attrs["status"]
    assert "none of 200 members passed by 0.01 h" in words
    assert "above 0.667" in words


def test_few_passages_and_failures_are_said():
    wild = System("wild", {"x": "x**3"}, diffusion={"x": "1"}, box={"x": (-np.inf, np.inf)})
    found = passage(wild, "x > 1e9", limit=30, n=10, noise=Noise(0.05))
    assert int(found.n_failed) > 0
    assert "failed" in found.attrs["status"]
    few = passage(n=20, limit=0.3)
    assert 0 < few.n_passed < 10
    assert f"only {int(few.n_passed)} passages, too few" in few.attrs["status"]
    assert _in_words(found.assign(n_failed=10), 30, "1").startswith("every member failed")


BAD_CALLS = [
    ({"condition": "x < 1"}, r"`condition` 'x < 1' holds at the start already \(x=0\); give"),
    ({"condition": "x"}, "write a comparison"),
    ({"condition": "y > 1"}, r"uses \['y'\], which 'walk' does not have"),
    ({"n": 1}, "`n` is 1; give a whole number of members from 2"),
    ({"n": 2.5}, "`n` is 2.5"),
    ({"limit": 0}, "`limit` is 0; give a finite time"),
    ({"limit": np.inf}, "`limit` is inf"),
    ({"noise": None}, "give noise=mirrorsys.Noise"),
    ({"seed": None}, "`seed` is None"),
    ({"initial": {"z": 1}}, "no state called 'z'"),
    ({"params": {"s": "a"}}, "'s' is 'a'"),
    ({"system": WALK.replace(diffusion={"x": 0})}, "has no diffusion"),
    ({"system": "walk"}, "`system` is 'walk'"),
    ({"system": System("box", {State("x", 0, range=(0, 1)): 0}, diffusion={"x": 1}),
      "initial": {"x": 2}}, r"outside its range \[0, 1\]"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(arguments, words):
    with pytest.raises((ValueError, TypeError), match=words):
        passage(**arguments)
