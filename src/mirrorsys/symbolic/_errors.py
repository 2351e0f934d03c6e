"""How elimination refuses."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ContinuumError", "EliminationError", "GrowthError"]


class EliminationError(ValueError):
    """Equilibrium equations that exact elimination cannot solve; the message says what to try."""


class ContinuumError(EliminationError):
    """Equilibria that are not isolated: some state can have any value.

    Attributes
    ----------
    states : tuple of str
        Those that nothing determines, if they are known: as many as the dimension.
    """

    def __init__(self, message: str, states: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.states = tuple(states)


class GrowthError(EliminationError):
    """Equilibrium equations that grow too large in elimination, whichever state is kept."""
