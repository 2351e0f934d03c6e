"""Cycle: a node of a branch of cycles, with what is tested on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._collocation import Collocation
from mirrorsys.analysis.bifurcation._curve import Node
from mirrorsys.analysis.bifurcation._floquet import nontrivial
from mirrorsys.analysis.bifurcation._orbit import multipliers_of

__all__ = ["Cycle", "cycle_of", "goes_on"]

Array = NDArray[np.float64]
SMALL = 1e-3  # a leading multiplier smaller than this may change its sign
RELIABLE = 1e-3  # how far the trivial multiplier may be off for others to be looked at


@dataclass(frozen=True)
class Cycle:
    """A node with what is known of its cycle."""

    node: Node

    @property
    def collocation(self) -> Collocation:
        """Its equations."""
        assert isinstance(self.node.equations, Collocation)
        return self.node.equations

    @cached_property
    def parts(self) -> tuple[Array, float, Array]:
        """Profile, period and parameters."""
        return self.collocation.parts(self.node.z)

    @cached_property
    def multipliers(self) -> NDArray[np.complex128]:
        """Floquet multipliers."""
        return multipliers_of(self.collocation, self.node.z)

    @property
    def value(self) -> float:
        """The followed parameter."""
        return float(self.parts[2][0])

    @property
    def period(self) -> float:
        """Its period."""
        return self.parts[1]

    @cached_property
    def marks(self) -> Array:
        """Mean and spread of each state, period and parameter: the same in every phase."""
        profile, period, parameters = self.parts
        values = self.collocation.values_at(profile, np.linspace(0, 1, 128, endpoint=False))
        return np.concatenate([values.mean(axis=1), values.std(axis=1), [period], parameters])

    @cached_property
    def wave(self) -> Array:
        """The cycle around its mean, at even times; it vanishes at a Hopf point."""
        times = np.linspace(0, 1, 128, endpoint=False)
        values = self.collocation.values_at(self.parts[0], times)
        scale = self.collocation.scale[: len(values), None]
        return (values - values.mean(axis=1, keepdims=True)) / scale  # type: ignore[no-any-return]

    @property
    def doubling(self) -> Array:
        """The difference of its two halves; it vanishes where its period has doubled."""
        return self.wave - np.roll(self.wave, self.wave.shape[1] // 2, axis=1)

    @property
    def is_reliable(self) -> bool:
        """Whether the multipliers can be believed."""
        return bool(np.min(np.abs(self.multipliers - 1)) < RELIABLE)

    @property
    def status(self) -> str:
        """How exact it is, in words."""
        return f"solved to {self.collocation.error(self.parts[0]):.1e} of the diagram"

    def test(self, kind: str) -> float:
        """Return the test function of a kind of special cycle."""
        if kind == "fold of cycles":
            return float(self.node.tangent[-1])
        others = nontrivial(self.multipliers)
        if kind == "branch point of cycles":
            return _root(others - 1)
        if kind == "period doubling":
            return _root(others + 1)
        i, j = np.triu_indices(others.size, 1)
        return _root(others[i] * others[j] - 1) if i.size else 1.0


def _root(factors: NDArray[Any]) -> float:
    """Return a product of conjugate factors, its size tamed: multipliers may be enormous."""
    sizes = np.abs(factors).clip(1e-300)
    size = np.arcsinh(np.exp(np.log(sizes).mean()))
    return float(np.sign(np.prod(factors / sizes).real) * size)


@lru_cache(maxsize=8)
def cycle_of(node: Node) -> Cycle:
    """Return the cycle of a node; what is known of the last ones is kept."""
    return Cycle(node)


def goes_on(here: Node, node: Node) -> bool:
    """Tell whether two cycles may be neighbours: a multiplier is never zero, so it keeps its sign.

    The leading one of three or more can change it only by way of a complex pair.
    """
    before, now = cycle_of(here), cycle_of(node)
    if not (before.is_reliable and now.is_reliable):
        return True
    leading = [nontrivial(each.multipliers)[0] for each in (before, now)]
    if any(each.imag != 0 or abs(each) < SMALL for each in leading):
        return True
    return bool(leading[0].real * leading[1].real > 0)
