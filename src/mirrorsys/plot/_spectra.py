"""Lyapunov exponents and how they settle."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from mirrorsys.analysis.attractors._lyapunov_results import LyapunovSpectrum
from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import PALETTE

__all__ = ["LyapunovConvergence", "lyapunov_convergence"]

COLOURS = tuple(PALETTE[name] for name in ("threat", "fatigue", "pathway", "soothing", "signal"))
SIGNIFICANT = 1.96  # standard errors: the band of 95 %


class LyapunovConvergence(NamedTuple):
    """What `lyapunov_convergence` drew."""

    lines: tuple[Line2D, ...]
    bands: tuple[PolyCollection, ...]
    zero: Line2D


def lyapunov_convergence(
    spectrum: LyapunovSpectrum | xr.Dataset, *, ax: Axes | None = None
) -> LyapunovConvergence:
    """Draw how far running estimates of Lyapunov exponents are from the final ones.

    Parameters
    ----------
    spectrum : LyapunovSpectrum or Dataset
        As `mirrorsys.lyapunov_spectrum` returns it, or what it saved (`to_dataset`).
    ax : Axes, optional
        By default the current one. Time is logarithmic; bands are 95 % intervals of the final
        estimates, which stand in the legend.

    Raises
    ------
    ValueError
        If the dataset holds no running estimates.
    """
    data = spectrum.to_dataset() if isinstance(spectrum, LyapunovSpectrum) else spectrum
    if "running_exponent" not in data:
        raise ValueError(
            f"`spectrum` holds {list(data)}, no 'running_exponent'; give what "
            "mirrorsys.lyapunov_spectrum returns."
        )
    ax = plt.gca() if ax is None else ax
    lines, bands = [], []
    times = data["time"].values
    for number in data["number"].values.tolist():
        own = data.sel(number=number)
        value, error = float(own["exponent"]), float(own["standard_error"])
        colour = COLOURS[(number - 1) % len(COLOURS)]
        label = rf"$\lambda_{{{number}}}$ = {value:.4g} ± {error:.1g}"
        lines += ax.plot(times, own["running_exponent"] - value, color=colour, label=label)
        half = SIGNIFICANT * error
        bands.append(ax.fill_between(times, -half, half, color=colour, alpha=0.15, linewidth=0))
    zero = ax.axhline(0.0, color="black", linewidth=0.6, zorder=0)
    if np.asarray(times).size > 1:
        ax.set_xscale("log")
    rate = str(data["exponent"].attrs["units"])
    ax.set(
        xlabel=axis_label("time averaged over", str(data["time"].attrs["units"])),
        ylabel=axis_label("estimate minus final", rate), title=str(data.attrs["status"]),
    )  # fmt: skip
    ax.legend()
    return LyapunovConvergence(tuple(lines), tuple(bands), zero)
