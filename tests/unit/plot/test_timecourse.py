import matplotlib.pyplot as plt
import numpy as np
import pytest

import mirrorsys as ms


@pytest.fixture(scope="module")
def session():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    apart = ms.Phase(20, {"client.stressor": 0.066}, name="apart")
    return ms.simulate(dyad, protocol=ms.Protocol((apart, *ms.protocols.session(), apart)))


@pytest.fixture(scope="module")
def alone():
    return ms.simulate(
        ms.models.client(), protocol=ms.protocols.stress_test(), times=np.arange(0, 371.0)
    )


def test_lines_are_the_data_of_the_person(session):
    lines = ms.plot.timecourse(session, ("threat", "pathway"), person="therapist").lines
    for line, name in zip(lines, ("threat", "pathway"), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), session[name].sel(person="therapist"))
        np.testing.assert_array_equal(line.get_xdata(), session["time"])
        assert line.get_label() == name
        assert line.get_color() == ms.plot.PALETTE[name]


def test_threat_and_soothing_differ_in_more_than_hue(session):
    threat, soothing = ms.plot.timecourse(session, person="client").lines
    assert threat.get_linestyle() != soothing.get_linestyle()


def test_labels_say_the_unit(alone):
    _, ax = plt.subplots()
    ms.plot.timecourse(alone, "threat", time_unit="h", ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (h)", "threat (dimensionless)")
    (line,) = ax.lines
    assert line.get_xdata()[-1] == pytest.approx(370 / 60)
    ms.plot.timecourse(alone, ax=ax)
    assert ax.get_ylabel() == "level (dimensionless)"


def test_style_goes_to_the_line(alone):
    (line,) = ms.plot.timecourse(alone, "threat", color="black", label="mine").lines
    assert (line.get_color(), line.get_label()) == ("black", "mine")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, r"`person` is None; 'threat' belongs to \['client', 'therapist'\]"),
        ({"person": "nobody"}, r"`person` is 'nobody'"),
        ({"quantities": "joy", "person": "client"}, r"`quantities` names 'joy'; the run has"),
        ({"quantities": "pathway_at_end", "person": "client"}, r"names 'pathway_at_end'"),
    ],
)
def test_a_bad_request_says_what_there_is(session, arguments, message):
    with pytest.raises(ValueError, match=message):
        ms.plot.timecourse(session, **arguments)


def test_quantities_of_different_units_are_refused(alone):
    odd = alone.assign(heart=alone["threat"].assign_attrs(units="1/min"))
    with pytest.raises(ValueError, match=r"have the units \['1', '1/min'\]"):
        ms.plot.timecourse(odd, ("threat", "heart"))


def test_phases_in_contact_are_shaded_by_default(session):
    spans = ms.plot.phases(session).spans
    assert [(s.get_x(), s.get_x() + s.get_width()) for s in spans] == [(20, 30), (30, 70)]


def test_a_lone_person_has_no_contact_to_shade(alone):
    assert ms.plot.phases(alone) == ((), ())


def test_named_phases_are_shaded_and_written_in_another_unit(alone):
    (span,), (name,) = ms.plot.phases(alone, ["stress"], written=True, time_unit="h")
    assert (span.get_x(), span.get_width()) == (pytest.approx(4), pytest.approx(1 / 6))
    assert name.get_text() == "stress"
    assert name.get_position()[0] == pytest.approx(4 + 1 / 12)


def test_phases_outside_a_part_of_the_run_are_left_out_or_cut(alone):
    part = alone.sel(time=slice(245, 300))
    spans = ms.plot.phases(part, ["rest", "stress", "recovery"]).spans
    assert [(s.get_x(), s.get_x() + s.get_width()) for s in spans] == [(245, 250), (250, 300)]


def test_an_unknown_phase_is_named(alone):
    with pytest.raises(ValueError, match=r"`names` is \['session'\], but the phases are called"):
        ms.plot.phases(alone, ["session"])
