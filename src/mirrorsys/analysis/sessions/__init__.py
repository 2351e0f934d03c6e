"""A course of sessions as a map of the slow states, and the dose that suffices."""

from mirrorsys.analysis.sessions._averaged import AveragedMap, averaged
from mirrorsys.analysis.sessions._critical_dose import critical_dose
from mirrorsys.analysis.sessions._dose_map import dose_map
from mirrorsys.analysis.sessions._session_map import session_map
from mirrorsys.analysis.sessions._slow_map import SessionMap

__all__ = ["AveragedMap", "SessionMap", "averaged", "critical_dose", "dose_map", "session_map"]
