"""What is to be computed: the fixed models, and the loads made of them.

`course` is the default dyad. `outbursts` is a parameter set at which, between sessions, the
lone client's threat bursts out again and again in about a quarter of all members within 20 % of
it: there errors of phase grow from session to session, so that accuracy is judged by pathway
strength.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

import mirrorsys as ms
from mirrorsys.protocols import Protocol

Array = NDArray[np.float64]

DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
OUTBURSTS = DYAD.replace(
    name="outbursts",
    parameters={
        "tau_G": 4.6, "tau_F": 19, "rho": 6.9, "beta": 3.1, "phi": 2, "mu": 2.5, "nu": 0.82,
        "client.kappa": 1.5, "therapist.kappa": 2.7, "alpha": 0.64, "eta": 0.027, "theta": 0.05,
        "delta": 1 / (700 * 1440), "lambda_up": 0.02, "lambda_down": 0.02,
    },
    equations={
        f"{own}.signal": f"{own}.lambda_up*(1 - {own}.signal)*{own}.threat*{own}.nu"
        f"*{own}_{other}.contact*{other}.soothing"
        f" - {own}.lambda_down*{own}.signal*{own}.threat*{own}.fatigue"
        for own, other in (("client", "therapist"), ("therapist", "client"))
    },
)  # fmt: skip
RESTLESS = 4  # of the jittered members: its outbursts never end
LIFE = {"client_life": 0.082, "helper_life": 0.03, "recall": 1.0}
PATHWAYS = [DYAD.state_names.index(f"{person}.pathway") for person in ("client", "therapist")]


@dataclass(frozen=True)
class Problem:
    """One load: a system, a protocol, and members that differ in all parameters.

    `bound` is the error of pathway strength that a contestant must keep (the largest over
    phase ends, its median over members); a contestant is run at the loosest tolerance that
    does.
    """

    name: str
    words: str
    system: ms.System
    protocol: Protocol
    members: Array = field(repr=False)  # (n_member, n_parameter)
    bound: float

    @property
    def n_members(self) -> int:
        """How many members there are."""
        return len(self.members)

    @property
    def start(self) -> Array:
        """The initial state of all members, shape (n_state,)."""
        return np.array([state.value for state in self.system.states])

    def inputs(self, phase: ms.Phase) -> Array:
        """Return the inputs of a phase, shape (n_input,)."""
        values = {each.name: each.value for each in self.system.inputs}
        values |= self.system.expand(phase.inputs, "input")
        return np.array([values[name] for name in self.system.input_names])

    @cached_property
    def phases(self) -> list[tuple[Array, float]]:
        """The inputs and the duration of every phase."""
        return [(self.inputs(phase), phase.duration) for phase in self.protocol]

    def first(self, n: int) -> Problem:
        """Return the same load with fewer members."""
        return replace(self, members=self.members[:n])


def balanced(problem: Problem) -> Problem:
    """Return the same members in an order in which the first few stand for all.

    Restless members cost up to fifty times as much as calm ones. So that time can be
    extrapolated from the first k, members are ranked by their number of steps and taken in the
    order of van der Corput's sequence.
    """
    given = dict(zip(problem.system.parameter_names, problem.members.T, strict=True))
    end = {"w": ms.outputs.at_phase_ends("client.pathway")}
    steps = ms.ensemble(problem.system, given, protocol=problem.protocol, outputs=end, rtol=1e-8,
                        progress=False).n_steps.values  # fmt: skip
    ranks = np.argsort(steps, kind="stable")
    points = qmc.Halton(1, scramble=False).random(4 * problem.n_members)[1:, 0]
    chosen = list(dict.fromkeys((points * problem.n_members).astype(int).tolist()))
    chosen += sorted(set(range(problem.n_members)) - set(chosen))
    return replace(problem, members=problem.members[ranks[chosen]])


def jittered(system: ms.System, n: int) -> Array:
    """Return all parameters of n members, each within 20 % of its default."""
    drawn = ms.sample(system, n, 0.2, seed=20, method="random")
    columns = [
        drawn[p.name].values if p.name in drawn else np.full(n, p.value) for p in system.parameters
    ]
    return np.array(columns).T.copy()


def one(system: ms.System) -> Array:
    return np.array([[parameter.value for parameter in system.parameters]])


def problems(n_sessions: int = 10_000, n_courses: int = 1000) -> dict[str, Problem]:
    """Return the loads by name."""
    course = ms.protocols.weekly_sessions(20)
    restless = ms.protocols.weekly_sessions(20, **LIFE)
    hour = ms.protocols.session(**LIFE)
    every = [
        Problem("session", "one 50-minute session, outbursts set", OUTBURSTS, hour,
                one(OUTBURSTS), 1e-8),
        Problem("course", "one course of twenty weeks, default set", DYAD, course, one(DYAD),
                1e-8),
        Problem("outbursts", "one course of twenty weeks with outbursts all the time", OUTBURSTS,
                restless, jittered(OUTBURSTS, 16)[RESTLESS : RESTLESS + 1], 1e-7),
        Problem("sessions", f"{n_sessions} sessions, ±20 %", OUTBURSTS, hour,
                jittered(OUTBURSTS, n_sessions), 1e-8),
        Problem("courses", f"{n_courses} outbursts courses, ±20 %", OUTBURSTS, restless,
                jittered(OUTBURSTS, n_courses), 1e-7),
    ]  # fmt: skip
    return {problem.name: problem for problem in every}
