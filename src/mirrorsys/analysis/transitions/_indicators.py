"""Indicators of critical slowing down in plain formulas, and series drawn from null models.

All work along the last axis, for any number of series at once.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["ar1_surrogates", "kendall_tau", "phase_surrogates", "rolling", "smooth"]

Array = NDArray[np.float64]
SHORT = 600  # values
KERNEL = 6.0  # standard deviations after which the Gaussian kernel is cut off
NEARLY_ONE = 0.999  # the strongest autocorrelation of a surrogate: beyond it is no stationary one


def smooth(series: Array, sigma: float) -> Array:
    """Return the weighted mean around each sample, weights Gaussian, of what there is."""
    from scipy.ndimage import gaussian_filter1d  # slow to import

    def spread(values: Array) -> Array:
        return np.asarray(gaussian_filter1d(values, sigma, mode="constant", truncate=KERNEL))

    return spread(series) / spread(np.ones(series.shape[-1]))


def rolling(residual: Array, width: int) -> Array:
    """Return variance and autocorrelation in rolling windows, (2, ..., n_windows)."""

    def summed(values: Array, n: int) -> Array:
        total = np.cumsum(values, axis=-1)
        start = np.zeros((*total.shape[:-1], 1))
        total = np.concatenate([start, total], axis=-1)
        return np.asarray(total[..., n:] - total[..., :-n])

    # Sums over windows lose digits where numbers are far from 0; residuals are near it.
    scale = residual.std(axis=-1, keepdims=True)
    r = residual / scale
    n_windows = r.shape[-1] - width + 1
    mean = summed(r, width) / width
    squares = summed(r * r, width) - width * mean**2
    products = summed(r[..., :-1] * r[..., 1:], width - 1)
    first, last = r[..., :n_windows], r[..., width - 1 :]
    products = products - mean * (2 * width * mean - first - last) + (width - 1) * mean**2
    return np.stack([squares / (width - 1) * scale**2, products / squares])


def kendall_tau(values: Array) -> Array:
    """Return Kendall's tau of values with their position, along the last axis.

    `scipy.stats.kendalltau` finds the same for one series; surrogates are many, and for short ones
    comparing all pairs at once is quicker.
    """
    n = values.shape[-1]
    if n > SHORT:
        return np.apply_along_axis(_tau_of_one, -1, values)
    balance = np.zeros(values.shape[:-1])
    for gap in range(1, n):
        later, earlier = values[..., gap:], values[..., :-gap]
        balance += np.count_nonzero(later > earlier, axis=-1)
        balance -= np.count_nonzero(later < earlier, axis=-1)
    return np.asarray(balance / (n * (n - 1) / 2))


def _tau_of_one(series: Array) -> float:
    """Return the same for one series, in n log n steps."""
    from scipy.stats import kendalltau  # slow to import

    n = series.size
    _, counts = np.unique(series, return_counts=True)
    untied = 1 - (counts * (counts - 1)).sum() / (n * (n - 1))
    if untied == 0:
        return 0.0
    # SciPy's tau leaves tied pairs out of the denominator.
    return float(kendalltau(np.arange(n), series).statistic * np.sqrt(untied))


def ar1_surrogates(residual: Array, n: int, rng: np.random.Generator) -> Array:
    """Return series of a process x[i+1] = a x[i] + noise with the residual's variance."""
    from scipy.signal import lfilter  # slow to import

    centred = residual - residual.mean()
    a = float((centred[1:] * centred[:-1]).sum() / (centred**2).sum())
    a = min(max(a, -NEARLY_ONE), NEARLY_ONE)
    kicks = rng.normal(size=(n, residual.size))
    kicks[:, 1:] *= math.sqrt(1 - a**2)
    return np.asarray(lfilter([1.0], [1.0, -a], kicks, axis=-1) * centred.std())


def phase_surrogates(residual: Array, n: int, rng: np.random.Generator) -> Array:
    """Return series with the residual's spectrum and random phases."""
    size = np.abs(np.fft.rfft(residual))
    turned = size * np.exp(2j * np.pi * rng.uniform(size=(n, size.size)))
    turned[:, 0] = size[0]
    if residual.size % 2 == 0:
        turned[:, -1] = size[-1] * rng.choice([-1.0, 1.0], size=n)
    return np.asarray(np.fft.irfft(turned, n=residual.size, axis=-1))
