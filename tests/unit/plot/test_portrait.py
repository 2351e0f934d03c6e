"""The phase portrait: what reaches the artists."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.attractors._manifolds import manifolds
from mirrorsys.kernels import vector_field
from mirrorsys.plot._portrait import phase_portrait

WELLS = ms.System("wells", {"x": "y", "y": "x - x**3 - k*y"}, {"k": 1.0},
                  box={"x": (-2, 2), "y": (-1.5, 1.5)})  # fmt: skip
SPIRAL = ms.System("spiral", {"x": "x - y", "y": "x + y"}, box={"x": (-1, 1), "y": (-1, 1)})


def named(ax, label):
    return [each for each in ax.lines if each.get_label() == label]


def test_manifolds_of_the_saddle_are_drawn_as_they_are_computed():
    _, ax = plt.subplots()
    portrait = phase_portrait(WELLS, ax=ax)
    saddle = ms.equilibria(WELLS)[1]
    expected = manifolds(WELLS, saddle)
    assert [each.get_label() for each in portrait.manifolds] == [
        "unstable manifold", "_", "stable manifold (separatrix)", "_",
    ]  # fmt: skip
    for line, name in zip(portrait.manifolds, expected.manifold.values, strict=True):
        branch = expected.sel(manifold=name)
        np.testing.assert_array_equal(line.get_xydata(), np.transpose([branch.x, branch.y]))
    assert portrait.lines[0].identical(expected)
    widths = {each.get_label(): each.get_linewidth() for each in portrait.manifolds}
    assert widths["stable manifold (separatrix)"] > widths["unstable manifold"]


def test_equilibria_are_filled_by_their_kind():
    _, ax = plt.subplots()
    phase_portrait(WELLS, ax=ax)
    (stable,), (saddle,) = named(ax, "stable equilibrium"), named(ax, "saddle")
    assert (stable.get_fillstyle(), stable.get_markerfacecolor()) == ("full", "black")
    assert saddle.get_fillstyle() == "left"
    assert saddle.get_markerfacecoloralt() == "white"
    assert saddle.get_xydata().tolist() == [[0, 0]]
    _, other = plt.subplots()
    phase_portrait(SPIRAL, ax=other)
    (unstable,) = named(other, "unstable equilibrium")
    assert (unstable.get_fillstyle(), unstable.get_markerfacecolor()) == ("full", "white")


def test_stream_lines_run_along_the_field():
    portrait = phase_portrait(SPIRAL)
    field = vector_field(SPIRAL)
    lines = [each for each in portrait.stream.lines.get_segments() if len(each) > 1]
    steps = np.concatenate([np.diff(each, axis=0) for each in lines])
    middle = np.concatenate([(each[1:] + each[:-1]) / 2 for each in lines])
    rates = field(middle.T).T
    across = steps[:, 0] * rates[:, 1] - steps[:, 1] * rates[:, 0]
    size = np.hypot(*steps.T) * np.hypot(*rates.T)
    across, size = across[size > 1e-6], size[size > 1e-6]
    assert len(across) > 100
    assert np.median(np.abs(across / size)) < 0.02
    assert portrait.plane.field.axes is None  # no arrows beside them


def test_axes_can_be_exchanged_and_the_box_be_another():
    _, ax = plt.subplots()
    portrait = phase_portrait(WELLS, "y", "x", box={"x": (-1.5, 1.5)}, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("y (dimensionless)", "x (dimensionless)")
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1.5, 1.5), (-1.5, 1.5))
    line = portrait.manifolds[0]
    found = portrait.lines[0].isel(manifold=0)
    np.testing.assert_array_equal(line.get_xydata(), np.transpose([found.y, found.x]))
    assert phase_portrait(WELLS, y="x").lines[0].attrs == phase_portrait(WELLS).lines[0].attrs


def test_params_reach_everything():
    undamped = phase_portrait(WELLS, params={"k": 0.0})
    assert undamped.lines[0].status[0].item() == "goes to the saddle (x=0, y=0)"


def test_a_part_of_an_unbounded_plane_can_be_drawn():
    free = ms.System("free", {"x": "x", "y": "-y + x**2"})
    portrait = phase_portrait(free, box={"x": (1e-3, 2), "y": (-1, 2)})
    assert portrait.manifolds == ()
    portrait = phase_portrait(free, box={"x": (-1, 2), "y": (-1, 2)})
    assert len(portrait.manifolds) == 4


def test_cycles_are_drawn_round_and_by_their_stability():
    waves = ms.models.zoo.van_der_pol()
    orbit = ms.bifurcation.periodic_orbit(waves, params={"mu": 1})
    _, ax = plt.subplots()
    box = dict.fromkeys(waves.state_names, (-4, 4))
    portrait = phase_portrait(waves, params={"mu": 1}, box=box, cycles=orbit, ax=ax)
    (line,) = portrait.cycles
    x, y = line.get_xydata().T
    assert (line.get_label(), line.get_linestyle()) == ("stable cycle", "-")
    assert (x[0], y[0]) == pytest.approx((x[-1], y[-1]), abs=1e-6)
    assert x.max() == pytest.approx(2.0086198608748, abs=1e-4)
    assert len(x) > 1000


def test_an_unstable_cycle_is_dashed():
    backward = ms.System(
        "backward", {"x": "-y - x*(1 - x**2 - y**2)", "y": "x - y*(1 - x**2 - y**2)"},
        box={"x": (-2, 2), "y": (-2, 2)},
    )  # fmt: skip
    orbit = ms.bifurcation.periodic_orbit(backward, {"x": 1.0, "y": 0.0}, period=2 * np.pi)
    (line,) = phase_portrait(backward, cycles=[orbit]).cycles
    np.testing.assert_allclose(np.hypot(*line.get_xydata().T), 1, atol=1e-6)
    assert line.get_label() == "unstable cycle"
    assert line.get_linestyle() == "--"


def test_nullclines_of_one_colour_are_told_apart():
    portrait = phase_portrait(WELLS)
    assert [each.get_linestyle() for each in portrait.plane.labels] == ["-", "--"]
    person = ms.models.client().freeze(pathway=0.3, signal=1.0, fatigue=0.2)
    first, second = phase_portrait(person, params={"stressor": 0.066}).plane.labels
    assert first.get_color() != second.get_color()


PERSON = ms.models.client().freeze(pathway=0.3, signal=1.0)
LINE = ms.System("line", {"x": "-x"}, box={"x": (-1, 1)})


@pytest.mark.parametrize(
    ("system", "options", "words"),
    [
        (PERSON, {}, r"three|'fatigue'\]; a portrait wants two: hold some, as in system.freeze\("),
        (LINE, {}, "a portrait of one state has no plane"),
        (WELLS, {"x": "z"}, r"`x` is 'z'; the states that move are \['x', 'y'\]"),
        (WELLS, {"x": "y", "y": "y"}, "both 'y'; choose two"),
        (WELLS, {"box": {"x": (1, -1)}}, r"`box` of 'x' is \(1, -1\); give two finite"),
        (WELLS, {"density": 0}, "`density` is 0; give a number"),
        (ms.System("free", {"x": "x", "y": "-y"}), {}, r"`box` of 'x' is \(-inf, inf\)"),
    ],
)
def test_what_cannot_be_drawn_is_said(system, options, words):
    with pytest.raises(ValueError, match=words):
        phase_portrait(system, **options)


def test_wrong_cycles_are_refused():
    with pytest.raises(TypeError, match=r"`cycles` holds 3; give what mirrorsys.bifurcation"):
        phase_portrait(WELLS, cycles=[3])
    prey = ms.System("prey", {"a": "-b + a*(1 - a**2 - b**2)", "b": "a + b*(1 - a**2 - b**2)"})
    orbit = ms.bifurcation.periodic_orbit(prey, {"a": 1.0, "b": 0.0})
    with pytest.raises(ValueError, match=r"whose states are \['a', 'b'\]; give cycles of 'wells'"):
        phase_portrait(WELLS, cycles=orbit)
