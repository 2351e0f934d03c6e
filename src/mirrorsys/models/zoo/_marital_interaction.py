"""Husband and wife: own set point, inertia, and influence beyond a threshold."""

from __future__ import annotations

from functools import partial
from typing import Literal

from mirrorsys._system import Parameter, State, System
from mirrorsys.models.zoo._settings import chosen

__all__ = ["marital_interaction"]

SOURCE = (
    "J. M. Gottman, J. D. Murray, C. C. Swanson, R. Tyson, K. R. Swanson, The Mathematics of "
    "Marriage, MIT Press (2002); as differential equations: H. L. J. van der Maas, "
    "Complex-Systems Research in Psychology, SFI Press (2024)"
)
# Influence vanishes as b grows without bound; its weight 0 is that limit.
SETTINGS = {
    "none": {"influence": 0.0, "b": 1.0},
    "immediate": {"influence": 1.0, "b": 0.0},
    "threshold": {"influence": 1.0, "b": 1.0},
}
EXTENT = 2.0  # |influence| <= 1, so that -2 <= W, H <= 2 is never left

_Published = partial(Parameter, source=SOURCE)


def marital_interaction(
    setting: Literal["none", "immediate", "threshold"] = "threshold",
    *,
    quadrant: tuple[int, int] | None = None,
) -> System:
    r"""Return the marital interaction model.

    .. math::
        W' = I(H) - 0.6 W + 0.18, \quad H' = I(W) - 0.6 H - 0.18, \quad
        I(x) = \operatorname{sgn}(x) / (1 + e^{a (|x| - b)})

    Parameters
    ----------
    setting : {"none", "immediate", "threshold"}
        No influence (b infinite; here weight 0), b = 0, or b = 1.
    quadrant : (int, int), keyword-only, optional
        The signs of W and H, each 1 or -1. The returned system is the smooth one that
        holds in this quadrant, and its box is the quadrant: with sgn and abs replaced,
        methods that need derivatives apply, and the four quadrants together give all
        equilibria off the axes.

    Returns
    -------
    System
        W and H, positivity of wife and husband; scale and unit of time are the source's.

    Raises
    ------
    ValueError
        If the setting is unknown, or `quadrant` is no pair of signs.

    Notes
    -----
    I jumps at 0, by 2/(1 + exp(-a b)): 1 if b = 0, 0.0007 if b = 1. With b = 0 the
    line W = -H, which separates the two basins, runs into the corner W = H = 0 where both
    equations jump; an integrator started exactly on it stalls there.
    """
    if quadrant is not None and quadrant not in {(1, 1), (1, -1), (-1, 1), (-1, -1)}:
        raise ValueError(f"`quadrant` is {quadrant!r}; give the signs of W and H, such as (1, -1).")
    values = chosen(setting, SETTINGS)
    wife, husband = quadrant or (0, 0)
    return System(
        f"marital interaction, influence {setting}",
        {
            State("W", _start(wife, 0.5), range=_side(wife), meaning="positivity of the wife"): (
                f"{_influence('H', husband)} - decay*W + set_point_W"
            ),
            State("H", _start(husband, -0.1), range=_side(husband),
                  meaning="positivity of the husband"): (
                f"{_influence('W', wife)} - decay*H + set_point_H"
            ),
        },
        [
            _Published("decay", 0.6, range=(0.01, 5), symbol="r", meaning="one minus inertia"),
            _Published("set_point_W", 0.18, range=(-1, 1), symbol="w",
                       meaning="own contribution of the wife"),
            _Published("set_point_H", -0.18, range=(-1, 1), symbol="h",
                       meaning="own contribution of the husband"),
            _Published("a", -8.0, range=(-50, 0), meaning="steepness of influence, negative"),
            _Published("b", values["b"], range=(0, 10), meaning="threshold of influence"),
            Parameter("influence", values["influence"], range=(0, 1), symbol=r"\iota",
                      meaning="weight of influence: 1 in the source, 0 its limit of infinite b",
                      source="ours, to write b infinite"),
        ],
        source=SOURCE,
    )  # fmt: skip


def _influence(of: str, sign: int) -> str:
    direction, size = {1: ("1", of), -1: ("-1", f"-{of}"), 0: (f"sign({of})", f"abs({of})")}[sign]
    return f"influence*({direction})/(1 + exp(a*({size} - b)))"


def _side(sign: int) -> tuple[float, float]:
    return (-EXTENT if sign <= 0 else 0.0, EXTENT if sign >= 0 else 0.0)


def _start(sign: int, alone: float) -> float:
    return sign * abs(alone) if sign else alone
