"""Figures: the only importer of matplotlib. Functions draw on `ax` and return artists."""

from mirrorsys.plot._comparison import Comparison, comparison, phase_ends, since
from mirrorsys.plot._files import save_figure
from mirrorsys.plot._gallery import draw_gallery, gallery
from mirrorsys.plot._maps import HelperMap, helper_map
from mirrorsys.plot._phase_plane import PhasePlane, phase_plane
from mirrorsys.plot._recording import RecordingPlot, recording
from mirrorsys.plot._sessions import Sessions, sessions
from mirrorsys.plot._style import LINE_STYLES, PALETTE, style
from mirrorsys.plot._timecourse import Phases, TimeCourse, phases, timecourse

__all__ = [
    "LINE_STYLES",
    "PALETTE",
    "Comparison",
    "HelperMap",
    "PhasePlane",
    "Phases",
    "RecordingPlot",
    "Sessions",
    "TimeCourse",
    "comparison",
    "draw_gallery",
    "gallery",
    "helper_map",
    "phase_ends",
    "phase_plane",
    "phases",
    "recording",
    "save_figure",
    "sessions",
    "since",
    "style",
    "timecourse",
]
