"""Accuracy: every engine against a reference of 28 digits, on random persons and dyads."""

from trust.accuracy.measuring import measure
from trust.accuracy.page import glance, section

__all__ = ["TITLE", "glance", "measure", "section"]

TITLE = "Accuracy"
