"""The index check: a theorem of topology that a complete list of equilibria must obey.

On a forward-invariant box the vector field points nowhere outward, so its degree is that
of a field that points to the centre: if all equilibria are regular and none lies on a
face, the signs of det(-Jacobian) add up to 1 (Poincaré and Hopf). A push inward, as small
as one likes, moves an equilibrium on a face into the box if all its eigenvalues that lead
off the face have negative real parts (it is *saturated* [1]_), and out of it if not: so on
faces only saturated ones count.

.. [1] J. Hofbauer and K. Sigmund, "Evolutionary Games and Population Dynamics", ch. 13, 1998.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirrorsys._system import System
from mirrorsys.symbolic import invariant_box

if TYPE_CHECKING:
    from mirrorsys.analysis._results import Equilibrium

__all__ = ["IndexCheck", "index_check"]


@dataclass(frozen=True)
class IndexCheck:
    """Whether the indices of all equilibria add up as they must.

    Attributes
    ----------
    answer : {"passed", "failed", "not applicable"}
        Failed means that an equilibrium is missing or invented: please report it.
    sum : int or None
        Of the indices of the saturated equilibria; 1 if passed. None if not applicable.
    reason : str
        One sentence.
    """

    answer: str
    sum: int | None
    reason: str


def index_check(
    system: System,
    params: Mapping[str, float],
    box: Mapping[str, tuple[float, float]],
    points: Sequence[Equilibrium],
    *,
    is_complete: bool,
) -> IndexCheck:
    """Add up the indices of the equilibria in a box, if the theorem applies."""
    if reason := _objection(system, params, box, points, is_complete=is_complete):
        return IndexCheck("not applicable", None, reason)
    counted = [point for point in points if point.certificate.is_saturated]
    total = sum(point.certificate.index for point in counted)
    left_out = len(points) - len(counted)
    unsaturated = f", {left_out} on faces left out as not saturated" if left_out else ""
    return IndexCheck(
        "passed" if total == 1 else "failed",
        total,
        f"the indices add up to {total}{unsaturated}; on a forward-invariant box they must add "
        "up to 1.",
    )


def _objection(
    system: System,
    params: Mapping[str, float],
    box: Mapping[str, tuple[float, float]],
    points: Sequence[Equilibrium],
    *,
    is_complete: bool,
) -> str:
    """Return why the theorem does not apply, or an empty text."""
    certificates = [point.certificate for point in points]
    if not all(math.isfinite(end) for side in box.values() for end in side):
        return "the box is not bounded."
    if not is_complete:
        return "the list of equilibria is not complete."
    if any(each.near_faces for each in certificates):
        return "an equilibrium is too close to a face to tell its side."
    if not all(each.index for each in certificates):
        return "an equilibrium is degenerate."
    if any(each.is_saturated is None for each in certificates):
        return "an eigenvalue that leads off a face cannot be told from zero."
    invariance = invariant_box(system, box, params)
    if invariance.answer != "yes":
        return f"the box is not proven to be forward invariant ({invariance.answer})."
    if invariance.remarks:
        return f"the right-hand side may have poles in the box ({'; '.join(invariance.remarks)})."
    return ""
