"""A course in the plane of a bifurcation diagram: where it is at each moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation import Branches
from mirrorsys.plot._labels import times_in

__all__ = ["Course", "course_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Course:
    """A way through the plane of the diagram, and what is known of each moment."""

    times: Array
    x: Array
    y: Array
    begins: Array
    ends: Array
    titles: tuple[str, ...]
    is_alone: NDArray[np.bool_]
    days: float
    state: str
    low: float
    high: float
    bottom: float
    top: float

    def at(self, moments: Any) -> tuple[Array, Array]:
        """Return where the course is at some moments."""
        both = (np.interp(moments, self.times, each) for each in (self.x, self.y))
        x, y = (np.atleast_1d(each) for each in both)
        return x, y

    @cached_property
    def length(self) -> Array:
        """How far it has come at each time, in heights of the diagram."""
        dx = np.diff(self.x) / (self.high - self.low or 1.0)
        dy = np.diff(self.y) / (self.top - self.bottom or 1.0)
        return np.concatenate([[0.0], np.cumsum(np.hypot(dx, dy))])

    def evenly(self, n: int) -> Array:
        """Return moments at which it has come evenly far."""
        if not self.length[-1] > 0:
            return np.linspace(self.times[0], self.times[-1], n)
        return np.interp(np.linspace(0.0, self.length[-1], n), self.length, self.times)

    def before(self, moment: float, distance: float) -> float:
        """Return the moment since which it has come so far."""
        now = float(np.interp(moment, self.times, self.length))
        # Times stand still in the length where the course does; the last of them is meant.
        first = int(np.searchsorted(self.length, max(now - distance, 0.0), side="left"))
        return min(float(self.times[first]), moment)

    def last_rest(self, moment: float) -> float:
        """Return the last end of a phase in which the diagram holds, or the beginning."""
        past = self.ends[self.is_alone & (self.ends < moment)]
        return float(past[-1]) if past.size else float(self.times[0])

    def phase(self, moment: float) -> int:
        """Return the number of the phase to which a moment belongs."""
        found = int(np.searchsorted(self.begins, moment, side="right")) - 1
        # The very end of a phase still belongs to it.
        return max(found - int(found > 0 and moment == self.begins[found]), 0)

    def stretch(self, begin: float, end: float) -> tuple[Array, Array]:
        """Return the way from one moment to another."""
        inside = self.times[(self.times > begin) & (self.times < end)]
        return self.at(np.concatenate([[begin], inside, [end]]))

    def clock(self, moment: float) -> str:
        """Return the phase and the day in words."""
        days = f"day {moment * self.days:.0f}" if self.days else f"time {moment:.4g}"
        title = self.titles[self.phase(moment)]
        return f"{title}, {days}" if title else days


def course_of(
    run: xr.Dataset,
    branches: Branches | xr.Dataset,
    state: str,
    person: str | None,
    alone: Collection[str] | None,
    words: Mapping[str, str] | None,
) -> Course:
    table = branches.to_dataset() if isinstance(branches, Branches) else branches
    own, parameter = _of_person(run, person), str(table.attrs.get("parameter", ""))
    for label, name in (("state", state), ("branches", parameter)):
        if name not in own or own[name].dims != ("time",):
            known = [str(each) for each in own if own[each].dims == ("time",)]
            raise ValueError(
                f"`{label}` wants {name!r}, but over time the run has {known}; give a run in "
                "which both the state and the diagram's parameter move."
            )
    times = own["time"].values.astype(float)
    if "phase_begin" in own.coords:
        begins, ends = own["phase_begin"].values, own["phase_end"].values
        names = own["phase_name"].values.astype(str).tolist()
    else:
        begins, ends, names = times[:1], times[-1:], [""]
    if wrong := sorted({*(alone or ()), *(words or {})} - set(names)):
        raise ValueError(
            f"`alone` or `words` names {wrong}; the phases of this run are {sorted(set(names))}."
        )
    up = np.concatenate([own[state].values, table[state].values])
    return Course(
        times=times, x=own[parameter].values, y=own[state].values, begins=begins, ends=ends,
        titles=_titles(names, words or {}), days=_days(own["time"]), state=state,
        is_alone=np.array([alone is None or name in alone for name in names]),
        low=float(table[parameter].min()), high=float(table[parameter].max()),
        bottom=float(up.min()), top=float(up.max()),
    )  # fmt: skip


def _of_person(run: xr.Dataset, person: str | None) -> xr.Dataset:
    if "person" not in run.dims:
        return run
    names = run["person"].values.tolist()
    if person not in names:
        raise ValueError(f"`person` is {person!r}; the persons of this run are {names}.")
    return run.sel(person=person)


def _titles(names: Sequence[str], words: Mapping[str, str]) -> tuple[str, ...]:
    """Return a title for each phase: its word, and its number if there are several."""
    so_far: dict[str, int] = {}
    titles = []
    for name in names:
        so_far[name] = so_far.get(name, 0) + 1
        word = words.get(name, name.replace("_", " "))
        titles.append(f"{word} {so_far[name]}" if names.count(name) > 1 else word)
    return tuple(titles)


def _days(time: xr.DataArray) -> float:
    """Return how many days a unit of time is, or 0 if that is not known."""
    try:
        return float(times_in(xr.DataArray([1.0], attrs=time.attrs), "d")[0][0])
    except ValueError:
        return 0.0
