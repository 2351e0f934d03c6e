"""Stable and unstable manifolds of equilibria."""

import json

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.attractors._manifolds import manifolds

# y = x**2/3 leaves the origin: (x**2)' / 3 = 2 x**2 / 3 = -x**2/3 + x**2. With z as well, z = y.
PARABOLA = ms.System("parabola", {"x": "x", "y": "-y + x**2"},
                     box={"x": (-2, 2), "y": (-2, 2)})  # fmt: skip
SPACE = ms.System("space", {"x": "x", "y": "-y + x**2", "z": "-2*z + x**2 + y"},
                  box=dict.fromkeys("xyz", (-2, 2)))  # fmt: skip
DUFFING = ms.System("duffing", {"x": "y", "y": "x - x**3 - k*y"}, {"k": 0.0},
                    box={"x": (-2, 2), "y": (-2, 2)})  # fmt: skip
RIVALS = ms.System("rivals", {"x": "x*(1 - x - 2*y)", "y": "y*(1 - y - 2*x)"},
                   box={"x": (0, 2), "y": (0, 2)})  # fmt: skip
PERSON = ms.models.client().freeze(pathway=0.3, signal=1.0, fatigue=0.2)
LIFE = {"stressor": 0.066}


def saddle_of(system, params=None):
    return next(e for e in ms.equilibria(system, params) if e.stability.startswith("saddle"))


def of(system, params=None, **options):
    return manifolds(system, saddle_of(system, params), params=params, **options)


def status(found, manifold):
    return found.status.sel(manifold=manifold).item()


# ---- closed forms -----------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["auto", "scipy"])
def test_a_parabola_leaves_the_origin_and_a_line_comes_to_it(engine):
    found = of(PARABOLA, engine=engine)
    out = found.sel(manifold=["unstable +", "unstable -"])
    np.testing.assert_allclose(out.y, out.x**2 / 3, atol=1e-9)
    assert out.distance.values.tolist() == [0.01, 0.01]  # the parabola is the manifold
    into = found.sel(manifold=["stable +", "stable -"])
    assert np.all(into.x == 0)
    np.testing.assert_array_equal(found.x.values[:2, -1], [2, -2])
    np.testing.assert_array_equal(found.y.values[2:, -1], [2, -2])
    assert found.kind.values.tolist() == ["unstable"] * 2 + ["stable"] * 2
    np.testing.assert_allclose(found.eigenvalue, [1, 1, -1, -1])


def test_time_is_what_the_exponential_takes():
    found = of(PARABOLA)
    for name, state, sense in (("unstable +", "x", 1), ("stable -", "y", -1)):
        branch = found.sel(manifold=name)
        ratio = (branch[state] / branch[state][0]).values
        np.testing.assert_allclose(branch.time, sense * np.log(ratio), atol=1e-8)
        assert branch.time[0] == 0


def test_in_space_a_curve_is_followed_and_a_surface_is_not():
    found = of(SPACE)
    assert found.manifold.values.tolist() == ["unstable +", "unstable -"]
    np.testing.assert_allclose(found.y, found.x**2 / 3, atol=1e-9)
    np.testing.assert_allclose(found.z, found.y, atol=1e-9)
    assert found.attrs["unstable"] == "one-dimensional: followed"
    assert found.attrs["stable"] == "2-dimensional: not followed, only curves are"


def test_energy_stays_on_the_loop_of_a_duffing_oscillator():
    found = of(DUFFING)
    np.testing.assert_allclose(found.y**2, found.x**2 - found.x**4 / 2, atol=1e-8)
    np.testing.assert_allclose(np.abs(found.x).max("point"), np.sqrt(2), atol=1e-4)
    assert found.reaches.values.tolist() == ["equilibrium"] * 4
    assert status(found, "unstable +") == "goes to the saddle (x=0, y=0)"  # homoclinic
    assert status(found, "stable +") == "comes from the saddle (x=0, y=0)"


def test_points_are_evenly_spaced_and_start_close_by():
    found = of(DUFFING, {"k": 0.5}, n_points=300)
    for name in found.manifold.values:
        branch = found.sel(manifold=name)
        steps = np.hypot(branch.x.diff("point"), branch.y.diff("point")) / 4
        # At the end the spiral turns so quickly that chords are shorter than what they span.
        np.testing.assert_allclose(steps[:-30], steps[0], rtol=0.02)
        assert np.hypot(branch.x[0], branch.y[0]) / 4 < 1.5 * float(branch.distance)
        assert 1e-5 <= branch.distance <= 1e-2


# ---- where they lead --------------------------------------------------------------------------


