"""Equal persons: which exchanges change nothing, and what equilibria turn into under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product

from mirrorsys._expressions import symbol
from mirrorsys._system import System

__all__ = ["classified", "exchanges"]

Sides = Mapping[str, tuple[float, float]]


def exchanges(system: System, values: Mapping[str, float], box: Sides) -> list[dict[str, str]]:
    """Return the exchanges of two persons that change neither equations, nor values, nor box.

    Parameters
    ----------
    system : System
    values : mapping of str to float
        Of every parameter and input.
    box : mapping of str to (float, float)
        Of every state.

    Returns
    -------
    list of dict of str to str
        From the name of each state to the one it takes the place of.
    """
    known = {**values, **box}
    return [
        {name: renamed[name] for name in system.state_names}
        for renamed in _exchanges_of_equations(system)
        if all(known[name] == known[other] for name, other in renamed.items())
    ]


@lru_cache(maxsize=64)
def _exchanges_of_equations(system: System) -> tuple[dict[str, str], ...]:
    """Return the exchanges of two owners under which the equations stay the same."""
    names = [quantity.name for quantity in system.quantities]
    owners = list(dict.fromkeys(n.partition(".")[0] for n in system.state_names if "." in n))
    found = []
    for a, b in combinations(owners, 2):
        swapped = {a: b, b: a}
        pairs = {f"{x}_{y}": f"{swapped.get(x, x)}_{swapped.get(y, y)}"
                 for x, y in product(owners, repeat=2)}  # fmt: skip
        owner_of = pairs | {each: swapped.get(each, each) for each in owners}
        renamed = {}
        for name in names:
            owner, dot, bare = name.partition(".")
            renamed[name] = f"{owner_of.get(owner, owner)}{dot}{bare}"
        symbols = {symbol(name): symbol(other) for name, other in renamed.items()}
        if set(renamed.values()) == set(names) and all(
            expression.xreplace(symbols) == system.equations[renamed[name]]
            for name, expression in system.equations.items()
        ):
            found.append(renamed)
    return tuple(found)


def classified(
    enclosures: Sequence[Sides], symmetries: Sequence[Mapping[str, str]]
) -> list[tuple[str, tuple[int, ...]]]:
    """Return for each equilibrium, by its enclosure, its symmetry and what it turns into.

    All equilibria must be there. An exchange turns each into one of them: into the only one
    whose enclosure meets the exchanged enclosure. If several do, that is open.
    """
    return [_classified(i, enclosures, symmetries) for i in range(len(enclosures))]


def _classified(
    own: int, enclosures: Sequence[Sides], symmetries: Sequence[Mapping[str, str]]
) -> tuple[str, tuple[int, ...]]:
    images = set()
    for renamed in symmetries:
        image = {other: enclosures[own][name] for name, other in renamed.items()}
        met = [i for i, each in enumerate(enclosures) if _overlap(image, each)]
        if len(met) != 1:
            return "", ()
        images.add(met[0])
    others = tuple(sorted(images - {own}))
    if not images:
        return "", ()
    if not others:
        return "synchronous", ()
    return ("partly synchronous" if own in images else "asymmetric"), others


def _overlap(left: Sides, right: Sides) -> bool:
    return all(left[name][0] <= right[name][1] and right[name][0] <= left[name][1] for name in left)
