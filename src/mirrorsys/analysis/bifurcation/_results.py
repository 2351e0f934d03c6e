"""Branches of equilibria: what is found, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
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

__all__ = ["Branch", "Branches", "Check"]

Array = NDArray[np.float64]
POINT_COLUMNS = (
    "name", "kind", "description", "coefficient", "frequency", "branch", "status",
)  # fmt: skip
TAKEN = (
    "branch", "stability", "n_unstable", "residual", "eigenvalue_real", "eigenvalue_imag", "ends",
    "check_parameter", "check_holds", "special_kind", "special_description", "special_parameter",
    "special_coefficient", "special_frequency", "special_state",
    "point", "eigenvalue", "branch_number", "end", "check", "special", "state",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class Branch:
    """A smooth curve of equilibria.

    Attributes
    ----------
    parameter : array, shape (n_point,)
    states : array, shape (n_state, n_point)
    eigenvalues : array, shape (n_state, n_point)
        The largest real part first.
    n_unstable : array of int, shape (n_point,)
        How many eigenvalues have positive real parts.
    ends : (str, str)
        Why it ends at its first and at its last point, in words.
    """

    parameter: Array
    states: Array
    eigenvalues: NDArray[np.complex128]
    n_unstable: NDArray[np.int64]
    residual: Array
    ends: tuple[str, str]

    def __len__(self) -> int:
        return int(self.parameter.size)

    def __repr__(self) -> str:
        low, high = self.parameter.min(), self.parameter.max()
        return (
            f"Branch of {len(self)} points, {low:g} to {high:g}, "
            f"{self.is_stable.mean():.0%} stable: {self.ends[0]}; {self.ends[1]}"
        )

    @property
    def is_stable(self) -> NDArray[np.bool_]:
        """Whether all eigenvalues have negative real parts, at each point."""
        return np.asarray(self.eigenvalues.real.max(axis=0) < 0)

    def segments(self) -> Iterator[tuple[slice, int]]:
        """Yield stretches along which the number of unstable eigenvalues stays the same."""
        edges = np.flatnonzero(np.diff(self.n_unstable)) + 1
        for begin, end in pairwise([0, *edges, len(self)]):
            yield slice(int(begin), int(end)), int(self.n_unstable[begin])


@dataclass(frozen=True)
class Check:
    """Certified equilibria at one value of the parameter, looked for on the branches."""

    parameter: float
    n_certified: int
    n_on_branches: int
    is_complete: bool
    message: str = ""

    @property
    def holds(self) -> bool:
        """Whether all equilibria are known there, and all lie on branches."""
        return self.is_complete and self.n_certified == self.n_on_branches


@dataclass(frozen=True, kw_only=True)
class Branches:
    """Branches of equilibria over a parameter, and the special points on them.

    Attributes
    ----------
    system : System
    parameter_name : str
        The followed parameter.
    bounds : (float, float)
    box : mapping of str to (float, float)
    params : mapping of str to float
        As given.
    branches : tuple of Branch
    points : tuple of SpecialPoint
        By the parameter; ``result["H1"]`` is the one of that name.
    checks : tuple of Check
        Values of the parameter at which the equilibria were certified complete.
    status : str
        In words; "complete" stands at its beginning if every check holds.
    """

    system: System
    parameter_name: str
    bounds: tuple[float, float]
    box: Mapping[str, tuple[float, float]]
    params: Mapping[str, float]
    branches: tuple[Branch, ...]
    points: tuple[SpecialPoint, ...]
    checks: tuple[Check, ...]
    status: str

    def __getitem__(self, name: str) -> SpecialPoint:
        return named_point(self.points, name)

    def of_kind(self, kind: str) -> tuple[SpecialPoint, ...]:
        """Return the points of a kind, by the parameter."""
        return tuple(each for each in self.points if each.kind == kind)

    def to_dataset(self) -> xr.Dataset:
        """Return all points of all branches along `point`, and the special ones along `special`."""
        return _dataset(self)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each point of each branch: parameter, states, stability."""
        check_names(self.system, self._names, ["leading_eigenvalue"])
        table = self.to_dataset()
        names = ["branch", self.parameter_name, *self.system.state_names, "stability", "n_unstable"]
        frame = table[[name for name in names if name in table]].to_dataframe()
        frame["leading_eigenvalue"] = (
            table.eigenvalue_real[:, 0].values + 1j * table.eigenvalue_imag[:, 0].values
        )
        return frame.reset_index(drop=True)

    def points_to_dataframe(self) -> pd.DataFrame:
        """Return one row for each special point."""
        before, after = POINT_COLUMNS[:3], POINT_COLUMNS[3:]
        check_names(self.system, self._names, POINT_COLUMNS)
        rows = [
            {
                "name": each.name, "kind": each.kind, "description": each.description,
                self.parameter_name: each.parameter, **each.state, "coefficient": each.coefficient,
                "frequency": each.frequency, "branch": each.branch, "status": each.status,
            }
            for each in self.points
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=[*before, *self._names, *after])

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.parameter_name, *self.system.state_names)

    def __repr__(self) -> str:
        low, high = self.bounds
        lines = [
            f"{len(self.branches)} branch{'es' * (len(self.branches) != 1)} of equilibria of "
            f"{self.system.name!r}, {self.parameter_name} from {low:g} to {high:g}: {self.status}"
        ]
        return "\n".join([*lines, *(f"  {point!r}" for point in self.points)])


