"""All equilibria with proof, beside a search from many starts; and the first compiled kernel.

The peer is what one does without the library: `scipy.optimize.root` from 200 random
starts in the box, right-hand side and Jacobian compiled, roots merged. It proves nothing. Runs
alternate, so that a machine that slows down slows all; the figure to quote is the ratio.

Run: python benchmarks/equilibria.py [--random N]   (N random dyads, by default 200)
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root

import mirrorsys as ms

Array = NDArray[np.float64]
ROUNDS, STARTS = 7, 200

ALONE = ms.models.client().freeze(pathway=0.1, signal=1)
PAIR = ms.models.dyad(ms.models.client(), ms.models.therapist())
DYAD = PAIR.freeze({"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1})
LIFE = {"stressor": 0.066, "pathway": 0.26}
MEETING = {"contact": 1, "client.stressor": 0.066, "therapist.stressor": 0.03}
COLD = """
import time
import mirrorsys as ms
person = ms.models.client
system = {system}
begin = time.perf_counter()
ms.symbolic.jacobian(system)
ms.kernels.kernel(system)
print(time.perf_counter() - begin)
"""
GROUPS = {
    "dyad, 10 states": "ms.models.dyad(person('a'), person('b'))",
    "30 persons, 150 states": "ms.models.network([person(f'p{i}') for i in range(30)])",
}


def searched_from_many_starts(system: ms.System, params: dict[str, float]) -> list[Array]:
    """Return the distinct roots that 200 searches find in the box."""
    values = system.expand(params)
    p = np.array([values.get(q.name, q.value) for q in system.parameters])
    u = np.array([values.get(q.name, q.value) for q in system.inputs], dtype=float)
    rhs, slopes = ms.kernels.kernel(system).at(p, u)
    starts = np.random.default_rng(0).uniform(size=(STARTS, len(system.states)))
    roots: list[Array] = []
    for start in starts:
        found = root(rhs, start, jac=slopes)
        inside = found.success and np.all((found.x >= -1e-9) & (found.x <= 1 + 1e-9))
        if inside and not any(np.allclose(found.x, each, atol=1e-7) for each in roots):
            roots.append(found.x)
    return roots


def seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def against_many_starts() -> None:
    print(f"all equilibria, warm, {ROUNDS} alternating rounds\n")
    print("| system | found, boxes | with proof, s | 200 starts, s (found) | ratio (median) |")
    print("|---|---|---|---|---|")
    for name, system, params in (("lone person, 3 states", ALONE, LIFE),
                                 ("dyad, 6 states", DYAD, MEETING),
                                 ("pair that learns, 10 states", PAIR,
                                  {**MEETING, "engagement": 1})):  # fmt: skip
        found = ms.equilibria(system, params)
        peer = searched_from_many_starts(system, params)
        own, other = [], []
        for _ in range(ROUNDS):
            own.append(seconds(lambda s=system, p=params: ms.equilibria(s, p)))
            other.append(seconds(lambda s=system, p=params: searched_from_many_starts(s, p)))
        ratio = statistics.median(b / a for a, b in zip(own, other, strict=True))
        complete = "" if found.is_complete else ", incomplete"
        print(f"| {name} | {len(found)}, {found.n_boxes}{complete} | {min(own):.3f} "
              f"| {min(other):.3f} ({len(peer)}) | {ratio:.1f} |")  # fmt: skip


def random_dyads(count: int) -> None:
    """Solve dyads with every parameter drawn within a factor of two of its default."""
    generator = np.random.default_rng(1)
    taken, boxes, incomplete, failed = [], [], 0, 0
    for _ in range(count):
        params = {"contact": round(generator.uniform(), 4)}
        for each in DYAD.parameters:
            low, high = each.range
            value = float(np.clip(each.value * 2 ** generator.uniform(-1, 1), low, high))
            params[each.name] = round(value, 5)
        params |= {f"{who}.stressor": round(generator.uniform(0.01, 0.2), 4)
                   for who in ("client", "therapist")}  # fmt: skip
        begin = time.perf_counter()
        found = ms.equilibria(DYAD, params)
        taken.append(time.perf_counter() - begin)
        boxes.append(found.n_boxes)
        incomplete += not found.is_complete
        failed += found.index_check.answer == "failed"
    print(f"\n{count} random dyads: {sum(taken):.1f} s, that is {sum(taken) / count * 1000:.0f} s "
          f"for 1000; boxes {min(boxes)} to {max(boxes)}, median {statistics.median(boxes):.0f}; "
          f"{incomplete} incomplete, {failed} with a failed index check")  # fmt: skip


def cold_kernels() -> None:
    print("\nsymbolic Jacobian and first compiled kernel, in a fresh process\n")
    print("| system | seconds (min of 3) |\n|---|---|")
    for name, text in GROUPS.items():
        command = [sys.executable, "-c", COLD.format(system=text)]
        runs = [
            float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(3)
        ]
        print(f"| {name} | {min(runs):.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=200, metavar="N")
    options = parser.parse_args()
    against_many_starts()
    random_dyads(options.random)
    cold_kernels()
