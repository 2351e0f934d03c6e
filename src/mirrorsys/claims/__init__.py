"""The claims S1–S12 as executable propositions: quantity, bound, control that must break it."""

from mirrorsys.claims._check import CLAIMS, SYSTEMS, all_hold, check
from mirrorsys.claims._map import best_mirroring, helper_map, map_in_words
from mirrorsys.claims._population import course_scores
from mirrorsys.claims._registry import Claim, Control
from mirrorsys.claims._report import to_json, to_text
from mirrorsys.claims._robustness import robustness, robustness_table
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
    "course_scores",
    "helper_map",
    "map_in_words",
    "robustness",
    "robustness_table",
    "to_json",
    "to_text",
]
