"""Arousal and perceived threat that feed each other: a cusp."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["mini_panic"]

SOURCE = "H. L. J. van der Maas, Complex-Systems Research in Psychology, SFI Press (2024)"

_Published = partial(Parameter, source=SOURCE)


def mini_panic() -> System:
    r"""Return the mini-panic model.

    Returns
    -------
    System
        A and T, dimensionless; time in units of both time constants.

    Notes
    -----
    Equilibria obey beta = logit(T)/alpha - b T, so the folds have a closed form:
    T = (1 ± sqrt(1 - 4/(alpha b)))/2, where alpha b > 4.
    """
    return System(
        "mini-panic",
        {
            State("A", 0.1, range=(0, 1), meaning="arousal"): "-A + b*T",
            State("T", 0.0, range=(0, 1), meaning="perceived threat"): (
                "1/(1 + exp(-alpha*(A + beta))) - T"
            ),
        },
        [
            _Published("b", 1.0, range=(0, 5), meaning="arousal by perceived threat"),
            _Published("alpha", 12.0, range=(0, 50), symbol=r"\alpha",
                       meaning="steepness with which arousal is read as threat"),
            _Published("beta", -0.7, range=(-2, 2), symbol=r"\beta",
                       meaning="minus the arousal that is read as threat"),
        ],
        source=SOURCE,
    )  # fmt: skip
