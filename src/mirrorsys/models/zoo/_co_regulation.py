"""Two people drawn to a level of their own and to each other."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["co_regulation"]

SOURCE = (
    "D. H. Felmlee, D. F. Greenberg, J. Math. Sociol. 23 (1999) 155; "
    "E. Ferrer, J. L. Helm, Int. J. Psychophysiol. 88 (2013) 296"
)

# The papers estimate these for each couple; the values here are examples.
_Example = partial(Parameter, range=(-10, 10), source=f"assumed example; form: {SOURCE}")


def co_regulation() -> System:
    """Return the linear co-regulation model: own target plus pull of the partner.

    Returns
    -------
    System
        p1 and p2, in the unit of what is measured; time in the unit of sampling.
        The values are assumed examples: the papers estimate them couple by couple.
    """
    return System(
        "co-regulation",
        {
            State("p1", 0.0, range=(-10, 10), symbol="p_1", meaning="state of partner 1"): (
                "a1*(target1 - p1) + a2*(p2 - p1)"
            ),
            State("p2", 0.0, range=(-10, 10), symbol="p_2", meaning="state of partner 2"): (
                "b1*(target2 - p2) + b2*(p1 - p2)"
            ),
        },
        [
            _Example("a1", 0.5, symbol="a_1", meaning="return of partner 1 to the own target"),
            _Example("a2", 0.3, symbol="a_2", meaning="pull of partner 2 on partner 1"),
            _Example("b1", 0.4, symbol="b_1", meaning="return of partner 2 to the own target"),
            _Example("b2", 0.2, symbol="b_2", meaning="pull of partner 1 on partner 2"),
            _Example("target1", 1.0, symbol="p_1^*", meaning="level partner 1 returns to alone"),
            _Example("target2", -1.0, symbol="p_2^*", meaning="level partner 2 returns to alone"),
        ],
        source=SOURCE,
    )
