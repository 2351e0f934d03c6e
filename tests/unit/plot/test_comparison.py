"""Curves side by side, states at the ends of phases, clocks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms


@pytest.fixture(scope="module")
def run():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    return ms.simulate(dyad, protocol=ms.protocols.weekly_sessions(3))


def curve(values, name="threat", unit="1"):
    return xr.DataArray(
        np.asarray(values, dtype=float), {"week": np.arange(len(values))}, name=name,
        attrs={"units": unit},
    )  # fmt: skip


def test_each_curve_is_drawn_with_a_look_of_its_own():
    curves = {letter: curve([0.1, index]) for index, letter in enumerate("abcde")}
    drawn = ms.plot.comparison(curves)
    for name, line in drawn.lines.items():
        np.testing.assert_array_equal(line.get_ydata(), curves[name])
        assert line.get_label() == name
    lines = drawn.lines.values()
    assert len({line.get_color() for line in lines}) == 5
    assert len({line.get_marker() for line in lines}) == 5
    assert [text.get_text() for text in drawn.legend.get_texts()] == list("abcde")


def test_the_same_place_has_the_same_look_in_every_panel():
    _, axes = plt.subplots(2)
    looks = [
        [line.get_color() for line in ms.plot.comparison(curves, ax=ax).lines.values()]
        for ax, curves in zip(axes, ({"a": curve([1]), "b": curve([2])},) * 2, strict=True)
    ]
    assert looks[0] == looks[1]


def test_axes_are_labelled_with_units_and_counts_have_none():
    _, ax = plt.subplots()
    ms.plot.comparison({"a": curve([0.1, 0.2], name="rate", unit="1/min")}, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("week", "rate (1/min)")
    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_long_curves_have_few_markers():
    drawn = ms.plot.comparison({"a": curve(np.zeros(1000))})
    assert len(range(0, 1000, drawn.lines["a"].get_markevery())) <= 24


def test_curves_that_are_none_or_have_several_dimensions_are_refused(run):
    with pytest.raises(ValueError, match="`curves` is empty"):
        ms.plot.comparison({})
    with pytest.raises(ValueError, match=r"'a' with dimensions \['time', 'person'\]"):
        ms.plot.comparison({"a": run["threat"]})


def test_phase_ends_counts_the_sessions_so_far(run):
    ends = ms.plot.phase_ends(run, "pathway", ("before", "between"), person="client")
    np.testing.assert_array_equal(ends["session"], [0, 1, 2, 3])
    names = run["phase_name"].values
    expected = run["pathway_at_end"].sel(person="client")[np.isin(names, ["before", "between"])]
    np.testing.assert_array_equal(ends, expected)
    assert ends.attrs["units"] == "1"
    after = ms.plot.phase_ends(run, "threat", "session", person="client")
    np.testing.assert_array_equal(after["session"], [1, 2, 3])
    weeks = ms.plot.phase_ends(run, "threat", "session", count="between", person="client")
    np.testing.assert_array_equal(weeks["between"], [0, 1, 2])


def test_phase_ends_of_a_lone_person_needs_no_name():
    lone = ms.simulate(ms.models.client(), protocol=ms.protocols.stress_test())
    ends = ms.plot.phase_ends(lone, "threat", ("rest", "stress"), count="stress")
    np.testing.assert_array_equal(ends, lone["threat_at_end"][:2])
    np.testing.assert_array_equal(ends["stress"], [0, 1])


@pytest.mark.parametrize(("phases", "count"), [("nap", "session"), ("session", "nap")])
def test_unknown_phases_are_refused(run, phases, count):
    with pytest.raises(ValueError, match=r"the phases of this run are \['before', 'between'"):
        ms.plot.phase_ends(run, "threat", phases, count=count, person="client")


def test_since_moves_every_clock_and_nothing_else():
    lone = ms.simulate(
        ms.models.therapist(), protocol=ms.protocols.stress_test(), events={"high": "threat > 0.2"}
    )
    assert lone.sizes["event"] > 0
    moved = ms.plot.since(lone, 240.0)
    assert moved["phase_begin"].values[1] == 0.0
    for clock in ("time", "phase_begin", "phase_end", "event_time"):
        np.testing.assert_array_equal(moved[clock], lone[clock] - 240.0)
        assert moved[clock].attrs == lone[clock].attrs
    np.testing.assert_array_equal(moved["threat"], lone["threat"])
    assert lone["time"].values[0] == 0.0
