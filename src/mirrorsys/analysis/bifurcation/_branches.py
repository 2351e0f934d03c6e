"""equilibrium_branches: all curves of equilibria over a parameter, and what happens on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mirrorsys._system import System
from mirrorsys.analysis._equilibria import checked_box
from mirrorsys.analysis.bifurcation._checks import LONGEST, check_number, check_whole
from mirrorsys.analysis.bifurcation._curve import (
    Steps,
)
from mirrorsys.analysis.bifurcation._diagram import Diagram
from mirrorsys.analysis.bifurcation._field import field, followed
from mirrorsys.analysis.bifurcation._results import Branches

__all__ = ["equilibrium_branches"]


def equilibrium_branches(
    system: System,
    parameter: str,
    bounds: tuple[float, float],
    *,
    box: Mapping[str, tuple[float, float]] | None = None,
    params: Mapping[str, float] | None = None,
    n_starts: int = 5,
    n_checks: int = 12,
    longest_step: float = 0.02,
) -> Branches:
    """Follow all branches of equilibria over a parameter, and locate their bifurcations.

    Certified equilibria (`mirrorsys.equilibria`) at several values of the parameter are
    followed in both directions by pseudo-arclength continuation; so are the branches that
    cross at branch points. Then equilibria are certified between the bifurcations, and any
    that lies on no branch starts another one. Folds, Hopf points and branch points are
    solutions of their defining systems, with the coefficients of their normal forms.

    Parameters
    ----------
    system : System
        Inputs rest at their default, or at what `params` says.
    parameter : str
        A parameter, or an input held constant.
    bounds : (float, float)
        Where it is followed, in its unit.
    box : mapping of str to (float, float), optional
        Sides that differ from the system's own box; branches end where they leave it.
    params : mapping of str to float, optional
        Other parameters and inputs that differ from their defaults.
    n_starts : int, keyword-only
        At how many values, evenly from bound to bound, equilibria are certified first.
    n_checks : int, keyword-only
        At how many more at most, between the bifurcations, they are certified afterwards.
    longest_step : float, keyword-only
        Of arclength, as a part of the diagram.

    Returns
    -------
    Branches
        A table of branches with the stability of each segment, special points by name,
        the checks, and a status in words.

    Raises
    ------
    ValueError
        If an argument does not fit the system. What fails numerically is said by the status
        of the result and by the `ends` of its branches.

    References
    ----------
    .. [1] Y. A. Kuznetsov, "Elements of Applied Bifurcation Theory", 3rd ed., Springer 2004,
       chapter 10.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> brusselator = ms.models.zoo.brusselator()
    >>> ms.bifurcation.equilibrium_branches(brusselator, "B", (1, 3), params={"A": 1})
    1 branch of equilibria of 'Brusselator', B from 1 to 3: complete at 7 of 7 checked values
      H1: hopf, supercritical at B=2 (x=1, y=2)
    """
    name, (low, high) = followed(system, parameter, bounds)
    sides = checked_box(system, box)
    at = field(system, (name,), params)
    n_starts = check_whole("n_starts", n_starts, 1)
    n_checks = check_whole("n_checks", n_checks, 0)
    longest_step = check_number("longest_step", longest_step, LONGEST)
    steps = Steps(longest=longest_step, first=min(0.004, longest_step))
    diagram = Diagram(at, (low, high), sides, steps, dict(params or {}))
    for value in np.linspace(low, high, n_starts):
        diagram.start_from(float(value))
    diagram.switch()
    for value in diagram.gaps(n_checks):
        diagram.start_from(value)
        diagram.switch()
    return diagram.result()
