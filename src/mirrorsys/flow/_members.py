"""Members of an ensemble: who differs from whom in what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import Quantity, System, check_system
from mirrorsys._values import as_number

__all__ = ["Members", "checked_members", "full_ranges", "sample"]

Array = NDArray[np.float64]
METHODS = ("sobol", "latin hypercube", "random", "normal")


@dataclass(frozen=True)
class Members:
    """Every member's values, complete.

    Parameters
    ----------
    given : mapping of str to array of shape (n_member,)
        What was said about them.
    parameters, rest, initial : array of shape (n_member, n)
        Values of all parameters, inputs at rest and states at the beginning.
    """

    given: Mapping[str, Array]
    parameters: Array
    rest: Array
    initial: Array

    def __len__(self) -> int:
        return len(self.initial)

    def part(self, rows: slice | NDArray[Any]) -> Members:
        """Return some of the members."""
        given = {name: values[rows] for name, values in self.given.items()}
        return Members(given, self.parameters[rows], self.rest[rows], self.initial[rows])


def sample(
    system: System,
    n: int,
    ranges: Mapping[str, tuple[float, float]] | float,
    *,
    method: str = "sobol",
    seed: int,
) -> xr.Dataset:
    """Draw members of an ensemble.

    Parameters
    ----------
    system : System
    n : int
        How many. A Sobol sequence is balanced if it is a power of 2.
    ranges : mapping of str to (float, float), or float
        For each parameter, input at rest or state at the beginning its lowest and highest
        value; for ``method="normal"`` its mean and standard deviation. A bare name stands for
        that quantity of every person, drawn for each by itself. A single number such as
        0.2 means all parameters, from 20 % below to 20 % above their defaults, cut at
        their own ranges.
    method : {"sobol", "latin hypercube", "random", "normal"}
        Normal values beyond the range of a quantity are drawn again by folding the
        distribution at its ends: it is truncated, not clipped.
    seed : int
        The same seed gives the same members.

    Returns
    -------
    xarray.Dataset
        One variable for each name, along the dimension ``member``.

    Raises
    ------
    ValueError
        If a name is unknown, or a range does not fit.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> members = ms.sample(ms.models.client(), 8, {"kappa": (0.5, 0.9)}, seed=1)
    >>> members.sizes["member"], bool((members.kappa > 0.5).all())
    (8, True)
    """
    check_system(system)
    if method not in METHODS:
        raise ValueError(f"`method` is {method!r}; give one of {list(METHODS)}.")
    if not (1 <= as_number(n) < np.inf and n == int(n)):
        raise ValueError(f"`n` is {n!r}; give a whole number from 1.")
    spans = full_ranges(system, ranges, method)
    points = _points(len(spans), int(n), method, seed)
    columns = {
        name: _scaled(points[:, column], system[name], span, method)
        for column, (name, span) in enumerate(spans.items())
    }
    attributes = {"method": method, "seed": seed, "system": system.name}
    variables = {
        name: ("member", values, {"units": system[name].unit, "long_name": system[name].meaning})
        for name, values in columns.items()
    }
    return xr.Dataset(variables, {"member": np.arange(int(n))}, attributes)


def full_ranges(system: System, ranges: Any, method: str) -> dict[str, tuple[float, float]]:
    if isinstance(ranges, Mapping):
        return {
            name: _checked(name, span, system[name], method)
            for name, span in system.expand(ranges).items()
        }
    share = as_number(ranges)
    if not 0 < share <= 1:
        raise ValueError(
            f"`ranges` is {ranges!r}; give a mapping from name to (lowest, highest), or a share "
            "such as 0.2 around all defaults."
        )
    spans = {}
    for each in system.parameters:
        low, high = sorted((each.value * (1 - share), each.value * (1 + share)))
        if low < high:
            spans[each.name] = (max(low, each.range[0]), min(high, each.range[1]))
    return spans


def _checked(name: str, span: Any, quantity: Quantity, method: str) -> tuple[float, float]:
    try:
        first, second = (as_number(each) for each in span)
    except (TypeError, ValueError):
        first = second = float("nan")
    if method == "normal":
        quantity.check(first)
        if not 0 < second < np.inf:
            raise ValueError(f"`ranges` of {name!r} is {span!r}; give mean and standard deviation.")
        return first, second
    if not first < second:
        raise ValueError(f"`ranges` of {name!r} is {span!r}; give its lowest and highest value.")
    return quantity.check(first), quantity.check(second)


def _points(n_dimension: int, n: int, method: str, seed: int) -> Array:
    """Return n points of the unit cube, shape (n, n_dimension)."""
    from scipy.stats import qmc  # slow to import, and seldom needed

    if method == "sobol":
        power = max(int(np.ceil(np.log2(n))), 0)  # the whole of a balanced set, then its first n
        points = qmc.Sobol(n_dimension, rng=np.random.default_rng(seed)).random_base2(power)[:n]
    elif method == "latin hypercube":
        points = qmc.LatinHypercube(n_dimension, rng=np.random.default_rng(seed)).random(n)
    else:
        points = np.random.default_rng(seed).random((n, n_dimension))
    return np.asarray(points, dtype=float)


def _scaled(points: Array, quantity: Quantity, span: tuple[float, float], method: str) -> Array:
    if method != "normal":
        low, high = span
        return np.clip(low + (high - low) * points, low, high)
    from scipy.stats import norm

    (center, spread), (low, high) = span, quantity.range
    first, last = norm.cdf([(low - center) / spread, (high - center) / spread])
    values = center + spread * norm.ppf(first + (last - first) * points)
    return np.asarray(np.clip(values, low, high), dtype=float)


def checked_members(given: Any, system: System) -> Members:
    """Return members complete with the system's defaults.

    Raises
    ------
    ValueError
        If a name is unknown or a value outside its range.
    """
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        if given < 1:
            raise ValueError(f"`members` is {given}; give at least one.")
        columns: dict[str, Array] = {}
        lengths = {int(given)}
    else:
        columns = _columns(given)
        lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"`members` has columns of lengths {sorted(lengths)}; give one for all.")
    n = lengths.pop()
    full = system.expand(columns)
    for name, values in full.items():
        _check_column(name, values, system[name])

    def complete(quantities: Iterable[Quantity]) -> Array:
        rows = [full.get(each.name, np.full(n, each.value)) for each in quantities]
        return np.array(rows, dtype=float).reshape(len(rows), n).T.copy()

    return Members(
        dict(full), complete(system.parameters), complete(system.inputs), complete(system.states)
    )


def _columns(given: Any) -> dict[str, Array]:
    if isinstance(given, Mapping) and not isinstance(given, xr.Dataset):
        given = pd.DataFrame(dict(given))
    if isinstance(given, xr.Dataset):
        own = [name for name, values in given.data_vars.items() if values.dims == ("member",)]
        return {str(name): given[name].values.astype(float) for name in own}
    if not isinstance(given, pd.DataFrame):
        try:
            given = pd.DataFrame(list(given))
        except (TypeError, ValueError):
            raise TypeError(
                f"`members` is {given!r}; give what mirrorsys.sample makes, a DataFrame, or a "
                "list of mappings from name to value."
            ) from None
    if given.empty:
        raise ValueError("`members` is empty; give at least one member and one value.")
    return {str(name): given[name].to_numpy(dtype=float) for name in given.columns}


def _check_column(name: str, values: Array, quantity: Quantity) -> None:
    low, high = quantity.range
    bad = np.flatnonzero(~((values >= low) & (values <= high) & np.isfinite(values)))
    if bad.size:
        try:
            quantity.check(float(values[bad[0]]))
        except ValueError as error:
            raise ValueError(f"member {bad[0]}: {error}") from error
