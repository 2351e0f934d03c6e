"""Between two steps: DOP853's curve is SciPy's where that is exact enough, and better elsewhere."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import DOP853

from mirrorsys.flow._scipy_engine import METHODS

OURS: Any = METHODS["DOP853"]
RTOL, ATOL = 1e-8, 1e-10


def solver(rates: Callable[[float, Any], Any], end: float) -> Any:
    return OURS(rates, 0.0, [1.0], end, rtol=RTOL, atol=ATOL)


def decay(t: float, y: Any) -> Any:
    """Towards 0 steps grow until they are held by their stability."""
    return -y


def follow(t: float, y: Any) -> Any:
    """A state that follows cos(t): steps are held by their error."""
    return -50 * (y - np.cos(t))


def test_between_steps_held_by_stability_it_is_about_as_exact_as_at_their_ends() -> None:
    at_ends, by_scipy, ours = [], [], []
    run = solver(decay, 200.0)
    while run.status == "running":
        run.step()
        times = np.linspace(run.t_old, run.t, 9)[1:-1]
        allowed = ATOL + RTOL * max(abs(run.y_old[0]), abs(run.y[0]))
        at_ends.append(abs(run.y[0] - np.exp(-run.t)) / allowed)
        for found, curve in ((by_scipy, DOP853.dense_output(run)), (ours, run.dense_output())):
            found.append(np.abs(curve(times)[0] - np.exp(-times)).max() / allowed)
    assert max(ours) < max(at_ends)
    assert max(by_scipy) > 10 * max(ours)  # else there would be nothing to mend


def test_the_better_curve_joins_the_ends_of_its_step() -> None:
    run = solver(decay, 200.0)
    while run.t < 100:
        run.step()
    curve = run.dense_output()
    assert curve(run.t_old)[0] == run.y_old[0]
    assert curve(run.t)[0] == pytest.approx(run.y[0], abs=2 * ATOL)


def test_where_steps_are_held_by_their_error_it_is_scipys_to_the_bit() -> None:
    run = solver(follow, 1.0)
    while run.status == "running":
        run.step()
        times = np.linspace(run.t_old, run.t, 9)
        by_scipy = DOP853.dense_output(run)(times)
        n_rates = run.nfev
        np.testing.assert_array_equal(run.dense_output()(times), by_scipy)
        assert run.nfev <= n_rates + 3  # the curve's own, and no step once more


@pytest.mark.parametrize("n_working", [0, 20])
def test_where_the_shorter_steps_fail_the_first_curve_stays(n_working: int) -> None:
    left = [10**9]

    def until_it_breaks(t: float, y: Any) -> Any:
        left[0] -= 1
        return -y if left[0] >= 0 else y * np.nan

    run = solver(until_it_breaks, 200.0)
    while run.t < 100:
        run.step()
    middle = (run.t_old + run.t) / 2
    assert run.dense_output()(middle) != DOP853.dense_output(run)(middle)
    by_scipy = DOP853.dense_output(run)(middle)
    left[0] = 3 + n_working  # what the curve itself takes, then part of the shorter steps
    assert run.dense_output()(middle) == by_scipy
