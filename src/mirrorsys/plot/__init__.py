"""Figures: the only importer of matplotlib. Functions draw on `ax` and return artists."""

from mirrorsys.plot._animation import CourseFrame, animate_course, course_frame
from mirrorsys.plot._basins import Basins, basins
from mirrorsys.plot._bifurcation import (
    BifurcationDiagram,
    TwoParameterChart,
    bifurcation_diagram,
    two_parameter_chart,
)
from mirrorsys.plot._cobweb import Cobweb, cobweb
from mirrorsys.plot._comparison import Comparison, comparison, phase_ends, since
from mirrorsys.plot._early_warning import Indicator, Roc, indicator, roc
from mirrorsys.plot._files import save_figure
from mirrorsys.plot._gallery import draw_gallery, gallery
from mirrorsys.plot._maps import HelperMap, helper_map
from mirrorsys.plot._movies import save_animation
from mirrorsys.plot._phase_plane import PhasePlane, phase_plane
from mirrorsys.plot._portrait import PhasePortrait, phase_portrait
from mirrorsys.plot._recording import RecordingPlot, recording
from mirrorsys.plot._sessions import Sessions, sessions
from mirrorsys.plot._shocks import MinimalShock, minimal_shock
from mirrorsys.plot._spectra import LyapunovConvergence, lyapunov_convergence
from mirrorsys.plot._style import LINE_STYLES, PALETTE, style
from mirrorsys.plot._timecourse import Phases, TimeCourse, phases, timecourse

__all__ = [
    "LINE_STYLES",
    "PALETTE",
    "Basins",
    "BifurcationDiagram",
    "Cobweb",
    "Comparison",
    "CourseFrame",
    "HelperMap",
    "Indicator",
    "LyapunovConvergence",
    "MinimalShock",
    "PhasePlane",
    "PhasePortrait",
    "Phases",
    "RecordingPlot",
    "Roc",
    "Sessions",
    "TimeCourse",
    "TwoParameterChart",
    "animate_course",
    "basins",
    "bifurcation_diagram",
    "cobweb",
    "comparison",
    "course_frame",
    "draw_gallery",
    "gallery",
    "helper_map",
    "indicator",
    "lyapunov_convergence",
    "minimal_shock",
    "phase_ends",
    "phase_plane",
    "phase_portrait",
    "phases",
    "recording",
    "roc",
    "save_animation",
    "save_figure",
    "sessions",
    "since",
    "style",
    "timecourse",
    "two_parameter_chart",
]
