"""Prey that saturates its predator."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["rosenzweig_macarthur"]

SOURCE = "M. L. Rosenzweig, R. H. MacArthur, Am. Nat. 97 (1963) 209; scaled"

_Example = partial(Parameter, source=f"assumed example; form: {SOURCE}")


def rosenzweig_macarthur() -> System:
    """Return the Rosenzweig-MacArthur predator-prey model, past its Hopf point.

    Returns
    -------
    System
        Prey in units of its half saturation, time in units of prey growth.

    Notes
    -----
    At d = 1/2 prey and predator coexist at x = 1, and a richer habitat sets them
    swinging: supercritical Hopf point at K = 3 with first Lyapunov coefficient
    -sqrt(6)/10 (normalisation of Kuznetsov).
    """
    return System(
        "Rosenzweig-MacArthur",
        {
            State("x", 1.0, range=(0, 10), meaning="prey"): "x*(1 - x/K) - x*y/(1 + x)",
            State("y", 1.0, range=(0, 10), meaning="predator"): "x*y/(1 + x) - d*y",
        },
        [
            _Example("K", 4.0, range=(0.1, 100), meaning="capacity of the habitat for prey"),
            _Example("d", 0.5, range=(0.01, 1), meaning="death of predators"),
        ],
        source=SOURCE,
    )
