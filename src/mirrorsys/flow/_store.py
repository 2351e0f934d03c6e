"""Store: the finished chunks of an ensemble on disk, as a zarr group.

The group appears whole, with every member's values and nothing computed; its attributes
are the manifest that says which study it belongs to. A chunk counts once its mark is
there, and the mark is written last: what a killed process left half-written is computed
again.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._files import PART, naming, part_prefix, write_text
from mirrorsys.flow._chunks import Chunk, output_shape
from mirrorsys.flow._tables import dataset_of

__all__ = ["Store"]

MARKS = ".finished"
PINNED = ("system", "protocol", "protocol_of_members", "outputs", "members", "n_members", "engine",
          "method", "rtol", "atol", "max_steps", "noise_step", "noise_bounded", "seed",
          "versions")  # fmt: skip
PACKAGES = ("mirrorsys", "numpy", "scipy", "sympy", "llvmlite")  # which may change a bit
STATUS_LENGTH = 200


class Store:
    """The chunks of one study that are finished, and those that are missing.

    Parameters
    ----------
    path : path
        A folder ending in ``.zarr``; made if it is not there.
    study : Chunk
        All members.
    attributes : mapping of str to object
        The manifest.
    size : int
        Members in a chunk; a store that is there keeps its own.

    Raises
    ------
    ImportError
        If zarr is not installed.
    ValueError
        If the path has another ending, or the store belongs to another study.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        study: Chunk,
        attributes: Mapping[str, Any],
        size: int,
    ) -> None:
        self.path, self.study = Path(path), study
        if self.path.suffix != ".zarr":
            raise ValueError(f"`store` is {str(path)!r}; give a folder ending in .zarr.")
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"`store` lies in {str(self.path.parent)!r}, which does not exist; create it first."
            )
        try:
            import zarr
        except ImportError as error:
            raise ImportError(
                "`store` needs zarr; install it with pip install 'mirrorsys[distributed]'."
            ) from error
        if not self.path.exists():
            self._create({**attributes, "chunk": size})
        self._check_same(attributes)
        self.group = zarr.open_group(self.path, mode="r+")
        self.size = int(self.group.attrs["chunk"])  # type: ignore[arg-type]

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, GeneratorExit):
            error.add_note(
                f"{self._n_finished()} of {len(self.study.members)} members are kept in "
                f"{self.path.name}; the same call goes on from there."
            )

    # ---- chunks --------------------------------------------------------------------------

    def _rows(self) -> list[slice]:
        n = len(self.study.members)
        return [slice(begin, min(begin + self.size, n)) for begin in range(0, n, self.size)]

    def _mark(self, row: slice) -> Path:
        return self.path / MARKS / f"{row.start:09d}"

    def missing(self) -> list[slice]:
        """Return the chunks that are not finished."""
        return [row for row in self._rows() if not self._mark(row).exists()]

    def _n_finished(self) -> int:
        return sum(row.stop - row.start for row in self._rows() if self._mark(row).exists())

    def write(self, row: slice, values: Mapping[str, NDArray[Any]]) -> None:
        """Keep what a chunk has found, then mark it as finished."""
        with naming(self.path):
            for name, found in values.items():
                array: Any = self.group[name]
                array[row] = found.astype(array.dtype) if name == "status" else found
        write_text(self._mark(row), "")

    def dataset(self) -> xr.Dataset:
        """Return the study as a Dataset; numbers are read from disk when they are used.

        Where dask is installed the arrays are dask's, chunk by chunk.
        """
        chunks: Any = None if importlib.util.find_spec("dask") is None else {}
        found: xr.Dataset = xr.open_zarr(self.path, chunks=chunks, consolidated=True)
        return found

    # ---- the group as a whole ------------------------------------------------------------

    def _create(self, attributes: Mapping[str, Any]) -> None:
        """Write a group without results beside its place, then move it there."""
        n, protocol = len(self.study.members), self.study.protocols[0]
        kinds = {"status": f"<U{STATUS_LENGTH}", "n_steps": "i8", "n_stiff_phases": "i8"}
        empty = {name: np.broadcast_to(np.zeros((), kind), n) for name, kind in kinds.items()}
        for name, output in self.study.outputs.items():
            empty[name] = np.broadcast_to(np.nan, (n, *output_shape(output, protocol)))
        dataset = dataset_of(self.study, slice(0, n), empty).assign_attrs(attributes)
        size = int(attributes["chunk"])
        encoding = {
            name: {"chunks": (size, *empty[name].shape[1:]), "write_empty_chunks": False}
            for name in empty
        }
        with naming(self.path):
            temporary = Path(tempfile.mkdtemp(PART, part_prefix(self.path), self.path.parent))
            try:
                dataset.to_zarr(temporary, mode="w", zarr_format=2, encoding=encoding)
                (temporary / MARKS).mkdir()
                temporary.chmod(0o755)
                temporary.rename(self.path)
            except OSError:
                if not self.path.exists():  # else another process was quicker, with its own
                    raise
            finally:
                shutil.rmtree(temporary, ignore_errors=True)  # what is left after an error

    def _check_same(self, attributes: Mapping[str, Any]) -> None:
        """Refuse the store of another study, with the difference named."""
        try:
            kept = dict(xr.open_zarr(self.path, chunks=None).attrs)
        except Exception as error:
            raise ValueError(
                f"`store` is {str(self.path)!r}, which is there but is no zarr group: {error}. "
                "Give another path, or remove it."
            ) from error
        differences = [
            f"{name}: {told}"
            for name in PINNED
            if (told := _difference(name, kept.get(name), attributes.get(name)))
        ]
        if differences:
            raise ValueError(
                f"`store` {self.path.name!r} holds another study, which differs in "
                + "; ".join(differences)
                + ". Give another path, or repeat the call it was begun with."
            )
        if kept.get("processor") != attributes["processor"]:
            warnings.warn(
                f"{self.path.name} was begun on a processor {kept.get('processor')!r} and goes on "
                f"on {attributes['processor']!r}; last digits may differ between the two.",
                stacklevel=4,
            )


def _difference(name: str, kept: Any, asked: Any) -> str:
    """Return in words how two entries of the manifest differ, or an empty text."""
    if kept == asked:
        return ""
    if name == "members":
        return "the members' values"
    if name == "versions":
        old, new = (json.loads(each or "{}") for each in (kept, asked))
        changed = [p for p in PACKAGES if old.get(p) != new.get(p)]
        return ", ".join(f"{p} {old.get(p)} instead of {new.get(p)}" for p in changed)
    if name not in {"system", "protocol", "protocol_of_members", "outputs"}:
        return f"{kept!r} instead of {asked!r}"
    return _first_difference(str(kept), str(asked))


def _first_difference(kept: str, asked: str) -> str:
    """Return the first place at which two texts differ."""
    index = next(
        (i for i, (a, b) in enumerate(zip(kept, asked, strict=False)) if a != b),
        min(len(kept), len(asked)),
    )
    begin = max(index - 20, 0)
    return f"{kept[begin : index + 20]!r} instead of {asked[begin : index + 20]!r}"
