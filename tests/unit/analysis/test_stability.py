import numpy as np
import pytest
import sympy as sp
from flint import fmpq, fmpq_poly

from mirrorsys.analysis._exact_route import BlockPoint
from mirrorsys.analysis._stability import eigenvalues, stability_in_words
from mirrorsys.symbolic._univariate import real_roots

ROOT = real_roots(fmpq_poly([-2, 0, 1]))[1]  # square root of 2
BASE = sp.Matrix([[1, 2, 0], [0, 1, 3], [2, 0, 1]])


def point_with(matrix, times_root):
    """Return a point whose Jacobian is a rational matrix, times the square root of 2 or not."""

    def element(value):
        number = fmpq(int(value.p), int(value.q))
        return fmpq_poly([0, number] if times_root else [number])

    jacobian = [[element(value) for value in matrix.row(i)] for i in range(matrix.rows)]
    return BlockPoint(0, ROOT, {}, jacobian, None)


@pytest.mark.parametrize("times_root", [False, True])
@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (sp.diag(3, -1, -2), [3, -1, -2]),
        (sp.diag(3, 3, 3), [3, 3, 3]),
        (sp.Matrix([[-1, 1, 0], [0, -1, 1], [0, 0, -1]]), [-1, -1, -1]),
        (sp.Matrix([[-1, 1, 0], [0, -1, 0], [0, 0, 2]]), [2, -1, -1]),
        (sp.Matrix([[0, 1, 0], [0, 0, 0], [0, 0, -4]]), [0, 0, -4]),
        (sp.Matrix([[0, -5, 0], [5, 0, 0], [0, 0, 1]]), [1, 5j, -5j]),
    ],
)
def test_multiple_and_vanishing_eigenvalues_are_exact(block, expected, times_root):
    found = eigenvalues(point_with(BASE * block * BASE.inv(), times_root))
    found.sort(key=lambda value: (-value.real, -value.imag))
    scale = 2**0.5 if times_root else 1
    for value, target in zip(found, expected, strict=True):
        assert abs(value - scale * target) <= 4e-16 * abs(scale * target)
        # A part that is zero is exactly so, not merely small.
        assert (value.real == 0, value.imag == 0) == (
            complex(target).real == 0,
            complex(target).imag == 0,
        )


def test_repeated_complex_pair():
    pair = sp.Matrix([[-1, -2], [2, -1]])
    block = sp.Matrix(sp.BlockMatrix([[pair, sp.eye(2)], [sp.zeros(2), pair]]))
    base = sp.Matrix(4, 4, lambda i, j: (i + 1) ** j)
    found = eigenvalues(point_with(base * block * base.inv(), times_root=False))
    assert sorted(value.imag for value in found) == [-2, -2, 2, 2]
    assert {value.real for value in found} == {-1}


def test_small_and_large_eigenvalues_are_equally_sharp():
    block = sp.diag(sp.Rational(1, 10**12), -(10**9), sp.Rational(1, 10**12) + 1)
    found = eigenvalues(point_with(BASE * block * BASE.inv(), times_root=False))
    assert sorted(value.real for value in found) == [-1e9, 1e-12, 1 + 1e-12]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([-1, -2], "stable node"),
        ([-1 + 1j, -1 - 1j], "stable focus"),
        ([1, 2], "unstable node"),
        ([1 + 1j, 1 - 1j, 2], "unstable focus"),
        ([1, -2], "saddle"),
        ([1, -1 + 1j, -1 - 1j], "saddle-focus"),
        ([0, -1], "non-hyperbolic"),
        ([1, 3j, -3j], "non-hyperbolic"),
    ],
)
def test_words(values, word):
    assert stability_in_words(np.array(values, dtype=complex)) == word
