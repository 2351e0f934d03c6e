"""A checksum behind a file's own content, so that damage is noticed before the file is read.

HDF5 reads a damaged file in C, where a wrong length can be an endless loop. Behind the
end that a netCDF file has by its own account nothing is read, and a program that changes
the file cuts it off there: then there is no checksum, and none is asked for.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

__all__ = ["check_undamaged", "checksum"]

MARK = b"\nmirrorsys blake2b "
LENGTH = len(MARK) + 64  # of a digest of 32 bytes, written in hexadecimal
PART = 2**20  # bytes read at a time


def checksum(content: bytes | memoryview) -> bytes:
    """Return what is written behind `content`."""
    return MARK + hashlib.blake2b(content, digest_size=32).hexdigest().encode()


def check_undamaged(path: Path) -> None:
    """Refuse a file that is not as it was saved, if it has a checksum.

    Raises
    ------
    ValueError
        If its content is another one.
    """
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(size - LENGTH, 0))
        kept = file.read()
        if not kept.startswith(MARK):
            return
        found, left = hashlib.blake2b(digest_size=32), size - LENGTH
        file.seek(0)
        while left:
            part = file.read(min(left, PART))
            found.update(part)
            left -= len(part)
    if kept[len(MARK) :] != found.hexdigest().encode():
        raise ValueError(
            f"{path.name} was damaged since it was saved: it does not fit its checksum; "
            "restore it from a copy, or compute the result again."
        )
