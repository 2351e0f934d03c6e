"""A course of twenty weekly sessions: mirrorsys beside `solve_ivp` by hand.

The peers integrate the same equations through the same protocol with SciPy's LSODA at
the same tolerances, their right-hand side written by hand: once with NumPy arrays over
the two persons, once with plain Python numbers. Runs alternate, so that a machine that
slows down slows all; the figure to quote is the ratio. Accuracy is the largest error of
pathway strength at phase ends against a run of mirrorsys with a tolerance of 1e-12.

Run: python benchmarks/course.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import mirrorsys as ms

Array = NDArray[np.float64]
RTOL, ATOL, ROUNDS = 1e-8, 1e-10, 7

DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
COURSE = ms.protocols.weekly_sessions(20)
NAMES = ("tau_R", "rho", "tau_G", "kappa", "beta", "mu", "nu", "tau_F", "alpha", "phi", "eta",
         "theta", "delta", "lambda_up", "lambda_down")  # fmt: skip
PERSONS = ("client", "therapist")


def numpy_by_hand(
    t: float, y: Array, p: dict[str, Array], s: Array, e: Array, contact: float
) -> Array:
    """Both persons at once: each state is an array of two."""
    R, G, F, W, H = y.reshape(2, 5).T
    m = contact * p["mu"] * (H * R * (1 - G))[::-1]
    n = contact * p["nu"] * G[::-1]
    dR = (-R + (1 - R) * (s + p["rho"] * R**2 + m) - R * (p["beta"] * G + p["phi"] * F)) / p[
        "tau_R"
    ]
    dG = (-G + (1 - G) * (p["kappa"] * W * R + n)) / p["tau_G"]
    dF = (-F + (1 - F) * p["alpha"] * R) / p["tau_F"]
    dW = e * p["eta"] * R * (G**2 * (1 - W) - p["theta"] ** 2 * W) - p["delta"] * W
    dH = e * (p["lambda_up"] * (1 - H) * R * n - p["lambda_down"] * H * R * F)
    return np.array([dR, dG, dF, dW, dH]).T.ravel()


def python_by_hand(
    t: float, y: Array, p: list[tuple[float, ...]], s: list[float], e: list[float], contact: float
) -> list[float]:
    """One person after the other, in Python's own numbers."""
    states, out = y.tolist(), []
    for i, j in ((0, 5), (5, 0)):
        R, G, F, W, H = states[i : i + 5]
        R_other, G_other, H_other = states[j], states[j + 1], states[j + 4]
        tau_R, rho, tau_G, kappa, beta, mu, nu, tau_F, alpha, phi, eta, theta, delta, up, down = p[
            i // 5
        ]
        m = contact * mu * H_other * R_other * (1 - G_other)
        n = contact * nu * G_other
        engaged = e[i // 5]
        out += [
            (-R + (1 - R) * (s[i // 5] + rho * R * R + m) - R * (beta * G + phi * F)) / tau_R,
            (-G + (1 - G) * (kappa * W * R + n)) / tau_G,
            (-F + (1 - F) * alpha * R) / tau_F,
            engaged * eta * R * (G * G * (1 - W) - theta * theta * W) - delta * W,
            engaged * (up * (1 - H) * R * n - down * H * R * F),
        ]
    return out


def _inputs(phase: ms.Phase) -> tuple[list[float], list[float], float]:
    stressors = [float(phase.inputs[f"{person}.stressor"]) for person in PERSONS]
    engagement = float(phase.inputs.get("engagement", 0.0))
    return stressors, [engagement] * 2, float(phase.inputs.get("contact", 0.0))


def by_hand(rhs: Callable[..., object], arrays: bool) -> Array:
    """Return pathway strength at all phase ends, shape (n_phases, 2)."""
    rows = [tuple(DYAD[f"{person}.{name}"].value for name in NAMES) for person in PERSONS]
    p = dict(zip(NAMES, np.array(rows).T, strict=True)) if arrays else rows
    state, ends = np.array([each.value for each in DYAD.states]), []
    for phase in COURSE:
        s, e, contact = _inputs(phase)
        if arrays:
            s, e = np.array(s), np.array(e)
        solution = solve_ivp(
            rhs, (0, phase.duration), state, method="LSODA", rtol=RTOL, atol=ATOL,
            args=(p, s, e, contact),
        )  # fmt: skip
        state = solution.y[:, -1]
        ends.append(state[[3, 8]])
    return np.array(ends)


def by_mirrorsys(rtol: float = RTOL) -> Array:
    """Return the same through `simulate`, Dataset and provenance included."""
    run = ms.simulate(DYAD, protocol=COURSE, rtol=rtol, atol=rtol / 100)
    return run.pathway_at_end.values


CONTESTANTS: dict[str, Callable[[], Array]] = {
    "mirrorsys.simulate": by_mirrorsys,
    "solve_ivp, NumPy by hand": lambda: by_hand(numpy_by_hand, arrays=True),
    "solve_ivp, Python by hand": lambda: by_hand(python_by_hand, arrays=False),
}


def seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def courses() -> None:
    exact = by_mirrorsys(1e-12)
    errors = {name: np.abs(run() - exact).max() for name, run in CONTESTANTS.items()}
    taken: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for _ in range(ROUNDS):
        for name, run in CONTESTANTS.items():
            taken[name].append(seconds(run))
    ours = taken["mirrorsys.simulate"]
    print(f"\n{COURSE.name}, default dyad, rtol {RTOL:g}, {ROUNDS} alternating rounds\n")
    print("| | seconds (min) | ratio to ours (median of rounds) | largest error of pathway |")
    print("|---|---|---|---|")
    for name, times in taken.items():
        ratio = statistics.median(t / o for t, o in zip(times, ours, strict=True))
        print(f"| {name} | {min(times):.3f} | {ratio:.1f} | {errors[name]:.1e} |")


def imports() -> None:
    commands = {
        "import numpy": ["-c", "import numpy"],
        "import mirrorsys": ["-c", "import mirrorsys"],
        "mirrorsys --help": ["-m", "mirrorsys", "--help"],
        "first model built": ["-c", "import mirrorsys; mirrorsys.models.client()"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(
                seconds(lambda c=command: subprocess.run([sys.executable, *c], check=True,
                                                         stdout=subprocess.DEVNULL))
            )  # fmt: skip
    print(f"\nwhole processes, {ROUNDS} alternating rounds\n")
    print("| | seconds (min) | ratio to `import numpy` (median of rounds) |\n|---|---|---|")
    for name, times in taken.items():
        ratios = (t / n for t, n in zip(times, taken["import numpy"], strict=True))
        print(f"| {name} | {min(times):.3f} | {statistics.median(ratios):.2f} |")


if __name__ == "__main__":
    courses()
    imports()
