"""Persons who see each other: ports, contacts, names."""

from typing import Any

import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys import System
from mirrorsys._expressions import parse, symbol
from mirrorsys.models import client, dyad, network, person, therapist


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")  # no time is lost with compiling


def seen(system: System, sees: str, port: str) -> sp.Expr:
    """Return what `sees` sees, from the one term of the equation that holds it."""
    factor = symbol(f"{sees}.{'mu' if port == 'distress' else 'nu'}")
    state = "threat" if port == "distress" else "soothing"
    equation = sp.expand(system.equations[f"{sees}.{state}"])
    tau = symbol(f"{sees}.tau_{'R' if port == 'distress' else 'G'}")
    return sp.factor(equation.coeff(factor) * tau / (1 - symbol(f"{sees}.{state}")))


def test_a_dyad_sees_what_the_other_shows_weighted_by_contact() -> None:
    pair = dyad(client(), therapist())
    assert seen(pair, "client", "distress") == sp.factor(
        parse("client_therapist.contact*therapist.signal*therapist.threat*(1 - therapist.soothing)")
    )
    assert seen(pair, "therapist", "soothing") == parse("therapist_client.contact*client.soothing")


def test_the_names_of_a_dyad() -> None:
    pair = dyad(client(), therapist("ann"))
    assert pair.name == "client & ann"
    assert pair.state_names[:5] == tuple(
        f"client.{each}" for each in ("threat", "soothing", "fatigue", "pathway", "signal")
    )
    assert pair.input_names == (
        "client.stressor", "client.engagement", "ann.stressor", "ann.engagement",
        "client_ann.contact", "ann_client.contact",
    )  # fmt: skip
    assert pair.time_unit == "min"
    assert pair["client.kappa"].value == 0.64
    assert pair["ann.kappa"].value == pytest.approx(0.64 * 6.3)


def test_apart_from_each_other_both_live_as_if_alone() -> None:
    pair = dyad(client("a"), therapist("b"))
    run = ms.simulate(pair, duration=120, times=[60, 120], params={"stressor": 0.2})
    for name, alone in (("a", client()), ("b", therapist())):
        own = ms.simulate(alone, duration=120, times=[60, 120], params={"stressor": 0.2})
        for state in alone.state_names:
            np.testing.assert_allclose(run[state].sel(person=name), own[state], atol=1e-7)


CONTACTS: list[tuple[Any, set[str]]] = [
    (None, {"a_b", "a_c", "b_a", "b_c", "c_a", "c_b"}),
    ([("a", "b")], {"a_b", "b_a"}),
    ([("a", "b"), ("c", "b")], {"a_b", "b_a", "b_c", "c_b"}),
    ([["a", "b"], ("b", "a")], {"a_b", "b_a"}),
    ({("a", "b"): 0.5}, {"a_b"}),
    ({("a", "b"): 0.5, ("c", "a"): 1}, {"a_b", "c_a"}),
    ([], set()),
    ({}, set()),
]


@pytest.mark.parametrize(("contacts", "pairs"), CONTACTS)
def test_who_sees_whom(contacts: Any, pairs: set[str]) -> None:
    group = network([person("a"), person("b"), person("c")], contacts)
    found = {name.partition(".")[0] for name in group.input_names if name.endswith(".contact")}
    assert found == pairs
    for sees in "abc":
        watched = {pair[2] for pair in pairs if pair[0] == sees}
        others = (
            {each.name.partition(".")[0] for each in group.equations[f"{sees}.threat"].free_symbols}
            - {sees}
            - {f"{sees}_{other}" for other in watched}
        )
        assert others == watched


def test_contacts_of_a_mapping_hold_by_themselves_and_pairs_do_not() -> None:
    persons = [person("a"), person("b"), person("c")]
    held = network(persons, {("a", "b"): 0.5, ("c", "a"): 1})
    assert held["a_b.contact"].value == 0.5
    assert held["c_a.contact"].value == 1
    assert network(persons, [("a", "b")])["a_b.contact"].value == 0
    assert held["a_b.contact"].range == (0, 1)


