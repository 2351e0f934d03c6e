"""How elimination refuses."""

__all__ = ["ContinuumError", "EliminationError", "GrowthError"]


class EliminationError(ValueError):
    """Equilibrium equations that exact elimination cannot solve; the message says what to try."""


class ContinuumError(EliminationError):
    """Equilibria that are not isolated: some state can have any value."""


class GrowthError(EliminationError):
    """Equilibrium equations that grow too large in elimination, whichever state is kept."""
