"""The Lorenz equations."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["lorenz"]

SOURCE = "E. N. Lorenz, Deterministic nonperiodic flow, J. Atmos. Sci. 20 (1963) 130"

_Published = partial(Parameter, source=SOURCE)


def lorenz() -> System:
    """Return the Lorenz equations at sigma = 10, rho = 28, beta = 8/3.

    Returns
    -------
    System
        Dimensionless; chaotic at the standard values.

    Notes
    -----
    Branch point at rho = 1, subcritical Hopf point at
    rho = sigma*(sigma + beta + 3)/(sigma - beta - 1) = 470/19. Volumes shrink at the rate
    sigma + 1 + beta = 41/3.
    """
    return System(
        "Lorenz",
        {
            State("x", 1.0, range=(-30, 30), meaning="speed of convection"): "sigma*(y - x)",
            State("y", 1.0, range=(-30, 30), meaning="temperature difference across"): (
                "x*(rho - z) - y"
            ),
            State("z", 20.0, range=(0, 60), meaning="bend of the temperature profile"): (
                "x*y - beta*z"
            ),
        },
        [
            _Published("sigma", 10.0, range=(0, 100), symbol=r"\sigma", meaning="Prandtl number"),
            _Published("rho", 28.0, range=(0, 500), symbol=r"\rho",
                       meaning="Rayleigh number over its critical value"),
            _Published("beta", 8 / 3, range=(0, 100), symbol=r"\beta",
                       meaning="shape of the convection cell"),
        ],
        source=SOURCE,
    )  # fmt: skip
