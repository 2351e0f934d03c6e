"""Two people whose feelings respond linearly to each other: Romeo and Juliet."""

from __future__ import annotations

from functools import partial
from typing import Literal

from mirrorsys._system import Parameter, State, System
from mirrorsys.models.zoo._settings import chosen

__all__ = ["linear_relationship"]

SOURCE = (
    "S. H. Strogatz, Love affairs and differential equations, Math. Mag. 61 (1988) 35; "
    "D. H. Felmlee, D. F. Greenberg, J. Math. Sociol. 23 (1999) 155"
)
SETTINGS = {
    "fading": (-1.0, 1.0, 0.5, -1.0),
    "damped": (-0.2, -1.0, 1.0, 0.0),
    "neutral": (-0.1, -1.0, 1.0, 0.1),
}

_Coefficient = partial(Parameter, range=(-10, 10), source=SOURCE)


def linear_relationship(setting: Literal["fading", "damped", "neutral"] = "fading") -> System:
    """Return the linear model of two people's feelings for each other.

    Parameters
    ----------
    setting : {"fading", "damped", "neutral"}
        Feelings that fade, that swing ever less, or that swing for ever.

    Returns
    -------
    System
        R and J, in units of feeling and of time that the source leaves open.
    """
    a, b, c, d = chosen(setting, SETTINGS)
    return System(
        f"linear relationship, {setting}",
        {
            State("R", 1.0, range=(-10, 10), meaning="Romeo's feeling for Juliet"): "a*R + b*J",
            State("J", 0.0, range=(-10, 10), meaning="Juliet's feeling for Romeo"): "c*R + d*J",
        },
        [
            _Coefficient("a", a, meaning="response of R to itself"),
            _Coefficient("b", b, meaning="response of R to J"),
            _Coefficient("c", c, meaning="response of J to R"),
            _Coefficient("d", d, meaning="response of J to itself"),
        ],
        source=SOURCE,
    )
