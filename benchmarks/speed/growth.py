"""How time grows: with members, sessions, persons and workers; cold starts, stores, noise.

Run: python -m benchmarks.speed.growth [--output FOLDER] [--members 4000]

Every number is the least of some alternating rounds. Ratios are within one run.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms
from benchmarks.speed.measure import timed

Array = NDArray[np.float64]
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
WANTED = {"w": ms.outputs.at_phase_ends("client.pathway", phase="session")}
OU = ms.System("ou", {"x": "-a*x"}, {"a": 1.0}, diffusion={"x": "0.5"})
ROUNDS = 3
COLD = """
import mirrorsys as ms
dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
ms.simulate(dyad, protocol=ms.protocols.session(), engine="compiled")
"""


def least(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    return min(timed(run) for _ in range(rounds))


def courses(n: int, n_sessions: int = 20, **arguments: object) -> Callable[[], object]:
    members = ms.sample(DYAD, n, 0.2, seed=1)
    protocol = ms.protocols.weekly_sessions(n_sessions)
    return lambda: ms.ensemble(
        DYAD, members, protocol=protocol, outputs=WANTED, progress=False, **arguments
    )  # type: ignore[arg-type]


def by_members(most: int) -> list[tuple[float, float]]:
    sizes = [n for n in (16, 64, 256, 1024, 4096, 16384) if n <= most]
    return [(n, least(courses(n))) for n in sizes]


def by_sessions() -> list[tuple[float, float]]:
    return [(k, least(courses(256, k))) for k in (1, 2, 5, 10, 20, 40)]


def by_persons() -> list[tuple[float, float]]:
    """One session of n persons who all see each other, as many as 256 times."""
    found = []
    for n in (2, 4, 8, 16):
        system = ms.models.network([ms.models.person(f"p{i}") for i in range(n)])
        phase = ms.Phase(50, {"contact": 1 / n, "engagement": 1, "p0.stressor": 0.5})
        members = {"p0.kappa": np.linspace(0.5, 1.0, 256)}
        outputs = {"w": ms.outputs.at_phase_ends("p0.pathway")}
        run = lambda s=system, p=phase, m=members, o=outputs: ms.ensemble(  # noqa: E731
            s, m, protocol=p, outputs=o, progress=False
        )
        run()
        found.append((n, least(run)))
    return found


def by_workers(n: int) -> dict[str, float]:
    found = {}
    context = multiprocessing.get_context("spawn")
    pools: dict[str, Callable[[], Executor]] = {
        "1 thread": lambda: ThreadPoolExecutor(1),
        "2 threads": lambda: ThreadPoolExecutor(2),
        "2 processes": lambda: ProcessPoolExecutor(2, mp_context=context),
        "4 processes": lambda: ProcessPoolExecutor(4, mp_context=context),
    }
    for name, pool in pools.items():
        with pool() as executor:
            courses(64, executor=executor)()  # the first chunk compiles or loads
            found[name] = least(courses(n, executor=executor))
    return found


def stores(n: int) -> tuple[float, float]:
    """Return seconds without and with a store."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.zarr"

        def kept() -> None:
            shutil.rmtree(path, ignore_errors=True)
            courses(n, store=path)()

        plain, stored = [], []
        for _ in range(ROUNDS):
            plain.append(timed(courses(n)))
            stored.append(timed(kept))
    return min(plain), min(stored)


def noise() -> dict[str, float]:
    """10 000 paths of 5000 steps: the ensemble, and a loop over steps in NumPy."""

    def by_numpy() -> Array:
        rng, x, step = np.random.default_rng(1), np.zeros(10_000), 0.01
        for _ in range(5000):
            x += -x * step + 0.5 * np.sqrt(step) * rng.standard_normal(10_000)
        return x

    def ours() -> object:
        return ms.ensemble(
            OU, 10_000, duration=50, noise=ms.Noise(0.01, "euler"), seed=1, progress=False,
            outputs={"x": ms.outputs.at_phase_ends("x")},
        )  # fmt: skip

    ours()
    found = {"mirrorsys": least(ours), "NumPy": least(by_numpy)}
    if importlib.util.find_spec("diffrax") is not None:
        found["diffrax"] = 10 * least(by_diffrax(1000))  # of a tenth of the paths
    return found


