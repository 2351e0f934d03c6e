"""Bars of progress: on a terminal only."""

from __future__ import annotations

import sys

__all__ = ["is_hidden"]


def is_hidden(progress: bool = True) -> bool | None:
    """Return tqdm's `disable`: None, which means unless there is a terminal, or true.

    Where standard error was closed tqdm would write to it nevertheless, and fail.
    """
    return None if progress and sys.stderr is not None else True
