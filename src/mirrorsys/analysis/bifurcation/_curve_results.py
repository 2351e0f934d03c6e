"""BifurcationCurve: folds or Hopf points in two parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis.bifurcation._checks import check_names
from mirrorsys.analysis.bifurcation._special_point import (
    SpecialPoint,
    attributes_of,
    named_point,
    provenance,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BifurcationCurve"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class BifurcationCurve:
    """Folds or Hopf points of equilibria, as a curve in two parameters.

    Attributes
    ----------
    system : System
    kind : {"fold", "hopf"}
    names : (str, str)
        The two parameters.
    params : mapping of str to float
        The others that differ from their defaults.
    parameters : array, shape (2, n_point)
    states : array, shape (n_state, n_point)
    coefficient : array, shape (n_point,)
        Of the normal form at each point: a of a fold, the first Lyapunov coefficient; not a number
        at neutral saddles.
    frequency : array, shape (n_point,)
        Of Hopf points, in radians per unit of time; not a number at folds and neutral saddles.
    points : tuple of SpecialPoint
    ends : (str, str)
        Why it ends at its first and at its last point, in words.
    """

    system: System
    kind: str
    names: tuple[str, str]
    params: Mapping[str, float]
    parameters: Array
    states: Array
    coefficient: Array
    frequency: Array
    points: tuple[SpecialPoint, ...]
    ends: tuple[str, str]

    def __len__(self) -> int:
        return int(self.parameters.shape[1])

    def __getitem__(self, name: str) -> SpecialPoint:
        return named_point(self.points, name)

    @property
    def is_hopf(self) -> NDArray[np.bool_]:
        """Where a Hopf curve has Hopf points, and not neutral saddles."""
        return np.isfinite(self.frequency)

    def to_dataset(self) -> xr.Dataset:
        """Return the curve along `point`, the points of codimension two along `special`."""
        check_names(self.system, (*self.names, *self.system.state_names), self._taken)
        values = {
            **dict(zip(self.names, self.parameters, strict=True)),
            **dict(zip(self.system.state_names, self.states, strict=True)),
        }
        data: dict[str, Any] = {
            name: ("point", value, attributes_of(self.system, name))
            for name, value in values.items()
        }
        data |= {"coefficient": ("point", self.coefficient), "frequency": ("point", self.frequency)}
        coords = {}
        if self.points:
            coords["special"] = [each.name for each in self.points]
            data["special_kind"] = ("special", [each.kind for each in self.points])
            for name in self.names:
                at = [each.params[name] for each in self.points]
                data[f"special_{name}"] = ("special", at, attributes_of(self.system, name))
        attributes = provenance(
            self.system, self.params, kind=self.kind, parameters=" ".join(self.names),
            ends=" | ".join(self.ends),
        )  # fmt: skip
        return xr.Dataset(data, coords=coords, attrs=attributes)

    @property
    def _taken(self) -> tuple[str, ...]:
        special = ("special", "special_kind", *(f"special_{name}" for name in self.names))
        return ("point", "coefficient", "frequency", *special)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each point."""
        table = self.to_dataset()
        return table[[name for name in table if table[name].dims == ("point",)]].to_dataframe()

    def __repr__(self) -> str:
        first, last = self.ends
        lines = [
            f"{self.kind} curve of {self.system.name!r} in {self.names[0]} and {self.names[1]}, "
            f"{len(self)} points; ends: {first}; {last}"
        ]
        return "\n".join([*lines, *(f"  {point!r}" for point in self.points)])
