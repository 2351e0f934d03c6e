import pytest
import sympy as sp
from flint import fmpq, fmpq_poly

from mirrorsys.analysis._spectrum import Eigenvalue
from mirrorsys.analysis._stability import exact_eigenvalues, stability_in_words
from mirrorsys.symbolic._univariate import real_roots

ROOT = real_roots(fmpq_poly([-2, 0, 1]))[1]  # square root of 2
BASE = sp.Matrix([[1, 2, 0], [0, 1, 3], [2, 0, 1]])


def eigenvalues(matrix, times_root):
    """Return the eigenvalues of a rational matrix, times the square root of 2 or not."""

    def element(value):
        number = fmpq(int(value.p), int(value.q))
        return fmpq_poly([0, number] if times_root else [number])

    jacobian = [[element(value) for value in matrix.row(i)] for i in range(matrix.rows)]
    return exact_eigenvalues(jacobian, ROOT)


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
    found = [each.value for each in eigenvalues(BASE * block * BASE.inv(), times_root)]
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
    found = [e.value for e in eigenvalues(base * block * base.inv(), times_root=False)]
    assert sorted(value.imag for value in found) == [-2, -2, 2, 2]
    assert {value.real for value in found} == {-1}


def test_small_and_large_eigenvalues_are_equally_sharp():
    block = sp.diag(sp.Rational(1, 10**12), -(10**9), sp.Rational(1, 10**12) + 1)
    found = [e.value for e in eigenvalues(BASE * block * BASE.inv(), times_root=False)]
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
    sharp = [Eigenvalue(x, (x.real, x.real), (x.imag, x.imag)) for x in map(complex, values)]
    assert stability_in_words(sharp) == word


def test_bounds_on_both_sides_of_zero_are_undecided_unless_they_are_tiny():
    wide = Eigenvalue(0j, (-1.0, 2.0), (0.0, 0.0))
    tiny = Eigenvalue(0j, (-1e-30, 1e-30), (0.0, 0.0))
    assert stability_in_words([wide]) == "undecided"
    assert stability_in_words([tiny]) == "non-hyperbolic"


def test_simple_eigenvalues_are_proven_real():
    found = eigenvalues(sp.Matrix([[0, 1], [1, 1]]), times_root=True)
    assert [each.imag for each in found] == [(0.0, 0.0), (0.0, 0.0)]
    for each, value in zip(found, [(1 + 5**0.5) / 2, (1 - 5**0.5) / 2], strict=True):
        assert each.real == pytest.approx((2**0.5 * value,) * 2, rel=1e-15)


@pytest.mark.parametrize(
    "matrix",
    [
        sp.Matrix([[-2, sp.Rational(-31, 32)], [sp.Rational(1, 4), -3]]),
        sp.Matrix([[0, 1], [sp.Rational(-957, 128), sp.Rational(-175, 32)]]),
    ],
)
def test_simple_eigenvalues_that_flint_does_not_find_at_first(matrix):
    """Its iteration does not converge for their characteristic polynomials, at any precision."""
    found = [each.value for each in eigenvalues(matrix, False)]
    expected = sorted((complex(each) for each in matrix.eigenvals()), key=lambda z: -z.real)
    assert found == pytest.approx(expected, rel=1e-12)
