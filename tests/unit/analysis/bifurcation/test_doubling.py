"""Cycles of twice the period branch off at period doublings, one after another."""

import pickle
from functools import cache

import numpy as np
import pytest

import mirrorsys as ms

CONTROL = ms.System(
    "feedback control",
    {"x": "y", "y": "z", "z": "-alpha*z - beta*y - x + x**2"},
    {"alpha": 1.5, "beta": 1.0},
    box=dict.fromkeys("xyz", (-2, 2)),
)
BOUNDS = (0.5, 2.0)


@cache
def family(level):
    if level == 0:
        near = dict.fromkeys("xyz", (-0.5, 0.5))
        branches = ms.bifurcation.equilibrium_branches(CONTROL, "alpha", BOUNDS, box=near)
        return ms.bifurcation.cycle_branch(CONTROL, branches["H1"], "alpha", BOUNDS)
    return ms.bifurcation.cycle_branch(CONTROL, doubling(level - 1), "alpha", BOUNDS)


def doubling(level):
    (point,) = (each for each in family(level).points if each.kind == "period doubling")
    return point


@pytest.mark.parametrize("level", [1, 2])
def test_the_period_doubles_and_stability_is_handed_on(level):
    born = family(level)
    assert born.ends[0] == "begins at PD1"
    assert born.period[0] == pytest.approx(2 * doubling(level - 1).period, rel=1e-3)
    assert born.is_stable[0]
    assert not family(level - 1).is_stable[-1]


def test_the_doubled_cycle_is_met_by_simulation():
    orbit = family(1).orbits[2]
    initial = dict(zip(CONTROL.state_names, orbit.states[:, 0], strict=True))
    run = ms.simulate(
        CONTROL, duration=orbit.period, initial=initial, params=orbit.params, engine="auto",
        rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    for name in CONTROL.state_names:
        assert run[name].values[-1] == pytest.approx(initial[name], abs=1e-6)
    half = orbit.at(np.array([orbit.period / 2]))[:, 0]
    assert np.abs(half - orbit.states[:, 0]).max() > 1e-3  # it is not the old cycle gone twice


def test_doublings_approach_feigenbaums_ratio():
    first, second, third = (doubling(level).parameter for level in range(3))
    assert (first - second) / (second - third) == pytest.approx(4.669, abs=0.3)


def test_a_special_cycle_brings_its_orbit():
    point = doubling(0)
    assert point.orbit.period == pytest.approx(point.period)
    assert point.orbit.params["alpha"] == point.parameter
    assert pickle.loads(pickle.dumps(point)).orbit.period == point.orbit.period


def test_a_fold_is_no_place_where_cycles_begin():
    cusp = ms.System("cusp", {"x": "a + x - x**3"}, {"a": 0}, box={"x": (-3, 3)})
    fold = ms.bifurcation.equilibrium_branches(cusp, "a", (-1, 1))["F1"]
    with pytest.raises(ValueError, match="give a Hopf point or a period doubling"):
        ms.bifurcation.cycle_branch(cusp, fold, "a", (-1, 1))
