"""fold_curve, hopf_curve: where folds and Hopf points lie in two parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis._equilibria import checked_box
from mirrorsys.analysis.bifurcation._checks import (
    LONGEST,
    check_inside,
    check_number,
    check_owner,
)
from mirrorsys.analysis.bifurcation._codimension_two import FoldCurve, HopfCurve
from mirrorsys.analysis.bifurcation._curve import Steps
from mirrorsys.analysis.bifurcation._curve_results import BifurcationCurve
from mirrorsys.analysis.bifurcation._curve_search import CurveSearch
from mirrorsys.analysis.bifurcation._endings import bounded
from mirrorsys.analysis.bifurcation._field import field, followed
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint

__all__ = ["fold_curve", "hopf_curve"]

Array = NDArray[np.float64]
STARTS = {"fold": ("fold",), "hopf": ("hopf", "neutral saddle")}  # both lie on Hopf curves


def fold_curve(
    system: System,
    point: SpecialPoint,
    parameter: str,
    bounds: tuple[float, float],
    *,
    first_bounds: tuple[float, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    longest_step: float = 0.02,
) -> BifurcationCurve:
    """Follow a fold in a second parameter.

    Parameters
    ----------
    system : System
    point : SpecialPoint
        A fold found by `equilibrium_branches`.
    parameter : str
        The second parameter, or an input held constant.
    bounds : (float, float)
        Of the second parameter.
    first_bounds : (float, float), optional, keyword-only
        Of the first one; by default its range.
    box : mapping of str to (float, float), optional, keyword-only
        Sides that differ from the system's own box.
    longest_step : float, keyword-only
        Of arclength, as a part of the diagram.

    Returns
    -------
    BifurcationCurve
        With cusps, Bogdanov-Takens and zero-Hopf points located on it.

    Raises
    ------
    ValueError
        If an argument does not fit. What fails numerically is said by `ends`.

    References
    ----------
    .. [1] Y. A. Kuznetsov, "Elements of Applied Bifurcation Theory", 3rd ed., Springer 2004,
       chapters 8 and 10.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> cusp = ms.System("cusp", {"x": "a + b*x - x**3"}, {"a": 0, "b": 1}, box={"x": (-3, 3)})
    >>> folds = ms.bifurcation.equilibrium_branches(cusp, "a", (-1, 1))
    >>> curve = ms.bifurcation.fold_curve(cusp, folds["F1"], "b", (-1, 1), first_bounds=(-1, 1))
    >>> curve.ends
    ('reaches the bound b = 1', 'reaches the bound b = 1')
    >>> [(point.kind, round(point.parameter, 9)) for point in curve.points]
    [('cusp', 0.0)]
    """
    return _followed(system, point, parameter, bounds, first_bounds, box, longest_step, FoldCurve)


def hopf_curve(
    system: System,
    point: SpecialPoint,
    parameter: str,
    bounds: tuple[float, float],
    *,
    first_bounds: tuple[float, float] | None = None,
    box: Mapping[str, tuple[float, float]] | None = None,
    longest_step: float = 0.02,
) -> BifurcationCurve:
    """Follow a Hopf point in a second parameter.

    The curve passes through Bogdanov-Takens points and goes on as one of neutral saddles, which
    are marked as such.

    Parameters
    ----------
    system, point, parameter, bounds, first_bounds, box, longest_step
        As for `fold_curve`; `point` is a Hopf point, or a neutral saddle.

    Returns
    -------
    BifurcationCurve
        With Bogdanov-Takens, generalised Hopf (Bautin), zero-Hopf and Hopf-Hopf points
        located on it, and the first Lyapunov coefficient all along.

    Raises
    ------
    ValueError
        If an argument does not fit. What fails numerically is said by `ends`.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> brusselator = ms.models.zoo.brusselator()
    >>> branches = ms.bifurcation.equilibrium_branches(brusselator, "B", (1, 3))
    >>> curve = ms.bifurcation.hopf_curve(brusselator, branches["H1"], "A", (0.5, 1.2))
    >>> bool(abs(curve.parameters[0] - 1 - curve.parameters[1] ** 2).max() < 1e-9)
    True
    """
    return _followed(system, point, parameter, bounds, first_bounds, box, longest_step, HopfCurve)


def _followed(
    system: System,
    point: SpecialPoint,
    parameter: str,
    bounds: tuple[float, float],
    first_bounds: tuple[float, float] | None,
    box: Mapping[str, tuple[float, float]] | None,
    longest_step: float,
    particular: type[FoldCurve] | type[HopfCurve],
) -> BifurcationCurve:
    name, second = followed(system, parameter, bounds)
    first_name = _checked_point(system, point, particular.kind, name)
    longest_step = check_number("longest_step", longest_step, LONGEST)
    first = (
        system[first_name].range
        if first_bounds is None
        else followed(system, first_name, first_bounds, "first_bounds")[1]
    )
    sides = checked_box(system, box)
    own = particular(field(system, (first_name, name), point.params))
    value = float(point.params.get(name, system[name].value))
    check_inside("bounds", name, value, second)
    check_inside("first_bounds", first_name, point.parameter, first)
    y = np.append(point.y[: own.field.n + 1], value)
    scale = _scale(sides, first, second, y)
    steps = Steps(longest=longest_step, first=min(0.002, longest_step))
    search = CurveSearch(own, y, scale, steps)
    ending_at = bounded(
        [*sides.values(), first, second], [*system.state_names, first_name, name], own.field.n,
        scale, steps,
    )  # fmt: skip
    curve, ends = search.follow_both_ways(ending_at)
    tests, points = search.points(curve, point.params)
    z = np.array([each.node.z * search.scale for each in tests]).T.reshape(search.scale.size, -1)
    kept = [own.along(each[: own.field.n + 2], each) for each in z.T]
    return BifurcationCurve(
        system=system, kind=particular.kind, names=(first_name, name), params=dict(point.params),
        parameters=z[own.field.n : own.field.n + 2], states=z[: own.field.n],
        coefficient=np.array([each["coefficient"] for each in kept]),
        frequency=np.array([each["frequency"] for each in kept]),
        points=points, ends=ends,
    )  # fmt: skip


def _scale(sides: Mapping[str, tuple[float, float]], first: Any, second: Any, y: Array) -> Array:
    spans = [*sides.values(), first, second]
    return np.array(
        [
            high - low if math.isfinite(high - low) and high > low else 1.0 + 2 * abs(value)
            for (low, high), value in zip(spans, y, strict=True)
        ]
    )


def _checked_point(system: System, point: Any, kind: str, second: str) -> str:
    if not isinstance(point, SpecialPoint):
        raise TypeError(
            f"`point` is {point!r}; give a {kind} point of equilibrium_branches, such as "
            f"branches[{('F1' if kind == 'fold' else 'H1')!r}]."
        )
    if point.kind not in STARTS[kind] or len(point.followed) != 1:
        raise ValueError(f"`point` is {point!r}; give a {kind} point found over one parameter.")
    check_owner("point", point, point.state, system)
    if point.followed[0] == second:
        raise ValueError(
            f"`parameter` is {second!r}, over which the point was found; name another one."
        )
    return point.followed[0]
