"""Bifurcation diagrams: solid where stable, dashed where not; points where they lie."""

from functools import cache
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms

CUSP = ms.System("cusp", {"x": "a + b*x - x**3"}, {"a": 0, "b": 1}, box={"x": (-3, 3)})
SOLID, DASHED = "-", "--"


@cache
def folds():
    return ms.bifurcation.equilibrium_branches(CUSP, "a", (-1, 1))


@cache
def brusselator():
    system = ms.models.zoo.brusselator()
    branches = ms.bifurcation.equilibrium_branches(system, "B", (1, 3))
    return branches, ms.bifurcation.cycle_branch(system, branches["H1"], "B", (1, 3))


@cache
def curve():
    return ms.bifurcation.fold_curve(CUSP, folds()["F1"], "b", (-1, 1), first_bounds=(-1, 1))


def test_stable_is_solid_and_unstable_dashed():
    drawn = ms.plot.bifurcation_diagram(folds())
    looks = [(line.get_linestyle(), line.get_ydata().mean()) for line in drawn.branches]
    assert [look for look, _ in looks] == [SOLID, DASHED, SOLID]
    assert looks[0][1] < -0.5 < looks[1][1] < 0.5 < looks[2][1]


def test_lines_of_a_branch_touch():
    lines = ms.plot.bifurcation_diagram(folds()).branches
    for left, right in pairwise(lines):
        np.testing.assert_array_equal(left.get_xydata()[-1], right.get_xydata()[0])


def test_points_are_where_they_were_located_and_named():
    drawn = ms.plot.bifurcation_diagram(folds())
    places = [line.get_xydata()[0] for line in drawn.points]
    np.testing.assert_allclose(sorted(abs(x) for x, _ in places), [0.3849] * 2, atol=1e-4)
    assert [text.get_text() for text in drawn.labels] == ["F1", "F2"]
    assert not ms.plot.bifurcation_diagram(folds(), labels=False).labels


def test_cycles_are_drawn_by_their_extrema():
    branches, cycles = brusselator()
    drawn = ms.plot.bifurcation_diagram(branches, "x", cycles=cycles)
    high, low = drawn.cycles
    np.testing.assert_array_equal(high.get_ydata(), cycles.highest("x"))
    np.testing.assert_array_equal(low.get_ydata(), cycles.lowest("x"))
    assert high.get_linewidth() > 2  # stable


def test_datasets_from_a_file_are_drawn_alike(tmp_path):
    branches, cycles = brusselator()
    ms.save(branches, tmp_path / "branches.nc")
    ms.save(cycles, tmp_path / "cycles.nc")
    own = ms.plot.bifurcation_diagram(branches, "x", cycles=cycles)
    kept = ms.plot.bifurcation_diagram(
        ms.load(tmp_path / "branches.nc"), "x", cycles=[ms.load(tmp_path / "cycles.nc")]
    )
    for one, other in zip(own.branches + own.cycles, kept.branches + kept.cycles, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())


def test_two_settings_share_one_ax_in_two_colours():
    _, ax = plt.subplots()
    other = ms.bifurcation.equilibrium_branches(CUSP, "a", (-1, 1), params={"b": 0.5})
    ms.plot.bifurcation_diagram(folds(), label="b = 1", ax=ax)
    ms.plot.bifurcation_diagram(other, color="C1", label="b = 0.5", ax=ax)
    assert [text.get_text() for text in ax.legend().get_texts()] == ["b = 1", "b = 0.5"]


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match=r"`state` is 'y'; the branches have \['x'\]"):
        ms.plot.bifurcation_diagram(folds(), "y")


def test_what_is_no_branch_of_cycles_is_refused():
    with pytest.raises(TypeError, match="`cycles` holds a SpecialPoint"):
        ms.plot.bifurcation_diagram(folds(), cycles=[folds()["F1"]])


def test_a_chart_has_the_curve_and_its_cusp():
    drawn = ms.plot.two_parameter_chart(curve())
    (line,) = drawn.curves
    a, b = line.get_xydata().T
    np.testing.assert_allclose(27 * a**2, 4 * b**3, atol=1e-9)
    assert [text.get_text() for text in drawn.labels] == ["CP1"]
    np.testing.assert_allclose(drawn.points[0].get_xydata(), [[0, 0]], atol=1e-9)


def test_a_chart_can_be_turned_and_brings_each_point_once():
    drawn = ms.plot.two_parameter_chart([curve(), curve().to_dataset()], swapped=True)
    assert len(drawn.points) == 1
    assert drawn.curves[0].axes.get_xlabel().startswith("b ")


def test_neutral_saddles_are_dotted():
    takens = ms.models.zoo.bogdanov_takens()
    branches = ms.bifurcation.equilibrium_branches(
        takens, "beta1", (-0.5, 1), params={"beta2": -0.5}
    )
    hopf = ms.bifurcation.hopf_curve(
        takens, branches["H1"], "beta2", (-1, 1), first_bounds=(-0.5, 1)
    )
    labels = [line.get_label() for line in ms.plot.two_parameter_chart([hopf]).curves]
    assert labels == ["Hopf", "neutral saddle"]


def test_curves_in_different_planes_are_refused():
    other = curve().to_dataset().assign_attrs(parameters="a c")
    with pytest.raises(ValueError, match="give curves in one plane"):
        ms.plot.two_parameter_chart([curve(), other])
    assert isinstance(other, xr.Dataset)
