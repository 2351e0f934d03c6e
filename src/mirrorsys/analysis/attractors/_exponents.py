"""Exponents: an orbit with displacements, carried through its transient and then averaged."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis.attractors._lyapunov_results import LyapunovSpectrum
from mirrorsys.analysis.attractors._variational import Tangent

__all__ = ["Averaging"]

Array = NDArray[np.float64]
N_BATCHES = 30
SHORTEST, LONGEST = 200_000, 200  # intervals in a run: at most, at least
PARTING = 8.0  # logarithm of the ratio of lengths that an interval may bring about
AT_REST, NEAR_REST = 1e-13, 1e-11  # rate of change, beside the Jacobian times the state
DECAYING = 1e-6  # the same, on the way into an equilibrium
TURNS = 20.0  # logarithm by which the speed may differ between two places of an orbit
N_HISTORY = 500


class Averaging:
    """An orbit with its displacements, first through the transient and then averaged."""

    def __init__(
        self, system: System, tangent: Tangent, functions: Any, attributes: dict[str, Any]
    ) -> None:
        self.system, self.tangent, self.attributes = system, tangent, attributes
        self.rates, self.slopes = functions
        self.duration, self.transient = attributes["duration"], attributes["transient"]

    def spectrum(self, interval: float | None) -> LyapunovSpectrum:
        if self._rests(AT_REST):
            return self._at_equilibrium("exact at an equilibrium")
        step = self._settle(interval)
        if self.tangent.failure:
            return self._result(np.empty((0, len(self.tangent.vectors))), np.empty(0), np.empty(0))
        if self._rests(NEAR_REST, attracting=True):
            return self._at_equilibrium("exact at an equilibrium")
        n = math.ceil(self.duration / step * (1 - 1e-12))
        return self._result(*self._average(n))

    # ---- at rest -------------------------------------------------------------------------

    def _rests(self, tolerance: float, attracting: bool = False) -> bool:
        """Tell whether the orbit has stopped at an equilibrium (that attracts it)."""
        state = self.tangent.state.copy()
        rate, slopes = self.rates(state), self.slopes(state)
        if not (np.isfinite(rate).all() and np.isfinite(slopes).all()):
            return False
        size = float(np.abs(slopes).sum(axis=1).max())
        if np.abs(rate).max() > tolerance * size * (1 + np.abs(state).max()):
            return False
        return not attracting or bool(np.linalg.eigvals(slopes).real.max() <= 1e-9 * size)

    def _at_equilibrium(self, status: str) -> LyapunovSpectrum:
        state = self.tangent.state.copy()
        for _ in range(2):  # of Newton's method; least squares, should the Jacobian be singular
            change, *_ = np.linalg.lstsq(self.slopes(state), self.rates(state), rcond=1e-10)
            state -= change
        slopes, m = self.slopes(state), len(self.tangent.vectors)
        self.tangent.state[:] = state
        exponents = np.sort(np.linalg.eigvals(slopes).real)[::-1][:m]
        history = self._history(np.array([0.0]), exponents[np.newaxis])
        return self._built(exponents, np.zeros(m), history, status, float(np.trace(slopes)))

    # ---- on the way ----------------------------------------------------------------------

    def _settle(self, interval: float | None) -> float:
        """Go through the transient; return the interval that suits the orbit."""
        shortest, longest = self.duration / SHORTEST, self.duration / LONGEST
        slopes = self.slopes(self.tangent.state.copy())
        size = float(np.abs(slopes).sum(axis=1).max()) if np.isfinite(slopes).all() else 0.0
        step = interval or min(max(1.0 / size if size > 0 else longest, shortest), longest)
        passed, parted = 0.0, 0.0
        while passed < self.transient and not self.tangent.failure:
            done, _ = self.tangent.advance(min(step, self.transient - passed))
            logs = np.log(self._orthogonal())
            passed += done
            parted += max(float(logs.max()), 0.0) - min(float(logs.min()), 0.0)
            if interval is None:
                wanted = PARTING * passed / parted if parted > 0 else longest
                step = min(max(wanted, step / 2, shortest), 1.5 * step, longest)
        return step

    def _orthogonal(self) -> Array:
        """Make the displacements orthonormal; return how long they had become."""
        from scipy.linalg.lapack import dgeqrf, dorgqr  # SciPy is slow to import

        vectors = self.tangent.vectors
        if not np.isfinite(vectors).all():
            self.tangent.failure = self.tangent.failure or "a displacement is no longer finite"
            return np.ones(len(vectors))
        triangle, tau, _, _ = dgeqrf(vectors.T)
        lengths = triangle.diagonal().copy()
        q, _, _ = dorgqr(triangle, tau, overwrite_a=1)
        vectors[:] = (q * np.sign(lengths)).T
        return np.asarray(np.maximum(np.abs(lengths), np.finfo(float).tiny))

    def _average(self, n: int) -> tuple[Array, Array, Array]:
        """Return lengths (n, m), integrated divergences (n,) and durations (n,) of intervals."""
        lengths, volumes = np.empty((n, len(self.tangent.vectors))), np.empty(n)
        times = np.full(n, self.duration / n)
        for i in range(n):
            _, volumes[i] = self.tangent.advance(times[i])
            if self.tangent.failure:
                return lengths[:i], volumes[:i], times[:i]
            lengths[i] = self._orthogonal()
        return lengths, volumes, times

    # ---- what was found ------------------------------------------------------------------

    def _result(self, lengths: Array, volumes: Array, times: Array) -> LyapunovSpectrum:
        m, passed = len(self.tangent.vectors), times.sum()
        if not times.size:
            history = self._history(np.empty(0), np.empty((0, m)))
            unknown = np.full(m, np.nan)
            return self._built(unknown, unknown, history, self._escaped(self.transient), math.nan)
        logs = np.log(lengths)
        exponents, errors = logs.sum(axis=0) / passed, _standard_errors(logs, times)
        order = np.argsort(-exponents, kind="stable")
        shown = (
            np.unique(np.linspace(0, times.size, min(N_HISTORY, times.size) + 1).astype(int))[1:]
            - 1
        )
        clock = np.cumsum(times)[shown]
        running = np.cumsum(logs, axis=0)[shown] / clock[:, np.newaxis]
        mean = float(volumes.sum() / passed)
        self.attributes["interval"], self.attributes["n_intervals"] = float(times[0]), times.size
        status = self._escaped(self.transient + passed) if self.tangent.failure else None
        return self._built(
            exponents[order],
            errors[order],
            self._history(clock, running[:, order]),
            status or self._judged(exponents, errors, mean),
            mean,
        )

    def _escaped(self, time: float) -> str:
        return f"escaped, or could not go on, at time {time:g}: {self.tangent.failure}"

    def _judged(self, exponents: Array, errors: Array, divergence: float) -> str:
        """Return whether the estimates have settled, in words."""
        tol, moves = self.attributes["tol"], not self._decays()
        # The direction of the flow grows as the speed does: a bounded ratio over the duration.
        allowance = TURNS / self.duration
        nearest = int(np.abs(exponents).argmin())
        has_zero = abs(exponents[nearest]) <= allowance + 5 * errors[nearest]
        rest = np.delete(exponents, nearest) if has_zero and moves else exponents
        leading = abs(float(rest.max())) if rest.size else 0.0
        largest = float(np.abs(exponents).max())
        if moves and largest <= allowance:  # all may be zero, if that can be told at all
            sizes = np.abs(exponents)
            if ((sizes > 5 * errors + tol * allowance) & (errors > 0.1 * tol * sizes)).any():
                return "not converged: so short a run cannot tell what is zero; raise `duration`"
            limits = np.full(exponents.size, tol * allowance / 4)
        else:
            limits = tol * np.maximum(np.abs(exponents), leading)
            if has_zero and moves:
                limits[nearest] = tol * largest
        if (errors > limits).any():
            worst = int((errors / limits).argmax())
            return (
                f"not converged: the standard error of exponent {worst + 1} is "
                f"{errors[worst]:.1g}, more than {limits[worst]:.1g}; raise `duration`"
            )
        if len(exponents) == len(self.system.states):
            gap = abs(float(exponents.sum()) - divergence)
            if gap > max(tol * leading, 0.1 * allowance):
                return (
                    f"not converged: the exponents miss the mean divergence by {gap:.1g}; give "
                    "a shorter `interval` or a smaller `rtol`"
                )
        if moves and not has_zero and exponents.min() < 0:
            return (
                f"not converged: the orbit moves, but no exponent is zero (the nearest is "
                f"{exponents[nearest]:.2g}); raise `duration` or `transient`"
            )
        return "converged"

    def _decays(self) -> bool:
        """Tell whether the orbit is on its way into an equilibrium."""
        return self._rests(DECAYING, attracting=True)

    def _history(self, times: Array, exponents: Array) -> xr.Dataset:
        unit = self.system.time_unit
        rate = unit if unit == "1" else f"1/{unit}"
        return xr.Dataset(
            {"exponent": (("time", "number"), exponents, {"units": rate})},
            {"time": ("time", times, {"units": unit, "long_name": "time averaged over"}),
             "number": np.arange(1, exponents.shape[1] + 1)},
        )  # fmt: skip

    def _built(
        self, exponents: Array, errors: Array, history: xr.Dataset, status: str, divergence: float
    ) -> LyapunovSpectrum:
        end = dict(zip(self.system.state_names, self.tangent.state.tolist(), strict=True))
        return LyapunovSpectrum(
            exponents, errors, history, status, divergence, end, self.attributes
        )


def _standard_errors(logs: Array, times: Array) -> Array:
    """Return the standard errors of the means from stretches of the orbit."""
    n = min(N_BATCHES, len(times))
    if n < 2:
        return np.full(logs.shape[1], np.nan)
    stretches = zip(np.array_split(logs, n), np.array_split(times, n), strict=True)
    means = np.array([own.sum(axis=0) / passed.sum() for own, passed in stretches])
    return np.asarray(means.std(axis=0, ddof=1) / np.sqrt(n))
