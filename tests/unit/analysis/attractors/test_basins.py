"""Basins of attraction: known separatrices, cycles, escapes, and what stays undecided."""

import json
import math

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.attractors._attractors import neighbourhood
from mirrorsys.analysis.attractors._basins import basins
from mirrorsys.analysis.attractors._settling import flow_of

CUBIC = ms.System("cubic", {"x": "-(x + 1)*(x - c)*(x - 1)"}, {"c": 0}, box={"x": (-2, 2)})
CLIENT = ms.models.client().freeze(pathway=0.2, signal=1.0)
PLANE = {"x": (-3, 3), "y": (-3, 3)}
BISTABLE = ms.System("bistable", {"x": "x - x**3", "y": "-y + x**2"}, box=PLANE)


def test_the_boundary_of_a_bistable_line_is_its_unstable_point():
    found = basins(CUBIC, grid={"x": (-2, 2, 400)}, params={"c": 0.3})
    expected = (found["x"].values > 0.3).astype(int)
    np.testing.assert_array_equal(found["basin"], expected)
    np.testing.assert_allclose(found["x_at"], [-1, 1])
    assert found["kind"].values.tolist() == ["equilibrium"] * 2
    assert int(found["n_undecided"]) == 0


def test_the_separatrix_of_a_bistable_plane_is_an_axis():
    found = basins(BISTABLE, grid={"x": (-3, 3, 60), "y": (-3, 3, 50)})
    assert found["basin"].dims == ("x", "y")
    np.testing.assert_array_equal(
        found["basin"], np.repeat(found["x"].values > 0, 50).reshape(60, 50)
    )
    np.testing.assert_allclose(found["fraction"], [0.5, 0.5])


@pytest.mark.parametrize("engine", ["compiled", "scipy"])
def test_both_engines_agree(engine):
    found = basins(BISTABLE, grid={"x": (-3, 3, 8)}, initial={"y": 1}, engine=engine)
    np.testing.assert_array_equal(found["basin"], [0] * 4 + [1] * 4)
    assert found.attrs["engine"] == engine


@pytest.mark.parametrize("c", [-0.5, 0.0, 0.6])
def test_fractions_of_random_points_and_their_intervals(c):
    found = basins(CUBIC, n=4000, seed=3, params={"c": c})
    expected = np.array([c + 2, 2 - c]) / 4
    assert (found["fraction_low"] < expected).all()
    assert (found["fraction_high"] > expected).all()
    assert (found["fraction_high"] - found["fraction_low"] < 0.035).all()
    np.testing.assert_array_equal(found["basin"], found["x"].values > c)


def test_the_interval_of_wilson_is_that_of_scipy():
    from scipy.stats import binomtest

    found = basins(CUBIC, n=50, seed=1, params={"c": 0.9})
    k = round(float(found["fraction"][0]) * 50)
    exact = binomtest(k, 50).proportion_ci(method="wilson")
    assert float(found["fraction_low"][0]) == pytest.approx(exact.low)
    assert float(found["fraction_high"][0]) == pytest.approx(exact.high)


def test_the_same_seed_gives_the_same_points():
    one, two, three = (basins(CUBIC, n=20, seed=seed) for seed in (1, 1, 2))
    assert one.identical(two)
    assert not np.array_equal(one["x"], three["x"])


def test_random_points_lie_in_the_box_asked_for():
    found = basins(BISTABLE, n=50, seed=0, box={"x": (1, 2)})
    assert found["x"].min() >= 1
    assert found["basin"].values.tolist() == [1] * 50


# ---- what else attracts ----------------------------------------------------------------------


def test_a_cycle_is_found_and_takes_everything_but_the_equilibrium_inside():
    found = basins(ms.models.zoo.van_der_pol(), grid={"x": (-3, 3, 11), "y": (-3, 3, 11)})
    assert found["kind"].values.tolist() == ["cycle"]
    assert float(found["period"][0]) == pytest.approx(6.6632868593231, abs=1e-6)
    assert float(found["x_highest"][0]) == pytest.approx(2.0086198608748, abs=1e-5)
    assert found["stability"].values[0].startswith("stable cycle (multiplier 0.0008")
    middle = found["basin"].sel(x=0, y=0, method="nearest")
    assert (int(middle), int(found["n_undecided"])) == (-1, 1)
    assert "unstable equilibrium" in found.attrs["undecided"]


