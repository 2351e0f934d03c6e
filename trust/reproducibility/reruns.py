"""Reruns: a saved run says all that it takes to compute it again, to the bit."""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys.flow import differences, other_origin
from mirrorsys.testing import dyads, parameters, persons, protocols, states, systems
from trust.reproducibility.draws import law_runs

__all__ = ["Run", "measure_reruns", "rerun_differs", "runs"]

METHODS = {"scipy": ("LSODA", "Radau", "BDF", "DOP853", "RK45"),
           "compiled": ("switching", "DOP853", "Rodas5P")}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """The arguments of `simulate`."""

    system: ms.System
    arguments: dict[str, Any]


@st.composite
def runs(draw: st.DrawFn, engines: tuple[str, ...] = ("scipy", "compiled")) -> Run:
    """Draw a system, a protocol, values, events, times, noise and how to integrate."""
    system = draw(st.one_of(persons(), dyads(), systems(2, 3), systems(3, 2)))
    engine = draw(st.sampled_from(engines))
    arguments: dict[str, Any] = {"engine": engine}
    if draw(st.booleans()):
        system = system.replace(diffusion={system.state_names[0]: 0.2})
        noise = ms.Noise(draw(st.sampled_from([0.1, 0.02])), bounded=draw(st.booleans()))
        arguments |= {"noise": noise, "seed": draw(st.integers(0, 2**63 - 1))}
    else:
        arguments["method"] = draw(st.sampled_from(METHODS[engine]))
    course = draw(protocols(system))
    if arguments.get("method") == "Rodas5P":  # is not compiled for recordings
        course = ms.Protocol(ms.Phase(each.duration) for each in course)
    if draw(st.booleans()):
        shares = draw(st.lists(st.integers(0, 97), min_size=1, max_size=9, unique=True))
        arguments["times"] = [course.duration * share / 97 for share in sorted(shares)]
    level, direction = draw(st.sampled_from([0.1, 1 / 3, 0.7])), st.sampled_from(["both", "rising"])
    event = ms.Event(system.state_names[0], level, draw(direction), terminal=draw(st.booleans()))
    arguments |= {
        "protocol": course, "params": draw(parameters(system)), "initial": draw(states(system)),
        "events": draw(st.sampled_from([{}, {"crossing": event}])),
        "rtol": draw(st.sampled_from([1e-4, 1e-7])), "atol": 1e-9, "max_steps": 20_000,
    }  # fmt: skip
    return Run(system, arguments)


def rerun_differs(run: Run, path: Path) -> tuple[str, dict[str, str]]:
    """Return how a run ended, and what differs after saving, loading and computing it again."""
    found = _whole_or_part(lambda: ms.simulate(run.system, **run.arguments))
    ms.save(found, path)
    loaded = ms.load(path)
    again = _whole_or_part(lambda: ms.rerun(loaded))
    told = differences(found, loaded) | differences(loaded, again) | other_origin(loaded, again)
    return str(found.attrs["status"]).partition(" ")[0].strip(":"), told


def _whole_or_part(compute: Any) -> xr.Dataset:
    """Return a run, or what there is of it if it failed."""
    try:
        return compute()
    except ms.IntegrationError as error:
        return error.partial


def measure_reruns(n: int) -> dict[str, Any]:
    """Save, load and compute again n random runs; count those that differ in any bit."""
    found: Counter[str] = Counter()
    examples: list[str] = []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")

        def compare(run: Run) -> None:
            ending, told = rerun_differs(run, Path(folder) / "run.nc")
            found.update({"cases": 1, ending: 1, "different": bool(told)})
            found.update({run.arguments["engine"]: 1, "noise": "noise" in run.arguments})
            if told and len(examples) < 5:
                examples.append(f"{told}; {run}"[:2000])
                print(examples[-1], flush=True)

        law_runs(compare, n, runs())
    return {**found, "examples": examples}
