"""Systems that can be solved by hand, against `simulate`."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

import mirrorsys as ms
from mirrorsys import Phase, Protocol, Recording, System

Array = NDArray[np.float64]
METHODS = ["LSODA", "Radau", "BDF", "DOP853", "RK45"]
N = 3
LINEAR = System(
    "linear",
    {f"x{i}": "+".join([f"u{i}", *(f"a{i}{j}*x{j}" for j in range(N))]) for i in range(N)},
    {f"a{i}{j}": 0 for i in range(N) for j in range(N)},
    {f"u{i}": 0 for i in range(N)},
)
ENTRIES = st.lists(st.floats(-1, 1), min_size=N * N, max_size=N * N)
VECTORS = st.lists(st.floats(-2, 2), min_size=N, max_size=N)


def linear_run(matrix: Array, start: list[float], protocol: Protocol, **arguments: Any) -> Array:
    params = {f"a{i}{j}": matrix[i, j] for i in range(N) for j in range(N)}
    run = ms.simulate(
        LINEAR, protocol=protocol, params=params, rtol=1e-9, atol=1e-11,
        initial={f"x{i}": value for i, value in enumerate(start)}, **arguments,
    )  # fmt: skip
    return np.stack([run[f"x{i}"].values for i in range(N)])


def propagated(matrix: Array, x: Array, u: Array, t: float) -> Array:
    """Return the solution of x' = matrix x + u at time t, by the matrix exponential."""
    whole = np.zeros((N + 1, N + 1))
    whole[:N, :N], whole[:N, N] = matrix, u
    return np.asarray((expm(whole * t) @ [*x, 1])[:N])


@settings(max_examples=40)
@given(ENTRIES, VECTORS, st.lists(st.tuples(st.floats(0.01, 3), VECTORS), min_size=1, max_size=4))
def test_linear_systems_follow_the_matrix_exponential(
    entries: list[float], start: list[float], phases: list[tuple[float, list[float]]]
) -> None:
    matrix, x = np.reshape(entries, (N, N)), np.array(start)
    protocol = Protocol(
        tuple(Phase(t, {f"u{i}": each for i, each in enumerate(u)}) for t, u in phases)
    )
    found = linear_run(matrix, start, protocol, times=protocol.edges)
    for k, (t, u) in enumerate(phases):
        x = propagated(matrix, x, np.array(u), t)
        np.testing.assert_allclose(found[:, k + 1], x, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_on_a_spiral(method: str) -> None:
    matrix, start = np.array([[-0.1, 2, 0], [-2, -0.1, 0], [1, 0, -3]]), [1.0, 0, 0]
    times = np.linspace(0, 20, 81)
    found = linear_run(matrix, start, Protocol([Phase(20)]), times=times, method=method)
    expected = np.stack([expm(matrix * t) @ start for t in times], axis=1)
    np.testing.assert_allclose(found, expected, atol=2e-6)


@given(st.floats(0.05, 0.95), st.floats(0.1, 5), st.floats(0.1, 10))
def test_logistic_growth(start: float, rate: float, duration: float) -> None:
    logistic = System("logistic", {"x": "r*x*(1 - x)"}, {"r": 1})
    run = ms.simulate(logistic, duration=duration, params={"r": rate}, initial={"x": start})
    expected = 1 / (1 + (1 / start - 1) * np.exp(-rate * run.time))
    np.testing.assert_allclose(run.x, expected, atol=1e-6)


# ---- driven by a recording ---------------------------------------------------------------

LEAKY = System("leaky", {"x": "u - k*x"}, {"k": 1}, {"u": 0})


def convolved(curve: Recording, k: float, start: float, t: float) -> float:
    """Return x(t) of `LEAKY`, the integral over pieces on which the curve is a cubic.

    Gauss's rule with 20 nodes integrates cubic times exponential to the last digits.
    """
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.unique(np.clip([0.0, *curve.times, t], 0, t))
    # Short pieces, so that the exponential is tame in each.
    edges = np.unique(np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(edges)]))
    total = start * math.exp(-k * t)
    for a, b in pairwise(edges):
        s = (b - a) / 2 * nodes + (a + b) / 2
        total += (b - a) / 2 * float(weights @ (np.exp(-k * (t - s)) * curve(s)))
    return total


