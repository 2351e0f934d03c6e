"""The search for the equilibria of each group of states, by the routes allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mirrorsys._system import System
from mirrorsys.analysis._exact_route import as_point, points_of_block
from mirrorsys.analysis._groups import groups
from mirrorsys.analysis._interval_route import Remains, interval_points
from mirrorsys.analysis._points import Point
from mirrorsys.kernels._tape import Tape
from mirrorsys.kernels._taping import system_tape
from mirrorsys.symbolic import ContinuumError, EliminationError
from mirrorsys.symbolic._eliminant import continuum
from mirrorsys.symbolic._polynomials import polynomial_equations

__all__ = ["Block", "Search"]

EXACT, INTERVAL = "exact elimination", "interval search"


@dataclass(frozen=True)
class Block:
    """What was found about a group of states that influence no others."""

    route: str
    points: Sequence[Point]
    remains: Sequence[Remains] = ()
    n_boxes: int = 0

    @property
    def is_proven_empty(self) -> bool:
        return not self.points and not self.remains


@dataclass(frozen=True)
class Search:
    """The search for the equilibria of each block, by the routes allowed."""

    system: System
    params: Mapping[str, float]
    route: str
    sides: tuple[tuple[float, float], ...]
    max_boxes: int
    smallest: float

    def blocks(self) -> list[Block]:
        """Return what is found of each block; of one alone if that has no equilibrium.

        Then the whole has none, even if others do not yield.
        """
        tape = system_tape(self.system, self.params)
        found, refusals, free = [], list[EliminationError](), list[str]()
        for states in groups(len(self.sides), tape.links, "weak"):
            try:
                block = self._block(tape, states)
            except EliminationError as error:
                refusals.append(error)
                free += error.states if isinstance(error, ContinuumError) else ()
                continue
            if block.is_proven_empty:
                return [block]
            found.append(block)
        if free:  # the dimensions of families in several blocks add up
            raise continuum(self.system.name, free)
        if refusals:
            raise refusals[0]
        return found

    def _block(self, tape: Tape, states: list[int]) -> Block:
        if self.route == "interval":
            return self._searched(tape, states, None)
        try:
            equations = polynomial_equations(self.system, self.params, states=states)
            found = points_of_block(equations, states, self.sides)
        except ContinuumError:
            raise
        except EliminationError as error:
            if self.route == "exact":
                raise
            return self._searched(tape, states, error)
        return Block(EXACT, [as_point(each, self.sides) for each in found])

    def _searched(self, tape: Tape, states: list[int], refusal: EliminationError | None) -> Block:
        names = self.system.state_names
        for i in states:
            low, high = self.sides[i]
            if not low < high or math.isinf(high - low):
                advice = (
                    f"`box` gives {names[i]!r} the side {self.sides[i]!r}; the interval search "
                    "needs two finite numbers, the lower one first (to hold a state at one value, "
                    "freeze it)."
                )
                if refusal is None:
                    raise ValueError(advice)
                raise EliminationError(f"{refusal} Or let intervals search a box: {advice}")
        self._check_moving(tape, states)
        points, remains, n_boxes = interval_points(
            tape, states, self.sides, max_boxes=self.max_boxes, smallest=self.smallest
        )
        return Block(INTERVAL, points, remains, n_boxes)

    def _check_moving(self, tape: Tape, states: list[int]) -> None:
        """Refuse states that do not move at all."""
        zero = [k for k, value in enumerate(tape.constants, len(tape.state_names)) if value == 0]
        still = [self.system.state_names[i] for i in states if tape.outputs[i] in zero]
        if still:
            raise ContinuumError(
                f"with these `params` {still} of {self.system.name!r} do not move, whatever the "
                f"state: equilibria, if any, form families of {len(still)} or more dimensions; "
                "freeze these states."
            )
