"""Faults planted on purpose: a check that never fails says nothing by holding."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import mirrorsys as ms
from mirrorsys._expressions import symbol
from mirrorsys.testing import (
    Outcome,
    check_bounded,
    check_bounded_sensitivity,
    check_box_invariant,
    check_contraction,
    check_engine_agreement,
    check_equilibria_complete,
    check_jacobian,
    check_lyapunov_function,
    check_monotone,
    check_semigroup,
    check_stability_matches_flow,
    check_step_independence,
    check_symmetry,
    check_time_rescaling,
)
from trust.properties._tally import asked

__all__ = ["FAULTS", "measured_faults"]

SEEDS = range(5)
K = ms.Parameter("k", 1, range=(0, 2), unit="1/h")
CUBIC = ms.System("cubic", {"x": "m + x - x**3"}, [ms.Parameter("m", 0, range=(-1, 1))],
                  box={"x": (-2, 2)})  # fmt: skip
SWITCH = ms.System("switch", {"x": "x*(a - x)"}, [ms.Parameter("a", 1, range=(0.5, 2))],
                   box={"x": (0, 2)})  # fmt: skip
PULL = ms.System("pull", {"x": "2*(a - x)"}, [ms.Parameter("a", 0.5, range=(0, 1))],
                 box={"x": (0, 1)})  # fmt: skip
DECAY = ms.System("decay", {"x": "-k*x"}, [K], box={"x": (0, 1)}, initial={"x": 1}, time_unit="h")
WANDER = ms.System("wander", {"x": "-x"}, diffusion={"x": 0.3})
CLIENT = ms.models.client()
LEAKY = CLIENT.replace(equations={"threat": CLIENT.equations["threat"] - 0.01})
TWIN = ms.models.client("ben")
UNEVEN = ms.models.dyad(ms.models.client("ann"), TWIN.replace(
    equations={"threat": 1.001 * TWIN.equations["threat"]}))  # fmt: skip
HURRIED = CLIENT.replace(
    equations={"soothing": CLIENT.equations["soothing"] * symbol("tau_G") / 2.4}
)
RUNAWAY = ms.System("runaway", {"x": "(k - 1)*x"}, [K], box={"x": (0, math.inf)},
                    initial={"x": 1})  # fmt: skip


def _wrong_slope(state: Mapping[str, float], params: Mapping[str, float]) -> list[list[float]]:
    return [[1 + 3 * state["x"] ** 2]]


def _slightly_off(x: Mapping[str, float], t: float, p: Mapping[str, float]) -> list[float]:
    return [x["x"] * math.exp(-p["k"] * t) * 1.001]


# For each property: what is wrong with the system or the claim, and how it is asked.
FAULTS: Mapping[str, tuple[str, Callable[[int], Outcome]]] = {
    "box_invariant": ("threat of a client leaks, at a hundredth of its range a minute",
                      lambda seed: asked(check_box_invariant, LEAKY, seed=seed)),
    "bounded": ("growth where a parameter is above the middle of its range",
                lambda seed: asked(check_bounded, RUNAWAY, seed=seed)),
    "jacobian": ("a wrong sign in a Jacobian",
                 lambda seed: asked(check_jacobian, CUBIC, _wrong_slope, seed=seed)),
    "equilibria_complete": ("one of two equilibria is forgotten", lambda seed: asked(
        check_equilibria_complete, SWITCH, lambda p: [[p["a"]]], seed=seed)),
    "stability_matches_flow": ("an unstable equilibrium is called stable", lambda seed: asked(
        check_stability_matches_flow, SWITCH, lambda p: [([0], True)], seed=seed)),
    "semigroup": ("a flow that is a thousandth off after every run", lambda seed: asked(
        check_semigroup, DECAY, _slightly_off, seed=seed)),
    "time_rescaling": ("a number where a time constant should be",
                       lambda seed: asked(check_time_rescaling, HURRIED, seed=seed)),
    "engine_agreement": ("an engine that is a thousandth off", lambda seed: asked(
        check_engine_agreement, DECAY, _slightly_off, "scipy", seed=seed)),
    "step_independence": ("steps that are nearly too long to be stable", lambda seed: asked(
        check_step_independence, WANDER, step=1.8, seed=seed)),
    "lyapunov_function": ("a function that grows around van der Pol's equilibrium",
                          lambda seed: asked(check_lyapunov_function, ms.models.zoo.van_der_pol(),
                                             "x**2 + y**2", seed=seed)),
    "contraction": ("two wells are said to be one",
                    lambda seed: asked(check_contraction, CUBIC, seed=seed)),
    "symmetry": ("two persons, one a thousandth faster", lambda seed: asked(
        check_symmetry, UNEVEN, {"ann": "ben", "ben": "ann"}, seed=seed)),
    "monotone": ("a rise is said to be a fall", lambda seed: asked(
        check_monotone, PULL, "x", "a", "decreasing", seed=seed)),
    "bounded_sensitivity": ("a bound that is a tenth too tight", lambda seed: asked(
        check_bounded_sensitivity, PULL, "x", "a", 0.9, seed=seed)),
}  # fmt: skip


def measured_faults() -> dict[str, Any]:
    """Return for each property the fault, in how many searches it is found, and how soon."""
    found = {}
    for name, (fault, ask) in FAULTS.items():
        outcomes = [ask(seed) for seed in SEEDS]
        hits = [each for each in outcomes if each.failure]
        found[name] = {
            "fault": fault, "searches": len(outcomes), "found": len(hits),
            "cases": max((each.n_cases for each in hits), default=0),
            "changed": max((_changed(each.failure) for each in hits), default=0),
        }  # fmt: skip
        print(f"{name}: {found[name]}", flush=True)
    return found


def _changed(failure: str) -> int:
    """Return how many parameters of a counterexample differ from their defaults."""
    line = next(line for line in failure.splitlines() if line.startswith("  params:"))
    return line.count(" = ")
