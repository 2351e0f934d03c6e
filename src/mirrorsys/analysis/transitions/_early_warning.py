"""Early warning: whether a series becomes more variable and sluggish, as before a tipping point."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._values import as_number
from mirrorsys.analysis.transitions._indicators import (
    ar1_surrogates,
    kendall_tau,
    phase_surrogates,
    rolling,
    smooth,
)
from mirrorsys.flow._dataset import versions

__all__ = ["INDICATORS", "SURROGATES", "early_warning"]

Array = NDArray[np.float64]
INDICATORS = ("variance", "autocorrelation")
SURROGATES = ("ar1", "phase")
FEWEST = 10  # samples in a window, and windows


def early_warning(
    dataset: xr.Dataset,
    variable: str,
    *,
    window: float = 0.5,
    bandwidth: float = 0.1,
    n_surrogates: int = 200,
    seed: int,
) -> xr.Dataset:
    """Compute the indicators of critical slowing down, their trends, and how likely by chance.

    A system near a point at which a stable state is lost by a real eigenvalue (a fold) comes back
    ever more slowly from disturbances: its variance and its autocorrelation from one sample to
    the next rise [1]_. Before a Hopf bifurcation variance rises too, but the autocorrelation
    depends on how far apart samples are beside the period of the oscillation.

    Parameters
    ----------
    dataset : Dataset
        As `mirrorsys.simulate` with `times`, or `mirrorsys.ensemble` with `outputs.at_times`,
        returned it.
    variable : str
        Its name; one axis is that of time, equally spaced. Any others, such as ``member``, hold
        series of their own.
    window : float
        Length of the rolling window, as a share of the series.
    bandwidth : float
        Standard deviation of the Gaussian kernel by which the slow trend is estimated, as a
        share of the series; the trend is subtracted.
    n_surrogates : int
        Series drawn from each null model for each series; 0 leaves the test out.
    seed : int
        Of the surrogates: the same seed gives the same p values.

    Returns
    -------
    xarray.Dataset
        Along time, and the other axes of the variable: `trend` and `residual`; `variance` and
        `autocorrelation` of the residual in the window that ends there, NaN before the first
        one is full. Along ``indicator``: Kendall's `tau` of each with time, from -1 to 1.
        Along ``surrogate`` and ``indicator``: `p_value`, the share of surrogates, the series
        itself counted among them, whose tau is as large (one-sided: indicators *rise*).

    Raises
    ------
    ValueError
        If the variable is not there, its times are not equally spaced, the series is too short
        for its window, constant, or holds numbers that are none; or an option is out of range.

    Notes
    -----
    With the residual r and its mean m in a window of w samples the variance is
    sum (r - m)**2 / (w - 1), the autocorrelation sum (r[i] - m) (r[i+1] - m) over
    sum (r - m)**2. Windows overlap, so that tau's own p value would be far too small; it is
    found from surrogates instead, to which the indicators of the residual are applied: ``ar1``
    has the residual's variance and lag-1 autocorrelation, ``phase`` its whole
    spectrum with phases drawn anew. They answer "as large by chance in a stationary series?",
    for one series that was not chosen because it ended in a transition [2]_.

    References
    ----------
    .. [1] V. Dakos et al., "Methods for detecting early warnings of critical transitions in
       time series illustrated using simulated ecological data", PLoS ONE 7 (2012) e41010.
    .. [2] C. Boettiger, A. Hastings, "Early warning signals and the prosecutor's fallacy",
       Proc. R. Soc. B 279 (2012) 4734.

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> import mirrorsys as ms
    >>> growing = np.random.default_rng(1).normal(size=300) * np.linspace(1, 3, 300)
    >>> series = xr.Dataset({"x": ("time", growing)}, {"time": np.arange(300.0)})
    >>> found = ms.analysis.early_warning(series, "x", n_surrogates=99, seed=1)
    >>> bool(found.tau.sel(indicator="variance") > 0.5)
    True
    """
    values = _checked_variable(dataset, variable)
    axis = str(values.dims[-1])
    n = values.sizes[axis]
    width = _checked_options(n, window, bandwidth, n_surrogates, seed)
    series = np.ascontiguousarray(values.values, dtype=float).reshape(-1, n)
    trend = smooth(series, bandwidth * n)
    residual = series - trend
    _check_variation(residual, series, variable)
    windows = rolling(residual, width)
    tau = kendall_tau(windows)
    p = _p_values(residual, width, tau, n_surrogates, seed)
    return _described(
        values, trend, residual, windows, tau, p,
        {
            "title": f"early warning of {variable}", "variable": variable, "window": float(window),
            "bandwidth": float(bandwidth), "n_window": width, "n_surrogates": int(n_surrogates),
            "seed": int(seed), "versions": versions(),
        },
    )  # fmt: skip


# ---- what is given -----------------------------------------------------------------------------


def _checked_variable(dataset: xr.Dataset, variable: str) -> xr.DataArray:
    """Return a variable with its axis of time last, or say what is wrong with it."""
    if not isinstance(dataset, xr.Dataset):
        raise TypeError(f"`dataset` is {dataset!r}; give a Dataset, as simulate returns it.")
    axes = {str(name): _time_axes(dataset[name]) for name in dataset}
    if len(axes.get(variable, [])) != 1:
        known = [name for name, own in axes.items() if len(own) == 1]
        raise ValueError(
            f"`variable` is {variable!r}; the variables along time of this dataset are {known}."
        )
    (axis,) = axes[variable]
    values = dataset[variable].transpose(..., axis)
    gaps: Array = np.diff(np.asarray(values[axis].values, dtype=float))
    if gaps.size and not (gaps.min() > 0 and np.allclose(gaps, gaps.mean(), rtol=1e-6, atol=0)):
        raise ValueError(
            f"`dataset` has times whose distances run from {gaps.min():g} to {gaps.max():g}; "
            "give equally spaced ones: simulate(..., times=...) or outputs.at_times."
        )
    if bad := int((~np.isfinite(values.values)).any(axis=-1).sum()):
        n = int(np.prod(values.shape[:-1]))
        raise ValueError(
            f"`variable` {variable!r} holds gaps or infinities in {bad} of {n} series; leave "
            "those out, or cut them off before, by dataset.isel(...)."
        )
    return values


def _time_axes(values: xr.DataArray) -> list[str]:
    """Return ``time`` of a run, or ``time_...`` of an ensemble's output at times."""
    return [str(each) for each in values.dims if str(each).partition("_")[0] == "time"]


