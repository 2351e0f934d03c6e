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
    bounded : bool
        Whether a state with noise of its own stays in its range: a step that would leave it is
        reflected at the end it has passed. So by default, because a range says which values a
        state can have: a threat below 0 means nothing, and no phase could start from it. Where
        the range is no more than the region one looks at, give False.

    Raises
    ------
    ValueError
        If the step is not positive and finite, there is no such method, or `bounded` is neither
        True nor False.

    Notes
    -----
    In the limit of short steps a bounded state is the reflected diffusion [1]_: its density lets
    nothing through the ends of the range. At a step h the error of its distribution is of
    order h [1]_; if states that are outside were put onto the end instead (projection), it would
    be of order sqrt(h) [2]_. Measured on dx = 2 (0 - x) dt + 0.5 dW in [0, 1], whose stationary
    mean is 0.1994: the mean is 0.0086, 0.0020 and 0.0005 (standard error 0.00015) too large at
    h = 0.08, 0.02 and 0.005, with projection 0.038, 0.023 and 0.012 too small. While no step
    leaves the range, not a bit changes. Paths that touch an end have strong order 1/2 at most.

    A first passage is seen only at the ends of steps, so that it comes too late, as if the level
    lay 0.5826 g sqrt(h) further away, g being the amplitude of the noise there [3]_.

    References
    ----------
    .. [1] M. Bossy, E. Gobet, D. Talay, "A symmetrized Euler scheme for an efficient
       approximation of reflected diffusions", J. Appl. Probab. 41 (2004) 877.
    .. [2] C. Costantini, B. Pacchiarotti, F. Sartoretto, "Numerical approximation for
       functionals of reflecting diffusion processes", SIAM J. Appl. Math. 58 (1998) 73.
    .. [3] M. Broadie, P. Glasserman, S. Kou, "A continuity correction for discrete barrier
       options", Math. Finance 7 (1997) 325.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> client = ms.models.client().replace(diffusion={"threat": 0.3})
    >>> run = ms.simulate(client, duration=600, noise=ms.Noise(0.05), seed=1)
    >>> bool((run.threat >= 0).all())
    True
    """

    step: float
    method: str = "milstein"
    bounded: bool = True

    def __post_init__(self) -> None:
        if not 0 < as_number(self.step) < math.inf:
            raise ValueError(f"`step` of a Noise is {self.step!r}; give a positive number.")
        if self.method not in NOISE_METHODS:
            raise ValueError(
                f"`method` of a Noise is {self.method!r}; give one of {list(NOISE_METHODS)}."
            )
        if self.bounded not in (True, False):
            raise ValueError(
                f"`bounded` of a Noise is {self.bounded!r}; give True to keep noisy states in "
                "their ranges, or False."
            )
        object.__setattr__(self, "step", float(self.step))
        object.__setattr__(self, "bounded", bool(self.bounded))


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
            kept |= {
                "noise_step": self.noise.step, "noise_bounded": int(self.noise.bounded),
                "seed": int(self.seed),
            }  # fmt: skip
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
