"""One look for all figures; red and green that do not rest on hue alone.

Threat is vermilion and solid, soothing bluish green and dashed, from the
colour-blind-safe palette of Okabe and Ito; they differ in lightness too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl

__all__ = ["LINE_STYLES", "PALETTE", "style"]

PALETTE: dict[str, str] = {
    "threat": "#C4420A",
    "soothing": "#1B9E8A",
    "fatigue": "#8C8C8C",
    "pathway": "#2B4C9B",
    "signal": "#B8860B",
    "stressor": "#4D4D4D",
    "expressed_distress": "#A6469B",
    "seen_distress": "#A6469B",
    "contact": "#E3ECF7",
    "upset": "#F8E6DA",
    "missing": "#DCDCDC",
}

LINE_STYLES: dict[str, str | tuple[int, tuple[int, ...]]] = {
    "threat": "-",
    "soothing": (0, (5, 2)),
    "fatigue": ":",
    "pathway": "-",
    "signal": (0, (3, 1, 1, 1)),
    "stressor": "-",
    "expressed_distress": (0, (5, 1, 1, 1)),
    "seen_distress": (0, (5, 1, 1, 1)),
}

_SETTINGS = {
    "axes.grid": False,
    "axes.labelsize": 9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.figsize": (7.0, 4.0),
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.dpi": 150,
    "svg.fonttype": "path",
    "svg.hashsalt": "mirrorsys",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw everything inside the ``with`` block in the style of mirrorsys."""
    with mpl.rc_context(_SETTINGS):  # type: ignore[arg-type]
        yield
