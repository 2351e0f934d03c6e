"""The claims S1–S12 as executable propositions: quantity, bound, control that must break it."""

from mirrorsys.claims._check import CLAIMS, SYSTEMS, all_hold, check
from mirrorsys.claims._map import best_mirroring, helper_map, map_in_words
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._report import to_json, to_text
from mirrorsys.claims._scenarios import ParameterSet

__all__ = [
    "CLAIMS",
    "SYSTEMS",
    "Claim",
    "Control",
    "ParameterSet",
    "all_hold",
    "best_mirroring",
    "check",
    "helper_map",
    "map_in_words",
    "to_json",
    "to_text",
]
