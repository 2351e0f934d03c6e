"""Noise in machine code: its numbers far out, its steps, and the ends of ranges."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

import mirrorsys as ms
from mirrorsys.kernels import _stochastic
from mirrorsys.kernels._code import WORD, Code, Memory
from mirrorsys.kernels._diffusion import noise_terms
from mirrorsys.kernels._random import normals

# From 1e-15, beyond the approximation in the middle and that in the tails.
SHARES = [1e-15, 1e-13, 1.3e-11, 1.5e-11, 1e-6, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.93, 0.999,
          1 - 1e-9, 1 - 1e-13, 1 - 1e-15]  # fmt: skip


@pytest.mark.parametrize("lanes", [1, 2, 8])
def test_numbers_are_quantiles_of_the_normal_distribution(
    lanes: int, computed: Callable[..., None]
) -> None:
    bits = (np.array(SHARES) * 2.0**52).astype(np.uint64)
    high, low = bits >> np.uint64(20), (bits & np.uint64(2**20 - 1)) << np.uint64(12)
    found = np.empty(len(SHARES))

    def write(code: Code, first: Memory, second: Memory, out: Memory) -> None:
        kind = code.whole_vector
        firsts, seconds = (Memory(code, each.address, kind) for each in (first, second))
        with code.loop(len(SHARES) // lanes) as i:
            out[i] = _stochastic._normal(code, firsts[i], seconds[i])

    computed(write, high, low, found, lanes=lanes)
    exact = norm.ppf((bits.astype(float) + 0.5) * 2.0**-52)
    np.testing.assert_allclose(found, exact, rtol=2e-13, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_numbers_depend_on_seed_stream_and_step_as_the_reference_does(
    n: int, computed: Callable[..., None]
) -> None:
    seed, lanes = 2**63 + 2**40 + 3, 4
    stream, step = np.array([0, 1, 2**33 + 7, 5]), np.array([0, 2**34 + 1, 3, 2**31])
    found = np.empty((n, lanes))

    def write(code: Code, seeds: Memory, streams: Memory, steps: Memory, out: Memory) -> None:
        given = (Memory(code, each.address, code.whole_vector)[0] for each in (streams, steps))
        numbers = _stochastic.normal_numbers(code, Memory(code, seeds.address, WORD)[0], *given, n)
        assert len(numbers) == n
        for k, each in enumerate(numbers):
            out[k] = each

    computed(write, np.array([seed], dtype=np.uint64), stream, step, found, lanes=lanes)
    np.testing.assert_allclose(found, normals(seed, stream, step, n), atol=3e-13)


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (0.0, math.inf), (-math.inf, 1.0), (-math.inf, math.inf),
                      (-2.5, -0.5)],
)  # fmt: skip
def test_a_state_is_reflected_at_the_end_it_has_passed(
    low: float, high: float, computed: Callable[..., None]
) -> None:
    x = np.array([-7.0, -2.6, -0.6, -0.4, -0.1, 0.0, 0.3, 1.0, 1.2, 9.0, math.inf, -math.inf])
    found = np.empty_like(x)

    def write(code: Code, given: Memory, out: Memory) -> None:
        with code.loop(x.size) as i:
            out[i] = _stochastic._inside(code, given[i], low, high)

    computed(write, x, found, lanes=1)
    mirrored = [2 * low - y if y < low else 2 * high - y if y > high else y for y in x.tolist()]
    expected = np.where(np.isfinite(x), np.clip(mirrored, low, high), x)
    np.testing.assert_allclose(found, expected, rtol=1e-15)


# ---- steps ---------------------------------------------------------------------------------------

GROWTH = ms.System(
    "growth", {"x": "a*x", "y": "x - y", "z": "-z"}, {"a": 0.4}, diffusion={"x": "x/2", "z": "z**2"}
)


def test_what_milstein_adds_is_half_of_the_amplitude_times_its_slope() -> None:
    assert [str(each) for each in noise_terms(GROWTH)] == ["x/2", "z**2", "x/8", "z**3"]


@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_steps_are_those_of_the_formula(method: str, advance: Callable[..., Any]) -> None:
    n, h, seed = 11, 0.125, 99
    streams, before = np.arange(n) + 3.0, np.arange(n) * 10.0
    start = np.linspace(0.5, 1.5, n)[:, None] * [1.0, 2.0, 0.5]
    run = advance(
        GROWTH, start, method=method, noise=method, step=h, end=4 * h, streams=streams,
        n_before=before, seed=seed,
    )  # fmt: skip
    x, y, z = start.T
    for k in range(4):
        dw = math.sqrt(h) * normals(seed, streams.astype(int), before.astype(int) + k, 2)
        more = (dw**2 - h) if method == "milstein" else 0 * dw
        x, y, z = (
            x + h * 0.4 * x + x / 2 * dw[0] + x / 8 * more[0],
            y + h * (x - y),
            z - h * z + z**2 * dw[1] + z**3 * more[1],
        )
    assert run.words == ["done"] * n
    np.testing.assert_array_equal(run["tallies"], [[4] * n, [0] * n])
    np.testing.assert_allclose(run["states"].T, [x, y, z], rtol=1e-11)


def test_noise_that_leaves_the_numbers_ends_the_run(advance: Callable[..., Any]) -> None:
    system = GROWTH.replace(equations={"x": "a*x**9"})
    run = advance(
        system, [[1e200, 0.0, 0.0], [0.0, 0.0, 0.0]], method="euler", noise="euler", step=0.5,
        end=2.0, max_steps=50,
    )  # fmt: skip
    assert run.words[1] == "done"
    assert run.words[0] in {"rate not finite", "state not finite"}
