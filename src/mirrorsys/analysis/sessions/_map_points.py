"""Points of a map: its derivative by differences, and what it leaves as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from mirrorsys.analysis.sessions._slow_map import SessionMap

__all__ = ["Box", "box_of", "fixed_points_of", "newton", "section_of", "slopes", "stability_of"]

Array = NDArray[np.float64]
Owners = NDArray[np.int_]
Box = Array  # shape (n_slow, 2)
Step = Callable[[Array, Owners], Array]  # points, and of which search each is

WIDTH = 2e-3  # of a difference, as a share of the box: its square squared is near rounding
NOISE = 1e-6  # of slopes by differences
NODES = np.arange(-2.0, 3.0)
MAX_STEPS = 25
LONGEST = 0.3  # a step of Newton's, as a share of the box: the map may jump
SAME = 1e-5  # two searches have found one point, as a share of the box


def box_of(
    own: SessionMap,
    given: Mapping[str, tuple[float, float]] | None = None,
    *,
    bounded: bool = True,
) -> Box:
    """Return the sides of the slow states, shape (n_slow, 2).

    Raises
    ------
    ValueError
        If a name is no slow state, or a side is not two finite ends in order.
    """
    sides = own.system.expand(given or {}, "state")
    if strange := sorted(set(sides) - set(own.slow)):
        raise ValueError(f"`box` names {strange}; give sides of {list(own.slow)}.")
    whole = {name: sides.get(name, own.system[name].range) for name in own.slow}
    try:
        box = np.array(list(whole.values()), dtype=float).reshape(-1, 2)
    except (TypeError, ValueError):
        box = np.full((len(whole), 2), np.nan)
    if bounded and not (np.isfinite(box).all() and (box[:, 0] < box[:, 1]).all()):
        raise ValueError(
            f"`box` is {whole}; give each slow state two finite ends, the lower one first."
        )
    return box


def section_of(own: SessionMap, state: str, values: ArrayLike, along: xr.Dataset) -> xr.Dataset:
    """Return the map of one slow state; see `SessionMap.section`."""
    if state not in own.slow:
        raise ValueError(f"`state` is {state!r}; give one of {list(own.slow)}.")
    places = np.asarray(values, dtype=float)
    if places.ndim != 1:
        raise ValueError(f"`values` has shape {places.shape}; give one axis.")
    course = np.array([along[name].values for name in own.slow])
    row = own.slow.index(state)
    steps = np.diff(course[row])
    if not (steps.size and ((steps > 0).all() or (steps < 0).all())):
        raise ValueError(
            f"{state!r} does not rise or fall throughout the course `along`, so that it does not "
            "tell where the others are; give the part of the course in which it does."
        )
    ordered = course[:, np.argsort(course[row])]
    before = np.array([np.interp(places, ordered[row], each) for each in ordered])
    before[row] = places
    about = own.described(state)
    return xr.Dataset(
        {name: ("point", each, own.described(name))
         for name, each in zip(own.slow, before, strict=True)}
        | {f"{state}_after": ("point", own(before)[row], about)},
        attrs=own.attributes(f"section in {state}"),
    )  # fmt: skip


def slopes(
    step: Step, points: Array, box: Box, owners: Owners | None = None
) -> tuple[Array, Array]:
    """Return the derivative of a map at some points, and how far two orders disagree.

    Differences are of fourth order over five nodes, moved inward where the box ends; the
    error is the largest distance from those over the three nodes in the middle.

    Parameters
    ----------
    step : callable
        ``step(points, owners)`` for points of shape (n_slow, n).
    points : array, shape (n_slow, n_point)
    box : array, shape (n_slow, 2)
    owners : array of int, shape (n_point,), optional

    Returns
    -------
    derivative : array, shape (n_point, n_slow, n_slow)
    error : array, shape (n_point,)
    """
    n_slow, n_point = points.shape
    owners = np.arange(n_point) if owners is None else owners
    widths = WIDTH * _sides(box, points)
    nodes = _nodes(points, box, widths)  # (n_slow, n_point, 5)
    around = np.repeat(points[:, None, :, None], n_slow, axis=1) * np.ones(NODES.size)
    for j in range(n_slow):
        around[j, j] += widths[j] * nodes[j]
    shape = (n_slow, n_point, NODES.size)
    everyone = np.broadcast_to(owners[None, :, None], shape).ravel()
    values = step(around.reshape(n_slow, -1), everyone).reshape(n_slow, *shape)
    inner = slice(1, 4)
    fourth = np.einsum("ijpk,jpk->pij", values, _weights(nodes) / widths[:, None, None])
    second = np.einsum("ijpk,jpk->pij", values[..., inner],
                       _weights(nodes[..., inner]) / widths[:, None, None])  # fmt: skip
    return fourth, np.abs(fourth - second).max(axis=(1, 2))


def _sides(box: Box, points: Array) -> Array:
    """Return the length of each side; of an endless one the size of what is found there."""
    lengths = box[:, 1] - box[:, 0]
    return np.where(np.isfinite(lengths), lengths, 1 + np.abs(points).max(axis=1))


def _nodes(points: Array, box: Box, widths: Array) -> Array:
    """Return where to look around each point, in widths, all inside the box."""
    low, high = ((box[:, i, None] - points) / widths[:, None] for i in (0, 1))
    shift = np.clip(0.0, low - NODES[0], high - NODES[-1])
    return np.asarray(shift[..., None] + NODES)


def _weights(nodes: Array) -> Array:
    """Return the weights with which values at nodes add up to the slope at 0."""
    powers = np.arange(nodes.shape[-1])
    matrix = nodes[..., None, :] ** powers[:, None]
    return np.asarray(
        np.linalg.solve(matrix, np.broadcast_to(powers == 1, nodes.shape)[..., None])[..., 0]
    )


def newton(step: Step, starts: Array, box: Box, tol: float) -> tuple[Array, Array, list[str]]:
    """Look for points that a map leaves as they are, from many starts side by side.

    Returns
    -------
    points : array, shape (n_slow, n_start)
    residuals : array, shape (n_start,)
        As a share of the sides of the box.
    status : list of str
        How each search ended.
    """
    points, sides = starts.copy(), (box[:, 1] - box[:, 0])[:, None]
    residuals = np.full(points.shape[1], np.inf)
    status = [f"not converged in {MAX_STEPS} steps"] * points.shape[1]
    active = np.arange(points.shape[1])
    outward = np.zeros(points.shape[1], dtype=int)
    for _ in range(MAX_STEPS):
        gaps = step(points[:, active], active) - points[:, active]
        residuals[active] = np.abs(gaps / sides).max(axis=0)
        for i in active[residuals[active] <= tol]:
            status[i] = "converged"
        for i in active[~np.isfinite(residuals[active])]:
            status[i] = "integration failed"
        for i in active[outward[active] >= 3]:
            status[i] = "left the box"
        going = (residuals[active] > tol) & np.isfinite(residuals[active]) & (outward[active] < 3)
        active, gaps = active[going], gaps[:, going]
        if not active.size:
            break
        derivative, _ = slopes(step, points[:, active], box, active)
        moves = _moves(derivative, gaps, sides)
        stuck = np.abs(moves / sides).max(axis=0) <= tol
        for i in active[stuck]:
            status[i] = "stuck: a multiplier of 1"
        active, moves = active[~stuck], moves[:, ~stuck]
        moved = points[:, active] + moves
        points[:, active] = np.clip(moved, box[:, :1], box[:, 1:])
        beyond = np.abs(points[:, active] - moved).max(axis=0) > 0
        outward[active] = np.where(beyond, outward[active] + 1, 0)
    return points, residuals, status


def _moves(derivative: Array, gaps: Array, sides: Array) -> Array:
    """Return Newton's steps, none longer than some share of the box."""
    moves = np.empty_like(gaps)
    for k, own in enumerate(derivative):
        matrix = np.eye(len(own)) - own
        if not np.isfinite(matrix).all():
            moves[:, k] = gaps[:, k]
            continue
        left, values, right = np.linalg.svd(matrix)
        # No step in directions in which the map moves all points alike: where what stays is a
        # continuum, the nearest point of it is reached.
        inverse = np.where(values > NOISE, 1 / np.maximum(values, NOISE), 0.0)
        moves[:, k] = right.T @ (inverse * (left.T @ gaps[:, k]))
    longest = np.abs(moves / sides).max(axis=0)
    return np.asarray(moves * np.minimum(1.0, LONGEST / np.maximum(longest, 1e-300)))


