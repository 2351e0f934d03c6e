"""States eliminated from one equation by the equilibrium equations, through resultants.

A resultant vanishes identically where two polynomials have a factor in common, and then
says nothing. So every equation is split into its irreducible factors first, and each choice
of one factor from each equation, a *branch* of the equilibria such as x = 0, is followed by
itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System
from mirrorsys.symbolic._characteristic import substitutions
from mirrorsys.symbolic._relations import Knowledge, factorised, knowledge
from mirrorsys.symbolic._rings import Polynomial, Ring, WorkLimitError, ring_of

__all__ = ["without"]

MAX_WORK = 4_000  # terms of two polynomials multiplied, times their degrees: some seconds
MAX_BRANCHES = 100


def without(
    factors: Sequence[sp.Expr],
    system: System,
    params: Mapping[str, float] | None,
    states: Sequence[str],
) -> tuple[sp.Expr, ...]:
    """Return factors one of which vanishes if one of the given ones does at an equilibrium.

    They are free of `states`; without `states`, of every state that the equations determine.
    Functions of states are eliminated too.
    """
    values = substitutions(system, params)
    rates = [rate.xreplace(values) for rate in system.rhs]
    ring = ring_of([*factors, *rates])
    own = frozenset(symbol(name) for name in system.state_names)
    named = [symbol(name) for name in states or system.state_names]
    functions = [g for g in ring.generators if not g.is_Symbol and g.free_symbols & own]
    wanted = [*functions, *(each for each in named if each in ring.generators)]
    required = frozenset([*functions, *(named if states else ())])
    elimination = _Elimination(system, ring, knowledge(system), required, own)
    equations = tuple(ring.fraction(rate)[0] for rate in rates)
    found: dict[sp.Expr, None] = {}
    count = 0
    for factor in factors:
        for one in elimination.split(ring.fraction(factor)[0]):
            for left in elimination.branches(one, equations, tuple(wanted)):
                if (count := count + 1) > MAX_BRANCHES:
                    raise WorkLimitError(
                        f"the equilibria of {system.name!r} have more than {MAX_BRANCHES} "
                        "branches; name one by `at`, or give numbers in `params`."
                    )
                for each in elimination.known.vanishing(ring, left):
                    found[each] = None
    return tuple(found)


@dataclass(frozen=True)
class _Elimination:
    """What stays the same on every branch; `required` must go, other states need not."""

    system: System
    ring: Ring
    known: Knowledge
    required: frozenset[sp.Expr]
    states: frozenset[sp.Symbol]

    def split(self, polynomial: Polynomial) -> list[Polynomial]:
        """Return the irreducible factors that can vanish; none if the polynomial cannot."""
        if polynomial.is_zero():
            return [polynomial]
        _, factors = factorised(self.ring, polynomial)
        return [each for each, _ in factors if not self.known.sign(self.ring, each).is_strict]

    def branches(
        self, wanted: Polynomial, equations: Sequence[Polynomial], generators: tuple[sp.Expr, ...]
    ) -> Iterator[Polynomial]:
        """Yield what `wanted` becomes on each branch of the equations, generator by generator."""
        alive = [each for each in equations if not each.is_zero()]
        for choice in product(*map(self.split, alive)):
            degenerate = [each for each in choice if self._is_free_of_states(each)]
            if degenerate:  # a value of parameters at which equilibria may form families
                yield degenerate[0]
            elif generators:
                yield from self._stepped(wanted, choice, generators)
            else:
                yield wanted

    def _is_free_of_states(self, polynomial: Polynomial) -> bool:
        return not any(
            degree and generator.free_symbols & self.states
            for degree, generator in zip(polynomial.degrees(), self.ring.generators, strict=True)
        )

    def _stepped(
        self, wanted: Polynomial, equations: tuple[Polynomial, ...], generators: tuple[sp.Expr, ...]
    ) -> Iterator[Polynomial]:
        """Eliminate the first generator and go on with the others."""
        first, *others = generators
        index = self.ring.generators.index(first)
        using = [each for each in equations if each.degrees()[index]]
        if not using:
            if wanted.degrees()[index] and first in self.required:
                raise ValueError(
                    f"no equilibrium equation of {self.system.name!r} is left that would determine "
                    f"{first}; eliminate fewer states, or give the equilibrium by `at`."
                )
            yield from self.branches(wanted, equations, tuple(others))
            return
        pivot = min(using, key=lambda each: (each.degrees()[index], len(each)))
        rest = [each for each in equations if each != pivot]
        # An equation that holds wherever the pivot does becomes zero, and is left out.
        remaining = [self._resultant(each, pivot, index) for each in rest]
        for one in self.split(self._condition(wanted, pivot, index)):
            yield from self.branches(one, remaining, tuple(others))

    def _condition(self, wanted: Polynomial, pivot: Polynomial, index: int) -> Polynomial:
        result = self._resultant(wanted, pivot, index)
        if result.is_zero():
            raise ValueError(
                f"where {self.ring.expression(pivot)} = 0, the condition holds at all equilibria "
                f"of {self.system.name!r}, so that nothing can be eliminated; give the equilibrium "
                "by `at`."
            )
        return result

    def _resultant(self, left: Polynomial, pivot: Polynomial, index: int) -> Polynomial:
        """Return a polynomial that vanishes where both do."""
        if not left.degrees()[index]:
            return left
        generator = self.ring.generators[index]
        degrees = left.degrees()[index], pivot.degrees()[index]
        if (work := len(left) * len(pivot) * min(degrees)) > MAX_WORK:
            raise WorkLimitError(
                f"eliminating {generator} needs a resultant of polynomials of {len(left)} and "
                f"{len(pivot)} terms and of degrees {degrees[0]} and {degrees[1]}, about {work} "
                f"units of work; the limit is {MAX_WORK}: give numbers in `params`, freeze states, "
                "or, where a parameter enters affinely, use symbolic.branch and its folds."
            )
        return left.resultant(pivot, index)
