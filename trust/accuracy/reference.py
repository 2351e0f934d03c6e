"""Reference runs: a system through a protocol, 28 digits, phase by phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from mirrorsys import System
from mirrorsys._expressions import parse, symbol
from mirrorsys.protocols import Phase, Protocol, Recording
from trust.accuracy.series import (
    BITS,
    Equations,
    constants_of,
    equations_of,
    fixed,
    series,
    step_of,
    value_at,
)

__all__ = ["Case", "Reference", "Step", "reference_of"]

Array = NDArray[np.float64]
FIRST = 2.0**-10  # the first step of a phase, before its size is known
GAUSS = tuple(fixed(Fraction(0.5 + sign * 3**0.5 / 6)) for sign in (-1, 1))


class Case(NamedTuple):
    """What is run: `params` and `initial` by full name, as `simulate` takes them."""

    system: System
    params: Mapping[str, float]
    initial: Mapping[str, float]
    protocol: Protocol


class Step(NamedTuple):
    """A step for the variational equation: its time, and states and inputs at two points of it."""

    end: float
    length: float
    states: Array  # (2, n_state)
    inputs: Array  # (2, n_input)
    after_reset: bool = False


@dataclass(frozen=True)
class Reference:
    """States at the wanted times, (n_times, n_state), and at the end of each phase.

    `digits` are the same states as whole multiples of 2**-BITS.
    """

    states: Array
    at_end: Array
    steps: tuple[Step, ...]
    digits: list[list[int]]


def reference_of(case: Case, times: Sequence[float]) -> Reference:
    """Return the reference of a case; at an edge the state with which the next phase begins."""
    system = case.system
    values = _values(case)
    start = [fixed(values[symbol(name)]) for name in system.state_names]
    state, begin, found = start, 0, _Found(system)
    wanted = [fixed(each) for each in times]
    for index, phase in enumerate(case.protocol):
        state = _reset(system, phase, state, start)
        end = begin + fixed(phase.duration)
        last = index == len(case.protocol) - 1
        asked = [each - begin for each in wanted if begin <= each < end or (last and each == end)]
        state = _phase(system, phase, values, state, asked, found, begin)
        found.at_end.append(_floats(state))
        begin = end
    return Reference(
        np.array([_floats(each) for each in found.states]).reshape(-1, len(start)),
        np.array(found.at_end), tuple(found.steps), found.states,
    )  # fmt: skip


class _Found:
    def __init__(self, system: System) -> None:
        self.system = system
        self.states: list[list[int]] = []
        self.at_end: list[Array] = []
        self.steps: list[Step] = []


def _values(case: Case) -> dict[sp.Symbol, Fraction]:
    """Return every quantity of the system at its value, exactly."""
    system = case.system
    values = {each.name: each.value for each in system.quantities}
    values |= system.expand(case.params, "parameter or input")
    values |= system.expand(case.initial, "state")
    return {symbol(name): Fraction(float(value)) for name, value in values.items()}


def _floats(state: Sequence[int]) -> Array:
    return np.array([float(Fraction(each, 1 << BITS)) for each in state])


@lru_cache(maxsize=256)
def _equations(system: System, driven: tuple[str, ...]) -> Equations:
    varying = [symbol(name) for name in (*system.state_names, *driven)]
    return equations_of(system.rhs, varying)


def _phase(
    system: System, phase: Phase, values: Mapping[sp.Symbol, Fraction], state: list[int],
    asked: Sequence[int], found: _Found, begin: int,
) -> list[int]:  # fmt: skip
    given = system.expand(phase.inputs, "input")
    recordings = {name: each for name, each in given.items() if isinstance(each, Recording)}
    levels = {symbol(n): Fraction(v) for n, v in given.items() if n not in recordings}
    equations = _equations(system, tuple(recordings))
    constants = constants_of(equations, {**values, **levels})
    duration = fixed(phase.duration)
    edges = {fixed(t) for each in recordings.values() for t in each.times}
    edges = sorted({each for each in edges if 0 < each < duration} | {duration})
    now, guess, left, fresh = 0, fixed(FIRST), list(asked), True
    resting = [float({**values, **levels}[symbol(name)]) for name in system.input_names]
    while left and left[0] == 0:
        found.states.append(state)
        left.pop(0)
    while now < duration:
        edge = next(each for each in edges if each > now)
        inputs = [_curve(each, now, guess) for each in recordings.values()]
        terms = series(equations, constants, state, inputs, guess)
        length = min(step_of(terms, guess), edge - now)
        while left and left[0] <= now + length:
            found.states.append(value_at(terms, ((left.pop(0) - now) << BITS) // guess))
        made = _step(system, terms, inputs, list(recordings), resting, begin + now, length, guess)
        found.steps.append(made._replace(after_reset=bool(fresh and phase.reset)))
        state = value_at(terms, (length << BITS) // guess)
        now, fresh = now + length, False
        guess = max(length, guess if length == edge - (now - length) else 0)
    return state


def _step(
    system: System, terms: list[list[int]], inputs: list[list[int]], driven: list[str],
    resting: list[float], now: int, length: int, guess: int,
) -> Step:  # fmt: skip
    places = [(place * length >> BITS) * (1 << BITS) // guess for place in GAUSS]
    u = np.tile(np.array(resting), (2, 1))
    for name, curve in zip(driven, inputs, strict=True):
        u[:, system.input_names.index(name)] = [
            float(Fraction(value_at([curve], place)[0], 1 << BITS)) for place in places
        ]
    states = np.array([_floats(value_at(terms, place)) for place in places])
    one = 1 << BITS
    return Step(float(Fraction(now + length, one)), float(Fraction(length, one)), states, u)


@lru_cache(maxsize=64)
def _pieces(recording: Recording) -> list[list[Fraction]]:
    curve = PchipInterpolator(recording.times, recording.values)
    return [[Fraction(float(each)) for each in column] for column in curve.c.T]


def _curve(recording: Recording, now: int, h: int) -> list[int]:
    """Return the Taylor coefficients of a recording at a time, times the powers of `h`."""
    edges = [fixed(each) for each in recording.times]
    if now < edges[0] or now >= edges[-1]:
        return [fixed(recording.values[0 if now < edges[0] else -1])]
    piece = max(i for i, each in enumerate(edges) if each <= now)
    a, b, c, d = _pieces(recording)[piece]  # of the powers 3 to 0
    x, step = Fraction(now - edges[piece], 1 << BITS), Fraction(h, 1 << BITS)
    shifted = [d + x * (c + x * (b + x * a)), c + x * (2 * b + 3 * a * x), b + 3 * a * x, a]
    return [fixed(each * step**k) for k, each in enumerate(shifted)]


def _reset(system: System, phase: Phase, state: list[int], start: list[int]) -> list[int]:
    """Return the state with which a phase begins."""
    names, new = system.state_names, list(state)
    for name, value in system.expand(phase.reset, "state").items():
        index = names.index(name)
        if not isinstance(value, str):
            new[index] = fixed(value)
            continue
        owner = name.rpartition(".")[0]
        known = {
            symbol(key): sp.Rational(each, 1 << BITS)
            for full, each in zip(names, state, strict=True)
            for key in (full, full.rpartition(".")[2] if full.startswith(f"{owner}.") else full)
        }
        known[symbol("initial")] = sp.Rational(start[index], 1 << BITS)
        number = parse(value).subs(known)
        new[index] = fixed(Fraction(int(number.p), int(number.q)))
    return new
