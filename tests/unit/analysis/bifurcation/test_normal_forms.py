"""Normal forms: coefficients in closed form, and what does not change them."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._field import field
from mirrorsys.analysis.bifurcation._normal_forms import (
    critical_pair,
    cusp_coefficient,
    first_lyapunov_coefficient,
    fold_coefficient,
    null_vectors,
    takens_coefficients,
)


def at_zero(equations, **parameters):
    """Return the field of a system and its origin, all parameters followed."""
    system = ms.System("test", equations, parameters)
    made = field(system, tuple(parameters), None)
    return made, np.append(np.zeros(made.n), list(parameters.values()))


def test_null_vectors_are_those_of_the_matrix_and_its_transpose():
    matrix = np.outer([1.0, 2.0, 3.0], [1.0, -1.0, 0.0]) + np.outer([0.0, 1.0, 1.0], [0, 0, 1.0])
    q, p = null_vectors(matrix)
    np.testing.assert_allclose(matrix @ q, 0, atol=1e-14)
    np.testing.assert_allclose(p @ matrix, 0, atol=1e-14)
    assert (q @ q, p @ q) == pytest.approx((1, 1))
    assert q[np.argmax(np.abs(q))] > 0


def test_null_vectors_of_a_jordan_block_are_orthogonal():
    q, p = null_vectors(np.array([[0.0, 1.0], [0.0, 0.0]]))
    assert (abs(q[0]), abs(p[1]), p @ q) == pytest.approx((1, 1, 0))


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_null_vectors_see_what_is_small_in_units(unit):
    plain, scale = np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([1.0, unit])
    q, p = null_vectors(plain * scale[:, None] / scale, scale)
    assert q[1] / q[0] == pytest.approx(-unit / 2)
    assert p[1] / p[0] == pytest.approx(-1 / (3 * unit))


def test_fold():
    made, y = at_zero({"x": "mu + 3*x**2 + x*y", "y": "-y + 5*x**2"}, mu=0)
    assert fold_coefficient(made, y) == pytest.approx(3)


def test_fold_of_a_system_in_other_variables():
    """u = x + 2 y, v = y: the coefficient refers to a unit step along q."""
    made, y = at_zero({"u": "mu + 3*(u - 2*v)**2 - 2*v", "v": "-v"}, mu=0)
    assert abs(fold_coefficient(made, y)) == pytest.approx(3)


def test_cusp_with_what_the_fast_state_adds():
    """On y = 5 x^2 + ... the cubic term of x' = -2 x^3 + x y is -2 + 5."""
    made, y = at_zero({"x": "mu - 2*x**3 + x*y", "y": "-y + 5*x**2"}, mu=0)
    assert cusp_coefficient(made, y) == pytest.approx(3)


@pytest.mark.parametrize("omega", [0.5, 3.0])
def test_critical_pair(omega):
    a = np.array([[0.0, -omega, 0], [omega, 0, 0], [1.0, 2.0, -1.0]])
    q, p = critical_pair(a, omega)
    np.testing.assert_allclose(a @ q, 1j * omega * q, atol=1e-13)
    np.testing.assert_allclose(a.T @ p, -1j * omega * p, atol=1e-13)
    assert (np.vdot(q, q), np.vdot(p, q)) == pytest.approx((1, 1))


@pytest.mark.parametrize(("cubic", "omega"), [(-1.0, 2.0), (3.0, 0.5)])
def test_hopf_in_polar_form(cubic, omega):
    """r' = mu r + c r^3 has l1 = 2 c / omega: |q| = 1 makes r^2 = 2 |z|^2, and l1 = Re c1 / w."""
    r2 = "(x**2 + y**2)"
    made, y = at_zero(
        {"x": f"mu*x - {omega}*y + ({cubic})*x*{r2}", "y": f"{omega}*x + mu*y + ({cubic})*y*{r2}"},
        mu=0,
    )
    assert first_lyapunov_coefficient(made, y, omega) == pytest.approx(2 * cubic / omega)


def test_hopf_with_quadratic_terms():
    """Guckenheimer and Holmes (1983), equation 3.4.11, for x' = -w y + f, y' = w x + g.

    Their a is the coefficient of r^3; l1 = 2 a / w.
    """
    w = 1.3
    made, y = at_zero(
        {
            "x": f"mu*x - {w}*y + 0.3*x**2 - 0.7*x*y + 0.2*y**2 + 0.1*x**3 + 0.4*x*y**2",
            "y": f"{w}*x + mu*y - 0.5*x**2 + 0.6*x*y + 0.9*y**2 - 0.2*x**2*y + 0.3*y**3",
        },
        mu=0,
    )
    fxx, fxy, fyy, gxx, gxy, gyy = 0.6, -0.7, 0.4, -1.0, 0.6, 1.8
    fxxx, fxyy, gxxy, gyyy = 0.6, 0.8, -0.4, 1.8
    quadratic = fxy * (fxx + fyy) - gxy * (gxx + gyy) - fxx * gxx + fyy * gyy
    a = (fxxx + fxyy + gxxy + gyyy) / 16 + quadratic / (16 * w)
    assert first_lyapunov_coefficient(made, y, w) == pytest.approx(2 * a / w)


def test_hopf_coefficient_sees_a_third_state():
    """z = x^2 + y^2 in the end: x z acts like -x r^2 when it is fast."""
    made, y = at_zero(
        {"x": "mu*x - y - x*z", "y": "x + mu*y - y*z", "z": "1000*(x**2 + y**2 - z)"}, mu=0
    )
    assert first_lyapunov_coefficient(made, y, 1.0) == pytest.approx(-2, rel=1e-2)


def test_takens():
    made, y = at_zero({"x": "y", "y": "b1 + b2*y - 2*x**2 + 3*x*y"}, b1=0, b2=0)
    assert takens_coefficients(made, y) == pytest.approx((-2, 3))


def test_takens_in_turned_coordinates():
    """A turn keeps lengths, so the coefficients stay, up to the sign of q0."""
    c, s = np.cos(0.7), np.sin(0.7)
    x, y = f"({c}*u + {s}*v)", f"(-{s}*u + {c}*v)"
    dx, dy = y, f"(b1 + b2*{y} - 2*{x}**2 + 3*{x}*{y})"
    made, z = at_zero({"u": f"{c}*{dx} - {s}*{dy}", "v": f"{s}*{dx} + {c}*{dy}"}, b1=0, b2=0)
    a, b = takens_coefficients(made, z)
    assert (abs(a), abs(b), a * b) == pytest.approx((2, 3, -6))
