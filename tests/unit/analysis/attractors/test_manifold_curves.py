"""A branch of a manifold on its way: samples, faces of the box, what it meets or misses."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.attractors._attractors import neighbourhood
from mirrorsys.analysis.attractors._manifold_curves import GAP, course_of, evenly
from mirrorsys.analysis.attractors._manifold_starts import flow_within, reversed_flow
from mirrorsys.analysis.attractors._recurrences import settled_on
from mirrorsys.analysis.attractors._settling import flow_of

SQUARE = {"x": (-2.0, 2.0), "y": (-2.0, 2.0)}
# x grows and y decays, each as its exponential.
SADDLE = ms.System("saddle", {"x": "x", "y": "-y"}, box=SQUARE)


def flow_in(system, sides=SQUARE):
    flow = flow_of(system, None, rtol=1e-11, atol=1e-13, engine="scipy")
    return flow_within(flow, sides)


def course(system=SADDLE, known=(), sides=SQUARE, patience=None, *, is_reversed=False):
    return course_of(flow_in(system, sides), known, sides, patience, is_reversed=is_reversed)


# ---- samples ---------------------------------------------------------------------------------


def test_samples_are_added_until_they_lie_close_to_each_other():
    start, coarse = np.array([0.01, 1.9]), np.linspace(0.0, 5.0, 11)
    times, states = course()._sampled(start, coarse)
    assert set(coarse) <= set(times)
    assert np.all(np.diff(times) > 0)
    exact = start * np.exp(np.outer(times, [1.0, -1.0]))
    np.testing.assert_allclose(states, exact, atol=1e-8)
    gaps = np.abs(np.diff(states, axis=0) / 4).max(axis=1)
    assert gaps.max() <= 1.5 * GAP
    assert len(times) < 4 * np.abs(np.diff(states, axis=0) / 4).sum() / GAP  # and no closer


def test_beyond_the_box_samples_are_not_added():
    coarse = np.linspace(0.0, 5.0, 11)
    times, _ = course()._sampled(np.array([1.9, 0.0]), coarse)
    assert set(times[times > 1]) == set(coarse[coarse > 1])


@pytest.mark.parametrize("n_points", [2, 101])
def test_points_of_a_path_are_evenly_spaced_along_it_in_sides_of_the_box(n_points):
    own = course(patience=20)
    path = own.follow(np.array([0.01, 1.0]), 1.0)
    even = evenly(own.flow, path, n_points)
    assert even.states.shape == (n_points, 2)
    np.testing.assert_array_equal(even.states[[0, -1]], path.states[[0, -1]])
    np.testing.assert_allclose(even.states[:-1].prod(axis=1), 0.01, rtol=1e-6)  # x y is kept
    lengths = np.hypot(*np.diff(even.states, axis=0).T)
    np.testing.assert_allclose(lengths, lengths.mean(), rtol=0.01)


# ---- where it ends ---------------------------------------------------------------------------


@pytest.mark.parametrize("side", [2.0, -2.0])
def test_a_path_ends_on_the_face_that_it_leaves_through(side):
    path = course().follow(np.array([side / 200, 1.5]), 1.0)
    assert path.reaches == "outside"
    assert path.status == f"leaves the box, through x={side:g}"
    assert path.states[-1, 0] == side
    assert path.states[-1, 1] == pytest.approx(1.5 / 200, rel=1e-4)
    assert path.times[-1] == pytest.approx(np.log(200), rel=1e-4)
    assert np.all(np.diff(path.times) > 0)
    assert np.all(np.abs(path.states) <= 2)


def test_it_leaves_through_the_first_of_two_faces():
    faster = ms.System("faster", {"x": "x", "y": "2*y"}, box=SQUARE)
    for start, face in (([0.02, 0.02], "y=2"), ([0.02, 1e-4], "x=2"), ([0.02, -0.02], "y=-2")):
        assert course(faster).follow(np.array(start), 1.0).status.endswith(f"through {face}")


def test_a_start_on_a_face_is_inside_and_one_beyond_it_is_not():
    words = "is outside of the box from the start: not followed"
    inward = course(ms.System("inward", {"x": "-x", "y": "-y"}, box=SQUARE), patience=1.0)
    assert inward.follow(np.array([2.0, -2.0]), 1.0).status != words
    beyond = inward.follow(np.array([2.001, 0.0]), 1.0)
    assert (beyond.status, beyond.reaches, beyond.times.tolist()) == (words, "outside", [0])


@pytest.mark.parametrize("patience", [0.5, 25.0, 60.0])
def test_patience_is_how_long_it_is_followed(patience):
    slow = ms.System("slow", {"x": "x/100", "y": "-y"}, box=SQUARE)
    path = course(slow, patience=patience).follow(np.array([0.01, 0.01]), 1.0)
    assert (path.reaches, path.target) == ("open", -1)
    assert path.times[-1] == pytest.approx(patience)
    assert path.states[-1, 0] == pytest.approx(0.01 * np.exp(patience / 100))


def test_what_comes_near_an_equilibrium_reaches_the_one_that_it_is():
    wells = ms.System("wells", {"x": "x - x**3", "y": "-y"}, box=SQUARE)
    known = ms.equilibria(wells)
    for start, number, place in ((0.01, 2, 1), (-0.01, 0, -1)):
        path = course(wells, known).follow(np.array([start, 0.3]), 1.0)
        assert (path.reaches, path.target) == ("equilibrium", number)
        assert path.status == f"goes to the stable node (x={place}, y=0)"
        assert np.abs(path.states[-1] - [place, 0]).max() <= 4e-4
        assert (
            np.abs(path.states[-2] - [place, 0]).max() > np.abs(path.states[-1] - [place, 0]).max()
        )
    # On the border between the two it comes to the saddle, where it must come closer.
    path = course(wells, known).follow(np.array([0.0, 0.3]), 1.0)
    assert (path.reaches, path.target) == ("equilibrium", 1)
    assert np.abs(path.states[-1]).max() <= 4e-6


def test_what_is_bound_for_an_equilibrium_but_late_is_told_so():
    wells = ms.System("wells", {"x": "x - x**3", "y": "-y"}, box=SQUARE)
    path = course(wells, ms.equilibria(wells), patience=6.0).follow(np.array([0.01, 0.0]), 1.0)
    words = "goes to the stable node (x=1, y=0), which is not reached in time"
    assert (path.status, path.reaches, path.target) == (words, "equilibrium", 2)


def test_an_equilibrium_that_does_not_attract_is_not_said_to_be_reached():
    """Beside the axis all turn away from the saddle, which is not among what is known."""
    path = course(patience=45.0).follow(np.array([0.0, 0.5]), 1.0)
    assert (path.reaches, path.status) == ("open", "reaches nothing within `duration`")
    assert path.times[-1] == 45
    np.testing.assert_allclose(path.states[-1], 0, atol=1e-9)


def test_what_escapes_later_is_followed_as_far_as_the_face_of_the_box():
    slow = ms.System("slow", {"x": "x/20", "y": "-y"}, box=SQUARE)
    path = course(slow).follow(np.array([0.01, 0.5]), 1.0)
    assert path.status == "leaves the box, through x=2"
    assert path.times[-1] == pytest.approx(20 * np.log(200), rel=1e-4)


def test_backward_in_time_it_comes_from_where_forward_it_never_goes():
    flow = reversed_flow(flow_in(SADDLE))
    backward = course_of(flow, (), SQUARE, None, is_reversed=True)
    path = backward.follow(np.array([0.5, 0.01]), 1.0)
    assert path.status == "comes from outside of the box, through y=2"
    assert path.times[-1] == pytest.approx(np.log(200), rel=1e-4)


# ---- neighbourhoods --------------------------------------------------------------------------


@pytest.mark.parametrize("reach", [5.0, 0.5, 0.03, 1e-3, 4e-5])
def test_an_ellipsoid_is_seven_tenths_of_the_largest_shell_on_which_all_falls(reach):
    """x' = -x + x**2/r: x**2 falls at a tenth of its linear rate or more where x <= 0.9 r."""
    system = ms.System("line", {"x": "-x + x**2/r"}, {"r": reach}, box={"x": (-0.5, 0.5)})
    point = ms.equilibria(system, box={"x": (-0.5 * reach, 0.5 * reach)})[0]
    flow = flow_of(system, None, rtol=1e-10, atol=1e-12, engine="scipy")
    radii = 0.8 ** np.arange(48)
    radius = 0.7 * radii[radii <= 0.9 * reach].max()
    around = neighbourhood(flow, point)
    held = around.holds(np.array([[0.999], [-0.999], [1.001], [-1.001]]) * radius)
    assert held.tolist() == [True, True, False, False]


