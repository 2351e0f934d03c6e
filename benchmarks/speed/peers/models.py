"""The two fixed models of the benchmark, and the plain numbers that peers need.

`course` is the default dyad. `outbursts` is a parameter set at which the client's threat can
burst out again and again between sessions; its signal learns whether engaged or not.

Peers do not read the symbols of mirrorsys: `rates` is written once by hand, from +, −, × and /
only, so that it takes floats, JAX arrays and the symbols of heyoka, SymPy and symengine alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms

Array = NDArray[np.float64]

PERSONS = ("client", "therapist")
NAMES = ("tau_R", "rho", "tau_G", "kappa", "beta", "mu", "nu", "tau_F", "alpha", "phi", "eta",
         "theta", "delta", "lambda_up", "lambda_down")  # fmt: skip
N_STATES, N_PARAMETERS, N_INPUTS = 10, 2 * len(NAMES), 4
PATHWAYS = [3, 8]  # where pathway strength stands in a state

OUTBURSTS = {
    "tau_G": 4.6, "tau_F": 19, "rho": 6.9, "beta": 3.1, "phi": 2, "mu": 2.5, "nu": 0.82,
    "client.kappa": 1.5, "therapist.kappa": 2.7, "alpha": 0.64, "eta": 0.027, "theta": 0.05,
    "delta": 1 / (700 * 1440), "lambda_up": 0.02, "lambda_down": 0.02,
}  # fmt: skip
OUTBURSTS_LIFE = {"client_life": 0.082, "helper_life": 0.03, "recall": 1.0}


@dataclass(frozen=True)
class Phase:
    """A stretch of time with constant inputs, in numbers."""

    duration: float  # minutes
    stressors: tuple[float, float]  # client, therapist
    engagement: float
    contact: float

    @property
    def inputs(self) -> Array:
        """The inputs in the order of `rates`, shape (4,)."""
        return np.array([*self.stressors, self.engagement, self.contact])


@dataclass(frozen=True)
class Model:
    """A dyad and its protocol, for mirrorsys (`system`, `protocol`) and in plain numbers.

    `parameters` has shape (30,): `NAMES` of the client, then of the therapist. `is_gated`
    says whether the signal learns only while engaged.
    """

    name: str
    system: ms.System = field(repr=False)
    protocol: ms.protocols.Protocol = field(repr=False)
    is_gated: bool

    @property
    def start(self) -> Array:
        """The library's initial state, shape (10,)."""
        return np.array([state.value for state in self.system.states])

    @property
    def parameters(self) -> Array:
        """The defaults of all parameters, shape (30,)."""
        return np.array([self.system[f"{who}.{name}"].value for who in PERSONS for name in NAMES])

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The protocol in numbers."""
        return tuple(_plain(phase) for phase in self.protocol)


def _plain(phase: ms.Phase) -> Phase:
    client, therapist = (float(phase.inputs[f"{who}.stressor"]) for who in PERSONS)
    engagement = float(phase.inputs.get("engagement", 0.0))
    contact = float(phase.inputs.get("contact", 0.0))
    return Phase(float(phase.duration), (client, therapist), engagement, contact)


@cache
def course(n_sessions: int = 20) -> Model:
    """Return the default client and therapist, a session a week."""
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    return Model("course", dyad, ms.protocols.weekly_sessions(n_sessions), is_gated=True)


@cache
def outbursts(n_sessions: int = 20) -> Model:
    """Return the set with outbursts, a session a week."""
    system = course().system.replace(
        name="outbursts",
        parameters=OUTBURSTS,
        equations={
            f"{own}.signal": f"{own}.lambda_up*(1 - {own}.signal)*{own}.threat"
            f"*{own}.nu*{own}_{other}.contact*{other}.soothing"
            f" - {own}.lambda_down*{own}.signal*{own}.threat*{own}.fatigue"
            for own, other in (PERSONS, PERSONS[::-1])
        },
    )
    protocol = ms.protocols.weekly_sessions(n_sessions, **OUTBURSTS_LIFE)
    return Model("outbursts", system, protocol, is_gated=False)


def rates(y: Sequence[Any], p: Sequence[Any], u: Sequence[Any], is_gated: bool) -> tuple[Any, ...]:
    """Return d(state)/dt of both persons, ten numbers or symbols.

    `y` has ten states, `p` thirty parameters, `u` the four inputs of a phase.
    """
    client = person_rates(y[:5], y[5:10], p[:15], u[0], u[2], u[3], is_gated)
    therapist = person_rates(y[5:10], y[:5], p[15:30], u[1], u[2], u[3], is_gated)
    return client + therapist


def person_rates(
    own: Sequence[Any], other: Sequence[Any], p: Sequence[Any], s: Any, e: Any, contact: Any,
    is_gated: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """Return d(state)/dt of one person with stressor `s` and engagement `e`.

    Simple enough for numba to compile as it stands.
    """
    R, G, F, W, H = own
    R_other, G_other, _, _, H_other = other
    tau_R, rho, tau_G, kappa, beta, mu, nu, tau_F, alpha, phi, eta, theta, delta, up, down = p
    m = contact * mu * H_other * R_other * (1 - G_other)
    n = contact * nu * G_other
    learnt = up * (1 - H) * R * n - down * H * R * F
    dR = (-R + (1 - R) * (s + rho * R * R + m) - R * (beta * G + phi * F)) / tau_R
    dG = (-G + (1 - G) * (kappa * W * R + n)) / tau_G
    dF = (-F + (1 - F) * alpha * R) / tau_F
    dW = e * eta * R * (G * G * (1 - W) - theta * theta * W) - delta * W
    return dR, dG, dF, dW, (e * learnt if is_gated else learnt)
