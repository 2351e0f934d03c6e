"""The fast part of the computational model of panic disorder."""

from __future__ import annotations

from functools import partial
from typing import Literal

from mirrorsys._system import Input, Parameter, State, System
from mirrorsys.models.zoo._settings import chosen

__all__ = ["panic_disorder"]

SOURCE = "D. J. Robinaugh and others, Psychol. Rev. 131 (2024) 1482, doi:10.1037/rev0000515"
SETTINGS = {"immune": 0.1, "quiet": 0.5, "attacks": 1.0}  # the arousal schema S

_Published = partial(Parameter, source=SOURCE)


def panic_disorder(setting: Literal["immune", "quiet", "attacks"] = "quiet") -> System:
    """Return the minutes-scale equations of the panic disorder model.

    Parameters
    ----------
    setting : {"immune", "quiet", "attacks"}
        The arousal schema S: 0.1, 0.5 (where the source starts), or 1.

    Returns
    -------
    System
        Time in minutes. Inputs: ``N``, fluctuation of arousal (noise in the source; a
        recording can supply it), and ``C``, whether the context is a threatening one.
        Output ``fear``, the geometric mean of arousal and perceived threat.

    Notes
    -----
    Not included: the daily maps by which S, X and avoidance V change. They depend on
    the largest fear, escape and perceived threat of the day, which no equation here keeps.
    """
    return System(
        f"panic disorder, {setting}",
        {
            State("A", 0.0, range=(-1.5, 1.5), meaning="arousal"): "r_A*(PT + N - H - A)",
            State("PT", 0.0, range=(0, 1), symbol=r"\mathit{PT}", meaning="perceived threat"): (
                "1/(1 + exp(-(20 - 10*0.1**S + 5*C)*(A - w_E*E - (0.25**S - 0.1*C)))) - PT"
            ),
            State("H", 0.0, range=(0, 2), meaning="homeostatic feedback"): (
                "r_H*(1/(1 + exp(-k_H*(A - h_H))) - 0.5*H)"
            ),
            State("E", 0.0, range=(0, 1), meaning="escape behaviour"): (
                "r_E*(1/(1 + exp(-k_E*(PT - X - h_E))) - E)"
            ),
        },
        _parameters(chosen(setting, SETTINGS)),
        [
            Input("N", 0.0, range=(-10, 10), meaning="fluctuation of arousal"),
            Input("C", 0.0, range=(0, 1), meaning="context: 1 where escape is hard"),
        ],
        outputs={"fear": "sqrt(max(A, 0)*PT)"},
        time_unit="min",
        source=SOURCE,
    )


def _parameters(schema: float) -> list[Parameter]:
    return [
        _Published("S", schema, range=(0, 1), meaning="arousal schema: belief that arousal is "
                   "dangerous"),
        _Published("X", 0.5, range=(0, 1), meaning="escape schema: belief in coping otherwise"),
        _Published("r_A", 0.5, unit="1/min", range=(0.01, 5), meaning="rate of arousal"),
        _Published("r_H", 0.05, unit="1/min", range=(0.001, 5), meaning="rate of homeostasis"),
        _Published("r_E", 0.25, unit="1/min", range=(0.01, 5), meaning="rate of escape"),
        _Published("w_E", 0.25, range=(0, 2), meaning="safety given by escape"),
        _Published("k_H", 20.0, range=(0, 50), meaning="steepness of homeostasis"),
        _Published("h_H", 0.4, range=(0, 2), meaning="arousal that calls homeostasis up"),
        _Published("k_E", 10.0, range=(0, 50), meaning="steepness of escape"),
        _Published("h_E", 0.5, range=(0, 2), meaning="perceived threat, beyond X, that calls "
                   "escape up"),
    ]  # fmt: skip