def by_diffrax(n: int) -> Callable[[], object]:
    """Return Euler steps with increments drawn as they are needed, compiled."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def path(key: object) -> object:
        increments = diffrax.UnsafeBrownianPath(shape=(), key=key)
        terms = diffrax.MultiTerm(
            diffrax.ODETerm(lambda t, x, args: -x),
            diffrax.ControlTerm(lambda t, x, args: jnp.asarray(0.5), increments),
        )
        solution = diffrax.diffeqsolve(
            terms, diffrax.Euler(), 0.0, 50.0, 0.01, jnp.asarray(0.0), max_steps=5001,
            saveat=diffrax.SaveAt(t1=True), adjoint=diffrax.DirectAdjoint(),
        )  # fmt: skip
        return solution.ys[0]

    keys = jax.random.split(jax.random.key(1), n)
    compiled = jax.jit(jax.vmap(path)).lower(keys).compile()
    return lambda: np.asarray(compiled(keys))


def cold() -> dict[str, float]:
    """Whole processes: to the first result of the compiled engine."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MIRRORSYS_CACHE": folder}

        def process(code: str) -> None:
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)

        fresh = timed(lambda: process(COLD))
        return {
            "nothing cached": fresh,
            "kernel cached": least(lambda: process(COLD)),
            "import mirrorsys": least(lambda: process("import mirrorsys")),
            "import numpy": least(lambda: process("import numpy")),
        }


def plot(curves: dict[str, list[tuple[float, float]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        1, len(curves), figsize=(4 * len(curves), 3.4), layout="constrained"
    )
    for ax, (name, points) in zip(axes, curves.items(), strict=True):
        x, y = np.array(points).T
        ax.loglog(x, y, "o-", color="C2", label="measured")
        ax.loglog(x, y[-1] * x / x[-1], ":", color="0.5", label="proportional")
        ax.set(xlabel=name, ylabel="time (s)")
        ax.set_xticks(x, [f"{each:g}" for each in x])
        ax.minorticks_off()
        ax.legend()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--output", type=Path)
    parser.add_argument("--members", type=int, default=4096)
    options = parser.parse_args()
    courses(16)()
    curves = {
        "courses (number)": by_members(options.members),
        "sessions, 256 courses (number)": by_sessions(),
        "persons, all see each other (number)": by_persons(),
    }
    lines = []
    for name, points in curves.items():
        lines += [
            f"\n| {name} | seconds |",
            "|---|---|",
            *(f"| {x} | {y:.3g} |" for x, y in points),
        ]
    workers = by_workers(min(options.members, 2048))
    lines += ["\n| workers | seconds | × one thread |", "|---|---|---|"]
    lines += [f"| {k} | {v:.3g} | {workers['1 thread'] / v:.2f} |" for k, v in workers.items()]
    plain, stored = stores(min(options.members, 4096))
    lines.append(f"\nstore: {plain:.3g} s without, {stored:.3g} s with: {stored / plain - 1:+.1%}")
    paths = noise()
    lines += ["\n| 10 000 paths x 5000 steps of noise | seconds | × ours |", "|---|---|---|"]
    lines += [f"| {k} | {v:.3g} | {v / paths['mirrorsys']:.1f} |" for k, v in paths.items()]
    lines += [
        "\n| cold start | seconds |",
        "|---|---|",
        *(f"| {k} | {v:.2f} |" for k, v in cold().items()),
    ]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines.append(f"\nlargest memory of this process: {memory:.0f} MiB")
    print("\n".join(lines))
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "growth.md").write_text("\n".join(lines) + "\n")
        plot(curves, options.output / "growth.png")


if __name__ == "__main__":
    main()
