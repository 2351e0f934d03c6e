"""The mechanisms of one nervous system: together, left out, replaced."""

from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys import Parameter, State
from mirrorsys._expressions import parse, symbol
from mirrorsys.models import (
    FATIGUE,
    HELP_SEEKING,
    MIRRORING,
    PLASTICITY,
    SOOTHING,
    THREAT,
    Mechanism,
    person,
)

# The equations and the default values of the reference model, typed from DESIGN §1, with
# x and y what is seen of others: distress and soothing, weighted by contact.
EQUATIONS = {
    "threat": "(-R + (1 - R)*(s + rho*R**2 + mu*x) - R*(beta*G + phi*F)) / tau_R",
    "soothing": "(-G + (1 - G)*(kappa*W*R + nu*y)) / tau_G",
    "fatigue": "(-F + (1 - F)*alpha*R) / tau_F",
    "pathway": "e*eta*R*(G**2*(1 - W) - theta**2*W) - delta*W",
    "signal": "e*(lambda_up*(1 - H)*R*(nu*y) - lambda_down*H*R*F)",
}
LETTERS = {
    "R": "threat", "G": "soothing", "F": "fatigue", "W": "pathway", "H": "signal",
    "s": "stressor", "e": "engagement", "x": "seen_distress", "y": "seen_soothing",
}  # fmt: skip
DEFAULTS = {
    "tau_R": (1.0, "min"),
    "tau_G": (2.4, "min"),
    "tau_F": (26.0, "min"),
    "rho": (8.3, "1"),
    "beta": (6.3, "1"),
    "phi": (2.0, "1"),
    "alpha": (1.13, "1"),
    "mu": (1.27, "1"),
    "nu": (0.29, "1"),
    "kappa": (0.64, "1"),
    "eta": (0.36, "1/min"),
    "theta": (0.142, "1"),
    "delta": (1 / (750 * 24 * 60), "1/min"),
    "lambda_up": (0.13, "1/min"),
    "lambda_down": (0.019, "1/min"),
}


def in_words(text: str) -> sp.Expr:
    return parse(text).xreplace({symbol(short): symbol(long) for short, long in LETTERS.items()})


def same(a: sp.Expr, b: sp.Expr) -> bool:
    return bool(sp.expand(a - b) == 0)


@pytest.mark.parametrize("state", EQUATIONS)
def test_a_person_has_the_equations_of_the_reference_model(state: str) -> None:
    assert same(person().equations[state], in_words(EQUATIONS[state]))


def test_what_others_see_of_a_person() -> None:
    shown = dict(person().outputs)
    assert same(shown["expressed_distress"], in_words("H*R*(1 - G)"))
    assert shown["expressed_soothing"] == symbol("soothing")


def test_the_default_values_are_those_of_the_reference_model() -> None:
    parameters = {each.name: (each.value, each.unit) for each in person().parameters}
    assert parameters == DEFAULTS


def test_every_quantity_is_described() -> None:
    system = person()
    assert system.time_unit == "min"
    for quantity in system.quantities:
        assert quantity.meaning
        assert quantity.symbol
        low, high = quantity.range
        assert low <= quantity.value <= high < 1e9
    assert {each.source for each in system.parameters} == {"assumed"}
    assert set(system.box.values()) == {(0.0, 1.0)}


def test_inputs_rest_at_nothing() -> None:
    rest = {each.name: each.value for each in person().inputs}
    assert rest == dict.fromkeys(("stressor", "seen_distress", "seen_soothing", "engagement"), 0.0)


# ---- mechanisms left out one by one ------------------------------------------------------

LEFT_OUT: list[tuple[str, dict[str, str]]] = [
    ("soothing", {"G": "0"}),
    ("mirroring", {"mu": "0", "nu": "0"}),
    ("fatigue", {"F": "0"}),
    ("plasticity", {}),
    ("help_seeking", {}),
]
OWN_STATE = {"soothing": "soothing", "fatigue": "fatigue", "plasticity": "pathway",
             "help_seeking": "signal"}  # fmt: skip


@pytest.mark.parametrize(("mechanism", "gone"), LEFT_OUT)
def test_without_a_mechanism_its_terms_are_gone_and_nothing_else(
    mechanism: str, gone: dict[str, str]
) -> None:
    system = person("ann", **{mechanism: None})  # type: ignore[arg-type]
    states = [each for each in EQUATIONS if each != OWN_STATE.get(mechanism)]
    assert list(system.state_names) == states
    zeros = {symbol(LETTERS.get(key, key)): sp.Integer(0) for key in gone}
    for state in states:
        assert same(system.equations[state], in_words(EQUATIONS[state]).xreplace(zeros))


@pytest.mark.parametrize(
    ("mechanism", "state", "value"),
    [("plasticity", "pathway", 0.1), ("help_seeking", "signal", 1.0)],
)
def test_without_a_slow_mechanism_its_state_is_a_parameter(
    mechanism: str, state: str, value: float
) -> None:
    system = person("ann", **{mechanism: None})  # type: ignore[arg-type]
    assert system[state] in system.parameters
    assert system[state].value == value
    assert system[state].range == (0, 1)


