"""CycleBranch: cycles over a parameter, and the special ones among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis.bifurcation._checks import check_names
from mirrorsys.analysis.bifurcation._orbit import PeriodicOrbit
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint, named_point, provenance

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CycleBranch"]

Array = NDArray[np.float64]
EXTREMA = ("highest", "lowest")
TAKEN = (
    "period", *EXTREMA, "stability", "multiplier_real", "multiplier_imag", "error",
    "trivial_error", "orbit", "state", "multiplier",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CycleBranch:
    """A curve of cycles.

    Attributes
    ----------
    system : System
    parameter_name : str
        The followed parameter.
    bounds : (float, float)
    params : mapping of str to float
        The others that differ from their defaults.
    orbits : tuple of PeriodicOrbit
        In their order along the branch.
    points : tuple of SpecialPoint
        Their `branch` is the position of the orbit before them.
    ends : (str, str)
        What happens at the first and at the last cycle, in words.
    """

    system: System
    parameter_name: str
    bounds: tuple[float, float]
    params: Mapping[str, float]
    orbits: tuple[PeriodicOrbit, ...]
    points: tuple[SpecialPoint, ...]
    ends: tuple[str, str]

    def __len__(self) -> int:
        return len(self.orbits)

    def __getitem__(self, name: str) -> SpecialPoint:
        return named_point(self.points, name)

    @property
    def parameter(self) -> Array:
        """Values of the parameter, shape (n_orbit,)."""
        return np.array([each.params[self.parameter_name] for each in self.orbits])

    @property
    def period(self) -> Array:
        """Periods, shape (n_orbit,)."""
        return np.array([each.period for each in self.orbits])

    @property
    def is_stable(self) -> NDArray[np.bool_]:
        """Whether each cycle is stable."""
        return np.array([each.is_stable for each in self.orbits], dtype=bool)

    def highest(self, state: str) -> Array:
        """Return the highest value of a state in each cycle."""
        (name,) = self.system.resolve(state, "state")
        return np.array([each.highest[name] for each in self.orbits])

    def lowest(self, state: str) -> Array:
        """Return the lowest value of a state in each cycle."""
        (name,) = self.system.resolve(state, "state")
        return np.array([each.lowest[name] for each in self.orbits])

    def to_dataset(self) -> xr.Dataset:
        """Return one entry for each cycle along `orbit`."""
        names = self.system.state_names
        check_names(self.system, [self.parameter_name], TAKEN)
        values = np.array([each.multipliers for each in self.orbits]).reshape(-1, len(names))
        unit = {"units": self.system[self.parameter_name].unit}
        data = {
            self.parameter_name: ("orbit", self.parameter, unit),
            "period": ("orbit", self.period, {"units": self.system.time_unit}),
            "highest": (("orbit", "state"), np.array([self.highest(each) for each in names]).T),
            "lowest": (("orbit", "state"), np.array([self.lowest(each) for each in names]).T),
            "stability": ("orbit", np.array([each.stability for each in self.orbits], dtype=str)),
            "multiplier_real": (("orbit", "multiplier"), values.real.copy()),
            "multiplier_imag": (("orbit", "multiplier"), values.imag.copy()),
            "error": ("orbit", np.array([each.error for each in self.orbits])),
            "trivial_error": ("orbit", np.array([each.trivial_error for each in self.orbits])),
        }
        attributes = provenance(
            self.system, self.params, parameter=self.parameter_name, ends=" | ".join(self.ends)
        )
        return xr.Dataset(data, coords={"state": list(names)}, attrs=attributes)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each cycle."""
        import pandas as pd

        extrema = [f"{end}_{name}" for name in self.system.state_names for end in EXTREMA]
        check_names(self.system, [self.parameter_name], ["period", "stability", *extrema])
        columns = {self.parameter_name: self.parameter, "period": self.period}
        for name in self.system.state_names:
            columns |= {f"highest_{name}": self.highest(name), f"lowest_{name}": self.lowest(name)}
        words = [each.stability for each in self.orbits]
        return pd.DataFrame({**columns, "stability": words})

    def __repr__(self) -> str:
        lines = [
            f"{len(self)} cycles of {self.system.name!r} over {self.parameter_name}: "
            f"{self.ends[0]}; {self.ends[1]}"
        ]
        return "\n".join(
            [*lines, *(f"  {point!r}, period {point.period:.8g}" for point in self.points)]
        )
