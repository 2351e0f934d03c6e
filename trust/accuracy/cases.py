"""Random persons and dyads with random protocols, of up to an hour: the same for every engine."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mirrorsys import System
from mirrorsys.models import client, dyad, person, therapist
from mirrorsys.protocols import Phase, Protocol, Recording
from trust.accuracy.reference import Case

__all__ = ["case_of", "is_driven", "quantiles", "times_of"]

SEED = 8
PHASES = 3  # of every protocol: members of one ensemble have the same phases
LENGTHS = (2.0, 5.0, 10.0, 15.0, 20.0)  # of a phase, in minutes; three of them: at most 60
NEAR = 2.0  # x or / the value of a role, at most, in every other case
LARGEST_INPUT = {"seen_distress": 3.0, "seen_soothing": 3.0}  # as from a few people
SAMPLES = 9  # of a recording, at most
RESETS = ({}, {"fatigue": "0.1*fatigue", "threat": 0.0}, {"threat": 0.5}, {"fatigue": "initial"})


@lru_cache(maxsize=1)
def systems() -> tuple[System, System]:
    """Return one person and one dyad; cases differ from them by values."""
    return person("ann"), dyad(client("ann"), therapist("ben"))


def case_of(number: int) -> Case:
    """Return a case: an even number is a person, an odd one a dyad.

    Of four cases two have parameters within a factor of two of their defaults, in the other
    two each lies anywhere in its admissible range.
    """
    random = np.random.default_rng([SEED, number])
    system = systems()[number % 2]
    is_wide = number % 4 >= 2
    params = {each.name: _value(each, random, is_wide) for each in system.parameters}
    initial = {each.name: float(random.uniform(*each.range)) for each in system.states}
    phases = tuple(_phase(system, random, number, index) for index in range(PHASES))
    return Case(system, params, initial, Protocol(phases, name=f"case {number}"))


def times_of(case: Case) -> NDArray[np.float64]:
    """Return the moments at which a case is compared: every half minute."""
    return np.arange(0.0, case.protocol.duration + 0.25, 0.5)


def is_driven(number: int) -> bool:
    """Tell whether inputs of a case may follow recordings."""
    return number % 8 < 4


def quantiles(numbers: ArrayLike) -> dict[str, float]:
    """Return what is reported of numbers."""
    found = np.quantile(numbers, [0.5, 0.9, 0.99, 1.0])
    return dict(zip(("median", "q90", "q99", "largest"), map(float, found), strict=True))


def _value(each: object, random: np.random.Generator, is_wide: bool) -> float:
    low, high = each.range
    if is_wide:
        return float(random.uniform(low, high))
    return float(np.clip(each.value * NEAR ** random.uniform(-1, 1), low, high))


def _phase(system: System, random: np.random.Generator, number: int, index: int) -> Phase:
    duration = float(random.choice(LENGTHS))
    inputs: dict[str, float | Recording] = {}
    for each in system.inputs:
        low, high = each.range
        high = LARGEST_INPUT.get(each.name.rpartition(".")[2], high)
        high = min(high, 1.0) if random.random() < 0.75 else high
        kind = random.choice(["rest", "level", "level", "recording"])
        if kind == "level":
            inputs[each.name] = float(random.uniform(low, high))
        elif kind == "recording" and is_driven(number):
            inputs[each.name] = _recording(random, low, high, duration)
    reset = RESETS[int(random.integers(len(RESETS)))] if index else {}
    return Phase(duration, inputs, reset=reset, name=f"phase {index}")


def _recording(random: np.random.Generator, low: float, high: float, duration: float) -> Recording:
    n = int(random.integers(2, SAMPLES + 1))
    places = np.sort(random.choice(np.arange(1, 65), n, replace=False)) * duration / 64
    times = np.concatenate([[0.0], places])
    return Recording(tuple(times.tolist()), tuple(random.uniform(low, high, n + 1).tolist()))
