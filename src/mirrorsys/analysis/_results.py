"""Equilibria: what is found, and what is proven about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mirrorsys._expressions import to_text
from mirrorsys._system import System
from mirrorsys.analysis._index import IndexCheck, index_check
from mirrorsys.analysis._spectrum import Eigenvalue
from mirrorsys.analysis._tables import latex_table, markdown_table, plain_table, to_dataframe
from mirrorsys.symbolic._invariance import exact_ranges
from mirrorsys.symbolic._polynomials import numbers
from mirrorsys.symbolic._smoothness import possible_poles
from mirrorsys.symbolic._writing import values_latex

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Certificate", "Equilibria", "Equilibrium", "Undecided"]

ADVICE = {
    "degenerate": (
        "the Jacobian is too close to singular (a multiple equilibrium, equilibria too close "
        "together or a family of them): change a parameter slightly, or freeze a state that can "
        "have any value"
    ),
    "steep": (
        "the slopes differ too much between the two sides of a kink (abs, min, max), or are too "
        "large for the numbers at hand: smooth the kink, or change the scale"
    ),
    "crowd": (
        "small boxes go on multiplying: equilibria seem to form a family, of the dimension that "
        "`nullity` tells, or to be very many; freeze a state that can have any value, or raise "
        "`max_boxes`"
    ),
    "undefined": (
        "the right-hand side jumps or is undefined there: choose a box without that point, or "
        "smooth the jump"
    ),
    "work limit": (
        "the search ended at `max_boxes`: raise it, choose a smaller box, or freeze a state"
    ),
}


@dataclass(frozen=True)
class Undecided:
    """A region that can hold any number of equilibria, or none.

    Attributes
    ----------
    box : mapping of str to (float, float)
        Of every state.
    reason : str
        "degenerate" (the Jacobian is too close to singular), "steep" (it does not seem
        singular, but the proof failed: at a kink, say), "undefined" (the right-hand side jumps, or
        is undefined, somewhere in the box), "crowd" (a family of equilibria, or very many) or
        "work limit".
    n_boxes : int
        How many small boxes are gathered in this one.
    nullity : int
        The number of directions that the Jacobian seems to lose at an equilibrium in the
        box; a hint in doubles, not proven. In a long box it is the dimension of a family.
    """

    box: Mapping[str, tuple[float, float]]
    reason: str
    n_boxes: int
    nullity: int

    @property
    def advice(self) -> str:
        """What may be there, and what to try."""
        return ADVICE[self.reason]


@dataclass(frozen=True)
class Certificate:
    """What is proven about an equilibrium, for the decimal values of all parameters.

    Attributes
    ----------
    route : str
        How it was found: ``"exact elimination"``, ``"interval search"``, or both, joined by
        ``" and "``, where groups of states that do not influence each other differ.
    proven : str
        One sentence.
    enclosure : mapping of str to (float, float)
        For every state, an interval that holds it, and no other equilibrium together with
        the enclosures of the other states.
    eigenvalues : tuple of Eigenvalue
        Bounds of the real and imaginary part of each, in the order of `Equilibrium.eigenvalues`.
    multiplicity : int or None
        How many equilibria meet in this point: 1 if the Jacobian is regular. None if more
        than one, but they were not counted.
    index : int
        The sign of det(-Jacobian); 0 where it is zero or could not be proven.
    on_faces : mapping of str to float
        The states proven to lie exactly on a face of the box, and where that face is.
    near_faces : mapping of str to float
        The states whose enclosure meets a face: on it, inside or outside is not decided.
    is_saturated : bool or None
        Whether no direction that leads off the faces is unstable (True off the faces);
        None if that is not decided. Only then does the equilibrium count in the index sum.
    kept : tuple of str
        The states whose eliminants were solved, one for each group of states that do not
        influence the others; empty without elimination.
    undecided : tuple of Undecided
        What the search that found it left open.
    """

    route: str
    proven: str
    enclosure: Mapping[str, tuple[float, float]]
    eigenvalues: tuple[Eigenvalue, ...]
    multiplicity: int | None
    index: int
    on_faces: Mapping[str, float]
    near_faces: Mapping[str, float]
    is_saturated: bool | None
    kept: tuple[str, ...]
    undecided: tuple[Undecided, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium:
    """A state in which a system rests.

    Attributes
    ----------
    state : mapping of str to float
        By name.
    eigenvalues : ndarray of complex, shape (n_state,)
        Of the Jacobian, the largest real part first. A part that is 0.0 could not be told
        from zero; every other sign is proven. `certificate.eigenvalues` has bounds.
    stability : str
        "stable node", "stable focus", "saddle", "saddle-focus", "unstable node",
        "unstable focus", "non-hyperbolic", or "undecided" (at a kink of the right-hand side).
    residual : float
        Largest absolute rate of change of a state, computed in doubles from the system
        itself: no more than rounding if all is well.
    certificate : Certificate
    symbols : mapping of str to str
        The LaTeX symbol of every state.
    symmetry : str
        Where persons can be exchanged without changing the equations: "synchronous" if the
        equilibrium stays the same, "asymmetric" if it turns into another one, "partly
        synchronous" if some exchanges do; "" if there is nobody to exchange, or it is open.
    images : tuple of int
        The places, in the tuple of equilibria, of what it turns into.
    """

    state: Mapping[str, float]
    eigenvalues: NDArray[np.complex128]
    stability: str
    residual: float
    certificate: Certificate
    symbols: Mapping[str, str]
    symmetry: str = ""
    images: tuple[int, ...] = ()

    @property
    def is_stable(self) -> bool:
        """Whether all eigenvalues have negative real parts."""
        return self.stability.startswith("stable")

    def latex(self) -> str:
        """Return the state as a LaTeX ``aligned`` block."""
        return values_latex(self.state, self.symbols)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        state = ", ".join(f"{name}={value:.6g}" for name, value in self.state.items())
        return f"Equilibrium({state}: {self.stability})"


class Equilibria(tuple[Equilibrium, ...]):
    """All equilibria of a system in a box: a tuple that knows how complete it is.

    Attributes
    ----------
    system : System
    params : mapping of str to float
        As given.
    box : mapping of str to (float, float)
        What was searched, every side; its faces belong to it.
    route : str
        As in `Certificate`.
    undecided : tuple of Undecided
        Outside of these regions, and but for its members, the box holds no equilibrium: proven.
    n_boxes : int
        How many boxes the interval search examined; 0 without one.
    """

    system: System
    params: Mapping[str, float]
    box: Mapping[str, tuple[float, float]]
    route: str
    undecided: tuple[Undecided, ...]
    n_boxes: int

    def __new__(
        cls,
        members: Iterable[Equilibrium],
        *,
        system: System,
        params: Mapping[str, float],
        box: Mapping[str, tuple[float, float]],
        route: str,
        undecided: tuple[Undecided, ...],
        n_boxes: int,
    ) -> Equilibria:
        """Return the tuple of `members`, with what is known about them all."""
        found = super().__new__(cls, members)
        found.__dict__.update(
            system=system, params=params, box=box, route=route, undecided=undecided, n_boxes=n_boxes
        )
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        names = ("system", "params", "box", "route", "undecided", "n_boxes")
        return _rebuilt, (tuple(self), {name: getattr(self, name) for name in names})

    @property
    def is_complete(self) -> bool:
        """Whether its members are proven to be all equilibria in the box."""
        return not self.undecided

    @cached_property
    def possible_poles(self) -> tuple[sp.Expr, ...]:
        """Denominators that may be zero in the box; where they are, there is no equilibrium."""
        ranges = exact_ranges(self.system, self.box, numbers(self.system, self.params))
        return possible_poles(self.system, ranges)

    @property
    def message(self) -> str:
        """What is proven and what is not, in words."""
        count = f"{len(self)} equilibri{'um' if len(self) == 1 else 'a'} of {self.system.name!r}"
        if near := sum(bool(point.certificate.near_faces) for point in self):
            count += f" ({near} too close to a face of the box to tell its side)"
        if self.is_complete:
            text = f"{count}; the rest of the box is proven empty ({self.route})."
            if self.possible_poles:
                shown = ", ".join(map(to_text, self.possible_poles))
                text += f" The right-hand side is undefined where {shown} is zero."
            return text
        reasons = sorted({each.reason for each in self.undecided})
        advice = "; ".join(ADVICE[reason] for reason in reasons)
        n = len(self.undecided)
        regions = "one region" if n == 1 else f"{n} regions"
        return f"{count}, and {regions} undecided ({self.route}): {advice}."

    @cached_property
    def index_check(self) -> IndexCheck:
        """Whether the signs of det(-Jacobian) add up to 1, as they must in an invariant box."""
        return index_check(self.system, self.params, self.box, self, is_complete=self.is_complete)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each equilibrium: its state, stability, index and eigenvalues."""
        return to_dataframe(self, self.system)

    def to_markdown(self) -> str:
        """Return a table in Markdown."""
        return markdown_table(self, self.system)

    def latex(self) -> str:
        """Return a table as a LaTeX ``array``, to stand in a formula."""
        return latex_table(self, self.system)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        return "\n".join([self.message, *plain_table(self, self.system)])


def _rebuilt(members: tuple[Equilibrium, ...], attributes: dict[str, Any]) -> Equilibria:
    return Equilibria(members, **attributes)