def test_the_bare_name_contact_is_every_pair() -> None:
    group = network([person("a"), person("b"), person("c")])
    protocol = ms.Protocol([ms.Phase(10, {"contact": 0.5, "a.stressor": 0.7})])
    run = ms.simulate(group, protocol=protocol)
    assert (run.contact == 0.5).all()
    assert run.contact.sizes["pair"] == 6
    by_hand = {f"{a}_{b}.contact": 0.5 for a in "abc" for b in "abc" if a != b}
    same = ms.simulate(group, protocol=ms.Phase(10, {**by_hand, "a.stressor": 0.7}))
    np.testing.assert_array_equal(run.threat, same.threat)
    full_wins = ms.simulate(
        group, protocol=ms.Phase(10, {"a_b.contact": 0.25, "contact": 0.5, "a.stressor": 0.7})
    )
    assert float(full_wins.contact.sel(pair="a_b")[0]) == 0.25
    assert float(full_wins.contact.sel(pair="b_a")[0]) == 0.5


def test_more_watchers_see_more() -> None:
    """The network adds up what each other shows: two alike upset ones count twice."""
    group = network([person("a"), person("b"), person("c")])
    doubled = seen(group, "a", "soothing").subs({symbol("b.soothing"): 1, symbol("c.soothing"): 1})
    assert doubled == symbol("a_b.contact") + symbol("a_c.contact")


def test_an_output_holds_what_is_seen_of_others() -> None:
    mirror = System(
        "b", {"x": "seen_distress"}, inputs={"seen_distress": 0}, time_unit="min",
        outputs={"felt": "2*seen_distress"},
    )  # fmt: skip
    group = network([client("a"), mirror])
    assert dict(group.outputs)["b.felt"] == 2 * group.equations["b.x"]
    assert symbol("b_a.contact") in group.equations["b.x"].free_symbols


def test_one_person_alone_is_a_network_that_sees_nothing() -> None:
    alone = network([client()])
    assert alone.input_names == ("client.stressor", "client.engagement")
    assert seen(alone, "client", "distress") == 0


BAD_NETWORKS: list[tuple[type[Exception], Any, Any, str]] = [
    (ValueError, [client(), client()], None, r"named \['client', 'client'\]; name each"),
    (TypeError, [], None, r"`persons` is \[\]; give at least one System"),
    (TypeError, ["ann", "ben"], None, r"`persons` is \['ann', 'ben'\]; give at least one System"),
    (ValueError, [person("my client"), person("b")], None, "`owner` is 'my client'"),
    (ValueError, [dyad(client(), therapist()), person("b")], None, "`owner` is 'client & ther"),
    (ValueError, [person("a"), person("b")], [("a", "x")], r"holds \('a', 'x'\); pair two diff"),
    (ValueError, [person("a"), person("b")], [("a", "a")], r"`contacts` holds \('a', 'a'\)"),
    (ValueError, [person("a"), person("b")], [("a",)], r"`contacts` holds \('a',\)"),
    (ValueError, [person("a"), person("b")], [("a", "b", "b")], "`contacts` holds"),
    (ValueError, [person("a"), person("b")], ["ab"], "`contacts` holds 'ab'"),
    (ValueError, [person("a"), person("b")], [1], r"`contacts` holds 1; .* \['a', 'b'\]"),
    (ValueError, [person("a"), person("b")], {("a", "b"): 2}, "'a_b.contact' is 2, outside"),
    (ValueError, [person("a"), person("b")], {("a", "b"): None}, "'a_b.contact' is None"),
    (ValueError, [person("a"), System("b", {"x": "1"}, time_unit="h")], None,
     r"measure time in \['h', 'min'\]; use one unit"),
    # a & b_c and a_b & c would both call their contact a_b_c.contact
    (ValueError, [person(each) for each in ("a", "b_c", "a_b", "c")], None,
     r"'a_b_c.contact'.* more than once; rename"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "persons", "contacts", "words"), BAD_NETWORKS)
def test_a_bad_network_is_refused(
    error: type[Exception], persons: Any, contacts: Any, words: str
) -> None:
    with pytest.raises(error, match=words):
        network(persons, contacts)


def test_strangers_of_another_model_can_stand_beside_persons() -> None:
    clock = System("clock", {"phase_angle": "1"}, time_unit="min", diffusion={"phase_angle": "0.1"})
    group = network([client(), clock])
    assert group.equations["clock.phase_angle"] == 1
    assert group.diffusion[-1] == sp.Rational(1, 10)
    assert seen(group, "client", "distress") == 0
