"""Six loads: what is to be computed, the same for every contestant.

Of `Courses`, pathway strength at phase ends is asked for, shape (n_members, n_phases, 2); of
`Paths`, the last value of every path, shape (n_paths,).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from . import models
from .models import Model, Phase

Array = NDArray[np.float64]

SEED, JITTER = 20, 0.2
# A few members cost ten times the others. This order of the thousand courses puts them so that
# the first 4, 8, 16 and 64 cost on average what all do, within 5 % (in steps of heyoka and in
# seconds of LSODA): only then may slow contestants run those and extrapolate. As drawn, the
# first 8 would have made LSODA four times too slow.
ORDER = 1230
RECALL_AND_REST = slice(1, 3)  # the phases of the first session


@dataclass(frozen=True)
class Courses:
    """A model through phases, once a member; `members` has shape (n_members, 30).

    `first_phase` is where the phases begin in the protocol of the model.
    """

    name: str
    words: str
    model: Model
    phases: tuple[Phase, ...] = field(repr=False)
    members: Array = field(repr=False)
    first_phase: int = 0
    threads: int = 1

    @property
    def size(self) -> int:
        """The number of members."""
        return len(self.members)

    @property
    def inputs(self) -> Array:
        """The inputs of all phases, shape (n_phases, 4)."""
        return np.array([phase.inputs for phase in self.phases])

    @property
    def durations(self) -> Array:
        """The minutes of all phases, shape (n_phases,)."""
        return np.array([phase.duration for phase in self.phases])

    def first(self, size: int) -> Courses:
        """Return the same load with the first members only."""
        return replace(self, members=self.members[:size])


@dataclass(frozen=True)
class Paths:
    """Euler-Maruyama of dx = −`pull` x dt + `noise` dW from `start`, on many paths."""

    name: str
    words: str
    size: int
    n_steps: int
    step: float = 0.01
    pull: float = 1.0
    noise: float = 0.5
    start: float = 1.0
    seed: int = SEED
    threads: int = 1

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and variance of the last value, exact for this step: a linear recursion."""
        factor = 1 - self.pull * self.step
        total = (1 - factor ** (2 * self.n_steps)) / (1 - factor**2)
        return self.start * factor**self.n_steps, self.noise**2 * self.step * total

    def first(self, size: int) -> Paths:
        """Return the same load with fewer paths."""
        return replace(self, size=min(size, self.size))


Load = Courses | Paths


def jittered(model: Model, n_members: int) -> Array:
    """Return parameters within ±20 % of the defaults, each drawn on its own."""
    factors = np.random.default_rng(SEED).uniform(
        1 - JITTER, 1 + JITTER, (n_members, models.N_PARAMETERS)
    )
    return model.parameters * factors[np.random.default_rng(ORDER).permutation(n_members)]


def loads(*, quick: bool = False, threads: int = 2) -> dict[str, Load]:
    """Return the loads by name; `quick` ones take seconds and say nothing about speed."""
    n_weeks, n_sessions, n_courses = (2, 64, 8) if quick else (20, 10_000, 1000)
    n_paths, n_steps = (500, 500) if quick else (10_000, 5000)
    calm, restless = models.course(n_weeks), models.outbursts(n_weeks)
    hour = calm.phases[RECALL_AND_REST]
    every: list[Load] = [
        Courses("session", "one session of 50 minutes, default set", calm, hour,
                calm.parameters[np.newaxis], first_phase=1),
        Courses("course", f"one course of {n_weeks} weeks, default set", calm, calm.phases,
                calm.parameters[np.newaxis]),
        Courses("outbursts", f"one course of {n_weeks} weeks, outbursts set", restless,
                restless.phases, restless.parameters[np.newaxis]),
        Courses("sessions", f"{n_sessions} sessions, default set ±20 %", calm, hour,
                jittered(calm, n_sessions), first_phase=1, threads=threads),
        Courses("courses", f"{n_courses} courses of {n_weeks} weeks, outbursts set ±20 %",
                restless, restless.phases, jittered(restless, n_courses), threads=threads),
        Paths("noise", f"{n_paths} paths of {n_steps} Euler-Maruyama steps", n_paths, n_steps,
              threads=threads),
    ]  # fmt: skip
    return {load.name: load for load in every}
