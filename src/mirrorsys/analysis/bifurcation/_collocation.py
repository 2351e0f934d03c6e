"""Collocation: cycles as piecewise polynomials that solve the equations at Gauss points.

Time is scaled to one period. On each of N intervals a cycle is a polynomial of degree m,
given by its values at m + 1 nodes, the ends included; it satisfies the differential
equation at the m Gauss points. At the ends of intervals its error is of order 2 m in their
length, between them of order m + 1.

References
----------
.. [1] C. de Boor, B. Swartz, "Collocation at Gaussian points", SIAM J. Numer. Anal. 10 (1973)
   582-606.
.. [2] R. D. Russell, J. Christiansen, "Adaptive mesh selection strategies for solving boundary
   value problems", SIAM J. Numer. Anal. 15 (1978) 59-80.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BarycentricInterpolator

from mirrorsys.analysis.bifurcation._condensation import (
    Blocks,
    sign_with_borders,
    solved_with_borders,
    transfers,
)
from mirrorsys.analysis.bifurcation._field import Field

__all__ = ["Basis", "Collocation", "basis", "better_mesh", "node_times"]

Array = NDArray[np.float64]
LEAST = 0.05  # of the mean density of a mesh: no part of a cycle is left without intervals


@dataclass(frozen=True)
class Basis:
    """Polynomials of one degree on [0, 1]: nodes, Gauss points, and what leads between them.

    `values` and `slopes`, shape (m, m + 1), take values at nodes to values and derivatives at
    Gauss points; `highest`, shape (m + 1,), takes them to the m-th derivative.
    """

    nodes: Array
    gauss: Array
    weights: Array
    values: Array
    slopes: Array
    highest: Array

    def at(self, x: Array) -> Array:
        """Return what takes values at nodes to values at x, shape (len(x), m + 1)."""
        return _lagrange(self.nodes, x)


@lru_cache(maxsize=8)
def basis(degree: int) -> Basis:
    """Return the basis of a degree, with Chebyshev's points as nodes."""
    nodes = (1 - np.cos(np.pi * np.arange(degree + 1) / degree)) / 2
    points, weights = np.polynomial.legendre.leggauss(degree)
    gauss = (1 + points) / 2
    powers = np.linalg.inv(np.vander(nodes, increasing=True))  # row: power; column: node
    slopes = np.array([[k * x ** (k - 1) if k else 0.0 for k in range(degree + 1)] for x in gauss])
    highest = powers[-1] * float(np.prod(np.arange(1, degree + 1)))
    return Basis(nodes, gauss, weights / 2, _lagrange(nodes, gauss), slopes @ powers, highest)


def _lagrange(nodes: Array, x: Array) -> Array:
    # SciPy shuffles the nodes, by chance unless it is told how; last digits depend on the order.
    curves = BarycentricInterpolator(nodes, np.eye(nodes.size), rng=np.random.default_rng(0))
    return np.asarray(curves(x), dtype=float)