def stability_of(multipliers: Array, error: float) -> str:
    """Return the stability of a fixed point of a map in words."""
    sizes, slack = np.abs(multipliers), max(10 * error, 1e-7)
    if (np.abs(sizes - 1) <= slack).any():
        return "undecided: a multiplier on the unit circle"
    if (sizes < 1).all():
        return "stable"
    return "unstable" if (sizes > 1).all() else "saddle"


def fixed_points_of(own: SessionMap, box: Box, n_starts: int, tol: float, seed: int) -> xr.Dataset:
    """Return the fixed points of a session map; see `SessionMap.fixed_points`."""
    starts = _starts(own, box, n_starts, seed)
    points, residuals, status = newton(lambda x, _: own(x), starts, box, tol)
    sides = box[:, 1] - box[:, 0]
    kept: list[int] = []
    for i in np.argsort(residuals):
        near = [np.abs((points[:, i] - points[:, k]) / sides).max() <= SAME for k in kept]
        if status[i] == "converged" and not any(near):
            kept.append(int(i))
    kept.sort(key=lambda i: tuple(points[:, i]))
    return _table(own, box, points[:, kept], residuals[kept], status)


def _starts(own: SessionMap, box: Box, n: int, seed: int) -> Array:
    from scipy.stats import qmc  # slow to import

    first = np.array([[own.initial[name]] for name in own.slow])
    power = max(int(np.ceil(np.log2(max(n - 1, 1)))), 0)
    unit = qmc.Sobol(len(box), rng=np.random.default_rng(seed)).random_base2(power)[: n - 1]
    spread = box[:, :1] + (box[:, 1:] - box[:, :1]) * unit.T
    return np.concatenate([np.clip(first, box[:, :1], box[:, 1:]), spread], axis=1)


