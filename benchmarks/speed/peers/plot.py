"""The figure: for every load, how many times faster than the baseline, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from .measure import Comparison

OURS, THEIRS, BASELINE = "C2", "C7", "C0"


def bars(comparison: Comparison, ax: Axes) -> None:
    """Draw one load; the best stands on top, `*` marks extrapolated times."""
    base = comparison.base
    if base is None:
        ax.set_title(f"{comparison.load.name}: no baseline", fontsize=9)
        return
    ordered = sorted(comparison.entries, key=lambda entry: entry.ratio(base))
    ratios = [entry.ratio(base) for entry in ordered]
    colours = [
        BASELINE if entry is base else OURS if entry.name.startswith("mirrorsys") else THEIRS
        for entry in ordered
    ]
    drawn = ax.barh([entry.name for entry in ordered], ratios, color=colours)
    labels = [f" {r:.3g}{'*' if e.share < 1 else ''}" for r, e in zip(ratios, ordered, strict=True)]
    ax.bar_label(drawn, labels, fontsize=7)
    ax.axvline(1, color="black", linewidth=0.7)
    ax.set(xscale="log", xlim=(min(0.1, min(ratios) / 2), max(ratios) * 5))
    ax.set_title(f"{comparison.load.name}: {comparison.load.words}", fontsize=9)
    ax.tick_params(labelsize=7)


def plot(comparisons: Sequence[Comparison], path: Path) -> None:
    """Save one panel a load, its height by the number of bars."""
    heights = [1 + len(each.entries) for each in comparisons]
    figure, axes = plt.subplots(
        len(comparisons), 1, figsize=(8, 0.26 * sum(heights) + 0.5 * len(heights)),
        height_ratios=heights, layout="constrained", squeeze=False,
    )  # fmt: skip
    for ax, comparison in zip(axes[:, 0], comparisons, strict=True):
        bars(comparison, ax)
    axes[-1, 0].set_xlabel("times faster than the baseline (blue); mirrorsys green; * extrapolated")
    figure.savefig(path, dpi=120)
    plt.close(figure)
