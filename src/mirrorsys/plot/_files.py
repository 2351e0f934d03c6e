"""Figures as files: whole or not at all, the same bytes every time."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib.figure import Figure

from mirrorsys._files import whole_file
from mirrorsys.plot._style import style

__all__ = ["FORMATS", "save_figure"]

# No date, so that the same figure gives the same bytes.
_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "ModDate": None},
}
FORMATS = tuple(_METADATA)


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure; its ending (.png, .svg or .pdf) says the format.

    Raises
    ------
    ValueError
        If the ending is another one.
    """
    path = Path(path)
    kind = path.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise ValueError(f"`path` is {str(path)!r}; end it with one of {list(FORMATS)}.")
    with whole_file(path) as temporary, style():
        figure.savefig(temporary, format=kind, metadata=_METADATA[kind])
    return path
