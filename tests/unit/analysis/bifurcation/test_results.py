"""Branches as tables and files; their names, words and copies."""

import pickle

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import equilibrium_branches
from mirrorsys.analysis.bifurcation._results import Check


def named(state):
    """A system whose first state has a name of our choice, with a Hopf point at mu = 1."""
    return ms.System(
        "odd", {state: f"mu*{state} - {state}**3 - w", "w": f"2*{state} - w"}, {"mu": 1},
        box={state: (-2, 2), "w": (-2, 2)},
    )  # fmt: skip


def saved(dataset, tmp_path):
    ms.save(dataset, tmp_path / "result.nc")
    return ms.load(tmp_path / "result.nc")


@pytest.fixture(scope="module")
def dyad_branches():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    slow = {n: 0.1 if "pathway" in n else 0.8 for n in dyad.state_names
            if n.endswith(("pathway", "signal"))}  # fmt: skip
    frozen = dyad.freeze(slow)
    return equilibrium_branches(
        frozen, "client.stressor", (0, 0.05), params={"contact": 1}, n_starts=1, n_checks=0
    )


def test_a_row_for_each_point(cubic_branches):
    frame = cubic_branches.to_dataframe()
    (branch,) = cubic_branches.branches
    assert list(frame.columns) == [
        "branch", "mu", "x", "stability", "n_unstable", "leading_eigenvalue",
    ]  # fmt: skip
    assert len(frame) == len(branch)
    np.testing.assert_array_equal(frame["x"], branch.states[0])
    np.testing.assert_allclose(frame["leading_eigenvalue"], 1 - 3 * branch.states[0] ** 2)
    assert (frame["stability"] == np.where(branch.is_stable, "stable", "unstable")).all()


def test_the_leading_eigenvalue_may_be_one_of_a_pair(circle_branches):
    """Of mu + 2i and mu - 2i the upper one."""
    frame = circle_branches.to_dataframe()
    np.testing.assert_allclose(frame["leading_eigenvalue"], frame["mu"] + 2j, atol=1e-12)


def test_a_row_for_each_special_point(cubic_branches):
    frame = cubic_branches.points_to_dataframe()
    assert frame["name"].tolist() == ["F1", "F2"]
    assert frame["kind"].tolist() == ["fold", "fold"]
    np.testing.assert_allclose(frame["x"], [3**-0.5, -(3**-0.5)])


def test_without_special_points_the_columns_stay():
    found = equilibrium_branches(ms.System("line", {"x": "mu - x"}, {"mu": 0}), "mu", (-1, 1))
    frame = found.points_to_dataframe()
    assert frame.empty
    assert {"name", "kind", "mu", "x", "coefficient"} <= set(frame.columns)


def test_everything_survives_a_file(cubic_branches, tmp_path):
    dataset = cubic_branches.to_dataset()
    xr.testing.assert_identical(saved(dataset, tmp_path), dataset)
    assert dataset.attrs["status"] == cubic_branches.status
    assert dataset["special"].values.tolist() == ["F1", "F2"]


@pytest.mark.parametrize("equation", ["mu - x", "1 + x**2 + mu**2"])
def test_so_does_nothing(equation, tmp_path):
    made = ms.System("plain", {"x": equation}, {"mu": 0}, box={"x": (-2, 2)})
    found = equilibrium_branches(made, "mu", (-1, 1))
    xr.testing.assert_identical(saved(found.to_dataset(), tmp_path), found.to_dataset())
    assert len(found.to_dataframe()) == found.to_dataset().sizes["point"]


def test_names_with_dots_survive_a_file(dyad_branches, tmp_path):
    dataset = dyad_branches.to_dataset()
    xr.testing.assert_identical(saved(dataset, tmp_path), dataset)
    assert {"client.threat", "client.stressor"} <= set(dyad_branches.to_dataframe().columns)


def test_units_come_along(dyad_branches):
    dataset = dyad_branches.to_dataset()
    assert dataset["client.threat"].attrs["units"] == "1"
    assert dataset["client.threat"].attrs["long_name"]


@pytest.mark.parametrize("number", [np.int64(2), np.float32(2), np.float64(2)])
def test_params_of_any_type_of_number(circle, number, tmp_path):
    found = equilibrium_branches(circle, "mu", (-1, 1), params={"w": number})
    assert '"w": 2.0' in saved(found.to_dataset(), tmp_path).attrs["params"]


@pytest.mark.parametrize(
    "name", ["branch", "point", "stability", "n_unstable", "residual", "ends", "special", "state",
             "eigenvalue_real", "check_holds"],
)  # fmt: skip
def test_names_that_the_table_needs_are_refused(name):
    found = equilibrium_branches(named(name), "mu", (0.5, 1.5))
    assert found["H1"].state[name] == pytest.approx(0)  # all but the table works
    message = rf"'odd' has quantities called \['{name}'\], names that the table needs for itself"
    with pytest.raises(ValueError, match=message):
        found.to_dataset()
    with pytest.raises(ValueError, match=message):
        found.to_dataframe()


@pytest.mark.parametrize("name", ["leading_eigenvalue", "kind"])
def test_names_that_one_table_needs(name):
    found = equilibrium_branches(named(name), "mu", (0.5, 1.5))
    found.to_dataset()
    made = found.to_dataframe if name == "leading_eigenvalue" else found.points_to_dataframe
    with pytest.raises(ValueError, match="names that the table needs for itself"):
        made()


@pytest.mark.parametrize("name", ["period", "time", "orbit", "mean"])
def test_other_names_are_free(name):
    found = equilibrium_branches(named(name), "mu", (0.5, 1.5))
    assert name in found.to_dataset()
    assert name in found.to_dataframe()


def test_points_by_name_and_kind(cubic_branches):
    assert cubic_branches["F2"] is cubic_branches.points[1]
    assert cubic_branches.of_kind("fold") == cubic_branches.points
    assert cubic_branches.of_kind("hopf") == ()
    with pytest.raises(KeyError, match=r"no special point 'H1'; there are \['F1', 'F2'\]"):
        cubic_branches["H1"]


def test_what_it_prints(cubic_branches, circle_branches):
    first, *rest = repr(cubic_branches).splitlines()
    assert first == (
        "1 branch of equilibria of 'cubic', mu from -1 to 1: complete at 8 of 8 checked values"
    )
    assert rest[0] == "  F1: fold at mu=-0.3849001795 (x=0.57735)"
    assert "  H1: hopf, supercritical at mu=" in repr(circle_branches)


def test_copies(cubic_branches):
    copy = pickle.loads(pickle.dumps(cubic_branches))
    assert repr(copy) == repr(cubic_branches)
    xr.testing.assert_identical(copy.to_dataset(), cubic_branches.to_dataset())


def test_segments_cover_a_branch(cubic_branches):
    (branch,) = cubic_branches.branches
    parts = [part for part, _ in branch.segments()]
    assert parts[0].start == 0
    assert parts[-1].stop == len(branch)
    for part, count in branch.segments():
        assert (branch.n_unstable[part] == count).all()


def test_what_a_check_says():
    assert Check(0.0, 2, 2, True).holds
    assert not Check(0.0, 2, 1, True).holds
    assert not Check(0.0, 2, 2, False).holds
