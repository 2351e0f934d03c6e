"""The van der Pol oscillator."""

from __future__ import annotations

from mirrorsys._system import Parameter, State, System

__all__ = ["van_der_pol"]

SOURCE = "B. van der Pol, On relaxation-oscillations, Phil. Mag. 2 (1926) 978"


def van_der_pol() -> System:
    """Return the van der Pol oscillator.

    Returns
    -------
    System
        Dimensionless, as a system of first order: y is the velocity of x.

    Notes
    -----
    Period 6.6632868593231 and amplitude 2.0086198608748 at mu = 1, period
    19.078369566939 at mu = 10, where the equations are stiff.
    """
    return System(
        "van der Pol",
        {
            State("x", 2.0, range=(-5, 5), meaning="displacement"): "y",
            State("y", 0.0, range=(-20, 20), meaning="velocity"): "mu*(1 - x**2)*y - x",
        },
        [
            Parameter("mu", 1.0, range=(0, 1000), symbol=r"\mu", source=SOURCE,
                      meaning="negative damping of small swings, damping of large ones"),
        ],
        source=SOURCE,
    )  # fmt: skip
