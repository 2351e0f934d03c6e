"""Noise in the sense of Stratonovich as noise in the sense of Itô."""

from __future__ import annotations

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System, check_system

__all__ = ["ito"]


def ito(system: System) -> System:
    """Return the system in Itô's sense of one whose diffusion is meant in Stratonovich's.

    Each state with diffusion g of its own gains the drift g dg/dx / 2 [1]_. Noise that comes
    from outside and is smooth at short times is Stratonovich's; the library integrates Itô's.

    Parameters
    ----------
    system : System

    Returns
    -------
    System
        With the same diffusion.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> growth = ms.System("growth", {"x": "a*x"}, {"a": 1, "b": 1}, diffusion={"x": "b*x"})
    >>> ms.symbolic.ito(growth).rhs
    (a*x + b**2*x/2,)

    References
    ----------
    .. [1] P. E. Kloeden, E. Platen, "Numerical Solution of Stochastic Differential
       Equations", Springer 1992, section 4.9.
    """
    check_system(system)
    corrected = {
        name: rhs + g * sp.diff(g, symbol(name)) / 2
        for name, rhs, g in zip(system.state_names, system.rhs, system.diffusion, strict=True)
    }
    return system.replace(equations=corrected)
