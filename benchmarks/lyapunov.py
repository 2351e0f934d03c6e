"""Lyapunov spectrum of Lorenz at time 10 000: mirrorsys beside jitcode.

Both integrate the orbit with three displacements by DOP853 in compiled code, at the same
tolerances, and make them orthogonal again after the same time; both are compiled before the
clock starts. Runs alternate; the figure to quote is the median ratio. "Error" is that of the sum of
the exponents, which must be -41/3. The line "as called" has the defaults of mirrorsys:
tolerances a hundred times tighter, and an interval of its own choice.

Run: python benchmarks/lyapunov.py (in an environment with jitcode, symengine and a C compiler).
It changes to an empty folder first: jitcode compiles in the present one, and reads its
pyproject.toml.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms
from mirrorsys.analysis.attractors._lyapunov import lyapunov_spectrum

Array = NDArray[np.float64]
DURATION, TRANSIENT, INTERVAL, ROUNDS = 10_000.0, 1000.0, 0.5, 5
RTOL = 1e-9
PUBLISHED = 0.9056


def by_mirrorsys() -> Array:
    found = lyapunov_spectrum(
        ms.models.zoo.lorenz(), duration=DURATION, transient=TRANSIENT, interval=INTERVAL,
        rtol=RTOL, atol=RTOL,
    )  # fmt: skip
    return found.exponents


def as_called() -> Array:
    return lyapunov_spectrum(ms.models.zoo.lorenz(), duration=DURATION).exponents


def compiled_by_jitcode() -> Callable[[], Array]:
    import symengine
    from jitcode import jitcode_lyap, y

    rates = [
        10 * (y(1) - y(0)),
        y(0) * (28 - y(2)) - y(1),
        y(0) * y(1) - symengine.Rational(8, 3) * y(2),
    ]
    ode = jitcode_lyap(rates, n_lyap=3, verbose=False)
    ode.compile_C()
    ode.set_integrator("dop853", rtol=RTOL, atol=RTOL)

    def run() -> Array:
        ode.set_initial_value([1.0, 1.0, 20.0], 0.0)
        times = np.arange(INTERVAL, TRANSIENT + DURATION + INTERVAL / 2, INTERVAL)
        exponents = np.array([ode.integrate(t)[1] for t in times])
        return np.asarray(exponents[times > TRANSIENT + INTERVAL / 2].mean(axis=0))

    return run


def seconds(function: Callable[[], Array]) -> tuple[float, Array]:
    begin = time.perf_counter()
    found = function()
    return time.perf_counter() - begin, found


def main() -> None:
    os.chdir(tempfile.mkdtemp())
    contestants: dict[str, Callable[[], Array]] = {
        "mirrorsys, same settings": by_mirrorsys,
        "mirrorsys, as called": as_called,
        "jitcode": compiled_by_jitcode(),
    }
    for run in (by_mirrorsys, as_called):
        run()
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    found: dict[str, Array] = {}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            passed, found[name] = seconds(run)
            taken[name].append(passed)
    print(f"Lorenz, t = {DURATION:g} after {TRANSIENT:g}, {ROUNDS} alternating rounds\n")
    print("| | seconds (min) | jitcode's time by its own (median) | exponents | error of the sum |")
    print("|---|---|---|---|---|")
    for name, times in taken.items():
        ratio = statistics.median(j / t for j, t in zip(taken["jitcode"], times, strict=True))
        shown = ", ".join(f"{each:.4f}" for each in found[name])
        error = abs(found[name].sum() + 41 / 3)
        print(f"| {name} | {min(times):.2f} | {ratio:.1f} | {shown} | {error:.0e} |")


if __name__ == "__main__":
    main()
