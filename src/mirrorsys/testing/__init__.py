"""Property-based tests of stability, for your own systems.

Strategies draw parameters, states, protocols and whole systems; properties (``check_...``) look
for a case that breaks them and raise an AssertionError with the smallest one they find. Needs
Hypothesis: ``pip install 'mirrorsys[testing]'``.

Names load on first use, so that the pytest plugin costs nothing where it is not used.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = [
    "PROFILES",
    "KnownSystem",
    "Outcome",
    "PropertyError",
    "as_code",
    "check_all",
    "check_bounded",
    "check_bounded_sensitivity",
    "check_box_invariant",
    "check_contraction",
    "check_engine_agreement",
    "check_equilibria_complete",
    "check_jacobian",
    "check_lyapunov_function",
    "check_monotone",
    "check_semigroup",
    "check_stability_matches_flow",
    "check_step_independence",
    "check_symmetry",
    "check_time_rescaling",
    "dyads",
    "examine",
    "networks",
    "parameters",
    "persons",
    "print_report",
    "protocols",
    "recordings",
    "stability_suite",
    "states",
    "systems",
    "systems_with_known_equilibria",
]

_HOME = {
    "_answers": ("check_bounded_sensitivity", "check_monotone"),
    "_box": ("check_bounded", "check_box_invariant"),
    "_code": ("as_code",),
    "_exchanges": ("check_symmetry",),
    "_laws": ("check_engine_agreement", "check_semigroup"),
    "_outcome": ("PROFILES", "Outcome", "PropertyError"),
    "_people": ("dyads", "networks", "persons"),
    "_pointwise": ("check_contraction", "check_jacobian", "check_lyapunov_function"),
    "_rest": ("check_equilibria_complete", "check_stability_matches_flow"),
    "_steps": ("check_step_independence",),
    "_strategies": ("parameters", "protocols", "recordings", "states"),
    "_suite": ("check_all", "examine", "print_report", "stability_suite"),
    "_systems": ("KnownSystem", "systems", "systems_with_known_equilibria"),
    "_units": ("check_time_rescaling",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            try:
                return getattr(importlib.import_module(f"mirrorsys.testing.{module}"), name)
            except ModuleNotFoundError as error:
                if error.name != "hypothesis":
                    raise
                raise ImportError(
                    f"mirrorsys.testing.{name} needs Hypothesis, which is not installed: "
                    "pip install 'mirrorsys[testing]'."
                ) from error
    raise AttributeError(f"module 'mirrorsys.testing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
