"""ByLanes: one segment for many members in machine code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirrorsys._expressions import canonical
from mirrorsys.flow._compiled_engine import OTHER, failure_text
from mirrorsys.flow._many import Batch, Task, empty_records
from mirrorsys.flow._noise import equal_steps
from mirrorsys.flow._plans import Plan, cubics
from mirrorsys.kernels._lanes import Watch, lanes, sizes, table_of
from mirrorsys.kernels._table import STATUS

__all__ = ["ByLanes"]

Array = NDArray[np.float64]

MOST_AT_ONCE = 256  # members in a call of machine code, which cannot be interrupted


class ByLanes:
    """Takes batches of members through segments, lane by lane.

    Which members share a batch, or a lane's neighbours, changes no bit of any of them.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.watches = tuple(Watch(*(canonical(text) for text in pair)) for pair in task.watches)
        self.method = task.settings.method
        self.first = "DOP853" if self.method == "switching" else self.method

    def __call__(self, batch: Batch, plan: Plan, times: Array) -> None:
        driven = bool(plan.recordings)
        self.recorded = {index for index, _ in plan.recordings}
        noise = self.task.settings.noise
        self.code = lanes(
            self.task.system, watches=self.watches, driven=driven,
            noise=None if noise is None else noise.method,
            bounded=noise is not None and noise.bounded,
        )  # fmt: skip
        n_state = self.code.n_state
        alive = np.flatnonzero(batch.is_alive)
        whole = {
            "states": self.code.inward(batch.states[alive]).copy(),
            "constants": batch.constants[alive],
            **{name: np.zeros(alive.size) for name in ("origin", "time", "step", "status")},
            "streams": batch.streams[alive].astype(float),
            "n_before": batch.n_steps[alive].astype(float),
            "tallies": np.zeros((2, alive.size)),
            "samples": np.full((times.size, n_state, alive.size), np.nan),
            "records": empty_records(len(self.watches), alive.size),
        }
        if times.size and times[0] == 0.0:
            whole["samples"][0] = whole["states"].T
        is_stiff = np.zeros(alive.size, dtype=bool)
        for begin, end, coefficients in cubics(plan):
            going = np.flatnonzero((whole["status"] == 0) | (whole["status"] == STATUS["done"]))
            whole["origin"][going], whole["status"][going] = begin, 0.0
            if noise is not None:
                whole["step"][going] = equal_steps(end - begin, noise.step)
            for first in range(0, going.size, MOST_AT_ONCE):
                self.task.check()
                rows = going[first : first + MOST_AT_ONCE]
                self._piece(whole, rows, end, times, coefficients if driven else None, is_stiff)
        self._write_back(batch, whole, alive, is_stiff)

    def _piece(
        self,
        whole: dict[str, Any],
        rows: NDArray[np.int_],
        end: float,
        times: Array,
        coefficients: Array | None,
        is_stiff: NDArray[np.bool_],
    ) -> None:
        """Run members to the end of a piece, each by the method that suits it."""
        method = self.first
        work = self.code.work()
        while rows.size:
            part = {
                name: np.ascontiguousarray(values[..., rows] if name in LAST else values[rows])
                for name, values in whole.items()
            }
            part["status"][:] = 0.0
            part["end"] = np.full(rows.size, end)
            part["sizes"] = sizes(
                n_members=rows.size, n_times=times.size, max_steps=self.task.settings.max_steps,
                steps_room=0, hits_room=0,
                may_switch=self.method == "switching" and "Rodas5P" in self.code.methods,
                seed=self.task.settings.seed or 0,
            )  # fmt: skip
            part["tolerances"] = np.array([self.task.settings.rtol, self.task.settings.atol])
            part["times"], part["work"] = np.ascontiguousarray(times), work
            if coefficients is not None:
                part["curves"] = self._curves(whole["constants"][rows], coefficients)
            table = table_of(part)
            self.code(method, table)
            for name, values in whole.items():
                values[(..., rows) if name in LAST else rows] = part[name]
            switched = rows[part["status"] == STATUS["switch"]]
            if method == "DOP853":
                is_stiff[switched] = True
            rows, method = switched, OTHER.get(method, method)

    def _curves(self, constants: Array, coefficients: Array) -> Array:
        """Return inputs as cubics for every member: its own constants, recordings for all."""
        n_input = len(self.task.system.inputs)
        curves = np.repeat(coefficients[np.newaxis], len(constants), axis=0)
        steady = [index for index in range(n_input) if index not in self.recorded]
        curves[:, steady, 0] = constants[:, len(self.task.system.parameters) :][:, steady]
        return np.ascontiguousarray(curves)

    def _write_back(
        self,
        batch: Batch,
        whole: dict[str, Any],
        alive: NDArray[np.int_],
        is_stiff: NDArray[np.bool_],
    ) -> None:
        n_member = len(batch.states)
        batch.states[alive] = self.code.outward(whole["states"])
        batch.n_steps[alive] += whole["tallies"][0].astype(np.int64)
        batch.n_stiff[alive] += is_stiff
        samples = np.moveaxis(whole["samples"], 1, -1)
        whole["samples"] = np.moveaxis(self.code.outward(samples), -1, 1)
        for name in ("samples", "records"):
            full = np.full((*whole[name].shape[:2], n_member), np.nan)
            full[:, :, alive] = whole[name]
            setattr(batch, name, full)
        for row in np.flatnonzero(whole["status"] != STATUS["done"]):
            reason = failure_text(whole["status"][row], self.task.settings.max_steps)
            batch.failures[int(alive[row])] = (float(whole["time"][row]), reason)


LAST = ("tallies", "samples", "records")  # arrays whose last axis is that of the members
