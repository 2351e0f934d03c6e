"""Settings: the parameter sets of a paper, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

__all__ = ["chosen"]

_T = TypeVar("_T")


def chosen(setting: str, settings: Mapping[str, _T]) -> _T:
    """Return the entry called `setting`, or say which there are."""
    if setting not in settings:
        raise ValueError(f"`setting` is {setting!r}; give one of {list(settings)}.")
    return settings[setting]