def test_rivals_are_divided_by_the_diagonal():
    found, known = of(RIVALS), ms.equilibria(RIVALS)
    into = found.sel(manifold=["stable +", "stable -"])
    np.testing.assert_allclose(into.x, into.y, atol=1e-9)
    assert status(found, "unstable +") == "goes to the stable node (x=1, y=0)"
    assert status(found, "unstable -") == "goes to the stable node (x=0, y=1)"
    assert status(found, "stable -") == "comes from the unstable node (x=0, y=0)"
    assert status(found, "stable +").startswith("comes from outside of the box, through ")
    for number, point in zip(found.target.values, (found.x[0], found.x[1]), strict=False):
        assert float(point[-1]) == pytest.approx(known[number].state["x"], abs=3e-4)
    assert found.target.values.tolist()[2] == -1


def test_what_starts_beside_the_separatrix_of_a_person_ends_apart():
    """The stable manifold is the border of the basins: an independent simulation on both sides."""
    found = of(PERSON, LIFE)
    calm, _, chronic = ms.equilibria(PERSON, LIFE)
    assert status(found, "unstable +").startswith("goes to the stable focus (threat=0.59")
    assert status(found, "unstable -").startswith("goes to the stable focus (threat=0.06")
    branch = found.sel(manifold="stable +")
    for point in (100, 250, 400):
        here = {name: float(branch[name][point]) for name in ("threat", "soothing")}
        for step, end in ((1e-5, calm), (-1e-5, chronic)):
            begin = here | {"soothing": here["soothing"] + step}
            run = ms.simulate(PERSON, duration=300, initial=begin, params=LIFE,
                              rtol=1e-10, atol=1e-12)  # fmt: skip
            assert float(run.threat[-1]) == pytest.approx(end.state["threat"], abs=1e-4)


def test_a_predator_arrives_on_a_cycle():
    prey = ms.System(
        "prey", {"x": "x*(1 - x/K) - x*y/(1 + x)", "y": "y*(2*x/(1 + x) - 1)"},
        {"K": 4.0}, box={"x": (0, 5), "y": (0, 5)},
    )  # fmt: skip
    alone = next(each for each in ms.equilibria(prey) if each.state["x"] == 4)
    found = manifolds(prey, alone)
    orbit = ms.bifurcation.periodic_orbit(prey, {"x": 2.0, "y": 1.0})
    inward = next(m for m in ("unstable +", "unstable -") if status(found, m).startswith("goes"))
    outward = ({"unstable +", "unstable -"} - {inward}).pop()
    assert status(found, inward) == f"goes to a cycle of period {orbit.period:.6g}"
    assert found.reaches.sel(manifold=inward) == "cycle"
    late = found.sel(manifold=inward).isel(point=slice(250, None))
    for name in ("x", "y"):  # the last round is the cycle
        assert float(late[name].max()) == pytest.approx(orbit.highest[name], rel=0.02)
    words = "is outside of the box from the start: not followed"
    assert status(found, outward) == words
    assert found.reaches.sel(manifold=outward) == "outside"


def test_lorenz_goes_to_an_attractor_that_is_no_cycle():
    lorenz = ms.models.zoo.lorenz()
    origin = next(e for e in ms.equilibria(lorenz) if not any(e.state.values()))
    found = manifolds(lorenz, origin)
    assert found.reaches.values.tolist() == ["attractor"] * 2
    assert status(found, "unstable +") == "goes to something that recurs and is no cycle"


@pytest.mark.parametrize("equation", ["x", "x + x**3"])
def test_without_a_box_it_goes_to_infinity(equation):
    found = of(ms.System("free", {"x": equation, "y": "-y"}))
    assert found.reaches.values.tolist() == ["infinity"] * 4
    assert status(found, "unstable +") == "goes to infinity"
    assert status(found, "stable -") == "comes from infinity"


def test_a_line_has_an_unstable_manifold_only():
    line = ms.System("line", {"x": "x - x**3"}, box={"x": (-2, 2)})
    found = manifolds(line, ms.equilibria(line)[1])
    assert found.manifold.values.tolist() == ["unstable +", "unstable -"]
    assert found.target.values.tolist() == [2, 0]
    assert found.attrs["stable"] == "none"


@pytest.mark.parametrize("number", [0, 2])
def test_an_equilibrium_without_curves_says_so(number, tmp_path):
    found = manifolds(PERSON, ms.equilibria(PERSON, LIFE)[number], params=LIFE)
    assert found.sizes["manifold"] == 0
    assert found.attrs["unstable"] == "none"
    assert found.attrs["stable"].startswith("2-dimensional")
    ms.save(found, tmp_path / "none.nc")
    assert ms.load(tmp_path / "none.nc").attrs["stable"] == found.attrs["stable"]


