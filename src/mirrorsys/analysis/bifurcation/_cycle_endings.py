"""Where branches of cycles end: at a point, at half the period, toward a homoclinic orbit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._curve import Ending, Node, Steps, corrected
from mirrorsys.analysis.bifurcation._cycle import Cycle, cycle_of
from mirrorsys.analysis.bifurcation._defining import EquilibriumEquations, HopfPoints, newton

__all__ = ["cycle_ending"]

Array = NDArray[np.float64]
STEADY = 1e-3  # of the bounds: how little the parameter moves while the period grows
GROWING = 1.02  # times the period, from one cycle to the next
LONG = 8.0  # times the first period, before a cycle may count as nearly homoclinic
NEAR, MOSTLY = 0.05, 0.6  # of the range of the cycle; of its period spent that near a saddle
SADDLE_NODE = 0.02  # an eigenvalue this small beside the largest counts as zero


def cycle_ending(
    bounds: tuple[float, float], steps: Steps, max_period: float, start: Node
) -> Ending:
    """Return what ends a branch of cycles that begins at a node."""
    low, high = bounds
    span = high - low
    first = Cycle(start)
    n, usual = first.collocation.field.n, first.collocation.scale
    first_period, scale = first.period, np.concatenate([usual[:n], usual])

    def ending(here: Node, node: Node) -> tuple[Node | None, str] | None:
        before, now = cycle_of(here), cycle_of(node)
        name = now.collocation.field.names[0]
        if not low <= now.value <= high:
            end = low if now.value < low else high
            return _at_bound(here, node, end / span, steps), f"reaches the bound {name} = {end:g}"
        if _is_opposite(before.wave, now.wave):
            return None, _point_in_words(before)
        if _is_opposite(before.doubling, now.doubling):
            where = f"near {name} = {now.value:.6g}"
            return None, f"joins a cycle of half its period {where} (its period doubling)"
        if node.tangent[-1] * start.tangent[-1] > 0 and _is_back(first, before, now, scale):
            return start, "closed curve"
        if now.period > max_period or (
            now.period > LONG * first_period
            and now.period > GROWING * before.period
            and abs(now.value - before.value) < STEADY * span
            and _lingers(now)
        ):
            return node, _long_in_words(now)
        return None

    return ending


def _is_opposite(before: Array, now: Array) -> bool:
    """Tell whether a wave has shrunk to nothing and come out on the other side."""
    overlap = np.sum(before * now) / (np.linalg.norm(before) * np.linalg.norm(now) + 1e-300)
    return bool(overlap < -0.5)


def _is_back(first: Cycle, before: Cycle, now: Cycle, scale: Array) -> bool:
    """Tell whether a cycle lies within a step of the first one, on any mesh and in any phase."""
    step = float(np.linalg.norm((now.marks - before.marks) / scale))
    away = abs(now.node.length - first.node.length) > 3 * step
    return away and bool(np.linalg.norm((now.marks - first.marks) / scale) < step)


def _at_bound(here: Node, node: Node, end: float, steps: Steps) -> Node | None:
    """Return the cycle at a bound of the parameter, which is the last unknown."""
    moved = node.z[-1] - here.z[-1]
    share = (end - here.z[-1]) / moved if moved else 0.0
    if share <= 1e-9:
        return None
    row = np.zeros_like(here.z)
    row[-1] = 1.0
    guess = here.z + share * (node.z - here.z)
    guess[-1] = end
    return corrected(here.equations, guess, here.tangent, steps, row)


def _point_in_words(cycle: Cycle) -> str:
    profile, _, parameters = cycle.parts
    at = cycle.collocation.field
    y = np.append(profile[:, :, :-1].mean(axis=(1, 2)), parameters)
    found = newton(*HopfPoints.near(at, y))
    if found is None:
        return f"shrinks to an equilibrium near {at.names[0]} = {parameters[0]:.6g}"
    return f"shrinks to the Hopf point at {at.names[0]} = {found[at.n]:.10g}"


def _long_in_words(cycle: Cycle) -> str:
    at, found = cycle.collocation.field, _slowest(cycle)
    text = f"period {cycle.period:.6g} near {at.names[0]} = {cycle.value:.8g}"
    if found is None:
        return f"stopped: {text}"
    state, real = found[0], found[1].real
    where = ", ".join(
        f"{name}={each:.4g}" for name, each in zip(at.system.state_names, state, strict=True)
    )
    if np.abs(real).min() < SADDLE_NODE * np.abs(real).max():
        return f"grows toward a saddle-node on a cycle, {text} (equilibrium {where})"
    if (real > 0).any() and (real < 0).any():
        return f"grows toward a homoclinic orbit to the saddle {where}, {text}"
    return f"stopped: {text}, lingering at the equilibrium {where}"


def _slowest(cycle: Cycle) -> tuple[Array, NDArray[np.complex128]] | None:
    """Return the equilibrium at which the cycle lingers, and its eigenvalues."""
    profile, _, parameters = cycle.parts
    at = cycle.collocation.field
    points = profile[:, :, :-1].reshape(at.n, -1)
    full = np.vstack([points, np.repeat(parameters[:, None], points.shape[1], axis=1)])
    speed = np.linalg.norm(at.rates_at(full) / cycle.collocation.scale[: at.n, None], axis=0)
    near = points[:, int(np.argmin(speed))]
    found = newton(_Held(EquilibriumEquations(at), parameters), near)
    reach = np.ptp(points, axis=1) + 1e-300
    is_there = found is not None and np.max(np.abs(found - near) / reach) <= 2 * NEAR
    state = found if found is not None and is_there else near
    values = np.linalg.eigvals(at.slopes(np.append(state, parameters))[:, : at.n]).astype(complex)
    # Beyond a saddle-node no equilibrium is left, but where it was the cycle still lingers.
    is_ghost = np.abs(values.real).min() < SADDLE_NODE * np.abs(values.real).max()
    return (state, values) if is_there or is_ghost else None


def _lingers(cycle: Cycle) -> bool:
    """Tell whether the cycle spends most of its period at one equilibrium."""
    found = _slowest(cycle)
    if found is None:
        return False
    times = np.linspace(0, 1, 400, endpoint=False)
    values = cycle.collocation.values_at(cycle.parts[0], times)
    reach = np.ptp(values, axis=1).clip(1e-300)
    gaps = np.max(np.abs(values - found[0][:, None]) / reach[:, None], axis=0)
    return bool((gaps < NEAR).mean() > MOSTLY)


@dataclass(frozen=True)
class _Held:
    """The equations of an equilibrium with the parameter held."""

    equations: EquilibriumEquations
    parameters: Array

    def residual(self, x: Array) -> Array:
        return self.equations.residual(np.append(x, self.parameters))

    def matrix(self, x: Array) -> Array:
        return self.equations.matrix(np.append(x, self.parameters))[:, : x.size]
