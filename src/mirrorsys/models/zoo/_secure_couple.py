"""Two secure individuals: forgetting, reciprocation and appeal, all positive."""

from __future__ import annotations

from functools import partial

from mirrorsys._system import Parameter, State, System

__all__ = ["secure_couple"]

SOURCE = "S. Rinaldi, Love dynamics: the case of linear couples, Appl. Math. Comput. 95 (1998) 181"

# The paper reasons about signs and inequalities; the values here are examples.
_Positive = partial(Parameter, range=(0, 10), source=f"assumed example; form: {SOURCE}")


def secure_couple() -> System:
    """Return Rinaldi's couple of secure individuals, asymptotically stable iff a*d > b*c.

    Returns
    -------
    System
        R and J, in units of feeling and of time that the source leaves open. The
        values are assumed examples: the paper argues with inequalities.
    """
    return System(
        "secure couple",
        {
            State("R", 0.0, range=(-10, 10), meaning="feeling of R for J"): "-a*R + b*J + A_J",
            State("J", 0.0, range=(-10, 10), meaning="feeling of J for R"): "c*R - d*J + A_R",
        },
        [
            _Positive("a", 1.0, meaning="forgetting of R"),
            _Positive("b", 0.5, meaning="reciprocation of R"),
            _Positive("c", 0.5, meaning="reciprocation of J"),
            _Positive("d", 1.0, meaning="forgetting of J"),
            _Positive("A_R", 1.0, meaning="appeal of R"),
            _Positive("A_J", 1.0, meaning="appeal of J"),
        ],
        source=SOURCE,
    )
