"""A recording as it drives a model: its samples, the curve through them, its gaps."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from mirrorsys.plot._labels import axis_label
from mirrorsys.plot._style import PALETTE
from mirrorsys.protocols import Recording

__all__ = ["RecordingPlot", "recording"]

POINTS_BETWEEN_SAMPLES = 8  # enough for the cubic pieces to look smooth


class RecordingPlot(NamedTuple):
    """The recorded samples, the curve that drives the model, the shaded gaps."""

    samples: Line2D
    curve: Line2D
    gaps: tuple[Patch, ...]


def recording(
    recorded: Recording,
    *,
    name: str = "recorded value",
    unit: str = "1",
    time_unit: str = "min",
    ax: Axes | None = None,
) -> RecordingPlot:
    """Draw a recording, with the stretches shaded in which samples are missing.

    Parameters
    ----------
    recorded : Recording
    name, unit : str
        What was recorded, for the label.
    time_unit : str
        The unit of its times, for the label.
    ax : Axes, optional
        By default the current axes.

    Returns
    -------
    RecordingPlot

    Examples
    --------
    >>> import mirrorsys as ms
    >>> dial = ms.Recording((0, 1, 2, 5, 6), (4.0, 3.5, 3.5, 1.0, 1.5), n_missing=2)
    >>> len(ms.plot.recording(dial, name="rating").gaps)
    1
    """
    ax = plt.gca() if ax is None else ax
    n_points = (len(recorded.times) - 1) * POINTS_BETWEEN_SAMPLES + 1
    steps = np.arange(n_points) / POINTS_BETWEEN_SAMPLES
    times = np.interp(steps, np.arange(len(recorded.times)), recorded.times)
    (samples,) = ax.plot(
        recorded.times, recorded.values, linestyle="none", marker="o", markersize=2,
        color=PALETTE["stressor"], label="samples",
    )  # fmt: skip
    (curve,) = ax.plot(
        times, recorded(times), color=PALETTE["stressor"], linewidth=0.8, label="curve through them"
    )
    gaps = tuple(
        ax.axvspan(
            *gap, facecolor=PALETTE["missing"], edgecolor=PALETTE["missing"], linewidth=0.8,
            zorder=0, label="samples missing" if i == 0 else "_",
        )
        for i, gap in enumerate(recorded.gaps)
    )  # fmt: skip
    ax.set(xlabel=axis_label("time", time_unit), ylabel=axis_label(name, unit))
    return RecordingPlot(samples, curve, gaps)
