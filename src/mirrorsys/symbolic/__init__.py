"""Symbols in, symbols out: what algebra says about a system."""

from mirrorsys.symbolic._branch import Branch, Fold, branch
from mirrorsys.symbolic._characteristic import characteristic_polynomial
from mirrorsys.symbolic._conditions import BifurcationCondition, StabilityConditions
from mirrorsys.symbolic._derivatives import MultilinearForm, divergence, hessian, jacobian
from mirrorsys.symbolic._eliminant import Eliminant, eliminant
from mirrorsys.symbolic._errors import ContinuumError, EliminationError
from mirrorsys.symbolic._invariance import Counterexample, Face, Invariance, invariant_box
from mirrorsys.symbolic._ito import ito
from mirrorsys.symbolic._nullclines import Nullcline, equilibrium_equations, nullclines
from mirrorsys.symbolic._reproduction import ReproductionNumber, distress_reproduction_number
from mirrorsys.symbolic._rings import WorkLimitError
from mirrorsys.symbolic._stability import fold_condition, hopf_condition, routh_hurwitz

__all__ = [
    "BifurcationCondition",
    "Branch",
    "ContinuumError",
    "Counterexample",
    "Eliminant",
    "EliminationError",
    "Face",
    "Fold",
    "Invariance",
    "MultilinearForm",
    "Nullcline",
    "ReproductionNumber",
    "StabilityConditions",
    "WorkLimitError",
    "branch",
    "characteristic_polynomial",
    "distress_reproduction_number",
    "divergence",
    "eliminant",
    "equilibrium_equations",
    "fold_condition",
    "hessian",
    "hopf_condition",
    "invariant_box",
    "ito",
    "jacobian",
    "nullclines",
    "routh_hurwitz",
]