def test_only_threat_is_needed() -> None:
    bare = person(
        "ann", soothing=None, mirroring=None, fatigue=None, plasticity=None, help_seeking=None
    )
    assert bare.state_names == ("threat",)
    expected = "(-threat + (1 - threat)*(stressor + rho*threat**2)) / tau_R"
    assert same(bare.equations["threat"], parse(expected))
    run = ms.simulate(bare, duration=60, params={"stressor": 0.5})
    assert 0.5 < run.threat[-1] < 1
    with pytest.raises(TypeError, match="`threat` is None; give a Mechanism"):
        person("ann", threat=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("mechanism", [None, *(name for name, _ in LEFT_OUT)])
def test_every_kind_of_person_can_meet_and_be_run(
    mechanism: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")  # no time is lost with compiling
    choice: dict[str, Any] = {} if mechanism is None else {mechanism: None}
    pair = ms.models.dyad(person("ann", **choice), person("ben"))
    run = ms.simulate(pair, duration=30, params={"contact": 1, "ann.stressor": 0.8})
    assert float(run.threat.sel(person="ann").max()) > 0.3
    mirrored = float(run.threat.sel(person="ben").max())
    assert mirrored > 0.1 if mechanism != "mirroring" else mirrored < 1e-6


def test_without_mirroring_nothing_is_seen_or_shown() -> None:
    alone = person("ann", mirroring=None)
    assert alone.input_names == ("stressor", "engagement")
    assert alone.outputs == ()


# ---- mechanisms replaced one by one ------------------------------------------------------


def test_threat_with_another_rumination() -> None:
    linear = replace(THREAT, excites={"threat": "stressor + rho*threat"})
    expected = EQUATIONS["threat"].replace("R**2", "R")
    assert same(person("ann", threat=linear).equations["threat"], in_words(expected))


def test_soothing_that_also_rests() -> None:
    tiring = replace(SOOTHING, inhibits={"threat": "beta*soothing", "soothing": "fatigue"})
    system = person("ann", soothing=tiring)
    extra = in_words("-G*F/tau_G")
    assert same(system.equations["soothing"], in_words(EQUATIONS["soothing"]) + extra)


def test_mirroring_that_saturates() -> None:
    saturating = replace(
        MIRRORING,
        defines={
            "mirrored_distress": "mu*seen_distress/(1 + seen_distress)",
            "mirrored_soothing": "nu*seen_soothing",
        },
    )
    system = person("ann", mirroring=saturating)
    expected = EQUATIONS["threat"].replace("mu*x", "mu*x/(1 + x)")
    assert same(system.equations["threat"], in_words(expected))


def test_fatigue_with_a_threshold() -> None:
    stepped = replace(FATIGUE, inhibits={"threat": "phi*fatigue*(fatigue > 1/2)"})
    system = person("ann", fatigue=stepped)
    below, above = (
        system.equations["threat"].subs(symbol("fatigue"), value)
        for value in (sp.Rational(1, 4), sp.Rational(3, 4))
    )
    assert same(below, in_words(EQUATIONS["threat"]).subs(symbol("fatigue"), 0))
    assert same(above, in_words(EQUATIONS["threat"]).subs(symbol("fatigue"), sp.Rational(3, 4)))


def test_plain_hebbian_plasticity() -> None:
    hebbian = replace(PLASTICITY, moves={"pathway": "engagement*eta*threat*soothing*(1 - pathway)"})
    system = person("ann", plasticity=hebbian)
    assert same(system.equations["pathway"], in_words("e*eta*R*G*(1 - W)"))
    assert "theta" in system.parameter_names  # declared, though no longer used


def test_help_seeking_without_extinction() -> None:
    stubborn = replace(
        HELP_SEEKING, moves={"signal": "engagement*lambda_up*(1 - signal)*threat*mirrored_soothing"}
    )
    expected = "e*lambda_up*(1 - H)*R*(nu*y)"
    assert same(person("ann", help_seeking=stubborn).equations["signal"], in_words(expected))


def test_a_term_is_one_term_whatever_it_holds() -> None:
    """A comparison or a sum inside a term takes nothing of its neighbours with it."""
    step = Mechanism(
        states=(State("fatigue", range=(0, 1)),),
        parameters=(Parameter("slow", 20.0),),
        time_constants={"fatigue": "slow + 6"},
        excites={"fatigue": "threat > 1/2", "threat": "fatigue < 1/10"},
    )
    system = person("ann", fatigue=step)
    values = {symbol(name): sp.Rational(1, 3) for name in (*LETTERS.values(), *DEFAULTS)}
    fatigue = system.equations["fatigue"].xreplace({**values, symbol("slow"): sp.Integer(20)})
    assert fatigue == sp.Rational(-1, 3) / 26
    threat = system.equations["threat"]
    without = person("ann", fatigue=None).equations["threat"]
    assert threat.xreplace(values) == without.xreplace(values)
    below = {**values, symbol("fatigue"): sp.Integer(0)}
    assert threat.xreplace(below) == without.xreplace(below) + sp.Rational(2, 3) * 3


def test_parts_of_a_mechanism_are_named() -> None:
    """Three tuples and six mappings: by place they would be mixed up."""
    with pytest.raises(TypeError, match="positional"):
        Mechanism((State("calm"),))  # type: ignore[misc]


def test_two_mechanisms_cannot_declare_one_parameter_differently() -> None:
    clash = replace(FATIGUE, parameters=(*FATIGUE.parameters, Parameter("kappa", 1)))
    with pytest.raises(ValueError, match=r"'ann' declares \['kappa'\] more than once"):
        person("ann", fatigue=clash)
