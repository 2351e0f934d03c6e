"""Basins on a grid of 200 x 200 starting states: mirrorsys beside a loop over `solve_ivp`.

A client with a frozen pathway (three states), threat and fatigue from 0 to 1. The loop integrates
the same equations, written by hand in Python's own numbers, at the same tolerances, with the method
named, and ends each trajectory as soon as it is within 0.01 of an equilibrium, which it is
told beforehand: an event that SciPy checks at every step. It would last minutes, so a random
subset of 200 starting states is timed and the time scaled to 40 000; the table says so.
mirrorsys finds the equilibria itself, and is timed as a whole. First calls compile and are left
out: their seconds are printed below.

Run: python benchmarks/basins.py
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from scipy.integrate import solve_ivp

import mirrorsys as ms
from mirrorsys.analysis.attractors._basins import basins

N, SUBSET, ROUNDS = 200, 200, 3
RTOL, ATOL = 1e-8, 1e-10
STRESSOR, PATHWAY, LONGEST, NEAR = 0.04, 0.2, 5000.0, 0.01
CLIENT = ms.models.client().freeze(pathway=PATHWAY, signal=1.0)
METHODS = ("LSODA", "RK45", "DOP853")


def by_mirrorsys() -> np.ndarray:
    found = basins(
        CLIENT, grid={"threat": (0, 1, N), "fatigue": (0, 1, N)}, params={"stressor": STRESSOR},
        rtol=RTOL, atol=ATOL,
    )  # fmt: skip
    return found["basin"].values


def by_loop(method: str, rows: np.ndarray) -> np.ndarray:
    """Return where the trajectories from some starting states of the grid end."""
    names = ("tau_R", "rho", "tau_G", "kappa", "beta", "tau_F", "alpha", "phi")
    tau_R, rho, tau_G, kappa, beta, tau_F, alpha, phi = (CLIENT[name].value for name in names)
    points = ms.equilibria(CLIENT, {"stressor": STRESSOR})
    ends = np.array([list(each.state.values()) for each in points if each.is_stable])
    axis = np.linspace(0, 1, N)

    def rates(t: float, y: np.ndarray) -> list[float]:
        R, G, F = y.tolist()
        return [
            (-R + (1 - R) * (STRESSOR + rho * R * R) - R * (beta * G + phi * F)) / tau_R,
            (-G + (1 - G) * kappa * PATHWAY * R) / tau_G,
            (-F + (1 - F) * alpha * R) / tau_F,
        ]

    def arrival(t: float, y: np.ndarray) -> float:
        return float(np.abs(ends - y).max(axis=1).min() - NEAR)

    arrival.terminal = True  # type: ignore[attr-defined]
    rest = [CLIENT["soothing"].value]
    found = np.empty(rows.size, dtype=int)
    for i, row in enumerate(rows.tolist()):
        start = [axis[row // N], *rest, axis[row % N]]
        run = solve_ivp(rates, (0, LONGEST), start, method=method, rtol=RTOL, atol=ATOL,
                        events=arrival)  # fmt: skip
        found[i] = int(np.abs(ends - run.y[:, -1]).max(axis=1).argmin())
    return found


def main() -> None:
    begin = time.perf_counter()
    whole = by_mirrorsys()
    first = time.perf_counter() - begin
    rows = np.random.default_rng(0).choice(N * N, SUBSET, replace=False)
    ours: list[float] = []
    loops: dict[str, list[float]] = {method: [] for method in METHODS}
    agreement = {}
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        by_mirrorsys()
        ours.append(time.perf_counter() - begin)
        for method in METHODS:
            begin = time.perf_counter()
            ends = by_loop(method, rows)
            loops[method].append((time.perf_counter() - begin) * N * N / SUBSET)
            agreement[method] = float((ends == whole.ravel()[rows]).mean())
    print(f"{N} x {N} starting states, rtol {RTOL:g}; {ROUNDS} alternating rounds\n")
    print("| | seconds (min) | its time by ours (median) | same basin |")
    print("|---|---|---|---|")
    print(f"| mirrorsys.basins, all states | {min(ours):.2f} | 1 | – |")
    for method, times in loops.items():
        ratio = statistics.median(t / o for t, o in zip(times, ours, strict=True))
        print(
            f"| solve_ivp, {method} ({SUBSET} states, scaled) | {min(times):.0f} | {ratio:.0f} | "
            f"{100 * agreement[method]:.1f} % |"
        )
    print(f"\nfirst call of mirrorsys.basins, code compiled or loaded: {first:.2f} s")


if __name__ == "__main__":
    main()
