"""Strategies of what drives a system: parameters, states, protocols, recordings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import strategies as st

from mirrorsys._system import Input, System, check_system
from mirrorsys.models import person
from mirrorsys.protocols import Phase, Protocol, Recording
from mirrorsys.testing._numbers import numbers
from mirrorsys.testing._printing import print_as_code

__all__ = ["parameters", "protocols", "recordings", "states", "values_of"]

print_as_code()

DURATIONS = (1.0, 2.0, 5.0, 0.5, 10.0, 0.1, 20.0, 50.0)  # in the system's time unit


def parameters(
    system: System, held: Mapping[str, float] | None = None
) -> st.SearchStrategy[dict[str, float]]:
    """Draw admissible values of all parameters and inputs of a system.

    Each lies in its range, in its own unit; ends of ranges and defaults are frequent, and what
    fails shrinks toward the defaults.

    Parameters
    ----------
    system : System
    held : mapping of str to float, optional
        Values that are not drawn; a bare name stands for that quantity of everyone.

    Returns
    -------
    SearchStrategy of dict of str to float
        By full name: fits `params` of every verb.

    Raises
    ------
    ValueError
        If a name in `held` is unknown, or its value outside its range.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from hypothesis import find
    >>> from mirrorsys.testing import parameters
    >>> k, a = ms.Parameter("k", 1, range=(0, 2)), ms.Parameter("a", 0.3, range=(0, 1))
    >>> pull = ms.System("pull", {"x": "k*(a - x)"}, [k, a])
    >>> find(parameters(pull), lambda params: params["k"] > 1)
    {'k': 2.0, 'a': 0.3}
    """
    check_system(system)
    fixed = system.expand(held or {}, "parameter or input")
    fixed = {name: system[name].check(value) for name, value in fixed.items()}
    return _by_name(
        {
            each.name: st.just(fixed[each.name]) if each.name in fixed else values_of(each)
            for each in (*system.parameters, *system.inputs)
        }
    )


def states(system: System) -> st.SearchStrategy[dict[str, float]]:
    """Draw a state in the box of a system, its faces and corners included.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from hypothesis import find
    >>> from mirrorsys.testing import states
    >>> find(states(ms.models.zoo.cusp()), lambda state: state["x"] > 0)["x"] > 0
    True
    """
    check_system(system)
    return _by_name({each.name: values_of(each) for each in system.states})


def _by_name(values: Mapping[str, st.SearchStrategy[float]]) -> st.SearchStrategy[dict[str, float]]:
    """Draw a dictionary in the order of its names, which `fixed_dictionaries` would sort."""
    return st.tuples(*values.values()).map(lambda drawn: dict(zip(values, drawn, strict=True)))


def values_of(quantity: Any) -> st.SearchStrategy[float]:
    low, high = quantity.range
    return numbers(low, high, quantity.value)


@st.composite
def recordings(
    draw: st.DrawFn, low: float = 0.0, high: float = 1.0, *, duration: float = 10.0
) -> Recording:
    """Draw a recording: uneven times from 0, values in a range.

    Parameters
    ----------
    low, high : float
        The range of the values.
    duration : float
        The longest, in the time unit of the system that is to use it.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mirrorsys.testing import recordings
    >>> find(recordings(), lambda each: max(each.values) == 1).values
    (0.0, 1.0)
    """
    places = draw(st.lists(st.integers(1, 100), min_size=1, max_size=8, unique=True).map(sorted))
    times = (0.0, *(duration * place / 100 for place in places))
    value = numbers(low, high, min(max(0.0, low), high))
    values = draw(st.lists(value, min_size=len(times), max_size=len(times)))
    return Recording(times, tuple(values))


@st.composite
def protocols(
    draw: st.DrawFn,
    system: System | None = None,
    *,
    max_phases: int = 3,
    only: Collection[str] | None = None,
    unit: float = 1.0,
) -> Protocol:
    """Draw a protocol: phases of round durations, inputs in their ranges, some recorded.

    Parameters
    ----------
    system : System, optional
        Whose inputs to drive, in whose time unit; by default those of a person.
    max_phases : int
    only : collection of str, optional
        The inputs that are driven, by full name; by default all.
    unit : float
        What durations are round multiples of.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from hypothesis import find
    >>> from mirrorsys.testing import protocols
    >>> client = ms.models.client()
    >>> find(protocols(client), lambda each: each.duration > 3)
    Protocol 'protocol': 1 phase (phase), 5 time units
    """
    inputs = (person("anyone") if system is None else system).inputs
    inputs = tuple(each for each in inputs if only is None or each.name in only)
    phases = draw(st.lists(_phases(inputs, unit), min_size=1, max_size=max_phases))
    return Protocol(tuple(phases))


@st.composite
def _phases(draw: st.DrawFn, inputs: tuple[Input, ...], unit: float) -> Phase:
    duration = unit * draw(st.sampled_from(DURATIONS))
    given: dict[str, float | Recording] = {}
    for each in inputs:
        kind = draw(st.sampled_from(["rest", "rest", "level", "recording"]))
        if kind == "level":
            given[each.name] = draw(values_of(each))
        elif kind == "recording":
            given[each.name] = draw(recordings(*_finite(each), duration=duration))
    return Phase(duration, given)


def _finite(each: Input) -> tuple[float, float]:
    """Return a bounded part of the range of an input, around its value."""
    low, high = each.range
    return max(low, each.value - 10), min(high, each.value + 10)
