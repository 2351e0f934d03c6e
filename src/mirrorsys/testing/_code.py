"""Python text that rebuilds an object: what a failing case prints, to be pasted and run."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

from mirrorsys._expressions import to_text
from mirrorsys._system import Parameter, State, System
from mirrorsys.protocols import Phase, Protocol, Recording

__all__ = ["as_code", "plain"]

WIDTH = 96  # longer calls get one argument a line


def as_code(given: Any) -> str:
    """Return Python text that rebuilds a system, protocol, recording or plain value.

    Parameters
    ----------
    given : System, Parameter, State, Input, Protocol, Phase, Recording or plain Python
        What it holds is written in full; numbers as short as they read back the same.

    Returns
    -------
    str
        An expression, to be evaluated after ``import mirrorsys as ms``.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from mirrorsys.testing import as_code
    >>> print(as_code(ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, box={"x": (0, 1)})))
    ms.System('decay', {'x': '-k*x'}, {'k': 0.5}, box={'x': (0, 1)})
    """
    if isinstance(given, System):
        return _system(given)
    if isinstance(given, Protocol):
        return _call("ms.Protocol", [_listed(given.phases)], _options(given, {"phases"}))
    if isinstance(given, Phase):
        inputs = [as_code(given.inputs)] if given.inputs else []
        options = _options(given, {"duration", "inputs"})
        return _call("ms.Phase", [as_code(given.duration), *inputs], options)
    if isinstance(given, Recording):
        options = _options(given, {"times", "values"})
        return _call("ms.Recording", [as_code(given.times), as_code(given.values)], options)
    if isinstance(given, Parameter | State) or type(given).__name__ == "Input":
        options = _options(given, {"name", "value"})
        return _call(f"ms.{type(given).__name__}", [repr(given.name), plain(given.value)], options)
    return _value(given)


def plain(number: float) -> str:
    """Return a number as Python reads it back, whole ones without a point."""
    if isinstance(number, bool) or not math.isfinite(number):
        return f'float("{number}")' if not isinstance(number, bool) else str(number)
    if float(number).is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(float(number))


def _value(given: Any) -> str:
    if isinstance(given, str):
        return repr(given)
    if isinstance(given, int | float):
        return plain(given)
    if isinstance(given, Mapping):
        return f"{{{', '.join(f'{as_code(k)}: {as_code(v)}' for k, v in given.items())}}}"
    if isinstance(given, tuple):
        return f"({', '.join(map(as_code, given))}{',' if len(given) == 1 else ''})"
    if isinstance(given, list):
        return _listed(given)
    return repr(given)


def _listed(given: Iterable[Any]) -> str:
    return f"[{', '.join(map(as_code, given))}]"


def _system(system: System) -> str:
    rates = {s.name: to_text(e) for s, e in zip(system.states, system.rhs, strict=True)}
    options: dict[str, str] = {}
    if all(_options(each, {"name", "value", "range"}) == {} for each in system.states):
        equations = as_code(rates)
        free = (-math.inf, math.inf)
        nearest = {s.name: min(max(0, s.range[0]), s.range[1]) for s in system.states}  # to 0
        options["box"] = as_code({s.name: s.range for s in system.states if s.range != free})
        options["initial"] = as_code(
            {s.name: s.value for s in system.states if s.value != nearest[s.name]}
        )
    else:
        pairs = (f"{as_code(s)}: {as_code(rates[s.name])}" for s in system.states)
        equations = f"{{{', '.join(pairs)}}}"
    noise = zip(system.state_names, system.diffusion, strict=True)
    options |= {
        "inputs": _quantities(system.inputs),
        "outputs": as_code({name: to_text(each) for name, each in system.outputs}),
        "diffusion": as_code({name: to_text(each) for name, each in noise if each != 0}),
        "time_unit": repr(system.time_unit) if system.time_unit != "1" else "",
        "source": repr(system.source) if system.source else "",
    }
    parameters = _quantities(system.parameters)
    positional = [repr(system.name), equations, *([] if parameters == "{}" else [parameters])]
    return _call("ms.System", positional, {k: v for k, v in options.items() if v not in ("", "{}")})


def _quantities(given: tuple[Any, ...]) -> str:
    if all(_options(each, {"name", "value"}) == {} for each in given):
        return as_code({each.name: each.value for each in given})
    return _listed(given)


def _options(given: Any, positional: set[str]) -> dict[str, str]:
    """Return the fields that differ from their defaults, as text."""
    return {
        each.name: as_code(getattr(given, each.name))
        for each in dataclasses.fields(given)
        if each.name not in positional and not _is_default(each, getattr(given, each.name))
    }


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    return bool(value == field.default)


def _call(function: str, positional: list[str], options: Mapping[str, str]) -> str:
    arguments = [*positional, *(f"{name}={text}" for name, text in options.items())]
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    indented = ",\n    ".join(each.replace("\n", "\n    ") for each in arguments)
    return f"{function}(\n    {indented},\n)"
