"""Normal form of the cusp."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["cusp"]

SOURCE = "R. Thom, Stabilité structurelle et morphogénèse (1972): normal form"

_Unfolding = partial(Parameter, range=(-10, 10), source=SOURCE)


def cusp() -> System:
    """Return the normal form of the cusp, x' = mu + lambda_*x - x**3.

    Returns
    -------
    System
        Dimensionless.

    Notes
    -----
    Folds on 27 mu**2 = 4 lambda_**3; they meet in the cusp at 0.
    """
    return System(
        "cusp",
        {State("x", 0.1, range=(-4, 4), meaning="state"): "mu + lambda_*x - x**3"},
        [
            _Unfolding("mu", 0.0, symbol=r"\mu", meaning="asymmetry (normal factor)"),
            _Unfolding("lambda_", 1.0, symbol=r"\lambda", meaning="splitting factor"),
        ],
        source=SOURCE,
    )
