"""Equilibria: all of them inside a box, with a certificate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mirrorsys._system import System
from mirrorsys._values import parameter_and_input_values
from mirrorsys.analysis._exact_route import BlockPoint, independent_blocks, points_of_block
from mirrorsys.analysis._stability import eigenvalues, stability_in_words
from mirrorsys.kernels import expression_function
from mirrorsys.symbolic import EliminationError
from mirrorsys.symbolic._polynomials import polynomial_equations

__all__ = ["Certificate", "Equilibrium", "equilibria"]

PROVEN = (
    "the enclosure holds this equilibrium and no other; all equilibria in the box were returned"
)
MAX_EQUILIBRIA = 100_000  # of one system


@dataclass(frozen=True)
class Certificate:
    """What is proven about an equilibrium, for the decimal values of all parameters.

    Attributes
    ----------
    route : str
        How it was found: ``"exact elimination"``.
    proven : str
        One sentence.
    kept : tuple of str
        The states whose eliminants were solved, one for each group of states that do not
        influence the others.
    enclosure : mapping of str to (float, float)
        For every state, an interval that holds it, and no other equilibrium together with
        the enclosures of the other states.
    multiplicity : int or None
        How many equilibria meet in this point: 1 if the Jacobian is regular. None if more
        than one, but they were not counted.
    """

    route: str
    proven: str
    kept: tuple[str, ...]
    enclosure: Mapping[str, tuple[float, float]]
    multiplicity: int | None


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A state in which a system rests.

    Attributes
    ----------
    state : mapping of str to float
        By name.
    eigenvalues : ndarray of complex, shape (n_state,)
        Of the Jacobian, the largest real part first. A part that is 0.0 could not be told
        from zero at 1024 bits; every other sign is proven.
    stability : str
        "stable node", "stable focus", "saddle", "saddle-focus", "unstable node",
        "unstable focus" or "non-hyperbolic".
    residual : float
        Largest absolute rate of change of a state, computed in doubles from the system
        itself: no more than rounding if all is well.
    certificate : Certificate
    """

    state: Mapping[str, float]
    eigenvalues: NDArray[np.complex128]
    stability: str
    residual: float
    certificate: Certificate

    @property
    def is_stable(self) -> bool:
        """Whether all eigenvalues have negative real parts."""
        return self.stability.startswith("stable")


def equilibria(
    system: System,
    params: Mapping[str, float] | None = None,
    *,
    box: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Equilibrium, ...]:
    """Find all equilibria of a system inside a box, and prove that there are no others.

    Groups of states that do not influence each other are solved one by one. In each, all
    states but one are eliminated exactly, every special case is followed, and the real
    roots of what remains are isolated; whether a state lies in the box is decided exactly.

    Parameters
    ----------
    system : System
        With right-hand sides rational in the states.
    params : mapping of str to float, optional
        Parameters and inputs that differ from their defaults. Decimals are taken at their
        word: 0.1 is one tenth.
    box : mapping of str to (float, float), optional
        Sides that differ from the system's own box. Ends belong to the box and may be
        infinite.

    Returns
    -------
    tuple of Equilibrium
        By the first state from below; empty if there is none.

    Raises
    ------
    EliminationError
        If the equations are not rational, if elimination gets stuck, or if the equilibria
        form a continuum. The message names the states to freeze.
    ValueError
        If `params` or `box` does not fit the system.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> cubic = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0})
    >>> [(point.state["x"], point.stability) for point in ms.equilibria(cubic)]
    [(-1.0, 'stable node'), (0.0, 'unstable node'), (1.0, 'stable node')]
    """
    sides = list(_checked_box(system, box).values())
    equations = polynomial_equations(system, params or {})
    found, refusals = [], []
    for block in independent_blocks(equations):
        try:
            found.append(points_of_block(equations, block, sides))
        except EliminationError as error:
            refusals.append(error)
    if not all(found):  # one group has no equilibrium, so the whole has none
        return ()
    if refusals:
        raise refusals[0]
    if (count := prod(map(len, found))) > MAX_EQUILIBRIA:
        raise ValueError(
            f"{system.name!r} has {count} equilibria, combinations of those of {len(found)} groups "
            "of states that do not influence each other; study one group alone."
        )
    rates = _Rates(system, params)
    solved = [[_Part(each, eigenvalues(each)) for each in points] for points in found]
    combined = sorted(product(*solved), key=_places)
    return tuple(_equilibrium(system, parts, rates) for parts in combined)


@dataclass(frozen=True)
class _Part:
    """What one group of states contributes to an equilibrium."""

    point: BlockPoint
    eigenvalues: list[complex]

    @property
    def multiplicity(self) -> int | None:
        """By elimination, or 1 if the Jacobian is regular, or unknown."""
        is_regular = all(self.eigenvalues)
        return self.point.multiplicity or (1 if is_regular else None)


def _places(parts: tuple[_Part, ...]) -> list[Fraction]:
    """Return the states as numbers to sort by, the first state first."""
    elements = {i: (part.point, e) for part in parts for i, e in part.point.states.items()}
    return [point.root.place(element) for _, (point, element) in sorted(elements.items())]


def _equilibrium(system: System, parts: tuple[_Part, ...], rates: _Rates) -> Equilibrium:
    rounded = {
        i: part.point.root.rounded(element)
        for part in parts
        for i, element in part.point.states.items()
    }
    values, lows, highs = zip(*(rounded[i] for i in sorted(rounded)), strict=True)
    spectrum = np.array(
        sorted((each for part in parts for each in part.eigenvalues), key=_from_the_right)
    )
    names = system.state_names
    multiplicities = [part.multiplicity for part in parts]
    return Equilibrium(
        state=MappingProxyType(dict(zip(names, values, strict=True))),
        eigenvalues=spectrum,
        stability=stability_in_words(spectrum),
        residual=rates.largest(values),
        certificate=Certificate(
            route="exact elimination",
            proven=PROVEN,
            kept=tuple(names[part.point.kept] for part in parts),
            enclosure=MappingProxyType(
                dict(zip(names, zip(lows, highs, strict=True), strict=True))
            ),
            multiplicity=None if None in multiplicities else prod(filter(None, multiplicities)),
        ),
    )


def _from_the_right(value: complex) -> tuple[float, float]:
    return -value.real, -value.imag


class _Rates:
    """The right-hand side in doubles, straight from the system: a check on the algebra."""

    def __init__(self, system: System, params: Mapping[str, float] | None) -> None:
        given = parameter_and_input_values(system, params)
        self.parameters, self.inputs = (np.array(list(each.values())) for each in given)
        self.function = expression_function(system, system.rhs)

    def largest(self, state: tuple[float, ...]) -> float:
        out = np.empty(len(state))
        self.function(np.array(state), self.parameters, self.inputs, out)
        return float(np.max(np.abs(out)))


def _checked_box(
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
            low, high = (float(end) for end in side)
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        if not low <= high:
            raise ValueError(
                f"`box` gives {name!r} the side {side!r}; give two numbers, the lower one first "
                "(-inf and inf are allowed)."
            )
        sides[name] = (low, high)
    return sides
