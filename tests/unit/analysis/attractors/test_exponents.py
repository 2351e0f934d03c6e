"""What is concluded from the averages of an orbit: limits, verdicts, units."""

from types import SimpleNamespace

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.attractors._exponents import Averaging, _standard_errors
from mirrorsys.analysis.attractors._lyapunov import lyapunov_spectrum
from mirrorsys.analysis.attractors._lyapunov_results import LyapunovSpectrum

LONG = 1e9  # a duration beside which no turn of the orbit counts


def averaging(n_state=2, *, speed=1.0, tol=0.1, duration=LONG):
    """Return what judges exponents of an orbit that moves, or rests where its slopes are -1."""
    system = ms.System("any", {f"x{k}": "0" for k in range(n_state)})
    tangent = SimpleNamespace(state=np.zeros(n_state), vectors=np.eye(n_state), failure="")
    functions = (lambda _: np.full(n_state, speed)), (lambda _: -np.eye(n_state))
    attributes = {"duration": duration, "transient": 0.0, "tol": tol}
    return Averaging(system, tangent, functions, attributes)


def judged(exponents, errors, divergence=None, **options):
    exponents, errors = np.array(exponents, dtype=float), np.array(errors, dtype=float)
    mean = exponents.sum() if divergence is None else divergence
    return averaging(len(exponents), **options)._judged(exponents, errors, mean)


# ---- verdicts --------------------------------------------------------------------------------


def test_the_error_that_is_told_is_the_one_farthest_beyond_its_own_limit():
    # The limits are a tenth of each: 1.9 times the first, and 1.5 times the second, larger one.
    words = "not converged: the standard error of exponent 1 is 2, more than 1; raise `duration`"
    assert judged([10, -100], [1.9, 15], speed=0) == words
    words = "not converged: the standard error of exponent 2 is 4, more than 2; raise `duration`"
    assert judged([2, -20], [0.3, 4], speed=0) == words


@pytest.mark.parametrize("exponents", [[2, 0, -8], [-1, 0, -8], [0, -3, -8]])
@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_an_error_may_be_the_share_of_its_own_exponent_or_of_the_leading_one(exponents, factor):
    rest = [value for value in exponents if value]
    leading = abs(max(rest))
    allowed = 0.1 * np.maximum(np.abs(exponents), leading)
    for number in np.flatnonzero(exponents):
        errors = np.where(np.arange(3) == number, factor * allowed, 0.0)
        verdict = judged(exponents, errors)
        assert (verdict == "converged") == (factor < 1)
        assert factor < 1 or f"of exponent {number + 1} is" in verdict


@pytest.mark.parametrize(("gap", "is_fine"), [(0.19, True), (0.21, False), (-0.21, False)])
def test_exponents_must_add_up_to_the_divergence(gap, is_fine):
    """By a tenth of the leading one, 2; the sum is -6."""
    verdict = judged([2, 0, -8], [0, 0, 0], divergence=-6 + gap)
    assert (verdict == "converged") == is_fine
    assert is_fine or verdict.startswith("not converged: the exponents miss the mean divergence by")
    few = averaging(4)._judged(np.array([2.0, 0.0, -8.0]), np.zeros(3), 7.0)
    assert few == "converged"  # of some exponents no sum is known


def test_an_orbit_that_moves_has_an_exponent_zero_and_one_that_rests_need_not():
    words = "the orbit moves, but no exponent is zero (the nearest is -1)"
    assert words in judged([-1, -3], [0, 0])
    assert words not in judged([-1, -3], [0, 0], speed=0)
    assert judged([1, 3], [0, 0]) == "converged"  # all grow: it never comes back
    assert judged([-1, -3], [0.25, 0.05], tol=0.3) == "converged"  # within five errors of zero


@pytest.mark.parametrize(("duration", "is_zero"), [(15, True), (25, False)])
def test_the_zero_of_a_flow_may_be_off_by_its_turns_over_the_duration(duration, is_zero):
    """The speed may change e**20-fold from one place of an orbit to another."""
    verdict = judged([-1, -5], [0, 0], duration=duration)
    assert (verdict == "converged") == is_zero


def test_all_small_exponents_are_judged_by_what_the_duration_can_tell():
    """In a time of 20 everything below 1 may be zero."""
    assert judged([0.02, -0.02], [0.01, 0.01], duration=20) == "converged"
    assert judged([0.02, -0.02], [0.01, 0.03], duration=20).startswith("not converged: the standa")
    verdict = judged([0.5, -0.5], [0.06, 0.06], duration=20, divergence=0)
    assert verdict == ("not converged: so short a run cannot tell what is zero; raise `duration`")


# ---- averages --------------------------------------------------------------------------------


def test_standard_errors_are_those_of_the_mean_of_equal_stretches():
    rng = np.random.default_rng(3)
    logs, times = rng.normal(size=(60, 2)), np.full(60, 0.5)
    means = logs.reshape(30, 2, 2).sum(axis=1) / 1.0
    np.testing.assert_allclose(_standard_errors(logs, times), means.std(axis=0, ddof=1) / 30**0.5)
    few = logs[:5] / 0.5
    np.testing.assert_allclose(
        _standard_errors(logs[:5], times[:5]), few.std(axis=0, ddof=1) / 5**0.5
    )
    assert np.isnan(_standard_errors(logs[:1], times[:1])).all()
    assert _standard_errors(np.ones((2, 1)), np.ones(2)) == 0


@pytest.mark.parametrize("duration", [3, 40])
def test_a_run_has_two_hundred_intervals_at_least_unless_they_are_given(duration):
    swing = ms.System("swing", {"x": "y", "y": "-x"}, initial={"x": 1})
    found = lyapunov_spectrum(swing, duration=duration)
    assert found.attributes["n_intervals"] >= 200
    total = found.attributes["n_intervals"] * found.attributes["interval"]
    assert total == pytest.approx(duration)
    given = lyapunov_spectrum(swing, duration=duration, interval=duration / 4)
    assert given.attributes["n_intervals"] == 4
    assert len(given.history.time) == 4


@pytest.mark.parametrize(("unit", "rate"), [("1", "1"), ("h", "1/h"), ("(40 ms)", "1/(40 ms)")])
def test_an_exponent_is_a_rate(unit, rate):
    decay = ms.System("decay", {"x": "-x"}, time_unit=unit)
    found = lyapunov_spectrum(decay, duration=1)
    assert found.history.exponent.units == rate
    assert found.to_dataset().divergence.units == rate
    assert found.history.time.units == unit


@pytest.mark.parametrize(
    ("errors_away", "dimension"),
    [(3.5, 1.035), (2.5, 1.0), (-2.5, 1.0), (-3.5, 0.0)],
)
def test_what_is_within_three_standard_errors_of_zero_counts_as_zero(errors_away, dimension):
    history = lyapunov_spectrum(ms.System("decay", {"x": "-x"}), duration=1).history
    exponents, errors = np.array([0.01 * errors_away, -1.0]), np.array([0.01, 0.01])
    found = LyapunovSpectrum(
        exponents, errors, history, "converged", float(exponents.sum()), dict.fromkeys("ab", 0.0)
    )
    assert found.kaplan_yorke_dimension == pytest.approx(dimension)
