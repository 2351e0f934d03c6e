"""Defining systems: equations whose regular solutions are the points looked for.

Each is written for any number k of followed parameters. With one parameter folds, Hopf
points and branch points are solutions that Newton's method converges to; with two, folds
and Hopf points form curves.

References
----------
.. [1] W. Govaerts, "Numerical Methods for Bifurcations of Dynamical Equilibria", SIAM 2000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._field import Field

__all__ = ["BranchPoints", "EquilibriumEquations", "Folds", "HopfPoints", "Scaled", "newton"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scaled:
    """Equations in unknowns z = y / scale."""

    equations: Any
    scale: Array

    def residual(self, z: Array) -> Array:
        """Return the equations at y."""
        return self.equations.residual(z * self.scale)  # type: ignore[no-any-return]

    def matrix(self, z: Array) -> Array:
        """Return the derivatives by z."""
        return self.equations.matrix(z * self.scale) * self.scale  # type: ignore[no-any-return]

    def bordered(self, z: Array, row: Array, right: Array) -> Array | None:
        """Solve the derivatives with one row more; None where they are singular."""
        try:
            found = np.linalg.solve(np.vstack([self.matrix(z), row]), right)
        except np.linalg.LinAlgError:
            return None
        return np.asarray(found, dtype=float) if np.isfinite(found).all() else None

    def orientation(self, z: Array, tangent: Array) -> float:
        """Return the sign of the determinant of the derivatives and the tangent."""
        return float(np.linalg.slogdet(np.vstack([self.matrix(z), tangent]))[0])


class Square(Protocol):
    """As many equations as unknowns, for Newton's method."""

    def residual(self, z: Array) -> Array:
        """Return the equations."""

    def matrix(self, z: Array) -> Array:
        """Return their derivatives."""


@dataclass(frozen=True)
class EquilibriumEquations:
    """f = 0, in y = (states, parameters)."""

    field: Field

    def residual(self, y: Array) -> Array:
        """Return f."""
        return self.field.rates(y)

    def matrix(self, y: Array) -> Array:
        """Return its derivatives."""
        return self.field.slopes(y)


@dataclass(frozen=True)
class Folds:
    """f = 0, A v = 0, |v| = 1, in (y, v): the Jacobian A has the null vector v."""

    field: Field

    def residual(self, z: Array) -> Array:
        """Return the 2 n + 1 equations."""
        y, v = self._parts(z)
        jacobian = self.field.slopes(y)[:, : self.field.n]
        return np.concatenate([self.field.rates(y), jacobian @ v, [v @ v - 1]])

    def matrix(self, z: Array) -> Array:
        """Return their derivatives, shape (2 n + 1, 2 n + k)."""
        y, v = self._parts(z)
        n, size = self.field.n, y.size
        slopes = self.field.slopes(y)
        full = np.zeros((2 * n + 1, 2 * n + self.field.k))
        full[:n, :size] = slopes
        direction = np.append(v, np.zeros(self.field.k))
        full[n : 2 * n, :size] = self.field.form(y, 2).matrix(direction, n_columns=size)
        full[n : 2 * n, size:] = slopes[:, :n]
        full[2 * n, size:] = 2 * v
        return full

    def start(self, y: Array, scale: Array | None = None) -> Array:
        """Return unknowns near a point, with the vector that A shrinks most in units of `scale`."""
        usual = np.ones(self.field.n) if scale is None else scale[: self.field.n]
        a = self.field.slopes(y)[:, : self.field.n] * usual / usual[:, None]
        v = np.linalg.svd(a)[2][-1] * usual
        return np.append(y, v / np.linalg.norm(v))

    def _parts(self, z: Array) -> tuple[Array, Array]:
        return z[: -self.field.n], z[-self.field.n :]


