"""When a condition first holds, of what starts at the level or ends a step there."""

from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Event, Noise, Phase, Protocol, System, outputs

ENGINES = ["compiled", "scipy"]
LINE = System("line", {"y": "c*u"}, {"c": 1.0}, {"u": 1.0}, initial={"y": 0})
# Under noise y is the time, exactly, as steps are powers of two.
CLOCK = System("clock", {"x": "-x", "y": "1"}, diffusion={"x": 0.1}, initial={"y": 0})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("window", [None, (0.5, 1.0)])
def test_what_leaves_the_level_at_once_holds_from_the_beginning(engine: str, window: Any) -> None:
    """Whatever else is asked for, which cuts the run into segments."""
    wanted = {
        "up": outputs.first_time("y > 0"), "down": outputs.first_time("y < 0"),
        "above": outputs.time_above("y > 0"), "mean": outputs.mean("y", window=window),
    }  # fmt: skip
    run = ms.ensemble(LINE, {"c": [1.0, -1.0, 0.0]}, duration=1, outputs=wanted, engine=engine)
    np.testing.assert_allclose(run.up, [0, np.nan, np.nan], atol=1e-12)
    np.testing.assert_allclose(run.down, [np.nan, 0, np.nan], atol=1e-12)
    np.testing.assert_allclose(run.above, [1, 0, 0], atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_stays_at_the_level_for_a_time_holds_from_when_it_leaves(engine: str) -> None:
    protocol = Protocol([Phase(1, {"u": 0}), Phase(1)])
    wanted = {"up": outputs.first_time("y > 0"), "above": outputs.time_above("y > 0")}
    run = ms.ensemble(LINE, {"c": [1.0, -1.0]}, protocol=protocol, outputs=wanted, engine=engine)
    np.testing.assert_allclose(run.up, [1, np.nan], atol=1e-12)
    np.testing.assert_allclose(run.above, [1, 0], atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("level", [0.1, 0.5, 0.6, 0.75])
def test_a_level_at_the_end_of_a_step_is_seen(engine: str, level: float) -> None:
    given: dict[str, Any] = {"duration": 1, "noise": Noise(0.25), "seed": 1, "engine": engine}
    wanted = {"above": outputs.time_above(f"y > {level}"),
              "first": outputs.first_time(f"y > {level}")}  # fmt: skip
    many = ms.ensemble(CLOCK, 2, outputs=wanted, **given)
    np.testing.assert_allclose(many.above, 1 - level, atol=1e-9)
    np.testing.assert_allclose(many["first"], level, atol=1e-9)
    events = {"e": Event("y", level), "r": Event("y", level, "rising"),
              "f": Event("-y", -level, "falling")}  # fmt: skip
    one = ms.simulate(CLOCK, events=events, **given)
    assert sorted(one.event_name.values) == ["e", "f", "r"]
    np.testing.assert_allclose(one.event_time, level, atol=1e-9)
