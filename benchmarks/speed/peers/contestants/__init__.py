"""One module a peer, each with a tuple `CONTESTANTS`; a new module here takes part by itself."""

from __future__ import annotations

import importlib
import pkgutil

from ..contestant import Contestant

__all__ = ["found"]


def found() -> tuple[tuple[Contestant, ...], dict[str, str]]:
    """Return all contestants, the baselines first, and which modules could not be imported."""
    contestants: list[Contestant] = []
    broken: dict[str, str] = {}
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    for name in sorted(names, key=lambda each: not each.startswith("baseline")):
        try:
            module = importlib.import_module(f"{__name__}.{name}")
        except ImportError as error:
            broken[name] = f"{type(error).__name__}: {error}"
        else:
            contestants += module.CONTESTANTS
    return tuple(contestants), broken
