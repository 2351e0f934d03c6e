"""Bifurcations: equilibria and cycles followed in parameters, and what happens on the way."""

from mirrorsys.analysis.bifurcation._branches import equilibrium_branches
from mirrorsys.analysis.bifurcation._curve_results import BifurcationCurve
from mirrorsys.analysis.bifurcation._cycle_results import CycleBranch
from mirrorsys.analysis.bifurcation._cycles import cycle_branch
from mirrorsys.analysis.bifurcation._orbit import PeriodicOrbit
from mirrorsys.analysis.bifurcation._periodic_orbit import NoCycleError, periodic_orbit
from mirrorsys.analysis.bifurcation._results import Branch, Branches, Check
from mirrorsys.analysis.bifurcation._special_point import SpecialPoint
from mirrorsys.analysis.bifurcation._two_parameters import fold_curve, hopf_curve

__all__ = [
    "BifurcationCurve",
    "Branch",
    "Branches",
    "Check",
    "CycleBranch",
    "NoCycleError",
    "PeriodicOrbit",
    "SpecialPoint",
    "cycle_branch",
    "equilibrium_branches",
    "fold_curve",
    "hopf_curve",
    "periodic_orbit",
]
