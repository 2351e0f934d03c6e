"""The classics of the zoo have their known bifurcations, cycles and normal-form coefficients.

Where a figure has no closed form, the defining equations are solved with 30 digits, from the
entry's own equations.
"""

import mpmath
import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys.models import zoo

DIGITS = 30
ROUNDED = 5e-13  # the published figures below are rounded to twelve decimals


def names(system):
    return [sp.Symbol(name, real=True) for name in system.state_names]


def equations(system, **params):
    """Return the right-hand sides and the Jacobian with all but the free parameters set.

    A parameter given as None stays a symbol.
    """
    values = {each.name: sp.Rational(repr(each.value)) for each in system.parameters} | params
    known = {sp.Symbol(n, real=True): v for n, v in values.items() if v is not None}
    rhs = sp.Matrix(system.rhs).subs(known)
    return rhs, ms.symbolic.jacobian(system).subs(known)


def solved(unknowns, conditions, start):
    """Return a zero of `conditions`, by name, to 30 digits."""
    with mpmath.workdps(DIGITS):
        function = sp.lambdify(unknowns, list(conditions), "mpmath")
        zero = mpmath.findroot(function, [mpmath.mpf(each) for each in start])
        return {each.name: value for each, value in zip(unknowns, zero, strict=True)}


def first_lyapunov_coefficient(system, state, **params):
    """Return l1 of a Hopf point in Kuznetsov's normalisation, <q, q> = <p, q> = 1.

    Y. A. Kuznetsov, Elements of Applied Bifurcation Theory, sect. 5.4.
    """
    rhs, jacobian = equations(system, **params)
    x, at = names(system), dict(zip(names(system), state, strict=True))
    derivative = [np.array(jacobian.subs(at), dtype=float)]
    tensor = sp.derive_by_array(list(rhs), x)
    for _ in range(2):
        tensor = sp.derive_by_array(tensor, x)
        derivative.append(np.array(tensor.subs(at).tolist(), dtype=float))
    a = derivative[0]
    second = np.moveaxis(derivative[1], -1, 0)
    third = np.moveaxis(derivative[2], -1, 0)
    values, right = np.linalg.eig(a)
    omega = values.imag.max()
    q = right[:, values.imag.argmax()]
    values, left = np.linalg.eig(a.T)
    p = left[:, values.imag.argmin()]
    p = p / np.vdot(p, q).conj()
    b = lambda u, v: np.einsum("ijk,j,k", second, u, v)  # noqa: E731
    c = np.einsum("ijkl,j,k,l", third, q, q, q.conj())
    shifted = 2j * omega * np.eye(len(a)) - a
    inner = (
        c
        - 2 * b(q, np.linalg.solve(a, b(q, q.conj())))
        + b(q.conj(), np.linalg.solve(shifted, b(q, q)))
    )
    return np.vdot(p, inner).real / (2 * omega)


def rise_times(system, quantity, level, duration, **options):
    run = ms.simulate(
        system, duration=duration, events={"up": ms.Event(quantity, level, "rising")},
        method="DOP853", rtol=1e-12, atol=1e-13, **options,
    )  # fmt: skip
    return run.event_time.values


def trace(jacobian):
    return sp.simplify(jacobian.trace())


# ---- Lorenz ------------------------------------------------------------------------------


def test_lorenz_shrinks_volumes_at_41_thirds():
    jacobian = ms.symbolic.jacobian(zoo.lorenz())
    at_default = {
        sp.Symbol("sigma", real=True): 10,
        sp.Symbol("beta", real=True): sp.Rational(8, 3),
    }
    assert trace(jacobian).subs(at_default) == -sp.Rational(41, 3)


def lorenz_side(rho):
    side = sp.sqrt(sp.Rational(8, 3) * (rho - 1))
    return side, side, rho - 1


def lorenz_matrix(state, rho):
    _, jacobian = equations(zoo.lorenz(), rho=rho, beta=sp.Rational(8, 3))
    return jacobian.subs(dict(zip(names(zoo.lorenz()), state, strict=True)))


def test_lorenz_branches_at_rho_1():
    assert lorenz_matrix((0, 0, 0), sp.Integer(1)).det() == 0


def test_lorenz_has_a_subcritical_hopf_point_at_470_19():
    rho = sp.Rational(470, 19)
    a2, a1, a0 = sp.Poly(lorenz_matrix(lorenz_side(rho), rho).charpoly().as_expr()).all_coeffs()[1:]
    assert sp.simplify(a2 * a1 - a0) == 0  # Routh and Hurwitz: a pair on the imaginary axis
    state = [float(each) for each in lorenz_side(rho)]
    assert first_lyapunov_coefficient(zoo.lorenz(), state, rho=rho) > 0
    period = 2 * np.pi / float(sp.sqrt(a1))
    assert period == pytest.approx(0.65283034762, abs=5e-12)  # published with eleven decimals


