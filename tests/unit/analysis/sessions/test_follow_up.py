"""The follow-up: its parts, its nudges, and who counts as calm."""

import math

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.sessions._follow_up import (
    _part,
    alone_after,
    followed,
    nudged,
    watch_of,
)
from mirrorsys.analysis.sessions._session_map import session_map
from mirrorsys.protocols import Phase, Protocol

# A skill w is forgotten and a state x follows what it lacks: x = x0 e**-t, w = w0 e**(-t/10).
SKILL = ms.System(
    "skill", {"x": "-x", "w": "-w/10"}, inputs={"u": 0.0}, initial={"w": 0.5},
    box={"x": (0, 4), "w": (0, 1)},
)  # fmt: skip
GAP = Protocol((Phase(1.0, {"u": 1.0}, name="session"), Phase(6.0, {"u": 0.25}, name="gap")))


def own_map(system=SKILL):
    return session_map(system, GAP, slow=["w"], engine="scipy")


def equal_phases(n, duration=1.0):
    return Protocol(tuple(Phase(duration, name=f"week {k}") for k in range(n)))


# ---- parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [1 / 52, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("duration", [1.0, 0.1, 10080.0])
def test_a_part_holds_the_phases_that_begin_in_it(share, duration):
    """Of 52 equal phases 52 shares; one that begins exactly where the part ends is not in it."""
    year = equal_phases(52, duration)
    part = _part(year, share)
    assert [phase.name for phase in part] == [f"week {k}" for k in range(round(52 * share))]


def test_a_phase_that_begins_in_a_part_is_in_it_whole():
    uneven = Protocol((Phase(1.0, name="a"), Phase(8.0, name="b"), Phase(1.0, name="c")))
    assert [p.name for p in _part(uneven, 0.05)] == ["a"]
    assert [p.name for p in _part(uneven, 0.2)] == ["a", "b"]
    assert _part(uneven, 0.2).duration == 9
    assert [p.name for p in _part(uneven, 0.95)] == ["a", "b", "c"]


# ---- nudges ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("lengths", "counts"), [([52], [52]), ([39, 13], [39, 13]),
                                                 ([0.1, 51.9], [1, 52])])  # fmt: skip
def test_nudges_come_52_times_at_equal_distances(lengths, counts):
    protocol = Protocol(tuple(Phase(float(n), name=f"p{k}") for k, n in enumerate(lengths)))
    found = nudged(protocol, SKILL, ("w",), 0.01)
    assert len(found.phases) == sum(counts)
    assert found.duration == pytest.approx(sum(lengths))
    names = [phase.name for phase in found]
    assert [names.count(f"p{k}") for k in range(len(lengths))] == counts
    assert all(set(phase.reset) == {"x"} for phase in found)


@pytest.mark.parametrize(
    ("sides", "start", "after"),
    [((0, 4), 1.0, 1 + 0.1 * (2 - 1)), ((0, 4), 4.0, 4 - 0.1 * 2), ((0, 4), 2.0, 2.0),
     ((0, math.inf), 1.0, 1.1), ((-math.inf, 4), 1.0, 0.9), ((-math.inf, math.inf), 1.0, 1.1)],
)  # fmt: skip
def test_a_nudge_leads_towards_the_middle_of_a_range_or_away_from_its_end(sides, start, after):
    still = ms.System("still", {"x": "0*w", "w": "0*x"}, box={"x": sides})
    course = nudged(Protocol((Phase(1.0),)), still, ("w",), 0.1)
    first = Protocol(course.phases[:1])
    run = ms.simulate(still, protocol=first, initial={"x": start, "w": 0.5})
    assert float(run.x[-1]) == pytest.approx(after)
    assert float(run.w[-1]) == 0.5


def test_a_reset_of_the_protocol_goes_before_a_nudge():
    protocol = Protocol((Phase(52.0, reset={"x": 3.0}),))
    first, second, *_ = nudged(protocol, SKILL, ("w",), 0.01)
    assert first.reset["x"] == 3
    assert "x" in str(second.reset["x"])


# ---- what happens ----------------------------------------------------------------------------


def test_by_default_the_gap_lasts_on_and_a_nudge_of_zero_is_none():
    found = alone_after(own_map(), GAP, None, 30.0, 0.0)
    (phase,) = found.phases
    assert (phase.duration, dict(phase.inputs)) == (30, {"u": 0.25})
    assert len(alone_after(own_map(), GAP, None, 30.0, 0.5).phases) == 52
    given = Phase(3.0, {"u": 0.5}, name="holiday")
    assert alone_after(own_map(), GAP, given, 30.0, 0.0).phases == (given,)


@pytest.mark.parametrize("nudge", [-0.1, 1.0, math.nan])
def test_a_nudge_is_a_share_below_one(nudge):
    with pytest.raises(ValueError, match=r"`nudge` is .*; give a share from 0 and below 1"):
        alone_after(own_map(), GAP, None, 30.0, nudge)


@pytest.mark.parametrize(("calm", "worst", "is_calm"), [
    ("x < 1", [0.9, 1.0, 1.1, math.nan], [True, False, False, False]),
    ("x > 1", [0.9, 1.0, 1.1, math.nan], [False, False, True, False]),
])  # fmt: skip
def test_calm_is_what_stays_on_its_side(calm, worst, is_calm):
    watch = watch_of(SKILL, calm)
    assert watch.is_calm(np.array(worst)).tolist() == is_calm
    assert watch.from_below == (calm == "x < 1")


@pytest.mark.parametrize("in_parts", [False, True])
def test_the_extreme_the_relapse_and_the_end_are_those_of_the_closed_form(in_parts):
    """Who knows much stays above 0.3 for a week of 4; others fall below at 10 log(w0/0.3)."""
    states = np.array([[1.0, 1.0, 1.0, math.nan], [0.9, 0.4, 0.301, 0.9]])
    found = followed(own_map(), watch_of(SKILL, "w > 0.3"), states, equal_phases(52, 4 / 52),
                     in_parts=in_parts)  # fmt: skip
    assert found.is_calm.tolist() == [True, False, False, False]
    assert found.worst[0] == pytest.approx(0.9 * np.exp(-0.4), rel=1e-6)
    np.testing.assert_allclose(found.relapse[1:3], 10 * np.log([0.4 / 0.3, 0.301 / 0.3]), rtol=1e-4)
    assert np.isnan(found.relapse[[0, 3]]).all()
    np.testing.assert_allclose(found.later[:, 0], [np.exp(-4), 0.9 * np.exp(-0.4)], rtol=1e-6)
    assert np.isnan(found.later[:, 3]).all()
    # In parts the third is not followed beyond the first of 52 weeks, in which it falls below.
    weeks = 4 / 52 if in_parts else 4
    assert found.worst[2] == pytest.approx(0.301 * np.exp(-weeks / 10), rel=1e-6)
    assert np.isnan(found.later[:, 2]).all() == in_parts
