r"""The mechanisms of one nervous system, each a piece that can be left out or replaced.

Threat, soothing and fatigue are *shunting* states: excitation drives them toward 1
and inhibition toward 0, so that they never leave [0, 1]:

    time_constant * d(state)/dt = -state + (1 - state) * excitation - state * inhibition

A mechanism adds terms to the excitation or inhibition of any state, or moves a slow
state (pathway strength, help-seeking signal) by an equation of its own. `person`
puts mechanisms together.

All numbers are *assumed*: they were calibrated so that the model shows the
stylised facts S1-S12, they were not measured. "Mirroring" is an effective coupling
between people who see and hear each other; which neurons carry it is contested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import sympy as sp

from mirrorsys._expressions import parse, symbol
from mirrorsys._system import Input, Parameter, State, System

__all__ = [
    "FATIGUE",
    "HELP_SEEKING",
    "MIRRORING",
    "PLASTICITY",
    "SOOTHING",
    "THREAT",
    "Mechanism",
    "person",
]

UNIT_INTERVAL = (0.0, 1.0)
MINUTES_PER_DAY = 1440


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """One process of a nervous system, as the terms it adds to a person's equations.

    Parameters
    ----------
    states, parameters, inputs : tuple
        What this mechanism declares. Two mechanisms may declare the same input.
    time_constants : mapping of str to str
        For each shunting state declared here, its time constant.
    excites, inhibits : mapping of str to str
        Terms added to the excitation or inhibition of a shunting state. A term for a
        state that the person does not have is dropped.
    moves : mapping of str to str
        The whole right-hand side of a state that is not shunting.
    defines : mapping of str to str
        Names for terms that other mechanisms use.
    shows : mapping of str to str
        What others can see and hear of this person, and what a run records.
    """

    states: tuple[State, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[Input, ...] = ()
    time_constants: Mapping[str, str] = field(default_factory=dict)
    excites: Mapping[str, str] = field(default_factory=dict)
    inhibits: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, str] = field(default_factory=dict)
    defines: Mapping[str, str] = field(default_factory=dict)
    shows: Mapping[str, str] = field(default_factory=dict)


ENGAGEMENT = Input(
    "engagement", 0.0, range=UNIT_INTERVAL, symbol="e",
    meaning="attention that lets learning happen",
)  # fmt: skip

THREAT = Mechanism(
    states=(State("threat", range=UNIT_INTERVAL, symbol="R", meaning="threat system (red)"),),
    parameters=(
        Parameter(
            "tau_R", 1.0, unit="min", range=(0.05, 60), symbol=r"\tau_R",
            meaning="time constant of threat",
        ),
        Parameter(
            "rho", 8.3, range=(0, 20), symbol=r"\rho", meaning="rumination: threat feeds itself"
        ),
    ),
    inputs=(Input("stressor", 0.0, range=(0, 10), symbol="s", meaning="stress from outside"),),
    time_constants={"threat": "tau_R"},
    excites={"threat": "stressor + rho*threat**2"},
)  # fmt: skip

SOOTHING = Mechanism(
    states=(State("soothing", range=UNIT_INTERVAL, symbol="G", meaning="soothing system (green)"),),
    parameters=(
        Parameter(
            "tau_G", 2.4, unit="min", range=(0.05, 60), symbol=r"\tau_G",
            meaning="time constant of soothing",
        ),
        Parameter(
            "kappa", 0.64, range=(0, 20), symbol=r"\kappa",
            meaning="soothing recruited by one's own threat (tenderness toward oneself)",
        ),
        Parameter(
            "beta", 6.3, range=(0, 30), symbol=r"\beta", meaning="inhibition of threat by soothing"
        ),
    ),
    time_constants={"soothing": "tau_G"},
    excites={"soothing": "kappa*pathway*threat"},
    inhibits={"threat": "beta*soothing"},
)  # fmt: skip

MIRRORING = Mechanism(
    parameters=(
        Parameter("mu", 1.27, range=(0, 10), symbol=r"\mu", meaning="mirroring of threat"),
        Parameter("nu", 0.29, range=(0, 10), symbol=r"\nu", meaning="mirroring of soothing"),
    ),
    inputs=(
        Input(
            "seen_distress", 0.0, range=(0, 1000), symbol="x",
            meaning="expressed distress of others, weighted by contact",
        ),
        Input(
            "seen_soothing", 0.0, range=(0, 1000), symbol="y",
            meaning="soothing of others, weighted by contact",
        ),
    ),
    defines={"mirrored_distress": "mu*seen_distress", "mirrored_soothing": "nu*seen_soothing"},
    excites={"threat": "mirrored_distress", "soothing": "mirrored_soothing"},
    shows={
        "expressed_distress": "signal*threat*(1 - soothing)",
        "expressed_soothing": "soothing",
    },
)  # fmt: skip

FATIGUE = Mechanism(
    states=(State("fatigue", range=UNIT_INTERVAL, symbol="F", meaning="exhaustion by threat"),),
    parameters=(
        Parameter(
            "tau_F", 26.0, unit="min", range=(1, MINUTES_PER_DAY), symbol=r"\tau_F",
            meaning="time constant of fatigue",
        ),
        Parameter("alpha", 1.13, range=(0, 10), symbol=r"\alpha", meaning="fatigability"),
        Parameter(
            "phi", 2.0, range=(0, 20), symbol=r"\varphi", meaning="inhibition of threat by fatigue"
        ),
    ),
    time_constants={"fatigue": "tau_F"},
    excites={"fatigue": "alpha*threat"},
    inhibits={"threat": "phi*fatigue"},
)  # fmt: skip

PLASTICITY = Mechanism(
    states=(
        State(
            "pathway", 0.1, range=UNIT_INTERVAL, symbol="W",
            meaning="strength of the pathway by which own threat recruits own soothing",
        ),
    ),
    parameters=(
        Parameter(
            "eta", 0.36, unit="1/min", range=(0, 5), symbol=r"\eta", meaning="learning rate"
        ),
        Parameter(
            "theta", 0.142, range=UNIT_INTERVAL, symbol=r"\theta",
            meaning="soothing needed for learning",
        ),
        Parameter(
            "delta", 1 / (750 * MINUTES_PER_DAY), unit="1/min", range=(0, 1 / MINUTES_PER_DAY),
            symbol=r"\delta", meaning="forgetting",
        ),
    ),
    inputs=(ENGAGEMENT,),
    moves={
        "pathway": "engagement*eta*threat*(soothing**2*(1 - pathway) - theta**2*pathway)"
        " - delta*pathway"
    },
)  # fmt: skip

HELP_SEEKING = Mechanism(
    states=(
        State(
            "signal", 1.0, range=UNIT_INTERVAL, symbol="H",
            meaning="help-seeking signal: how much of the distress is shown",
        ),
    ),
    parameters=(
        Parameter(
            "lambda_up", 0.13, unit="1/min", range=(0, 5), symbol=r"\lambda_\uparrow",
            meaning="signal reinforced by being soothed",
        ),
        Parameter(
            "lambda_down", 0.019, unit="1/min", range=(0, 5), symbol=r"\lambda_\downarrow",
            meaning="signal extinguished by exhausted distress",
        ),
    ),
    inputs=(ENGAGEMENT,),
    moves={
        "signal": "engagement*(lambda_up*(1 - signal)*threat*mirrored_soothing"
        " - lambda_down*signal*threat*fatigue)"
    },
)  # fmt: skip

# What the others read in place of a mechanism that is left out: nothing, or a constant.
WITHOUT_SOOTHING = Mechanism(defines={"soothing": "0"})
WITHOUT_MIRRORING = Mechanism(defines={"mirrored_distress": "0", "mirrored_soothing": "0"})
WITHOUT_FATIGUE = Mechanism(defines={"fatigue": "0"})
WITHOUT_PLASTICITY = Mechanism(
    parameters=(
        Parameter(
            "pathway", 0.1, range=UNIT_INTERVAL, symbol="W", meaning="pathway strength, fixed"
        ),
    )
)
WITHOUT_HELP_SEEKING = Mechanism(
    parameters=(
        Parameter(
            "signal", 1.0, range=UNIT_INTERVAL, symbol="H", meaning="help-seeking signal, fixed"
        ),
    )
)


def person(
    name: str = "person",
    *,
    threat: Mechanism = THREAT,
    soothing: Mechanism | None = SOOTHING,
    mirroring: Mechanism | None = MIRRORING,
    fatigue: Mechanism | None = FATIGUE,
    plasticity: Mechanism | None = PLASTICITY,
    help_seeking: Mechanism | None = HELP_SEEKING,
) -> System:
    """Put mechanisms together to one person.

    Parameters
    ----------
    name : str
        An identifier; it becomes the prefix of the person's quantities in a dyad.
    threat, soothing, mirroring, fatigue, plasticity, help_seeking : Mechanism or None
        None leaves the mechanism out: soothing and fatigue are then 0, nothing is
        mirrored, pathway strength and signal are parameters.

    Returns
    -------
    System
        Time in minutes, states in [0, 1]. Alone, `seen_distress` and `seen_soothing`
        are inputs; in a dyad or network they come from the others.

    Examples
    --------
    >>> from mirrorsys.models import person
    >>> person("ann").state_names
    ('threat', 'soothing', 'fatigue', 'pathway', 'signal')
    >>> person("ann", fatigue=None, help_seeking=None).state_names
    ('threat', 'soothing', 'pathway')
    """
    if not isinstance(threat, Mechanism):
        raise TypeError(f"`threat` is {threat!r}; give a Mechanism: nobody is without threat.")
    parts = (
        threat,
        soothing or WITHOUT_SOOTHING,
        mirroring or WITHOUT_MIRRORING,
        fatigue or WITHOUT_FATIGUE,
        plasticity or WITHOUT_PLASTICITY,
        help_seeking or WITHOUT_HELP_SEEKING,
    )
    moves = {state: text for part in parts for state, text in part.moves.items()}
    constants = {state: tau for part in parts for state, tau in part.time_constants.items()}
    shunting = {state: _shunting(state, tau, parts) for state, tau in constants.items()}
    known = {state.name: state for part in parts for state in part.states}
    definitions = {key: text for part in parts for key, text in part.defines.items()}
    shows = {key: text for part in parts for key, text in part.shows.items()}
    return System(
        name,
        {
            state: _substituted((shunting | moves)[state.name], definitions)
            for state in known.values()
        },
        _once(parameter for part in parts for parameter in part.parameters),
        _once(each for part in parts for each in part.inputs),
        outputs={key: _substituted(text, definitions) for key, text in shows.items()},
        time_unit="min",
        source="the reference model of mirrorsys",
    )


def _shunting(state: str, tau: str, parts: Iterable[Mechanism]) -> str:
    """Return the right-hand side of a shunting state, all mechanisms' terms added up."""
    excitation = _sum(part.excites[state] for part in parts if state in part.excites)
    inhibition = _sum(part.inhibits[state] for part in parts if state in part.inhibits)
    return f"(-{state} + (1 - {state})*({excitation}) - {state}*({inhibition})) / ({tau})"


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(f"({term})" for term in terms) or "0"


def _substituted(text: str, definitions: Mapping[str, str]) -> sp.Expr:
    """Read `text` with every defined name replaced by its definition."""
    return parse(text).subs({symbol(name): parse(meaning) for name, meaning in definitions.items()})


_T = TypeVar("_T", Parameter, Input)


def _once(quantities: Iterable[_T]) -> tuple[_T, ...]:
    """Drop repeated declarations of the same thing, keep the order."""
    return tuple(dict.fromkeys(quantities))
