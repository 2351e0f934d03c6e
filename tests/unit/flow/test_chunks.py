"""Chunks: members of an ensemble are reset, driven and said to fail as single runs are."""

from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Phase, Protocol, Recording, State, System, outputs

PAIR = System(
    "pair", {"a.x": "-a.x", "a.y": "0", "b.x": "0", "b.y": "-b.x"}, inputs={"u": 0},
    initial={"a.x": 1, "a.y": 2, "b.x": 3, "b.y": 4},
)  # fmt: skip
RESETS: list[dict[str, Any]] = [
    {"a.x": 7}, {"x": 7}, {"a.x": "10*x + y"}, {"x": "y"}, {"b.x": "y"}, {"a.x": "b.x"},
    {"x": "initial"}, {"y": "exp(a.x) + 1/3"}, {"a.x": "a.y", "a.y": "a.x"}, {"x": "y", "y": "x"},
    {"b.y": "x + initial + a.y"},
]  # fmt: skip


def both(system: System, protocol: Any, **given: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the ends of phases, of a single run and of a member of an ensemble."""
    names = [name for name in given if name in system.state_names]
    one = ms.simulate(
        system, protocol=protocol, initial={name: given[name] for name in names},
        params={name: value for name, value in given.items() if name not in names},
    )  # fmt: skip
    many = ms.ensemble(system, [{**given}] * 2 if given else 2, protocol=protocol, engine="scipy")

    def of_one(name: str) -> Any:
        owner, _, quantity = name.rpartition(".")
        column = one[f"{quantity}_at_end"]
        return (column.sel(person=owner) if owner else column).values

    return (
        {name: of_one(name) for name in system.state_names},
        {name: many[name].values[1] for name in system.state_names},
    )


@pytest.mark.parametrize("reset", RESETS, ids=str)
def test_members_are_reset_as_a_single_run_is(reset: dict[str, Any]) -> None:
    protocol = Protocol([Phase(1), Phase(0.5, reset=reset), Phase(0.5, reset=reset)])
    one, many = both(PAIR, protocol, **{"a.y": 2.5, "b.y": -1.0})
    for name in PAIR.state_names:
        np.testing.assert_allclose(many[name], one[name], atol=1e-7, err_msg=name)


def test_in_a_reset_a_full_name_wins_over_a_bare_one() -> None:
    mixed = System("mixed", {"a.x": "0", "a.w": "0", "w": "0"}, initial={"a.w": 1, "w": 2})
    run = ms.ensemble(mixed, 1, protocol=Phase(1, reset={"a.x": "w"}), engine="scipy")
    assert float(run["a.x"][0, 0]) == 2


def test_members_rest_at_their_own_levels_where_a_phase_has_none() -> None:
    driven = System("driven", {"x": "u"}, inputs={"u": 0.0}, initial={"x": 0})
    ramp = Recording((0, 1), (0.0, 1.0))
    protocol = Protocol([Phase(1), Phase(1, {"u": 5}), Phase(1), Phase(1, {"u": ramp}), Phase(1)])
    run = ms.ensemble(driven, {"u": [1.0, -2.0]}, protocol=protocol, engine="scipy")
    np.testing.assert_allclose(run.x, np.cumsum([[1, 5, 1, 0.5, 1], [-2, 5, -2, 0.5, -2]], axis=1),
                               atol=1e-8)  # fmt: skip


def test_a_quantity_of_a_recorded_input_is_that_of_its_moment() -> None:
    driven = System("driven", {"x": "u"}, inputs={"u": 0.0}, initial={"x": 0})
    protocol = Protocol([Phase(1), Phase(2, {"u": Recording((0, 2), (0.0, 1.0))})])
    wanted = {"end": outputs.at_phase_ends("u"), "at": outputs.at_times("10*u", [0, 1, 2, 2.5, 3]),
              "high": outputs.highest("u"), "low": outputs.lowest("u - 1")}  # fmt: skip
    run = ms.ensemble(driven, 1, protocol=protocol, outputs=wanted, engine="scipy")
    run = run.isel(member=0)
    np.testing.assert_allclose(run.end, [0, 1])
    np.testing.assert_allclose(run["at"], [0, 0, 5, 7.5, 10])
    assert (float(run.high), float(run.low)) == (1, -1)


@pytest.mark.parametrize("unit", ["1", "h"])
def test_a_member_that_fails_says_when_where_and_why(unit: str) -> None:
    system = System("s", {State("x", 1, range=(-9, 9)): "c*x**2"}, {"c": 0.0}, time_unit=unit)
    protocol = Protocol([Phase(1, name="one"), Phase(1, reset={"x": "10*x"}, name="two")])
    run = ms.ensemble(system, {"c": [0.0, 2.0, -2.0, -9.0]}, protocol=protocol, engine="scipy")
    whole, early, late, low = run.status.values
    word = "" if unit == "1" else f" {unit}"
    assert whole == f"failed at time 1{word} in phase 'two': the reset of 'x' gives 10, outside" \
        " [-9, 9]"  # fmt: skip
    assert early.startswith(f"failed at time 0.5{word} in phase 'one': ")
    assert (late, low) == ("completed", "completed")
    np.testing.assert_array_equal(
        np.isnan(run.x), [[False, True], [True, True], [False, False], [False, False]]
    )
    assert run.n_steps.values[0] < run.n_steps.values[2]


def test_times_at_edges_belong_to_the_phase_that_begins() -> None:
    jump = System("jump", {"x": "0"}, initial={"x": 1})
    protocol = Protocol([Phase(0.1), Phase(0.2, reset={"x": 2}), Phase(0.3, reset={"x": 3})])
    edges = protocol.edges
    wanted = outputs.at_times("x", [0, 0.05, edges[1], 0.2, edges[2], 0.5, edges[3]])
    run = ms.ensemble(jump, 1, protocol=protocol, outputs={"x": wanted}, engine="scipy")
    assert run.x.values[0].tolist() == [1, 1, 2, 2, 3, 3, 3]


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, None])
def test_members_of_different_protocols_are_put_together_in_their_order(chunk: Any) -> None:
    clock = System("clock", {"x": "1"}, initial={"x": 0})
    short, long = (Protocol([Phase(each, name="p")]) for each in (1, 3))
    run = ms.ensemble(clock, {"x": [0.0, 10.0, 20.0]}, protocol=[long, short, long],
                      engine="scipy", chunk=chunk)  # fmt: skip
    np.testing.assert_allclose(run.x[:, 0], [3, 11, 23])
    assert run.status.values.tolist() == ["completed"] * 3
