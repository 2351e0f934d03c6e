"""Designs in blocks: what is left of them after failures, and what is passed on to SALib."""

import numpy as np
import pytest
import xarray as xr

from mirrorsys.analysis.sensitivities._designs import Design, design_of, salib_of

N_BLOCKS, SIZE = 10, 4  # of two quantities, by Sobol's method
SPANS = {"a": (0.0, 1.0), "b": (-3.0, 5.0)}


class Analysis:
    """Stands for SALib's: notes what it is given, and finds the mean."""

    def __init__(self):
        self.values = self.options = None

    def __call__(self, problem, values, **options):
        self.values, self.options = values, options
        found = np.full(2, values.mean())
        return {"S1": found, "S1_conf": 0 * found, "ST": found, "ST_conf": 0 * found}


def design(analyze, n_blocks=N_BLOCKS):
    points = np.arange(n_blocks * SIZE * 2.0).reshape(-1, 2)
    return Design({"names": ["a", "b"]}, points, SIZE, "sobol", 11, 0.9, analyze)


def estimated(values, words="failed: too many steps"):
    """Return the estimate of an outcome with these values, and what SALib was given."""
    analyze, values = Analysis(), np.array(values, dtype=float)
    status = np.where(np.isfinite(values), "completed", words)
    runs = xr.Dataset({"y": ("member", values), "status": ("member", status)})
    return design(analyze, values.size // SIZE).estimates(runs, "y"), analyze


def with_lost(n_lost, n_blocks=N_BLOCKS):
    values = np.arange(float(n_blocks * SIZE))
    values[1 : n_lost * SIZE : SIZE] = np.nan
    return values


# ---- blocks ----------------------------------------------------------------------------------


def test_a_whole_design_is_passed_on_as_it_is():
    values = with_lost(0)
    found, analyze = estimated(values)
    np.testing.assert_array_equal(analyze.values, values)
    assert analyze.options == {"conf_level": 0.9, "seed": 11, "calc_second_order": False}
    assert (found.status, found.n_failed, found.n_used) == ("completed", 0, values.size)
    assert (found.mean, found.variance) == pytest.approx((values.mean(), values.var()))
    np.testing.assert_array_equal(found.measures["first_order"], [values.mean()] * 2)


@pytest.mark.parametrize(("n_lost", "is_estimated"), [(1, True), (5, True), (6, False), (9, False)])
def test_beyond_half_of_all_blocks_nothing_is_estimated(n_lost, is_estimated):
    values = with_lost(n_lost)
    found, analyze = estimated(values)
    assert (analyze.values is not None) == np.isfinite(found.measures["total_order"]).all()
    assert (analyze.values is not None) == is_estimated
    assert ("too few remain" in found.status) == (not is_estimated)
    kept = values[n_lost * SIZE :]
    assert (found.n_failed, found.n_used) == (n_lost, kept.size)
    assert (found.mean, found.variance) == pytest.approx((kept.mean(), kept.var()))
    assert f"{n_lost} of 10 blocks of the design are left out" in found.status
    assert "(the first is member 1: failed: too many steps)" in found.status


@pytest.mark.parametrize(("n_blocks", "is_estimated"), [(1, False), (2, True)])
def test_one_block_is_too_few(n_blocks, is_estimated):
    found, _ = estimated(with_lost(0, n_blocks))
    assert np.isfinite(found.measures["first_order"]).all() == is_estimated


def test_where_no_block_is_whole_there_is_no_mean_either():
    found, _ = estimated(with_lost(N_BLOCKS), words="completed")
    assert np.isnan([found.mean, found.variance]).all()
    assert found.n_used == 0
    assert "member 1: completed, without a number" in found.status


@pytest.mark.parametrize(("spread", "is_flat"), [(0, True), (1e-14, True), (1e-9, False)])
@pytest.mark.parametrize("size", [1e-6, -3.0, 1e8])
def test_a_spread_that_is_rounding_is_none(spread, is_flat, size):
    values = np.full(N_BLOCKS * SIZE, size)
    values[5] *= 1 + spread
    found, analyze = estimated(values)
    assert ("the outcome is the same everywhere" in found.status) == is_flat
    assert (analyze.values is None) == is_flat


# ---- points ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "size"), [("sobol", 4), ("morris", 3)])
def test_points_fill_their_ranges_in_blocks(method, size):
    pytest.importorskip("SALib")
    own = design_of(salib_of(method), SPANS, 64, method, 3, 0.95)
    assert own.size == size
    assert own.points.shape == (64 * size, 2)
    low, high = np.array(list(SPANS.values())).T
    assert np.all((own.points >= low) & (own.points <= high))
    assert np.all(np.abs(own.points.mean(axis=0) - (low + high) / 2) < 0.15 * (high - low))
    again = design_of(salib_of(method), SPANS, 64, method, 3, 0.95)
    other = design_of(salib_of(method), SPANS, 64, method, 4, 0.95)
    np.testing.assert_array_equal(again.points, own.points)
    assert again.seed == own.seed > 0
    assert other.seed != own.seed
    assert not np.array_equal(other.points, own.points)


def test_within_a_block_of_morris_one_quantity_changes_at_a_time():
    """By two thirds of its range: on four levels, from one half to the other."""
    pytest.importorskip("SALib")
    own = design_of(salib_of("morris"), SPANS, 16, "morris", 1, 0.95)
    shares = (own.points - [0, -3]) / [1, 8]
    steps = np.abs(np.diff(shares.reshape(16, 3, 2), axis=1))
    np.testing.assert_allclose(np.sort(steps, axis=2)[..., 0], 0, atol=1e-12)
    np.testing.assert_allclose(steps.max(axis=2), 2 / 3)
    np.testing.assert_allclose(steps.sum(axis=1), 2 / 3)  # each quantity once
