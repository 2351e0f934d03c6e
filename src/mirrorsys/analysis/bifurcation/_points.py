"""Special points of equilibria, with their normal forms and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._events import Located
from mirrorsys.analysis.bifurcation._field import Field
from mirrorsys.analysis.bifurcation._normal_forms import (
    critical_pair,
    first_lyapunov_coefficient,
    fold_coefficient,
    null_vectors,
)
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint, named

__all__ = ["crossing_directions", "special_points"]

Array = NDArray[np.float64]
LETTERS = {"fold": "F", "hopf": "H", "branch point": "B", "neutral saddle": "N"}
NEGLIGIBLE = 1e-7


def special_points(
    field: Field, params: Mapping[str, float], scale: Array, located: Sequence[tuple[int, Located]]
) -> tuple[SpecialPoint, ...]:
    """Return the located points with all that is known of them, by the parameter."""
    ordered = sorted(located, key=lambda each: (each[1].y[-1], each[0], each[1].length))
    points = [_special(field, params, scale, number, each) for number, each in ordered]
    return named(points, LETTERS)


def _special(
    field: Field, params: Mapping[str, float], scale: Array, number: int, at: Located
) -> SpecialPoint:
    y, kind = at.y, {"branch": "branch point", "neutral": "neutral saddle"}.get(at.kind, at.kind)
    coefficient, words = np.nan, ""
    directions: tuple[Array, ...] = ()
    if kind == "fold":
        coefficient = fold_coefficient(field, y, scale[: field.n])
        q, _ = null_vectors(field.slopes(y)[:, : field.n], scale[: field.n])
        size = coefficient * _reach(q, scale) / _rate(field, y, scale)
        words = "" if abs(size) > NEGLIGIBLE else "degenerate (near a cusp)"
    elif kind == "hopf":
        coefficient, words = hopf_type(field, y, scale, at.omega)
    elif kind == "branch point":
        coefficient, words = _branch_point_type(field, y, scale)
        directions = tuple(each * scale for each in crossing_directions(field, y, scale))
    values = np.linalg.eigvals(field.slopes(y)[:, : field.n]).astype(complex)
    return SpecialPoint(
        name="", kind=kind, parameter=float(y[field.n]),
        params={**params, **field.params_at(y)}, state=field.state_at(y),
        eigenvalues=values[np.lexsort((-values.imag, -values.real))],
        coefficient=coefficient, description=words,
        frequency=at.omega if kind == "hopf" else np.nan,
        residual=float(np.abs(field.rates(y)).max()), status=at.status, branch=number,
        followed=field.names, y=y, directions=directions,
    )  # fmt: skip


def _rate(field: Field, y: Array, scale: Array) -> float:
    """Return the size of the derivatives in units of the diagram: one over time."""
    return float(np.linalg.norm(field.slopes(y) * scale / scale[: field.n, None])) or 1.0


def _reach(q: NDArray[Any], scale: Array) -> float:
    """Return how far one crosses the diagram along a vector of states."""
    return float(np.linalg.norm(q) / np.linalg.norm(q / scale[: q.size]))


def hopf_type(field: Field, y: Array, scale: Array, omega: float) -> tuple[float, str]:
    """Return the first Lyapunov coefficient and what its sign means."""
    try:
        coefficient = first_lyapunov_coefficient(field, y, omega)
    except np.linalg.LinAlgError:
        return np.nan, "degenerate (another eigenvalue is zero)"
    q, _ = critical_pair(field.slopes(y)[:, : field.n], omega)
    if not abs(coefficient) * _reach(q, scale) ** 2 >= NEGLIGIBLE:
        return coefficient, "degenerate (near a generalised Hopf point)"
    return coefficient, "subcritical" if coefficient > 0 else "supercritical"


def _plane(field: Field, y: Array, scale: Array) -> tuple[Array, Array, Array]:
    """Return two null vectors of the scaled matrix (rows), and the left null vector."""
    matrix = field.slopes(y) * scale / scale[: field.n, None]
    left, _, right = np.linalg.svd(matrix)
    return right[-2], right[-1], left[:, -1]


def _quadratic(field: Field, y: Array, scale: Array) -> tuple[Array, Array, Array]:
    """Return the two null vectors and the symmetric form of 2 x 2 whose zeros are tangents."""
    one, other, w = _plane(field, y, scale)
    form, rows = field.form(y, 2), scale[: field.n]
    both = (one * scale, other * scale)
    return one, other, np.array([[w @ (form(u, v) / rows) for v in both] for u in both])


def crossing_directions(field: Field, y: Array, scale: Array) -> tuple[Array, ...]:
    """Return unit tangents, in scaled coordinates, of the branches that cross at a branch point.

    They are the real zeros of the quadratic form w B(t, t) on the plane of null vectors; none
    where it is definite (an isola shrunk to a point).
    """
    one, other, m = _quadratic(field, y, scale)
    size = np.abs(m).max()
    if not size > 1e-12 * _rate(field, y, scale):
        return (one, other)  # higher order: try both axes
    a, b, c = m[0, 0] / size, m[0, 1] / size, m[1, 1] / size
    discriminant = b * b - a * c
    if discriminant < 0:
        return ()
    root = np.sqrt(discriminant)
    # Zeros (x, y) of a x^2 + 2 b x y + c y^2, without loss of digits.
    q = -(b + np.copysign(root, b))
    pairs = [(q, a), (c, q)] if max(abs(q), abs(a)) > 0 else [(1.0, 0.0), (0.0, 1.0)]
    tangents = [x * one + z * other for x, z in pairs if x or z]
    return tuple(each / np.linalg.norm(each) for each in tangents)


def _branch_point_type(field: Field, y: Array, scale: Array) -> tuple[float, str]:
    """Return the normal form's coefficient and the kind of branch point in words."""
    sizes = np.sort(np.abs(np.linalg.eigvals(field.slopes(y)[:, : field.n])))
    rate = _rate(field, y, scale)
    if sizes.size > 1 and sizes[1] <= 1e-6 * rate:
        return np.nan, "degenerate: two eigenvalues are zero"
    directions = crossing_directions(field, y, scale)
    if len(directions) < 2:
        return np.nan, "isola centre: an isolated point of equilibria"
    vertical = [abs(each[field.n]) for each in directions]
    q, p = null_vectors(field.slopes(y)[:, : field.n], scale[: field.n])
    none = np.zeros(field.k)
    form = field.form(y, 2)
    full = np.append(q, none)
    quadratic = float(p @ form(full, full)) / 2
    if min(vertical) > 1e-6:
        return quadratic, "transcritical"
    h = np.linalg.lstsq(field.slopes(y)[:, : field.n], -form(full, full))[0]
    third = field.form(y, 3)
    cubic = float(p @ (third(full, full, full) + 3 * form(full, np.append(h, none)))) / 6
    # Beside the rate at which branches part: of one state, all derivatives here are zero.
    parting = float(np.abs(_quadratic(field, y, scale)[2]).max())
    if abs(cubic) * _reach(q, scale) ** 2 < NEGLIGIBLE * parting:
        return cubic, "pitchfork, degenerate"
    return cubic, f"pitchfork, {'subcritical' if cubic > 0 else 'supercritical'}"
