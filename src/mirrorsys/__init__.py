"""mirrorsys: threat and soothing in mirrored nervous systems, as computable mathematics.

The equations are written once, in symbols (`System`); everything else is derived from
them. Start with `models` and `protocols`, then `simulate`; look with `plot`; ask
`claims.check` what holds.

Public names load on first use, so importing the package is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mirrorsys import (
        analysis,
        claims,
        kernels,
        models,
        plot,
        protocols,
        symbolic,
        testing,
    )
    from mirrorsys._model_files import load_model, save_model
    from mirrorsys._system import Input, Parameter, State, System
    from mirrorsys.analysis import (
        Equilibrium,
        averaged,
        basins,
        bifurcation,
        critical_dose,
        dose_map,
        early_warning,
        equilibria,
        equilibrium_sensitivity,
        first_passage,
        global_sensitivity,
        lyapunov_spectrum,
        manifolds,
        minimal_shock,
        sensitivity,
        session_map,
    )
    from mirrorsys.flow import (
        Event,
        IntegrationError,
        Noise,
        ensemble,
        load,
        outputs,
        rerun,
        sample,
        save,
        simulate,
    )
    from mirrorsys.protocols import Phase, Protocol, Recording

__version__ = "0.1.0"

__all__ = [
    "Equilibrium",
    "Event",
    "Input",
    "IntegrationError",
    "Noise",
    "Parameter",
    "Phase",
    "Protocol",
    "Recording",
    "State",
    "System",
    "analysis",
    "averaged",
    "basins",
    "bifurcation",
    "claims",
    "critical_dose",
    "dose_map",
    "early_warning",
    "ensemble",
    "equilibria",
    "equilibrium_sensitivity",
    "first_passage",
    "global_sensitivity",
    "kernels",
    "load",
    "load_model",
    "lyapunov_spectrum",
    "manifolds",
    "minimal_shock",
    "models",
    "outputs",
    "plot",
    "protocols",
    "rerun",
    "sample",
    "save",
    "save_model",
    "sensitivity",
    "session_map",
    "simulate",
    "symbolic",
    "testing",
]

_HOME = {
    **dict.fromkeys(("Input", "Parameter", "State", "System"), "_system"),
    **dict.fromkeys(("load_model", "save_model"), "_model_files"),
    **dict.fromkeys(("Phase", "Protocol", "Recording"), "protocols"),
    **dict.fromkeys(("Event", "IntegrationError", "load", "rerun", "save", "simulate"), "flow"),
    **dict.fromkeys(("Noise", "ensemble", "outputs", "sample"), "flow"),
    **dict.fromkeys(("Equilibrium", "bifurcation", "equilibria"), "analysis"),
    **dict.fromkeys(("basins", "lyapunov_spectrum", "manifolds", "minimal_shock"), "analysis"),
    **dict.fromkeys(("averaged", "critical_dose", "dose_map", "session_map"), "analysis"),
    **dict.fromkeys(("early_warning", "first_passage"), "analysis"),
    **dict.fromkeys(("equilibrium_sensitivity", "global_sensitivity", "sensitivity"), "analysis"),
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"mirrorsys.{_HOME[name]}"), name)
    if name in __all__:
        return importlib.import_module(f"mirrorsys.{name}")
    raise AttributeError(f"module 'mirrorsys' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
