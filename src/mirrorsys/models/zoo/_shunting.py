"""A cell between two saturation levels, excited and inhibited."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Input, Parameter, State, System

__all__ = ["shunting"]

SOURCE = "S. Grossberg, Stud. Appl. Math. 52 (1973) 213"

_Assumed = partial(Parameter, source="assumed example; varies between papers")
_Drive = partial(Input, range=(0, 1000))


def shunting() -> System:
    """Return Grossberg's shunting equation, the form of this library's own threat and soothing.

    Returns
    -------
    System
        The activity x, dimensionless, never leaves [-C, B] whatever the inputs E
        (excitation) and I (inhibition). The values of A, B, C are assumed examples.

    Notes
    -----
    At constant inputs x tends to (B*E - C*I)/(A + E + I).
    """
    return System(
        "shunting",
        {
            State("x", 0.0, range=(-0.5, 1), meaning="activity, between -C and B"): (
                "-A*x + (B - x)*E - (x + C)*I"
            )
        },
        [
            _Assumed("A", 1.0, range=(0, 100), meaning="passive decay"),
            _Assumed("B", 1.0, range=(0, 100), meaning="largest activity"),
            _Assumed("C", 0.5, range=(0, 100), meaning="minus the smallest activity"),
        ],
        [
            _Drive("E", meaning="excitation"),
            _Drive("I", meaning="inhibition"),
        ],
        source=SOURCE,
    )
