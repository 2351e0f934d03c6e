"""SpecialPoint: a bifurcation, with all that is known of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.flow._dataset import toml_of, versions

if TYPE_CHECKING:
    from mirrorsys.analysis.bifurcation._orbit import PeriodicOrbit

__all__ = ["SpecialPoint", "attributes_of", "named", "named_point", "provenance"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SpecialPoint:
    """A point where something changes: a bifurcation, or an end.

    Attributes
    ----------
    name : str
        Short and unique in its diagram, such as ``"H1"``.
    kind : str
        "fold", "hopf", "branch point", "neutral saddle"; on curves in two parameters
        "cusp", "bogdanov-takens", "generalised hopf", "zero-hopf", "hopf-hopf"; on cycles
        "fold of cycles", "period doubling", "neimark-sacker", "branch point of cycles".
    parameter : float
        Value of the followed parameter; of the first of two.
    params : mapping of str to float
        All values that differ from the defaults, those of followed parameters included:
        fit for every verb that takes `params`.
    state : mapping of str to float
    eigenvalues : array, shape (n_state,)
        Of the Jacobian, the largest real part first; of a cycle its Floquet multipliers,
        the largest modulus first.
    coefficient : float
        Of the normal form: a of a fold, the first Lyapunov coefficient of a Hopf point, the
        quadratic coefficient at a transcritical or the cubic one at a pitchfork branch point;
        not a number where there is none.
    description : str
        What the coefficient means, in words: "supercritical", "transcritical", ...
    frequency : float
        Of a Hopf point, in radians per unit of time; not a number elsewhere.
    period : float
        2 pi / frequency, or of the cycle.
    residual : float
        The largest rate of change that is left there.
    status : str
        How the point was located.
    branch : int
        The branch that it lies on.
    followed : tuple of str
        Names of the followed parameters.
    y : array
        States and followed parameters.
    directions : tuple of array
        Tangents, in the same coordinates, of the branches that cross at a branch point.
    orbit : PeriodicOrbit or None
        Of a special cycle, the cycle itself.
    """

    name: str
    kind: str
    parameter: float
    params: Mapping[str, float]
    state: Mapping[str, float]
    eigenvalues: NDArray[np.complex128]
    coefficient: float = np.nan
    description: str = ""
    frequency: float = np.nan
    residual: float = np.nan
    status: str = ""
    branch: int = -1
    followed: tuple[str, ...] = ()
    y: Array = field(default_factory=lambda: np.empty(0), repr=False)
    directions: tuple[Array, ...] = field(default=(), repr=False)
    orbit: PeriodicOrbit | None = field(default=None, repr=False)

    @property
    def period(self) -> float:
        """The period of the cycle that is born at a Hopf point."""
        return 2 * np.pi / self.frequency

    def __repr__(self) -> str:
        where = ", ".join(f"{name}={self.params[name]:.10g}" for name in self.followed)
        state = ", ".join(f"{name}={value:.6g}" for name, value in self.state.items())
        words = f"{self.kind}, {self.description}" if self.description else self.kind
        return f"{self.name}: {words} at {where} ({state})"


def named(points: Sequence[SpecialPoint], letters: Mapping[str, str]) -> tuple[SpecialPoint, ...]:
    """Return the points with names such as H1, H2, F1, in their order."""
    counts: dict[str, int] = {}
    found = []
    for each in points:
        letter = letters[each.kind]
        counts[letter] = counts.get(letter, 0) + 1
        found.append(dataclasses.replace(each, name=f"{letter}{counts[letter]}"))
    return tuple(found)


def named_point(points: tuple[SpecialPoint, ...], name: str) -> SpecialPoint:
    """Return the point of a name."""
    for point in points:
        if point.name == name:
            return point
    raise KeyError(
        f"there is no special point {name!r}; there are {[each.name for each in points]}."
    )


def provenance(system: System, params: Mapping[str, float], **more: Any) -> dict[str, Any]:
    """Return the attributes that say what a result was computed from."""
    return {
        "system": toml_of(system),
        "params": json.dumps({name: float(value) for name, value in params.items()}),
        "versions": versions(),
        **more,
    }


def attributes_of(system: System, name: str) -> dict[str, str]:
    quantity = system[name]
    return {"units": quantity.unit, "long_name": quantity.meaning or name}
