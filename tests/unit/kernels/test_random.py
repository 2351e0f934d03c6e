"""Random numbers by counting: known answers, distribution, and the same in machine code."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

import mirrorsys as ms
from mirrorsys.kernels import _random
from mirrorsys.kernels._random import normals, philox


def test_the_published_answers_of_philox() -> None:
    """Random123's known-answer file: counters and keys of zeros, of ones."""
    none, all_ones = np.uint64(0), np.uint64(0xFFFFFFFF)
    zeros, ones = (none, none, none, none), (all_ones, all_ones, all_ones, all_ones)
    assert [int(w) for w in philox(zeros, 0)] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    expected = [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    assert [int(w) for w in philox(ones, 2**64 - 1)] == expected


def test_the_inverse_of_the_normal_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = np.array([1e-15, 3e-12, 1e-6, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.9, 0.999, 1 - 1e-12])
    bits = (wanted * 2.0**52).astype(np.uint64)
    high, low = bits >> np.uint64(20), (bits & np.uint64(2**20 - 1)) << np.uint64(12)
    exact = norm.ppf((bits.astype(float) + 0.5) * 2.0**-52)
    np.testing.assert_allclose(_random._normal(high, low), exact, rtol=1e-13, atol=1e-15)


def test_they_are_normal_and_independent() -> None:
    x = normals(7, np.arange(50_000), 3, 3)
    assert x.shape == (3, 50_000)
    assert kstest(x.ravel(), "norm").pvalue > 0.01
    over_steps = normals(7, 5, np.arange(50_000), 1)[0]
    for one, other in ((x[0], x[1]), (x[1], x[2]), (x[0], over_steps)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
    assert not np.allclose(normals(8, np.arange(100), 3, 3), x[:, :100])
    np.testing.assert_array_equal(normals(7, 11, 3, 3), x[:, 11])


def test_machine_code_draws_the_same() -> None:
    walk = ms.System(
        "walk", {"x": "0*x", "y": "0*y", "z": "0*z"}, diffusion=dict.fromkeys("xyz", "1")
    )
    run = ms.simulate(walk, duration=4000, noise=ms.Noise(1.0), seed=2**40 + 3, engine="compiled")
    drawn = normals(2**40 + 3, 0, np.arange(4000), 3)
    for row, name in zip(drawn, "xyz", strict=True):
        np.testing.assert_allclose(np.diff(run[name]), row, atol=3e-13)
