"""minimal_shock: the smallest pulse that throws a calm person into lasting high threat."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from mirrorsys._system import Quantity, System, check_system
from mirrorsys._values import as_number
from mirrorsys.analysis.attractors._lyapunov import check_no_noise
from mirrorsys.analysis.attractors._pulses import Found, Trial, case_of, search, status_of
from mirrorsys.analysis.attractors._settling import flow_of
from mirrorsys.flow._dataset import toml_of, versions
from mirrorsys.flow._events import Event, checked_events

__all__ = ["minimal_shock"]

Array = NDArray[np.float64]
WEAKEST = 1e-3  # of the heights looked at first, beside the limit


def minimal_shock(
    system: System,
    over: Mapping[str, ArrayLike],
    *,
    input: str = "stressor",
    duration: float = 5.0,
    condition: str = "threat > 0.4",
    params: Mapping[str, float] | None = None,
    limit: float | None = None,
    n_scan: int = 25,
    tol: float = 1e-4,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    engine: str = "auto",
) -> xr.Dataset:
    """Find the smallest pulse that throws a resting system into another regime for good.

    At each value of a parameter the system rests at its calm equilibrium: the stable one at
    which the condition does not hold. Then an input is raised for a while. Many heights are
    tried at once, and the smallest one after which the system does not come back is enclosed.

    Parameters
    ----------
    system : System
    over : mapping of one str to array_like, shape (n_value,)
        A parameter (or input at rest) and its values: ``{"pathway": [0.05, 0.1, 0.2]}``.
    input : str
        What is raised.
    duration : float
        How long, in the time unit of the system.
    condition : str
        What holds in the high regime: ``"threat > 0.4"``. It only sorts the equilibria.
    params : mapping of str to float, optional
        Parameters, and inputs at rest, that differ from their defaults.
    limit : float, optional
        The highest pulse; by default what the range of the input leaves room for.
    n_scan : int
        How many heights to look at first, evenly spaced on a logarithmic scale from a
        thousandth of the limit: what is withstood between two of them is overlooked.
    tol : float
        How closely the height is enclosed, as a share of it.
    rtol, atol : float
        Tolerances of each step.
    engine : {"auto", "compiled", "scipy"}

    Returns
    -------
    xarray.Dataset
        Over the parameter: `height`, what is added to the input at rest (NaN where no pulse
        does it); `height_withstood`, the largest one found below it; `status` in words;
        `calm` and `high`, the quantity of the condition at these two equilibria (NaN where
        there is none). `outcome` over ``scanned``, the heights looked at first: 0 back to calm,
        1 a high equilibrium, 2 neither within 400 relaxation times.

    Raises
    ------
    ValueError
        If an argument does not fit the system.
    ContinuumError
        If its equilibria form a continuum; the message names the states to freeze.

    Examples
    --------
    A particle in a valley at 0, with a ridge at 1 and another valley at 3, pushed for a
    moment: it must be carried over the ridge.

    >>> import mirrorsys as ms
    >>> valley = ms.System(
    ...     "valley",
    ...     {"x": "-x*(x - 1)*(x - 3)/k + push"},
    ...     {"k": 1e4},
    ...     {"push": 0},
    ...     box={"x": (-1, 5)},
    ... )
    >>> found = ms.minimal_shock(
    ...     valley, {"k": [1e4]}, condition="x > 2", input="push", duration=2, limit=10
    ... )
    >>> found.height.values.round(3)
    array([0.5])
    """
    check_system(system)
    check_no_noise(system)
    name, values = _checked_values(system, over)
    inputs = system.resolve(input, "input")
    if len(inputs) > 1:
        raise ValueError(
            f"`input` is {input!r}, which stands for {list(inputs)} in {system.name!r}; a pulse "
            "acts on one: give a full name."
        )
    (pulsed,) = inputs
    length, event = _checked_positive("duration", duration), Event.when(condition)
    checked_events({"condition": event}, system)
    _check_accuracy(tol, n_scan)
    cases = []
    for value in values.tolist():
        own = {**(params or {}), name: value}
        flow = flow_of(system, own, rtol=rtol, atol=atol, engine=engine)
        cases.append(case_of(system, own, event, flow))
    place = system.input_names.index(pulsed)
    top = _limit(system[pulsed], max(each.flow.inputs[place] for each in cases), limit)
    trial, heights = Trial(cases, place, length), top * np.geomspace(WEAKEST, 1.0, n_scan)
    attributes = {
        "title": f"{system.name}: smallest pulse of {pulsed} that is not withstood",
        "system": toml_of(system), "over": name, "input": pulsed, "duration": length,
        "condition": condition, "limit": top, "tol": float(tol), "time_unit": system.time_unit,
        "params": json.dumps({k: float(v) for k, v in system.expand(params or {}).items()}),
        "engine": cases[0].flow.engine, **cases[0].flow.settings.to_attributes(),
        "versions": versions(),
    }  # fmt: skip
    return _dataset(system, name, values, trial, search(trial, heights, float(tol)), attributes)


# ---- what is asked for, and what is given ----------------------------------------------------


def _checked_values(system: System, over: Any) -> tuple[str, Array]:
    if not isinstance(over, Mapping) or len(over) != 1:
        raise ValueError(
            f"`over` is {over!r}; give one parameter and its values, such as "
            "{'pathway': [0.05, 0.1, 0.2]}."
        )
    ((name, given),) = over.items()
    if name in system.state_names:
        raise ValueError(
            f"`over` names the state {name!r}; make it a parameter: system.freeze({name}=...)."
        )
    (full,) = system.resolve(name, "parameter or input")
    values = np.atleast_1d(np.asarray(given, dtype=float))
    if values.ndim != 1 or not values.size:
        raise ValueError(f"`over` gives {name!r} values of shape {values.shape}; give one axis.")
    for value in values.tolist():
        system[full].check(value)
    return full, values


def _check_accuracy(tol: Any, n_scan: Any) -> None:
    if not 0 < as_number(tol) < 0.1:
        raise ValueError(f"`tol` is {tol!r}; give a share between 0 and 0.1, such as 1e-4.")
    if not (as_number(n_scan) >= 2 and as_number(n_scan).is_integer()):
        raise ValueError(f"`n_scan` is {n_scan!r}; give a whole number of heights from 2.")


def _checked_positive(label: str, value: Any) -> float:
    if not 0 < as_number(value) < math.inf:
        raise ValueError(f"`{label}` is {value!r}; give a finite number of more than 0.")
    return float(value)


def _limit(quantity: Quantity, rest: float, limit: float | None) -> float:
    """Return the highest pulse that may be tried."""
    room = quantity.range[1] - rest
    top = room if limit is None else _checked_positive("limit", limit)
    if not (0 < top <= room * (1 + 1e-12) and math.isfinite(top)):
        raise ValueError(
            f"`limit` is {limit!r}; give a finite height of at most {room:g}, which is what the "
            f"range of {quantity.name!r} leaves above its level at rest."
        )
    return top


def _dataset(
    system: System,
    name: str,
    values: Array,
    trial: Trial,
    found: Found,
    attributes: dict[str, Any],
) -> xr.Dataset:
    over, pulsed = system[name], system.input_names[trial.place]
    unit = {"units": system[pulsed].unit}
    words = [status_of(each, found, k) for k, each in enumerate(trial.cases)]
    quantities = np.array([each.quantities for each in trial.cases])
    return xr.Dataset(
        {
            "height": (name, found.high, {**unit, "long_name": f"smallest pulse of {pulsed}"}),
            "height_withstood": (name, found.low, unit),
            "status": (name, np.array(words)),
            "calm": (name, quantities[:, 0]),
            "high": (name, quantities[:, 1]),
            "outcome": ((name, "scanned"), found.outcome),
        },
        {
            name: (name, values, {"units": over.unit, "long_name": over.meaning or name}),
            "scanned": ("scanned", found.heights, unit),
        },
        attributes,
    )
