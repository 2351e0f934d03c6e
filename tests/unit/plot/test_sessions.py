"""Pathway and threat session by session."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import mirrorsys as ms

COURSE = ms.protocols.weekly_sessions(4)
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())


@pytest.fixture(scope="module")
def run():
    return ms.simulate(DYAD, protocol=COURSE)


def test_each_session_is_drawn_with_what_the_run_holds(run):
    drawn = ms.plot.sessions(run)
    client = run.sel(person="client")
    names = client["phase_name"].values
    apart = np.isin(names, ["before", "between"])
    ends = client["pathway_at_end"].values[names == "session"]
    start = client["pathway_at_end"].values[0]
    np.testing.assert_array_equal(drawn.pathway.get_ydata(), [start, *ends])
    np.testing.assert_array_equal(drawn.pathway.get_xdata(), np.arange(5))
    np.testing.assert_array_equal(
        drawn.before.get_ydata(), client["threat_at_end"].values[apart][:-1]
    )
    np.testing.assert_array_equal(
        drawn.after.get_ydata(), client["threat_at_end"].values[names == "session"]
    )


def test_threat_during_a_session_is_its_mean_over_time(run):
    drawn = ms.plot.sessions(run)
    even = ms.simulate(DYAD, protocol=COURSE, times=np.arange(0, COURSE.duration, 0.1))
    begin = even["phase_begin"].values[1]  # the recall of the first session
    hour = even["threat"].sel(person="client").sel(time=slice(begin, begin + 50))
    assert drawn.during.get_ydata()[0] == pytest.approx(float(hour.mean()), abs=1e-3)
    low, high = drawn.ranges.get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((float(hour.min()), float(hour.max())), abs=1e-3)


def test_any_person_can_be_followed_and_one_axes_or_two_are_used(run):
    _, (upper, lower) = plt.subplots(2)
    drawn = ms.plot.sessions(run, client="therapist", ax=(upper, lower))
    assert drawn.pathway.axes is upper
    assert drawn.before.axes is drawn.after.axes is drawn.ranges.axes is lower
    assert drawn.pathway.get_ydata()[0] == pytest.approx(0.6, abs=0.01)
    assert (upper.get_ylabel(), lower.get_ylabel()) == (
        "pathway (dimensionless)", "threat (dimensionless)",
    )  # fmt: skip
    _, ax = plt.subplots()
    together = ms.plot.sessions(run, ax=ax)
    assert together.pathway.axes is together.during.axes is ax


def test_a_run_that_begins_with_a_session_starts_from_its_first_moment():
    run = ms.simulate(DYAD, protocol=ms.protocols.session())
    drawn = ms.plot.sessions(run)
    assert drawn.before.get_ydata()[0] == run["threat"].sel(person="client")[0]
    assert drawn.pathway.get_ydata()[0] == run["pathway"].sel(person="client")[0]


@pytest.mark.parametrize("client", ["ann", ""])
def test_an_unknown_person_is_refused_by_name(run, client):
    with pytest.raises(
        ValueError, match=r"`client` is '.*'; the persons of this run are \['client"
    ):
        ms.plot.sessions(run, client=client)


def test_a_lone_person_is_refused():
    lone = ms.simulate(ms.models.client(), duration=10)
    with pytest.raises(ValueError, match=r"the persons of this run are \[\]"):
        ms.plot.sessions(lone)


def test_a_run_without_sessions_is_refused():
    run = ms.simulate(DYAD, duration=10)
    with pytest.raises(ValueError, match=r"no phase named 'session', only \['run'\]"):
        ms.plot.sessions(run)


def test_times_too_far_apart_are_refused():
    run = ms.simulate(DYAD, protocol=COURSE, times=np.arange(0, COURSE.duration, 1440))
    with pytest.raises(ValueError, match=r"holds \d times; simulate without `times`"):
        ms.plot.sessions(run)
