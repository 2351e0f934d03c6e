"""Normal form of the Bogdanov-Takens point."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["bogdanov_takens"]

SOURCE = (
    "R. I. Bogdanov, Funct. Anal. Appl. 9 (1975) 144; F. Takens, Publ. IHES 43 (1974) 47; "
    "form of J. Guckenheimer, P. Holmes, Nonlinear Oscillations (1983), sect. 7.3, in -x and -t"
)

_Unfolding = partial(Parameter, range=(-10, 10), source=SOURCE)


def bogdanov_takens() -> System:
    """Return the normal form x' = y, y' = beta1 + beta2*y - x**2 + x*y.

    Returns
    -------
    System
        Dimensionless; at the default values one equilibrium is a stable focus.

    Notes
    -----
    Bogdanov-Takens point at beta1 = beta2 = 0, folds on beta1 = 0, Hopf points on
    beta1 = beta2**2 with beta2 < 0.
    """
    return System(
        "Bogdanov-Takens",
        {
            State("x", 0.8, range=(-5, 5), meaning="position"): "y",
            State("y", 0.0, range=(-5, 5), meaning="velocity"): "beta1 + beta2*y - x**2 + x*y",
        },
        [
            _Unfolding("beta1", 1.0, symbol=r"\beta_1", meaning="unfolds the fold"),
            _Unfolding("beta2", -1.5, symbol=r"\beta_2", meaning="unfolds the damping"),
        ],
        source=SOURCE,
    )