def test_an_ellipsoid_narrower_than_the_smallest_shell_is_none():
    system = ms.System("line", {"x": "-x + x**2/r"}, {"r": 2.8e-5}, box={"x": (-0.5, 0.5)})
    point = ms.equilibria(system, box={"x": (-1e-5, 1e-5)})[0]
    flow = flow_of(system, None, rtol=1e-10, atol=1e-12, engine="scipy")
    assert 0.8**48 < 0.9 * 2.8e-5 < 0.8**47
    assert neighbourhood(flow, point) is None


# ---- what it settles on ----------------------------------------------------------------------

ROUND = "{a}*x - y - {b}*x*(x**2 + y**2)", "x + {a}*y - {b}*y*(x**2 + y**2)"


def spiral(a, b):
    x, y = (each.format(a=a, b=b) for each in ROUND)
    return ms.System("spiral", {"x": x, "y": y}, box=SQUARE)


def test_a_cycle_has_the_period_and_the_multiplier_of_its_closed_form():
    """r' = a (r - r**3), one round in 2 pi; beside r = 1 distances shrink by exp(-2 a) a time."""
    found = settled_on(flow_in(spiral(0.1, 0.1)), np.array([0.5, 0.0]), 60.0)
    assert found.kind == "cycle"
    assert found.period == pytest.approx(2 * np.pi, rel=1e-7)
    assert found.stability == f"stable cycle (multiplier {np.exp(-0.4 * np.pi):.3g})"
    np.testing.assert_allclose(np.hypot(*found.points.T), 1, atol=1e-4)


def test_what_only_turns_is_on_a_cycle_that_does_not_attract():
    found = settled_on(flow_in(spiral(0.0, 0.0)), np.array([0.5, 0.0]), 60.0)
    assert found == "on a cycle that does not attract"


def test_what_rests_is_an_equilibrium_if_it_attracts():
    found = settled_on(flow_in(spiral(-1.0, 0.0)), np.array([0.5, 0.0]), 60.0)
    assert (found.kind, found.stability) == ("equilibrium", "stable (found by simulation)")
    np.testing.assert_allclose(found.points, [[0, 0]], atol=1e-12)
    found = settled_on(flow_in(SADDLE), np.array([0.0, 0.5]), 60.0)
    assert found == "at an equilibrium that does not attract"


def test_what_grows_without_bound_escapes():
    found = settled_on(flow_in(SADDLE), np.array([0.01, 0.5]), 60.0)
    assert (found.kind, found.stability) == ("escapes", "unbounded")
    assert found.state == {"x": 0.01, "y": 0.5}
