"""Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["PART", "naming", "part_prefix", "whole_file", "write_text"]

PART = ".part"
LONGEST_START = 40  # characters: a name of 255 bytes leaves no room for more


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it there if the block succeeds.

    A reader, or a run that is killed half-way, sees the old file or the new one,
    never a part. What a killed run leaves begins with a dot and ends in ``.part``, so that
    no pattern of results matches it; it harms nobody and may be removed.

    Raises
    ------
    FileNotFoundError
        If the folder of `path` does not exist.
    OSError
        If the file cannot be written; the error names `path`.
    """
    given = Path(path)
    if given.exists() and not (given.is_file() or given.is_dir()):
        with naming(given):
            yield given  # a device or pipe, such as /dev/stdout, must not be replaced by a file
        return
    target = Path(os.path.realpath(given))  # a link stays one
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"the folder of {str(target)!r} does not exist; create {str(target.parent)!r} first."
        )
    with naming(target):
        handle, name = tempfile.mkstemp(PART, part_prefix(target), target.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            umask = os.umask(0)  # mkstemp made the file private; give it the usual permissions
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def part_prefix(target: Path) -> str:
    """Return how the names of temporary files and folders of `target` begin."""
    return f".{target.name[:LONGEST_START]}-"


@contextmanager
def naming(target: Path) -> Iterator[None]:
    """Name `target` in errors that name no file, as of a full disk, or the temporary one."""
    try:
        yield
    except OSError as error:
        is_known = error.filename is not None and not str(error.filename).endswith(PART)
        if error.errno is None or is_known:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(target)) from error


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` to `path` in UTF-8, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
