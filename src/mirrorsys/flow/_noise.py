"""Steps with noise in NumPy, where there is no machine code."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.flow._events import event_functions
from mirrorsys.flow._plans import inputs_of
from mirrorsys.flow._problem import Noise, PhaseProblem, PhaseResult, Settings
from mirrorsys.kernels import expression_function, kernel
from mirrorsys.kernels._diffusion import noise_bounds, noise_terms, noisy_states
from mirrorsys.kernels._random import normals

__all__ = ["check_noise", "equal_steps", "integrate_phase_with_noise"]

MOST_STEPS = 1e18  # more than are ever taken: `max_steps` refuses them

Array = NDArray[np.float64]


def check_noise(system: System, noise: Noise | None, seed: int | None) -> None:
    """Refuse a system with noise that is not told how, and the other way round.

    Raises
    ------
    ValueError
        With what to give.
    """
    is_noisy = any(amplitude != 0 for amplitude in system.diffusion)
    if noise is not None and not isinstance(noise, Noise):
        raise TypeError(f"`noise` is {noise!r}; give a Noise, such as mirrorsys.Noise(step=0.01).")
    if is_noisy and noise is None:
        raise ValueError(
            f"{system.name!r} has noise (`diffusion`): give noise=mirrorsys.Noise(step=...) and a "
            "seed, or set it to zero with system.replace(diffusion={name: 0})."
        )
    if not is_noisy:
        if noise is not None or seed is not None:
            raise ValueError(
                f"`noise` or `seed` is given, but {system.name!r} has no diffusion; add it with "
                "system.replace(diffusion={name: amplitude}) or leave them out."
            )
        return
    if not (isinstance(seed, int | np.integer) and 0 <= int(seed) < 2**63):
        raise ValueError(f"`seed` is {seed!r}; give a whole number from 0 to 2**63 - 1.")
    assert noise is not None
    if noise.method == "milstein":
        _check_own(system)


def _check_own(system: System) -> None:
    """Refuse Milstein's method where a noisy state moves another's amplitude."""
    noisy = {symbol(system.state_names[i]) for i in noisy_states(system)}
    for index in noisy_states(system):
        own = symbol(system.state_names[index])
        if others := sorted(map(str, (system.diffusion[index].free_symbols & noisy) - {own})):
            raise ValueError(
                f"the diffusion of {own} depends on {others}, which have noise themselves: "
                "Milstein's method would need double integrals; give Noise(step, method='euler')."
            )


def equal_steps(duration: float, longest: float) -> float:
    """Return the length of the fewest equal steps that are no longer than `longest`."""
    fewest = min(duration / longest * (1 - 1e-12), MOST_STEPS)
    return duration / max(math.ceil(fewest), 1)


def integrate_phase_with_noise(problem: PhaseProblem, settings: Settings) -> PhaseResult:
    """Integrate one phase in NumPy, with the numbers that machine code would use."""
    assert settings.noise is not None
    assert settings.seed is not None
    system, noisy = problem.system, list(noisy_states(problem.system))
    result = PhaseResult(end_state=problem.state0)
    inputs, now = inputs_of(problem.plan), problem.plan.constants.copy()
    rates, _ = kernel(system).at(problem.parameters, now)
    terms, out = expression_function(system, tuple(noise_terms(system))), np.empty(2 * len(noisy))
    watch = _Watch(problem, inputs) if problem.events else None
    low, high = np.array(noise_bounds(system, settings.noise.bounded)).T
    h = equal_steps(problem.duration, settings.noise.step)
    n_steps = round(problem.duration / h)
    if n_steps > settings.max_steps:
        result.failure = f"more than `max_steps` = {settings.max_steps} steps"
        return result
    y = problem.state0
    for number in range(n_steps):
        begin, end = number * h, problem.duration if number == n_steps - 1 else (number + 1) * h
        now[:] = inputs(begin)
        terms(y, problem.parameters, now, out)
        change = math.sqrt(h) * normals(
            settings.seed, problem.stream, problem.n_before + number, len(noisy)
        )
        new = y + h * rates(y)
        new[noisy] += out[: len(noisy)] * change
        if settings.method == "milstein":
            new[noisy] += out[len(noisy) :] * (change * change - h)
        new[noisy] = _inside(new[noisy], low, high)
        result.n_steps, result.n_rhs = number + 1, number + 1
        if not np.isfinite(new).all():
            result.failure = "a state is no longer finite"
            return result
        if watch is not None:
            watch.step((begin, y), (end, new), result)
        _keep(problem, result, (begin, y), (end, new))
        if result.is_stopped:
            return result
        y = new
    return result


class _Watch:
    """Looks for events step by step, along the chord of each step.

    A quantity is above its level or not; where it starts at the level it is on no side yet, so
    that to leave it is no crossing, but a step that ends at the level hides none.
    """

    def __init__(self, problem: PhaseProblem, inputs: Callable[[float], Array]) -> None:
        self.inputs = inputs
        self.events = event_functions(problem.events, problem.system, problem.parameters)
        self.levels = self.events.values(problem.state0, inputs(0.0))
        self.side = np.sign(self.levels)

    def step(
        self, before: tuple[float, Array], after: tuple[float, Array], result: PhaseResult
    ) -> None:
        """Add the crossings of a step to `result`; a terminal one ends the phase."""
        (begin, y), (end, new) = before, after
        old, self.levels = self.levels, self.events.values(new, self.inputs(end))
        is_on_none = (self.side == 0) & (self.levels == 0)
        was, self.side = self.side, np.where(is_on_none, 0, np.where(self.levels > 0, 1, -1))
        crossed = (was != 0) & (self.side != was) & (self.side * self.events.directions >= 0)
        found = sorted((old[i] / (old[i] - self.levels[i]), int(i))
                       for i in np.flatnonzero(crossed))  # fmt: skip
        for share, index in found:
            time, state = begin + share * (end - begin), y + share * (new - y)
            result.hits.append((index, time, state))
            if self.events.terminal[index]:
                result.stopped_by, result.end, result.end_state = index, time, state
                return


def _inside(x: Array, low: Array, high: Array) -> Array:
    """Return states reflected at the end they have passed; what is not finite stays so."""
    with np.errstate(invalid="ignore"):
        once = np.where(x < low, 2.0 * low - x, np.where(x > high, 2.0 * high - x, x))
    return np.where(np.isfinite(x), np.clip(once, low, high), x)


def _keep(
    problem: PhaseProblem,
    result: PhaseResult,
    before: tuple[float, Array],
    after: tuple[float, Array],
) -> None:
    """Keep the step, or the states at the wanted times within it, up to where the run stopped."""
    (begin, y), (end, new) = before, after
    if not result.is_stopped:
        result.end, result.end_state = end, new
    if problem.times is None:
        if not result.is_stopped:
            result.times.append(end)
            result.states.append(new)
        return
    first, last = np.searchsorted(problem.times, (begin, result.end), side="right")
    for time in problem.times[first:last].tolist():
        result.times.append(time)
        result.states.append(y + (time - begin) / (end - begin) * (new - y))