def test_a_cycle_beside_an_equilibrium():
    """In polar coordinates r' = -r (1 - r)(2 - r): rest at 0, a cycle at 2, the boundary at 1."""
    radial = "(1 - sqrt(x**2 + y**2))*(2 - sqrt(x**2 + y**2))"
    system = ms.System("ring", {"x": f"-x*{radial} - 5*y", "y": f"-y*{radial} + 5*x"},
                       box=PLANE)  # fmt: skip
    rest = [each for each in ms.equilibria(LINEAR)]
    found = basins(system, rest, grid={"x": (-3, 3, 30), "y": (-3, 3, 30)})
    radius = np.hypot(*np.meshgrid(found["x"], found["y"], indexing="ij"))
    np.testing.assert_array_equal(found["basin"], (radius > 1).astype(int))
    assert found["kind"].values.tolist() == ["equilibrium", "cycle"]
    assert float(found["period"][1]) == pytest.approx(2 * math.pi / 5, rel=1e-6)


LINEAR = ms.System("linear", {"x": "-2*x - 5*y", "y": "-2*y + 5*x"}, box=PLANE)


def test_two_cycles_are_told_apart():
    """r' = r (1 - r)(r - 2)(r - 3)... in s = r**2: cycles at 1 and 3, the boundary at 2."""
    radial = "(1 - s)*(2 - s)*(3 - s)".replace("s", "(x**2 + y**2)")
    system = ms.System("rings", {"x": f"x*{radial} - y", "y": f"y*{radial} + x"},
                       box={"x": (-2, 2), "y": (-2, 2)})  # fmt: skip
    found = basins(system, grid={"x": (0.05, 2, 40)}, initial={"y": 0})
    assert found["kind"].values.tolist() == ["cycle"] * 2
    inner = found["x_highest"].values.argmin()
    np.testing.assert_allclose(np.sort(found["x_highest"]), [1, math.sqrt(3)], atol=1e-5)
    expected = np.where(found["x"] ** 2 < 2, inner, 1 - inner)
    np.testing.assert_array_equal(found["basin"], expected)


def test_chaos_is_other_and_recurrent():
    found = basins(ms.models.zoo.lorenz(), n=100, seed=0)
    assert found["kind"].values.tolist() == ["other (recurrent)"]
    assert float(found["fraction"][0]) == 1


def test_what_grows_without_bound_escapes():
    system = ms.System("saddle-node", {"x": "x**2 - 1"}, box={"x": (-3, 3)})
    found = basins(system, grid={"x": (-3, 3, 101)})
    assert found["kind"].values.tolist() == ["equilibrium", "escapes"]
    np.testing.assert_array_equal(found["basin"], found["x"].values > 1)
    assert np.isnan(found["x_at"].values[1])


@pytest.mark.parametrize(
    ("equations", "why"),
    [
        ({"x": "y", "y": "-x"}, "on a cycle that does not attract"),
        ({"x": "-x**3", "y": "-y"}, "neither settled nor recurring"),
    ],
)
def test_what_settles_nowhere_is_undecided_and_says_why(equations, why):
    found = basins(ms.System("open", equations, box=PLANE), n=5, seed=0)
    assert found["basin"].values.tolist() == [-1] * 5
    assert json.loads(found.attrs["undecided"]) == {why: 5}
    assert found.sizes["attractor"] == 0


def test_a_rest_that_no_algebra_finds_is_found_by_simulation():
    system = ms.System("tanh", {"x": "-x + tanh(2*x)"}, box={"x": (-math.inf, math.inf)})
    found = basins(system, grid={"x": (-3, 3, 30)})
    assert found["stability"].values.tolist() == ["stable (found by simulation)"] * 2
    assert found.attrs["equilibria"].startswith("not found: ")
    np.testing.assert_allclose(np.abs(found["x_at"]), 0.957504, atol=1e-6)
    assert (
        np.sign(found["x_at"].values[found["basin"].values]) == np.sign(found["x"].values)
    ).all()


# ---- the client ------------------------------------------------------------------------------


