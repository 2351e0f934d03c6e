"""A recorded time series that drives an input."""

from __future__ import annotations

import csv
import os
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mirrorsys.protocols._words import check_between

if TYPE_CHECKING:
    from scipy.interpolate import PPoly

__all__ = ["Recording", "recording"]

LARGEST = 1e75  # number of a recording: a cubic has quotients of it and the cube of times
LARGEST_FILE = 200_000_000  # bytes
MOST_COLUMNS = 2000
GAP = 1.5  # x the usual spacing: a longer distance between samples counts as a gap


@dataclass(frozen=True)
class Recording:
    """Samples of one quantity over time; between them, a shape-preserving curve.

    The curve (SciPy's monotone cubic, PCHIP) passes through all samples and never
    overshoots them. Before the first and after the last sample it is constant.

    Parameters
    ----------
    times : tuple of float
        Strictly increasing, from the beginning of the phase that uses the recording,
        in the time unit of the system.
    values : tuple of float
        One for each time.
    n_missing : int
        How many samples were missing in the source and are bridged by the curve.
    label : str
        Where it comes from.

    Raises
    ------
    ValueError
        If there are fewer than two samples, lengths differ, times do not increase, or
        a number is not finite or beyond 1e75.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]
    n_missing: int = 0
    label: str = "recording"

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", _floats(self.times, f"{self.label}: `times`"))
        object.__setattr__(self, "values", _floats(self.values, f"{self.label}: `values`"))
        if len(self.times) != len(self.values):
            raise ValueError(
                f"{self.label}: `times` has {len(self.times)} entries and `values` "
                f"{len(self.values)}; give one value for each time."
            )
        if len(self.times) < 2:
            raise ValueError(
                f"{self.label}: {len(self.times)} usable samples; at least 2 are needed."
            )
        if not np.all(np.isfinite([self.times, self.values])):
            raise ValueError(f"{self.label}: a time or value is not finite; leave that sample out.")
        _check_increasing(np.asarray(self.times), self.label)
        largest = max(map(abs, (*self.times, *self.values)))
        if largest > LARGEST or np.diff(self.times).min() < 1 / LARGEST:
            raise ValueError(
                f"{self.label}: numbers up to {largest:g}, times {np.diff(self.times).min():g} "
                f"apart at the closest; no curve can be made beyond {LARGEST:g} or of times "
                f"closer than {1 / LARGEST:g}: use other units."
            )

    @property
    def duration(self) -> float:
        """The time of the last sample."""
        return self.times[-1]

    @property
    def spacing(self) -> float:
        """The usual (median) distance between samples."""
        return float(np.median(np.diff(self.times)))

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Beginning and end of every stretch without samples, from time 0 on."""
        return self.stretches(GAP * self.spacing)

    def stretches(self, length: float) -> tuple[tuple[float, float], ...]:
        """Return beginning and end of every stretch between samples longer than `length`."""
        times = np.array([min(0.0, self.times[0]), *self.times])
        wide = np.flatnonzero(np.diff(times) > length)
        return tuple((float(times[i]), float(times[i + 1])) for i in wide)

    def curve(self) -> PPoly:
        """Return the piecewise cubic through the samples."""
        from scipy.interpolate import PchipInterpolator  # slow to import

        with np.errstate(all="ignore"):  # it divides by slopes, which may be as good as zero
            return PchipInterpolator(self.times, self.values)

    def __call__(self, times: ArrayLike) -> NDArray[np.float64]:
        """Return the recorded quantity at any times."""
        inside = np.clip(times, self.times[0], self.times[-1])
        return np.asarray(self.curve()(inside), dtype=float)

    def rescaled(self, zero: float, one: float) -> Recording:
        """Return the recording on a new scale: the value `zero` becomes 0 and `one` becomes 1.

        Values beyond the two are held at 0 or 1. ``rescaled(zero=5, one=0)`` turns a
        rating from 0 (very negative) to 5 (very positive) into distress.
        """
        if zero == one:
            raise ValueError(f"`zero` and `one` are both {zero:g}; give two different values.")
        scaled = np.clip((np.asarray(self.values) - zero) / (one - zero), 0.0, 1.0)
        return Recording(self.times, tuple(scaled.tolist()), self.n_missing, self.label)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain lists, texts and numbers, for JSON."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    def __repr__(self) -> str:
        gaps = self.gaps
        longest = max((end - start for start, end in gaps), default=0.0)
        return (
            f"Recording {self.label!r}: {len(self.times)} samples over {self.duration:g} "
            f"time units, spacing {self.spacing:g}; {self.n_missing} missing, {len(gaps)} gaps"
            + (f", the longest {longest:g}" if gaps else "")
        )


