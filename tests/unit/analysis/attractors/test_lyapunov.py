"""Lyapunov exponents: closed forms, identities, and how failures are told."""

import math

import numpy as np
import pytest
import xarray as xr
from scipy.linalg import expm

import mirrorsys as ms
from mirrorsys.analysis.attractors._lyapunov import lyapunov_spectrum
from mirrorsys.analysis.attractors._lyapunov_results import LyapunovSpectrum
from mirrorsys.analysis.attractors._variational import Tangent, variational_system
from mirrorsys.flow._engines import settings_for

SPIRAL = ms.System("spiral", {"x": "a*x - 3*y", "y": "3*x + a*y"}, {"a": -1}, initial={"x": 1})
LORENZ = ms.models.zoo.lorenz()


def made(exponents, n_state=None):
    """Return a spectrum with these exponents and no error."""
    values = np.array(exponents, dtype=float)
    history = xr.Dataset(
        {"exponent": (("time", "number"), np.empty((0, values.size)), {"units": "1"})}
    )
    names = [f"x{k}" for k in range(n_state or values.size)]
    return LyapunovSpectrum(
        values, np.zeros(values.size), history, "converged", math.nan, dict.fromkeys(names, 0.0)
    )


# ---- variational equations -------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["compiled", "scipy"])
def test_displacements_of_a_linear_system_are_its_exponential(engine):
    matrix = np.array([[-1.0, -3.0], [3.0, -1.0]])
    settings = settings_for(engine, "DOP853", 1e-12, 1e-14, 10_000)
    tangent = Tangent(SPIRAL, np.array([-1.0]), np.empty(0), np.array([1.0, 0.0]), 2, settings,
                      engine)  # fmt: skip
    done, volume = tangent.advance(0.7)
    np.testing.assert_allclose(tangent.vectors.T, expm(0.7 * matrix), atol=1e-11)
    np.testing.assert_allclose(tangent.state, expm(0.7 * matrix)[:, 0], atol=1e-11)
    assert (done, volume) == (0.7, pytest.approx(-1.4))


def test_names_of_displacements_do_not_collide():
    system = ms.System("taken", {"displacement_0_0": "-displacement_0_0", "x": "-2*x"})
    own = variational_system(system, 2)
    assert len(own.state_names) == 2 + 4 + 1
    found = lyapunov_spectrum(system, duration=5, initial={"displacement_0_0": 1, "x": 1})
    np.testing.assert_allclose(found.exponents, [-1, -2], atol=1e-9)


# ---- closed forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("a", [-1.0, -0.2, 0.1])
def test_a_linear_system_has_the_real_parts_of_its_eigenvalues(a):
    found = lyapunov_spectrum(SPIRAL, duration=20, params={"a": a})
    np.testing.assert_allclose(found.exponents, [a, a], atol=1e-9)
    assert found.status == "converged"
    assert abs(found.sum_error) < 1e-9


def test_an_equilibrium_is_exact():
    rho = 15.0
    z = rho - 1
    x = math.sqrt(8 / 3 * z)
    found = lyapunov_spectrum(
        LORENZ, duration=1, params={"rho": rho}, initial={"x": x, "y": x, "z": z}
    )
    slopes = np.array([[-10, 10, 0], [rho - z, -1, -x], [x, x, -8 / 3]])
    expected = np.sort(np.linalg.eigvals(slopes).real)[::-1]
    np.testing.assert_allclose(found.exponents, expected, atol=1e-12)
    assert found.status == "exact at an equilibrium"
    assert (found.standard_errors == 0).all()
    assert found.kaplan_yorke_dimension == 0


def test_an_orbit_that_has_come_to_rest_is_exact_too():
    found = lyapunov_spectrum(LORENZ, duration=200, transient=200, params={"rho": 10})
    assert found.status == "exact at an equilibrium"
    assert found.end_state["z"] == pytest.approx(9, abs=1e-12)
    assert found.exponents[0] < 0


def test_a_cycle_has_one_exponent_zero_and_the_other_is_the_mean_divergence():
    found = lyapunov_spectrum(ms.models.zoo.van_der_pol(), duration=1000)
    assert found.status == "converged"
    assert abs(found.exponents[0]) < 2e-3
    assert found.exponents[1] == pytest.approx(-1.0594, abs=2e-3)
    assert abs(found.sum_error) < 1e-8
    assert found.kaplan_yorke_dimension == 1


def test_volumes_of_lorenz_shrink_at_minus_41_thirds():
    found = lyapunov_spectrum(LORENZ, duration=200)
    assert found.exponents.sum() == pytest.approx(-41 / 3, abs=1e-9)
    assert found.divergence == pytest.approx(-41 / 3, abs=1e-12)


def test_some_exponents_are_the_first_of_all():
    few = lyapunov_spectrum(LORENZ, duration=500, n_exponents=1)
    assert few.exponents.shape == (1,)
    assert few.exponents[0] == pytest.approx(0.906, abs=0.05)
    assert math.isnan(few.sum_error)
    assert math.isnan(few.kaplan_yorke_dimension)


def test_a_slow_person_and_a_fast_one():
    """The client with a frozen pathway at an outburst cycle: zero, and two negative ones."""
    client = ms.models.client().freeze(pathway=0.36, signal=1.0)
    found = lyapunov_spectrum(client, duration=8000, params={"stressor": 0.08})
    assert found.status == "converged"
    assert abs(found.exponents[0]) < 1e-3
    assert found.exponents[1] < -0.1
    assert found.history["exponent"].attrs["units"] == "1/min"


