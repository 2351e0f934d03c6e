"""Numbers that a verb is given, completed and checked."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorsys import Input, Parameter, State, System
from mirrorsys._values import ROUNDING, initial_values, parameter_and_input_values, start_value
from mirrorsys.models import client, dyad, therapist

PAIR = dyad(client(), therapist())
SIMPLE = System(
    "simple", {"x": "k*u"}, [Parameter("k", 1, range=(0, 2))], [Input("u", 3)], box={"x": (0, 1)}
)


def test_defaults_where_nothing_is_given() -> None:
    assert parameter_and_input_values(SIMPLE, None) == ({"k": 1.0}, {"u": 3.0})
    assert initial_values(SIMPLE, None) == {"x": 0.0}


def test_one_mapping_gives_parameters_and_inputs() -> None:
    assert parameter_and_input_values(SIMPLE, {"u": 5, "k": 2}) == ({"k": 2.0}, {"u": 5.0})


def test_bare_names_and_full_names() -> None:
    parameters, inputs = parameter_and_input_values(
        PAIR, {"client.mu": 0.5, "mu": 0.7, "contact": 1}
    )
    assert (parameters["client.mu"], parameters["therapist.mu"]) == (0.5, 0.7)
    assert (inputs["client_therapist.contact"], inputs["therapist_client.contact"]) == (1.0, 1.0)
    start = initial_values(PAIR, {"threat": 0.3, "client.threat": 0.4})
    assert (start["client.threat"], start["therapist.threat"]) == (0.4, 0.3)
    assert list(start) == list(PAIR.state_names)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"q": 1}, "has no parameter or input called 'q'; did you mean one of"),
        ({"x": 1}, "has no parameter or input called 'x'"),
        ({"k": 3}, r"parameter 'k' is 3, outside its range \[0, 2\]"),
        ({"k": math.nan}, "parameter 'k' is nan; give one finite number"),
        ({"u": math.inf}, "input 'u' is inf; give one finite number"),
        ({"k": None}, "parameter 'k' is None"),
        ({"k": "a"}, "parameter 'k' is 'a'"),
        ({"k": [1.0, 2.0]}, r"parameter 'k' is \[1.0, 2.0\]"),
        ({"k": np.ones(2)}, r"parameter 'k' is array\(\[1., 1.\]\)"),
        ({3: 1}, "called 3"),
    ],
)
def test_bad_params(params: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parameter_and_input_values(SIMPLE, params)


@pytest.mark.parametrize(
    ("initial", "words"),
    [
        ({"z": 1}, "has no state called 'z'; did you mean one of"),
        ({"k": 1}, "has no state called 'k'"),
        ({"x": 1.1}, r"state 'x' is 1.1, outside its range \[0, 1\]"),
        ({"x": -0.01}, "state 'x' is -0.01, outside"),
        ({"x": math.nan}, "state 'x' is nan"),
        ({"x": math.inf}, "state 'x' is inf"),
        ({"x": None}, "state 'x' is None"),
        ({"x": np.ones((1, 2))}, "state 'x' is array"),
    ],
)
def test_bad_initial(initial: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        initial_values(SIMPLE, initial)


@pytest.mark.parametrize("given_values", [[1.0], (1,), 1.0, "k", np.ones(3), {"k"}])
def test_only_mappings_are_taken(given_values: Any) -> None:
    with pytest.raises(TypeError, match=r"`params` is .* give a mapping from name to number"):
        parameter_and_input_values(SIMPLE, given_values)
    with pytest.raises(TypeError, match=r"`initial` is .* give a mapping from name to number"):
        initial_values(SIMPLE, given_values)


@given(st.floats(-2 * ROUNDING, 1 + 2 * ROUNDING))
def test_a_rounding_error_outside_the_range_is_moved_to_its_end(value: float) -> None:
    state = State("x", range=(0, 1))
    if -ROUNDING <= value <= 1 + ROUNDING:
        assert start_value(state, value) == min(max(value, 0.0), 1.0)
    else:
        with pytest.raises(ValueError, match="outside its range"):
            start_value(state, value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, None, "a", 10**400])
def test_no_start_without_a_finite_number(value: Any) -> None:
    for interval in ((0, 1), (-math.inf, math.inf)):
        with pytest.raises(ValueError, match="one finite number"):
            start_value(State("x", range=interval), value)
