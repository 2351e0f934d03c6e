"""Persons who see each other: dyads and networks.

What one person shows (the outputs ``expressed_*``), weighted by contact, is what the
others see (the inputs ``seen_*``). Contact is an input for each ordered pair:
``client_therapist.contact`` is how much the client sees of the therapist. The bare
name ``contact`` stands for all pairs at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from mirrorsys._expressions import symbol
from mirrorsys._system import Input, System

__all__ = ["dyad", "network"]

# What is seen <- what is shown.
PORTS = {"seen_distress": "expressed_distress", "seen_soothing": "expressed_soothing"}


def dyad(first: System, second: System) -> System:
    """Return two persons who can see each other as one system.

    Contact rests at 0: give ``contact=1`` in a phase or in `params`, and
    ``engagement=1`` where they are to learn.

    Parameters
    ----------
    first, second : System
        Persons with different names, as `mirrorsys.models.person` makes them.

    Returns
    -------
    System
        States, parameters and inputs as ``name.quantity``, and one input ``contact``
        for each direction of seeing.

    Raises
    ------
    ValueError
        If both have the same name.

    Examples
    --------
    >>> from mirrorsys.models import client, dyad, therapist
    >>> dyad(client(), therapist()).input_names[-2:]
    ('client_therapist.contact', 'therapist_client.contact')
    """
    return network([first, second])


def network(
    persons: Iterable[System],
    contacts: Iterable[tuple[str, str]] | Mapping[tuple[str, str], float] | None = None,
) -> System:
    """Return any number of persons who can see each other as one system.

    Contact rests at 0 unless `contacts` says otherwise.

    Parameters
    ----------
    persons : iterable of System
        With different names; ``client("ann")`` names one.
    contacts : iterable of pairs, or mapping of ordered pairs to float, optional
        Who can see whom. A pair in an iterable is mutual and rests at no contact. A
        mapping gives each ordered pair ``(who_sees, who_is_seen)`` the contact that
        holds while no protocol supplies another. By default everybody can see everybody.

    Raises
    ------
    ValueError
        If a name occurs twice, a contact names an unknown person or one with himself,
        or the persons measure time in different units.
    """
    group = tuple(persons)
    if not group or not all(isinstance(each, System) for each in group):
        raise TypeError(
            f"`persons` is {persons!r}; give at least one System, such as models.client()."
        )
    members = {each.name: each.of(each.name) for each in group}
    if len(members) < len(group):
        names = [each.name for each in group]
        raise ValueError(
            f"`persons` are named {names}; name each differently, as in client('ann')."
        )
    if len(units := sorted({each.time_unit for each in group})) != 1:
        raise ValueError(f"`persons` measure time in {units}; use one unit for all.")
    pairs = _ordered_pairs(contacts, tuple(members))
    shows = {name: dict(member.outputs) for name, member in members.items()}
    whom: dict[str, list[str]] = {name: [] for name in members}
    for sees, other in pairs:
        whom[sees].append(other)
    seen = {
        symbol(f"{sees}.{port}"): _sum_of_contacts(sees, shown, others, shows)
        for sees, others in whom.items()
        for port, shown in PORTS.items()
    }
    outside = [each for m in members.values() for each in m.inputs if symbol(each.name) not in seen]
    return System(
        " & ".join(members),
        {
            s: e.xreplace(seen)
            for m in members.values()
            for s, e in zip(m.states, m.rhs, strict=True)
        },
        [parameter for member in members.values() for parameter in member.parameters],
        [*outside, *(_contact(*pair, rest) for pair, rest in pairs.items())],
        outputs={
            key: expression.xreplace(seen)
            for member in members.values()
            for key, expression in member.outputs
        },
        diffusion={
            name: expression
            for member in members.values()
            for name, expression in zip(member.state_names, member.diffusion, strict=True)
        },
        time_unit=units[0],
        source=group[0].source,
    )


def _ordered_pairs(
    contacts: Iterable[tuple[str, str]] | Mapping[tuple[str, str], float] | None,
    names: tuple[str, ...],
) -> dict[tuple[str, str], float]:
    """Return the contact at rest of every ordered pair that can see each other."""
    if contacts is None:
        return {(a, b): 0.0 for a in names for b in names if a != b}
    given: tuple[Any, ...] = tuple(contacts)
    for pair in given:
        if not isinstance(pair, tuple | list) or len(pair) != 2 or len({*pair} & {*names}) != 2:
            raise ValueError(
                f"`contacts` holds {pair!r}; pair two different persons of {list(names)}."
            )
    if isinstance(contacts, Mapping):
        return dict(contacts)
    return {pair: 0.0 for a, b in given for pair in ((a, b), (b, a))}


def _sum_of_contacts(
    sees: str, shown: str, others: Iterable[str], shows: Mapping[str, Mapping[str, sp.Expr]]
) -> sp.Expr:
    """Return what one person sees: what each other shows, weighted by contact."""
    return sp.Add(
        *(
            symbol(f"{sees}_{other}.contact") * shows[other][f"{other}.{shown}"]
            for other in others
            if f"{other}.{shown}" in shows[other]
        )
    )


def _contact(sees: str, seen: str, rest: float) -> Input:
    return Input(
        f"{sees}_{seen}.contact", rest, range=(0.0, 1.0),
        symbol=rf"c_{{\mathrm{{{sees} {seen}}}}}", meaning=f"how much {sees} sees of {seen}",
    )  # fmt: skip
