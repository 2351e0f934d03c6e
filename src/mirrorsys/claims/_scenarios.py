"""The situations in which claims are measured, each run at most once.

Everything is simulated with one parameter set; only roles, initial states and
protocols differ. The same run serves many claims, so runs are remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import xarray as xr

from mirrorsys import models, protocols
from mirrorsys._system import System
from mirrorsys.claims._measures import at_end
from mirrorsys.flow import simulate
from mirrorsys.protocols import LEVELS, Phase, Protocol

__all__ = [
    "ParameterSet",
    "adult_life",
    "caseload",
    "childhood",
    "course",
    "crying",
    "first_session",
    "forget",
    "grown",
    "lone_stressor",
    "lonely_crying",
    "run_of",
    "watching",
    "year_later",
]

REMEMBERED = 128  # runs; a check needs about sixty, of some megabytes at most
N_EPISODES = 60
N_SESSIONS = 20
REST = 240.0  # minutes until everybody has settled before something happens
ADULT_DAYS = 2
YEAR_DAYS = 365
PRACTICE_MINUTES = 10.0  # of home practice a day, assumed
CASELOAD_WEEKS = 4
Values = tuple[tuple[str, float], ...]
Role = Callable[..., System]


@dataclass(frozen=True)
class ParameterSet:
    """The one parameter set: the defaults, and what is changed for everybody.

    A role keeps what makes it that role: tenderness (`kappa`) stays the multiple of the
    common value that it is, other values of a role's own (the detached helper's `mu`)
    stay as they are.
    """

    changes: Values = ()

    @classmethod
    def of(cls, changes: Mapping[str, float] | None) -> ParameterSet:
        """Return the defaults with `changes`, checked.

        Raises
        ------
        ValueError
            If a name is no parameter of a person or a value is outside its range.
        """
        new = cls(tuple(sorted((changes or {}).items())))
        new.cast(models.person)
        return new

    def cast(self, role: Role, name: str | None = None, /, **own: float) -> System:
        """Return a person in a role.

        Parameters
        ----------
        role : callable
            One of `mirrorsys.models`.
        name : str, optional
            Instead of the role's own.
        **own : float
            Parameters and initial states that this person alone has otherwise.
        """
        return _cast(self.changes, role, name, tuple(sorted(own.items())))


@lru_cache(maxsize=REMEMBERED)
def _cast(changes: Values, role: Role, name: str | None, own: Values) -> System:
    system = role() if name is None else role(name)
    usual = models.person()
    changed = {}
    for key, value in changes:
        (full,) = usual.resolve(key, "parameter")
        if full == "kappa":
            changed[full] = value * system[full].value / usual[full].value
        elif system[full].value == usual[full].value:
            changed[full] = value
    initial = {key: value for key, value in own if key in system.state_names}
    own_parameters = {key: value for key, value in own if key not in initial}
    return system.replace(parameters={**changed, **own_parameters}, initial=initial)


def run_of(people: tuple[System, ...], protocol: Protocol) -> xr.Dataset:
    """Return the run of persons who can see each other; one alone has bare names.

    All runs of the same names share one system: roles differ in numbers only, and these are
    handed over as such, so that equations are compiled once.
    """
    names = [each.name for each in people]
    alone = len(people) == 1
    numbers = people if alone else [each.of(each.name) for each in people]
    return simulate(
        models.person(names[0]) if alone else _network(tuple(names)),
        protocol=protocol,
        params={
            parameter.name: parameter.value for each in numbers for parameter in each.parameters
        },
        initial={state.name: state.value for each in numbers for state in each.states},
        engine="auto",
    )


@lru_cache(maxsize=REMEMBERED)
def _network(names: tuple[str, ...]) -> System:
    return models.network([models.person(name) for name in names])


# ---- S1-S6 ------------------------------------------------------------------------------


@lru_cache(maxsize=REMEMBERED)
def watching(sufferer: System, watcher: System) -> xr.Dataset:
    """Return rest, then five minutes in which one is upset and the other sees it."""
    life = {"stressor": LEVELS["helper_life"]}
    upset = {**life, f"{sufferer.name}.stressor": LEVELS["upset"], "contact": 1.0}
    protocol = Protocol((Phase(REST, life, name="rest"), Phase(5.0, upset, name="upset")))
    return run_of((sufferer, watcher), protocol)


@lru_cache(maxsize=REMEMBERED)
def crying(infant: System, carer: System) -> xr.Dataset:
    """Return rest, then one answered crying episode of 120 minutes."""
    rest = Phase(REST, {f"{carer.name}.stressor": LEVELS["helper_life"]}, name="rest")
    upset, aftermath, _ = protocols.crying_episodes(1, infant=infant.name, carer=carer.name)
    return run_of((infant, carer), Protocol((rest, upset, aftermath)))


@lru_cache(maxsize=REMEMBERED)
def lonely_crying(infant: System) -> xr.Dataset:
    """Return one crying episode of 120 minutes with nobody there."""
    upset, aftermath, _ = protocols.crying_episodes(1, answered=False, infant=None, carer=None)
    return run_of((infant,), Protocol((upset, aftermath)))


@lru_cache(maxsize=REMEMBERED)
def childhood(
    infant: System, carer: System, answered: bool, sleeps_alone: bool = False
) -> xr.Dataset:
    """Return sixty crying episodes, all answered or none."""
    protocol = protocols.crying_episodes(
        N_EPISODES,
        answered=answered,
        infant=infant.name,
        carer=carer.name,
        sleeps_alone=sleeps_alone,
    )
    return run_of((infant, carer), protocol)


def grown(infant: System, run: xr.Dataset) -> System:
    """Return the child at the end of a childhood: pathway and signal kept, all else at rest."""
    kept = {state: at_end(run, state, infant.name) for state in ("pathway", "signal")}
    return infant.replace(initial=kept)


@lru_cache(maxsize=REMEMBERED)
def adult_life(person: System, upset: bool) -> xr.Dataset:
    """Return a lone person's demanding life, beginning upset or at rest.

    The one phase of interest is called ``"life"``.
    """
    before = Phase(5.0, {"stressor": LEVELS["upset" if upset else "helper_life"]}, name="before")
    life = Phase(ADULT_DAYS * 1440.0, {"stressor": LEVELS["adult_life"]}, name="life")
    return run_of((person,), Protocol((before, life)))


# ---- S7-S12 -----------------------------------------------------------------------------


@lru_cache(maxsize=REMEMBERED)
def first_session(client: System, helper: System, contact: float = 1.0) -> xr.Dataset:
    """Return a day of everyday life, then one session."""
    before = protocols.everyday_life(1, client=client.name, helper=helper.name, name="before")
    hour = protocols.session(client=client.name, helper=helper.name, contact=contact)
    return run_of((client, helper), before + hour)


@lru_cache(maxsize=REMEMBERED)
def course(client: System, helper: System) -> xr.Dataset:
    """Return twenty weekly sessions and the week after each."""
    protocol = protocols.weekly_sessions(N_SESSIONS, client=client.name, helper=helper.name)
    return run_of((client, helper), protocol)


@lru_cache(maxsize=REMEMBERED)
def lone_stressor(person: System) -> xr.Dataset:
    """Return rest, ten minutes of a stressor, recovery, of a lone person."""
    return run_of((person,), protocols.stress_test())


@lru_cache(maxsize=REMEMBERED)
def year_later(client: System, helper: System, practice: bool) -> xr.Dataset:
    """Return the year after a course, the client alone, with or without home practice."""
    run = course(client, helper)
    protocol = protocols.everyday_life(
        YEAR_DAYS, client=None, helper=None, practice_minutes=PRACTICE_MINUTES if practice else 0.0
    )
    left = {state: at_end(run, state, client.name) for state in client.state_names}
    return run_of((client.replace(initial=left),), protocol)


@lru_cache(maxsize=REMEMBERED)
def caseload(client: System, helper: System) -> xr.Dataset:
    """Return four working weeks of five first sessions a day."""
    protocol = protocols.caseload(CASELOAD_WEEKS, client=client.name, helper=helper.name)
    return run_of((client, helper), protocol)


def forget() -> None:
    """Forget all runs, so that memory stays bounded over many parameter sets."""
    for remembered in (
        watching, crying, lonely_crying, childhood, adult_life, first_session, course,
        lone_stressor, year_later, caseload,
    ):  # fmt: skip
        remembered.cache_clear()
