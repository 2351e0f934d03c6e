"""Figures of the border between calm and chronic, and of the course in the diagram."""

from functools import cache

import numpy as np
import pytest
from PIL import Image

import mirrorsys as ms

ARGUMENTS = {
    "phase_portrait": {"fatigues": [0.1, 0.2, 0.3], "n": 351},
    "course_animation": {"n_sessions": 8},
}


def script(name):
    (example,) = ms.plot.gallery([name])
    return example.module()


@cache
def data(name):
    return script(name).compute(**ARGUMENTS[name])


def drawn(name):
    with ms.plot.style():
        return script(name).draw(data(name))


# ---- the border -------------------------------------------------------------------------------


def test_the_border_is_that_of_an_independent_simulation():
    module, needed = script("phase_portrait"), data("phase_portrait")["needed"]
    for fatigue in needed["fatigue"].values:
        found = ms.basins(
            module.planar(fatigue), grid={"soothing": (*module.BOX["soothing"], 351)},
            initial={"threat": module.FRIGHT}, params=module.LIFE,
        )  # fmt: skip
        calm = int(found["threat_at"].values.argmin())
        below = found["soothing"].values[found["basin"].values != calm].max()
        held = float(needed["held"].sel(fatigue=fatigue))
        assert below < held < below + 0.001 + 1e-9
        # With fatigue moving the border is another one, but not far.
        assert float(needed["moves"].sel(fatigue=fatigue)) == pytest.approx(held, abs=0.012)
    assert (needed["held"].diff("fatigue") < 0).all()


def test_two_courses_begin_close_together_and_end_apart():
    module, tree = script("phase_portrait"), data("phase_portrait")
    more, less = (tree[f"a little {word}"].to_dataset() for word in ("more", "less"))
    begin = float(more["soothing"][0] - less["soothing"][0])
    assert begin == pytest.approx(2 * module.APART)
    calm, _, chronic = ms.equilibria(module.planar(module.FATIGUE), module.LIFE)
    assert float(more["threat"][-1]) == pytest.approx(calm.state["threat"], abs=1e-3)
    assert float(less["threat"][-1]) == pytest.approx(chronic.state["threat"], abs=1e-3)
    title = drawn("phase_portrait").get_suptitle()
    assert f"a little more ends at threat {calm.state['threat']:.2f}" in title
    assert f"a little less at {chronic.state['threat']:.2f}" in title


def test_the_separatrix_of_the_portrait_is_the_border_of_the_same_fatigue():
    left, right = drawn("phase_portrait").axes
    label = "stable manifold (separatrix)"
    first = next(i for i, each in enumerate(left.lines) if each.get_label() == label)
    up = left.lines[first].get_xydata()
    border = next(each for each in right.lines if len(each.get_xdata()) > 2 * len(up) - 1
                  and np.allclose(each.get_xydata()[len(up) :], up, atol=1e-6))  # fmt: skip
    assert border.get_linestyle() == "-"


# ---- the course -------------------------------------------------------------------------------


def test_six_moments_are_where_the_client_was():
    module, course = script("course_animation"), data("course_animation")["course"].to_dataset()
    own, axes = course.sel(person="client"), drawn("course_animation").axes
    moments = module.moments(course)
    assert np.all(np.diff(moments) > 0)
    for ax, moment in zip(axes, moments, strict=True):
        point = next(each for each in ax.lines if each.get_markersize() == 10)
        expected = [np.interp(moment, own["time"], own[name]) for name in ("pathway", "threat")]
        np.testing.assert_allclose(point.get_xydata()[0], expected)
        in_session = ax.get_title(loc="left").startswith("In session")
        assert (point.get_markerfacecolor() == "white") is in_session


def test_the_turn_lies_past_the_end_of_the_chronic_state():
    module, tree = script("course_animation"), data("course_animation")
    course = tree["course"].to_dataset()
    turn = module.turning_point(course)
    threat, pathway = (
        ms.plot.phase_ends(course, name, ("before", "between"), person="client")
        for name in ("threat", "pathway")
    )
    assert (threat[:turn] > module.CALM).all()
    assert (threat[turn:] < module.CALM).all()
    edge = max(tree["branches"]["special_parameter"][tree["branches"]["special_kind"] == "hopf"])
    assert pathway[turn - 1] < edge < pathway[turn]
    title = drawn("course_animation").get_suptitle()
    assert f"{turn - 1} sessions lead along the chronic state, session {turn} past its end" in title
    assert f"stable up to a pathway of {float(edge):.3f}" in title


def test_a_client_who_does_not_turn_is_said_to_stay():
    short = script("course_animation").compute(n_sessions=2)
    assert script("course_animation").turning_point(short["course"].to_dataset()) == 0
    assert "still in the chronic state" in script("course_animation").in_words(short)


@pytest.mark.slow
def test_the_script_writes_a_small_animation(tmp_path):
    path = tmp_path / "course.gif"
    with ms.plot.style():
        script("course_animation").animate(data("course_animation"), path)
    with Image.open(path) as movie:
        assert movie.n_frames == 160
    assert path.stat().st_size < 2_000_000
