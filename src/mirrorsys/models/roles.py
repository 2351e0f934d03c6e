"""Roles: the same person with other parameter values and another start, nothing else.

Every number is *assumed*; DESIGN of the reference model gives the multiples of
tenderness. Soothing recruited by one's own threat, `kappa`, is what makes a helper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mirrorsys._system import System
from mirrorsys.models.nervous_system import person

__all__ = [
    "ROLES",
    "absent_carer",
    "carer",
    "client",
    "detached_therapist",
    "infant",
    "overwhelmed_therapist",
    "therapist",
]

THERAPIST_TENDERNESS = 6.3  # x the default of kappa, assumed
CARER_TENDERNESS = 10.7  # x the default of kappa, assumed
DETACHED_MIRRORING = 0.1  # mu, assumed
TRAINED_PATHWAY = 0.60  # of an adult who was soothed as a child, assumed


def _role(
    name: str,
    parameters: Mapping[str, float] | None = None,
    initial: Mapping[str, float] | None = None,
    *,
    tenderness: float = 1.0,
) -> System:
    base = person(name)
    return base.replace(
        parameters={"kappa": tenderness * base["kappa"].value, **(parameters or {})},
        initial=initial,
    )


def infant(name: str = "infant") -> System:
    """Return an infant: hardly any soothing pathway yet, and it shows all its distress."""
    return _role(name, initial={"pathway": 0.03})


def carer(name: str = "carer") -> System:
    """Return a good-enough carer: feels the infant's distress and soothes herself."""
    return _role(name, initial={"pathway": TRAINED_PATHWAY}, tenderness=CARER_TENDERNESS)


def absent_carer(name: str = "absent_carer") -> System:
    """Return a carer who is there in body but mirrors neither threat nor soothing."""
    return _role(
        name, {"mu": 0.0, "nu": 0.0}, {"pathway": TRAINED_PATHWAY}, tenderness=CARER_TENDERNESS
    )


def client(name: str = "client") -> System:
    """Return a client in the high-threat regime, with a weak soothing pathway."""
    chronic = {"threat": 0.60, "soothing": 0.04, "fatigue": 0.40, "pathway": 0.10}
    return _role(name, initial=chronic)


def therapist(name: str = "therapist") -> System:
    """Return a compassionate therapist: feels the client's threat and soothes himself."""
    return _role(name, initial={"pathway": TRAINED_PATHWAY}, tenderness=THERAPIST_TENDERNESS)


def detached_therapist(name: str = "therapist") -> System:
    """Return a therapist who keeps his distance: mirroring of threat turned down."""
    return _role(
        name,
        {"mu": DETACHED_MIRRORING},
        {"pathway": TRAINED_PATHWAY},
        tenderness=THERAPIST_TENDERNESS,
    )


def overwhelmed_therapist(name: str = "therapist") -> System:
    """Return a helper who feels everything, no more tender toward himself than a client."""
    return _role(name, initial={"pathway": 0.05})


ROLES: dict[str, Callable[[], System]] = {
    role.__name__: role
    for role in (
        infant, carer, absent_carer, client, therapist, detached_therapist, overwhelmed_therapist,
    )
}  # fmt: skip
