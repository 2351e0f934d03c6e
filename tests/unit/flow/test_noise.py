"""Noise: closed forms, orders of convergence, the same path wherever it is computed."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Noise, System, outputs
from mirrorsys.kernels._random import normals

ENGINES = ["compiled", "scipy"]
OU = System("ou", {"x": "-a*x"}, {"a": 1.0, "b": 0.5}, diffusion={"x": "b"}, time_unit="h")
GBM = System("gbm", {"x": "a*x"}, {"a": 0.3, "b": 0.8}, diffusion={"x": "b*x"}, initial={"x": 1})


def final(system: System, n: int, step: float, **arguments: Any) -> np.ndarray:
    arguments = {"seed": 1, "duration": 1.0, "method": "milstein", **arguments}
    noise = Noise(step, arguments.pop("method"))
    run = ms.ensemble(system, n, noise=noise, outputs={"x": outputs.at_phase_ends("x")},
                      progress=False, **arguments)  # fmt: skip
    return run["x"].values[:, 0]


def brownian(n: int, step: float, seed: int = 1) -> np.ndarray:
    """Return W(1) of n paths, from the random numbers themselves."""
    numbers = normals(seed, np.arange(n)[:, np.newaxis], np.arange(round(1 / step)), 1)[0]
    return numbers.sum(axis=1) * np.sqrt(step)


# ---- closed forms --------------------------------------------------------------------------


def test_mean_and_variance_of_an_ornstein_uhlenbeck_process() -> None:
    run = ms.ensemble(
        OU.replace(initial={"x": 2.0}), 40_000, duration=2.0, noise=Noise(0.005), seed=4,
        outputs={"x": outputs.at_times("x", [0.5, 1, 2])},
    )  # fmt: skip
    times = np.array([0.5, 1, 2])
    mean, variance = 2 * np.exp(-times), 0.125 * (1 - np.exp(-2 * times))
    np.testing.assert_allclose(run.x.mean("member"), mean, atol=0.01)
    np.testing.assert_allclose(run.x.var("member"), variance, rtol=0.03)


@pytest.mark.parametrize(("method", "order"), [("euler", 0.5), ("milstein", 1.0)])
def test_strong_order(method: str, order: float) -> None:
    """Geometric Brownian motion against its solution on the same paths of W."""
    steps, errors = [1 / 32, 1 / 128, 1 / 512], []
    for step in steps:
        exact = np.exp((0.3 - 0.8**2 / 2) + 0.8 * brownian(4000, step))
        errors.append(np.abs(final(GBM, 4000, step, method=method) - exact).mean())
    observed = np.log(errors[0] / errors[-1]) / np.log(steps[0] / steps[-1])
    assert observed == pytest.approx(order, abs=0.12)


@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_weak_order_one(method: str) -> None:
    """The mean's error beside the same paths' exact mean, so that chance cancels."""
    errors = []
    for step in (1 / 4, 1 / 16):
        exact = np.exp((0.3 - 0.8**2 / 2) + 0.8 * brownian(100_000, step))
        errors.append(abs((final(GBM, 100_000, step, method=method) - exact).mean()))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.35)


def test_stratonovich_has_the_drift_of_ordinary_calculus() -> None:
    """dx = a x dt + b x o dW has the solution exp(a t + b W)."""
    exact = np.exp(0.3 + 0.8 * brownian(2000, 1 / 512))
    found = final(ms.symbolic.ito(GBM), 2000, 1 / 512)
    assert np.abs(found - exact).mean() < 0.02
    assert np.abs(final(GBM, 2000, 1 / 512) - exact).mean() > 0.2


def test_noise_does_not_depend_on_the_step_in_strength() -> None:
    """A known error of hand-written loops: variance that changes with the step."""
    variances = [final(OU, 20_000, step, duration=8.0, seed=9).var() for step in (0.1, 0.01)]
    np.testing.assert_allclose(variances, 0.125 / (1 - np.array([0.05, 0.005])), rtol=0.03)


# ---- the same path -------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["euler", "milstein"])
def test_machine_code_and_numpy_walk_the_same_path(method: str) -> None:
    logistic = System(
        "logistic", {"x": "r*x*(1 - x)", "y": "x - y + u"}, {"r": 2.0}, {"u": 0},
        diffusion={"x": "0.3*x*(1 - x)", "y": "0.1"}, initial={"x": 0.1},
    )  # fmt: skip
    protocol = ms.Protocol([ms.Phase(1.03, name="a"), ms.Phase(2, {"u": 1}, name="b")])
    runs = [
        ms.simulate(logistic, protocol=protocol, noise=Noise(0.01, method), seed=5, engine=engine,
                    events={"half": "x > 0.5"})
        for engine in ENGINES
    ]  # fmt: skip
    np.testing.assert_allclose(runs[0].x, runs[1].x, atol=1e-12)
    np.testing.assert_allclose(runs[0].y, runs[1].y, atol=1e-12)
    np.testing.assert_allclose(runs[0].event_time, runs[1].event_time, atol=1e-9)
    assert runs[0].attrs["n_steps"] == runs[1].attrs["n_steps"] == 103 + 200
    assert ms.rerun(runs[0]).x.equals(runs[0].x)


@pytest.mark.parametrize("engine", ENGINES)
def test_members_have_noise_of_their_own_that_chunks_do_not_change(engine: str) -> None:
    arguments = {"noise": Noise(0.05), "seed": 3, "duration": 2.0, "engine": engine,
                 "outputs": {"x": outputs.at_phase_ends("x"), "m": outputs.mean("x")}}  # fmt: skip
    whole = ms.ensemble(OU, 40, **arguments)
    assert len(np.unique(whole.x)) == 40
    assert whole.identical(ms.ensemble(OU, 40, chunk=7, **arguments))
    with ThreadPoolExecutor(3) as executor:
        assert whole.identical(ms.ensemble(OU, 40, executor=executor, chunk=3, **arguments))
    assert not whole.x.equals(ms.ensemble(OU, 40, **{**arguments, "seed": 4}).x)


def test_the_first_member_is_the_single_run() -> None:
    arguments = {"noise": Noise(0.05), "seed": 3, "duration": 2.0, "engine": "compiled"}
    one = ms.simulate(OU, **arguments)
    many = ms.ensemble(OU, 3, **arguments)
    assert float(one.x[-1]) == pytest.approx(float(many.x[0, 0]), abs=1e-13)


def test_a_phase_that_the_step_does_not_divide() -> None:
    run = ms.simulate(OU, duration=1.0, noise=Noise(0.3), seed=1, engine="compiled")
    assert run.attrs["n_steps"] == 4
    np.testing.assert_allclose(np.diff(run.time), 0.25)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_fails_is_said(engine: str) -> None:
    wild = System("wild", {"x": "x**3"}, diffusion={"x": "0.1"}, initial={"x": 2})
    with pytest.raises(ms.IntegrationError, match="no longer finite") as caught:
        ms.simulate(wild, duration=9.0, noise=Noise(0.05), seed=1, engine=engine)
    assert 0 < caught.value.time < 3
    with pytest.raises(ms.IntegrationError, match="more than `max_steps` = 5 steps"):
        ms.simulate(OU, duration=9.0, noise=Noise(0.05), seed=1, engine=engine, max_steps=5)


BAD_CALLS: list[tuple[System, dict[str, Any], str]] = [
    (OU, {}, "'ou' has noise .*: give noise=mirrorsys.Noise"),
    (OU, {"noise": Noise(0.1)}, "`seed` is None; give a whole number"),
    (OU, {"noise": Noise(0.1), "seed": -1}, "`seed` is -1"),
    (OU, {"noise": 0.1, "seed": 1}, "`noise` is 0.1; give a Noise"),
    (OU, {"noise": Noise(0.1), "seed": 1, "method": "LSODA"}, "noise has its own"),
    (OU.replace(diffusion={"x": 0}), {"noise": Noise(0.1), "seed": 1}, "has no diffusion"),
    (OU.replace(diffusion={"x": 0}), {"seed": 1}, "has no diffusion"),
    (System("two", {"x": "-x", "y": "-y"}, diffusion={"x": "y", "y": "1"}),
     {"noise": Noise(0.1), "seed": 1}, r"depends on \['y'\].*method='euler'"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(system: System, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        ms.simulate(system, duration=1, **arguments)
    with pytest.raises((ValueError, TypeError), match=words):
        ms.ensemble(system, 2, duration=1, **arguments)


def test_bad_noise_is_refused() -> None:
    with pytest.raises(ValueError, match="`step` of a Noise is 0"):
        Noise(0)
    with pytest.raises(ValueError, match="`method` of a Noise is 'heun'; give one of"):
        Noise(0.1, "heun")
    with pytest.raises(ValueError, match="`members` is 0; give at least one"):
        ms.ensemble(OU, 0, duration=1, noise=Noise(0.1), seed=1)
