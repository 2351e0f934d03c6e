"""Branches of cycles as tables and files."""

import pickle

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import CycleBranch, cycle_branch, periodic_orbit


def test_a_row_for_each_cycle(circle_cycles):
    frame = circle_cycles.to_dataframe()
    assert list(frame.columns) == [
        "mu", "period", "highest_x", "lowest_x", "highest_y", "lowest_y", "stability",
    ]  # fmt: skip
    np.testing.assert_allclose(frame["highest_x"], np.sqrt(frame["mu"]), rtol=1e-8)
    np.testing.assert_allclose(frame["lowest_y"], -np.sqrt(frame["mu"]), rtol=1e-8)
    np.testing.assert_allclose(frame["period"], np.pi, rtol=1e-9)
    assert (frame["stability"] == "stable").all()
    assert circle_cycles.is_stable.all()


def test_it_survives_a_file(circle_cycles, tmp_path):
    dataset = circle_cycles.to_dataset()
    ms.save(dataset, tmp_path / "cycles.nc")
    xr.testing.assert_identical(ms.load(tmp_path / "cycles.nc"), dataset)
    expected = np.exp(-4 * np.pi * circle_cycles.parameter / 2)
    np.testing.assert_allclose(dataset["multiplier_real"].min("multiplier"), expected, rtol=1e-5)
    assert dataset.attrs["ends"] == "begins at H1 | reaches the bound mu = 1"


def test_extrema_of_a_state(circle_cycles):
    np.testing.assert_array_equal(
        circle_cycles.highest("x"), [orbit.highest["x"] for orbit in circle_cycles.orbits]
    )
    with pytest.raises(ValueError, match="'circle' has no state called 'q'"):
        circle_cycles.highest("q")
    with pytest.raises(ValueError, match="'circle' has no state called 'mu'"):
        circle_cycles.lowest("mu")


def test_none_at_all(circle, tmp_path):
    none = CycleBranch(
        system=circle, parameter_name="mu", bounds=(0.0, 1.0), params={}, orbits=(), points=(),
        ends=("stopped", "stopped"),
    )  # fmt: skip
    assert len(none) == len(none.to_dataframe()) == none.to_dataset().sizes["orbit"] == 0
    ms.save(none.to_dataset(), tmp_path / "none.nc")
    xr.testing.assert_identical(ms.load(tmp_path / "none.nc"), none.to_dataset())
    assert none.is_stable.dtype == bool


def test_copies_and_words(circle_cycles):
    assert repr(pickle.loads(pickle.dumps(circle_cycles))) == repr(circle_cycles)
    assert repr(circle_cycles) == (
        f"{len(circle_cycles)} cycles of 'circle' over mu: begins at H1; reaches the bound mu = 1"
    )
    with pytest.raises(KeyError, match="there is no special point 'LPC1'"):
        circle_cycles["LPC1"]


def turning(parameter):
    """A cycle of radius 1 over a parameter of any name."""
    growth = f"({parameter} - x**2 - y**2)"
    return ms.System(
        "turning", {"x": f"{growth}*x - y", "y": f"x + {growth}*y"}, {parameter: 1},
        initial={"x": 1},
    )  # fmt: skip


@pytest.mark.parametrize("name", ["period", "stability", "error", "orbit"])
def test_a_parameter_whose_name_the_table_needs(name):
    made = turning(name)
    cycles = cycle_branch(made, periodic_orbit(made), name, (0.9, 1.1))
    with pytest.raises(ValueError, match=rf"'turning' has quantities called \['{name}'\]"):
        cycles.to_dataset()


def test_a_parameter_called_like_an_extremum():
    made = turning("highest_x")
    cycles = cycle_branch(made, periodic_orbit(made), "highest_x", (0.9, 1.1))
    cycles.to_dataset()
    with pytest.raises(ValueError, match=r"'turning' has quantities called \['highest_x'\]"):
        cycles.to_dataframe()


@pytest.mark.slow
def test_names_with_dots(tmp_path):
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    slow = {n: 0.1 if "pathway" in n else 0.8 for n in dyad.state_names
            if n.endswith(("pathway", "signal"))}  # fmt: skip
    frozen = dyad.freeze(slow)
    hopf = ms.bifurcation.equilibrium_branches(
        frozen, "client.pathway", (0.3, 0.45), params={"contact": 1}, n_starts=2
    )["H1"]
    cycles = cycle_branch(frozen, hopf, "client.pathway", (0.3, 0.4))
    for dataset in (cycles.to_dataset(), cycles.orbits[-1].to_dataset()):
        ms.save(dataset, tmp_path / "cycles.nc")
        xr.testing.assert_identical(ms.load(tmp_path / "cycles.nc"), dataset)
    assert "highest_client.threat" in cycles.to_dataframe()
