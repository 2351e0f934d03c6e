"""Points: what is proven about an equilibrium of a group of states, whichever route found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat, ctx

from mirrorsys.analysis._spectrum import Eigenvalue, enclosed_eigenvalues

__all__ = ["Place", "Point", "is_saturated", "sign_of_determinant"]


@dataclass(frozen=True)
class Place:
    """The value of a state: the nearest double, doubles around it, and a number to sort by."""

    value: float
    low: float
    high: float
    order: Fraction


@dataclass(frozen=True)
class Point:
    """An equilibrium of some states that depend on no others.

    Attributes
    ----------
    states : mapping of int to Place
        In the order of the states.
    eigenvalues : tuple of Eigenvalue
        Of the Jacobian.
    index : int
        The sign of det(-Jacobian); 0 if it is zero or not proven.
    multiplicity : int or None
        How many equilibria meet here; None if more than one, but not counted.
    kept : int or None
        The state whose eliminant was solved; None if there was no elimination.
    on_faces : mapping of int to float
        The states proven to lie on a face of the box, and the end at which it is.
    near_faces : mapping of int to float
        The states that may lie on a face, a hair's breadth inside or outside.
    is_saturated : bool or None
        Whether no direction that leads off its faces is unstable; None if that is open.
    """

    states: Mapping[int, Place]
    eigenvalues: tuple[Eigenvalue, ...]
    index: int
    multiplicity: int | None
    kept: int | None
    on_faces: Mapping[int, float]
    near_faces: Mapping[int, float]
    is_saturated: bool | None


def sign_of_determinant(slopes: arb_mat, bits: int) -> int:
    """Return the sign of det(-Jacobian), 0 if it is not proven."""
    with ctx.workprec(bits):
        value: arb = (-slopes).det()
    return (value > 0) - (value < 0)


def is_saturated(slopes: arb_mat, on_faces: Sequence[int], bits: int) -> bool | None:
    """Tell whether all eigenvalues that lead off the faces have negative real parts.

    Parameters
    ----------
    slopes : flint.arb_mat
        The Jacobian. On a face of a forward-invariant box, the rate of the face's state is
        at its least or largest, so its slopes along the face are zero: the rows and columns
        of the states on faces are a diagonal block of their own.
    on_faces : sequence of int
        Their indices in `slopes`.
    bits : int
    """
    block = arb_mat([[slopes[i, j] for j in on_faces] for i in on_faces])
    sides = [each.side for each in enclosed_eigenvalues(block, bits)] if on_faces else []
    if 1 in sides:
        return False
    return None if 0 in sides else True