def _dataset(found: Branches) -> xr.Dataset:
    n = len(found.system.states)
    check_names(found.system, (found.parameter_name, *found.system.state_names), TAKEN)
    branches = found.branches
    numbers = np.repeat(np.arange(len(branches)), [len(each) for each in branches])

    def joined(parts: list[Any], shape: tuple[int, ...], kind: Any = float) -> NDArray[Any]:
        return np.concatenate(parts, axis=-1) if parts else np.empty(shape, dtype=kind)

    states = joined([each.states for each in branches], (n, 0))
    values = joined([each.eigenvalues for each in branches], (n, 0), complex)
    unstable = joined([each.n_unstable for each in branches], (0,), int)
    leading = joined([each.eigenvalues.real.max(axis=0) for each in branches], (0,))
    words = np.where(leading < 0, "stable", np.where(unstable > 0, "unstable", "undecided"))
    data: dict[str, Any] = {
        "branch": ("point", numbers.astype(np.int64)),
        found.parameter_name: ("point", joined([each.parameter for each in branches], (0,)),
                          attributes_of(found.system, found.parameter_name)),
        **{
            name: ("point", states[i], attributes_of(found.system, name))
            for i, name in enumerate(found.system.state_names)
        },
        "stability": ("point", words.astype(str)),
        "n_unstable": ("point", unstable.astype(np.int64)),
        "residual": ("point", joined([each.residual for each in branches], (0,))),
        "eigenvalue_real": (("point", "eigenvalue"), values.real.T.copy()),
        "eigenvalue_imag": (("point", "eigenvalue"), values.imag.T.copy()),
        "ends": (("branch_number", "end"),
                 np.array([each.ends for each in branches], dtype=str).reshape(-1, 2)),
        "check_parameter": ("check", np.array([each.parameter for each in found.checks])),
        "check_holds": ("check", np.array([int(each.holds) for each in found.checks], dtype=int)),
    }  # fmt: skip
    points = found.points
    if points:
        data |= {
            "special_kind": ("special", np.array([each.kind for each in points])),
            "special_description": ("special", np.array([each.description for each in points])),
            "special_parameter": ("special", np.array([each.parameter for each in points])),
            "special_coefficient": ("special", np.array([each.coefficient for each in points])),
            "special_frequency": ("special", np.array([each.frequency for each in points])),
            "special_state": (("special", "state"),
                              np.array([list(each.state.values()) for each in points])),
        }  # fmt: skip
    coords: dict[str, Any] = {"state": list(found.system.state_names)}
    if points:
        coords["special"] = [each.name for each in points]
    attributes = provenance(
        found.system, found.params, parameter=found.parameter_name, status=found.status,
        bounds=np.array(found.bounds),
    )  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs=attributes)
