"""equilibria: all of them inside a box, with a certificate."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from mirrorsys._system import System, check_system
from mirrorsys._values import as_number, parameter_and_input_values
from mirrorsys.analysis._blocks import Block, Search
from mirrorsys.analysis._points import Place, Point
from mirrorsys.analysis._results import Certificate, Equilibria, Equilibrium, Undecided
from mirrorsys.analysis._stability import stability_in_words
from mirrorsys.analysis._symmetry import classified, exchanges
from mirrorsys.kernels import expression_function
from mirrorsys.symbolic._polynomials import exact

__all__ = ["checked_box", "equilibria"]

ROUTES = ("auto", "exact", "interval")
ALONE = "the enclosure holds this equilibrium and no other"
COMPLETE = f"{ALONE}; all equilibria in the box were returned"
MAX_EQUILIBRIA = 100_000  # of one system


def equilibria(
    system: System,
    params: Mapping[str, float] | None = None,
    *,
    box: Mapping[str, tuple[float, float]] | None = None,
    route: str = "auto",
    max_boxes: int = 20_000,
    smallest: float = 1e-7,
) -> Equilibria:
    """Find all equilibria of a system inside a box, and prove that there are no others.

    Groups of states that do not influence each other are solved one by one. In each, all
    states but one are eliminated exactly, every special case is followed, and the real
    roots of what remains are isolated. Where equations are not rational, or elimination
    gets stuck, intervals search the box: pieces are proven empty or bisected, and in what
    remains each equilibrium is proven to exist and to be alone.

    Parameters
    ----------
    system : System
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults. Decimals are taken at their
        word: 0.1 is one tenth.
    box : mapping of str to (float, float), optional
        Sides that differ from the system's own box. Ends belong to the box; they may be
        infinite where elimination succeeds.
    route : {"auto", "exact", "interval"}
        "auto" eliminates, and searches by intervals what does not yield.
    max_boxes : int
        Work limit of the interval search, for each group of states: boxes examined.
    smallest : float
        The interval search bisects until no side is longer than this fraction of the box.

    Returns
    -------
    Equilibria
        A tuple of `Equilibrium`, by the first state from below; empty if there is none. Its
        `undecided` holds the regions that the interval search left open (near a bifurcation,
        at a jump, at the work limit), and `is_complete` tells whether there are any.

    Raises
    ------
    EliminationError
        If elimination does not succeed, and `route` is "exact" or the box is not bounded.
    ContinuumError
        If the equilibria are proven to form a continuum. The message names the states to freeze.
    ValueError
        If an argument does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> cubic = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0})
    >>> ms.equilibria(cubic)
    3 equilibria of 'cubic'; the rest of the box is proven empty (exact elimination).
      x   stability      leading eigenvalue
      -1  stable node    -2
      0   unstable node  1
      1   stable node    -2
    >>> growth = ms.System("growth", {"x": "exp(x) - 3*x"}, box={"x": (-5, 5)})
    >>> [round(point.state["x"], 6) for point in ms.equilibria(growth)]
    [0.619061, 1.512135]
    """
    check_system(system)
    sides = checked_box(system, box)
    _check_options(route, max_boxes, smallest)
    parameter_and_input_values(system, params)
    given = dict(params or {})
    search = Search(system, given, route, tuple(sides.values()), max_boxes, smallest)
    found = search.blocks()
    undecided = _undecided(found, sides)
    routes = " and ".join(sorted({each.route for each in found}))
    count = prod(len(each.points) for each in found)
    if count > MAX_EQUILIBRIA:
        raise ValueError(
            f"{system.name!r} has {count} equilibria, combinations of those of {len(found)} groups "
            "of states that do not influence each other; study one group alone."
        )
    rates = _Rates(system, given)
    combined = sorted(product(*(each.points for each in found)), key=_order)
    members = [_equilibrium(system, parts, routes, undecided, rates) for parts in combined]
    if not undecided:
        members = _with_symmetry(system, given, sides, members)
    return Equilibria(
        members, system=system, params=given, box=sides,
        route=routes, undecided=undecided, n_boxes=sum(each.n_boxes for each in found),
    )  # fmt: skip


def _undecided(
    found: Sequence[Block], sides: dict[str, tuple[float, float]]
) -> tuple[Undecided, ...]:
    """Return what stays open, each region with every state."""
    names = list(sides)
    whole = {name: _outward(side) for name, side in sides.items()}
    return tuple(
        Undecided(
            whole | {names[i]: side for i, side in each.sides.items()},
            each.reason,
            each.n_boxes,
            each.nullity,
        )
        for block in found
        for each in block.remains
    )


def _outward(side: tuple[float, float]) -> tuple[float, float]:
    """Return doubles around a side, whose ends are read as decimals."""
    low, high = side
    if math.isfinite(low) and Fraction(low) > exact(low):
        low = math.nextafter(low, -math.inf)
    if math.isfinite(high) and Fraction(high) < exact(high):
        high = math.nextafter(high, math.inf)
    return low, high


def _places(parts: Sequence[Point]) -> list[Place]:
    """Return the places of all states, in their order."""
    return [place for _, place in sorted((i, p) for each in parts for i, p in each.states.items())]


def _order(parts: Sequence[Point]) -> list[Any]:
    return [place.order for place in _places(parts)]


def _equilibrium(
    system: System,
    parts: Sequence[Point],
    route: str,
    undecided: tuple[Undecided, ...],
    rates: _Rates,
) -> Equilibrium:
    names, places = system.state_names, _places(parts)
    eigenvalues = tuple(
        sorted(
            (each for part in parts for each in part.eigenvalues),
            key=lambda each: (-each.value.real, -each.value.imag),
        )
    )
    multiplicities = [part.multiplicity for part in parts]
    saturated = {part.is_saturated for part in parts}
    state = {name: place.value for name, place in zip(names, places, strict=True)}
    return Equilibrium(
        state=state,
        eigenvalues=np.array([each.value for each in eigenvalues]),
        stability=stability_in_words(eigenvalues),
        residual=rates.largest(state),
        symbols={each.name: each.latex for each in system.states},
        certificate=Certificate(
            route=route,
            proven=ALONE if undecided else COMPLETE,
            enclosure={
                name: (place.low, place.high) for name, place in zip(names, places, strict=True)
            },
            eigenvalues=eigenvalues,
            multiplicity=None if None in multiplicities else prod(filter(None, multiplicities)),
            index=prod(part.index for part in parts),
            on_faces=_named(names, [part.on_faces for part in parts]),
            near_faces=_named(names, [part.near_faces for part in parts]),
            is_saturated=next((each for each in (False, None) if each in saturated), True),
            kept=tuple(names[part.kept] for part in parts if part.kept is not None),
            undecided=undecided,
        ),
    )


def _named(names: Sequence[str], parts: Sequence[Mapping[int, float]]) -> Mapping[str, float]:
    ends = {i: end for part in parts for i, end in part.items()}
    return {names[i]: ends[i] for i in sorted(ends)}


def _with_symmetry(
    system: System,
    params: Mapping[str, float],
    sides: Mapping[str, tuple[float, float]],
    members: list[Equilibrium],
) -> list[Equilibrium]:
    parameters, inputs = parameter_and_input_values(system, params)
    symmetries = exchanges(system, parameters | inputs, sides)
    if not symmetries:
        return members
    kinds = classified([each.certificate.enclosure for each in members], symmetries)
    return [
        dataclasses.replace(each, symmetry=word, images=images)
        for each, (word, images) in zip(members, kinds, strict=True)
    ]


class _Rates:
    """The right-hand side in doubles, straight from the system: a check on the algebra."""

    def __init__(self, system: System, params: Mapping[str, float]) -> None:
        given = parameter_and_input_values(system, params)
        self.parameters, self.inputs = (np.array(list(each.values())) for each in given)
        self.function = expression_function(system, system.rhs)

    def largest(self, state: Mapping[str, float]) -> float:
        out = np.empty(len(state))
        self.function(np.array(list(state.values())), self.parameters, self.inputs, out)
        return float(np.max(np.abs(out)))


def _check_options(route: str, max_boxes: int, smallest: float) -> None:
    if route not in ROUTES:
        raise ValueError(f"`route` is {route!r}; give one of {list(ROUTES)}.")
    if not (as_number(max_boxes) >= 1 and as_number(max_boxes).is_integer()):
        raise ValueError(f"`max_boxes` is {max_boxes!r}; give a whole number above zero.")
    if not 0 < as_number(smallest) <= 0.1:
        raise ValueError(f"`smallest` is {smallest!r}; give a fraction of the box, up to 0.1.")


def checked_box(
    system: System, box: Mapping[str, tuple[float, float]] | None
) -> dict[str, tuple[float, float]]:
    """Return every side of the box, in the order of the states."""
    if box is not None and not isinstance(box, Mapping):
        raise TypeError(
            f"`box` is {box!r}; give a mapping from state to (lower, upper), such as "
            f"{{{system.state_names[0]!r}: (0, 1)}}."
        )
    given = system.expand(box or {}, "state")
    sides = {}
    for name, side in (system.box | given).items():
        try:
            low, high = (float(end) for end in ((math.nan,) * 2 if isinstance(side, str) else side))
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        if not low <= high:
            raise ValueError(
                f"`box` gives {name!r} the side {side!r}; give two numbers, the lower one first "
                "(-inf and inf are allowed)."
            )
        sides[name] = (low, high)
    return sides
