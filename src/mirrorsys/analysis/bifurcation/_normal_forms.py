"""Normal forms: the coefficients that tell what happens at a bifurcation.

Critical eigenvectors q of the Jacobian A and p of its transpose are scaled so that
<q, q> = <p, q> = 1, as Kuznetsov does: then coefficients can be compared with published ones.

References
----------
.. [1] Y. A. Kuznetsov, "Elements of Applied Bifurcation Theory", 3rd ed., Springer 2004,
   sections 5.4 and 8.7.
.. [2] Y. A. Kuznetsov, SIAM J. Numer. Anal. 36 (1999) 1104-1124.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys.analysis.bifurcation._field import Field, Form

__all__ = [
    "critical_pair",
    "cusp_coefficient",
    "first_lyapunov_coefficient",
    "fold_coefficient",
    "null_vectors",
    "takens_coefficients",
]

Array = NDArray[np.float64]
AnyArray = NDArray[Any]


class Derivatives:
    """A, B and C of Kuznetsov's formulas at a point: derivatives by the states alone."""

    def __init__(self, field: Field, y: Array) -> None:
        self.a = field.slopes(y)[:, : field.n]
        self._second, self._third = field.form(y, 2), field.form(y, 3)
        self._none = np.zeros(field.k)

    def b(self, u: AnyArray, v: AnyArray) -> AnyArray:
        """Return B(u, v)."""
        return self._applied(self._second, u, v)

    def c(self, u: AnyArray, v: AnyArray, w: AnyArray) -> AnyArray:
        """Return C(u, v, w)."""
        return self._applied(self._third, u, v, w)

    def _applied(self, form: Form, *directions: AnyArray) -> AnyArray:
        return form(*(np.concatenate([each, self._none]) for each in directions))


def null_vectors(matrix: Array, scale: Array | None = None) -> tuple[Array, Array]:
    """Return q and p of the smallest singular value; <q, q> = 1, and <p, q> = 1 where it can be.

    `scale`, shape (n,), is what is usual of each state: what is small is seen in it, so that
    units do not matter.
    """
    usual = np.ones(len(matrix)) if scale is None else scale
    left, _, right = np.linalg.svd(matrix * usual / usual[:, None])
    q, p = right[-1] * usual, left[:, -1] / usual
    q = q / np.linalg.norm(q) * np.sign(q[np.argmax(np.abs(q))])
    can_be = abs(left[:, -1] @ right[-1]) > 1e-10
    return q, p / (p @ q if can_be else np.linalg.norm(p))


def fold_coefficient(field: Field, y: Array, scale: Array | None = None) -> float:
    """Return a = <p, B(q, q)> / 2: the fold's curve is p-like a x^2; zero at a cusp."""
    at = Derivatives(field, y)
    q, p = null_vectors(at.a, scale)
    return float(p @ at.b(q, q)) / 2


def cusp_coefficient(field: Field, y: Array) -> float:
    """Return c = <p, C(q, q, q) + 3 B(q, h)> / 6 with A h = -B(q, q), <p, h> = 0."""
    at = Derivatives(field, y)
    q, p = null_vectors(at.a)
    n = field.n
    border = np.block([[at.a, p[:, None]], [q[None, :], np.zeros((1, 1))]])
    h = np.linalg.lstsq(border, np.append(-at.b(q, q), 0.0))[0][:n]
    h = h - (p @ h) * q / (p @ q)
    return float(p @ (at.c(q, q, q) + 3 * at.b(q, h))) / 6


def critical_pair(a: Array, omega: float) -> tuple[AnyArray, AnyArray]:
    """Return q and p of the eigenvalue i omega; <q, q> = <p, q> = 1."""
    values, vectors = np.linalg.eig(a)
    q = vectors[:, np.argmin(np.abs(values - 1j * omega))]
    values, vectors = np.linalg.eig(a.T)
    p = vectors[:, np.argmin(np.abs(values + 1j * omega))]
    q = q / np.linalg.norm(q)
    return q, p / np.conj(np.conj(p) @ q)


def first_lyapunov_coefficient(field: Field, y: Array, omega: float) -> float:
    """Return l1 at a Hopf point: negative if the cycle that is born is stable (supercritical)."""
    at, n = Derivatives(field, y), field.n
    q, p = critical_pair(at.a, omega)
    mean = np.linalg.solve(at.a, at.b(q, q.conj()))
    double = np.linalg.solve(2j * omega * np.eye(n) - at.a, at.b(q, q))
    total = at.c(q, q, q.conj()) - 2 * at.b(q, mean) + at.b(q.conj(), double)
    return float((p.conj() @ total).real) / (2 * omega)


def takens_coefficients(field: Field, y: Array) -> tuple[float, float]:
    """Return a and b of x' = y, y' = ... + a x^2 + b x y at a Bogdanov-Takens point.

    ``A q0 = 0, A q1 = q0, p1 A = 0, p0 A = p1`` with <q0, q0> = 1, <q0, q1> = 0,
    <p0, q0> = <p1, q1> = 1.
    """
    at, n = Derivatives(field, y), field.n
    (q0, _), (p1, _) = null_vectors(at.a), null_vectors(at.a.T)

    def chained(matrix: Array, right: Array, orthogonal: Array) -> Array:
        full = np.vstack([matrix, orthogonal])
        return np.linalg.lstsq(full, np.append(right, 0.0))[0]  # type: ignore[no-any-return]

    q1 = chained(at.a, q0, q0)
    p1 = p1 / (p1 @ q1)
    p0 = chained(at.a.T, p1, np.zeros(n))
    p0 = p0 - (p0 @ q1) * p1  # any multiple of p1 may be added: <p0, q1> = 0
    a = float(p1 @ at.b(q0, q0)) / 2
    b = float(p0 @ at.b(q0, q0) + p1 @ at.b(q0, q1))
    return a, b
