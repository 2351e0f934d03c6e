r"""All zeros of a right-hand side inside a box, by intervals, with proof.

Works on every system whose equations are of the grammar; nothing need be polynomial. Three
steps, each of which can only err on the safe side:

1. *Doubles exclude.* The box, enlarged a little so that zeros on its faces lie inside, is
   bisected; intervals rounded outward prove that a piece holds no zero, or shrink it.
   Every zero is in one of the small boxes that remain.
2. *Balls certify.* Around each group of small boxes that touch, Newton's method on balls
   of 128 bits finds a zero, and the Krawczyk operator proves that it is the only one
   there. A group in which this fails is bisected further; what resists is *undecided*: a
   multiple zero, several zeros too close to each other, a family of zeros, a jump, a point
   where the right-hand side is undefined. It is reported, never dropped.
3. Each zero is compared with the faces of the box, and the eigenvalues of the Jacobian
   over its enclosure are enclosed.

Why this way (boxes examined, for the dyad of six fast states and the pair of ten states
that learns): 27 and 145 with all contractions; 63 and 541 without trimming faces; 79 and
287 without the interval Newton operator; with neither, 839 and no end within 2000. Without
inverting the steps of expressions 29 and 223, and no end for equations with poles, which
have no bounded slopes. Balls alone would not do: on wide boxes their products are loose
([0, 1] * [0, 1] becomes [-1/2, 1]).

Its limits: a zero where the Jacobian is singular stays undecided, as does one on a jump,
where a rate changes sign without ever being zero; equations that hold several states in
many places need more boxes than equations written once, whatever the form of their zeros;
and the work grows steeply with the number of states that influence each other both ways.

The parameters are the rationals of their shortest decimals, as everywhere in the library;
so are the ends of the box.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb, ctx, fmpq
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis._certification import ProvenZero, nullity, on_faces, settled
from mirrorsys.analysis._krawczyk import Balls, Equations
from mirrorsys.analysis._search import grouped, searched
from mirrorsys.analysis._spectrum import enclosed_eigenvalues
from mirrorsys.analysis._zeros import Isolation, Undecided, Zero
from mirrorsys.kernels._balls import BallFunction, ball_around, outer_floats
from mirrorsys.kernels._tape import Tape
from mirrorsys.kernels._taping import system_tape
from mirrorsys.symbolic._errors import ContinuumError
from mirrorsys.symbolic._polynomials import exact

__all__ = ["isolate"]

Floats = NDArray[np.float64]

BITS = 128
MARGIN = 1e-6  # of a side, searched beyond each face
REACH = 1e-3  # of a side, the neighbourhood in which slopes should be felt


def isolate(
    system: System,
    params: Mapping[str, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    *,
    max_boxes: int = 20_000,
    smallest: float = 1e-7,
) -> Isolation:
    """Find all zeros of the right-hand side in a box, and prove that there are no others.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults.
    box : mapping of str to (float, float), optional
        Sides that differ from the system's own box; every side must be finite.
    max_boxes : int
        Work limit of the search: boxes examined, each a fraction of a millisecond.
    smallest : float
        Boxes are bisected until no side is longer than this fraction of the search box.

    Returns
    -------
    Isolation
        Also if the work limit ends the search; `Isolation.message` then says what to try.

    Raises
    ------
    ContinuumError
        If the equation of some state is zero everywhere.
    ValueError
        If `params` or `box` does not fit the system, or a limit makes no sense.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.analysis._isolation import isolate
    >>> found = isolate(ms.System("growth", {"x": "exp(x) - 3*x"}, box={"x": (-5, 5)}))
    >>> [round(zero.state["x"], 6) for zero in found.zeros], found.is_complete
    ([0.619061, 1.512135], True)
    """
    sides = _checked_sides(system, box)
    if max_boxes < 1:
        raise ValueError(f"`max_boxes` is {max_boxes!r}; give a whole number above zero.")
    if not 0 < smallest <= 0.1:
        raise ValueError(f"`smallest` is {smallest!r}; give a fraction of the box, up to 0.1.")
    tape = system_tape(system, params)
    _check_isolated(system, tape)
    low, high = np.array(list(sides.values())).T
    finest = smallest * (high - low)
    margin = MARGIN * (high - low)
    search = searched(tape, low - margin, high + margin, finest, max_boxes)
    function = BallFunction(tape, BITS)
    problem = _Problem(sides, Equations(function.values, function.slopes, BITS), finest)
    with ctx.workprec(BITS):
        zeros, undecided = problem.settled(search.small)
        undecided += problem.undecided(search.unfinished, "work limit")
    return Isolation(system.name, sides, tuple(zeros), tuple(undecided), search.n_boxes)


def _checked_sides(
    system: System, box: Mapping[str, tuple[float, float]] | None
) -> dict[str, tuple[float, float]]:
    """Return every side of the box, in the order of the states."""
    if box is not None and not isinstance(box, Mapping):
        raise TypeError(
            f"`box` is {box!r}; give a mapping from state to (lower, upper), such as "
            f"{{{system.state_names[0]!r}: (0, 1)}}."
        )
    sides = {}
    for name, side in (system.box | system.expand(box or {}, "state")).items():
        try:
            low, high = (float(end) for end in side)
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        if not low < high or math.isinf(high - low):
            raise ValueError(
                f"`box` gives {name!r} the side {side!r}; the interval search needs two finite "
                "numbers, the lower one first (to hold a state at one value, freeze it)."
            )
        sides[name] = (low, high)
    return sides


def _check_isolated(system: System, tape: Tape) -> None:
    """Refuse a system of which some state does not move at all."""
    zero = [i for i, value in enumerate(tape.constants, len(tape.state_names)) if value == 0]
    still = [name for name, k in zip(tape.state_names, tape.outputs, strict=True) if k in zero]
    if still:
        raise ContinuumError(
            f"with these `params` {still} of {system.name!r} do not move, whatever the state: "
            f"equilibria, if any, form families of {len(still)} or more dimensions; freeze these "
            "states."
        )


@dataclass(frozen=True)
class _Problem:
    """What is needed to turn small boxes into statements."""

    sides: dict[str, tuple[float, float]]
    equations: Equations
    finest: Floats

    def settled(self, boxes: Floats) -> tuple[list[Zero], list[Undecided]]:
        """Return the zeros in small boxes, and what stays undecided."""
        known: list[ProvenZero] = []
        left: list[Balls] = []
        for group in grouped(boxes, self.finest):
            left += settled(self.equations, _hull(group), self.finest, known)
        zeros = [zero for each in known if (zero := self._zero(each)) is not None]
        zeros.sort(key=lambda zero: [float(ball.mid()) for ball in zero.balls])
        left = [box for box in left if not any(each.covers(box) for each in known)]
        return zeros, self.undecided([np.transpose([outer_floats(x) for x in b]) for b in left])

    def undecided(self, boxes: Sequence[Floats] | Floats, reason: str = "") -> list[Undecided]:
        """Return statements about boxes that stay undecided, those that touch gathered."""
        found = []
        for group in grouped(np.reshape(boxes, (-1, 2, len(self.finest))), 4 * self.finest):
            low, high = _hull(group)
            ends = np.transpose(list(self.sides.values()))
            sizes = ends[1] - ends[0]
            if np.any(high < ends[0]) or np.any(low > ends[1]):
                continue  # outside of the box, in the margin
            sides = [ball_around(*side) for side in zip(low, high, strict=True)]
            slopes = self.equations.slopes(sides)
            is_smooth = all(entry.is_finite() for entry in slopes.entries())
            found.append(
                Undecided(
                    tuple(low.tolist()),
                    tuple(high.tolist()),
                    reason or ("degenerate" if is_smooth else "undefined"),
                    len(group),
                    nullity(self.equations, group[len(group) // 2].mean(axis=0), REACH * sizes),
                )
            )
        return found

    def _zero(self, proven: ProvenZero) -> Zero | None:
        """Return a zero with its place and eigenvalues; None if it is outside of the box."""
        met = self._faces_met(proven.balls)
        if met is None:
            return None
        moved, held = on_faces(self.equations, proven, {i: _ball(end) for i, end in met.items()})
        names = tuple(self.sides)
        slopes = self.equations.slopes(moved.balls)
        is_smooth = all(entry.is_finite() for entry in slopes.entries())
        sign = (-slopes).det() if is_smooth else arb(0)
        lower, upper = zip(*map(outer_floats, moved.balls), strict=True)
        return Zero(
            names,
            lower,
            upper,
            moved.balls,
            tuple((names[i], end) for i, end in met.items() if i in held),
            tuple((names[i], end) for i, end in met.items() if i not in held),
            enclosed_eigenvalues(slopes, BITS) if is_smooth else (),
            (sign > 0) - (sign < 0),
        )

    def _faces_met(self, balls: Balls) -> dict[int, float] | None:
        """Return the end of the box that each state may be at; None if one is beyond its end."""
        met = {}
        for index, (low, high) in enumerate(self.sides.values()):
            for end, outward in ((low, -1), (high, 1)):
                beyond = outward * (balls[index] - _ball(end))
                if beyond > 0:
                    return None
                if not beyond < 0:
                    met[index] = end
        return met


def _hull(boxes: Floats) -> Floats:
    """Return the box around boxes, shape (2, n_state)."""
    return np.stack([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])


def _ball(end: float) -> arb:
    """Return the number that the shortest decimal form of `end` denotes."""
    number = exact(end)
    return arb(fmpq(number.numerator, number.denominator))
