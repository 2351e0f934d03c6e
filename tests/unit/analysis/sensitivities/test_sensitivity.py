"""Derivatives of trajectories and equilibria: closed forms, differences, bad calls."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis import equilibrium_sensitivity, sensitivity

DECAY = ms.System("decay", {"x": "-k*x + drive"}, {"k": 0.5}, {"drive": 0.0}, initial={"x": 2})
TIMES = np.linspace(0, 4, 9)
EXACT = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
TIGHT = {"rtol": 1e-10, "atol": 1e-12}
PLAIN = {"engine": "scipy"}  # nothing to compile: for systems that only one test has


def states_of(run, system):
    """Return the states of a run, shape (n_times, n_state)."""
    columns = []
    for name in system.state_names:
        owner, _, quantity = name.rpartition(".")
        columns.append(run[quantity].sel(person=owner) if owner else run[quantity])
    return np.stack([column.values for column in columns], axis=-1)


def difference(system, name, times, *, values=None, engine="auto", **options):
    """Return the central difference of the states by one quantity, shape (n_times, n_state)."""
    is_state = name in system.state_names
    given = values or {}
    middle = system[name].value if name not in given else given[name]
    step = 1e-4 * (abs(middle) or 1)
    sides = []
    for value in (middle - step, middle + step):
        new = (
            {"params": values, "initial": {name: value}}
            if is_state
            else {"params": {**given, name: value}}
        )
        run = ms.simulate(system, times=times, engine=engine, **new, **options, **EXACT)
        sides.append(states_of(run, system))
    return (sides[1] - sides[0]) / (2 * step)


# ---- trajectories: closed forms ----------------------------------------------------------


@pytest.mark.parametrize("engine", ["scipy", "auto"])
def test_decay_has_the_derivatives_of_its_closed_form(engine):
    found = sensitivity(
        DECAY, duration=4, times=TIMES, parameters=["k", "x", "drive"], engine=engine,
        rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    fade = np.exp(-0.5 * TIMES)
    expected = {"k": -2 * TIMES * fade, "x": fade, "drive": (1 - fade) / 0.5}
    for name, values in expected.items():
        slopes = found.sensitivity.sel(parameter=name, state="x").values
        np.testing.assert_allclose(slopes, values, atol=1e-9)
    np.testing.assert_allclose(found.x, 2 * fade, atol=1e-9)
    elasticity = found.elasticity.sel(state="x")
    np.testing.assert_allclose(elasticity.sel(parameter="k"), -0.5 * TIMES, atol=1e-8)
    np.testing.assert_allclose(elasticity.sel(parameter="drive"), 0)  # at rest it is 0
    assert found.parameter_kind.values.tolist() == ["parameter", "state", "input"]
    assert found.parameter_status.values.tolist() == ["completed"] * 3
    assert found.parameter_unit.values.tolist() == ["1"] * 3


def test_logistic_growth_has_the_derivatives_of_its_closed_form():
    growth = ms.System("growth", {"x": "r*x*(1 - x/K)"}, {"r": 0.7, "K": 3}, initial={"x": 0.2})
    found = sensitivity(growth, times=TIMES, duration=4, parameters=["r", "K", "x"], **PLAIN)
    r, K, x0 = 0.7, 3, 0.2
    bottom = x0 + (K - x0) * np.exp(-r * TIMES)
    by_r = K * x0 * (K - x0) * TIMES * np.exp(-r * TIMES) / bottom**2
    by_K = x0**2 * (1 - np.exp(-r * TIMES)) / bottom**2
    by_x = K**2 * np.exp(-r * TIMES) / bottom**2
    for name, values in {"r": by_r, "K": by_K, "x": by_x}.items():
        slopes = found.sensitivity.sel(parameter=name, state="x").values
        np.testing.assert_allclose(slopes, values, rtol=1e-6, atol=1e-8)


def test_all_parameters_are_the_default():
    client = ms.models.client()
    found = sensitivity(client, duration=1)
    assert tuple(found.parameter.values) == client.parameter_names
    assert tuple(found.state.values) == client.state_names
    assert found.sensitivity.dims == ("time", "parameter", "state")
    assert found.sensitivity_at_end.dims == ("phase", "parameter", "state")


@pytest.mark.parametrize("unit", [1e9, 1e-9])
def test_tolerances_do_not_depend_on_the_unit_of_a_parameter(unit):
    # x stays 1, so that only the errors of its derivative bound the steps.
    system = ms.System(
        "still", {"x": f"5*(1 - x) + {unit}*k - 0.5"}, {"k": 0.5 / unit}, initial={"x": 1}
    )
    found = sensitivity(system, times=[0.3], duration=0.3, atol=1e-9, **PLAIN)
    assert found.elasticity.item() == pytest.approx(0.1 * (1 - np.exp(-1.5)), rel=1e-6)


def test_a_vanishing_state_has_no_elasticity():
    still = ms.System("still", {"x": "a*x"}, {"a": 1})
    found = sensitivity(still, duration=1, times=[0, 1], **PLAIN)
    assert np.isnan(found.elasticity).all()
    np.testing.assert_array_equal(found.sensitivity, 0)


# ---- protocols: levels at rest, edges, resets ----------------------------------------------


def test_the_level_of_an_input_at_rest_acts_while_no_phase_supplies_it():
    course = ms.Protocol(
        [ms.Phase(1, name="a"), ms.Phase(1, {"drive": 5}, name="b"), ms.Phase(1, name="c")]
    )
    found = sensitivity(
        DECAY, protocol=course, times=[1, 2, 3], params={"drive": 0.3}, parameters=["drive"]
    )
    step = (1 - np.exp(-0.5)) / 0.5
    expected = [step, step * np.exp(-0.5), step * np.exp(-1) + step]
    np.testing.assert_allclose(found.sensitivity.values.ravel(), expected, rtol=1e-7)
    np.testing.assert_allclose(found.sensitivity_at_end.values.ravel(), expected, rtol=1e-7)


def test_a_recording_takes_the_place_of_the_level_at_rest():
    wave = ms.Recording([0, 1, 2], [0, 1, 0])
    found = sensitivity(
        DECAY, protocol=ms.Phase(2, {"drive": wave}), times=[2], parameters=["drive", "k"]
    )
    assert found.sensitivity.sel(parameter="drive").item() == 0
    slope = difference(DECAY, "k", [2], protocol=ms.Phase(2, {"drive": wave}))
    np.testing.assert_allclose(found.sensitivity.sel(parameter="k"), slope, rtol=1e-6)


def test_resets_carry_derivatives_over_by_their_own():
    k, t = 0.5, 1.0
    fade = np.exp(-k * t)

    def after(reset, by):
        course = ms.Protocol([ms.Phase(t), ms.Phase(t, reset={"x": reset})])
        found = sensitivity(DECAY, protocol=course, times=[t], parameters=[by])
        return found.sensitivity.item()

    x, by_k = 2 * fade, -2 * t * fade  # just before the reset, from x(0) = 2
    assert after(1.5, "k") == after(1.5, "x") == 0
    assert after("initial", "k") == 0
    assert after("initial", "x") == pytest.approx(1, rel=1e-9)
    assert after("0.1*x", "k") == pytest.approx(0.1 * by_k, rel=1e-7)
    assert after("x**2/initial", "k") == pytest.approx(x * by_k, rel=1e-7)  # initial is 2
    assert after("x**2/initial", "x") == pytest.approx(x * fade - x**2 / 4, rel=1e-7)
    assert after("min(x, 1)", "k") == 0
    assert after("max(x, 1) + abs(x - 5)", "k") == pytest.approx(0, abs=1e-12)
    assert after("(x > 1)*x", "k") == pytest.approx(by_k, rel=1e-7)


def test_a_bare_name_in_a_reset_means_the_same_person():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    reset = {"fatigue": "0.3*fatigue + 0.1*threat*initial", "client.threat": "therapist.threat"}
    course = ms.Protocol([ms.Phase(5, {"stressor": 0.4}), ms.Phase(5, reset=reset)])
    times = [5, 10]
    names = ["client.rho", "therapist.mu", "client.fatigue"]
    found = sensitivity(dyad, protocol=course, times=times, parameters=names)
    for name in names:
        slopes = difference(dyad, name, times, protocol=course)
        np.testing.assert_allclose(
            found.sensitivity.sel(parameter=name), slopes, rtol=1e-5, atol=1e-7
        )


# ---- against differences -------------------------------------------------------------------


def test_a_client_alone_agrees_with_differences():
    client = ms.models.client()
    names = [*client.parameter_names, *client.state_names[:4], "stressor"]
    levels = {"stressor": 0.2, "engagement": 0.5, "seen_distress": 0.1, "seen_soothing": 0.2}
    times = np.array([2.0, 10, 60])
    found = sensitivity(client, times=times, duration=60, params=levels, parameters=names, **TIGHT)
    for name in names:
        slopes = difference(client, name, times, duration=60, values=levels)
        scale = np.abs(slopes).max()
        np.testing.assert_allclose(
            found.sensitivity.sel(parameter=name) / scale, slopes / scale, atol=1e-5, err_msg=name
        )  # a step of 1e-4 in the quantity: errors of its square, and of 1e-12 over it


def test_a_dyad_in_a_session_agrees_with_differences():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    hour, times = ms.protocols.session(), [5.0, 10, 30, 50]
    names = [*dyad.parameter_names, "client.pathway"]
    found = sensitivity(dyad, protocol=hour, times=times, parameters=names, **TIGHT)
    for name in names:
        slopes = difference(dyad, name, times, protocol=hour)
        scale = np.abs(slopes).max()
        np.testing.assert_allclose(
            found.sensitivity.sel(parameter=name) / scale, slopes / scale, atol=5e-5, err_msg=name
        )


@pytest.mark.parametrize("model", ms.models.zoo.ALL, ids=lambda model: model.__name__)
def test_the_zoo_agrees_with_differences(model):
    system = model()
    if any(each != 0 for each in system.diffusion):
        system = system.replace(diffusion=dict.fromkeys(system.state_names, 0))
    names = [
        each.name for each in system.parameters
        if each.range[0] < each.value - 1e-4 * (abs(each.value) or 1)
        and each.value + 1e-4 * (abs(each.value) or 1) < each.range[1]
    ]  # fmt: skip
    assert names, "a parameter that can move both ways"
    times = [0.5, 1.0]
    found = sensitivity(system, times=times, duration=1, parameters=names, **TIGHT, **PLAIN)
    for name in names:
        slopes = difference(system, name, times, duration=1, **PLAIN)
        scale = np.abs(slopes).max() or 1
        np.testing.assert_allclose(
            found.sensitivity.sel(parameter=name) / scale, slopes / scale, atol=1e-5, err_msg=name
        )


# ---- names, provenance, failure --------------------------------------------------------------


def test_no_name_of_a_user_collides_with_those_of_the_derivatives():
    names = {"tangent_s0": "-tangent_e0*tangent_s0 + tangent_r0", "ann.tangentx_s0": "-tangent_e0"}
    system = ms.System("decoy", names, {"tangent_e0": 0.5}, {"tangent_r0": 0.0},
                       initial={"tangent_s0": 2})  # fmt: skip
    found = sensitivity(system, times=[1, 2], duration=2, **PLAIN)
    slopes = found.sensitivity.sel(state="tangent_s0").values.ravel()
    np.testing.assert_allclose(slopes, -2 * np.array([1, 2]) * np.exp([-0.5, -1]), rtol=1e-7)


def test_functions_with_kinks_have_their_one_sided_derivatives():
    system = ms.System("kinks", {"x": "a*max(x, 1) + b*min(x, 1) + abs(c)*x"},
                       {"a": 0.3, "b": 0.2, "c": -0.1}, initial={"x": 2})  # fmt: skip
    found = sensitivity(system, times=[0.5, 1], duration=1, **PLAIN)
    for name in "abc":
        slopes = difference(system, name, [0.5, 1], duration=1, **PLAIN)
        np.testing.assert_allclose(found.sensitivity.sel(parameter=name), slopes, rtol=1e-6)
    assert found.attrs["presupposed"] == ""


def test_a_jump_of_the_right_hand_side_is_told():
    system = ms.System("switch", {"x": "a*(2 - (x < 1))"}, {"a": 0.3})
    found = sensitivity(system, times=[1], duration=1, **PLAIN)
    assert "no jump" in found.attrs["presupposed"]
    assert "x < 1" in found.attrs["presupposed"]
    assert found.sensitivity.item() == pytest.approx(1)
    with pytest.warns(
        UserWarning, match=r"x < 1.* changes at time 4: if the right-hand side jumps"
    ):
        sensitivity(system, times=[1, 4], duration=4, **PLAIN)
    signed = ms.System("relay", {"x": "a - 0.5*sign(x - u)"}, {"a": 1}, {"u": 0.5})
    with pytest.warns(UserWarning, match=r"sign\(.*\) changes at time 0\.5"):
        sensitivity(signed, times=[0, 0.1, 0.5], duration=0.5, **PLAIN)


def test_a_result_is_saved_and_its_run_computed_again(tmp_path):
    found = sensitivity(ms.models.client(), duration=5, parameters=["rho"])
    ms.save(found, tmp_path / "found.nc")
    kept = ms.load(tmp_path / "found.nc")
    assert kept.identical(found)
    np.testing.assert_array_equal(ms.rerun(kept).threat, found.threat)
    table = found.sensitivity_at_end.to_dataframe()
    assert len(table) == 5


def test_the_run_that_fails_keeps_what_was_computed():
    blowup = ms.System("blow-up", {"x": "a*x**2"}, {"a": 1}, initial={"x": 1})
    with pytest.raises(ms.IntegrationError) as caught:
        sensitivity(blowup, duration=2, **PLAIN)
    assert 0.9 < caught.value.time <= 1.1


def test_derivatives_that_overflow_before_the_run_does_end_in_words():
    # x stays 0, and its derivative by where it starts grows like exp(400 t).
    system = ms.System("knife's edge", {"x": "k*x"}, {"k": 400.0})
    course = ms.Protocol([ms.Phase(1), ms.Phase(3)])
    found = sensitivity(system, protocol=course, times=[0, 0.5, 1.5, 4], parameters=["k", "x"])
    done, failed = found.parameter_status.values
    assert done == "completed"
    assert failed.startswith("failed: ")
    slopes = found.sensitivity.sel(parameter="x").values.ravel()
    assert slopes[1] == pytest.approx(np.exp(200), rel=1e-4)
    assert np.isnan(slopes[-1])
    at_end = found.sensitivity_at_end.sel(parameter="x").values.ravel()
    assert at_end[0] == pytest.approx(np.exp(400), rel=1e-4)
    assert np.isnan(at_end[1])


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        ({"parameters": "k"}, TypeError, r"`parameters` is 'k'; give a sequence"),
        ({"parameters": ["kk"]}, ValueError, r"no state, parameter or input called 'kk'.*'k'"),
        ({"parameters": []}, ValueError, r"`parameters` is \[\], which names nothing"),
        ({"duration": -1}, ValueError, r"`duration` ends the run at -1"),
        ({"engine": "euler"}, ValueError, r"`engine` is 'euler'"),
        ({"params": {"k": np.nan}}, ValueError, r"'k' is nan"),
    ],
)
def test_bad_calls_say_what_fits(call, kind, message):
    with pytest.raises(kind, match=message):
        sensitivity(DECAY, **{"duration": 1, **call})


def test_systems_that_do_not_fit_are_refused():
    with pytest.raises(TypeError, match="give a System"):
        sensitivity("decay", duration=1)
    noisy = ms.System("noisy", {"x": "-x"}, {"k": 1}, diffusion={"x": "0.1"})
    with pytest.raises(ValueError, match=r"has diffusion.*replace\(diffusion"):
        sensitivity(noisy, duration=1)
    taken = ms.System("taken", {"state": "-k*state"}, {"k": 1})
    with pytest.raises(ValueError, match=r"quantities called \['state'\]"):
        sensitivity(taken, duration=1)


# ---- equilibria --------------------------------------------------------------------------


def test_an_equilibrium_with_a_closed_form():
    # x = a/b, y = a/(b c); eigenvalues -b and -c, the leading one being -c.
    system = ms.System("chain", {"x": "a - b*x", "y": "x - c*y"}, {"a": 3, "b": 2, "c": 0.5},
                       box={"x": (0, 9), "y": (0, 9)}, time_unit="min")  # fmt: skip
    found = equilibrium_sensitivity(ms.equilibria(system))
    a, b, c = 3, 2, 0.5
    expected = {"a": [1 / b, 1 / b / c], "b": [-a / b**2, -a / b**2 / c], "c": [0, -a / b / c**2]}
    for name, values in expected.items():
        slopes = found.sensitivity.sel(equilibrium=0, parameter=name)
        np.testing.assert_allclose(slopes, values, atol=1e-14)
    np.testing.assert_allclose(found.value, [[1.5, 3]])
    np.testing.assert_allclose(found.elasticity[0], [[1, 1], [-1, -1], [0, -1]], atol=1e-14)
    np.testing.assert_allclose(found.leading_eigenvalue_real, [-0.5])
    np.testing.assert_allclose(found.leading_eigenvalue_real_sensitivity[0], [0, 0, -1], atol=1e-14)
    assert found.status.values.tolist() == ["computed"]
    assert found.leading_eigenvalue_real.attrs["units"] == "1/min"


def test_a_pair_of_eigenvalues_moves_with_both_its_parts():
    spiral = ms.System("spiral", {"x": "m*x - w*y", "y": "w*x + m*y"}, {"m": -0.2, "w": 3},
                       box={"x": (-1, 1), "y": (-1, 1)})  # fmt: skip
    found = equilibrium_sensitivity(ms.equilibria(spiral)).isel(equilibrium=0)
    np.testing.assert_allclose(found.leading_eigenvalue_imag, 3)
    np.testing.assert_allclose(found.leading_eigenvalue_real_sensitivity, [1, 0], atol=1e-14)
    np.testing.assert_allclose(found.leading_eigenvalue_imag_sensitivity, [0, 1], atol=1e-14)
    assert np.isnan(found.elasticity).all()  # in the origin


def test_the_eigenvalue_moves_with_the_equilibrium_too():
    # x = sqrt(m), eigenvalue -2 sqrt(m): by the Hessian alone, for m is not in the Jacobian.
    fold = ms.System("fold", {"x": "m - x**2"}, {"m": 0.25}, box={"x": (-2, 2)})
    found = equilibrium_sensitivity(ms.equilibria(fold))
    np.testing.assert_allclose(found.sensitivity.values.ravel(), [-1, 1])
    np.testing.assert_allclose(found.leading_eigenvalue_real_sensitivity.values.ravel(), [2, -2])


def test_a_client_agrees_with_differences_at_every_equilibrium():
    system = ms.models.client().freeze(pathway=0.1, signal=1.0)
    level = {"stressor": 0.04}
    names = [*system.parameter_names, "stressor"]
    found = equilibrium_sensitivity(ms.equilibria(system, level), parameters=names)
    assert found.sizes["equilibrium"] == 3
    for name in ("rho", "kappa", "alpha", "pathway", "stressor"):
        middle = {**{q.name: q.value for q in system.quantities}, **level}[name]
        step = 1e-5 * middle
        low, high = (
            ms.equilibria(system, {**level, name: middle + side * step}) for side in (-1, 1)
        )
        for index in range(3):
            one, other = low[index], high[index]
            moved = np.subtract(list(other.state.values()), list(one.state.values())) / (2 * step)
            np.testing.assert_allclose(
                found.sensitivity.sel(equilibrium=index, parameter=name), moved, rtol=1e-5,
                atol=1e-9,
            )  # fmt: skip
            turned = (other.eigenvalues[0] - one.eigenvalues[0]) / (2 * step)
            np.testing.assert_allclose(
                found.leading_eigenvalue_real_sensitivity.sel(equilibrium=index, parameter=name),
                turned.real, rtol=1e-4,
            )  # fmt: skip
    assert len(found.to_dataframe()) == 3 * len(names) * 3


def test_a_fold_has_no_derivative_and_says_so():
    fold = ms.System("fold", {"x": "m - x**2", "y": "-y"}, {"m": 0},
                     box={"x": (-2, 2), "y": (-1, 1)})  # fmt: skip
    found = equilibrium_sensitivity(ms.equilibria(fold))
    assert "singular Jacobian" in found.status.item()
    assert np.isnan(found.sensitivity).all()
    assert np.isnan(found.leading_eigenvalue_real_sensitivity).all()


def test_an_eigenvalue_that_is_not_simple_has_no_derivative_but_the_state_has():
    twins = ms.System("twins", {"x": "a - x", "y": "a - y"}, {"a": 1},
                      box={"x": (0, 2), "y": (0, 2)})  # fmt: skip
    found = equilibrium_sensitivity(ms.equilibria(twins))
    assert "not simple" in found.status.item()
    np.testing.assert_allclose(found.sensitivity.values.ravel(), [1, 1])
    assert np.isnan(found.leading_eigenvalue_real_sensitivity).all()
    block = ms.System("block", {"x": "a - x + y", "y": "a - y"}, {"a": 1},
                      box={"x": (0, 3), "y": (0, 2)})  # fmt: skip
    assert "not simple" in equilibrium_sensitivity(ms.equilibria(block)).status.item()


def test_a_kink_has_no_derivative_and_says_so():
    kink = ms.System("kink", {"x": "a - abs(x)"}, {"a": 0}, box={"x": (-1, 1)})
    found = ms.equilibria(kink, route="interval", box={"x": (-1, 1)})
    statuses = equilibrium_sensitivity(found).status.values
    assert all("kink" in each or "singular" in each for each in statuses)


def test_no_equilibrium_gives_an_empty_table():
    away = ms.System("away", {"x": "1 + a*x**2"}, {"a": 1}, box={"x": (-1, 1)})
    found = equilibrium_sensitivity(ms.equilibria(away))
    assert dict(found.sizes) == {"equilibrium": 0, "parameter": 1, "state": 1}
    assert found.to_dataframe().empty


def test_derivatives_of_equilibria_are_saved(tmp_path):
    found = equilibrium_sensitivity(ms.equilibria(ms.models.zoo.cusp()))
    ms.save(found, tmp_path / "found.nc")
    assert ms.load(tmp_path / "found.nc").identical(found)


def test_bad_calls_about_equilibria_say_what_fits():
    with pytest.raises(TypeError, match=r"give what mirrorsys\.equilibria"):
        equilibrium_sensitivity(DECAY)
    points = ms.equilibria(DECAY, box={"x": (0, 1)})
    with pytest.raises(ValueError, match="no parameter or input called 'x'"):
        equilibrium_sensitivity(points, parameters=["x"])
