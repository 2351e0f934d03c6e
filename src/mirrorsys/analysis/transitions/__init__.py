"""Transitions driven by noise: how long they take, and whether they announce themselves."""

from mirrorsys.analysis.transitions._early_warning import early_warning
from mirrorsys.analysis.transitions._first_passage import first_passage
from mirrorsys.analysis.transitions._roc import roc

__all__ = ["early_warning", "first_passage", "roc"]