def _checked_options(n: int, window: float, bandwidth: float, n_surrogates: int, seed: int) -> int:
    """Return how many samples a window holds, or say which option does not fit."""
    for label, share in (("window", window), ("bandwidth", bandwidth)):
        if not 0 < as_number(share) < 1:
            raise ValueError(
                f"`{label}` is {share!r}; give a share of the series' length between 0 and 1."
            )
    if not (0 <= as_number(n_surrogates) < math.inf and n_surrogates == int(n_surrogates)):
        raise ValueError(f"`n_surrogates` is {n_surrogates!r}; give a whole number from 0.")
    if not (0 <= as_number(seed) < 2**63 and seed == int(seed)):
        raise ValueError(f"`seed` is {seed!r}; give a whole number from 0.")
    width = round(window * n)
    if min(width, n - width + 1) < FEWEST:
        raise ValueError(
            f"the series has {n} samples, so that `window` = {window:g} makes {n - width + 1} "
            f"windows of {width}; at least {FEWEST} windows of {FEWEST} are needed: give a longer "
            "series or another window."
        )
    return width


def _check_variation(residual: Array, series: Array, variable: str) -> None:
    size = np.abs(series).max(axis=-1)
    if still := int((residual.std(axis=-1) <= 1e-12 * size).sum()):
        raise ValueError(
            f"`variable` {variable!r} is constant in {still} of {len(series)} series, about which "
            "no indicator says anything; leave those out."
        )


# ---- by chance -----------------------------------------------------------------------------------


def _p_values(residual: Array, width: int, tau: Array, n_surrogates: int, seed: int) -> Array:
    """Return p values (n_kind, n_indicator, n_series); NaN without surrogates."""
    p = np.full((len(SURROGATES), *tau.shape), np.nan)
    if not n_surrogates:
        return p
    for index, source in enumerate(np.random.SeedSequence(int(seed)).spawn(len(residual))):
        rng, own = np.random.default_rng(source), residual[index]
        for kind, draw in enumerate((ar1_surrogates, phase_surrogates)):
            found = kendall_tau(rolling(draw(own, n_surrogates, rng), width))
            as_large = np.count_nonzero(found >= tau[:, index, np.newaxis], axis=-1)
            p[kind, :, index] = (1 + as_large) / (1 + n_surrogates)
    return p


# ---- the result ----------------------------------------------------------------------------------


def _described(
    values: xr.DataArray,
    trend: Array,
    residual: Array,
    windows: Array,
    tau: Array,
    p: Array,
    attributes: dict[str, Any],
) -> xr.Dataset:
    others, shape, unit = values.dims[:-1], values.shape[:-1], str(values.attrs.get("units", "1"))
    before = values.shape[-1] - windows.shape[-1]
    padded = np.pad(windows, [(0, 0), (0, 0), (before, 0)], constant_values=np.nan)
    squared = "1" if unit == "1" else f"({unit})**2"
    along = {"trend": (trend, unit), "residual": (residual, unit),
             "variance": (padded[0], squared), "autocorrelation": (padded[1], "1")}  # fmt: skip
    return xr.Dataset(
        {
            **{
                name: (values.dims, own.reshape(values.shape), {"units": units})
                for name, (own, units) in along.items()
            },
            "tau": (("indicator", *others), tau.reshape(-1, *shape), {"units": "1"}),
            "p_value": (
                ("surrogate", "indicator", *others),
                p.reshape(len(SURROGATES), len(INDICATORS), *shape),
                {"units": "1"},
            ),
        },
        {**values.coords, "indicator": list(INDICATORS), "surrogate": list(SURROGATES)},
        attributes,
    )
