"""session_map: the stroboscopic map of the slow states over one session and gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number, initial_values, parameter_and_input_values
from mirrorsys.analysis.sessions._slow_map import SessionMap
from mirrorsys.flow._plans import plan
from mirrorsys.protocols import Phase, Protocol

__all__ = ["SLOW", "session_map"]

SLOW = ("pathway", "signal")


def session_map(
    system: System,
    protocol: Protocol | Phase,
    *,
    slow: Sequence[str] = SLOW,
    params: Mapping[str, float] | None = None,
    initial: Mapping[str, float] | None = None,
    settle: float | None = None,
    engine: str = "auto",
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> SessionMap:
    """Return the map of the slow states over one pass through a protocol.

    Over a session and the week after it, pathways and signals move a little, while threat,
    soothing and fatigue come to rest again. What is left is a map of the slow states alone.
    A pass begins with the fast states where the gap before it leaves them; see
    `SessionMap.at_rest`.

    Parameters
    ----------
    system : System
    protocol : Protocol
        One pass. Its last phase is the gap, in which the fast states come to rest.
    slow : sequence of str
        A bare name stands for that state of every person.
    params : mapping of str to float, optional
        Parameters and inputs at rest that differ from their defaults.
    initial : mapping of str to float, optional
        States that start elsewhere than their default. For the fast ones it decides, where there
        are two ways to rest, which one is taken.
    settle : float, optional
        For how long the fast states are let settle, in the system's time unit; by default as long
        as the last phase.
    engine, rtol, atol
        As in `mirrorsys.ensemble`.

    Returns
    -------
    SessionMap

    Raises
    ------
    ValueError
        If a name, a value or the protocol does not fit, or the system has noise.

    References
    ----------
    .. [1] S. H. Strogatz, "Nonlinear Dynamics and Chaos", 2nd ed., sections 8.7 and 10.1, 2015.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> habit = ms.System(
    ...     "habit",
    ...     {"drive": "cue - drive", "habit": "0.1*drive*(1 - habit) - 0.01*habit"},
    ...     inputs={"cue": 0},
    ...     box={"drive": (0, 1), "habit": (0, 1)},
    ... )
    >>> day = ms.Protocol([ms.Phase(5, {"cue": 1}), ms.Phase(19)])
    >>> daily = session_map(habit, day, slow=["habit"], engine="scipy")
    >>> daily([0.2]).round(3)
    array([0.417])
    >>> daily.fixed_points().habit.values.round(3)
    array([0.615])
    """
    check_system(system)
    if isinstance(protocol, Phase):
        protocol = Protocol((protocol,), name=protocol.name)
    if not isinstance(protocol, Protocol):
        raise TypeError(f"`protocol` is {protocol!r}; give the Protocol of one pass.")
    if any(amplitude != 0 for amplitude in system.diffusion):
        raise ValueError(
            f"{system.name!r} has noise (`diffusion`), under which a pass has no single outcome; "
            "set it to zero with system.replace(diffusion={name: 0})."
        )
    names = [slow] if isinstance(slow, str) else list(slow)
    if not names:
        raise ValueError("`slow` is empty; name at least one slow state.")
    full = tuple(dict.fromkeys(each for name in names for each in system.resolve(name, "state")))
    values, rest = parameter_and_input_values(system, params)
    for phase in protocol:
        plan(phase, system, rest)
    _check_that_rests_count(system, protocol, params)
    settle = protocol.phases[-1].duration if settle is None else settle
    if not 0 < as_number(settle) < np.inf:
        raise ValueError(f"`settle` is {settle!r}; give a finite time of more than 0.")
    return SessionMap(
        system=system, protocol=protocol, slow=full, model=system, params=values | rest,
        initial=initial_values(system, initial), settle=float(settle), engine=engine,
        rtol=rtol, atol=atol,
    )  # fmt: skip


def _check_that_rests_count(
    system: System, protocol: Protocol, params: Mapping[str, float] | None
) -> None:
    """Refuse a level at which an input would rest, if no phase lets it.

    Raises
    ------
    ValueError
        With the name of the input.
    """
    rests = set(system.expand(params or {}, "parameter or input")) & set(system.input_names)
    always = set.intersection(*(set(system.expand(p.inputs, "input")) for p in protocol.phases))
    if useless := sorted(rests & always):
        raise ValueError(
            f"`params` gives {useless} a level at rest, but every phase of the protocol sets it: "
            "change the protocol instead, such as session_and_gap(client_life=0.1)."
        )
