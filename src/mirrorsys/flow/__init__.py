"""Integrate systems in time: one run, or many members of an ensemble."""

from mirrorsys.flow import outputs
from mirrorsys.flow._ensemble import ensemble
from mirrorsys.flow._events import Event
from mirrorsys.flow._members import sample
from mirrorsys.flow._problem import Noise
from mirrorsys.flow._rerun import differences, other_origin, rerun
from mirrorsys.flow._results import load, save
from mirrorsys.flow._simulate import IntegrationError, simulate

__all__ = [
    "Event",
    "IntegrationError",
    "Noise",
    "differences",
    "ensemble",
    "load",
    "other_origin",
    "outputs",
    "rerun",
    "sample",
    "save",
    "simulate",
]