def test_a_straight_line_by_hand() -> None:
    ramp = Recording((0, 10), (0, 5))  # u = t/2: x = t/2 - 1/2 + exp(-t)/2
    run = ms.simulate(LEAKY, protocol=Phase(10, {"u": ramp}))
    expected = run.time / 2 - 0.5 + np.exp(-run.time) / 2
    np.testing.assert_allclose(run.x, expected, atol=1e-7)
    np.testing.assert_allclose(run.u, run.time / 2, atol=1e-12)
    assert convolved(ramp, 1, 0, 7) == pytest.approx(3 + math.exp(-7) / 2, abs=1e-13)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.05, 3), st.floats(0, 1)), min_size=2, max_size=12),
    st.floats(0.1, 5), st.floats(0, 1), st.floats(0.5, 1.5),
)  # fmt: skip
def test_a_recording_drives_a_linear_system(
    steps: list[tuple[float, float]], k: float, start: float, stretch: float
) -> None:
    times = np.cumsum([step for step, _ in steps]) - steps[0][0]
    curve = Recording(tuple(times), tuple(round(value, 6) for _, value in steps))
    duration = stretch * curve.duration  # shorter or longer than the recording
    moments = np.linspace(0, duration, 6)[1:]
    run = ms.simulate(
        LEAKY, protocol=Phase(duration, {"u": curve}), times=moments, params={"k": k},
        initial={"x": start},
    )  # fmt: skip
    expected = [convolved(curve, k, start, float(t)) for t in moments]
    np.testing.assert_allclose(run.x, expected, atol=1e-6)
    np.testing.assert_allclose(run.u, curve(moments), atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_short_burst_in_a_slow_recording_is_not_stepped_over(method: str) -> None:
    """Samples every 10 minutes, and once a minute with a sample every 5 seconds."""
    burst = 500 + np.arange(13) / 12
    slow = np.arange(0, 1001, 10.0)
    times = np.unique(np.concatenate([slow, burst]))
    values = np.where((times > 500) & (times < 501), 1.0, 0.0)
    curve = Recording(tuple(times), tuple(values))
    run = ms.simulate(
        LEAKY, protocol=Phase(1000, {"u": curve}), times=[502, 1000], params={"k": 0.001},
        method=method,
    )  # fmt: skip
    expected = [convolved(curve, 0.001, 0, t) for t in (502.0, 1000.0)]
    assert min(expected) > 0.5
    np.testing.assert_allclose(run.x, expected, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_one_sample_in_a_quiet_recording_is_not_stepped_over(method: str) -> None:
    times = np.arange(0, 1001, 10.0)
    curve = Recording(tuple(times), tuple(np.where(times == 500, 1.0, 0.0)))
    run = ms.simulate(
        LEAKY, protocol=Phase(1000, {"u": curve}), times=[520, 1000], params={"k": 0.001},
        method=method,
    )  # fmt: skip
    expected = [convolved(curve, 0.001, 0, t) for t in (520.0, 1000.0)]
    assert min(expected) > 1
    np.testing.assert_allclose(run.x, expected, rtol=1e-4)


def test_two_recordings_at_once() -> None:
    two = System("two", {"x": "u + v - x"}, inputs={"u": 0, "v": 0})
    u, v = Recording((0, 1, 4), (0, 1, 0)), Recording((0.5, 0.7, 3), (2, 0, 1))
    run = ms.simulate(two, protocol=Phase(5, {"u": u, "v": v}), times=[5])
    assert float(run.x[0]) == pytest.approx(convolved(u, 1, 0, 5) + convolved(v, 1, 0, 5), abs=1e-7)


def test_a_recording_begins_anew_in_every_phase() -> None:
    curve = Recording((0, 1, 2), (0, 1, 0))
    twice = Protocol((Phase(2, {"u": curve}), Phase(3), Phase(2, {"u": curve})))
    run = ms.simulate(LEAKY, protocol=twice, times=[1, 3, 6, 7])
    np.testing.assert_allclose(run.u, [1, 0, 1, 0], atol=1e-12)
    after = convolved(curve, 1, 0, 2)
    assert float(run.x[-1]) == pytest.approx(convolved(curve, 1, after * math.exp(-3), 2), abs=1e-7)