def _table(
    own: SessionMap, box: Box, points: Array, residuals: Array, status: list[str]
) -> xr.Dataset:
    n_slow, n_point = points.shape
    multipliers, errors = np.empty((n_point, n_slow), dtype=complex), np.empty(n_point)
    gaps = np.empty(n_point)
    if n_point:
        derivative, errors = slopes(lambda x, _: own(x), points, box)
        for k, each in enumerate(derivative):
            values = np.linalg.eigvals(each)
            multipliers[k] = values[np.argsort(-np.abs(values), kind="stable")]
        begun = own.at_rest(points)
        fast = [i for i, name in enumerate(own.system.state_names) if name not in own.slow]
        gaps = np.abs(own.through(begun) - begun)[fast].max(axis=0, initial=0.0)
    words = [stability_of(m, e) for m, e in zip(multipliers, errors, strict=True)]
    along = "fixed_point"
    return xr.Dataset(
        {name: (along, row, own.described(name))
         for name, row in zip(own.slow, points, strict=True)}
        | {"residual": (along, residuals, {"units": "1", "long_name": "share of the box"}),
           "stability": (along, np.array(words, dtype=str)),
           "multiplier_real": ((along, "multiplier"), multipliers.real, {"units": "1"}),
           "multiplier_imag": ((along, "multiplier"), multipliers.imag, {"units": "1"}),
           "slope_error": (along, errors, {"units": "1"}),
           "fast_gap": (along, gaps, {"units": "1"}),
           "start_status": ("start", np.array(status, dtype=str))},
        attrs={"status": _summary(n_point, status)},
    )  # fmt: skip


def _summary(n_point: int, status: list[str]) -> str:
    counts = ", ".join(f"{status.count(each)} {each}" for each in dict.fromkeys(status))
    found = f"{n_point} found in the box" if n_point else "none found in the box"
    return f"{found}; of {len(status)} searches: {counts}"
