"""Noise against closed forms: compiled ensembles, tolerances from the sample's own error.

Every tolerance is 4 standard errors of the sample, plus the known error of the step where there
is one. Sources: C. W. Gardiner, "Stochastic Methods", 4th ed., Springer 2009, chapters 4 and 5;
M. Broadie, P. Glasserman, S. Kou, Math. Finance 7 (1997) 325; M. Bossy, E. Gobet, D. Talay,
J. Appl. Probab. 41 (2004) 877.
"""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import zeta

import mirrorsys as ms
from mirrorsys import Noise, State, System, outputs
from mirrorsys.analysis.transitions._first_passage import first_passage

OU = System("ou", {"x": "-a*x"}, {"a": 0.7, "b": 0.5}, diffusion={"x": "b"}, initial={"x": 2})
GBM = System("gbm", {"x": "a*x"}, {"a": 0.3, "b": 0.4}, diffusion={"x": "b*x"}, initial={"x": 1})
WALK = System("walk", {"x": 0}, {"s": 1}, diffusion={"x": "s"})
SHIFT = -zeta(0.5) / np.sqrt(2 * np.pi)  # 0.5826, of Broadie, Glasserman and Kou


def paths(system, n, times, step, seed):
    """Return states at times, shape (n_member, n_times)."""
    run = ms.ensemble(
        system, n, duration=times[-1], noise=Noise(step), seed=seed, engine="compiled",
        outputs={"x": outputs.at_times("x", times)}, progress=False,
    )  # fmt: skip
    return run.x.values


def assert_mean(values, expected, bias=0.0):
    """Compare the mean over members with what is expected."""
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    np.testing.assert_array_less(np.abs(values.mean(axis=0) - expected), 4 * error + bias)
    assert np.all(bias < 4 * error)  # else the sample would test nothing but the step


def test_ornstein_uhlenbeck_mean_and_variance():
    times, a, b = np.array([0.25, 1.0, 3.0]), 0.7, 0.5
    x = paths(OU, 40_000, times, 1 / 256, seed=11)
    mean = 2 * np.exp(-a * times)
    variance = b**2 / (2 * a) * -np.expm1(-2 * a * times)
    # Euler's steps: relaxation log(1 - a h) / h instead of -a, variance larger by a h / 2.
    assert_mean(x, mean, bias=mean * a**2 * times / 512)
    assert_mean((x - x.mean(axis=0)) ** 2, variance, bias=variance * a / 256)


@pytest.mark.parametrize("lag", [0.5, 1.0, 2.0, 4.0])
def test_ornstein_uhlenbeck_autocorrelation(lag):
    """Correlation exp(-a lag) once the start is forgotten; by Fisher's z, whose error is known."""
    x = paths(OU, 40_000, [10.0, 10.0 + lag], 1 / 64, seed=12)
    found = np.corrcoef(x.T)[0, 1]
    difference = np.arctanh(found) - np.arctanh(np.exp(-0.7 * lag))
    assert abs(difference) < 4 / np.sqrt(len(x) - 3)


def test_geometric_brownian_motion_mean_and_variance_in_the_sense_of_ito():
    times, a, b = np.array([0.5, 1.0, 2.0]), 0.3, 0.4
    x = paths(GBM, 40_000, times, 1 / 256, seed=13)
    mean = np.exp(a * times)
    variance = mean**2 * np.expm1(b**2 * times)
    assert_mean(x, mean, bias=mean * a**2 * times / 512)
    assert_mean((x - x.mean(axis=0)) ** 2, variance, bias=variance / 256)


@pytest.mark.parametrize(("length", "s"), [(1.0, 1.0), (0.5, 2.0)])
@pytest.mark.parametrize("share", [0.04, 0.01, 0.0025])
def test_mean_exit_time_of_brownian_motion(length, s, share):
    """L**2 / s**2 from (-L, L), with L + 0.5826 s sqrt(h) for the step h.

    The crossing is interpolated within its step, which takes off less than a step.
    """
    exact = (length / s) ** 2
    step = share * exact
    found = first_passage(
        WALK, f"abs(x) > {length}", n=20_000, limit=15 * exact, noise=Noise(step), seed=14,
        params={"s": s}, engine="compiled",
    )  # fmt: skip
    mean, error = float(found.mean_time), float(found.mean_time_error)
    shifted = ((length + SHIFT * s * np.sqrt(step)) / s) ** 2
    assert abs(mean - shifted) < 4 * error + step
    assert mean - exact > 4 * error + step  # so that the shift is no decoration
    assert found.share_censored < 1e-3


def test_exit_times_of_brownian_motion_are_distributed_as_the_series_says():
    """P(T > t) = 4/pi sum (-1)**k / (2k + 1) exp(-((2k + 1) pi s / L)**2 t / 8)."""
    step = 1e-3
    found = first_passage(
        WALK, "abs(x) > 1", n=20_000, limit=3, noise=Noise(step), seed=15, engine="compiled"
    )
    odd, width = 2 * np.arange(30) + 1, 1 + SHIFT * np.sqrt(step)
    for t in (0.3, 1.0, 2.5):
        terms = (-1.0) ** np.arange(30) / odd * np.exp(-((odd * np.pi / width) ** 2) * t / 8)
        expected = 4 / np.pi * terms.sum()
        late = float((~(found.time <= t)).mean())
        error = np.sqrt(expected * (1 - expected) / found.sizes["member"])
        assert abs(late - expected) < 4 * error + step


# ---- kept inside -------------------------------------------------------------------------------


def reflected(k, a, s):
    """Return an OU process on [0, 1], and mean and variance of its stationary density."""
    system = System(
        "kept", {State("x", 0.5, range=(0, 1)): "k*(a - x)"}, {"k": k, "a": a, "s": s},
        diffusion={"x": "s"},
    )  # fmt: skip

    def moment(power, about=0.0):
        return quad(lambda x: (x - about) ** power * np.exp(-k * (x - a) ** 2 / s**2), 0, 1)[0]

    mean = moment(1) / moment(0)
    return system, mean, moment(2, mean) / moment(0)


def test_reflected_brownian_motion_is_uniform_whatever_the_step():
    system = reflected(0.0, 0.0, 1.0)[0]
    for step in (0.04, 0.01):
        x = paths(system, 20_000, [5.0], step, seed=16)[:, 0]
        counts, _ = np.histogram(x, bins=20, range=(0, 1))
        assert np.abs(counts - 1000).max() < 4.5 * np.sqrt(950)
        assert (x == 0).mean() < 1e-3  # projection leaves a tenth of them at the end, at 0.04


@pytest.mark.parametrize(("k", "a", "s"), [(2.0, 0.0, 0.5), (1.0, 0.2, 0.6), (1.0, -0.5, 0.5)])
def test_a_reflected_process_has_its_stationary_mean_and_variance(k, a, s):
    system, mean, variance = reflected(k, a, s)
    x = paths(system, 40_000, [5.0], 1 / 512, seed=17)[:, 0]
    assert_mean(x, mean, bias=0.5 / 512)
    assert_mean((x - x.mean()) ** 2, variance, bias=0.2 / 512)


def test_the_error_of_reflection_is_of_the_order_of_the_step():
    """Of the mean, at steps four times as long: 4 times for order 1, twice for order 1/2."""
    system, mean, _ = reflected(1.0, -0.5, 0.5)
    errors = [paths(system, 200_000, [4.8], step, seed=18).mean() - mean for step in (0.16, 0.04)]
    assert 3 < errors[0] / errors[1] < 6
