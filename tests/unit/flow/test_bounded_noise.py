"""Bounded noise: states stay in their range, alike in machine code and NumPy, and files say so."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Noise, Phase, Protocol, State, System, outputs
from mirrorsys.flow._noise import _inside

ENGINES = ["compiled", "scipy"]
# Noise strong enough to leave the range within a few steps; `y` only follows.
NARROW = System(
    "narrow", {State("x", 0.5, range=(0, 1)): "0.3 - x", "y": "x - y"},
    diffusion={"x": "0.8"}, time_unit="h",
)  # fmt: skip


def path(system=NARROW, **arguments):
    arguments = {"duration": 20, "noise": Noise(0.02), "seed": 3, "engine": "compiled"} | arguments
    return ms.simulate(system, **arguments)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_a_noisy_state_stays_in_its_range_unless_told_not_to(engine, method):
    kept = path(engine=engine, noise=Noise(0.02, method))
    assert 0 <= float(kept.x.min()) <= float(kept.x.max()) <= 1
    free = path(engine=engine, noise=Noise(0.02, method, bounded=False))
    assert float(free.x.min()) < -0.1
    assert float(free.x.max()) > 1.1


@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_machine_code_and_numpy_reflect_alike(method):
    system = NARROW.replace(diffusion={"x": "0.8*(1.1 - x)"})
    runs = [
        path(system, engine=engine, noise=Noise(0.02, method), events={"half": "x > 0.5"})
        for engine in ENGINES
    ]
    assert runs[0].x.min() < 0.01
    for name in ("x", "y", "event_time"):
        np.testing.assert_allclose(runs[0][name], runs[1][name], atol=1e-11)


@pytest.mark.parametrize("engine", ENGINES)
def test_many_members_are_reflected_as_one_is(engine):
    arguments = {"duration": 3, "noise": Noise(0.02), "seed": 3, "engine": engine}
    looks = {"low": outputs.lowest("x"), "high": outputs.highest("x"),
             "x": outputs.at_phase_ends("x"), "m": outputs.mean("x")}  # fmt: skip
    many = ms.ensemble(NARROW, 20, outputs=looks, **arguments)
    assert float(many.low.min()) >= 0
    assert float(many.high.max()) <= 1
    one = path(**arguments)
    assert float(one.x[-1]) == pytest.approx(float(many.x[0, 0]), abs=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_where_nothing_touches_an_end_no_bit_changes(engine):
    wide = NARROW.replace(box={"x": (-50, 50)})
    bounded, free = (path(wide, engine=engine, noise=Noise(0.02, bounded=b)) for b in (True, False))
    without_range = path(NARROW.replace(box={"x": (-np.inf, np.inf)}), engine=engine)
    for other in (free, without_range):
        np.testing.assert_array_equal(bounded.x.values, other.x.values)
        np.testing.assert_array_equal(bounded.y.values, other.y.values)


@pytest.mark.parametrize("engine", ENGINES)
def test_until_an_end_is_touched_the_path_is_the_free_one(engine):
    kept, free = (path(engine=engine, noise=Noise(0.02, bounded=b)).x for b in (True, False))
    first = int(np.flatnonzero((free < 0) | (free > 1))[0])
    assert first > 3
    np.testing.assert_array_equal(kept[:first], free[:first])
    beyond = float(free[first])
    assert float(kept[first]) == (-beyond if beyond < 0 else 2 - beyond)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("box", "end"), [((0, np.inf), "min"), ((-np.inf, 1), "max")])
def test_a_range_may_have_one_end(engine, box, end):
    run = path(NARROW.replace(box={"x": box}), engine=engine).x
    other = {"min": run.max() > 1, "max": run.min() < 0}[end]
    assert bool(other)
    assert bool(run.min() >= 0 if end == "min" else run.max() <= 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_step_longer_than_the_range_ends_inside(engine):
    wild = NARROW.replace(diffusion={"x": "30"})
    run = path(wild, engine=engine, duration=2)
    assert 0 <= float(run.x.min()) <= float(run.x.max()) <= 1


def test_a_state_that_is_not_finite_is_not_hidden_by_its_range():
    broken = NARROW.replace(diffusion={"x": "0.1*exp(900*x)"})
    with pytest.raises(ms.IntegrationError, match="no longer finite"):
        path(broken)
    low, high = np.zeros(3), np.ones(3)
    found = _inside(np.array([np.inf, -np.inf, np.nan]), low, high)
    np.testing.assert_array_equal(found, [np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_state_without_noise_is_left_alone(engine):
    system = System(
        "outward", {State("x", 0.5, range=(0, 1)): "-x", State("y", 0.5, range=(0, 1)): "1 + x"},
        diffusion={"x": "0.1"},
    )  # fmt: skip
    assert float(path(system, engine=engine, duration=2).y[-1]) > 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_later_phase_starts_from_inside(engine):
    """A run that ended outside would be refused as the start of the next."""
    protocol = Protocol([Phase(1, name="a"), Phase(1, reset={"x": "x"}, name="b")])
    arguments = {"duration": None, "protocol": protocol, "engine": engine, "seed": 7}
    free = Noise(0.02, bounded=False)
    with pytest.raises(ms.IntegrationError, match="outside its range"):
        path(noise=free, **arguments)
    assert 0 <= float(path(**arguments).x_at_end[0]) <= 1


# ---- where it is written down --------------------------------------------------------------------


@pytest.mark.parametrize("bounded", [True, False])
def test_a_saved_run_is_repeated_as_it_was(tmp_path, bounded):
    run = path(noise=Noise(0.02, bounded=bounded))
    assert run.attrs["noise_bounded"] == int(bounded)
    ms.save(run, tmp_path / "run.nc")
    assert ms.rerun(ms.load(tmp_path / "run.nc")).x.equals(run.x)


def test_a_file_from_before_ranges_were_kept_is_repeated_without():
    run = path(noise=Noise(0.02, bounded=False))
    del run.attrs["noise_bounded"]
    assert ms.rerun(run).x.equals(run.x)


def test_a_store_is_of_one_kind(tmp_path):
    pytest.importorskip("zarr")
    arguments = {"duration": 1, "seed": 3, "store": tmp_path / "study.zarr"}
    ms.ensemble(NARROW, 8, noise=Noise(0.02), **arguments)
    assert ms.ensemble(NARROW, 8, noise=Noise(0.02), **arguments).attrs["noise_bounded"] == 1
    with pytest.raises(ValueError, match="differs in noise_bounded: 1 instead of 0"):
        ms.ensemble(NARROW, 8, noise=Noise(0.02, bounded=False), **arguments)


@pytest.mark.parametrize("given", ["yes", None, 2])
def test_bounded_is_true_or_false(given):
    with pytest.raises(ValueError, match=f"`bounded` of a Noise is {given!r}; give True"):
        Noise(0.1, bounded=given)
