"""Problem: one phase for one member, and what an engine makes of it.

An engine is a function from a `PhaseProblem` to a `PhaseResult`; `_simulate` names them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys._values import as_number
from mirrorsys.flow._events import Event
from mirrorsys.flow._plans import Plan

__all__ = ["Noise", "PhaseProblem", "PhaseResult", "Settings"]

Array = NDArray[np.float64]
NOISE_METHODS = ("milstein", "euler")


@dataclass(frozen=True)
class Noise:
    """How noise is integrated: Itô's calculus, steps of fixed length.

    Parameters
    ----------
    step : float
        The longest step, in the system's time unit; each phase is divided into equal steps.
    method : {"milstein", "euler"}
        Milstein's has strong order 1, Euler's (Euler-Maruyama) 1/2; both are the same
        where the diffusion does not depend on the states.

    Raises
    ------
    ValueError
        If the step is not positive and finite, or there is no such method.
    """

    step: float
    method: str = "milstein"

    def __post_init__(self) -> None:
        if not 0 < as_number(self.step) < math.inf:
            raise ValueError(f"`step` of a Noise is {self.step!r}; give a positive number.")
        if self.method not in NOISE_METHODS:
            raise ValueError(
                f"`method` of a Noise is {self.method!r}; give one of {list(NOISE_METHODS)}."
            )
        object.__setattr__(self, "step", float(self.step))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is integrated: the same for all its phases and members."""

    method: str
    rtol: float
    atol: float
    max_steps: int
    noise: Noise | None = None
    seed: int | None = None

    def to_attributes(self) -> dict[str, float | int | str]:
        """Return what a result keeps of them."""
        kept: dict[str, float | int | str] = {
            "method": self.method, "rtol": self.rtol, "atol": self.atol,
            "max_steps": self.max_steps,
        }  # fmt: skip
        if self.noise is not None and self.seed is not None:
            kept |= {"noise_step": self.noise.step, "seed": int(self.seed)}
        return kept


@dataclass(frozen=True, kw_only=True)
class PhaseProblem:
    """One phase, in its own time from 0 to the end of its plan.

    `parameters` has shape (n_parameter,). `times` are the moments (0 <= time <= duration)
    at which states are wanted, or None for those the engine chooses. `progress` is told
    now and then how far the phase has come. `stream` and `n_before`, the number of steps in
    earlier phases, say which random numbers are next.
    """

    system: System
    plan: Plan
    parameters: Array
    state0: Array
    times: Array | None
    events: Mapping[str, Event]
    progress: Callable[[float], Any]
    stream: int = 0
    n_before: int = 0

    @property
    def duration(self) -> float:
        """How long the phase lasts."""
        return self.plan.phase.duration


@dataclass(kw_only=True)
class PhaseResult:
    """What an engine found: times (n_times,), states (n_times,) of shape (n_state,), evidence."""

    times: list[float] = field(default_factory=list)
    states: list[Array] = field(default_factory=list)
    hits: list[tuple[int, float, Array]] = field(default_factory=list)
    end: float = 0.0
    end_state: Array
    n_rhs: int = 0
    n_jacobian: int = 0
    n_steps: int = 0
    is_stiff: bool = False
    stopped_by: int | None = None
    failure: str = ""

    @property
    def is_stopped(self) -> bool:
        """Whether a terminal event ended the phase."""
        return self.stopped_by is not None
