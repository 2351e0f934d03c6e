"""Eigenvalues of a matrix of balls, enclosed.

With approximate eigenvectors as columns of an exact matrix R, the matrix B = R^-1 A R,
computed in balls, is nearly diagonal and has the eigenvalues of A. Each lies in a
Gershgorin disc, around a diagonal entry of B, its radius the sum of the others in the
row; discs that overlap hold together as many eigenvalues as there are discs. That is true
whatever R is: its quality decides only how small the discs are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from flint import acb, acb_mat, arb, arb_mat, ctx

from mirrorsys.analysis._groups import groups
from mirrorsys.kernels._balls import outer_floats

__all__ = ["Eigenvalue", "enclosed_eigenvalues", "rectangle"]

SHARP = 1e-6  # discs wider than this part of the norm are worth a second attempt
NUDGE = 2.0**-64  # of the norm; eigenvectors of a Jordan block of two move apart by its root


@dataclass(frozen=True)
class Eigenvalue:
    """An eigenvalue, proven to lie in a rectangle of the complex plane.

    Parameters
    ----------
    value : complex
        The middle of the rectangle, a part being 0.0 if its sign is not proven.
    real, imag : (float, float)
        Lower and upper bounds; ``imag`` is (0.0, 0.0) if the eigenvalue is proven real.
    """

    value: complex
    real: tuple[float, float]
    imag: tuple[float, float]

    @property
    def is_sharp(self) -> bool:
        """Whether both parts are known to about a millionth of the eigenvalue, or of 1."""
        width = max(self.real[1] - self.real[0], self.imag[1] - self.imag[0])
        return width <= SHARP * max(1.0, abs(self.value))

    @property
    def side(self) -> int:
        """-1 if the real part is proven negative, 1 if positive, else 0."""
        low, high = self.real
        return (low > 0) - (high < 0)


def rectangle(real: arb, imag: arb) -> Eigenvalue:
    """Return the eigenvalue in a rectangle."""
    middle = (0.0 if part.contains(0) else float(part.mid()) for part in (real, imag))
    return Eigenvalue(complex(*middle), outer_floats(real), outer_floats(imag))


def enclosed_eigenvalues(matrix: arb_mat, bits: int) -> tuple[Eigenvalue, ...]:
    """Return enclosures of all eigenvalues, the largest real part first.

    They hold for every matrix inside the balls. Eigenvalues that cannot be told apart get
    the same rectangle, each as often as it occurs.

    Parameters
    ----------
    matrix : flint.arb_mat
        Square, with finite entries.
    bits : int
        Precision.
    """
    with ctx.workprec(bits):
        found = [
            eigenvalue
            for group in _irreducible(matrix)
            for eigenvalue in _of_block(arb_mat([[matrix[i, j] for j in group] for i in group]))
        ]
    return tuple(sorted(found, key=lambda each: (-sum(each.real), -sum(each.imag))))


def _irreducible(matrix: arb_mat) -> list[list[int]]:
    """Return the groups of states that influence each other both ways.

    One-way influence does not change eigenvalues, but it makes Jordan blocks, whose
    eigenvalues have no sharp enclosure.
    """
    size = matrix.nrows()
    links = [(i, j) for i in range(size) for j in range(size) if not matrix[i, j].is_zero()]
    return groups(size, links, "strong")


def _of_block(block: arb_mat) -> list[Eigenvalue]:
    if block.nrows() == 1:
        return [rectangle(block[0, 0], arb(0))]
    discs = _discs(block, block.mid())
    norm = _norm(block)
    if discs is None or max(radius for _, radius in discs) > SHARP * norm:
        # Eigenvectors (nearly) coincide; those of a matrix close by are apart.
        size = range(block.nrows())
        shift = arb_mat([[math.cos(1 + i + 7 * j) * NUDGE * norm for j in size] for i in size])
        discs = _discs(block, (block.mid() + shift).mid()) or discs
    if discs is None:
        discs = [(acb(0), norm)] * block.nrows()
    return _eigenvalues(discs)


def _norm(block: arb_mat) -> float:
    """Return an upper bound of the maximum norm, and so of every eigenvalue."""
    size = range(block.nrows())
    rows = (sum((abs(block[i, j]) for j in size), arb(0)) for i in size)
    return max(outer_floats(row)[1] for row in rows)


def _discs(block: arb_mat, nearby: arb_mat) -> list[tuple[acb, float]] | None:
    """Return Gershgorin discs by the eigenvectors of an exact matrix; None if these fail."""
    size = range(block.nrows())
    try:
        _, vectors = acb_mat(nearby).eig(right=True, algorithm="approx")
        vectors = _of_equal_length(vectors)
        similar = vectors.inv() * acb_mat(block) * vectors
    except (ValueError, ZeroDivisionError):
        return None
    if not all(entry.is_finite() for entry in similar.entries()):
        return None
    radii = [sum((abs(similar[i, j]) for j in size if j != i), arb(0)) for i in size]
    return [(similar[i, i], outer_floats(radii[i])[1]) for i in size]


def _of_equal_length(vectors: acb_mat) -> acb_mat:
    """Return the columns of a matrix, each scaled to a largest entry of about 1, exact."""
    size = range(vectors.nrows())
    largest = [max(float(vectors[i, j].abs_upper()) for i in size) for j in size]
    return acb_mat([[vectors[i, j].mid() / largest[j] for j in size] for i in size]).mid()


def _eigenvalues(discs: list[tuple[acb, float]]) -> list[Eigenvalue]:
    """Return the rectangles around groups of overlapping discs, one for each disc."""
    boxes = [acb(c.real + arb(0, r), c.imag + arb(0, r)) for c, r in discs]
    links = [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes) if a.overlaps(b)]
    found = []
    for group in groups(len(boxes), links, "weak"):
        real, imag = boxes[group[0]].real, boxes[group[0]].imag
        for index in group[1:]:
            real, imag = real.union(boxes[index].real), imag.union(boxes[index].imag)
        # Together with an eigenvalue its conjugate is one: alone in a rectangle that is
        # symmetric to the real axis, it is its own conjugate.
        mirrored = acb(real, imag.union(-imag))
        others = (box for index, box in enumerate(boxes) if index not in group)
        is_real = len(group) == 1 and imag.contains(0)
        if is_real and not any(mirrored.overlaps(other) for other in others):
            imag = arb(0)
        found += [rectangle(real, imag)] * len(group)
    return found
