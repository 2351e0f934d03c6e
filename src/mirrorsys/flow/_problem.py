"""Problem: one phase for one member, and what an engine makes of it.

An engine is a function from a `PhaseProblem` to a `PhaseResult`; `_simulate` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.flow._events import Event
from mirrorsys.flow._plans import Plan

__all__ = ["PhaseProblem", "PhaseResult", "Settings"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is integrated: the same for all its phases."""

    method: str
    rtol: float
    atol: float
    max_steps: int


@dataclass(frozen=True, kw_only=True)
class PhaseProblem:
    """One phase, in its own time from 0 to the end of its plan.

    `parameters` has shape (n_parameter,). `times` are the moments (0 <= time <= duration)
    at which states are wanted, or None for those the engine chooses. `progress` is told
    now and then how far the phase has come.
    """

    system: System
    plan: Plan
    parameters: Array
    state0: Array
    times: Array | None
    events: Mapping[str, Event]
    progress: Callable[[float], Any]

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
