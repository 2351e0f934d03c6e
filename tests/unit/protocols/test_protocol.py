"""Phase and Protocol: checked, hashable, joined, written and read."""

import dataclasses
import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorsys import Phase, Protocol, Recording
from mirrorsys._expressions import ExpressionError
from mirrorsys.protocols import protocol_from_dict, protocol_to_dict

CURVE = Recording((0, 1, 3), (0, 2, 1), n_missing=1, label="a curve")
DAY = Protocol(
    [
        Phase(50, {"contact": 1, "client.stressor": CURVE}, name="session"),
        Phase(1390, {"contact": 0}, name="life", reset={"fatigue": "0.1*fatigue", "threat": 0}),
    ],
    name="a day",
)

BAD_PHASES: list[tuple[type[Exception], dict[str, Any], str]] = [
    (ValueError, {"duration": 0}, "`duration` of phase 'phase' is 0; give more than 0"),
    (ValueError, {"duration": -5, "name": "rest"}, "`duration` of phase 'rest' is -5"),
    (ValueError, {"duration": math.nan}, "`duration` of a phase is nan; give one finite number"),
    (ValueError, {"duration": math.inf}, "`duration` of a phase is inf"),
    (ValueError, {"duration": "long"}, "`duration` of a phase is 'long'"),
    (ValueError, {"duration": None}, "`duration` of a phase is None"),
    (ValueError, {"duration": [1, 2]}, r"`duration` of a phase is \[1, 2\]"),
    (TypeError, {"duration": 1, "inputs": 5}, "`inputs` of phase 'phase' is 5; give a mapping"),
    (TypeError, {"duration": 1, "inputs": None}, "`inputs` of phase 'phase' is None"),
    (TypeError, {"duration": 1, "inputs": ["contact"]}, r"`inputs` of phase 'phase' is \['con"),
    (TypeError, {"duration": 1, "reset": "threat"}, "`reset` of phase 'phase' is 'threat'"),
    (ValueError, {"duration": 1, "inputs": {"a b": 1}}, "phase 'phase' names 'a b'; use an ident"),
    (ValueError, {"duration": 1, "inputs": {3: 1}}, "phase 'phase' names 3"),
    (ValueError, {"duration": 1, "reset": {"exp": 1}}, "phase 'phase' names 'exp'"),
    (ValueError, {"duration": 1, "inputs": {"u": math.nan}}, "input 'u' of phase 'phase' is nan"),
    (ValueError, {"duration": 1, "inputs": {"u": "1 + x"}}, "input 'u' of phase 'phase' is '1"),
    (ValueError, {"duration": 1, "inputs": {"u": None}}, "input 'u' of phase 'phase' is None"),
    (ValueError, {"duration": 1, "inputs": {"u": np.ones(3)}}, "input 'u' of phase 'phase' is"),
    (ValueError, {"duration": 1, "reset": {"x": math.inf}}, "reset of 'x' in phase 'phase' is inf"),
    (ExpressionError, {"duration": 1, "reset": {"x": "1 +"}}, "cannot read the end"),
    (ExpressionError, {"duration": 1, "reset": {"x": "open(1)"}}, "'open' is not a function"),
]


