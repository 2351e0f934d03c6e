"""Roles: presets of values, never other equations."""

from collections.abc import Callable

import pytest

from mirrorsys import System
from mirrorsys.models import (
    absent_carer,
    carer,
    client,
    detached_therapist,
    infant,
    overwhelmed_therapist,
    person,
    therapist,
)

# Parameters and initial states that differ from the default person's, typed from DESIGN §1.
PRESETS: list[tuple[Callable[..., System], str, dict[str, float], dict[str, float]]] = [
    (infant, "infant", {}, {"pathway": 0.03}),
    (carer, "carer", {"kappa": 0.64 * 10.7}, {"pathway": 0.60}),
    (absent_carer, "absent_carer", {"kappa": 0.64 * 10.7, "mu": 0, "nu": 0}, {"pathway": 0.60}),
    (client, "client", {},
     {"threat": 0.60, "soothing": 0.04, "fatigue": 0.40, "pathway": 0.10}),
    (therapist, "therapist", {"kappa": 0.64 * 6.3}, {"pathway": 0.60}),
    (detached_therapist, "therapist", {"kappa": 0.64 * 6.3, "mu": 0.1}, {"pathway": 0.60}),
    (overwhelmed_therapist, "therapist", {}, {"pathway": 0.05}),
]  # fmt: skip


@pytest.mark.parametrize(("role", "name", "parameters", "initial"), PRESETS)
def test_a_role_is_the_default_person_with_other_values(
    role: Callable[..., System], name: str, parameters: dict[str, float], initial: dict[str, float]
) -> None:
    expected = person(name).replace(parameters=parameters, initial=initial)
    assert role() == expected
    assert role().rhs == person().rhs
    assert role().outputs == person().outputs


@pytest.mark.parametrize("role", [role for role, *_ in PRESETS])
def test_a_role_takes_a_name(role: Callable[..., System]) -> None:
    assert role("ann").name == "ann"
    assert role("ann") == role().replace(name="ann")