def recording(
    source: pd.DataFrame | str | os.PathLike[str],
    *,
    time: str,
    value: str,
    where: Mapping[str, Any] | None = None,
    time_scale: float = 1.0,
    max_gap: float = np.inf,
) -> Recording:
    """Read a time series that can drive an input.

    Parameters
    ----------
    source : DataFrame or path of a CSV file
        The file as plain text in UTF-8, of at most 200 MB and 2000 columns.
    time, value : str
        The two columns. Samples without a value are left out and counted; uneven
        spacing is fine.
    where : mapping of str to value, optional
        Only rows in which each of these columns has this value.
    time_scale : float
        What times are multiplied by: 1/60 turns seconds into minutes. The first
        time of the (selected) rows becomes 0.
    max_gap : float
        The longest stretch without samples that may be bridged, in scaled time.

    Returns
    -------
    Recording

    Raises
    ------
    ValueError
        If a column is unknown or holds text, times are missing, repeat or decrease,
        no value is left, or a gap is too long.
    """
    table, label = _table(source)
    for column in (time, value, *(where or {})):
        if column not in table.columns:
            raise ValueError(
                f"{label} has no column {column!r}; its columns are {list(table.columns)}."
            )
    for column, wanted in (where or {}).items():
        table = table[table[column] == wanted]
    if where:
        label += f" ({', '.join(f'{key}={wanted}' for key, wanted in where.items())})"
    if table.empty:
        raise ValueError(f"{label}: no row is left; check `where`.")
    times, values = (_numbers(table[column], label) for column in (time, value))
    if not np.all(np.isfinite(times)):
        raise ValueError(f"{label}: column {time!r} has missing times; every row needs one.")
    _check_increasing(times, label)
    present = np.isfinite(values)
    if np.isinf(values).any():
        raise ValueError(f"{label}: column {value!r} holds an infinite value; leave it empty.")
    if not present.any():
        raise ValueError(f"{label}: column {value!r} is missing throughout; nothing can be read.")
    check_between(time_scale, "time_scale", 0, np.inf)
    if np.isnan(max_gap) or max_gap <= 0:
        raise ValueError(f"`max_gap` is {max_gap!r}; give the longest stretch to be bridged.")
    with np.errstate(over="ignore"):  # what overflows is refused as not finite
        scaled = (times[present] - times[0]) * time_scale
    result = Recording(
        tuple(scaled.tolist()),
        tuple(values[present].tolist()),
        int((~present).sum()),
        label,
    )
    if too_long := result.stretches(max_gap):
        raise ValueError(
            f"{label}: no samples from {too_long[0][0]:g} to {too_long[0][1]:g}, longer than "
            f"`max_gap` = {max_gap:g}; use a part without that gap or allow it."
        )
    return result


def _table(source: pd.DataFrame | str | os.PathLike[str]) -> tuple[pd.DataFrame, str]:
    if isinstance(source, pd.DataFrame):
        return source, "the table"
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"`source` is {source!r}; give a DataFrame or the path of a CSV file.")
    path = Path(source)
    if (size := path.stat().st_size) > LARGEST_FILE:
        raise ValueError(
            f"{path.name} has {size} bytes; a CSV file has at most {LARGEST_FILE}: read what is "
            "needed of it with pandas.read_csv, and give that table."
        )
    try:
        _check_width(path)
        with warnings.catch_warnings():
            # Rows longer than the header: pandas would shift them, or leave their end out.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, index_col=False, compression=None), path.name
    except (csv.Error, pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError,
            UnicodeDecodeError) as error:  # fmt: skip
        raise ValueError(f"{path.name} cannot be read as CSV: {error}.") from error


def _check_width(path: Path) -> None:
    """Refuse a header of which pandas would make columns for minutes."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        names: list[str] = next((row for row in csv.reader(file) if row), [])
    if len(names) > MOST_COLUMNS:
        raise csv.Error(f"its first row has {len(names)} cells, more than {MOST_COLUMNS}")


def _floats(given: Any, label: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in given)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{label} is {given!r}; give a sequence of numbers.") from None


def _numbers(column: pd.Series[Any], label: str) -> NDArray[np.float64]:
    if column.dtype.kind in "mM":
        raise ValueError(
            f"{label}: column {column.name!r} holds dates; give numbers, such as "
            "(table.t - table.t.iloc[0]).dt.total_seconds()."
        )
    try:
        numbers = pd.to_numeric(column, errors="coerce")
    except OverflowError:
        raise ValueError(
            f"{label}: column {column.name!r} holds a whole number beyond the largest double, "
            "1.8e308; leave that value empty."
        ) from None
    if len(text := column[numbers.isna() & column.notna()]):
        raise ValueError(
            f"{label}: column {column.name!r} holds {text.iloc[0]!r}; "
            "it must hold numbers, and nothing where a sample is missing."
        )
    return np.asarray(numbers, dtype=float)


def _check_increasing(times: NDArray[np.float64], label: str) -> None:
    with np.errstate(over="ignore"):
        steps = np.diff(times)
    if (bad := np.flatnonzero(steps <= 0)).size:
        i = int(bad[0])
        raise ValueError(
            f"{label}: time {times[i + 1]:g} follows {times[i]:g} (sample {i + 2}); times must "
            "increase: sort the rows, or select one series with `where`."
        )