@pytest.mark.parametrize(("error", "arguments", "words"), BAD_PHASES)
def test_a_bad_phase_is_refused(
    error: type[Exception], arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(error, match=words):
        Phase(**arguments)


@pytest.mark.parametrize(
    ("error", "phases", "words"),
    [
        (ValueError, [], "`phases` is empty; give a protocol at least one Phase"),
        (TypeError, [Phase(1), 5], "`phases` holds 5; give Phase objects"),
        (TypeError, [DAY], "`phases` holds Protocol 'a day'"),
        (TypeError, "ab", "`phases` holds 'a'"),
    ],
)
def test_a_bad_protocol_is_refused(error: type[Exception], phases: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        Protocol(phases)


def test_one_phase_is_a_protocol() -> None:
    assert Protocol(Phase(5)).phases == (Phase(5),)  # type: ignore[arg-type]


def test_durations_add_up_to_edges() -> None:
    assert DAY.edges == (0.0, 50.0, 1440.0)
    assert DAY.duration == 1440
    assert len(DAY) == 2
    assert [phase.name for phase in DAY] == ["session", "life"]


def test_protocols_are_joined_and_repeated() -> None:
    both = DAY + Protocol([Phase(10)], name="rest")
    assert both.duration == 1450
    assert both.name == "a day, rest"
    assert (DAY * 3).phases == DAY.phases * 3
    assert (DAY * np.int64(3)).duration == 3 * 1440
    assert (DAY * 3).name == "a day"
    for times in (0, -1, 1.5, "2", True, None, 10**9):
        with pytest.raises(ValueError, match=r"`times` is .*; give a whole number from 1"):
            DAY * times  # type: ignore[operator]
    with pytest.raises(TypeError):
        DAY + Phase(1)  # type: ignore[operator]


def test_of_two_joined_protocols_the_left_one_comes_first() -> None:
    rest = Protocol([Phase(10)])
    assert (DAY + rest).phases == DAY.phases + rest.phases
    assert (rest + DAY).phases == rest.phases + DAY.phases


def test_numbers_are_stored_as_floats() -> None:
    phase = Phase(np.int64(5), {"u": np.float32(0.5)}, reset={"x": 1})  # type: ignore[arg-type]
    assert (type(phase.duration), type(phase.inputs["u"]), type(phase.reset["x"])) == (float,) * 3


def test_equality_and_hash_do_not_depend_on_the_order_of_inputs() -> None:
    one, other = Phase(1, {"a": 1, "b": 2}), Phase(1, {"b": 2, "a": 1})
    assert one == other
    assert hash(one) == hash(other)
    assert len({Protocol([one]), Protocol([other]), Protocol([Phase(1, {"a": 1})])}) == 2
    assert Phase(1, name="a") != Phase(1, name="b")
    assert Phase(1, reset={"x": 1}) != Phase(1)
    assert hash(Phase(1, {"u": CURVE})) == hash(Phase(1, {"u": dataclasses.replace(CURVE)}))


def test_phases_do_not_follow_what_they_were_made_from() -> None:
    inputs: dict[str, Any] = {"u": 1}
    phase = Phase(1, inputs)
    inputs["u"] = 2
    assert phase.inputs == {"u": 1.0}
    with pytest.raises(dataclasses.FrozenInstanceError):
        phase.duration = 3.0  # type: ignore[misc]


def test_equal_resets_are_equal_however_they_are_written() -> None:
    assert Phase(1, reset={"x": "0.1*x"}) == Phase(1, reset={"x": "x / 10"})


def test_a_readable_repr() -> None:
    assert repr(DAY) == "Protocol 'a day': 2 phases (session, life), 1440 time units"
    assert repr(Protocol([Phase(1)], name="p")) == "Protocol 'p': 1 phase (phase), 1 time units"


NAMES = st.sampled_from(["contact", "stressor", "client.stressor", "E"])
FLOATS = st.floats(-1e6, 1e6)
PHASES = st.builds(
    Phase,
    st.floats(1e-6, 1e6),
    st.dictionaries(NAMES, FLOATS | st.just(CURVE), max_size=3),
    name=st.text(max_size=5),
    reset=st.dictionaries(NAMES, FLOATS | st.sampled_from(["0.1*x", "initial"]), max_size=2),
)


@given(st.lists(PHASES, min_size=1, max_size=4), st.text(max_size=5))
def test_a_protocol_survives_json(phases: list[Phase], name: str) -> None:
    protocol = Protocol(tuple(phases), name=name)
    again = protocol_from_dict(json.loads(json.dumps(protocol_to_dict(protocol))))
    assert again == protocol
    assert hash(again) == hash(protocol)


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20))
def test_edges_increase_from_zero(durations: list[float]) -> None:
    edges = Protocol(tuple(Phase(each) for each in durations)).edges
    assert edges[0] == 0
    assert all(late > early for early, late in pairwise(edges))
    assert edges[-1] == pytest.approx(sum(durations))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"phases": []},
        {"name": "p", "phases": [{}]},
        {"name": "p", "phases": 3},
        {"name": "p", "phases": [3]},
        {"name": "p", "phases": []},
        {"name": "p", "phases": [{"duration": -1, "name": "", "inputs": {}, "reset": {}}]},
        {"name": "p", "phases": [{"duration": 1, "name": "", "inputs": [], "reset": {}}]},
        {"name": "p", "phases": [
            {"duration": 1, "name": "", "inputs": {"u": {"tmes": [0, 1]}}, "reset": {}}]},
        {"name": "p", "phases": [
            {"duration": 1, "name": "", "inputs": {"u": {"times": 3, "values": 3}}, "reset": {}}]},
    ],
)  # fmt: skip
def test_a_broken_description_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        protocol_from_dict(data)