def test_the_same_call_gives_the_same_bits():
    one, two = (lyapunov_spectrum(LORENZ, duration=20) for _ in range(2))
    assert one.to_dataset().identical(two.to_dataset())


def test_without_machine_code_the_result_is_the_same():
    """Before chaos parts the two orbits; both make the same intervals."""
    given = {"duration": 5, "transient": 0, "interval": 0.25}
    one, two = (lyapunov_spectrum(LORENZ, engine=e, **given) for e in ("compiled", "scipy"))
    np.testing.assert_allclose(one.exponents, two.exponents, atol=1e-6)


# ---- evidence --------------------------------------------------------------------------------


def test_standard_errors_are_honest_and_history_ends_at_the_exponents():
    found = lyapunov_spectrum(LORENZ, duration=2000)
    assert (np.abs(found.exponents - [0.9056, 0, -14.5723]) < 4 * found.standard_errors).all()
    np.testing.assert_allclose(found.history["exponent"].values[-1], found.exponents, atol=1e-12)
    assert found.history["time"].values[-1] == pytest.approx(2000)
    assert list(found.to_dataframe().columns) == ["exponent", "standard_error"]


def test_too_short_a_run_says_so():
    found = lyapunov_spectrum(LORENZ, duration=50)
    assert found.status.startswith("not converged: the standard error of exponent 1 is")
    assert "raise `duration`" in found.status
    assert "not converged" in repr(found)


def test_displacements_that_collapse_are_noticed():
    stiff = ms.System("stiff", {"x": "-1e4*x + sin(y)", "y": "1"})
    found = lyapunov_spectrum(stiff, duration=5, interval=0.05)
    assert found.status.startswith("not converged: the exponents miss the mean divergence")


def test_an_orbit_that_escapes_keeps_what_was_found():
    growth = ms.System("growth", {"x": "x"}, initial={"x": 1})
    found = lyapunov_spectrum(growth, duration=1000)
    assert found.status.startswith("escaped, or could not go on, at time 70")
    assert found.exponents[0] == pytest.approx(1, abs=1e-9)
    burst = ms.System("burst", {"x": "x**2"}, initial={"x": 1})
    found = lyapunov_spectrum(burst, duration=10)
    assert found.status.startswith("escaped, or could not go on, at time 1:")
    assert np.isnan(found.exponents).all()
    assert math.isnan(found.kaplan_yorke_dimension)


@pytest.mark.parametrize(
    ("exponents", "n_state", "dimension"),
    [
        ([0.9056, 0, -14.5723], None, 2 + 0.9056 / 14.5723),
        ([-1, -2], None, 0),
        ([0, -1], None, 1),
        ([1, 0.5, -1, -2], None, 3.25),
        ([1, 1], None, 2),
        ([1, 1], 3, math.nan),
        ([1, -3], 3, 1 + 1 / 3),
    ],
)
def test_kaplan_yorke(exponents, n_state, dimension):
    found = made(exponents, n_state).kaplan_yorke_dimension
    assert found == pytest.approx(dimension, nan_ok=True)


def test_a_result_can_be_saved(tmp_path):
    data = lyapunov_spectrum(LORENZ, duration=20).to_dataset()
    ms.save(data, tmp_path / "lorenz.nc")
    assert ms.load(tmp_path / "lorenz.nc").identical(data)


# ---- bad calls -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"duration": 0}, "`duration` is 0; give a finite time of more than 0"),
        ({"duration": 10, "transient": -1}, "`transient` is -1; give a finite time of 0 or more"),
        ({"duration": 10, "interval": 0}, "`interval` is 0; give a finite time of more than 0"),
        ({"duration": 10, "n_exponents": 4}, "`n_exponents` is 4; give a whole number from 1 to 3"),
        ({"duration": 10, "tol": 1}, "`tol` is 1; give a share between 0 and 1"),
        ({"duration": 10, "engine": "taylor"}, "`engine` is 'taylor', which has no variational"),
        ({"duration": 10, "params": {"rhoo": 1}}, "has no parameter or input called 'rhoo'"),
        ({"duration": 10, "rtol": -1}, "`rtol` is -1"),
    ],
)
def test_bad_calls_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        lyapunov_spectrum(LORENZ, **arguments)


def test_noise_is_refused():
    noisy = LORENZ.replace(diffusion={"x": 0.1})
    with pytest.raises(ValueError, match=r"'Lorenz' has noise in \['x'\]"):
        lyapunov_spectrum(noisy, duration=10)


@pytest.mark.parametrize("duration", [1, 5, 20, 100])
def test_a_run_of_a_few_rounds_is_not_called_converged(duration):
    lone = ms.models.client().freeze(pathway=0.36, signal=1.0)
    found = lyapunov_spectrum(lone, duration=duration, params={"stressor": 0.08})
    assert found.status.startswith("not converged")


def test_exponents_that_are_all_zero_converge_soon():
    swing = ms.System("swing", {"x": "y", "y": "-x"}, initial={"x": 1})
    assert lyapunov_spectrum(swing, duration=100).status == "converged"


@pytest.mark.parametrize("duration", [5, 20, 50])
def test_a_round_or_two_of_a_cycle_are_not_called_converged(duration):
    """All estimates are small then, and each has an error as large as itself."""
    found = lyapunov_spectrum(ms.models.zoo.rosenzweig_macarthur(), duration=duration)
    assert found.status.startswith("not converged: the standard error")
