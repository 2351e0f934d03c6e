"""What is printed: on any terminal, and all of it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["all_printed"]

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
