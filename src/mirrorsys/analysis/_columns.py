"""The columns of a run: its variables by full names, whatever their dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["columns_of"]


def columns_of(run: xr.Dataset, names: Sequence[str], suffix: str = "") -> NDArray[np.float64]:
    """Return states or inputs of a run, shape (n_times or n_phase, n).

    `suffix` is ``"_at_end"`` for their values at the ends of phases.
    """
    columns = [np.empty((run.sizes["phase" if suffix else "time"], 0))]
    for name in names:
        owner, _, quantity = name.rpartition(".")
        variable = run[f"{quantity}{suffix}"]
        axes = {axis: owner for axis in ("person", "pair") if axis in variable.dims}
        columns.append(np.asarray(variable.sel(axes).values, dtype=float)[:, np.newaxis])
    return np.hstack(columns)
