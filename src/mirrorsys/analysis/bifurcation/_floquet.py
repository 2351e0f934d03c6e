"""Floquet multipliers: eigenvalues of a product of matrices, each to its own digits.

The product itself is never formed: multipliers of a cycle near a homoclinic orbit differ by
thirty orders of magnitude, and the small ones would drown in the rounding of the large. An
orthogonal basis is carried round the cycle until it comes back to itself; then the product
of the triangular factors has the multipliers in its diagonal blocks.

References
----------
.. [1] K. Lust, "Improved numerical Floquet multipliers", Int. J. Bifurcation Chaos 11 (2001)
   2389-2410.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["multipliers", "nontrivial"]

Array = NDArray[np.float64]
SWEEPS = 6
GROWTH = 1e6
GROUP = 4  # intervals that are multiplied before a basis is made orthogonal again
SEPARATE = 1e-11  # what is left below the diagonal blocks of a basis that has come back


def multipliers(transfers: Array) -> NDArray[np.complex128]:
    """Return the eigenvalues of ``transfers[-1] @ ... @ transfers[0]``, the largest modulus first.

    Parameters
    ----------
    transfers : array, shape (N, n, n)
    """
    n = transfers.shape[1]
    if not np.isfinite(transfers).all():
        return np.full(n, np.nan + 0j)
    transfers = _grouped(transfers)
    end = np.eye(n)
    for _ in range(SWEEPS):
        start = end
        end, factors = _round(transfers, start)
        back = start.T @ end
        edges = _edges(back)
        if len(edges) == n + 1:
            break
    values = [
        each
        for low, high in pairwise(edges)
        for each in _block(back[low:high, low:high], factors[:, low:high, low:high])
    ]
    found = np.array(values, dtype=complex)
    return found[np.lexsort((-found.imag, -found.real, -np.abs(found)))]


def nontrivial(values: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return the multipliers without the one nearest to 1."""
    return np.delete(values, int(np.argmin(np.abs(values - 1))))


def _grouped(transfers: Array) -> Array:
    """Return products of a few neighbours, where these leave digits enough."""
    if np.abs(transfers).max() ** GROUP > GROWTH:
        return transfers
    rest = len(transfers) % GROUP
    padding = np.broadcast_to(np.eye(transfers.shape[1]), (-rest % GROUP, *transfers.shape[1:]))
    parts = np.concatenate([transfers, padding])
    product = parts[::GROUP]
    for i in range(1, GROUP):
        product = parts[i::GROUP] @ product
    return product


def _round(transfers: Array, start: Array) -> tuple[Array, Array]:
    """Return the basis after one round, and the triangular factors on the way."""
    basis, factors = start, np.empty_like(transfers)
    for i, each in enumerate(transfers):
        basis, factors[i] = np.linalg.qr(each @ basis)
    return basis, factors


def _edges(back: Array) -> list[int]:
    """Return where the diagonal blocks of a matrix that is nearly block triangular begin."""
    n = len(back)
    return [
        0,
        *(i for i in range(1, n) if np.abs(back[i:, :i]).max() < SEPARATE),
        n,
    ]


def _block(back: Array, factors: Array) -> NDArray[np.complex128]:
    """Return the eigenvalues of one diagonal block, its size kept as a logarithm."""
    product, logarithm = np.eye(len(back)), 0.0
    for each in factors:
        product = each @ product
        size = np.abs(product).max()
        if size == 0:
            return np.zeros(len(back), dtype=complex)
        product, logarithm = product / size, logarithm + np.log(size)
    with np.errstate(over="ignore", under="ignore"):
        values = np.linalg.eigvals(back @ product).astype(complex)
        return np.asarray(values * np.exp(logarithm), dtype=complex)
