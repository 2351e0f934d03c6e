"""The cobweb: steps between map and identity, dots by what they suffice for."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from mirrorsys.plot._cobweb import cobweb

VALUES = np.array([0.1, 0.3, 0.4, 0.45])
COURSE = xr.Dataset(
    {"ann.pathway": ("dose", VALUES, {"units": "1"}), "is_calm": ("dose", [0, 0, 1, 1])},
    {"dose": range(4)},
    {"critical_dose": 2.0},
)
CURVE = xr.Dataset(
    {"ann.pathway": ("point", [0.0, 0.5]), "ann.pathway_after": ("point", [0.25, 0.5])}
)


def test_steps_go_up_to_the_next_value_and_across_to_the_identity():
    _, ax = plt.subplots()
    drawn = cobweb(COURSE, "ann.pathway", curve=CURVE, ax=ax)
    x, y = drawn.steps.get_data()
    np.testing.assert_array_equal(x, [0.1, 0.1, 0.3, 0.3, 0.4, 0.4, 0.45])
    np.testing.assert_array_equal(y, [0.1, 0.3, 0.3, 0.4, 0.4, 0.45, 0.45])
    np.testing.assert_array_equal(drawn.identity.get_xdata(), drawn.identity.get_ydata())
    np.testing.assert_array_equal(drawn.identity.get_xdata(), [0, 0.5])
    np.testing.assert_array_equal(drawn.curve.get_ydata(), [0.25, 0.5])
    assert ax.get_xlabel() == "pathway before (dimensionless)"
    assert ax.get_ylabel() == "pathway after (dimensionless)"


def test_dots_tell_what_suffices_and_a_line_marks_the_first():
    drawn = cobweb(COURSE, "ann.pathway")
    np.testing.assert_array_equal(drawn.short.get_xdata(), VALUES[:2])
    np.testing.assert_array_equal(drawn.points.get_xdata(), VALUES[2:])
    assert drawn.short.get_markerfacecolor() == "white"
    assert set(drawn.mark.get_xdata()) == {0.4}


def test_a_course_without_doses_is_drawn_without_verdict():
    plain = COURSE.drop_vars("is_calm").drop_attrs()
    drawn = cobweb(plain, "ann.pathway")
    assert (drawn.curve, drawn.short, drawn.mark) == (None, None, None)
    np.testing.assert_array_equal(drawn.points.get_ydata(), VALUES)


def test_no_line_where_no_dose_suffices():
    assert cobweb(COURSE.assign_attrs(critical_dose=np.nan), "ann.pathway").mark is None


def test_what_is_no_course_or_no_map_of_it_is_refused():
    with pytest.raises(ValueError, match=r"`state` is 'eve.pathway'; .* one of \['ann.pathway'"):
        cobweb(COURSE, "eve.pathway")
    with pytest.raises(ValueError, match="at least one pass"):
        cobweb(COURSE.isel(dose=[0]), "ann.pathway")
    with pytest.raises(ValueError, match=r"`curve` has no \['ann.pathway_after'\]"):
        cobweb(COURSE, "ann.pathway", curve=CURVE.drop_vars("ann.pathway_after"))
