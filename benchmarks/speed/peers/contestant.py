"""What a contestant is, and the walk through members and phases that most of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .loads import Courses
from .models import PATHWAYS

Array = NDArray[np.float64]
ONE = ("session", "course", "outbursts")
MANY = ("sessions", "courses")


@dataclass(frozen=True)
class Contestant:
    """One way to compute.

    `prepare` gets a load, translates and compiles; `run` gets what it returned and returns
    the result of the load. `most` says how many members of a load can be waited for: time for
    all is then extrapolated. `needs` is the module of the peer.
    """

    name: str
    loads: tuple[str, ...]
    prepare: Callable[[Any], Any]
    run: Callable[[Any], Array]
    needs: str = "numpy"
    most: Mapping[str, int] = field(default_factory=dict)
    is_baseline: bool = False


def call(prepared: Callable[[], Array]) -> Array:
    """Run what `prepare` returned, for contestants that prepare a function of nothing."""
    return prepared()


def member_by_member(
    load: Courses, advance: Callable[[Array, Array, Array, float], Array]
) -> Array:
    """Take one member after the other through the phases.

    `advance` gets parameters, inputs, state and minutes, and returns the state at the end.
    """
    found = np.empty((load.size, len(load.phases), 2))
    inputs, durations, start = load.inputs, load.durations.tolist(), load.model.start
    for member, p in enumerate(load.members):
        y = start
        for phase, (u, duration) in enumerate(zip(inputs, durations, strict=True)):
            y = advance(p, u, y, duration)
            found[member, phase] = y[PATHWAYS]
    return found


def in_threads(n_threads: int, work: Callable[[int], None]) -> None:
    """Call `work` with 0, 1, ... at once; it must let go of Python's lock to gain from it."""
    if n_threads == 1:
        work(0)
        return
    with ThreadPoolExecutor(n_threads) as executor:
        list(executor.map(work, range(n_threads)))
