"""Studies: each random case with its reference and the growth of its errors, kept on disk."""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import mirrorsys as ms
from trust.accuracy.cases import case_of, times_of
from trust.accuracy.growth import growth, propagators
from trust.accuracy.reference import Case, reference_of

__all__ = [
    "ABSOLUTE",
    "Errors",
    "Study",
    "errors_of",
    "kept_study",
    "lane_errors",
    "path_of",
    "study_of",
]

Array = NDArray[np.float64]
ABSOLUTE = 0.01  # of the relative tolerance: the absolute one, as in the defaults of `simulate`
SOURCES = ("series", "reference", "cases", "growth", "hard")  # what references follow from
N_COMMON = 11  # wanted times that every case has


class Errors(NamedTuple):
    """A run's largest errors: in all, over tolerance x growth at all times and at phases' ends.

    `strict` counts each state in units of its own tolerance, in errors and in growth.
    """

    absolute: float
    at_times: float
    at_ends: float
    strict: float


@dataclass(frozen=True)
class Study:
    """A case, the wanted `times` and the reference: states (n_times, n_state), propagators."""

    case: Case
    times: Array
    states: Array
    at_end: Array
    between: Array

    def ends(self) -> NDArray[np.int_]:
        """Return where among the times the phases end."""
        return np.searchsorted(self.times, self.case.protocol.edges[1:])


def study_of(number: int) -> Study:
    """Return a random case with its reference."""
    case = case_of(number)
    return kept_study(case, times_of(case), f"{number}")


def kept_study(case: Case, times: Array, name: str) -> Study:
    """Return a case with its reference, which is computed once for one state of this code."""
    path = _folder() / f"{name}.npz"
    if not path.exists():
        reference = reference_of(case, times.tolist())
        between = propagators(case, reference, times)
        part = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(part, states=reference.states, at_end=reference.at_end, between=between)
        part.replace(path)
    with np.load(path) as kept:
        return Study(case, times, kept["states"], kept["at_end"], kept["between"])


def _folder() -> Path:
    """Return a folder for what this code computes, another one for every change of it."""
    here = Path(__file__).parent
    sources = [here / f"{name}.py" for name in SOURCES]
    key = hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"mirrorsys-accuracy-{key}"
    folder.mkdir(exist_ok=True)
    return folder


def path_of(run: xr.Dataset, names: tuple[str, ...], suffix: str = "") -> Array:
    """Return the states of a run, or what has their names and a suffix, shape (..., n_state)."""
    columns = []
    for name in names:
        owner, _, state = name.rpartition(".")
        each = run[state + suffix]
        columns.append(each.sel(person=owner).values if owner else each.values)
    return np.stack(columns, axis=-1)


def errors_of(study: Study, engine: str, method: str | None, rtol: float) -> Errors:
    """Return the errors of one run."""
    case = study.case
    run = ms.simulate(
        case.system, protocol=case.protocol, params=case.params, initial=case.initial,
        times=study.times, engine=engine, method=method, rtol=rtol, atol=ABSOLUTE * rtol,
    )  # fmt: skip
    names = case.system.state_names
    gaps = np.abs(path_of(run, names) - study.states)
    at_end = np.abs(path_of(run, names, "_at_end") - study.at_end)
    return _errors(study, gaps, at_end, rtol)


def lane_errors(studies: list[Study], rtol: float) -> list[Errors]:
    """Return the errors of cases of one system, computed side by side as an ensemble."""
    system, times = studies[0].case.system, studies[0].times[:N_COMMON]
    names = system.state_names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some of them are sensitive
        found = ms.ensemble(
            system, [{**each.case.params, **each.case.initial} for each in studies],
            protocol=[each.case.protocol for each in studies], rtol=rtol, atol=ABSOLUTE * rtol,
            outputs={name: ms.outputs.at_phase_ends(name) for name in names}
            | {f"{name} at times": ms.outputs.at_times(name, times) for name in names},
        )  # fmt: skip
    at_end = np.stack([found[name].values for name in names], axis=-1)
    states = np.stack([found[f"{name} at times"].values for name in names], axis=-1)
    gaps = [np.abs(states[i] - each.states[:N_COMMON]) for i, each in enumerate(studies)]
    ends = [np.abs(at_end[i] - each.at_end) for i, each in enumerate(studies)]
    return [_errors(*each, rtol) for each in zip(studies, gaps, ends, strict=True)]


def _errors(study: Study, gaps: Array, at_end: Array, rtol: float) -> Errors:
    """Return errors in units of tolerance x growth; `gaps` may be of the first times only."""
    n, sizes = len(gaps), np.abs(study.states)
    size = np.maximum.accumulate(sizes.max(axis=1))
    unit = rtol * (ABSOLUTE + size) * growth(study.between)
    own = rtol * (ABSOLUTE + np.maximum.accumulate(sizes, axis=0))
    strict = (gaps / own[:n]).max(axis=1) / growth(study.between, own)[:n]
    return Errors(
        float(max(gaps.max(), at_end.max())),
        float((gaps.max(axis=1) / unit[:n]).max()),
        float((at_end.max(axis=1) / unit[study.ends()]).max()),
        float(strict.max()),
    )
