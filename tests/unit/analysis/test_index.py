"""The index check: where it applies, and that it sees what is missing."""

from math import inf

import pytest

import mirrorsys as ms
from mirrorsys.analysis._index import index_check

LONE = ms.models.client().freeze(pathway=0.1, signal=1)
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
FAST = DYAD.freeze({"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1})
MEETING = {"contact": 1, "client.stressor": 0.066, "therapist.stressor": 0.03}


def test_an_unsaturated_corner_is_left_out_of_the_index_sum():
    # At rest two persons who excite each other leave their corner; below the threshold they stay.
    calm = {"stressor": 0, "contact": 1}
    check = ms.equilibria(FAST, calm).index_check
    assert (check.answer, check.sum) == ("passed", 1)
    assert "1 on faces left out as not saturated" in check.reason
    below = ms.equilibria(FAST, {**calm, "mu": 0.5}).index_check
    assert (below.answer, below.sum) == ("passed", 1)
    assert "left out" not in below.reason


def test_the_index_check_sees_a_missing_equilibrium():
    found = ms.equilibria(LONE, {"stressor": 0.066, "pathway": 0.26})
    assert found.index_check.answer == "passed"
    kept = (found.system, found.params, found.box)
    fewer = index_check(*kept, found[1:], is_complete=True)
    assert (fewer.answer, fewer.sum) == ("failed", 0)


@pytest.mark.parametrize(
    ("equations", "box", "reason"),
    [
        ({"x": "1 - x"}, (-inf, inf), "not bounded"),
        ({"x": "x**2 - 1"}, (0, 2), "not proven to be forward invariant"),
        ({"x": "-x**3"}, (-1, 1), "an equilibrium is degenerate"),
        ({"x": "exp(x) - 1 - x"}, (-1, 1), "not complete"),
        ({"x": "-1/(x - 0.25)"}, (0, 1), "may have poles in the box (presupposed: x - 1/4"),
    ],
)
def test_where_the_index_theorem_says_nothing(equations, box, reason):
    check = ms.equilibria(ms.System("some", equations, box={"x": box})).index_check
    assert (check.answer, check.sum) == ("not applicable", None)
    assert reason in check.reason
