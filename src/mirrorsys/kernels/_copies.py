"""Copies: a system recognised as many persons alike, and what each sees of others.

A network's equations are the same for everybody, except that what a person sees is a sum over his
contacts. Written out, the code would grow with the number of persons; recognised, it is
that of one person and of one sum, in loops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import System

__all__ = ["Copies", "copies"]

FEWEST = 8  # persons: a smaller group is quicker written out


@dataclass(frozen=True)
class Copies:
    """One person's equations, and who sees whom.

    Parameters
    ----------
    persons, states, constants : tuple of str
        Owners; bare names of their states; bare names of their parameters and inputs.
    rates : tuple of sympy.Expr
        Of a person's states, in bare names and the symbols of `seen`.
    seen : tuple of sympy.Symbol
        Each stands for the sum, over contacts, of contact times what the other shows.
    shown : tuple of sympy.Expr
        What it is that the other shows, in his own bare names.
    contacts : tuple of tuple of (int, str)
        For each person the persons he sees, and the names of the contact inputs.
    """

    persons: tuple[str, ...]
    states: tuple[str, ...]
    constants: tuple[str, ...]
    rates: tuple[sp.Expr, ...]
    seen: tuple[sp.Symbol, ...]
    shown: tuple[sp.Expr, ...]
    contacts: tuple[tuple[tuple[int, str], ...], ...]


def copies(system: System) -> Copies | None:
    """Return a system as copies of one person, or None if it is not that."""
    persons = tuple(dict.fromkeys(_owner(name) for name in system.state_names))
    own: dict[str, list[str]] = {each: [] for each in persons}
    for name in system.state_names:
        own[_owner(name)].append(_bare(name))
    states = tuple(own[persons[0]])
    if len(persons) < FEWEST or any(tuple(each) != states for each in own.values()):
        return None
    ordered = tuple(f"{person}.{state}" for person in persons for state in states)
    if system.state_names != ordered:
        return None
    names = [*system.parameter_names, *system.input_names]
    bare: dict[str, list[str]] = {each: [] for each in persons}
    for name in names:
        if _owner(name) in bare:
            bare[_owner(name)].append(_bare(name))
    if any(each != bare[persons[0]] for each in bare.values()):
        return None
    constants = tuple(bare[persons[0]])
    reader = _Reader(system, persons, (*states, *constants))
    try:
        everybody = [reader.person(index) for index in range(len(persons))]
    except _NotAlikeError:
        return None
    rates, contacts = everybody[0][0], tuple(each for _, each in everybody)
    if not reader.shown or any(each != rates for each, _ in everybody):
        return None
    return Copies(
        persons, states, constants, rates, tuple(reader.shown.values()), tuple(reader.shown),
        contacts,
    )  # fmt: skip


def _owner(name: str) -> str:
    return name.rpartition(".")[0]


def _bare(name: str) -> str:
    return name.rpartition(".")[2]


class _NotAlikeError(Exception):
    """The system is not copies of one person."""


class _Reader:
    """Reads one person's equations after the other, in bare names."""

    def __init__(self, system: System, persons: tuple[str, ...], own: tuple[str, ...]) -> None:
        self.system, self.persons = system, persons
        self.place = {person: index for index, person in enumerate(persons)}
        self.bare = {
            person: {symbol(f"{person}.{name}"): symbol(name) for name in own} for person in persons
        }
        self.owner: dict[Any, str] = {
            full: person for person, names in self.bare.items() for full in names
        }
        links = {symbol(name): name for name in system.input_names}
        self.links = {each: name for each, name in links.items() if each not in self.owner}
        self.shown: dict[Any, sp.Symbol] = {}

    def person(self, index: int) -> tuple[tuple[sp.Expr, ...], tuple[tuple[int, str], ...]]:
        """Return a person's rates in bare names, and whom he sees."""
        self.me = self.persons[index]
        self.own = self.bare[self.me]
        self.found: dict[sp.Symbol, dict[str, int]] = {}
        n = len(self.system.states) // len(self.persons)
        rates = tuple(self._read(e) for e in self.system.rhs[index * n : (index + 1) * n])
        lists = list(self.found.values())
        if any(each != lists[0] for each in lists):  # all that is seen is seen of the same persons
            raise _NotAlikeError
        contacts = lists[0] if lists else {}
        return rates, tuple((other, link) for link, other in contacts.items())

    def _is_own(self, expression: Any) -> bool:
        return all(each in self.own for each in expression.free_symbols)

    def _read(self, e: Any) -> Any:
        if self._is_own(e):
            return e.xreplace(self.own)
        if e.is_Mul and any(factor in self.links for factor in e.args):
            return self._sum([e])
        if e.is_Add:
            foreign = [each for each in e.args if not self._is_own(each)]
            direct = [each for each in foreign if any(f in self.links for f in each.args)]
            rest = [each for each in e.args if each not in direct]
            total = self._sum(direct) if direct else sp.Integer(0)
            return sp.Add(total, *(self._read(each) for each in rest))
        if not e.args:
            raise _NotAlikeError
        return e.func(*(self._read(each) for each in e.args))

    def _sum(self, terms: list[Any]) -> Any:
        """Return contact times what others show, summed, with its own factor, as symbols."""
        factors: dict[tuple[Any, Any], dict[str, int]] = {}
        for term in terms:
            own, shown, link, other = self._split(term)
            seen = factors.setdefault((own, shown), {})
            if link in seen:
                raise _NotAlikeError
            seen[link] = other
        parts = []
        for (own, shown), links in factors.items():
            placeholder = self.shown.setdefault(shown, symbol(f"seen_{len(self.shown)}"))
            if self.found.setdefault(placeholder, links) != links:
                raise _NotAlikeError
            parts.append(own * placeholder)
        return sp.Add(*parts)

    def _split(self, term: Any) -> tuple[Any, Any, str, int]:
        """Return own factor, what is shown, the contact and whose it is, of one term."""
        links = [f for f in term.args if f in self.links]
        rest = [f for f in term.args if f not in self.links]
        theirs = [f for f in rest if not self._is_own(f)]
        owners = {self.owner.get(s) for f in theirs for s in f.free_symbols}
        if len(links) != 1 or len(owners) != 1 or None in owners:
            raise _NotAlikeError
        (other,) = owners
        assert other is not None
        shown = sp.Mul(*theirs).xreplace(self.bare[other])
        own = sp.Mul(*(f for f in rest if self._is_own(f))).xreplace(self.own)
        return own, shown, self.links[links[0]], self.place[other]
