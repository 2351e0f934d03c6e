"""A course moving through the bifurcation diagram: at one moment, or as an animation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from mirrorsys._values import as_number
from mirrorsys.analysis.bifurcation import Branches, CycleBranch
from mirrorsys.plot._bifurcation import BifurcationDiagram, bifurcation_diagram
from mirrorsys.plot._course import Course, course_of
from mirrorsys.plot._style import PALETTE

__all__ = ["CourseFrame", "animate_course", "course_frame"]

TAIL = 0.6  # of the diagram's height: how much of its way the point draws behind it
Cycles = Sequence[CycleBranch | xr.Dataset] | CycleBranch | xr.Dataset


class CourseFrame(NamedTuple):
    """The artists of a course at one moment."""

    diagram: BifurcationDiagram
    loop: Line2D
    tail: Line2D
    rests: Line2D
    point: Line2D
    clock: Annotation


def course_frame(
    run: xr.Dataset,
    branches: Branches | xr.Dataset,
    *,
    time: float | None = None,
    state: str = "threat",
    person: str | None = None,
    alone: Collection[str] | None = None,
    words: Mapping[str, str] | None = None,
    cycles: Cycles = (),
    labels: bool = True,
    ax: Axes | None = None,
) -> CourseFrame:
    """Draw where a course is, at one moment, in a bifurcation diagram.

    The diagram is that of fast states over a slow one that was frozen, such as a lone client
    over the strength of the pathway; in the course the slow one moves. A diagram holds under
    certain conditions only: in phases with others the point is open, because it has left
    the diagram's world.

    Parameters
    ----------
    run : Dataset
        As `mirrorsys.simulate` returns it, with the diagram's parameter among its variables.
    branches : Branches or Dataset
        As `mirrorsys.bifurcation.equilibrium_branches` returns them, or their ``to_dataset()``.
    time : float, optional
        The moment, in the time of the run; by default its end.
    state : str
        What is drawn upwards.
    person : str, optional
        Needed if the run has persons.
    alone : collection of str, optional
        Names of the phases in which the diagram holds; by default all.
    words : mapping of str to str, optional
        What the clock calls a phase, by its name; the number of that phase is put behind.
    cycles : CycleBranch or Dataset, or sequence of them, optional
        Drawn with the diagram.
    labels : bool
        Whether special points of the diagram carry their names.
    ax : Axes, optional
        By default the current axes.

    Returns
    -------
    CourseFrame

    Raises
    ------
    ValueError
        If the run has no such state, person or phase, or the moment lies outside of it.
    """
    course = course_of(run, branches, state, person, alone, words)
    moment = course.times[-1] if time is None else as_number(time)
    if not course.times[0] <= moment <= course.times[-1]:
        raise ValueError(
            f"`time` is {time!r}; the run goes from {course.times[0]:g} to {course.times[-1]:g}."
        )
    artists = _artists(course, branches, cycles, labels, ax)
    _show(artists, course, float(moment))
    return artists


def animate_course(
    run: xr.Dataset,
    branches: Branches | xr.Dataset,
    *,
    state: str = "threat",
    person: str | None = None,
    alone: Collection[str] | None = None,
    words: Mapping[str, str] | None = None,
    cycles: Cycles = (),
    labels: bool = True,
    n_frames: int = 160,
    fps: float = 12.5,
    ax: Axes | None = None,
) -> FuncAnimation:
    """Let a course move through a bifurcation diagram.

    Frames are evenly spaced along the way of the point on the page, not in time: an hour in
    which much happens takes longer than a week in which nothing does. The clock tells.

    Parameters
    ----------
    run, branches, state, person, alone, words, cycles, labels, ax
        As in `course_frame`.
    n_frames : int
        How many pictures.
    fps : float
        How many in a second, when it is shown or saved.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        Keep it until it is shown, or save it with `mirrorsys.plot.save_animation`. The layout
        of the figure stays as it is now.

    Raises
    ------
    ValueError
        If an argument does not fit.
    """
    if not (as_number(n_frames) >= 2 and as_number(n_frames).is_integer()):
        raise ValueError(f"`n_frames` is {n_frames!r}; give a whole number from 2.")
    if not 0 < as_number(fps) <= 100:
        raise ValueError(f"`fps` is {fps!r}; give frames a second, more than 0 and up to 100.")
    course = course_of(run, branches, state, person, alone, words)
    ax = plt.gca() if ax is None else ax
    artists = _artists(course, branches, cycles, labels, ax)
    moments = course.evenly(int(n_frames))
    _show(artists, course, float(moments[0]))
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    figure.set_layout_engine("none")  # it would be computed, and could jump, at each frame

    def update(moment: float) -> tuple[Any, ...]:
        return _show(artists, course, moment)

    return FuncAnimation(
        figure, update, frames=moments.tolist(), interval=1000 / fps, blit=False, repeat=True
    )


# ---- the picture ------------------------------------------------------------------------------


def _artists(
    course: Course,
    branches: Branches | xr.Dataset,
    cycles: Cycles,
    labels: bool,
    ax: Axes | None,
) -> CourseFrame:
    """Draw the diagram, and a course that has not begun."""
    ax = plt.gca() if ax is None else ax
    diagram = bifurcation_diagram(branches, course.state, cycles=cycles, labels=labels, ax=ax)
    colour = PALETTE["threat"] if course.state not in PALETTE else PALETTE[course.state]
    (loop,) = ax.plot([], [], color=colour, linewidth=0.9, alpha=0.45, zorder=2.6)
    (tail,) = ax.plot([], [], color=colour, linewidth=2.0, alpha=0.8, zorder=4)
    (rests,) = ax.plot([], [], "o", color=colour, markersize=4.5, zorder=5)
    (point,) = ax.plot([], [], "o", color=colour, markersize=10, markeredgewidth=2.0, zorder=6)
    clock = ax.annotate("", (0.98, 0.97), xycoords="axes fraction", ha="right", va="top",
                        size=10, weight="bold")  # fmt: skip
    room = 0.04 * (course.top - course.bottom)
    ax.set(xlim=(course.low, course.high), ylim=(course.bottom - room, course.top + room))
    return CourseFrame(diagram, loop, tail, rests, point, clock)


def _show(artists: CourseFrame, course: Course, moment: float) -> tuple[Any, ...]:
    """Bring the artists to a moment."""
    is_alone = bool(course.is_alone[course.phase(moment)])
    artists.loop.set_data(*course.stretch(course.last_rest(moment), moment))
    artists.tail.set_data(*course.stretch(course.before(moment, TAIL), moment))
    artists.rests.set_data(*course.at(course.ends[course.is_alone & (course.ends <= moment)]))
    artists.point.set_data(*course.at(moment))
    artists.point.set_markerfacecolor(artists.point.get_color() if is_alone else "white")
    artists.clock.set_text(course.clock(moment))
    return artists.loop, artists.tail, artists.rests, artists.point, artists.clock
