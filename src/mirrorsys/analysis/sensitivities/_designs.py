"""Designs: the points at which a global sensitivity runs a system, and what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["ESTIMATES", "Design", "Estimate", "design_of", "salib_of"]

Array = NDArray[np.float64]
LEVELS = 4  # of Morris' grid
MOST_LOST = 0.5  # share of the blocks of a design beyond which nothing is estimated
FLAT = 1e-12  # spread of an outcome, over its size, that is rounding
ESTIMATES = {
    "sobol": {
        "first_order": ("S1", "first-order index S1"),
        "first_order_confidence": ("S1_conf", "half-width of the confidence interval of S1"),
        "total_order": ("ST", "total-order index ST"),
        "total_order_confidence": ("ST_conf", "half-width of the confidence interval of ST"),
    },
    "morris": {
        "mu_star": ("mu_star", "mean absolute elementary effect"),
        "mu_star_confidence": ("mu_star_conf", "half-width of its confidence interval"),
        "mu": ("mu", "mean elementary effect"),
        "sigma": ("sigma", "standard deviation of the elementary effects"),
    },
}


@dataclass(frozen=True)
class Estimate:
    """What is found of one outcome: each measure, shape (n_parameter,), and its evidence."""

    outcome: str
    measures: Mapping[str, Array]
    mean: float
    variance: float
    n_failed: int
    n_used: int
    status: str


@dataclass(frozen=True)
class Design:
    """Points in blocks, each of which is complete in itself.

    Parameters
    ----------
    points : array of shape (n * size, n_parameter)
    size : int
        How many points make a block.
    """

    problem: Mapping[str, Any]
    points: Array
    size: int
    method: str
    seed: int
    confidence: float
    analyze: Any

    def estimates(self, runs: xr.Dataset, name: str) -> Estimate:
        """Return the sensitivity of one outcome, by the blocks without a failed run."""
        values = runs[name].values.reshape(len(self.points), -1)[:, 0]
        is_there = np.isfinite(values)
        whole = is_there.reshape(-1, self.size).all(axis=1)
        kept = np.repeat(whole, self.size)
        used = values[kept]
        lost, n_failed = int((~whole).sum()), int((~is_there).sum())
        status = "completed"
        if lost:
            first = int(np.flatnonzero(~is_there)[0])
            why = str(runs.status.values[first])
            status = (
                f"{n_failed} of {values.size} runs have no outcome (the first is member {first}: "
                f"{why if why != 'completed' else 'completed, without a number'}), so that {lost} "
                f"of {whole.size} blocks of the design are left out"
            )
        measures = dict.fromkeys(ESTIMATES[self.method], np.full(self.points.shape[1], np.nan))
        if lost > MOST_LOST * whole.size or whole.sum() < 2:
            status += "; too few remain for an estimate: narrow `ranges`, or take another outcome"
        elif np.ptp(used) <= FLAT * np.abs(used).max():
            status += "; the outcome is the same everywhere: nothing to attribute"
        else:
            measures = self._analyzed(self.points[kept], used)
        mean, variance = (float(used.mean()), float(used.var())) if used.size else (np.nan, np.nan)
        return Estimate(name, measures, mean, variance, n_failed, used.size, status)

    def _analyzed(self, points: Array, values: Array) -> dict[str, Array]:
        options = {"conf_level": self.confidence, "seed": self.seed}
        if self.method == "sobol":
            found = self.analyze(dict(self.problem), values, calc_second_order=False, **options)
        else:
            found = self.analyze(dict(self.problem), points, values, num_levels=LEVELS, **options)
        return {
            name: np.asarray(found[key], dtype=float)
            for name, (key, _) in ESTIMATES[self.method].items()
        }


def salib_of(method: str) -> tuple[Any, Any]:
    """Return SALib's functions that draw and analyze a design."""
    if method not in ESTIMATES:
        raise ValueError(f"`method` is {method!r}; give one of {list(ESTIMATES)}.")
    try:
        if method == "sobol":
            from SALib.analyze import sobol as analysis
            from SALib.sample import sobol as sampling
        else:
            from SALib.analyze import morris as analysis
            from SALib.sample import morris as sampling
    except ImportError:
        raise ImportError(
            "global_sensitivity needs SALib: pip install 'mirrorsys[sensitivity]'."
        ) from None
    return sampling.sample, analysis.analyze


def design_of(
    salib: tuple[Any, Any], spans: Mapping[str, tuple[float, float]], n: int, method: str,
    seed: int, confidence: float,
) -> Design:  # fmt: skip
    sample, analyze = salib
    problem = {
        "num_vars": len(spans),
        "names": list(spans),
        "bounds": [list(span) for span in spans.values()],
    }
    # SALib takes a seed of 0 for none, and would then draw from NumPy's global state.
    of_design, of_bootstrap = (1 + np.random.SeedSequence(seed).generate_state(2) // 2).tolist()
    if method == "sobol":
        points = sample(dict(problem), n, calc_second_order=False, seed=of_design)
    else:
        points = sample(dict(problem), n, num_levels=LEVELS, seed=of_design)
    low, high = np.array(problem["bounds"], dtype=float).T
    size = len(spans) + (2 if method == "sobol" else 1)
    points = np.clip(points, low, high)  # against rounding
    return Design(problem, points, size, method, of_bootstrap, confidence, analyze)
