"""manifolds: the curves along which a system leaves a saddle, and comes to it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number
from mirrorsys.analysis._equilibria import checked_box, equilibria
from mirrorsys.analysis._results import Equilibrium
from mirrorsys.analysis.attractors._lyapunov import check_no_noise
from mirrorsys.analysis.attractors._manifold_curves import Course, Path, course_of, evenly
from mirrorsys.analysis.attractors._manifold_starts import (
    bend,
    direction,
    distance,
    flow_within,
    reversed_flow,
)
from mirrorsys.analysis.attractors._settling import flow_of
from mirrorsys.analysis.bifurcation._field import Field, field
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.symbolic import EliminationError

__all__ = ["manifolds"]

Array = NDArray[np.float64]
AT_REST = 1e-6  # times the fastest eigenvalue, sides of the box: what moves faster does not rest
SIGNS = {"+": 1.0, "-": -1.0}


@dataclass(frozen=True)
class Branch:
    """One side of a manifold: where it goes, its eigenvalue and how far away it starts."""

    kind: str
    path: Path
    eigenvalue: float
    distance: float


def manifolds(
    system: System,
    equilibrium: Equilibrium,
    *,
    params: Mapping[str, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    known: Sequence[Equilibrium] | None = None,
    duration: float | None = None,
    n_points: int = 500,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    engine: str = "auto",
) -> xr.Dataset:
    r"""Follow the one-dimensional stable and unstable manifolds of an equilibrium.

    Where exactly one eigenvalue has a positive real part, the states that come from the
    equilibrium form a curve, its unstable manifold, with a branch on either side; where exactly
    one has a negative real part, those that go to it form its stable manifold. A saddle in a
    plane has both, and its stable manifold divides what goes to either side. A branch is followed,
    the stable one backward in time, until it reaches something or leaves the box.

    Parameters
    ----------
    system : System
        Inputs rest at their values in `params`, or at their defaults.
    equilibrium : Equilibrium
        Of the same system at the same `params`, from `mirrorsys.equilibria`.
    params : mapping of str to float, optional
        What differs from the defaults.
    box : mapping of str to (float, float), optional
        Sides that differ from the system's own box; a branch ends where it leaves it.
    known : sequence of Equilibrium, optional
        All equilibria, if they are known; by default `mirrorsys.equilibria` finds those in
        the box.
    duration : float, optional
        How long to follow a branch at most; by default 400 times the longest relaxation time of
        whatever could be reached.
    n_points : int
        On each branch, evenly spaced along it (lengths measured in sides of the box).
    rtol, atol : float
        Tolerances of each step.
    engine : {"auto", "compiled", "scipy"}

    Returns
    -------
    xarray.Dataset
        Along ``manifold`` ("unstable +", "unstable -", "stable +", "stable -"; the signs tell
        whether the state that changes most there grows or falls on the way out) and ``point``:
        each state, and `time` since the start, negative on stable manifolds. For each
        manifold its `kind`, `eigenvalue`, `distance` of the start from the equilibrium (in
        sides of the box), `reaches` ("equilibrium", "cycle", "attractor", "outside", "infinity"
        or "open"), `target` (its number among the equilibria, or -1) and `status`, a sentence.
        The attributes ``unstable`` and ``stable`` say which of the two are curves.

    Raises
    ------
    ValueError
        If an argument does not fit the system, or it does not rest at `equilibrium`.

    Notes
    -----
    A branch starts on a parabola, x(s) = x* + s v + s**2 p, where v is the eigenvector and p solves
    (J - 2 lambda) p = -B(v, v)/2 with the second derivatives B: the expansion of the manifold
    in which ds/dt = lambda s [1]_. The start is the farthest s, up to a hundredth of the box, at
    which this equation of invariance holds to 1e-7 of the speed; from there on the flow itself
    attracts to the manifold whatever error is left.

    References
    ----------
    .. [1] X. Cabré, E. Fontich, R. de la Llave, "The parameterization method for invariant
       manifolds III", J. Differential Equations 218 (2005) 444.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> wells = ms.System(
    ...     "wells", {"x": "y", "y": "x - x**3 - y"}, box={"x": (-2, 2), "y": (-2, 2)}
    ... )
    >>> saddle = next(each for each in ms.equilibria(wells) if each.stability == "saddle")
    >>> found = ms.manifolds(wells, saddle)
    >>> print(*found.status.values, sep="\n")
    goes to the stable focus (x=1, y=0)
    goes to the stable focus (x=-1, y=0)
    comes from outside of the box, through x=-2
    comes from outside of the box, through x=2
    """
    check_system(system)
    check_no_noise(system)
    sides = checked_box(system, box)
    patience = _checked(duration, n_points)
    at = field(system, (), params)
    flow = flow_of(system, params, rtol=rtol, atol=atol, engine=engine)
    flow = flow_within(flow, sides)
    center = _center(at, equilibrium, flow.scale)
    others = _known(system, params, box, known)
    branches: dict[str, Branch] = {}
    for kind, sense in (("unstable", 1.0), ("stable", -1.0)):
        if int((sense * equilibrium.eigenvalues.real > 0).sum()) != 1:
            continue
        own = flow if sense > 0 else reversed_flow(flow)
        course = course_of(own, others, sides, patience, is_reversed=sense < 0)
        branches |= _both(at, center, course, kind, n_points)
    attributes = {
        "title": f"{system.name}: manifolds of an equilibrium", "system": toml_of(system),
        "params": json.dumps({k: float(v) for k, v in system.expand(params or {}).items()}),
        "equilibrium": json.dumps(dict(equilibrium.state)), "stability": equilibrium.stability,
        "unstable": _in_words(equilibrium, 1.0), "stable": _in_words(equilibrium, -1.0),
        "engine": flow.engine, **flow.settings.to_attributes(), "versions": versions(),
    }  # fmt: skip
    return _dataset(system, branches, n_points, attributes)


# ---- what is asked for ------------------------------------------------------------------------


def _checked(duration: Any, n_points: Any) -> float | None:
    if duration is not None and not 0 < as_number(duration) < math.inf:
        raise ValueError(f"`duration` is {duration!r}; give a finite time of more than 0.")
    if not (as_number(n_points) >= 2 and as_number(n_points).is_integer()):
        raise ValueError(f"`n_points` is {n_points!r}; give a whole number from 2.")
    return None if duration is None else float(duration)


def _center(at: Field, equilibrium: Any, scale: Array) -> Array:
    """Return the state of an equilibrium, which must be one of this system."""
    if not isinstance(equilibrium, Equilibrium):
        raise TypeError(
            f"`equilibrium` is {equilibrium!r}; give one that mirrorsys.equilibria returns."
        )
    if tuple(equilibrium.state) != at.system.state_names:
        raise ValueError(
            f"`equilibrium` has the states {list(equilibrium.state)}, but {at.system.name!r} has "
            f"{list(at.system.state_names)}; give an equilibrium of this system."
        )
    center = np.array(list(equilibrium.state.values()))
    speed = float(np.abs(at.rates(center) / scale).max())
    fastest = float(np.abs(equilibrium.eigenvalues).max())
    if not speed <= AT_REST * max(fastest, 1.0):
        raise ValueError(
            f"`equilibrium` is {equilibrium!r}, where {at.system.name!r} does not rest (a state "
            f"moves at {speed:.3g} sides of the box per unit of time); give the same `params` with "
            "which it was found."
        )
    return center


def _known(
    system: System,
    params: Mapping[str, float] | None,
    box: Mapping[str, tuple[float, float]] | None,
    given: Sequence[Equilibrium] | None,
) -> tuple[Equilibrium, ...]:
    if given is not None:
        everything: tuple[Any, ...] = tuple(given)
        if wrong := [each for each in everything if not isinstance(each, Equilibrium)]:
            raise TypeError(
                f"`known` holds {wrong[0]!r}; give what mirrorsys.equilibria returns, or leave it "
                "out."
            )
        return everything
    try:
        return tuple(equilibria(system, params, box=box))
    except EliminationError:
        return ()  # a branch that settles is then "open": it may be on its way to anything


def _in_words(equilibrium: Equilibrium, sense: float) -> str:
    real = equilibrium.eigenvalues.real
    count, open_ = int((sense * real > 0).sum()), int((~(np.abs(real) > 0)).sum())
    words = {0: "none", 1: "one-dimensional: followed"}.get(
        count, f"{count}-dimensional: not followed, only curves are"
    )
    return words + (f"; {open_} eigenvalue(s) cannot be told from zero" if open_ else "")


# ---- where a branch begins --------------------------------------------------------------------


def _both(at: Field, center: Array, course: Course, kind: str, n: int) -> dict[str, Branch]:
    """Return the branches on both sides of an equilibrium."""
    sense, scale = -1.0 if course.is_reversed else 1.0, course.flow.scale
    eigenvalue, vector = direction(at.slopes(center), sense, scale)
    curvature = bend(at, center, eigenvalue, vector)
    found = {}
    for sign, side in SIGNS.items():
        far = distance(at, center, eigenvalue, side * vector, curvature, scale)
        start = center + far * side * vector + far**2 * curvature
        path = evenly(course.flow, course.follow(start, abs(eigenvalue)), n)
        path = replace(path, times=sense * path.times)
        found[f"{kind} {sign}"] = Branch(kind, path, eigenvalue, far)
    return found


# ---- what was found --------------------------------------------------------------------------


def _dataset(
    system: System, branches: dict[str, Branch], n_points: int, attributes: dict[str, Any]
) -> xr.Dataset:
    paths = [each.path for each in branches.values()]
    states = np.array([each.states for each in paths]).reshape(-1, n_points, len(system.states))
    times = np.array([each.times for each in paths]).reshape(-1, n_points)
    along, each_one = ("manifold", "point"), "manifold"
    words = {
        "kind": [each.kind for each in branches.values()],
        "reaches": [each.reaches for each in paths],
        "status": [each.status for each in paths],
    }
    variables: dict[str, Any] = {
        **{
            state.name: (along, states[:, :, i],
                         {"units": state.unit, "long_name": state.meaning or state.name})
            for i, state in enumerate(system.states)
        },
        "time": (along, times, {"units": system.time_unit, "long_name": "time since the start"}),
        **{name: (each_one, np.array(texts, dtype=str)) for name, texts in words.items()},
        "target": (each_one, np.array([each.target for each in paths], dtype=np.int64)),
        "eigenvalue": (each_one, np.array([b.eigenvalue for b in branches.values()], dtype=float),
                       {"units": f"1/{system.time_unit}"}),
        "distance": (each_one, np.array([b.distance for b in branches.values()], dtype=float)),
    }  # fmt: skip
    return xr.Dataset(variables, {each_one: np.array(list(branches), dtype=str)}, attributes)