# ---- oscillators -------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "coefficient"), [(1, -1 / 2), (2, -1 / 6)])
def test_brusselator_hopf_point(a, coefficient):
    b = 1 + a**2
    rhs, jacobian = equations(zoo.brusselator(), A=sp.Integer(a), B=sp.Integer(b))
    at = dict(zip(names(zoo.brusselator()), (a, sp.Rational(b, a)), strict=True))
    assert rhs.subs(at) == sp.zeros(2, 1)
    assert jacobian.subs(at).trace() == 0
    l1 = first_lyapunov_coefficient(zoo.brusselator(), (a, b / a), A=a, B=b)
    assert l1 == pytest.approx(coefficient, abs=1e-13)


# The period is a difference of event times found in steps with error 1e-12 each.
@pytest.mark.parametrize(
    ("mu", "duration", "period", "tolerance"),
    [(1, 60, 6.6632868593231, 1e-10), (10, 120, 19.078369566939, 1e-9)],
)
def test_van_der_pol_period(mu, duration, period, tolerance):
    times = rise_times(zoo.van_der_pol(), "x", 0, duration, params={"mu": mu})
    np.testing.assert_allclose(np.diff(times)[-3:], period, atol=tolerance)


def test_van_der_pol_amplitude():
    lowest = rise_times(zoo.van_der_pol(), "y", 0, 60)  # y = x' rises through 0 at the minimum
    run = ms.simulate(
        zoo.van_der_pol(), times=[0, *lowest[-2:]], method="DOP853", rtol=1e-12, atol=1e-13
    )
    np.testing.assert_allclose(run.x[1:], -2.0086198608748, atol=1e-10)


@pytest.mark.parametrize(("v", "current"), [(-1, 0.331281337455), (1, 1.418718662545)])
def test_fitzhugh_nagumo_hopf_points_are_subcritical(v, current):
    system = zoo.fitzhugh_nagumo()
    rhs, jacobian = equations(system, I=None)
    unknowns = [*names(system), sp.Symbol("I", real=True)]
    point = solved(unknowns, [*rhs, jacobian.trace()], [v, (v + 0.7) / 0.8, current])
    assert float(point["I"]) == pytest.approx(current, abs=ROUNDED)
    state = [float(point["v"]), float(point["w"])]
    assert jacobian.subs(dict(zip(names(system), state, strict=True))).det() > 0
    assert first_lyapunov_coefficient(system, state, I=float(point["I"])) > 0


def test_rosenzweig_macarthur_hopf_point():
    system, params = zoo.rosenzweig_macarthur(), {"K": sp.Integer(3)}
    rhs, jacobian = equations(system, **params)
    at = dict(zip(names(system), (1, sp.Rational(4, 3)), strict=True))
    assert rhs.subs(at) == sp.zeros(2, 1)
    assert jacobian.subs(at).trace() == 0
    l1 = first_lyapunov_coefficient(system, (1, 4 / 3), **params)
    assert l1 == pytest.approx(-np.sqrt(6) / 10, abs=1e-13)


# ---- normal forms ------------------------------------------------------------------------


def test_cusp_folds():
    x, lambda_, mu = sp.symbols("x lambda_ mu", real=True)
    rhs, _ = equations(zoo.cusp(), mu=None, lambda_=None)
    assert sp.expand(sp.discriminant(rhs[0], x) - (4 * lambda_**3 - 27 * mu**2)) == 0


def test_bogdanov_takens_point_and_hopf_curve():
    system = zoo.bogdanov_takens()
    x, y, beta1, beta2 = sp.symbols("x y beta1 beta2", real=True)
    rhs, jacobian = equations(system, beta1=None, beta2=None)
    origin = {x: 0, y: 0, beta1: 0, beta2: 0}
    assert rhs.subs(origin) == sp.zeros(2, 1)
    assert jacobian.subs(origin) == sp.Matrix([[0, 1], [0, 0]])
    hopf = {y: 0, x: -beta2, beta1: beta2**2}
    assert rhs.subs(hopf).expand() == sp.zeros(2, 1)
    assert jacobian.subs(hopf).trace() == 0
    assert jacobian.subs(hopf).det() == -2 * beta2  # positive, so imaginary, where beta2 < 0


# ---- exothermic reaction -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("u1", "p1"), [(sp.Rational(1, 3), sp.exp(-1.5) / 2), (sp.Rational(2, 3), 2 * sp.exp(-3))]
)
def test_reaction_folds(u1, p1):
    system = zoo.exothermic_reaction()
    rhs, jacobian = equations(system, p1=p1, p2=sp.Integer(18))
    at = dict(zip(names(system), (u1, 18 * u1 / 4), strict=True))
    np.testing.assert_allclose(np.array(rhs.subs(at).evalf(DIGITS), dtype=float), 0, atol=1e-14)
    assert abs(jacobian.subs(at).det().evalf(DIGITS)) < 1e-13


def test_reaction_hopf_point():
    system = zoo.exothermic_reaction()
    rhs, jacobian = equations(system, p1=None)
    unknowns = [*names(system), sp.Symbol("p1", real=True)]
    point = solved(unknowns, [*rhs, jacobian.trace()], [0.4, 1.4, 0.165])
    assert float(point["p1"]) == pytest.approx(0.165042045324, abs=ROUNDED)


def test_reaction_cycle():
    times = rise_times(zoo.exothermic_reaction(), "u1", 0.85, 40)
    np.testing.assert_allclose(np.diff(times)[-4:], 2.22034189, atol=5e-9)  # eight decimals
