"""Pulses at many values and heights at once: brackets, patience, and what is said of them."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from mirrorsys.analysis.attractors._pulses import (
    CALM,
    HIGH,
    NEITHER,
    Case,
    Found,
    Trial,
    search,
    status_of,
)

HEIGHTS = np.geomspace(1e-3, 1.0, 25)


class Thresholds:
    """A trial of which all is known: each case is thrown above its own height."""

    def __init__(self, thresholds, withstood=(math.inf, math.inf), end=HIGH):
        self.thresholds, self.withstood, self.end = np.array(thresholds), withstood, end
        self.cases = [SimpleNamespace(calm=None if np.isnan(t) else 0.0) for t in thresholds]

    def outcomes(self, rows, heights):
        low, high = self.withstood
        is_thrown = (heights >= self.thresholds[rows]) & ~((heights > low) & (heights < high))
        return np.where(is_thrown, self.end, CALM)


def case(calm=0.0, high=1.0):
    return Case(None, calm, (math.nan, high), (), 1.0)


# ---- brackets --------------------------------------------------------------------------------


@pytest.mark.parametrize("tol", [0.05, 1e-3, 1e-6])
def test_each_bracket_encloses_its_own_threshold_as_closely_as_wanted(tol):
    thresholds = np.array([0.0021, 0.3, 0.999, 0.037])
    found = search(Thresholds(thresholds), HEIGHTS, tol)
    assert np.all((found.low < thresholds) & (thresholds <= found.high))
    assert np.all(found.high - found.low <= tol * found.high)
    assert found.ends.tolist() == [HIGH] * 4
    np.testing.assert_array_equal(found.outcome == HIGH, thresholds[:, None] <= HEIGHTS)


def test_below_the_weakest_pulse_the_bracket_begins_at_none_at_all():
    found = search(Thresholds([3e-4]), HEIGHTS, 1e-3)
    assert found.low[0] < 3e-4 <= found.high[0]
    (thrown,) = search(Thresholds([0.0]), HEIGHTS, 0.5).high
    assert thrown < HEIGHTS[0]  # as far down as the closeness asks for, and no farther


def test_what_withstands_all_has_no_height_and_what_is_not_calm_no_outcome():
    found = search(Thresholds([math.inf, math.nan, 0.5]), HEIGHTS, 0.01)
    assert found.low[0] == HEIGHTS[-1]
    assert np.isnan(found.high[:2]).all()
    assert np.isnan(found.low[1])
    assert found.outcome[0].tolist() == [CALM] * 25
    assert found.outcome[1].tolist() == [-1] * 25
    assert found.low[2] < 0.5 <= found.high[2]
    nothing = search(Thresholds([math.nan]), HEIGHTS, 0.01)
    assert np.isnan(nothing.high).all()


def test_the_first_of_several_thresholds_is_enclosed():
    found = search(Thresholds([0.01], withstood=(0.1, 0.4)), HEIGHTS, 1e-3)
    assert found.low[0] < 0.01 <= found.high[0]
    assert status_of(case(), found, 0) == "found, but some stronger pulses are withstood"


# ---- in words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "own", "end", "words"),
    [
        (0.1, case(), HIGH, "found: it ends in a high equilibrium"),
        (0.1, case(), NEITHER, "found: it leaves the calm equilibrium and settles on none"),
        (math.inf, case(), HIGH, "no pulse up to the limit does it: it returns from all"),
        (math.inf, case(high=math.nan), HIGH, "no pulse can do it: no equilibrium meets the cond"),
        (math.nan, case(calm=None), HIGH, "there is no calm equilibrium to start from"),
    ],
)
def test_each_way_to_end_has_its_words(threshold, own, end, words):
    found = search(Thresholds([threshold], end=end), HEIGHTS, 0.01)
    assert status_of(own, found, 0).startswith(words)


def test_heights_below_the_one_found_do_not_count_as_stronger():
    outcome = np.array([[CALM, CALM, HIGH, HIGH]])
    heights = np.array([1.0, 2.0, 3.0, 4.0])
    found = Found(heights, outcome, np.array([2.0]), np.array([3.0]), np.array([HIGH]))
    assert status_of(case(), found, 0) == "found: it ends in a high equilibrium"
    outcome[0, 3] = CALM
    assert status_of(case(), found, 0) == "found, but some stronger pulses are withstood"


# ---- patience --------------------------------------------------------------------------------


class Carrier:
    """A flow that moves nothing and notes how long each member was carried."""

    def __init__(self, n_dead=0):
        self.parameters, self.inputs = np.array([7.0]), np.array([1.0, 2.0])
        self.calls, self.n_dead = [], n_dead

    def carry(self, states, duration, constants):
        self.calls.append((len(states), duration, constants.copy()))
        assert sum(call[1] for call in self.calls) < 1e7, "followed without end"
        return states, np.arange(len(states)) >= self.n_dead


def still(flow, slowest, around=()):
    calm = SimpleNamespace(state={"x": 0.0})
    return Case(flow, calm, (0.0, 1.0), around, slowest)


@pytest.mark.parametrize("slowest", [1.0, 30.0])
def test_what_settles_nowhere_is_followed_for_400_relaxation_times(slowest):
    flow = Carrier()
    trial = Trial([still(flow, slowest)], 1, 5.0)
    outcome = trial.outcomes(np.array([0, 0]), np.array([0.5, 3.0]))
    assert outcome.tolist() == [NEITHER, NEITHER]
    (_, pulse, raised), *after = flow.calls
    assert pulse == 5
    np.testing.assert_array_equal(raised, [[7, 1, 2.5], [7, 1, 5]])  # on top of the input at rest
    assert all(np.array_equal(rest, [[7, 1, 2]] * 2) for _, _, rest in after)
    passed = np.cumsum([duration for _, duration, _ in after])
    assert passed[-1] >= 400 * slowest > passed[-2]  # no round begins later


def test_each_is_followed_for_its_own_relaxation_times():
    flow = Carrier()
    trial = Trial([still(flow, 1.0), still(flow, 10.0)], 0, 1.0)
    trial.outcomes(np.array([0, 1]), np.ones(2))
    counts = np.array([n for n, _, _ in flow.calls[1:]])
    passed = np.cumsum([0.0, *(duration for _, duration, _ in flow.calls[1:])])[:-1]
    np.testing.assert_array_equal(counts, 1 * (passed < 400) + (passed < 4000))


def test_a_run_that_fails_settles_nowhere_and_one_that_arrives_is_not_carried_on():
    here = SimpleNamespace(holds=lambda states: np.ones(len(states), dtype=bool))
    flow = Carrier(n_dead=1)
    trial = Trial([still(flow, 1.0, ((HIGH, here),))], 0, 1.0)
    assert trial.outcomes(np.zeros(3, dtype=int), np.ones(3)).tolist() == [NEITHER, HIGH, HIGH]
    assert len(flow.calls) == 1
