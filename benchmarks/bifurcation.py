"""The equilibrium diagram of a lone client over pathway strength: mirrorsys beside its peers.

bice (0.4.6) and pycont-lite (0.6.0) come from PyPI and follow equilibria, their folds and Hopf
points. Both are given an equilibrium at pathway 0 to begin with and the equations typed by hand
in Python's own numbers, bice the Jacobian too; both go to pathway 1, with the same first and
longest steps of arclength. mirrorsys is timed twice: doing that same job (one starting value,
no checks), and as called, when it begins at several values and certifies afterwards that no
equilibrium between the bifurcations is missing.

Runs alternate; the figure to quote is the median ratio. "Error" is the largest distance in
pathway strength from the bifurcations, solved here at 30 digits from f = 0 and the Hurwitz
determinants; what is further off than 0.002 counts as false. pycont-lite starts Arnoldi's
method at random vectors: its Hopf search differs from run to run, and may end in an exception
(counted). So it is timed without that search as well. Neutral saddles, which only mirrorsys
reports, are not counted.

Run: python benchmarks/bifurcation.py (in an environment with bice and pycont-lite)
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import mpmath
import numpy as np
from numpy.typing import NDArray

import mirrorsys as ms

Array = NDArray[np.float64]
STRESSOR, FIRST, STEPS, ROUNDS, COLD_ROUNDS = 0.08, 0.004, (0.02, 0.005), 7, 5
FALSE = 2e-3  # of pathway strength: further off is another point, or none
CLIENT = ms.models.client().freeze(pathway=0.2, signal=1.0)
NAMES = ("tau_R", "rho", "tau_G", "kappa", "beta", "tau_F", "alpha", "phi")
TAU_R, RHO, TAU_G, KAPPA, BETA, TAU_F, ALPHA, PHI = (CLIENT[name].value for name in NAMES)
AT_ZERO = ms.equilibria(CLIENT, {"stressor": STRESSOR, "pathway": 0})
START = np.array(list(AT_ZERO[0].state.values()))
COLD = """
import time
began = time.perf_counter()
import mirrorsys as ms
client, therapist = ms.models.client(), ms.models.therapist()
system, name, low, high, values, (other, value) = {text}
taken = []
for call in range(5):
    found = ms.bifurcation.equilibrium_branches(system, name, (low, high), params=values)
    taken.append(time.perf_counter() - began)
    values[other] = value * (1 + call / 100)
    began = time.perf_counter()
