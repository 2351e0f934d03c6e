"""The 1x of noise: a NumPy loop over the steps, all paths at once."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..contestant import Contestant, call, in_threads
from ..loads import Paths

Array = NDArray[np.float64]


def walk(load: Paths, x: Array, rng: np.random.Generator) -> None:
    """Move all of `x` through all steps, in place."""
    normals, amplitude = np.empty_like(x), load.noise * math.sqrt(load.step)
    for _ in range(load.n_steps):
        rng.standard_normal(out=normals)
        x += -load.pull * x * load.step + amplitude * normals


def prepare_threads(load: Paths, n_threads: int) -> Callable[[], Array]:
    def run() -> Array:
        found = np.full(load.size, load.start)
        parts = np.array_split(found, n_threads)  # views
        generators = np.random.default_rng(load.seed).spawn(n_threads)
        in_threads(n_threads, lambda i: walk(load, parts[i], generators[i]))
        return found

    return run


CONTESTANTS = (
    Contestant("NumPy loop", ("noise",), lambda load: prepare_threads(load, 1), call,
               is_baseline=True),
    Contestant("NumPy loop, threads", ("noise",), lambda load: prepare_threads(load, load.threads),
               call),
)  # fmt: skip
