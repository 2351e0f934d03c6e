"""Strategies of persons, dyads and networks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from hypothesis import strategies as st

from mirrorsys._system import System
from mirrorsys.models import dyad, network, person
from mirrorsys.testing._numbers import numbers
from mirrorsys.testing._printing import print_as_code
from mirrorsys.testing._strategies import values_of

__all__ = ["dyads", "networks", "persons"]

print_as_code()

NAMES = ("ann", "ben", "cem", "dia", "eve", "fay", "gil", "hal")
MECHANISMS = ("soothing", "mirroring", "fatigue", "plasticity", "help_seeking")
LEFT_OUT = st.sampled_from([False, False, False, True])
MOST_CHANGED = 4  # parameters that differ from their defaults: a case one can read


def persons(name: str = "ann", *, without: Iterable[str] = MECHANISMS) -> st.SearchStrategy[System]:
    """Draw a person: some parameters anywhere in their ranges, any start, some mechanisms left out.

    Parameters
    ----------
    name : str
    without : iterable of str
        The mechanisms that may be missing.

    Raises
    ------
    ValueError
        If there is no mechanism of such a name.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mirrorsys.testing import persons
    >>> find(persons(), lambda ann: "fatigue" not in ann.state_names).state_names
    ('threat', 'soothing', 'pathway', 'signal')
    """
    optional = tuple(without)
    if unknown := sorted(set(optional) - set(MECHANISMS)):
        raise ValueError(f"`without` names {unknown}; the mechanisms are {list(MECHANISMS)}.")
    return _persons(name, optional)


@st.composite
def _persons(draw: st.DrawFn, name: str, optional: tuple[str, ...] = MECHANISMS) -> System:
    # The same draws whatever is left out, so that a failing case shrinks piece by piece.
    whole = _person(name, ())
    values = {each.name: each.value for each in whole.parameters}
    for each in draw(st.lists(st.sampled_from(whole.parameter_names), max_size=MOST_CHANGED)):
        values[each] = draw(values_of(whole[each]))
    initial = {each.name: draw(values_of(each)) for each in whole.states}
    drawn = _person(name, tuple(each for each in optional if draw(LEFT_OUT)))
    return drawn.replace(
        parameters={k: v for k, v in values.items() if k in drawn.parameter_names},
        initial={k: v for k, v in initial.items() if k in drawn.state_names},
    )


@lru_cache(maxsize=256)  # draws repeat, and reading equations takes a while
def _person(name: str, missing: tuple[str, ...]) -> System:
    return person(name, **dict.fromkeys(missing))  # type: ignore[arg-type]


@st.composite
def dyads(draw: st.DrawFn) -> System:
    """Draw two persons, ann and ben, who can see each other; how much, at rest, is drawn too.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mirrorsys.testing import dyads
    >>> find(dyads(), lambda pair: len(pair.states) == 10).name
    'ann & ben'
    """
    pair = dyad(draw(_persons("ann")), draw(_persons("ben")))
    contact = {each: draw(numbers(0.0, 1.0, 0.0)) for each in pair.input_names if "contact" in each}
    return pair.replace(inputs=contact)


def networks(max_persons: int = 3) -> st.SearchStrategy[System]:
    """Draw up to `max_persons` persons, and who sees how much of whom.

    Raises
    ------
    ValueError
        If `max_persons` is not from 1 to 8.

    Examples
    --------
    >>> from hypothesis import find
    >>> from mirrorsys.testing import networks
    >>> find(networks(), lambda group: "&" in group.name).name
    'ann & ben'
    """
    if max_persons not in range(1, len(NAMES) + 1):
        raise ValueError(
            f"`max_persons` is {max_persons!r}; give a whole number from 1 to {len(NAMES)}."
        )
    return _networks(max_persons)


@st.composite
def _networks(draw: st.DrawFn, max_persons: int) -> System:
    names = NAMES[: draw(st.integers(1, max_persons))]
    members = [draw(_persons(name)) for name in names]
    pairs = [(a, b) for a in names for b in names if a != b]
    seen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    contacts = {pair: draw(numbers(0.0, 1.0, 1.0)) for pair in sorted(seen)}
    return network(members, contacts)
