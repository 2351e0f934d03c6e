"""Two damped oscillators, each driven by the partner's position and velocity."""

from __future__ import annotations

from functools import partial
from typing import Literal

from mirrorsys._system import Parameter, State, System
from mirrorsys.models.zoo._settings import chosen

__all__ = ["coupled_oscillators"]

SOURCE = (
    "S. M. Boker, J.-P. Laurenceau, in T. A. Walls, J. L. Schafer (eds), Models for Intensive "
    "Longitudinal Data (2006) 195; J. S. Steele, E. Ferrer, Multivar. Behav. Res. 46 (2011) 956; "
    "E. A. Butler, R package rties"
)
# Damping of each partner alone and velocity coupling. The sum of the four eigenvalues is
# d1_1 + d1_2 whatever the coupling: coupling shares damping out, it does not make any.
SETTINGS = {
    "uncoupled": {"d1_1": -0.05, "d1_2": -0.05, "p_d1_1": 0.0, "p_d1_2": 0.0},
    "co_regulation": {"d1_1": 0.02, "d1_2": -0.2, "p_d1_1": -0.1, "p_d1_2": 0.1},
    "co_dysregulation": {"d1_1": -0.05, "d1_2": -0.05, "p_d1_1": 0.1, "p_d1_2": 0.1},
}
FREQUENCY = -0.274  # a period of 12 samples

_Movement = partial(State, range=(-10, 10))
_Estimated = partial(
    Parameter, range=(-10, 10), source=f"assumed example, estimated per couple; form: {SOURCE}"
)


def coupled_oscillators(
    setting: Literal["uncoupled", "co_regulation", "co_dysregulation"] = "co_regulation",
) -> System:
    """Return the coupled damped oscillators of dyadic affect research.

    Parameters
    ----------
    setting : {"uncoupled", "co_regulation", "co_dysregulation"}
        Co-regulation: partner 1, who would swing ever more alone, is damped by the
        partner. Co-dysregulation: each would calm down alone, together they amplify.
        All values are assumed examples; the papers estimate them couple by couple.

    Returns
    -------
    System
        Position y and velocity v of both, in the unit of what is measured; time in the
        unit of sampling.
    """
    values = chosen(setting, SETTINGS)
    return System(
        f"coupled oscillators, {setting.replace('_', '-')}",
        {
            _Movement("y1", 1.0, symbol="y_1", meaning="partner 1, from trend"): "v1",
            _Movement("v1", 0.0, symbol="v_1", meaning="rate of change of y1"): (
                "obs_1*y1 + d1_1*v1 + p_obs_1*y2 + p_d1_1*v2"
            ),
            _Movement("y2", 0.0, symbol="y_2", meaning="partner 2, from trend"): "v2",
            _Movement("v2", 0.0, symbol="v_2", meaning="rate of change of y2"): (
                "obs_2*y2 + d1_2*v2 + p_obs_2*y1 + p_d1_2*v1"
            ),
        },
        [
            parameter
            for own, other in ((1, 2), (2, 1))
            for parameter in _partner(own, other, values)
        ],
        source=SOURCE,
    )


def _partner(own: int, other: int, values: dict[str, float]) -> tuple[Parameter, ...]:
    return (
        _Estimated(
            f"obs_{own}", FREQUENCY, symbol=rf"\eta_{own}",
            meaning=f"response of y{own}'' to y{own}: minus the square of the frequency",
        ),
        _Estimated(
            f"d1_{own}", values[f"d1_{own}"], symbol=rf"\zeta_{own}",
            meaning=f"response of y{own}'' to y{own}': damping where negative",
        ),
        _Estimated(
            f"p_obs_{own}", 0.0, symbol=rf"\eta_{{{own}{other}}}",
            meaning=f"response of y{own}'' to the partner's y{other}",
        ),
        _Estimated(
            f"p_d1_{own}", values[f"p_d1_{own}"], symbol=rf"\zeta_{{{own}{other}}}",
            meaning=f"response of y{own}'' to the partner's y{other}'",
        ),
    )  # fmt: skip