@dataclass(frozen=True)
class Collocation:
    """The equations of a cycle on one mesh, in unknowns z = (profile, period, parameters) / scale.

    Parameters
    ----------
    field : Field
    mesh : array, shape (N + 1,)
        From 0 to 1.
    degree : int
    reference : array, shape (n, N, m + 1)
        A cycle near by: of all shifts in time that one is taken which is closest to it.
    scale : array, shape (n + 1 + k,)
        Of the states, the period and the parameters.
    """

    field: Field
    mesh: Array
    degree: int
    reference: Array
    scale: Array

    # ---- unknowns ------------------------------------------------------------------------

    @cached_property
    def weights(self) -> Array:
        """Return what each unknown counts for in arclength: its node's share of time."""
        steps, inner = np.diff(self.mesh), np.full((self.n_interval, self.degree), 1.0)
        shares = (inner * steps[:, None] / self.degree).ravel()
        return np.repeat(np.sqrt(shares), self.field.n)

    @cached_property
    def unit(self) -> Array:
        """Return the scale of every unknown."""
        n = self.field.n
        states = np.tile(self.scale[:n], self.n_interval * self.degree)
        return np.concatenate([states / self.weights, self.scale[n:]])

    @property
    def n_interval(self) -> int:
        """The number of intervals."""
        return self.mesh.size - 1

    def unknowns(self, profile: Array, period: float, parameters: Array) -> Array:
        """Return z of a cycle; `profile` has the shape of `reference`."""
        values = np.moveaxis(profile[:, :, :-1], 0, -1).ravel()
        return np.concatenate([values, [period], parameters]) / self.unit

    def parts(self, z: Array) -> tuple[Array, float, Array]:
        """Return profile, period and parameters."""
        y = z * self.unit
        n, m, k = self.field.n, self.degree, self.field.k
        inner = np.moveaxis(y[: -1 - k].reshape(self.n_interval, m, n), -1, 0)
        last = np.roll(inner[:, :, :1], -1, axis=1)
        return np.concatenate([inner, last], axis=2), float(y[-1 - k]), y[y.size - k :]

    # ---- equations -----------------------------------------------------------------------

    def residual(self, z: Array) -> Array:
        """Return the defects at the Gauss points, and the phase condition."""
        profile, period, parameters = self.parts(z)
        at, steps = basis(self.degree), np.diff(self.mesh)
        x, slopes = profile @ at.values.T, profile @ at.slopes.T
        rates = self.field.rates_at(self._points(x, parameters)).reshape(x.shape)
        defects = slopes - period * steps[:, None] * rates
        phase = np.sum(self._phase * (x - self.reference @ at.values.T))
        return np.append(np.moveaxis(defects, 0, -1).ravel(), phase)

    def bordered(self, z: Array, row: Array | None, right: Array) -> Array | None:
        """Solve for a step: derivatives of the residual, with one row more if it is given.

        None where the equations are singular.
        """
        borders = self._borders(row)
        n_border = len(borders)
        collocated = right[:-n_border].reshape(self.n_interval, -1)
        try:
            step = solved_with_borders(
                self._blocks(z), collocated, borders, right[-n_border:], self.field.n
            )
        except np.linalg.LinAlgError:
            return None
        return step / self.unit if np.isfinite(step).all() else None

    def orientation(self, z: Array, tangent: Array) -> float:
        """Return the sign of the determinant of derivatives and tangent, but for a fixed one.

        The fixed sign comes from the order of unknowns, and is the same for all cycles on a mesh.
        """
        return sign_with_borders(self._blocks(z), self._borders(tangent), self.field.n)

    def _borders(self, row: Array | None) -> Array:
        """Return the phase condition and, if it is given, another row, by unscaled unknowns."""
        borders = np.zeros((1 if row is None else 2, self.unit.size))
        phase = np.einsum("aij,jk->ika", self._phase, basis(self.degree).values)
        borders[0, : phase[:, :-1].size] = _gathered(phase)
        if row is not None:
            borders[1] = row / self.unit
        return borders

    def transfers(self, z: Array) -> Array:
        """Return what leads from the first node of each interval to the others, (N, m n, n).

        The last n rows lead to its end.
        """
        return transfers(self._blocks(z), self.field.n)

    def _blocks(self, z: Array) -> Blocks:
        profile, period, parameters = self.parts(z)
        at, steps = basis(self.degree), np.diff(self.mesh)
        n, k, m = self.field.n, self.field.k, self.degree
        x = profile @ at.values.T
        points = self._points(x, parameters)
        slopes = self.field.slopes_at(points).reshape(n, n + k, *x.shape[1:])
        weighted = period * steps[:, None] * slopes
        blocks = -np.einsum("abij,jk->ijakb", weighted[:, :n], at.values)
        a = np.arange(n)
        blocks[:, :, a, :, a] += at.slopes[None, None]
        rates = self.field.rates_at(points).reshape(x.shape)
        by_others = -np.concatenate([(steps[:, None] * rates)[:, None], weighted[:, n:]], axis=1)
        shape = (self.n_interval, m * n)
        return Blocks(
            blocks.reshape(*shape, (m + 1) * n),
            np.moveaxis(by_others, (0, 1), (2, 3)).reshape(*shape, 1 + k),
        )

    def _points(self, x: Array, parameters: Array) -> Array:
        flat = x.reshape(self.field.n, -1)
        return np.vstack([flat, np.repeat(parameters[:, None], flat.shape[1], axis=1)])

    @cached_property
    def _phase(self) -> Array:
        """Return weights of the phase condition at Gauss points, shape (n, N, m)."""
        at, n = basis(self.degree), self.field.n
        slopes = self.reference @ at.slopes.T  # times the step, as the integral wants it
        scaled = slopes * at.weights / self.scale[:n, None, None] ** 2
        return scaled / max(float(np.linalg.norm(scaled)), 1e-300)

    def carried(self, direction: Array, other: Collocation) -> tuple[Array, float, Array]:
        """Return a direction in the unknowns as profile, period and parameters on another mesh."""
        profile, period, parameters = self.parts(direction)
        times = other.node_times()
        moved = self.values_at(profile, times.ravel()).reshape(len(profile), *times.shape)
        return moved, period, parameters

    # ---- reading -------------------------------------------------------------------------

    def values_at(self, profile: Array, times: Array) -> Array:
        """Return a profile at scaled times in [0, 1], shape (n, len(times))."""
        index = np.clip(np.searchsorted(self.mesh, times, side="right") - 1, 0, self.n_interval - 1)
        inside = (times - self.mesh[index]) / np.diff(self.mesh)[index]
        weights = basis(self.degree).at(inside)
        values: Array = np.einsum("atk,tk->at", profile[:, index], weights)
        return values

    def node_times(self) -> Array:
        """Return the scaled times of all nodes, shape (N, m + 1)."""
        return node_times(self.mesh, self.degree)

    def error(self, profile: Array) -> float:
        """Return an estimate of the largest error between nodes, relative to the scale."""
        m = self.degree
        density = self.density(profile) * np.diff(self.mesh) ** (m + 1)
        # The error of interpolation at the Gauss points, relative to the (m + 1)-th derivative.
        constant = np.prod(np.arange(1, m + 1)) / (np.prod(np.arange(m + 1, 2 * m + 1)))
        return float(density.max() * constant / np.prod(np.arange(1, m + 2)))

    def density(self, profile: Array) -> Array:
        """Return the size of the (m + 1)-th derivative on each interval, relative to the scale."""
        steps, n = np.diff(self.mesh), self.field.n
        highest = profile @ basis(self.degree).highest / steps**self.degree
        around = (steps + np.roll(steps, -1)) / 2
        jumps = np.abs(np.roll(highest, -1, axis=1) - highest) / around
        both = (jumps + np.roll(jumps, 1, axis=1)) / 2
        return np.max(both / self.scale[:n, None], axis=0)  # type: ignore[no-any-return]


def _gathered(row: Array) -> Array:
    """Return a row in all nodes, shape (N, m + 1, n), as one in the unknowns."""
    inner = row[:, :-1].copy()
    inner[:, 0] += np.roll(row[:, -1], 1, axis=0)
    return inner.ravel()


def node_times(mesh: Array, degree: int) -> Array:
    """Return the scaled times of all nodes of a mesh, shape (N, m + 1)."""
    return mesh[:-1, None] + np.diff(mesh)[:, None] * basis(degree).nodes


def better_mesh(old: Collocation, profile: Array, n_interval: int) -> Array:
    """Return a mesh on which every interval has its equal part of the error."""
    density = old.density(profile) ** (1 / (old.degree + 1))
    mean = float(density @ np.diff(old.mesh)) or 1.0
    density = density + LEAST * mean
    gathered = np.append(0.0, np.cumsum(density * np.diff(old.mesh)))
    mesh = np.interp(np.linspace(0, gathered[-1], n_interval + 1), gathered, old.mesh)
    mesh[0], mesh[-1] = 0.0, 1.0
    return mesh
