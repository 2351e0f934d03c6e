"""Integrate systems in time."""

from mirrorsys.flow._events import Event
from mirrorsys.flow._results import load, rerun, save
from mirrorsys.flow._simulate import IntegrationError, simulate

__all__ = ["Event", "IntegrationError", "load", "rerun", "save", "simulate"]
