"""What is printed: on any terminal, all of it, and for people who do not read the source."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["all_printed", "warnings_in_words"]

UNABLE = {"strict", "surrogateescape"}  # ways to print that fail on signs that are missing


@contextmanager
def all_printed() -> Iterator[None]:
    """Print signs that the terminal lacks by their numbers, and all before the end."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors in UNABLE:
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        try:
            if sys.stdout is not None:  # as it is where it was closed
                sys.stdout.flush()
        except OSError as error:
            # Python would try once more at its end, and complain: let it have somewhere to write.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise OSError(error.errno, f"the output is not written: {error.strerror}") from error


@contextmanager
def warnings_in_words() -> Iterator[None]:
    """Print warnings as errors are: one line, without the place in the source."""
    shown = warnings.showwarning

    def show(message: Warning | str, *_: object) -> None:
        print(f"mirrorsys: warning: {message}", file=sys.stderr)

    warnings.showwarning = show  # type: ignore[assignment]
    try:
        yield
    finally:
        warnings.showwarning = shown
