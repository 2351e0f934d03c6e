"""LyapunovSpectrum: exponents with the evidence for them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

__all__ = ["LyapunovSpectrum"]

Array = NDArray[np.float64]
SIGNIFICANT = 3.0  # standard errors: an exponent nearer to zero counts as zero


@dataclass(frozen=True, eq=False, repr=False)
class LyapunovSpectrum:
    """The Lyapunov exponents of an orbit, with the evidence for them.

    Attributes
    ----------
    exponents : ndarray, shape (n_exponents,)
        In descending order, in units of 1 over the time unit of the system.
    standard_errors : ndarray, shape (n_exponents,)
        From the means of 30 stretches of the orbit; zero at an equilibrium.
    history : Dataset
        The running estimates: `exponent` over ``time`` and ``number``.
    status : str
        "converged", "exact at an equilibrium", "not converged: ..." or "escaped ...".
    divergence : float
        The mean of the divergence along the orbit, integrated with it. All exponents together
        must add up to it (Liouville).
    end_state : mapping of str to float
        Where the orbit was at the end.
    attributes : mapping of str to str or number
        What the numbers rest on.
    """

    exponents: Array
    standard_errors: Array
    history: xr.Dataset
    status: str
    divergence: float
    end_state: Mapping[str, float]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sum_error(self) -> float:
        """Sum of the exponents minus mean divergence; NaN unless all exponents are there."""
        is_whole = len(self.exponents) == len(self.end_state)
        return float(self.exponents.sum() - self.divergence) if is_whole else math.nan

    @property
    def kaplan_yorke_dimension(self) -> float:
        """The dimension of the attractor by the conjecture of Kaplan and Yorke.

        The number of leading exponents whose sum is not negative, and a fraction of the next.
        NaN if too few exponents are there to tell. Exponents within three standard errors of zero
        count as zero.
        """
        noise = np.maximum(SIGNIFICANT * self.standard_errors, 1e-12)
        values = np.where(np.abs(self.exponents) <= noise, 0.0, self.exponents)
        if not np.isfinite(values).all():
            return math.nan
        sums = np.cumsum(values)
        whole = int(np.flatnonzero(sums >= 0)[-1]) + 1 if (sums >= 0).any() else 0
        if whole == len(values):
            return float(whole) if whole == len(self.end_state) else math.nan
        rest = sums[whole - 1] if whole else 0.0
        return float(whole + rest / abs(values[whole]))

    def to_dataset(self) -> xr.Dataset:
        """Return exponents, errors, history and evidence as one Dataset."""
        rate = {"units": self.history["exponent"].attrs["units"]}
        number = np.arange(1, len(self.exponents) + 1)
        return self.history.rename(exponent="running_exponent").assign(
            exponent=xr.Variable("number", self.exponents, rate),
            standard_error=xr.Variable("number", self.standard_errors, rate),
            divergence=xr.Variable((), self.divergence, rate),
        ).assign_coords(number=number).assign_attrs(
            **self.attributes, status=self.status, sum_error=self.sum_error,
            kaplan_yorke_dimension=self.kaplan_yorke_dimension,
            end_state=json.dumps(dict(self.end_state)),
        )  # fmt: skip

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each exponent."""
        return pd.DataFrame(
            {"exponent": self.exponents, "standard_error": self.standard_errors},
            index=pd.RangeIndex(1, len(self.exponents) + 1, name="number"),
        )

    def __repr__(self) -> str:
        unit = self.history["exponent"].attrs["units"]
        pairs = zip(self.exponents, self.standard_errors, strict=True)
        lines = [f"  {value:.6g} ± {error:.1g}" for value, error in pairs]
        count = "exponent" if len(lines) == 1 else "exponents"
        head = f"{len(lines)} Lyapunov {count} of {self.attributes['name']!r} ({unit}): "
        return "\n".join([head + self.status, *lines])
