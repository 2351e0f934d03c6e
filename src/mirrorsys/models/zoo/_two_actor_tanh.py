"""Two actors in conflict or cooperation, with saturating influence."""

from __future__ import annotations

from functools import partial
from typing import Literal

from mirrorsys._system import Parameter, State, System
from mirrorsys.models.zoo._settings import chosen

__all__ = ["two_actor_tanh"]

SOURCE = (
    "L. S. Liebovitch and others, Nonlinear Dynamics Psychol. Life Sci. 12 (2008) 55 and (2010): "
    "form from memory, not checked against the papers"
)
# Each setting lies beyond the pitchfork c1*c2 = m1*m2, except the mixed one (c1*c2 < 0).
SETTINGS = {"cooperation": (2.0, 2.0), "competition": (-2.0, -2.0), "mixed": (2.0, -2.0)}

_Assumed = partial(Parameter, range=(-10, 10), source="assumed example; form from memory")


def two_actor_tanh(
    setting: Literal["cooperation", "competition", "mixed"] = "cooperation",
) -> System:
    """Return the two-actor model with influence through tanh.

    Parameters
    ----------
    setting : {"cooperation", "competition", "mixed"}
        Signs of the influences: both positive, both negative, or one of each.

    Returns
    -------
    System
        x and y, dimensionless. The form is from memory, the values are assumed.

    Notes
    -----
    The divergence m1 + m2 is negative everywhere, so there is no limit cycle
    (Bendixson). With b1 = b2 = 0 the origin loses stability in a pitchfork at
    c1*c2 = m1*m2. The version of 2011 for psychotherapy is not here: the values of its
    piecewise linear influence were not recovered.
    """
    c1, c2 = chosen(setting, SETTINGS)
    return System(
        f"two actors, {setting}",
        {
            State("x", 0.1, range=(-5, 5), meaning="state of actor 1"): "m1*x + b1 + c1*tanh(y)",
            State("y", 0.0, range=(-5, 5), meaning="state of actor 2"): "m2*y + b2 + c2*tanh(x)",
        },
        [
            _Assumed("m1", -1.0, range=(-10, 0), symbol="m_1", meaning="decay of x, negative"),
            _Assumed("m2", -1.0, range=(-10, 0), symbol="m_2", meaning="decay of y, negative"),
            _Assumed("b1", 0.0, symbol="b_1", meaning="drift of x in isolation"),
            _Assumed("b2", 0.0, symbol="b_2", meaning="drift of y in isolation"),
            _Assumed("c1", c1, symbol="c_1", meaning="influence of actor 2 on 1"),
            _Assumed("c2", c2, symbol="c_2", meaning="influence of actor 1 on 2"),
        ],
        source=SOURCE,
    )
