"""Love as a limit cycle: Laura, Petrarch and his poetic inspiration."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["laura_and_petrarch"]

SOURCE = (
    "S. Rinaldi, Laura and Petrarch, SIAM J. Appl. Math. 58 (1998) 1205: "
    "equations and values from memory, not checked against the paper"
)

_Remembered = partial(Parameter, range=(0, 50), source=SOURCE)
_Rate = partial(_Remembered, unit="1/year")


def laura_and_petrarch() -> System:
    """Return Rinaldi's model of Laura, Petrarch and inspiration.

    Returns
    -------
    System
        L, P and Z on scales of their own; time in years. Equations and values are from
        memory, not checked against the paper.
    """
    return System(
        "Laura and Petrarch",
        {
            State("L", 0.0, range=(-5, 5), meaning="love of Laura for Petrarch"): (
                "-alpha1*L + beta1*(P*(1 - (P/gamma)**2) + A_P)"
            ),
            State("P", 0.0, range=(-5, 5), meaning="love of Petrarch for Laura"): (
                "-alpha2*P + beta2*(L + A_L/(1 + delta*Z))"
            ),
            State("Z", 0.0, range=(0, 50), meaning="poetic inspiration of Petrarch"): (
                "-alpha3*Z + beta3*P"
            ),
        },
        [
            _Rate("alpha1", 3.6, symbol=r"\alpha_1", meaning="forgetting of Laura"),
            _Rate("alpha2", 1.2, symbol=r"\alpha_2", meaning="forgetting of Petrarch"),
            _Rate("alpha3", 0.12, symbol=r"\alpha_3", meaning="fading of inspiration"),
            _Rate("beta1", 1.2, symbol=r"\beta_1", meaning="responsiveness of Laura"),
            _Rate("beta2", 6.0, symbol=r"\beta_2", meaning="responsiveness of Petrarch"),
            _Rate("beta3", 12.0, symbol=r"\beta_3", meaning="inspiration by love"),
            _Remembered("A_L", 2.0, meaning="appeal of Laura"),
            _Remembered("A_P", -1.0, range=(-50, 50), meaning="appeal of Petrarch"),
            _Remembered("gamma", 1.0, range=(0.01, 50), symbol=r"\gamma",
                        meaning="love beyond which Petrarch's ardour puts Laura off"),
            _Remembered("delta", 1.0, symbol=r"\delta", meaning="how far inspiration lifts desire"),
        ],
        time_unit="year",
        source=SOURCE,
    )  # fmt: skip
