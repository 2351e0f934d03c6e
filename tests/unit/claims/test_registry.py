"""How a value is judged against a bound."""

import math

import pytest

from mirrorsys.claims._registry import Claim, level_of, margin, meets
from mirrorsys.claims._scenarios import ParameterSet


def claim(direction: str, bound: object = 1.0) -> Claim:
    return Claim(system="S1", statement="", quantity="", measure=lambda _: 0.0,
                 direction=direction, bound=bound)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("direction", "below", "at", "above"),
    [
        ("at least", False, True, True),
        ("more than", False, False, True),
        ("at most", True, True, False),
        ("less than", True, False, False),
    ],
)
def test_directions(direction: str, below: bool, at: bool, above: bool) -> None:
    judged = claim(direction)
    assert [meets(judged, value, 1.0) for value in (0.5, 1.0, 1.5)] == [below, at, above]


@pytest.mark.parametrize("direction", ["at least", "more than", "at most", "less than"])
def test_margin_is_positive_on_the_side_that_holds(direction: str) -> None:
    judged = claim(direction)
    for value in (0.25, 1.75):
        assert (margin(judged, value, 1.0) > 0) == meets(judged, value, 1.0)
        assert abs(margin(judged, value, 1.0)) == 0.75


@pytest.mark.parametrize("direction", ["at least", "more than", "at most", "less than"])
def test_what_does_not_happen_meets_no_bound(direction: str) -> None:
    assert not meets(claim(direction), math.nan, 1.0)


def test_a_bound_can_be_measured() -> None:
    judged = claim("at least", bound=lambda parameters: 2.0 * len(parameters.changes))
    assert level_of(judged, ParameterSet((("mu", 1.0),))) == 2.0
    assert level_of(claim("at least", bound=3), ParameterSet()) == 3.0