def test_the_client_is_calm_or_chronic():
    """A simulation from each corner ends where the map says."""
    params = {"stressor": 0.04}
    found = basins(CLIENT, grid={"threat": (0, 1, 20), "fatigue": (0, 1, 20)}, params=params)
    assert (found["threat_at"].values < 0.1).tolist() == [True, False]
    assert int(found["n_undecided"]) == 0
    for threat, fatigue in ((0.1, 0.05), (0.9, 0.1), (0.9, 0.9)):
        start = found.sel(threat=threat, fatigue=fatigue, method="nearest")
        run = ms.simulate(
            CLIENT, duration=2000, params=params, engine="compiled",
            initial={"threat": float(start.threat), "fatigue": float(start.fatigue)},
        )  # fmt: skip
        expected = found["threat_at"].values[int(start["basin"])]
        assert float(run.threat[-1]) == pytest.approx(expected, abs=1e-6)


def test_what_enters_a_neighbourhood_stays_there():
    flow = flow_of(CLIENT, {"stressor": 0.04}, rtol=1e-10, atol=1e-12, engine="auto")
    for point in ms.equilibria(CLIENT, {"stressor": 0.04}):
        if not point.is_stable:
            continue
        around = neighbourhood(flow, point)
        z = np.random.default_rng(0).standard_normal((400, 3))
        z *= np.sqrt(around.level / np.einsum("ni,ij,nj->n", z, around.form, z))[:, np.newaxis]
        states = around.center + 0.999999 * z * around.scale
        assert around.holds(states).all()
        for duration in (0.2, 2, 20):
            later, is_alive = flow.carry(states, duration)
            assert is_alive.all()
            assert around.holds(later).all()


def test_a_result_can_be_saved(tmp_path):
    found = basins(CLIENT, grid={"threat": (0, 1, 5), "fatigue": (0, 1, 5)})
    ms.save(found, tmp_path / "basins.nc")
    assert ms.load(tmp_path / "basins.nc").identical(found)


# ---- bad calls -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "`grid` is None and `n` is None; give one of them"),
        ({"n": 5, "seed": 0, "grid": {"x": (0, 1, 5)}}, "give one of them"),
        ({"grid": {"x": (1, 0, 5)}}, r"`grid` gives 'x' \(1, 0, 5\); give \(low, high"),
        ({"grid": {"x": (0, 1)}}, r"`grid` gives 'x' \(0, 1\)"),
        ({"grid": {"x": (0, 1, 1)}}, "at least 2 values"),
        ({"grid": {"x": (0, 5, 4)}}, r"state 'x' is 5, outside its range \[-2, 2\]"),
        ({"grid": {"z": (0, 1, 4)}}, "has no state called 'z'"),
        ({"grid": 5}, "`grid` is 5; give a mapping"),
        ({"n": 0, "seed": 0}, "`n` is 0; give a whole number of points"),
        ({"n": 5}, "`seed` is None; random points need one"),
        ({"n": 5, "seed": 0, "box": {"x": (0, math.inf)}}, "random points need two finite ends"),
        ({"n": 5, "seed": 0, "duration": 0}, "`duration` is 0; give a finite time"),
        ({"n": 5, "seed": 0, "engine": "taylor"}, "`engine` is 'taylor'"),
    ],
)
def test_bad_calls_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        basins(CUBIC, **arguments)


def test_attractors_must_be_equilibria():
    with pytest.raises(TypeError, match="`attractors` holds 1; give what"):
        basins(CUBIC, [1], n=5, seed=0)


def test_too_little_patience_leaves_them_undecided():
    found = basins(CUBIC, n=20, seed=0, duration=1e-3)
    assert int(found["n_undecided"]) > 0
    assert "within `duration`" in found.attrs["undecided"]


def test_a_continuum_is_refused_with_advice():
    with pytest.raises(ms.symbolic.ContinuumError):
        basins(ms.models.client(), n=5, seed=0)


def test_equilibria_of_other_values_are_refused():
    cubic = ms.System("cubic", {"x": "a + x - x**3"}, {"a": 0}, box={"x": (-3, 3)})
    with pytest.raises(ValueError, match=r"are equilibria at \{'a': 0.1\}"):
        basins(cubic, ms.equilibria(cubic, {"a": 0.1}), n=8, seed=1)


def test_equilibria_of_another_system_are_refused():
    cubic = ms.System("cubic", {"x": "x - x**3"}, box={"x": (-3, 3)})
    with pytest.raises(ValueError, match="give its own equilibria"):
        basins(ms.models.zoo.van_der_pol(), ms.equilibria(cubic), n=8, seed=1)
