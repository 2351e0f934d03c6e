"""The smallest pulse that is not withstood."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import mirrorsys as ms
from mirrorsys.analysis.attractors._minimal_shock import minimal_shock

CLIENT = ms.models.client().freeze(pathway=0.2, signal=1.0)
# x' = x**2 - x + push: calm at 0, the ridge at 1, infinity beyond.
RIDGE = ms.System("ridge", {"x": "x**2 - c*x + push"}, {"c": 1},
                  [ms.Input("push", 0, range=(0, 100))], box={"x": (-1, 9)})  # fmt: skip
VALLEY = ms.System("valley", {"x": "-k*x*(x - 1)*(x - 3) + push"}, {"k": 1}, {"push": 0},
                   box={"x": (-1, 5)})  # fmt: skip


def ridge_height(duration):
    """Return the push with which x' = x**2 - x + push goes from 0 to 1 in a duration."""

    def excess(a):  # with push = 1/4 + a**2
        return 2 / a * math.atan(1 / (2 * a)) - duration

    return 0.25 + brentq(excess, 1e-6, 1e3) ** 2


@pytest.mark.parametrize("duration", [0.2, 1.0, 5.0])
def test_the_height_of_a_ridge_in_closed_form(duration):
    found = minimal_shock(RIDGE, {"c": [1.0]}, input="push", duration=duration,
                          condition="x > 0.5")  # fmt: skip
    expected = ridge_height(duration)
    assert float(found["height"][0]) == pytest.approx(expected, rel=2e-4)
    assert float(found["height_withstood"][0]) < expected < float(found["height"][0])
    assert found["status"].item() == "found: it leaves the calm equilibrium and settles on none"


@pytest.mark.parametrize("engine", ["compiled", "scipy"])
def test_a_flat_valley_needs_a_push_over_its_ridge(engine):
    """Where the slopes are tiny, height times duration is the distance to the ridge."""
    found = minimal_shock(VALLEY, {"k": [1e-5]}, input="push", duration=2, limit=10,
                          condition="x > 2", engine=engine, n_scan=5, tol=0.01)  # fmt: skip
    assert float(found["height"][0]) == pytest.approx(0.5, rel=0.011)
    assert found["status"].item() == "found: it ends in a high equilibrium"
    assert (float(found["calm"][0]), float(found["high"][0])) == (0.0, 3.0)


def test_all_values_at_once_are_each_by_itself():
    together = minimal_shock(CLIENT, {"pathway": [0.1, 0.15, 0.2]}, params={"stressor": 0.03})
    alone = minimal_shock(CLIENT, {"pathway": [0.15]}, params={"stressor": 0.03})
    assert float(together["height"][1]) == float(alone["height"][0])
    assert (np.diff(together["height"].values) > 0).all()


def test_a_simulation_confirms_both_sides():
    params = {"pathway": 0.15, "stressor": 0.03}
    found = minimal_shock(CLIENT, {"pathway": [0.15]}, params={"stressor": 0.03}, tol=0.01)
    calm = next(each for each in ms.equilibria(CLIENT, params) if each.is_stable)
    for name, is_high in (("height_withstood", False), ("height", True)):
        pulse = ms.Protocol(
            (
                ms.Phase(5, {"stressor": 0.03 + float(found[name][0])}, name="pulse"),
                ms.Phase(1000, {"stressor": 0.03}, name="after"),
            )
        )
        run = ms.simulate(CLIENT, protocol=pulse, initial=calm.state, params=params)
        assert bool(run.threat[-1] > 0.4) is is_high


@pytest.mark.parametrize(
    ("pathway", "stressor", "duration", "status"),
    [
        (0.1, 0.07, 5, "there is no calm equilibrium to start from"),
        (0.4, 0.03, 5, "no pulse can do it: no equilibrium meets the condition"),
        (0.18, 0.03, 30, "found, but some stronger pulses are withstood"),
    ],
)
def test_what_is_special_is_said(pathway, stressor, duration, status):
    found = minimal_shock(CLIENT, {"pathway": [pathway]}, params={"stressor": stressor},
                          duration=duration)  # fmt: skip
    assert found["status"].item() == status
    is_found = status.startswith("found")
    assert math.isfinite(found["height"].item()) is is_found
    if "some stronger" in status:
        outcome = found["outcome"].values[0].tolist()
        assert (outcome[0], max(outcome), outcome[-1]) == (0, 1, 0)


def test_a_limit_that_is_too_low_is_withstood():
    found = minimal_shock(CLIENT, {"pathway": [0.1]}, params={"stressor": 0.03}, limit=0.01)
    assert found["status"].item() == "no pulse up to the limit does it: it returns from all"
    assert float(found["height_withstood"][0]) == pytest.approx(0.01)


def test_a_result_can_be_saved(tmp_path):
    found = minimal_shock(CLIENT, {"pathway": [0.1, 0.4]}, params={"stressor": 0.03})
    ms.save(found, tmp_path / "shock.nc")
    assert ms.load(tmp_path / "shock.nc").identical(found)
    assert found["height"].attrs["units"] == "1"


@pytest.mark.parametrize(
    ("over", "arguments", "words"),
    [
        ({"pathway": [0.1], "rho": [8]}, {}, "`over` is .*; give one parameter and its values"),
        ({"threat": [0.1]}, {}, r"names the state 'threat'; make it a parameter: system.freeze"),
        ({"pathway": [[0.1]]}, {}, r"values of shape \(1, 1\); give one axis"),
        ({"pathway": [2.0]}, {}, r"parameter 'pathway' is 2, outside its range \[0, 1\]"),
        ({"pathways": [0.1]}, {}, "has no parameter or input called 'pathways'"),
        ({"pathway": [0.1]}, {"input": "shock"}, "has no input called 'shock'"),
        ({"pathway": [0.1]}, {"duration": 0}, "`duration` is 0; give a finite number"),
        ({"pathway": [0.1]}, {"limit": 11}, "`limit` is 11; give a finite height of at most 10"),
        ({"pathway": [0.1]}, {"limit": -1}, "`limit` is -1; give a finite number"),
        ({"pathway": [0.1]}, {"tol": 0}, "`tol` is 0; give a share"),
        ({"pathway": [0.1]}, {"n_scan": 1}, "`n_scan` is 1; give a whole number"),
        ({"pathway": [0.1]}, {"condition": "panic > 1"}, r"uses \['panic'\]"),
        ({"pathway": [0.1]}, {"condition": "threat"}, "write a comparison"),
    ],
)
def test_bad_calls_are_refused(over, arguments, words):
    with pytest.raises(ValueError, match=words):
        minimal_shock(CLIENT, over, **arguments)


def test_an_input_of_several_persons_needs_a_full_name():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    with pytest.raises(ValueError, match="give a full name"):
        minimal_shock(dyad, {"client.kappa": [0.5]})
