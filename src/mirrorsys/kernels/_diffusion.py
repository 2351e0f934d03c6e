"""What a step with noise needs of a system's diffusion, in symbols."""

from __future__ import annotations

import math

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System

__all__ = ["Bounds", "noise_bounds", "noise_terms", "noisy_states"]

Bounds = tuple[tuple[float, float], ...]


def noisy_states(system: System) -> tuple[int, ...]:
    """Return which states have noise of their own."""
    return tuple(index for index, g in enumerate(system.diffusion) if g != 0)


def noise_bounds(system: System, bounded: bool) -> Bounds:
    """Return between which values each noisy state stays: its range, or all numbers."""
    everywhere = (-math.inf, math.inf)
    return tuple(
        system.states[index].range if bounded else everywhere for index in noisy_states(system)
    )


def noise_terms(system: System) -> list[sp.Expr]:
    """Return g of every noisy state, then g g'/2, by which Milstein's method goes further."""
    noisy = [(system.diffusion[i], symbol(system.state_names[i])) for i in noisy_states(system)]
    return [*(g for g, _ in noisy), *(g * sp.diff(g, x) / 2 for g, x in noisy)]
