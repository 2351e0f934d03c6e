"""A connection that grows where both of its ends are active."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Input, Parameter, State, System

__all__ = ["hebbian_link"]

SOURCE = "J. Treur, Network-Oriented Modeling, Springer (2016): Hebbian learning with persistence"

_Assumed = partial(Parameter, range=(0, 1), source="assumed example; varies between papers")
_Activity = partial(Input, range=(0, 1))


def hebbian_link() -> System:
    """Return the Hebbian link of adaptive network models, here from threat to soothing.

    Returns
    -------
    System
        The weight omega, dimensionless. Inputs X1 and X2 are the activities at both
        ends. The values of eta and mu are assumed examples.

    Notes
    -----
    At constant activity omega tends to X1*X2/(1 - mu + X1*X2).
    """
    return System(
        "Hebbian soothing link",
        {
            State("omega", 0.1, range=(0, 1), symbol=r"\omega", meaning="weight of the link"): (
                "eta*(X1*X2*(1 - omega) + mu*omega - omega)"
            )
        },
        [
            _Assumed("eta", 0.4, symbol=r"\eta", meaning="learning rate"),
            _Assumed("mu", 0.9, symbol=r"\mu", meaning="persistence: 1 forgets nothing"),
        ],
        [
            _Activity("X1", symbol="X_1", meaning="activity at the start of the link"),
            _Activity("X2", symbol="X_2", meaning="activity at the end of the link"),
        ],
        source=SOURCE,
    )
