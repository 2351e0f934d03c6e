"""critical_dose: how many sessions it takes until the lone client stays calm."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys.analysis.sessions._follow_up import alone_after, followed, watch_of
from mirrorsys.analysis.sessions._session_map import SLOW, session_map
from mirrorsys.protocols import Phase, Protocol, protocol_to_dict, session_and_gap
from mirrorsys.protocols._words import check_count

__all__ = ["CALM", "NUDGE", "YEAR", "critical_dose", "in_words"]

DAY = 1440.0  # minutes
YEAR = 365 * DAY
CALM = "client.threat < 0.2"
NUDGE = 1e-3


def critical_dose(
    system: System,
    protocol: Protocol | Phase | None = None,
    *,
    calm: str = CALM,
    alone: Protocol | Phase | None = None,
    follow_up: float = YEAR,
    nudge: float = NUDGE,
    n_max: int = 40,
    slow: Sequence[str] = SLOW,
    params: Mapping[str, float] | None = None,
    initial: Mapping[str, float] | None = None,
    engine: str = "auto",
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> xr.Dataset:
    """Find the smallest number of sessions after which a client stays calm for a year.

    The course is computed once. From where each of its passes leaves off, the follow-up is
    computed without any further session, all of them side by side.

    Parameters
    ----------
    system : System
        For example a dyad.
    protocol : Protocol, optional
        One pass, as in `session_map`; by default `session_and_gap`: 50 minutes every 7 days.
    calm : str
        A comparison that has to hold throughout the follow-up.
    alone : Protocol, optional
        What happens in the follow-up; by default its inputs are those of the gap: the last phase
        of the pass, which lasts on.
    follow_up : float
        Its length if `alone` is not given, in the system's time unit (minutes).
    nudge : float
        52 times in the follow-up each fast state is moved by this share of its way to the middle
        of its range. A calm that has lost its stability is thus left within days; without, a
        run may stay beside it for months, by an amount that rounding decides [1]_.
    n_max : int
        The largest number of passes that is tried.
    slow, params, initial, engine, rtol, atol
        As in `session_map`. The first session begins at rest.

    Returns
    -------
    xarray.Dataset
        Over `dose` from 0 to `n_max`: all states as the follow-up begins, and with the ending
        ``_later`` as it ends; `worst`, the extreme of what `calm` is about; `relapse`, the time
        from the beginning of the follow-up at which the client is first not calm; `is_calm`.
        Attributes: ``critical_dose`` (not a number if no dose suffices), `status` in words.

    Raises
    ------
    ValueError
        If an argument does not fit.

    References
    ----------
    .. [1] A. I. Neishtadt, "Persistence of stability loss for dynamical bifurcations",
       Differential Equations 23 (1987) 1385.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> forgetful = ms.System(
    ...     "forgetful", {"skill": "0.1*lesson*(1 - skill) - 0.01*skill"}, inputs={"lesson": 0}
    ... )
    >>> week = ms.Protocol([ms.Phase(1, {"lesson": 1}), ms.Phase(6)])
    >>> found = critical_dose(
    ...     forgetful, week, calm="skill > 0.2", follow_up=20, slow=["skill"], engine="scipy"
    ... )
    >>> found.attrs["critical_dose"], found.attrs["status"]
    (4.0, 'calm throughout the follow-up from 4 passes on')
    """
    check_count(n_max, "n_max")
    own = session_map(
        system, session_and_gap() if protocol is None else protocol, slow=slow, params=params,
        initial=initial, engine=engine, rtol=rtol, atol=atol,
    )  # fmt: skip
    watch = watch_of(system, calm)
    course = own.iterate(n=n_max)
    after = alone_after(own, own.protocol, alone, follow_up, nudge)
    states = np.array([course[name].values for name in system.state_names])
    found = followed(own, watch, states, after)
    described = {name: own.described(name) for name in system.state_names}
    unit, times = described.get(watch.event.quantity, {}), {"units": system.time_unit}
    result = xr.Dataset(
        {name: ("dose", row, described[name])
         for name, row in zip(system.state_names, states, strict=True)}
        | {f"{name}_later": ("dose", row, described[name])
           for name, row in zip(system.state_names, found.later, strict=True)}
        | {"worst": ("dose", found.worst, unit), "relapse": ("dose", found.relapse, times),
           "is_calm": ("dose", found.is_calm.astype(np.int8))},
        {"dose": ("dose", np.arange(n_max + 1), {"long_name": "passes before the follow-up"})},
    )  # fmt: skip
    dose, status = in_words(found.is_calm, np.isfinite(found.worst))
    return result.assign_attrs(
        {**own.attributes("critical dose"), "critical_dose": dose, "status": status, "calm": calm,
         "level": watch.event.level, "nudge": nudge,
         "follow_up": json.dumps(protocol_to_dict(after))}
    )  # fmt: skip


def in_words(is_calm: NDArray[np.bool_], known: NDArray[np.bool_]) -> tuple[float, str]:
    """Return the smallest dose that suffices, and what there is to say about it."""
    last = is_calm.size - 1
    failed = "" if known.all() else f"; {int((~known).sum())} doses could not be computed"
    if not is_calm.any():
        return np.nan, f"no dose up to {last} passes suffices{failed}"
    first = int(np.argmax(is_calm))
    if (worse := first + np.flatnonzero(~is_calm[first:])).size:
        return float(first), (
            f"calm throughout the follow-up after {first} passes, but not after "
            f"{', '.join(map(str, worse.tolist()))}{failed}"
        )
    return float(first), f"calm throughout the follow-up from {first} passes on{failed}"
