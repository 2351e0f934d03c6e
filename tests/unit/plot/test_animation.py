"""A course in a bifurcation diagram: at one moment, moving, and as a file."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import FuncAnimation, writers
from matplotlib.figure import Figure
from PIL import Image

import mirrorsys as ms
from mirrorsys.plot._animation import animate_course, course_frame
from mirrorsys.plot._movies import save_animation

# x follows a fold while c creeps to the right; in the phase "push" it is carried off.
FOLD = ms.System("fold", {"x": "c + x - x**3 + push"}, {"c": 0.0}, {"push": 0}, box={"x": (-2, 2)})
CREEP = ms.System("creep", {"x": "c + x - x**3 + push", "c": "rate"}, {"rate": 0.01}, {"push": 0},
                  box={"x": (-2, 2), "c": (-1, 1)}, time_unit="h")  # fmt: skip
COURSE = ms.Protocol(
    (
        ms.Phase(48, name="alone"),
        ms.Phase(2, {"push": 3}, name="pushed"),
        ms.Phase(48, name="alone"),
    )
)


@pytest.fixture(scope="module")
def branches():
    return ms.bifurcation.equilibrium_branches(FOLD, "c", (-1, 1))


@pytest.fixture(scope="module")
def run():
    return ms.simulate(CREEP, protocol=COURSE, initial={"x": -1.2, "c": -0.5})


def frame(run, branches, **options):
    return course_frame(run, branches, **{"state": "x", "alone": ["alone"]} | options)


def face(artists):
    return artists.point.get_markerfacecolor()


# ---- one moment -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "is_alone", "words", "n_rests"),
    [(20, True, "alone 1, day 1", 0), (49, False, "pushed, day 2", 1),
     (48, True, "alone 1, day 2", 1), (98, True, "alone 2, day 4", 2)],
)  # fmt: skip
def test_the_point_is_where_the_course_is(run, branches, time, is_alone, words, n_rests):
    artists = frame(run, branches, time=time)
    (place,) = artists.point.get_xydata()
    assert place[0] == pytest.approx(-0.5 + 0.01 * time, abs=1e-6)
    assert place[1] == pytest.approx(np.interp(time, run.time, run.x))
    assert (face(artists) == "white") is not is_alone
    assert artists.clock.get_text() == words
    assert len(artists.rests.get_xydata()) == n_rests
    assert artists.tail.get_xydata()[-1].tolist() == place.tolist()
    assert artists.loop.get_xydata()[-1].tolist() == place.tolist()


def test_the_end_is_shown_by_default_and_the_loop_begins_at_the_last_rest(run, branches):
    artists = frame(run, branches)
    assert artists.point.get_xydata()[0, 0] == pytest.approx(0.48, abs=1e-6)
    assert artists.loop.get_xydata()[0, 0] == pytest.approx(-0.02, abs=1e-6)
    assert frame(run, branches, time=0).point.get_xydata()[0].tolist() == [-0.5, -1.2]


def test_the_tail_is_no_longer_than_its_length(run, branches):
    tail = frame(run, branches, time=50).tail.get_xydata()
    height = float(max(run.x.max(), 1.33)) - float(min(run.x.min(), -1.33))
    way = np.hypot(np.diff(tail[:, 0]) / 2, np.diff(tail[:, 1]) / height).sum()
    assert 0.4 < way < 0.75


def test_without_names_of_phases_the_diagram_holds_in_all(run, branches):
    artists = frame(run, branches, alone=None, time=49)
    assert face(artists) != "white"


def test_words_name_phases_and_a_run_without_unit_of_time_has_no_days(branches):
    slow = CREEP.replace(name="slow")
    bare = ms.System("bare", slow.equations, {"rate": 0.01}, {"push": 0},
                     box={"x": (-2, 2), "c": (-1, 1)})  # fmt: skip
    one = ms.simulate(bare, protocol=COURSE, initial={"x": -1.2, "c": -0.5})
    artists = frame(one, branches, words={"alone": "gap", "pushed": "in company"}, time=60)
    assert artists.clock.get_text() == "gap 2, time 60"
    free = ms.simulate(bare, duration=10, initial={"x": -1.2, "c": -0.5})
    assert course_frame(free, branches, state="x").clock.get_text().endswith("time 10")


def test_saved_branches_do_as_well_and_cycles_are_passed_on(run, branches):
    _, ax = plt.subplots()
    artists = frame(run, branches.to_dataset(), labels=False, ax=ax)
    assert artists.diagram.labels == []
    assert ax.get_xlim() == (-1, 1)
    assert ax.get_xlabel() == "c (dimensionless)"


def test_a_person_is_chosen():
    alone = ms.models.client().freeze(pathway=0.1, signal=1.0)
    diagram = ms.bifurcation.equilibrium_branches(alone, "pathway", (0.05, 0.3),
                                                  params={"stressor": 0.066})  # fmt: skip
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    course = ms.simulate(dyad, protocol=ms.protocols.weekly_sessions(1))
    artists = course_frame(course, diagram, person="client", alone=["before", "between"])
    own = course.sel(person="client")
    expected = [float(own.pathway[-1]), float(own.threat[-1])]
    assert artists.point.get_xydata()[0].tolist() == expected
    assert artists.point.get_color() == ms.plot.PALETTE["threat"]
    with pytest.raises(ValueError, match=r"`person` is None; the persons .* \['client', 'thera"):
        course_frame(course, diagram)


# ---- moving -----------------------------------------------------------------------------------


def test_frames_are_evenly_spaced_along_the_way(run, branches):
    figure, ax = plt.subplots()
    animation = animate_course(run, branches, state="x", alone=["alone"], n_frames=40, ax=ax)
    assert isinstance(animation, FuncAnimation)
    moments = np.array(list(animation.new_frame_seq()))
    assert (moments[0], moments[-1]) == (0, pytest.approx(98))
    assert len(moments) == 40
    x, y = (np.interp(moments, run.time, run[name]) for name in ("c", "x"))
    height = np.ptp(np.concatenate([run.x, branches.to_dataset().x]))
    steps = np.hypot(np.diff(x) / 2, np.diff(y) / height)
    # Chords across a bend are shorter than the way.
    assert np.median(steps) == pytest.approx(steps.max(), rel=0.1)
    assert steps.max() < 3 * steps.min()
    animation._draw_was_started = True  # it was looked at, not forgotten
    assert figure.get_layout_engine() is None or "none" in str(figure.get_layout_engine()).lower()


def test_a_course_that_rests_is_spaced_in_time(branches):
    still = ms.simulate(CREEP, duration=10, params={"rate": 0}, initial={"x": 0, "c": 0})
    animation = animate_course(still, branches, state="x", n_frames=3)
    assert list(animation.new_frame_seq()) == [0, 5, 10]
    animation._draw_was_started = True


def test_a_gif_holds_all_frames_and_the_figure_is_as_before(run, branches, tmp_path):
    figure, ax = plt.subplots(figsize=(3, 2))
    canvas, dpi = figure.canvas, figure.dpi
    animation = animate_course(run, branches, state="x", alone=["alone"], n_frames=12, ax=ax)
    path = save_animation(animation, tmp_path / "course.gif", fps=20, dpi=60)
    with Image.open(path) as movie:
        assert (movie.format, movie.size, movie.n_frames) == ("GIF", (180, 120), 12)
        assert movie.info["duration"] == 50
        assert movie.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
        first = np.asarray(movie.convert("RGB")).astype(int)
        movie.seek(11)
        assert movie.info["duration"] == 2000
        assert np.abs(np.asarray(movie.convert("RGB")).astype(int) - first).max() > 100
    assert (figure.canvas, figure.dpi) == (canvas, dpi)
    assert path.stat().st_size < 50_000
    again = save_animation(animation, tmp_path / "again.gif", fps=20, dpi=60)
    assert again.read_bytes() == path.read_bytes()


def test_a_figure_without_pixels_is_saved_too(run, branches, tmp_path):
    figure = Figure(figsize=(3, 2))  # with a canvas of its own that draws nothing
    animation = animate_course(run, branches, state="x", n_frames=2, ax=figure.subplots())
    canvas = figure.canvas
    with Image.open(save_animation(animation, tmp_path / "course.gif")) as movie:
        assert movie.size == (270, 180)
    assert figure.canvas is canvas


def test_an_mp4_is_written_or_the_missing_program_named(run, branches, tmp_path, monkeypatch):
    animation = animate_course(run, branches, state="x", n_frames=3)
    if writers.is_available("ffmpeg"):
        assert save_animation(animation, tmp_path / "course.mp4").stat().st_size > 0
    monkeypatch.setattr(type(writers), "is_available", lambda self, name: False)
    with pytest.raises(RuntimeError, match=r"ffmpeg, which is not installed here: install it"):
        save_animation(animation, tmp_path / "other.mp4")
    assert not (tmp_path / "other.mp4").exists()
    save_animation(animation, tmp_path / "course.gif")


# ---- bad calls --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"state": "y"}, r"`state` wants 'y', but over time the run has \['x', 'c'"),
        ({"alone": ["home"]}, r"names \['home'\]; the phases of this run are \['alone', 'pushed'"),
        ({"words": {"home": "h"}}, r"names \['home'\]"),
        ({"time": 99}, "`time` is 99; the run goes from 0 to 98"),
        ({"time": "noon"}, "`time` is 'noon'; the run goes"),
    ],
)
def test_what_does_not_fit_is_said(run, branches, options, words):
    with pytest.raises(ValueError, match=words):
        frame(run, branches, **options)


def test_a_run_in_which_the_parameter_stands_still_is_refused(branches):
    fixed = ms.simulate(FOLD, duration=1)
    with pytest.raises(ValueError, match=r"`branches` wants 'c', .* in which both the state and"):
        course_frame(fixed, branches, state="x")


@pytest.mark.parametrize(
    ("options", "words"),
    [({"n_frames": 1}, "`n_frames` is 1; give a whole"), ({"fps": 0}, "`fps` is 0; give frames")],
)
def test_bad_frames_are_refused(run, branches, options, words):
    with pytest.raises(ValueError, match=words):
        animate_course(run, branches, state="x", **options)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("course.avi", {}, r"end it with one of \['.gif', '.mp4'\]"),
        ("course.gif", {"fps": -1}, "`fps` is -1"),
        ("course.gif", {"dpi": 0}, "`dpi` is 0; give dots per inch"),
    ],
)
def test_bad_files_are_refused(run, branches, tmp_path, name, options, words):
    animation = animate_course(run, branches, state="x", n_frames=2)
    animation._draw_was_started = True
    with pytest.raises(ValueError, match=words):
        save_animation(animation, tmp_path / name, **options)
