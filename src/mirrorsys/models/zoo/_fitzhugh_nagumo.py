"""The FitzHugh-Nagumo equations."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["fitzhugh_nagumo"]

SOURCE = "R. FitzHugh, Biophys. J. 1 (1961) 445; J. Nagumo and others, Proc. IRE 50 (1962) 2061"

_Published = partial(Parameter, source=SOURCE)


def fitzhugh_nagumo() -> System:
    """Return the FitzHugh-Nagumo model of an excitable membrane.

    Returns
    -------
    System
        Dimensionless; excitable at current 0, firing between two subcritical Hopf points
        at current 0.331281337455 and 1.418718662545.
    """
    return System(
        "FitzHugh-Nagumo",
        {
            State("v", -1.2, range=(-3, 3), meaning="membrane potential"): "v - v**3/3 - w + I",
            State("w", -0.6, range=(-3, 3), meaning="recovery"): "eps*(v + a - b*w)",
        },
        [
            _Published("I", 0.0, range=(-5, 5), meaning="current into the membrane"),
            _Published("a", 0.7, range=(-5, 5), meaning="shift of the recovery nullcline"),
            _Published("b", 0.8, range=(0, 5), meaning="slope of the recovery nullcline"),
            _Published("eps", 0.08, range=(0, 1), symbol=r"\varepsilon",
                       meaning="how slow recovery is"),
        ],
        source=SOURCE,
    )  # fmt: skip
