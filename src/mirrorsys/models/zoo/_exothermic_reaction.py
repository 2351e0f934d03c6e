"""A reaction that heats itself in a stirred tank."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["exothermic_reaction"]

SOURCE = (
    "A. Uppal, W. H. Ray, A. B. Poore, Chem. Eng. Sci. 29 (1974) 967; demo `ab` of AUTO "
    "(E. J. Doedel)"
)

_Published = partial(Parameter, source=SOURCE)


def exothermic_reaction() -> System:
    """Return the first-order exothermic reaction in a cooled stirred tank.

    Returns
    -------
    System
        Dimensionless; on a stable limit cycle at the default values.

    Notes
    -----
    Equilibria obey p1 = u1*exp(-u2)/(1 - u1) with u2 = p2*u1/(1 + p3). At p3 = 3: folds
    at p2 = 18, p1 = exp(-1.5)/2 and 2*exp(-3); Hopf point at p2 = 14,
    p1 = 0.165042045324; cycle of period 2.22034189 at p2 = 14, p1 = 0.25.
    """
    return System(
        "exothermic reaction",
        {
            State("u1", 0.1, range=(0, 1), symbol="u_1", meaning="conversion"): (
                "-u1 + p1*(1 - u1)*exp(u2)"
            ),
            State("u2", 0.5, range=(0, 10), symbol="u_2", meaning="temperature above the feed"): (
                "-u2 + p1*p2*(1 - u1)*exp(u2) - p3*u2"
            ),
        },
        [
            _Published("p1", 0.25, range=(0, 5), symbol="p_1",
                       meaning="reaction rate times residence (Damköhler number)"),
            _Published("p2", 14.0, range=(0, 50), symbol="p_2", meaning="heat of reaction"),
            _Published("p3", 3.0, range=(0, 20), symbol="p_3", meaning="cooling"),
        ],
        source=SOURCE,
    )  # fmt: skip
