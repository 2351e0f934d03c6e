"""Tables: what an ensemble found as a Dataset, and what its result rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys.flow._chunks import Chunk
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.flow._segments import occurrences
from mirrorsys.flow.outputs import Output
from mirrorsys.kernels import processor
from mirrorsys.protocols import Protocol, protocol_to_dict

__all__ = ["attributes_of", "dataset_of"]


def dataset_of(study: Chunk, row: slice, values: Mapping[str, NDArray[Any]]) -> xr.Dataset:
    """Return what chunks found as a Dataset."""
    protocol, unit = study.protocols[0], study.system.time_unit
    known = {each.name: each for each in study.system.quantities}
    variables: dict[str, Any] = {}
    coordinates: dict[str, Any] = {"member": np.arange(row.start, row.stop)}
    for name, output in study.outputs.items():
        dims, own = _axis(name, output, protocol, unit)
        coordinates |= own
        variables[name] = (("member", *dims), values[name], _described(output, known, unit))
    for name in ("status", "n_steps", "n_stiff_phases"):
        variables[name] = ("member", values[name])
    for name, given in study.members.given.items():
        place = f"given_{name}" if name in {*variables, *coordinates} else name
        about = {"units": known[name].unit, "long_name": known[name].meaning, "given": name}
        coordinates[place] = ("member", given[row], about)
    return xr.Dataset(variables, coordinates)


def _axis(
    name: str, output: Output, protocol: Protocol, unit: str
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the further dimension of an output and its coordinates."""
    if output.kind == "at_times":
        times = np.array(output.times)
        dimension = f"time_{hashlib.sha256(times.tobytes()).hexdigest()[:6]}"
        return (dimension,), {dimension: (dimension, times, {"units": unit})}
    if output.phase is not None:
        indices = list(occurrences(protocol, output.phase))
        ends = [protocol.edges[index + 1] for index in indices]
        numbers = np.arange(1, len(indices) + 1)
        dimension = "nth_" + output.phase.replace(" ", "_")
        return (dimension,), {
            dimension: (dimension, numbers),
            f"{dimension}_end": (dimension, ends, {"units": unit}),
        }
    if output.kind == "at_phase_ends":
        names = np.array([phase.name for phase in protocol])
        return ("phase",), {
            "phase": ("phase", np.arange(len(protocol))),
            "phase_name": ("phase", names),
            "phase_end": ("phase", np.array(protocol.edges[1:]), {"units": unit}),
        }
    return (), {}


def _described(output: Output, known: Mapping[str, Any], unit: str) -> dict[str, str]:
    words = output.kind.replace("_", " ")
    own = known[output.quantity].unit if output.quantity in known else "1"
    return {
        "units": unit if output.kind in {"time_above", "first_time"} else own,
        "long_name": f"{words}: {output.quantity}",
    }


def attributes_of(study: Chunk, why: str) -> dict[str, Any]:
    """Return the manifest: everything that decides the numbers, and where they come from."""
    members = hashlib.sha256()
    for part in (study.members.parameters, study.members.rest, study.members.initial):
        members.update(np.ascontiguousarray(part).tobytes())
    return {
        "title": f"{study.system.name}: {len(study.members)} members, {study.protocols[0].name}",
        "made_by": "ensemble",
        "system": toml_of(study.system),
        "protocol": json.dumps([protocol_to_dict(each) for each in study.protocols]),
        "protocol_of_members": json.dumps(study.which.tolist() if study.which.any() else []),
        "outputs": json.dumps({name: each.to_dict() for name, each in study.outputs.items()}),
        "members": members.hexdigest(),
        "n_members": len(study.members),
        "engine": study.engine,
        "engine_choice": why,
        **study.settings.to_attributes(),
        "versions": versions(),
        "processor": processor(),
    }
