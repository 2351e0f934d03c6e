"""basins: where a system ends, over where it starts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import binomtest

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number, initial_values, parameter_and_input_values
from mirrorsys.analysis._equilibria import equilibria
from mirrorsys.analysis._results import Equilibria, Equilibrium
from mirrorsys.analysis.attractors._attractors import Attractor
from mirrorsys.analysis.attractors._lyapunov import check_no_noise
from mirrorsys.analysis.attractors._settling import Settling, flow_of
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.symbolic import ContinuumError, EliminationError

__all__ = ["basins"]

Array = NDArray[np.float64]


def basins(
    system: System,
    attractors: Sequence[Equilibrium] | None = None,
    *,
    grid: Mapping[str, tuple[float, float, int]] | None = None,
    n: int | None = None,
    seed: int | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    initial: Mapping[str, float] | None = None,
    params: Mapping[str, float] | None = None,
    duration: float | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    engine: str = "auto",
) -> xr.Dataset:
    """Tell for many starting states on which attractor the system settles.

    Trajectories are followed in rounds until they have entered a neighbourhood of a stable
    equilibrium that nothing leaves. What enters none is followed until it recurs: cycles and other
    attractors are found that way, one after the other, and take the trajectories near them.

    Parameters
    ----------
    system : System
        Inputs rest at their values in `params`, or at their defaults.
    attractors : sequence of Equilibrium, optional
        The equilibria, if they are known; by default all of them, from
        `mirrorsys.equilibria`. Only stable ones count.
    grid : mapping of str to (low, high, number), optional
        One or more states: the starting states are all combinations; the other states start
        at `initial`.
    n, seed : int, optional
        Instead of a grid: so many random points, evenly distributed in the box.
    box : mapping of str to (float, float), optional
        Sides, for the random points, that differ from the system's own box.
    initial, params : mapping of str to float, optional
        What differs from the defaults.
    duration : float, optional
        How long to follow a trajectory at most; by default 400 times the longest relaxation time
        of a stable equilibrium.
    rtol, atol : float
        Tolerances of each step.
    engine : {"auto", "compiled", "scipy"}

    Returns
    -------
    xarray.Dataset
        `basin`, over the states of the grid or over ``member``: the number of the attractor, -1
        where it is undecided. A table of the attractors along ``attractor``: `kind`,
        `stability`, `period`, `fraction` of the starting states, and for each state its
        value there, and its lowest and highest along a cycle. For random points
        `fraction_low` and `fraction_high` are the 95 % interval of Wilson. `n_undecided` and the
        attribute ``undecided`` say how many ended nowhere, and why.

    Raises
    ------
    ValueError
        If an argument does not fit the system.
    ContinuumError
        If its equilibria form a continuum; the message names the states to freeze.

    References
    ----------
    .. [1] G. Datseris, A. Wagemakers, "Effortless estimation of basins of attraction",
       Chaos 32 (2022) 023104.
    .. [2] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference", J. Am. Stat. Assoc. 22 (1927) 209.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> cubic = ms.System("cubic", {"x": "x - x**3"}, box={"x": (-2, 2)})
    >>> found = ms.basins(cubic, grid={"x": (-2, 2, 4)})
    >>> found.basin.values, found.x_at.values
    (array([0, 0, 1, 1]), array([-1.,  1.]))
    """
    check_system(system)
    check_no_noise(system)
    flow = flow_of(system, params, rtol=rtol, atol=atol, engine=engine)
    starts, coordinates = _starts(system, grid, n, seed, box, initial)
    flow = flow.spanning(starts)
    found, message = _given_or_found(system, attractors, params)
    patience = None if duration is None else _checked_duration(duration)
    settling = Settling(flow, found, starts, patience)
    settling.run()
    attributes = {
        "title": f"{system.name}: basins of attraction", "system": toml_of(system),
        "params": json.dumps({k: float(v) for k, v in system.expand(params or {}).items()}),
        "equilibria": message, "undecided": json.dumps(settling.why),
        "followed_at_most": settling.patience, "seed": -1 if seed is None else int(seed),
        "engine": flow.engine, **flow.settings.to_attributes(), "versions": versions(),
    }  # fmt: skip
    return _dataset(system, settling, coordinates, attributes, is_sample=n is not None)


# ---- where they start ------------------------------------------------------------------------


def _starts(
    system: System,
    grid: Mapping[str, tuple[float, float, int]] | None,
    n: int | None,
    seed: int | None,
    box: Mapping[str, tuple[float, float]] | None,
    initial: Mapping[str, float] | None,
) -> tuple[Array, dict[str, Array]]:
    """Return starting states (n_start, n_state), and the coordinates they have in the result."""
    start = initial_values(system, initial)
    if (grid is None) == (n is None):
        raise ValueError(
            f"`grid` is {grid!r} and `n` is {n!r}; give one of them: a grid such as "
            f"{{{system.state_names[0]!r}: (0, 1, 200)}}, or a number of random points."
        )
    if grid is not None:
        axes = _axes(system, grid)
        mesh = np.meshgrid(*axes.values(), indexing="ij")
        own = {name: each.ravel() for name, each in zip(axes, mesh, strict=True)}
        size = mesh[0].size
        columns = [own.get(name, np.full(size, start[name])) for name in system.state_names]
        return np.array(columns).T.copy(), axes
    if not (as_number(n) >= 1 and as_number(n).is_integer()):
        raise ValueError(f"`n` is {n!r}; give a whole number of points from 1.")
    if seed is None or not (as_number(seed) >= 0 and as_number(seed).is_integer()):
        raise ValueError(f"`seed` is {seed!r}; random points need one: a whole number from 0.")
    low, high = _sides(system, box)
    assert n is not None
    points = np.random.default_rng(int(seed)).random((int(n), low.size))
    states = low + (high - low) * points
    return states, dict(zip(system.state_names, states.T, strict=True))


def _axes(system: System, grid: Any) -> dict[str, Array]:
    if not isinstance(grid, Mapping) or not grid:
        raise ValueError(f"`grid` is {grid!r}; give a mapping from state to (low, high, number).")
    axes = {}
    for name, side in system.expand(grid, "state").items():
        try:
            low, high, number = (as_number(each) for each in side)
        except (TypeError, ValueError):
            low = high = number = math.nan
        if not (low < high and number >= 2 and number.is_integer()):
            raise ValueError(
                f"`grid` gives {name!r} {side!r}; give (low, high, number of values), the lower "
                "end first and at least 2 values."
            )
        for end in (low, high):
            system[name].check(end)
        axes[name] = np.linspace(low, high, int(number))
    return axes


def _sides(system: System, box: Mapping[str, tuple[float, float]] | None) -> tuple[Array, Array]:
    sides = system.box | system.expand(box or {}, "state")
    for name, side in sides.items():
        try:
            low, high = (as_number(end) for end in side)
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ValueError(
                f"`box` gives {name!r} the side {side!r}; random points need two finite ends, the "
                "lower one first."
            )
    low_ends, high_ends = np.array([[float(end) for end in side] for side in sides.values()]).T
    return low_ends, high_ends


def _checked_duration(duration: Any) -> float:
    number = as_number(duration)
    if not 0 < number < math.inf:
        raise ValueError(f"`duration` is {duration!r}; give a finite time of more than 0.")
    return number


def _given_or_found(
    system: System, given: Sequence[Any] | None, params: Mapping[str, float] | None
) -> tuple[tuple[Equilibrium, ...], str]:
    """Return the equilibria, and in words how they are known."""
    if given is None:
        try:
            found = equilibria(system, params)
        except ContinuumError:
            raise
        except EliminationError as error:
            return (), f"not found: {error}"
        return tuple(found), found.message
    wrong = [each for each in given if not isinstance(each, Equilibrium)]
    if wrong:
        raise TypeError(
            f"`attractors` holds {wrong[0]!r}; give what mirrorsys.equilibria returns, or leave it "
            "out."
        )
    names = set(system.state_names)
    if foreign := [each for each in given if set(each.state) != names]:
        raise ValueError(
            f"`attractors` holds {foreign[0]!r}, but the states of {system.name!r} are "
            f"{list(system.state_names)}; give its own equilibria."
        )
    if isinstance(given, Equilibria):
        theirs, ours = (parameter_and_input_values(system, each) for each in (given.params, params))
        if theirs != ours:
            raise ValueError(
                f"`attractors` are equilibria at {dict(given.params)}, but `params` is "
                f"{dict(params or {})}; give those of the same values, or leave them out."
            )
        return tuple(given), given.message
    return tuple(given), "given"


# ---- what was found --------------------------------------------------------------------------


def _dataset(
    system: System,
    settling: Settling,
    coordinates: Mapping[str, Array],
    attributes: dict[str, Any],
    *,
    is_sample: bool,
) -> xr.Dataset:
    found, label = settling.attractors, settling.label
    counts = np.array([(label == k).sum() for k in range(len(found))], dtype=float)
    known = {each.name: each for each in system.states}
    axes: dict[str, Any] = {
        name: ("member" if is_sample else name, values,
               {"units": known[name].unit, "long_name": known[name].meaning or name})
        for name, values in coordinates.items()
    }  # fmt: skip
    shape = (label.size,) if is_sample else tuple(values.size for values in coordinates.values())
    dims = ("member",) if is_sample else tuple(coordinates)
    variables: dict[str, Any] = {
        "basin": (dims, label.reshape(shape), {"long_name": "number of the attractor"}),
        "kind": ("attractor", np.array([each.kind for each in found], dtype=str)),
        "stability": ("attractor", np.array([each.stability for each in found], dtype=str)),
        "period": ("attractor", np.array([each.period for each in found], dtype=float),
                   {"units": system.time_unit}),
        "fraction": ("attractor", counts / label.size),
        "n_undecided": ((), int((label < 0).sum())),
    }  # fmt: skip
    if is_sample:
        intervals = [binomtest(int(k), label.size).proportion_ci(method="wilson") for k in counts]
        for word in ("low", "high"):
            ends = np.array([getattr(each, word) for each in intervals], dtype=float)
            variables[f"fraction_{word}"] = ("attractor", ends)
    variables |= _places(system, found)
    axes["attractor"] = ("attractor", np.arange(len(found)), {})
    return xr.Dataset(variables, axes, attributes)


def _places(system: System, found: Sequence[Attractor]) -> dict[str, Any]:
    """Return where attractors are: a value of each state, and its ends along a cycle."""
    variables: dict[str, Any] = {}
    for i, state in enumerate(system.states):
        at = [each.state[state.name] for each in found]
        along = [each.points[:, i] if each.points.size else np.array([math.nan]) for each in found]
        for word, values in (
            ("at", at),
            ("lowest", [each.min() for each in along]),
            ("highest", [each.max() for each in along]),
        ):
            column = np.array(values, dtype=float)
            variables[f"{state.name}_{word}"] = ("attractor", column, {"units": state.unit})
    return variables