print(*taken, len(found.branches), len(found.points))
"""
FIRST_CALLS = {
    "person, over pathway": """client.freeze(pathway=0.2, signal=1.0), "pathway", 0, 1, \\
        {"stressor": 0.08}, ("stressor", 0.07)""",
    "person, over stressor": """client.freeze(pathway=0.3, signal=1.0), "stressor", 0, 0.3, \\
        {"pathway": 0.3}, ("pathway", 0.25)""",
    "dyad, over the client's pathway": """ms.models.dyad(client, therapist).freeze(
        {"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1}), "client.pathway", 0, 1, \\
        {"contact": 1, "client.stressor": 0.08, "therapist.stressor": 0.03}, \\
        ("client.stressor", 0.07)""",
}


@dataclass
class Found:
    """What a run found: the values of pathway strength by kind, and its number of points."""

    points: dict[str, list[float]]
    n_points: int
    failure: str = ""


def rates(R: float, G: float, F: float, pathway: float) -> list[float]:
    return [
        (-R + (1 - R) * (STRESSOR + RHO * R * R) - R * (BETA * G + PHI * F)) / TAU_R,
        (-G + (1 - G) * KAPPA * pathway * R) / TAU_G,
        (-F + (1 - F) * ALPHA * R) / TAU_F,
    ]


def slopes(R: float, G: float, F: float, pathway: float) -> list[list[float]]:
    by_threat = -1 - STRESSOR - RHO * R * R + 2 * RHO * R * (1 - R) - BETA * G - PHI * F
    return [
        [by_threat / TAU_R, -BETA * R / TAU_R, -PHI * R / TAU_R],
        [(1 - G) * KAPPA * pathway / TAU_G, (-1 - KAPPA * pathway * R) / TAU_G, 0.0],
        [(1 - F) * ALPHA / TAU_F, 0.0, (-1 - ALPHA * R) / TAU_F],
    ]


def by_mirrorsys(step: float, **options: int) -> Found:
    found = ms.bifurcation.equilibrium_branches(
        CLIENT, "pathway", (0, 1), params={"stressor": STRESSOR}, longest_step=step, **options
    )
    kinds = {kind: [p.parameter for p in found.points if p.kind == kind]
             for kind in ("fold", "hopf")}  # fmt: skip
    return Found(kinds, sum(branch.parameter.size for branch in found.branches))


def by_bice(step: float) -> Found:
    from bice import Equation, Problem

    class Client(Equation):
        def __init__(self) -> None:
            super().__init__(shape=(3,))
            self.u, self.pathway = START.copy(), 0.0

        def rhs(self, u: Array) -> Array:
            return np.array(rates(*u.tolist(), self.pathway))

        def jacobian(self, u: Array) -> Array:
            return np.array(slopes(*u.tolist(), self.pathway))

    problem, client = Problem(), Client()
    problem.add_equation(client)
    problem.continuation_parameter = (client, "pathway")
    problem.settings.neigs = None  # all, by a dense solver
    problem.settings.always_locate_bifurcations = True
    problem.settings.use_sparse_matrices = False
    problem.continuation_stepper.ds, problem.continuation_stepper.ds_max = FIRST, step
    with contextlib.redirect_stdout(io.StringIO()):
        problem.generate_bifurcation_diagram(
            parameter_lims=(0, 1), max_recursion=0, detect_circular_branches=False
        )
    (branch,) = problem.bifurcation_diagram.branches
    kinds: dict[str, list[float]] = {"fold": [], "hopf": []}
    for each in branch.bifurcations():
        kinds["hopf" if each.bifurcation_type() == "HP" else "fold"].append(each.p)
    return Found(kinds, len(branch.solutions))


def by_pycont(step: float, *, is_hopf: bool) -> Found:
    import pycont

    options = {"param_min": 0.0, "param_max": 1.0, "initial_directions": "increase_p",
               "hopf_detection": is_hopf, "limit_cycle_continuation": False}  # fmt: skip
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            found = pycont.arclengthContinuation(
                lambda u, p: np.array(rates(*u.tolist(), p)), START, 0.0, 1e-9, step, FIRST, 2000,
                solver_parameters=options, verbosity="off",
            )  # fmt: skip
        except Exception as error:  # a peer's own failure is a result
            return Found({"fold": [], "hopf": []}, 0, type(error).__name__)
    kinds = {kind: [float(each.p) for each in found.events if each.kind == name]
             for kind, name in (("fold", "LP"), ("hopf", "HB"))}  # fmt: skip
    return Found(kinds, sum(len(branch.p_path) for branch in found.branches))


CONTESTANTS: dict[str, Callable[[float], Found]] = {
    "mirrorsys, as called": by_mirrorsys,
    "mirrorsys, one start, no checks": partial(by_mirrorsys, n_starts=1, n_checks=0),
    "bice": by_bice,
    "pycont-lite": partial(by_pycont, is_hopf=False),
    "pycont-lite, Hopf search": partial(by_pycont, is_hopf=True),
}


def solved(kind: str, near: ms.bifurcation.SpecialPoint) -> float:
    """Return pathway strength at a bifurcation to 30 digits."""

    def equations(R: float, G: float, F: float, pathway: float) -> list[float]:
        a = mpmath.matrix(slopes(R, G, F, pathway))
        trace = a[0, 0] + a[1, 1] + a[2, 2]
        minors = sum(a[i, i] * a[j, j] - a[i, j] * a[j, i] for i, j in ((0, 1), (0, 2), (1, 2)))
        determinant = mpmath.det(a)
        last = determinant if kind == "fold" else trace * minors - determinant
        return [*rates(R, G, F, pathway), last]

    with mpmath.workdps(30):
        start = [*near.state.values(), near.parameter]
        return float(mpmath.findroot(equations, start)[3])


def against_peers(step: float, exact: dict[str, list[float]]) -> None:
    taken: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    results: dict[str, Found] = {}
    for _ in range(ROUNDS):
        for name, run in CONTESTANTS.items():
            begin = time.perf_counter()
            found = run(step)
            passed = time.perf_counter() - begin
            if not found.failure or name not in results:
                results[name] = found
            taken[name].append(np.nan if found.failure else passed)
    print(f"\nlongest step {step:g}, {ROUNDS} alternating rounds\n")
    print("| | points | seconds (min) | its time by ours as called, by ours alike | folds | Hopf "
          "| error |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for name, times in taken.items():
        ours = [taken[each] for each in list(CONTESTANTS)[:2]]
        by = ", ".join(f"{ratio(times, each):.1f}" for each in ours)
        result = results[name]
        if failed := sum(map(np.isnan, times)):
            name += f" ({failed} of {ROUNDS} runs failed)"
        print(f"| {name} | {result.n_points} | {np.nanmin([*times, np.inf]):.3f} | {by} "
              f"| {score(result, exact)} |")  # fmt: skip


def ratio(times: list[float], ours: list[float]) -> float:
    whole = [t / o for t, o in zip(times, ours, strict=True) if np.isfinite(t)]
    return statistics.median(whole) if whole else np.nan


def score(result: Found, exact: dict[str, list[float]]) -> str:
    """Return the cells that say what was found, and the largest error of it."""
    cells, errors = [], [0.0]
    for kind, values in exact.items():
        off = [min(abs(value - each) for each in values) for value in result.points[kind]]
        near = [each for each in off if each < FALSE]
        errors += near
        false = f" and {len(off) - len(near)} false" if len(off) > len(near) else ""
        cells.append(f"{len(near)} of {len(values)}{false}")
    shown = f"{max(errors):.0e}" if len(errors) > 1 else "–"
    return " | ".join([*cells, shown])


def first_calls() -> None:
    """Time five calls in new processes, each case with an empty cache and with the user's own."""
    print("\nfirst, second and fifth call of a new process, import included; each with another "
          "value\n\n| | cache | first, s | second, s | fifth, s | branches, points |"
          "\n|---|---|---|---|---|---|")  # fmt: skip
    for name, text in FIRST_CALLS.items():
        runs: dict[str, list[list[float]]] = {"empty": [], "kept": []}
        for _ in range(COLD_ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                runs["empty"].append(in_new_process(text, os.environ | {"MIRRORSYS_CACHE": folder}))
            runs["kept"].append(in_new_process(text, dict(os.environ)))
        for cache, found in runs.items():
            first, second, _, _, fifth, n_branches, n_points = np.min(found, axis=0)
            print(f"| {name} | {cache} | {first:.2f} | {second:.2f} | {fifth:.2f} "
                  f"| {n_branches:.0f}, {n_points:.0f} |")  # fmt: skip


def in_new_process(text: str, environment: dict[str, str]) -> list[float]:
    command = [sys.executable, "-c", COLD.format(text=text)]
    made = subprocess.run(command, check=True, text=True, capture_output=True, env=environment)
    return [float(each) for each in made.stdout.split()]


def main() -> None:
    points = ms.bifurcation.equilibrium_branches(
        CLIENT, "pathway", (0, 1), params={"stressor": STRESSOR}
    ).points
    exact = {kind: [solved(kind, each) for each in points if each.kind == kind]
             for kind in ("fold", "hopf")}  # fmt: skip
    for step in STEPS:
        against_peers(step, exact)
    first_calls()


if __name__ == "__main__":
    main()
