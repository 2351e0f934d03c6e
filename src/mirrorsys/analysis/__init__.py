"""What a system does in the long run, and how it answers to its parameters."""

from mirrorsys.analysis import bifurcation
from mirrorsys.analysis._equilibria import equilibria
from mirrorsys.analysis._index import IndexCheck
from mirrorsys.analysis._results import Certificate, Equilibria, Equilibrium, Undecided
from mirrorsys.analysis._spectrum import Eigenvalue
from mirrorsys.analysis._sudden_gains import sudden_gains
from mirrorsys.analysis.attractors import (
    LyapunovSpectrum,
    basins,
    lyapunov_spectrum,
    manifolds,
    minimal_shock,
)
from mirrorsys.analysis.sensitivities import (
    equilibrium_sensitivity,
    global_sensitivity,
    sensitivity,
)
from mirrorsys.analysis.sessions import (
    AveragedMap,
    SessionMap,
    averaged,
    critical_dose,
    dose_map,
    session_map,
)
from mirrorsys.analysis.transitions import early_warning, first_passage, roc

__all__ = [
    "AveragedMap",
    "Certificate",
    "Eigenvalue",
    "Equilibria",
    "Equilibrium",
    "IndexCheck",
    "LyapunovSpectrum",
    "SessionMap",
    "Undecided",
    "averaged",
    "basins",
    "bifurcation",
    "critical_dose",
    "dose_map",
    "early_warning",
    "equilibria",
    "equilibrium_sensitivity",
    "first_passage",
    "global_sensitivity",
    "lyapunov_spectrum",
    "manifolds",
    "minimal_shock",
    "roc",
    "sensitivity",
    "session_map",
    "sudden_gains",
]
