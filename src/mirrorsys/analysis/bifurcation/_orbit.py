"""PeriodicOrbit: a cycle, with its multipliers, extrema and errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis.bifurcation._checks import check_names
from mirrorsys.analysis.bifurcation._collocation import Collocation, basis
from mirrorsys.analysis.bifurcation._floquet import multipliers, nontrivial
from mirrorsys.analysis.bifurcation._special_point import provenance

__all__ = ["PeriodicOrbit", "multipliers_of", "orbit_of"]

Array = NDArray[np.float64]
TRIVIAL = 1e-2  # how far the trivial multiplier may be off before the others are not believed
NEUTRAL = 1e-9  # how near to the unit circle a multiplier may be on either side of it
FINE = 8  # points looked at in each interval for the highest and lowest values


@dataclass(frozen=True, kw_only=True)
class PeriodicOrbit:
    """A cycle.

    Attributes
    ----------
    system : System
    params : mapping of str to float
        All values that differ from the defaults.
    period : float
        In the time unit of the system.
    times : array, shape (n_time,)
        From 0 to the period.
    states : array, shape (n_state, n_time)
        At the nodes of the mesh; the last equals the first.
    highest, lowest : mapping of str to float
        The extrema of each state.
    multipliers : array, shape (n_state,)
        Floquet multipliers, the largest modulus first, the trivial one among them.
    trivial_error : float
        How far the trivial multiplier is from 1: a check on accuracy.
    error : float
        Estimated largest error between the nodes, relative to the scale of the states.
    status : str
    """

    system: System
    params: Mapping[str, float]
    period: float
    times: Array
    states: Array
    highest: Mapping[str, float]
    lowest: Mapping[str, float]
    multipliers: NDArray[np.complex128]
    trivial_error: float
    error: float
    status: str
    collocation: Collocation | None = field(default=None, repr=False)
    z: Array = field(default_factory=lambda: np.empty(0), repr=False)

    @property
    def amplitude(self) -> dict[str, float]:
        """Half the distance from the lowest to the highest value of each state."""
        return {name: (self.highest[name] - self.lowest[name]) / 2 for name in self.highest}

    @property
    def is_stable(self) -> bool:
        """Whether all multipliers but the trivial one lie inside the unit circle, reliably."""
        return self.stability == "stable"

    @property
    def stability(self) -> str:
        """Say "stable", "unstable" and how many multipliers lie outside, or "undecided"."""
        if not self.trivial_error < TRIVIAL:
            return "undecided"
        sizes = np.abs(nontrivial(self.multipliers))
        if count := int(np.count_nonzero(sizes > 1 + NEUTRAL)):
            return f"unstable ({count})"
        return "stable" if (sizes < 1 - NEUTRAL).all() else "undecided"

    def at(self, times: Array) -> Array:
        """Return the states at any times, shape (n_state, n_time)."""
        assert self.collocation is not None
        profile, period, _ = self.collocation.parts(self.z)
        return self.collocation.values_at(profile, np.asarray(times, dtype=float) / period % 1.0)

    def to_dataset(self) -> xr.Dataset:
        """Return the states along `time`, with everything else as attributes."""
        check_names(self.system, self.system.state_names, ["time"])
        data = {
            name: ("time", values, {"units": self.system[name].unit})
            for name, values in zip(self.system.state_names, self.states, strict=True)
        }
        attributes = provenance(
            self.system, self.params, period=self.period, stability=self.stability,
            status=self.status, error=self.error, trivial_error=self.trivial_error,
            multipliers_real=self.multipliers.real, multipliers_imag=self.multipliers.imag,
        )  # fmt: skip
        time = ("time", self.times, {"units": self.system.time_unit})
        return xr.Dataset(data, coords={"time": time}, attrs=attributes)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each moment."""
        return self.to_dataset().to_dataframe()

    def __repr__(self) -> str:
        ranges = ", ".join(
            f"{name} {self.lowest[name]:.6g} to {high:.6g}" for name, high in self.highest.items()
        )
        return (
            f"PeriodicOrbit of {self.system.name!r}: period {self.period:.10g}, {self.stability}; "
            f"{ranges}; {self.status}"
        )


def multipliers_of(collocation: Collocation, z: Array) -> NDArray[np.complex128]:
    """Return the Floquet multipliers, the largest modulus first."""
    try:
        with np.errstate(all="ignore"):
            transfers = collocation.transfers(z)[:, -collocation.field.n :]
    except np.linalg.LinAlgError:
        return np.full(collocation.field.n, np.nan + 0j)
    return multipliers(transfers)


def extrema(collocation: Collocation, profile: Array) -> tuple[Array, Array]:
    """Return the highest and the lowest value of each state."""
    fine = np.linspace(0, 1, FINE * collocation.degree + 1)
    values = profile @ basis(collocation.degree).at(fine).T  # (n, N, points)
    both = []
    for sign in (1.0, -1.0):
        flat = (sign * values).reshape(values.shape[0], -1)
        index = flat.argmax(axis=1)
        tops = [
            _top(sign * profile[i], collocation.degree, at // fine.size, fine[at % fine.size],
                 float(flat[i, at]))
            for i, at in enumerate(index)
        ]  # fmt: skip
        both.append(sign * np.array(tops))
    return both[0], both[1]


def _top(profile: Array, degree: int, interval: int, x: float, usual: float) -> float:
    """Return the maximum near x in an interval; near its ends the neighbour may have it."""
    places = [(interval, x)]
    if x in (0.0, 1.0):
        places.append(((interval + (1 if x else -1)) % len(profile), 1.0 - x))
    return max(_peak(profile[i], degree, at, usual) for i, at in places)


def _peak(values: Array, degree: int, x: float, usual: float) -> float:
    """Return the maximum of a polynomial near x, by Newton's method on its slope."""
    nodes = basis(degree).nodes
    polynomial = np.polynomial.Polynomial.fit(nodes, values, degree, domain=[0, 1])
    slope, bend = polynomial.deriv(), polynomial.deriv(2)
    for _ in range(6):
        curvature = float(bend(x))
        if curvature >= 0:
            return usual
        x = min(max(x - float(slope(x)) / curvature, 0.0), 1.0)
    return max(float(polynomial(x)), usual)


def orbit_of(
    collocation: Collocation,
    z: Array,
    status: str,
    params: Mapping[str, float],
    values: NDArray[np.complex128] | None = None,
) -> PeriodicOrbit:
    """Return a solved cycle with all that is known of it; `values` are its multipliers."""
    at = collocation.field
    profile, period, parameters = collocation.parts(z)
    times = np.append(collocation.node_times()[:, :-1].ravel(), 1.0) * period
    flat = profile[:, :, :-1].reshape(at.n, -1)
    highest, lowest = extrema(collocation, profile)
    values = multipliers_of(collocation, z) if values is None else values
    trivial = float(np.min(np.abs(values - 1))) if np.isfinite(values).all() else np.inf
    if not trivial < TRIVIAL:
        status += f"; multipliers are not reliable: the trivial one is off by {trivial:.1e}"
    names = at.system.state_names
    return PeriodicOrbit(
        system=at.system,
        params={**params, **dict(zip(at.names, parameters.tolist(), strict=True))},
        period=period, times=times, states=np.append(flat, flat[:, :1], axis=1),
        highest=dict(zip(names, highest.tolist(), strict=True)),
        lowest=dict(zip(names, lowest.tolist(), strict=True)),
        multipliers=values, trivial_error=trivial, error=collocation.error(profile), status=status,
        collocation=collocation, z=z,
    )  # fmt: skip
