"""Laws of derivatives by parameters: chain rule, scaling, homogeneity, the long run."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

import mirrorsys as ms
from mirrorsys.analysis import equilibrium_sensitivity, sensitivity

TIGHT = {"rtol": 1e-10, "atol": 1e-12}
SIDE = {"x": (-1e6, 1e6), "y": (-1e6, 1e6)}
LINEAR = ms.System(
    "linear", {"x": "a*x + b*y + u", "y": "c*x + d*y + v"},
    dict.fromkeys("abcd", 0.0), dict.fromkeys("uv", 0.0), box=SIDE,
)  # fmt: skip
GROWTH = ms.System("growth", {"x": "r*x*(1 - x/K)"}, {"r": 1, "K": 1}, initial={"x": 0.1})
CYCLE = ms.System(
    "van der Pol", {"x": "c*y", "y": "c*(m*(1 - x**2)*y - x)"}, {"c": 1, "m": 1},
    initial={"x": 1, "y": 0.5},
)  # fmt: skip
# Of a parameter of 1e-60 no slope is found: tolerances are those of p dx/dp.
rates = st.floats(-3, -0.5).map(lambda value: round(value, 6))
entries = st.floats(-1, 1).map(lambda value: round(value, 6))


def slopes(found, *names):
    """Return the derivatives of all states at the last time, a column for each name."""
    return found.sensitivity.isel(time=-1).sel(parameter=list(names)).values.T


@given(a=entries, b=entries, c=entries, d=entries, t=st.floats(0.1, 3))
def test_by_where_it_starts_a_linear_flow_has_the_matrix_exponential(a, b, c, d, t):
    found = sensitivity(
        LINEAR, times=[t], duration=t, params={"a": a, "b": b, "c": c, "d": d},
        initial={"x": 1, "y": -1}, parameters=["x", "y"], **TIGHT,
    )  # fmt: skip
    np.testing.assert_allclose(
        slopes(found, "x", "y"), expm(np.array([[a, b], [c, d]]) * t), atol=1e-7
    )


@given(c=st.floats(0.2, 3), m=st.floats(0.1, 2), t=st.floats(0.1, 5))
def test_a_factor_of_all_rates_acts_as_time_does(c, m, t):
    # x depends on c t alone, so that c dx/dc = t dx/dt.
    params = {"c": c, "m": m}
    found = sensitivity(CYCLE, times=[t], duration=t, params=params, parameters=["c"], **TIGHT)
    state = np.array([found.x.item(), found.y.item()])
    rates = ms.kernels.vector_field(CYCLE, params)(state)
    np.testing.assert_allclose(c * slopes(found, "c")[:, 0], t * rates, rtol=1e-6, atol=1e-7)


@given(r=st.floats(0.1, 2), K=st.floats(0.5, 5), share=st.floats(0.05, 3), t=st.floats(0.1, 5))
def test_elasticities_add_up_where_units_cancel(r, K, share, t):
    # Euler: x is homogeneous of degree 1 in (x0, K), and depends on r and t by r t alone.
    found = sensitivity(
        GROWTH, times=[t], duration=t, params={"r": r, "K": K}, initial={"x": share * K},
        parameters=["K", "x"], **TIGHT,
    )  # fmt: skip
    np.testing.assert_allclose(found.elasticity.sum(), 1, rtol=1e-7)


@settings(max_examples=30)
@given(s=st.floats(0.5, 4), t=st.floats(0.5, 4), level=st.floats(0.1, 1))
def test_derivatives_of_two_stretches_obey_the_chain_rule(s, t, level):
    client = ms.models.client()
    starts = list(client.state_names)
    params = {"stressor": level, "engagement": 1.0}
    whole = sensitivity(
        client, times=[s + t], duration=s + t, params=params, parameters=[*starts, "rho"], **TIGHT
    )
    first = sensitivity(
        client, times=[s], duration=s, params=params, parameters=[*starts, "rho"], **TIGHT
    )
    middle = {name: first[name].item() for name in starts}
    second = sensitivity(
        client, times=[t], duration=t, params=params, initial=middle,
        parameters=[*starts, "rho"], **TIGHT,
    )  # fmt: skip
    along = slopes(second, *starts)
    np.testing.assert_allclose(
        slopes(whole, *starts), along @ slopes(first, *starts), rtol=1e-5, atol=1e-6
    )
    by_rho = along @ slopes(first, "rho") + slopes(second, "rho")
    np.testing.assert_allclose(slopes(whole, "rho"), by_rho, rtol=1e-5, atol=1e-6)


@settings(max_examples=30)
@given(a=rates, b=entries, c=entries, d=rates, u=entries)
def test_in_the_long_run_a_trajectory_moves_as_its_equilibrium_does(a, b, c, d, u):
    assume(a * d - b * c > 0.1)
    apart = (a - d) ** 2 + 4 * b * c
    assume(apart == 0 or abs(apart) > 1e-12)  # eigenvalues nearer than that are refused
    params = {"a": a, "b": b, "c": c, "d": d, "u": u, "v": 0.3}
    names = ["a", "b", "c", "d", "u"]
    found = sensitivity(LINEAR, times=[400], duration=400, params=params, parameters=names, **TIGHT)
    (resting,) = equilibrium_sensitivity(
        ms.equilibria(LINEAR, params), parameters=names
    ).sensitivity.values
    np.testing.assert_allclose(slopes(found, *names).T, resting, rtol=1e-6, atol=1e-7)


@settings(max_examples=30)
@given(a=st.floats(-2, 2), b=entries, c=entries, d=st.floats(-2, 2))
def test_the_leading_eigenvalue_of_a_linear_system_moves_by_its_formula(a, b, c, d):
    # l^2 - (a + d) l + a d - b c = 0, derived by each entry.
    assume(abs((a - d) ** 2 + 4 * b * c) > 0.01)
    assume(abs(a * d - b * c) > 0.01)
    params = {"a": a, "b": b, "c": c, "d": d, "u": 0.2, "v": 0.1}
    found = equilibrium_sensitivity(ms.equilibria(LINEAR, params)).isel(equilibrium=0)
    value = complex(found.leading_eigenvalue_real, found.leading_eigenvalue_imag)
    bottom = 2 * value - (a + d)
    expected = np.array([value - d, c, b, value - a]) / bottom
    np.testing.assert_allclose(
        found.leading_eigenvalue_real_sensitivity, expected.real, rtol=1e-8, atol=1e-9
    )
    np.testing.assert_allclose(
        found.leading_eigenvalue_imag_sensitivity, expected.imag, rtol=1e-8, atol=1e-9
    )
