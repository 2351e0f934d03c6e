"""Shares of variance and elementary effects: closed forms, failed runs, bad calls."""

import sys

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis import global_sensitivity

pytest.importorskip("SALib")

END = ms.outputs.at_times("x", [1])
# States that integrate to the function in question: x(1) = f(a, b, c).
ISHIGAMI = ms.System(
    "Ishigami", {"x": "sin(a) + 7*sin(b)**2 + 0.1*c**4*sin(a)"}, dict.fromkeys("abc", 0.0)
)
CIRCLE = dict.fromkeys("abc", (-np.pi, np.pi))
LINEAR = ms.System("linear", {"x": "2*a - 3*b + u"}, {"a": 0, "b": 0}, {"u": 0.0})
UNIT = {"a": (0, 1), "b": (0, 1)}


def ishigami_indices(a=7, b=0.1):
    """Return first and total order indices, and the variance: Ishigami and Homma (1990)."""
    first = np.array([(1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 0])
    both = b**2 * np.pi**8 * 8 / 225  # of a and c together
    variance = first.sum() + both
    return first / variance, (first + np.array([both, 0, both])) / variance, variance


# ---- closed forms ----------------------------------------------------------------------------


def test_the_indices_of_ishigami_are_found_within_their_intervals():
    found = global_sensitivity(ISHIGAMI, CIRCLE, END, n=2048, seed=3, duration=1)
    first, total, variance = ishigami_indices()
    here = found.sel(outcome="outcome")
    assert np.all(abs(here.first_order - first) < here.first_order_confidence)
    assert np.all(abs(here.total_order - total) < here.total_order_confidence)
    np.testing.assert_allclose(here.first_order, first, atol=0.02)  # half-widths are 0.04
    np.testing.assert_allclose(here.total_order, total, atol=0.03)
    assert here.variance == pytest.approx(variance, rel=0.01)
    assert here["mean"] == pytest.approx(3.5, rel=0.01)
    assert here.n_used == 2048 * 5
    assert here.n_failed == 0
    assert here.status == "completed"


def test_a_linear_outcome_has_shares_of_its_squared_slopes():
    ranges = {**UNIT, "u": (0, 2), "x": (0, 4)}  # an input at rest and a start, too
    found = global_sensitivity(LINEAR, ranges, END, n=1024, seed=1, duration=1).isel(outcome=0)
    shares = np.array([2, 3, 2, 4]) ** 2 / 33
    np.testing.assert_allclose(found.first_order, shares, atol=0.01)
    np.testing.assert_allclose(found.total_order, shares, atol=0.01)
    assert found.variance == pytest.approx(33 / 12, rel=0.01)


def test_elementary_effects_of_a_linear_outcome_are_its_slopes_over_the_ranges():
    ranges = {"a": (0, 2), "b": (0, 1)}
    found = global_sensitivity(LINEAR, ranges, END, n=8, method="morris", seed=1, duration=1)
    here = found.isel(outcome=0)
    np.testing.assert_allclose(here.mu, [4, -3], rtol=1e-9)
    np.testing.assert_allclose(here.mu_star, [4, 3], rtol=1e-9)
    np.testing.assert_allclose(here.sigma, 0, atol=1e-8)
    np.testing.assert_allclose(here.mu_star_confidence, 0, atol=1e-8)
    assert here.n_used == 8 * 3


def test_an_interaction_shows_in_the_total_order_and_in_sigma():
    product = ms.System("product", {"x": "a*b"}, {"a": 0, "b": 0})
    ranges = {"a": (-1, 1), "b": (-1, 1)}
    found = global_sensitivity(product, ranges, END, n=1024, seed=1, duration=1).isel(outcome=0)
    np.testing.assert_allclose(found.first_order, 0, atol=0.03)
    np.testing.assert_allclose(found.total_order, 1, atol=0.03)
    screened = global_sensitivity(
        product, ranges, END, n=64, method="morris", seed=1, duration=1
    ).isel(outcome=0)  # effects 2 a of b on levels -1, -1/3, 1/3, 1
    assert np.all(screened.sigma > 1)
    assert np.all(abs(screened.mu) < 0.5)


def test_a_bare_name_spans_a_dimension_for_every_person():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    outcome = ms.outputs.mean("client.threat", window=(15, 50))
    found = global_sensitivity(
        dyad, {"kappa": (0.5, 0.8), "client.pathway": (0.1, 0.3)}, outcome, n=8, method="morris",
        seed=1, protocol=ms.protocols.session(),
    )  # fmt: skip
    names = ["client.kappa", "therapist.kappa", "client.pathway"]
    assert found.parameter.values.tolist() == names
    assert found.mu.sel(parameter="client.pathway").item() < 0  # a stronger pathway soothes
    assert np.isfinite(found.mu_star).all()


def test_a_number_spans_all_parameters():
    system = ms.System("product", {"x": "a*b*c"}, {"a": 1, "b": 2, "c": 0})
    found = global_sensitivity(system, 0.1, END, n=4, method="morris", seed=1, duration=1)
    assert found.parameter.values.tolist() == ["a", "b"]  # 10 % of zero is nothing
    np.testing.assert_allclose(found.parameter_low, [0.9, 1.8])
    np.testing.assert_allclose(found.parameter_high, [1.1, 2.2])


# ---- the same numbers again --------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_the_seed_decides_everything_and_nothing_else_does(method, seed):
    def again(other=seed):
        return global_sensitivity(
            ISHIGAMI, CIRCLE, END, n=16, method=method, seed=other, duration=1
        )

    np.random.seed(1)  # noqa: NPY002 - the global state must not matter, nor be touched
    first = again()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert first.identical(again())
    np.random.seed(1)  # noqa: NPY002
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    assert not first.equals(again(seed + 1))


def test_a_result_is_a_tidy_table_and_is_saved(tmp_path):
    outcomes = {"end": END, "top": ms.outputs.highest("x", window=(0, 1))}
    found = global_sensitivity(LINEAR, UNIT, outcomes, n=16, seed=1, duration=1)
    table = found.to_dataframe()
    assert list(table.index.names) == ["outcome", "parameter"]
    assert len(table) == 4
    ms.save(found, tmp_path / "found.nc")
    assert ms.load(tmp_path / "found.nc").identical(found)


def test_runs_are_kept_in_a_store(tmp_path):
    pytest.importorskip("zarr")
    options = {"n": 4, "method": "morris", "seed": 1, "duration": 1}
    first = global_sensitivity(LINEAR, UNIT, END, store=tmp_path / "runs.zarr", **options)
    assert (tmp_path / "runs.zarr").is_dir()
    again = global_sensitivity(LINEAR, UNIT, END, store=tmp_path / "runs.zarr", **options)
    np.testing.assert_array_equal(first.mu, again.mu)


def test_noise_is_part_of_the_spread():
    noisy = ms.System("noisy", {"x": "a"}, {"a": 0}, diffusion={"x": "1"})
    found = global_sensitivity(
        noisy, {"a": (0, 1)}, END, n=1024, seed=1, duration=1, noise=ms.Noise(0.1)
    ).isel(outcome=0)  # variance 1/12 by a, 1 by noise
    assert found.variance == pytest.approx(13 / 12, rel=0.1)
    assert found.first_order.item() == pytest.approx(1 / 13, abs=0.15)


# ---- failed runs -------------------------------------------------------------------------------


def test_blocks_with_a_failed_run_are_left_out_and_told():
    # 1/(1 - a x) blows up before time 1 where a > 1: from 0 to 1.02 one in fifty runs fails.
    blowup = ms.System("blow-up", {"x": "a*x**2 + 0*b"}, {"a": 0.5, "b": 0}, initial={"x": 1})
    ranges = {"a": (0, 1.02), "b": (0, 1)}
    with pytest.warns(UserWarning, match="estimated from a part of its design") as caught:
        found = global_sensitivity(
            blowup, ranges, ms.outputs.at_times("1/x", [1]), n=128, seed=1, duration=1,
            max_steps=5000,
        ).isel(outcome=0)  # fmt: skip
    assert len(caught) == 1
    assert 0 < found.n_failed < 50
    assert found.n_used % 4 == 0
    assert found.n_used <= 128 * 4 - found.n_failed
    status = str(found.status.values)
    assert status.startswith(f"{int(found.n_failed)} of 512 runs have no outcome")
    assert "failed" in status
    assert f"{128 - int(found.n_used) // 4} of 128 blocks" in status
    # 1/x(1) is 1 - a: all by a, nothing by b.
    np.testing.assert_allclose(found.total_order, [1, 0], atol=0.1)


def test_elementary_effects_leave_out_trajectories_with_a_failed_run():
    # 1/x(1) is 1 - a - b, but x blows up where both are at the upper end of their range.
    blowup = ms.System("blow-up", {"x": "(a + b)*x**2"}, {"a": 0, "b": 0}, initial={"x": 1})
    with pytest.warns(UserWarning, match="blocks of the design are left out"):
        found = global_sensitivity(
            blowup, {"a": (0, 0.55), "b": (0, 0.55)}, ms.outputs.at_times("1/x", [1]), n=16,
            method="morris", seed=1, duration=1, max_steps=5000,
        ).isel(outcome=0)  # fmt: skip
    assert 8 * 3 <= found.n_used < 16 * 3
    np.testing.assert_allclose(found.mu, -0.55, rtol=1e-6)
    np.testing.assert_allclose(found.sigma, 0, atol=1e-6)


def test_where_most_runs_have_no_outcome_nothing_is_estimated():
    late = ms.outputs.first_time("x > 1.5")
    with pytest.warns(UserWarning, match=r"too few remain.*narrow `ranges`"):
        found = global_sensitivity(LINEAR, {"a": (0, 1)}, late, n=16, seed=1, duration=1).isel(
            outcome=0
        )
    assert np.isnan(found.first_order).all()
    assert "completed, without a number" in str(found.status.values)
    assert found.n_failed > 0


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_an_outcome_that_is_the_same_everywhere_has_nothing_to_attribute(method):
    still = ms.System("still", {"x": "0*a"}, {"a": 0}, initial={"x": 2})
    found = global_sensitivity(still, {"a": (0, 1)}, END, n=8, method=method, seed=1, duration=1)
    assert "the same everywhere" in str(found.status.values[0])
    values = found["first_order" if method == "sobol" else "mu_star"]
    assert np.isnan(values).all()


# ---- bad calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"method": "fast"}, ValueError, r"`method` is 'fast'; give one of \['sobol', 'morris'\]"),
        ({"n": 100}, ValueError, r"`n` is 100; a Sobol design needs a power of 2, such as 128"),
        ({"n": 0}, ValueError, r"`n` is 0; give a whole number from 2"),
        ({"n": 2.5}, ValueError, r"`n` is 2\.5"),
        ({"seed": -1}, ValueError, r"`seed` is -1"),
        ({"seed": None}, ValueError, r"`seed` is None"),
        ({"confidence": 95}, ValueError, r"`confidence` is 95; give a level such as 0\.95"),
        ({"ranges": {"a": (1, 0)}}, ValueError, r"`ranges` of 'a' is \(1, 0\)"),
        ({"ranges": {"q": (0, 1)}}, ValueError, r"called 'q'"),
        ({"ranges": {}}, ValueError, r"`ranges` is \{\}, which names nothing"),
        ({"outcome": {}}, ValueError, r"`outcome` is empty"),
        ({"outcome": "x"}, TypeError, r"`outcome` is 'x'; give what mirrorsys\.outputs makes"),
        ({"outcome": {"end": "x"}}, TypeError, r"output 'end' is 'x'"),
        (
            {"outcome": ms.outputs.at_times("x", [0.5, 1])},
            ValueError,
            r"`outcome` 'outcome' gives 2 numbers a member, and one is needed",
        ),
        ({"outcome": ms.outputs.at_times("x", [3])}, ValueError, r"reaches to 3"),
    ],
)
def test_bad_calls_say_what_fits(change, kind, message):
    given = {"ranges": UNIT, "outcome": END, "n": 8, "seed": 1, "duration": 1, **change}
    with pytest.raises(kind, match=message):
        global_sensitivity(LINEAR, given.pop("ranges"), given.pop("outcome"), **given)


def test_without_salib_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.analyze", None)
    with pytest.raises(ImportError, match=r"pip install 'mirrorsys\[sensitivity\]'"):
        global_sensitivity(LINEAR, UNIT, END, n=8, seed=1, duration=1)
