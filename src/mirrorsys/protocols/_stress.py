"""One person and a stressor."""

from __future__ import annotations

from mirrorsys.protocols._levels import LEVELS
from mirrorsys.protocols._protocol import Phase, Protocol
from mirrorsys.protocols._words import of

__all__ = ["constant", "stress_test"]


def constant(duration: float, name: str = "life", /, **inputs: float) -> Protocol:
    """Return a single phase with constant inputs.

    Parameters
    ----------
    duration : float
        In the time unit of the system.
    name : str
        The name of the phase.
    **inputs : float
        By bare name: ``constant(1440, stressor=0.08)``.
    """
    return Protocol((Phase(duration, inputs, name=name),), name=name)


def stress_test(
    *,
    person: str | None = None,
    stressor: float = LEVELS["test"],
    minutes: float = 10.0,
    rest: float = LEVELS["helper_life"],
    rest_minutes: float = 240.0,
    recovery_minutes: float = 120.0,
) -> Protocol:
    """Return rest, a stressor, recovery: phases ``"rest"``, ``"stress"``, ``"recovery"``.

    Parameters
    ----------
    person : str or None
        Who is stressed; None for a person that is a system of its own.
    stressor, rest : float
        During the phase ``"stress"``, and before and after it.
    minutes, rest_minutes, recovery_minutes : float
        The length of the stress, the rest and the recovery.
    """
    quiet = {of(person, "stressor"): rest}
    return Protocol(
        (
            Phase(rest_minutes, quiet, name="rest"),
            Phase(minutes, {of(person, "stressor"): stressor}, name="stress"),
            Phase(recovery_minutes, quiet, name="recovery"),
        ),
        name="stress test",
    )