def test_an_eigenvalue_that_is_not_told_from_zero_is_mentioned():
    system = ms.System("center", {"x": "x", "y": "-y**3"}, box={"x": (-1, 1), "y": (-1, 1)})
    (point,) = ms.equilibria(system)
    found = manifolds(system, point)
    words = "one-dimensional: followed; 1 eigenvalue(s) cannot be told from zero"
    assert found.attrs["unstable"] == words
    np.testing.assert_array_equal(found.x[:, -1], [1, -1])
    assert np.all(found.y == 0)


def test_what_is_not_known_is_found_on_the_way():
    found = of(DUFFING, {"k": 0.5}, known=())
    assert status(found, "unstable +").startswith("goes to an equilibrium not known (x=1, y=")
    assert found.target.values.tolist() == [-1] * 4


def test_a_short_duration_ends_it_and_is_said():
    found = of(DUFFING, {"k": 0.5}, duration=3)
    assert set(found.reaches.values) == {"open"}
    assert status(found, "unstable +") == "reaches nothing within `duration`"
    assert float(np.abs(found.time).max()) == pytest.approx(3)
    assert np.isfinite(found.x).all()


def test_beside_a_kink_each_branch_has_its_own_pace():
    system = ms.System("kink", {"x": "x + abs(x)/2", "y": "-y"}, box={"x": (-1, 1), "y": (-1, 1)})
    (point,) = ms.equilibria(system)
    found = manifolds(system, point)
    for name, rate in (("unstable +", 1.5), ("unstable -", 0.5)):
        branch = found.sel(manifold=name)
        assert branch.distance == 1e-5  # as near as it goes: the linearisation is wrong there
        expected = np.log(np.abs(branch.x / branch.x[0])) / rate
        np.testing.assert_allclose(branch.time, expected, atol=1e-6)


def test_where_the_equations_end_the_branch_does_too():
    system = ms.System("edge", {"x": "x", "y": "-y + sqrt(1 - x) - 1"},
                       box={"x": (-2, 2), "y": (-2, 2)})  # fmt: skip
    known = ms.equilibria(system, box={"x": (-0.5, 0.5), "y": (-0.5, 0.5)})
    found = manifolds(system, known[0], known=known)
    assert status(found, "unstable +") == "cannot be followed on: the integrator fails"
    assert found.reaches.sel(manifold="unstable +") == "open"
    assert float(found.x[0, -1]) == pytest.approx(1, abs=1e-3)
    assert status(found, "unstable -") == "leaves the box, through x=-2"


def test_the_box_can_be_smaller_and_the_result_saved(tmp_path):
    found = of(PARABOLA, box={"x": (-1, 0.5)})
    np.testing.assert_array_equal(found.x[:2, -1], [0.5, -1])
    assert status(found, "unstable +") == "leaves the box, through x=0.5"
    ms.save(found, tmp_path / "manifolds.nc")
    assert ms.load(tmp_path / "manifolds.nc").identical(found)
    assert json.loads(found.attrs["equilibrium"]) == {"x": 0, "y": 0}
    assert found.time.attrs["units"] == "1"


# ---- bad calls --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"params": {"k": 0.1, "j": 1}}, "has no parameter or input called 'j'"),
        ({"box": {"x": (1, 0)}}, r"`box` gives 'x' the side \(1, 0\)"),
        ({"duration": -1}, "`duration` is -1; give a finite time"),
        ({"n_points": 1}, "`n_points` is 1; give a whole number"),
        ({"engine": "taylor"}, "`engine` is 'taylor'"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        manifolds(DUFFING, saddle_of(DUFFING), **options)


def test_a_wrong_equilibrium_is_refused():
    with pytest.raises(TypeError, match=r"`equilibrium` is \{'x': 0\}; give one that mirrorsys"):
        manifolds(DUFFING, {"x": 0})
    with pytest.raises(TypeError, match=r"`known` holds 3; give what mirrorsys.equilibria returns"):
        manifolds(DUFFING, saddle_of(DUFFING), known=[3])
    with pytest.raises(ValueError, match=r"the states \['threat', 'soothing'\], but 'duffing'"):
        manifolds(DUFFING, saddle_of(PERSON, LIFE))
    with pytest.raises(ValueError, match=r"does not rest .* give the same `params`"):
        manifolds(PERSON, saddle_of(PERSON, LIFE))
    noisy = DUFFING.replace(diffusion={"y": 0.1})
    with pytest.raises(ValueError, match="has noise in"):
        manifolds(noisy, saddle_of(DUFFING))
