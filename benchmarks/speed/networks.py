"""Networks: thirty persons beside NumPy by hand, and the cost of a contact as they grow.

Run: python -m benchmarks.speed.networks [--largest 1000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import mirrorsys as ms
from benchmarks.speed.measure import timed
from mirrorsys.kernels._lanes import lanes, sizes, table_of

Array = NDArray[np.float64]
CONTACT, LIFE, PHASES = 0.05, 0.03, ((10.0, 1.0), (40.0, 0.066))
NAMES = ("tau_R", "rho", "tau_G", "kappa", "beta", "mu", "nu", "tau_F", "alpha", "phi", "eta",
         "theta", "delta", "lambda_up", "lambda_down")  # fmt: skip


def network(n: int, n_contacts: int) -> ms.System:
    """Return n persons, each of whom sees as many others, drawn at random."""
    rng = np.random.default_rng(1)
    pairs = {
        (f"p{i}", f"p{(i + 1 + j) % n}"): CONTACT
        for i in range(n)
        for j in rng.choice(n - 1, size=min(n_contacts, n - 1), replace=False).tolist()
    }
    return ms.models.network([ms.models.person(f"p{i}") for i in range(n)], pairs)


def kernel(system: ms.System, rtol: float) -> tuple[Callable[[], Array], Callable[[], float]]:
    """Return one session through the machine code, and its number of right-hand sides."""
    code = lanes(system, logs=True)
    names = (*system.parameter_names, *system.input_names)
    constants = np.array([q.value for q in (*system.parameters, *system.inputs)])
    for index, name in enumerate(names):
        if name.endswith(".engagement"):
            constants[index] = 1.0
        elif name.endswith(".stressor"):
            constants[index] = LIFE
        elif name.endswith(".contact") and len(system.states) == 10:
            constants[index] = CONTACT
    start = code.inward(np.array([state.value for state in system.states]))
    arrays: dict[str, Any] = {
        "sizes": sizes(n_members=1, max_steps=10**6), "tolerances": np.array([rtol, rtol / 100]),
        "states": start.copy(), "constants": constants, "work": code.work(),
        **{k: np.zeros(1) for k in ("origin", "time", "end", "step", "status", "times")},
        "tallies": np.zeros(2), "logged": np.zeros(2, dtype=np.int64), "samples": np.empty(0),
    }  # fmt: skip
    table, first = table_of(arrays), names.index("p0.stressor")

    def run() -> Array:
        arrays["states"][:], arrays["tallies"][:] = start, 0.0
        for duration, stressor in PHASES:
            constants[first] = stressor
            for name in ("time", "step", "status"):
                arrays[name][0] = 0.0
            arrays["end"][0] = duration
            code("DOP853", table)
        return code.outward(arrays["states"]).copy()

    return run, lambda: 12 * float(arrays["tallies"].sum())


def by_hand(system: ms.System, rtol: float) -> Callable[[], Array]:
    """Return the same in NumPy over all persons, contact a full matrix, SciPy's LSODA."""
    n = len(system.states) // 5
    q = {name: np.array([system[f"p{i}.{name}"].value for i in range(n)]) for name in NAMES}
    contact = np.zeros((n, n))
    for each in system.inputs:
        pair, _, kind = each.name.rpartition(".")
        if kind == "contact":
            a, b = (int(who[1:]) for who in pair.split("_"))
            contact[a, b] = each.value

    def rhs(t: float, y: Array, s: Array) -> Array:
        R, G, F, W, H = y.reshape(n, 5).T
        m, seen = q["mu"] * (contact @ (H * R * (1 - G))), q["nu"] * (contact @ G)
        dR = (-R + (1 - R) * (s + q["rho"] * R**2 + m) - R * (q["beta"] * G + q["phi"] * F)) / q[
            "tau_R"
        ]
        dG = (-G + (1 - G) * (q["kappa"] * W * R + seen)) / q["tau_G"]
        dF = (-F + (1 - F) * q["alpha"] * R) / q["tau_F"]
        dW = q["eta"] * R * (G**2 * (1 - W) - q["theta"] ** 2 * W) - q["delta"] * W
        dH = q["lambda_up"] * (1 - H) * R * seen - q["lambda_down"] * H * R * F
        return np.array([dR, dG, dF, dW, dH]).T.ravel()

    def run() -> Array:
        y = np.array([state.value for state in system.states])
        for duration, stressor in PHASES:
            s = np.full(n, LIFE)
            s[0] = stressor
            y = solve_ivp(rhs, (0, duration), y, method="LSODA", rtol=rtol, atol=rtol / 100,
                          args=(s,)).y[:, -1]  # fmt: skip
        return y

    return run


def equal_accuracy(system: ms.System, bound: float = 1e-8) -> str:
    """Return how many times faster the machine code is, both at the loosest tolerance that does."""
    exact = kernel(system, 1e-13)[0]()
    chosen = []
    for make in (lambda r: kernel(system, r)[0], lambda r: by_hand(system, r)):
        for rtol in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10):
            run = make(rtol)
            error = float(np.abs(run() - exact).max())
            if error <= bound:
                chosen.append((run, rtol, error))
                break
    (ours, *one), (theirs, *other) = chosen
    ratios = sorted(timed(theirs) / timed(ours) for _ in range(5))
    return f"{ratios[2]:.0f} × (rtol, error: ours {one}, by hand {other})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--largest", type=int, default=1000)
    options = parser.parse_args()
    thirty = network(30, 29)
    print(f"30 persons, all see each other, one session: {equal_accuracy(thirty)}")
    print("\n| persons | contacts | built (s) | compiled (s) | session (ms) | ns a contact |")
    print("|---|---|---|---|---|---|")
    for n, k in ((2, 1), (30, 10), (100, 10), (300, 10), (1000, 10)):
        if n > options.largest:
            continue
        begin = time.perf_counter()
        system = network(n, k)
        built = time.perf_counter() - begin
        begin = time.perf_counter()
        run, n_rates = kernel(system, 1e-8)
        compiled = time.perf_counter() - begin
        run()
        seconds = min(timed(run) for _ in range(5))
        contacts = n * min(k, n - 1)
        print(
            f"| {n} | {contacts} | {built:.2f} | {compiled:.2f} | {1e3 * seconds:.3g} "
            f"| {1e9 * seconds / n_rates() / contacts:.2f} |", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
