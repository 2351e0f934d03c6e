"""The Brusselator."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["brusselator"]

SOURCE = "I. Prigogine, R. Lefever, J. Chem. Phys. 48 (1968) 1695"

_Example = partial(Parameter, range=(0, 20), source=f"assumed example; form: {SOURCE}")


def brusselator() -> System:
    """Return the Brusselator, past its Hopf point.

    Returns
    -------
    System
        Dimensionless concentrations.

    Notes
    -----
    The equilibrium (A, B/A) loses stability in a supercritical Hopf point at
    B = 1 + A**2; its first Lyapunov coefficient is -1/2 for A = 1 and -1/6 for A = 2
    (normalisation of Kuznetsov).
    """
    return System(
        "Brusselator",
        {
            State("x", 1.0, range=(0, 10), meaning="concentration of the activator"): (
                "A - (B + 1)*x + x**2*y"
            ),
            State("y", 1.0, range=(0, 10), meaning="concentration of the inhibitor"): (
                "B*x - x**2*y"
            ),
        },
        [
            _Example("A", 1.0, meaning="supply of the first reactant"),
            _Example("B", 3.0, meaning="supply of the second reactant"),
        ],
        source=SOURCE,
    )