@dataclass(frozen=True)
class HopfPoints:
    """f = 0, (A^2 + kappa) v = 0, |v| = 1, c v = 0, in (y, v, kappa).

    A has the eigenvalues i sqrt(kappa) and -i sqrt(kappa) if kappa is positive. The equations stay
    regular at a Bogdanov-Takens point, where kappa is 0, and go on to neutral saddles, with
    two real eigenvalues of opposite signs.
    """

    field: Field
    c: Array

    def residual(self, z: Array) -> Array:
        """Return the 2 n + 2 equations."""
        y, v, kappa = self._parts(z)
        a = self.field.slopes(y)[:, : self.field.n]
        pair = a @ (a @ v) + kappa * v
        return np.concatenate([self.field.rates(y), pair, [v @ v - 1, self.c @ v]])

    def matrix(self, z: Array) -> Array:
        """Return their derivatives, shape (2 n + 2, 2 n + k + 1)."""
        y, v, kappa = self._parts(z)
        n, size, none = self.field.n, y.size, np.zeros(self.field.k)
        slopes, form = self.field.slopes(y), self.field.form(y, 2)
        a = slopes[:, :n]
        full = np.zeros((2 * n + 2, 2 * n + self.field.k + 1))
        full[:n, :size] = slopes
        full[n : 2 * n, :size] = form.matrix(np.append(a @ v, none), n_columns=size)
        full[n : 2 * n, :size] += a @ form.matrix(np.append(v, none), n_columns=size)
        full[n : 2 * n, size:-1] = a @ a + kappa * np.eye(n)
        full[n : 2 * n, -1] = v
        full[2 * n, size:-1] = 2 * v
        full[2 * n + 1, size:-1] = self.c
        return full

    @classmethod
    def near(cls, field: Field, y: Array) -> tuple[HopfPoints, Array]:
        """Return equations and unknowns near a point, from the pair nearest to being opposite."""
        a = field.slopes(y)[:, : field.n]
        values, vectors = np.linalg.eig(a)
        sums = np.abs(values[:, None] + values[None, :]) + np.diag(np.full(field.n, np.inf))
        i, j = np.unravel_index(np.argmin(sums), sums.shape)
        if values[i].imag != 0:
            one, other = vectors[:, i].real, vectors[:, i].imag
        else:
            # Neither an eigenvector itself, for which one eigenvalue alone would decide kappa.
            both = vectors[:, i].real + vectors[:, j].real, vectors[:, i].real - vectors[:, j].real
            other, one = sorted(both, key=lambda each: float(np.linalg.norm(each)))
        one = one / np.linalg.norm(one)
        v = other - (one @ other) * one
        size = np.linalg.norm(v)
        v = v / size if size > 1e-8 else np.roll(one, 1)
        kappa = float((values[i] * values[j]).real)
        return cls(field, one), np.concatenate([y, v, [kappa]])

    def _parts(self, z: Array) -> tuple[Array, Array, float]:
        n = self.field.n
        return z[: -n - 1], z[-n - 1 : -1], float(z[-1])


@dataclass(frozen=True)
class BranchPoints:
    """f + b w = 0, w A = 0, w f_p = 0, |w| = 1, in (y, w, b), for one parameter.

    b is zero at a branch point, and makes the equations regular there.
    """

    field: Field

    def residual(self, z: Array) -> Array:
        """Return the 2 n + 2 equations."""
        y, w, b = self._parts(z)
        return np.concatenate([self.field.rates(y) + b * w, w @ self.field.slopes(y), [w @ w - 1]])

    def matrix(self, z: Array) -> Array:
        """Return their derivatives, shape (2 n + 2, 2 n + 2)."""
        y, w, b = self._parts(z)
        n, size = self.field.n, y.size
        slopes, form = self.field.slopes(y), self.field.form(y, 2)
        full = np.zeros((2 * n + 2, 2 * n + 2))
        full[:n, :size] = slopes
        full[:n, size:-1] = b * np.eye(n)
        full[:n, -1] = w
        unit = np.eye(size)
        columns = [w @ form.matrix(unit[i], n_columns=size) for i in range(size)]
        full[n : n + size, :size] = np.array(columns)
        full[n : n + size, size:-1] = slopes.T
        full[-1, size:-1] = 2 * w
        return full

    def start(self, y: Array, scale: Array | None = None) -> Array:
        """Return unknowns near a point, small as seen in units of `scale`."""
        usual = np.ones(y.size) if scale is None else scale
        rows = usual[: self.field.n]
        w = np.linalg.svd(self.field.slopes(y) * usual / rows[:, None])[0][:, -1] / rows
        return np.concatenate([y, w / np.linalg.norm(w), [0.0]])

    def _parts(self, z: Array) -> tuple[Array, Array, float]:
        n = self.field.n
        return z[: -n - 1], z[-n - 1 : -1], float(z[-1])


def newton(equations: Square, z: Array, tol: float = 1e-13, most: int = 20) -> Array | None:
    """Solve as many equations as unknowns; None where Newton's method does not converge."""
    last = np.inf
    with np.errstate(all="ignore"):
        for _ in range(most):
            residual = equations.residual(z)
            if not np.isfinite(residual).all():
                return None
            try:
                step = np.linalg.solve(equations.matrix(z), -residual)
            except np.linalg.LinAlgError:
                return None
            z, size = z + step, float(np.linalg.norm(step) / (1 + np.linalg.norm(z)))
            if not np.isfinite(size):
                return None
            if size <= tol or (size < 1e-11 and size > 0.3 * last):  # as exact as doubles allow
                return z
            last = size
    return None
