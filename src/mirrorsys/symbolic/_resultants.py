"""States eliminated from one equation by the equilibrium equations, through resultants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import mul

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.symbolic._characteristic import substitutions
from mirrorsys.symbolic._relations import factorised, knowledge
from mirrorsys.symbolic._rings import Polynomial, Ring, WorkLimitError, ring_of

__all__ = ["without"]

MAX_TERMS = 500  # of each of two polynomials whose resultant is taken
MAX_DEGREE = 12  # of both together, in what is eliminated


def without(
    factors: Sequence[sp.Expr],
    system: System,
    params: Mapping[str, float] | None,
    states: Sequence[str],
) -> tuple[sp.Expr, ...]:
    """Return factors that vanish if the given ones do at an equilibrium, free of `states`.

    Also eliminated are the functions of states that occur; without `states`, every state.
    """
    values = substitutions(system, params)
    rates = [rate.xreplace(values) for rate in system.rhs]
    ring = ring_of([*factors, *rates])
    elimination = _Elimination(
        system,
        ring,
        tuple(ring.fraction(each)[0] for each in factors),
        tuple(ring.fraction(rate)[0] for rate in rates),
    )
    names = states or system.state_names
    own = {symbol(name) for name in system.state_names}
    for index, generator in enumerate(ring.generators):
        if not generator.is_Symbol and generator.free_symbols & own:
            elimination = elimination.step(index)
    for name in names:
        index = ring.generators.index(symbol(name)) if symbol(name) in ring.generators else -1
        if states or elimination.can_step(index):
            elimination = elimination.step(index)
    known = knowledge(system)
    found = (known.vanishing(ring, each) for each in elimination.wanted)
    return tuple(dict.fromkeys(factor for each in found for factor in each))


@dataclass(frozen=True)
class _Elimination:
    """The factors wanted, and the equilibrium equations not used up yet."""

    system: System
    ring: Ring
    wanted: tuple[Polynomial, ...]
    equations: tuple[Polynomial, ...]

    def can_step(self, index: int) -> bool:
        return index < 0 or any(each.degrees()[index] for each in self.equations)

    def step(self, index: int) -> _Elimination:
        """Return the elimination after one generator is gone."""
        everything = (*self.wanted, *self.equations)
        if index < 0 or not any(each.degrees()[index] for each in everything):
            return self
        using = [each for each in self.equations if each.degrees()[index]]
        if not using:
            raise ValueError(
                f"no equilibrium equation of {self.system.name!r} is left that would determine "
                f"{self.ring.generators[index]}; eliminate fewer states."
            )
        pivot = min(using, key=lambda each: (each.degrees()[index], len(each)))
        others = list(self.equations)
        others.remove(pivot)
        return replace(
            self,
            wanted=tuple(self._resultant(each, pivot, index) for each in self.wanted),
            equations=tuple(self._resultant(each, pivot, index) for each in others),
        )

    def _resultant(self, left: Polynomial, pivot: Polynomial, index: int) -> Polynomial:
        """Return a polynomial that vanishes where both do, each factor once."""
        if not left.degrees()[index]:
            return left
        degree = left.degrees()[index] + pivot.degrees()[index]
        if max(len(left), len(pivot)) > MAX_TERMS or degree > MAX_DEGREE:
            raise WorkLimitError(
                f"eliminating {self.ring.generators[index]} needs a resultant of degree {degree} "
                f"of polynomials with {len(left)} and {len(pivot)} terms, more than {MAX_DEGREE} "
                f"and {MAX_TERMS}; give numbers in `params`, or freeze states."
            )
        result = left.resultant(pivot, index)
        if result.is_zero():
            return result
        _, factors = factorised(self.ring, result)
        return reduce(mul, (factor for factor, _ in factors), self.ring.constant(1))
