"""What happens to a system from outside: sessions, infancy, stressors, recordings."""

from mirrorsys.protocols._infancy import crying_episodes, still_face, upbringing
from mirrorsys.protocols._levels import LEVELS, STRESSORS
from mirrorsys.protocols._protocol import Phase, Protocol, protocol_from_dict, protocol_to_dict
from mirrorsys.protocols._recording import Recording, recording
from mirrorsys.protocols._stress import constant, stress_test
from mirrorsys.protocols._therapy import (
    caseload,
    everyday_life,
    session,
    session_and_gap,
    weekly_sessions,
)

__all__ = [
    "LEVELS",
    "STRESSORS",
    "Phase",
    "Protocol",
    "Recording",
    "caseload",
    "constant",
    "crying_episodes",
    "everyday_life",
    "protocol_from_dict",
    "protocol_to_dict",
    "recording",
    "session",
    "session_and_gap",
    "still_face",
    "stress_test",
    "upbringing",
    "weekly_sessions",
]
