"""Results as files, and results computed again."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from mirrorsys._files import whole_file
from mirrorsys._model_files import from_toml
from mirrorsys.flow._events import Event
from mirrorsys.flow._problem import Noise
from mirrorsys.flow._simulate import simulate
from mirrorsys.protocols import protocol_from_dict

__all__ = ["load", "rerun", "save"]


def save(result: Any, path: str | os.PathLike[str]) -> None:
    """Write a result to a netCDF file, whole or not at all.

    Parameters
    ----------
    result : Dataset, DataTree, or anything with ``to_dataset()``
    path : path
        With the ending ``.nc``; an existing file is replaced.

    Raises
    ------
    ValueError
        If `path` has another ending.
    TypeError
        If `result` is none of these.
    """
    if hasattr(result, "to_dataset") and not isinstance(result, xr.DataTree):
        result = result.to_dataset()
    if not isinstance(result, xr.Dataset | xr.DataTree):
        raise TypeError(
            f"`result` is of type {type(result).__name__}; give a Dataset, or a result that has "
            "`to_dataset()`."
        )
    if Path(path).suffix != ".nc":
        raise ValueError(
            f"`path` is {str(path)!r}; end it with .nc (for a table use "
            "result.to_dataframe().to_csv)."
        )
    with whole_file(path) as temporary:
        result.to_netcdf(temporary, engine="h5netcdf")


def load(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result from a netCDF file into memory; nothing in the file is run.

    Parameters
    ----------
    path : path

    Returns
    -------
    xarray.Dataset
        Equal to the one `save` wrote.

    Raises
    ------
    ValueError
        If the file is not netCDF.
    """
    try:
        return xr.load_dataset(Path(path), engine="h5netcdf")
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{Path(path).name} cannot be read as netCDF: {error}.") from error


def rerun(result: xr.Dataset) -> xr.Dataset:
    """Compute a result again from its own attributes.

    Parameters
    ----------
    result : Dataset
        As `simulate` returned it or `load` read it.

    Returns
    -------
    xarray.Dataset
        Equal to `result` on the same type of machine with the same versions.

    Raises
    ------
    ValueError
        If the attributes do not describe a run.
    """
    if not isinstance(result, xr.Dataset):
        raise TypeError(f"`result` is {result!r}; give a Dataset, as from mirrorsys.load(path).")
    attributes = result.attrs
    wanted = {"system", "protocol", "parameters", "inputs_at_rest", "initial", "events", "method"}
    if missing := sorted(wanted - attributes.keys()):
        raise ValueError(f"`result` has no attributes {missing}; give a Dataset made by simulate.")
    noise = None
    if "noise_step" in attributes:
        noise = Noise(
            float(attributes["noise_step"]),
            str(attributes["method"]),
            bounded=bool(attributes.get("noise_bounded", False)),  # older files have none
        )
    own = np.asarray(result["time"].values) if attributes["times"] == "requested" else None
    return simulate(
        from_toml(attributes["system"]),
        protocol=protocol_from_dict(json.loads(attributes["protocol"])),
        times=own,
        initial=json.loads(attributes["initial"]),
        params={
            **json.loads(attributes["parameters"]),
            **json.loads(attributes["inputs_at_rest"]),
        },
        events={name: Event(**e) for name, e in json.loads(attributes["events"]).items()},
        noise=noise,
        seed=int(attributes["seed"]) if noise is not None else None,
        engine=str(attributes["engine"]),
        method=str(attributes["method"]) if noise is None else None,
        rtol=float(attributes["rtol"]),
        atol=float(attributes["atol"]),
        max_steps=int(attributes["max_steps"]),
    )
