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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq
from numpy.typing import NDArray

from mirrorsys.analysis._certification import ProvenZero, nullity, on_faces, settled
from mirrorsys.analysis._krawczyk import Balls, Equations
from mirrorsys.analysis._points import Place, Point, is_saturated, sign_of_determinant
from mirrorsys.analysis._search import grouped, searched
from mirrorsys.analysis._spectrum import enclosed_eigenvalues
from mirrorsys.kernels._balls import BallFunction, ball_around, outer_floats
from mirrorsys.kernels._tape import Tape
from mirrorsys.symbolic._polynomials import exact

__all__ = ["Remains", "interval_points"]

Floats = NDArray[np.float64]

BITS = 128
MARGIN = 1e-6  # of a side, searched beyond each face
REACH = 1e-3  # of a side, the neighbourhood in which slopes should be felt


@dataclass(frozen=True)
class Remains:
    """A box that can hold any number of zeros, or none.

    Attributes
    ----------
    sides : mapping of int to (float, float)
        By state.
    reason : str
        See `Undecided`.
    n_boxes : int
        How many small boxes are gathered in this one.
    nullity : int
        How many directions the Jacobian seems to lose at a zero in the box.
    """

    sides: Mapping[int, tuple[float, float]]
    reason: str
    n_boxes: int
    nullity: int


def interval_points(
    tape: Tape,
    block: Sequence[int],
    sides: Sequence[tuple[float, float]],
    *,
    max_boxes: int,
    smallest: float,
) -> tuple[list[Point], list[Remains], int]:
    """Find all zeros of a block of states inside a box, and prove that there are no others.

    Parameters
    ----------
    tape : Tape
        Of all states; those of the block depend on no others.
    block : sequence of int
        The states.
    sides : sequence of (float, float)
        Of all states, those of the block finite.
    max_boxes : int
        Work limit of the search: boxes examined, each a fraction of a millisecond.
    smallest : float
        Boxes are bisected until no side is longer than this fraction of the search box.

    Returns
    -------
    list of Point
        By the first state from below.
    list of Remains
        Outside of these boxes, and but for the points, the box holds no zero: proven.
    int
        How many boxes the search examined.
    """
    own = tape.restricted(block)
    ends = {i: sides[i] for i in block}
    low, high = np.array(list(ends.values())).T
    finest, margin = smallest * (high - low), MARGIN * (high - low)
    search = searched(own, low - margin, high + margin, finest, max_boxes)
    function = BallFunction(own, BITS)
    problem = _Problem(ends, Equations(function.values, function.slopes, BITS), finest)
    with ctx.workprec(BITS):
        points, remains = problem.settled(search.small)
        remains += problem.remains(search.unfinished, search.ended_by)
    return points, remains, search.n_boxes


@dataclass(frozen=True)
class _Problem:
    """What is needed to turn small boxes into statements."""

    sides: dict[int, tuple[float, float]]
    equations: Equations
    finest: Floats

    def settled(self, boxes: Floats) -> tuple[list[Point], list[Remains]]:
        """Return the zeros in small boxes, and what stays undecided."""
        known: list[ProvenZero] = []
        left: list[Balls] = []
        for group in grouped(boxes, self.finest):
            left += settled(self.equations, _hull(group), self.finest, known)
        points = [point for each in known if (point := self._point(each)) is not None]
        points.sort(key=lambda point: [place.order for place in point.states.values()])
        left = [box for box in left if not any(each.covers(box) for each in known)]
        return points, self.remains([np.transpose([outer_floats(x) for x in b]) for b in left])

    def remains(self, boxes: Sequence[Floats] | Floats, reason: str = "") -> list[Remains]:
        """Return statements about boxes that stay undecided, those that touch gathered."""
        found = []
        ends = np.transpose(list(self.sides.values()))
        sizes = ends[1] - ends[0]
        for group in grouped(np.reshape(boxes, (-1, 2, len(self.finest))), 4 * self.finest):
            low, high = _hull(group)
            if np.any(high < ends[0]) or np.any(low > ends[1]):
                continue  # outside of the box, in the margin
            slopes = self.equations.slopes([ball_around(*x) for x in zip(low, high, strict=True)])
            is_smooth = all(entry.is_finite() for entry in slopes.entries())
            lost = nullity(self.equations, group[len(group) // 2].mean(axis=0), REACH * sizes)
            found.append(
                Remains(
                    dict(zip(self.sides, zip(low.tolist(), high.tolist(), strict=True),
                             strict=True)),
                    reason or (("degenerate" if lost else "steep") if is_smooth else "undefined"),
                    len(group),
                    lost,
                )
            )  # fmt: skip
        return found

    def _point(self, proven: ProvenZero) -> Point | None:
        """Return a zero with its place and eigenvalues; None if it is outside of the box."""
        met = self._faces_met(proven.balls)
        if met is None:
            return None
        zero, held = on_faces(self.equations, proven, {i: _ball(end) for i, end in met.items()})
        slopes = self.equations.slopes(zero.balls)
        states = list(self.sides)
        return Point(
            states=dict(zip(states, map(_place, zero.balls), strict=True)),
            eigenvalues=enclosed_eigenvalues(slopes, BITS),
            index=sign_of_determinant(slopes, BITS),
            multiplicity=1,
            kept=None,
            on_faces={states[i]: end for i, end in met.items() if i in held},
            near_faces={states[i]: end for i, end in met.items() if i not in held},
            is_saturated=is_saturated(slopes, sorted(held), BITS),
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


def _place(ball: arb) -> Place:
    middle = ball.mid()
    mantissa, exponent = middle.man_exp()
    order = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    value = 0.0 if ball.contains(0) else float(middle)  # the simplest number in the ball
    return Place(value, *outer_floats(ball), order)


def _ball(end: float) -> arb:
    """Return the number that the shortest decimal form of `end` denotes."""
    number = exact(end)
    return arb(fmpq(number.numerator, number.denominator))
