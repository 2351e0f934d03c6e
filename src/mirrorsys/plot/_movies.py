"""Animations as files: GIF always, MP4 where ffmpeg is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.animation import AbstractMovieWriter, FuncAnimation, writers
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from mirrorsys._files import whole_file
from mirrorsys._values import as_number
from mirrorsys.plot._style import style

__all__ = ["save_animation"]

FORMATS = (".gif", ".mp4")
N_COLOURS, NEARLY_WHITE = 64, 248  # colours are averages, and white should stay white
HOLD = 2000  # milliseconds that the last frame stays before it begins anew


def save_animation(
    animation: FuncAnimation,
    path: str | os.PathLike[str],
    *,
    fps: float = 12.5,
    dpi: float = 90.0,
) -> Path:
    """Write an animation; its ending (.gif or .mp4) says the format.

    Parameters
    ----------
    animation : FuncAnimation
        As `animate_course` returns it.
    path : path
    fps : float
        Frames a second. A GIF counts in hundredths of a second: 12.5, 20 and 25 come out exactly.
    dpi : float
        Dots per inch of the figure.

    Raises
    ------
    ValueError
        If the ending is another one.
    RuntimeError
        If nothing is installed that could write it.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise ValueError(f"`path` is {str(path)!r}; end it with one of {list(FORMATS)}.")
    if not 0 < as_number(fps) <= 100:
        raise ValueError(f"`fps` is {fps!r}; give frames a second, more than 0 and up to 100.")
    if not 0 < as_number(dpi) <= 1000:
        raise ValueError(f"`dpi` is {dpi!r}; give dots per inch, more than 0 and up to 1000.")
    writer = _writer(kind, float(fps))
    with whole_file(path) as temporary, style():
        animation.save(temporary, writer=writer, dpi=dpi)
    return path


def _writer(kind: str, fps: float) -> AbstractMovieWriter:
    if kind == ".gif":
        return _GifWriter(fps=fps)  # type: ignore[arg-type]
    if not writers.is_available("ffmpeg"):
        raise RuntimeError(
            "an .mp4 is written by the program ffmpeg, which is not installed here: install it "
            "('apt install ffmpeg', 'brew install ffmpeg' or 'conda install ffmpeg'), or end "
            "`path` with .gif, which needs nothing more."
        )
    # The file has another ending until it is whole.
    return writers["ffmpeg"](fps=fps, extra_args=["-f", "mp4"])  # type: ignore[arg-type, call-arg]


class _GifWriter(AbstractMovieWriter):
    """Write a GIF with one palette for all frames.

    matplotlib's own writer draws each frame three times, and chooses a palette for each.
    """

    def setup(self, fig: Figure, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi=dpi)
        self._before = fig.canvas, fig.dpi
        if type(fig.canvas) is not FigureCanvasAgg:  # others draw later, or not in pixels
            FigureCanvasAgg(fig)
        fig.set_dpi(self.dpi)
        self._pictures: list[Image.Image] = []

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        canvas = self.fig.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        # The animation has just drawn it.
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
        self._pictures.append(Image.fromarray(np.ascontiguousarray(pixels)))

    def finish(self) -> None:
        canvas, dpi = self._before
        self.fig.set_canvas(canvas)
        self.fig.set_dpi(dpi)
        palette = _palette(self._pictures)
        first, *others = (
            each.quantize(palette=palette, dither=Image.Dither.NONE) for each in self._pictures
        )
        durations = [round(1000 / self.fps)] * len(others) + [HOLD]
        first.save(self.outfile, format="GIF", save_all=True, append_images=others,
                   duration=durations if others else HOLD, loop=0)  # fmt: skip


def _palette(pictures: list[Image.Image]) -> Image.Image:
    """Return a picture whose palette fits some pictures from beginning to end."""
    chosen = [pictures[i] for i in np.linspace(0, len(pictures) - 1, 6).astype(int)]
    sheet = Image.fromarray(np.concatenate([np.asarray(each) for each in chosen]))
    found = sheet.quantize(N_COLOURS, dither=Image.Dither.NONE)
    colours = found.getpalette() or []
    found.putpalette([255 if each >= NEARLY_WHITE else each for each in colours])
    return found
