"""Results as files."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import h5netcdf
import xarray as xr
from xarray.backends import H5NetCDFStore

from mirrorsys._files import whole_file
from mirrorsys.flow._checksum import check_undamaged, checksum

__all__ = ["load", "save"]


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
    OSError
        If the file cannot be written, as on a full disk.
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
    content = _netcdf(result)
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.write(checksum(content))


def _netcdf(result: xr.Dataset | xr.DataTree) -> memoryview:
    """Return what a netCDF file holds.

    It is made in memory: where the disk is full, HDF5 cannot close a file that it writes
    itself, and ends the whole process. Arrays of Dask are computed first: a store takes no
    notice of them.
    """
    memory = io.BytesIO()
    with h5netcdf.File(memory, "w") as file:
        if isinstance(result, xr.Dataset):
            result.compute().dump_to_store(H5NetCDFStore(file, mode="a"))
        else:
            for node in result.subtree:
                own = node.to_dataset(inherit=node is result).compute()
                own.dump_to_store(H5NetCDFStore(file, group=node.path, mode="a"))
    return memory.getbuffer()


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
        If the file is not netCDF, or was damaged since it was saved.
    """
    check_undamaged(Path(path))
    try:
        return xr.load_dataset(Path(path), engine="h5netcdf")
    except FileNotFoundError:
        raise
    except Exception as error:  # the readers below have many ways to say that a file is damaged
        raise ValueError(f"{Path(path).name} cannot be read as netCDF: {error}.") from error
