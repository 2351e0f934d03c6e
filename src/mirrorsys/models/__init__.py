"""Persons, their mechanisms and roles, and what persons form together."""

from mirrorsys.models import zoo
from mirrorsys.models.compose import dyad, network
from mirrorsys.models.nervous_system import (
    FATIGUE,
    HELP_SEEKING,
    MIRRORING,
    PLASTICITY,
    SOOTHING,
    THREAT,
    Mechanism,
    person,
)
from mirrorsys.models.roles import (
    ROLES,
    absent_carer,
    carer,
    client,
    detached_therapist,
    infant,
    overwhelmed_therapist,
    therapist,
)

__all__ = [
    "FATIGUE",
    "HELP_SEEKING",
    "MIRRORING",
    "PLASTICITY",
    "ROLES",
    "SOOTHING",
    "THREAT",
    "Mechanism",
    "absent_carer",
    "carer",
    "client",
    "detached_therapist",
    "dyad",
    "infant",
    "network",
    "overwhelmed_therapist",
    "person",
    "therapist",
    "zoo",
]
