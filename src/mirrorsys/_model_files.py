"""Models as TOML files: `load_model`, `save_model`.

A file holds text, numbers and nothing that runs:

    format = 1
    name = "decay"
    time_unit = "h"

    [states.x]
    equation = "-k*x"
    value = 1.0
    range = [0.0, inf]

    [parameters.k]
    value = 0.5
    unit = "1/h"
    source = "assumed"

Optional tables: ``inputs``, ``outputs`` (name to text), ``diffusion`` (state to text).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomli_w

from mirrorsys._expressions import to_text
from mirrorsys._files import write_text
from mirrorsys._system import Input, Parameter, State, System

__all__ = ["from_toml", "load_model", "save_model", "to_toml"]

FORMAT = 1
_FITS: dict[str, tuple[Any, str]] = {
    "value": ((int, float), "a number"),
    "range": (list, "two numbers, [lowest, highest]"),
}  # of all other keys: text
LARGEST_FILE = 4_000_000  # bytes
_TOP = {"format", "name", "time_unit", "source", "states", "parameters", "inputs", "outputs",
        "diffusion"}  # fmt: skip


def save_model(system: System, path: str | os.PathLike[str]) -> None:
    """Write a system to a TOML file, whole or not at all.

    Parameters
    ----------
    system : System
    path : path
        An existing file is replaced.
    """
    write_text(path, to_toml(system))


def load_model(path: str | os.PathLike[str]) -> System:
    """Read a system from a TOML file; nothing in the file is run.

    Parameters
    ----------
    path : path

    Returns
    -------
    System
        Equal to the one `save_model` wrote.

    Raises
    ------
    ValueError
        If the file is not TOML, is larger than 4 MB, holds unknown keys, or describes
        no valid system.
    """
    path = Path(path)
    if (size := path.stat().st_size) > LARGEST_FILE:
        raise ValueError(f"{path.name} has {size} bytes; a model file has at most {LARGEST_FILE}.")
    try:
        return from_toml(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path.name}: {error}") from error


@lru_cache(maxsize=64)
def to_toml(system: System) -> str:
    """Return a system as TOML text."""
    noise = {
        name: to_text(amplitude)
        for name, amplitude in zip(system.state_names, system.diffusion, strict=True)
        if amplitude != 0
    }
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": system.name,
        "time_unit": system.time_unit,
        "source": system.source,
        "states": {
            state.name: {"equation": to_text(expression), **_described(state)}
            for state, expression in zip(system.states, system.rhs, strict=True)
        },
        "parameters": {each.name: _described(each) for each in system.parameters},
        "inputs": {each.name: _described(each) for each in system.inputs},
        "outputs": {name: to_text(expression) for name, expression in system.outputs},
        "diffusion": noise,
    }
    kept = {"name", "time_unit"}  # even if empty: left out, they would be read as the default
    return tomli_w.dumps({k: v for k, v in document.items() if k in kept or v not in ({}, "")})


def _described(quantity: State | Parameter | Input) -> dict[str, Any]:
    described = {
        each.name: getattr(quantity, each.name)
        for each in fields(quantity)
        if each.name != "name" and (getattr(quantity, each.name) or each.default) != ""
    }
    return described | {"range": list(quantity.range)}


def from_toml(text: str) -> System:
    """Return the system that TOML text describes.

    Raises
    ------
    ValueError
        If the text is not TOML, holds unknown keys, or describes no valid system.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"this is not TOML: {error}.") from error
    _check_keys(document, _TOP, "the file")
    if document.get("format") != FORMAT:
        raise ValueError(f"`format` is {document.get('format')!r}; this version reads {FORMAT}.")
    for key in ("name", "time_unit", "source"):
        if not isinstance(document.get(key, ""), str):
            raise ValueError(f"`{key}` is {document[key]!r}; write it as text.")
    states = _table(document, "states")
    equations = {}
    for name, described in states.items():
        entry = dict(_entry(described, f"states.{name}"))
        if "equation" not in entry:
            raise ValueError(f"states.{name} has no `equation`; write its rate of change.")
        equation = entry.pop("equation")
        equations[_quantity(State, name, entry)] = equation
    return System(
        document.get("name", "model"),
        equations,
        [_quantity(Parameter, *item) for item in _table(document, "parameters").items()],
        [_quantity(Input, *item) for item in _table(document, "inputs").items()],
        outputs=_table(document, "outputs"),
        diffusion=_table(document, "diffusion"),
        time_unit=document.get("time_unit", "1"),
        source=document.get("source", ""),
    )


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return _entry(document.get(key, {}), key)


def _entry(given: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{place} is {given!r}; write it as a table, [{place}].")
    return given


def _quantity(kind: type[Any], name: str, described: Any) -> Any:
    place = f"{kind.__name__.lower()}s.{name}"
    entry = _entry(described, place)
    _check_keys(entry, {f.name for f in fields(kind)} - {"name"}, place)
    for key, value in entry.items():
        wanted, what = _FITS.get(key, (str, "text"))
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValueError(f"`{key}` of {place} is {value!r}; write {what}.")
    return kind(name, **entry)


def _check_keys(given: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(set(given) - known):
        raise ValueError(f"{place} has unknown keys {unknown}; known are {sorted(known)}.")
