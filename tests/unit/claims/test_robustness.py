"""Robustness and populations: shares, intervals, what decides; scores of many clients."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import claims


@pytest.fixture(scope="module")
def result():
    return claims.robustness(6, ranges=0.2, systems=["S1", "S2"], seed=3, progress=False)


def test_each_set_is_judged_as_check_does(result):
    for index in (0, 5):
        params = {str(n): float(result[n][index]) for n in result.parameter.values}
        table = claims.check(["S1", "S2"], params=params)
        table = table[table.direction != "reported"]
        np.testing.assert_allclose(result.value[index], table.value, rtol=1e-12)
        np.testing.assert_array_equal(result.holds[index], table.holds.astype(bool))
        stands = table.holds.astype(bool) & table.control_broken.astype(bool)
        np.testing.assert_array_equal(result.stands[index], stands)
    assert result.statement.values.tolist() == table.statement.tolist()


def test_shares_and_intervals(result):
    np.testing.assert_allclose(result.share, result.stands.mean("set"))
    assert (result.share_low <= result.share).all()
    assert (result.share <= result.share_high).all()
    np.testing.assert_array_equal(result.all_stand, result.stands.all("claim"))
    table = claims.robustness_table(result)
    assert len(table) == result.sizes["claim"]
    assert table["decided by"].str.contains("rho").any()


def test_influence_is_a_rank_correlation(result):
    assert (abs(result.influence) <= 1 + 1e-12).all()
    from scipy.stats import spearmanr

    exact = spearmanr(result.margin[:, 2], result["rho"]).statistic
    np.testing.assert_allclose(result.influence.sel(parameter="rho")[2], exact)


def test_a_set_that_cannot_be_computed_stands_for_nothing(monkeypatch):
    from mirrorsys.claims import _robustness

    def fail(*_):
        raise ms.IntegrationError("no", None, 0.0, "phase", {})

    monkeypatch.setattr(_robustness, "judged", fail)
    failed = claims.robustness(2, systems="S1", progress=False)
    assert not failed.stands.any()
    assert np.isnan(failed.value).all()


def test_scores_of_a_population():
    scores = claims.course_scores(16, n_sessions=4, error=0.0, seed=2)
    assert dict(scores.sizes) == {"member": 16, "session": 4}
    np.testing.assert_allclose(scores.points, 63 * scores.threat)
    assert (np.diff(scores.threat.mean("member")) < 0).all()
    noisy = claims.course_scores(16, n_sessions=4, error=3.0, seed=2)
    assert 1.5 < float((noisy.points - scores.points).std()) < 4
    one = {name: float(scores[name][3]) for name in scores.coords if str(name).startswith("client")}
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    run = ms.simulate(
        dyad, protocol=ms.protocols.weekly_sessions(4, before_days=7), params=one, engine="auto"
    )
    between = run.pathway_at_end.sel(person="client")[run.phase_name == "between"]
    np.testing.assert_allclose(scores.pathway[3], between, atol=1e-7)
