"""System, State, Parameter, Input: the nouns, and the one place where equations live.

A `System` is a set of ordinary differential equations in symbols,

    d(state)/dt = rhs(state; parameters, inputs),

with everything one needs to know about each symbol: unit, admissible range,
LaTeX symbol, meaning, source. Simulation, equilibria, Jacobians, LaTeX and files
are all derived from it.
"""

from mirrorsys._system._equations import System, check_system
from mirrorsys._system._quantities import Input, Parameter, Quantity, State

__all__ = ["Input", "Parameter", "Quantity", "State", "System", "check_system"]
