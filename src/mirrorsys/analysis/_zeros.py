"""Zero, Undecided, Isolation: what is proven about the zeros of a right-hand side in a box."""

from __future__ import annotations

from dataclasses import dataclass, field

from mirrorsys.analysis._krawczyk import Balls
from mirrorsys.analysis._spectrum import Eigenvalue

__all__ = ["Isolation", "Undecided", "Zero"]


@dataclass(frozen=True)
class Zero:
    """A zero of the right-hand side: proven to exist, and to be the only one in its box.

    Attributes
    ----------
    state_names : tuple of str
    lower, upper : tuple of float
        The enclosure, rounded outward to doubles.
    balls : tuple of flint.arb
        The enclosure itself, much smaller.
    on_faces : tuple of (str, float)
        The states that are proven to lie exactly on a face of the search box, and where.
    near_faces : tuple of (str, float)
        The states whose enclosure meets a face: whether the zero is on it, inside or
        outside the box is not decided.
    eigenvalues : tuple of Eigenvalue
        Of the Jacobian, the largest real part first; empty if the right-hand side is not
        differentiable there. At a kink they enclose those of both sides.
    index : int
        The sign of det(-Jacobian), 0 if it is not proven.
    """

    state_names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    balls: Balls = field(repr=False, compare=False)
    on_faces: tuple[tuple[str, float], ...]
    near_faces: tuple[tuple[str, float], ...]
    eigenvalues: tuple[Eigenvalue, ...]
    index: int

    @property
    def state(self) -> dict[str, float]:
        """The double nearest to each state."""
        middle = (float(ball.mid()) for ball in self.balls)
        return dict(zip(self.state_names, middle, strict=True))

    @property
    def is_stable(self) -> bool | None:
        """Whether all eigenvalues have negative real parts; None if that is not decided."""
        sides = [each.side for each in self.eigenvalues]
        if 1 in sides:
            return False
        return True if sides and all(side == -1 for side in sides) else None


@dataclass(frozen=True)
class Undecided:
    """A box that can hold any number of zeros, or none.

    Attributes
    ----------
    lower, upper : tuple of float
    reason : str
        "degenerate" (a multiple zero, zeros too close to each other, a family of zeros:
        the Jacobian is too close to singular), "undefined" (the right-hand side jumps, or is
        undefined, somewhere in the box) or "work limit".
    n_boxes : int
        How many small boxes are gathered in this one.
    nullity : int
        The number of directions that the Jacobian seems to lose at a zero in the box; a
        hint in doubles, not proven. In a long box it is the dimension of a family.
    """

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    reason: str
    n_boxes: int
    nullity: int


@dataclass(frozen=True)
class Isolation:
    """All zeros of a right-hand side inside a box.

    Attributes
    ----------
    system_name : str
    box : mapping of str to (float, float)
        What was searched; its faces belong to it.
    zeros : tuple of Zero
        By the first state from below.
    undecided : tuple of Undecided
        Outside of these boxes, and but for `zeros`, the search box holds no zero: proven.
    n_boxes : int
        How many boxes the search examined.
    """

    system_name: str
    box: dict[str, tuple[float, float]]
    zeros: tuple[Zero, ...]
    undecided: tuple[Undecided, ...]
    n_boxes: int

    @property
    def is_complete(self) -> bool:
        """Whether `zeros` are proven to be all zeros in the box."""
        return not self.undecided

    @property
    def message(self) -> str:
        """What is proven and what is not, in words."""
        n = len(self.zeros)
        found = f"{n} zero{'' if n == 1 else 's'} of {self.system_name!r} in the box"
        if self.is_complete:
            return f"{found}, each alone in its enclosure; the rest of the box is proven empty."
        reasons = {each.reason for each in self.undecided}
        advice = " ".join(ADVICE[reason] for reason in sorted(reasons))
        return f"{found}, and {len(self.undecided)} undecided: {advice}"


ADVICE = {
    "degenerate": (
        "the Jacobian is too close to singular (a multiple zero, zeros too close together or "
        "a family of zeros): change a parameter slightly, or freeze a state that can have any "
        "value."
    ),
    "undefined": (
        "the right-hand side jumps or is undefined there: choose a box without that point, or "
        "smooth the jump."
    ),
    "work limit": (
        "the search ended at `max_boxes`: raise it, choose a smaller box, or freeze a state; "
        "if zeros form a family, no number of boxes will do."
    ),
}
