"""Networks recognised as copies of one person, and their code in loops."""

import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys import System, outputs
from mirrorsys._expressions import symbol
from mirrorsys.kernels._copies import copies
from mirrorsys.kernels._lanes import lanes, sizes, table_of


def group(n: int, contacts: dict[tuple[str, str], float] | None = None) -> System:
    return ms.models.network([ms.models.person(f"p{i}") for i in range(n)], contacts)


def ring(n: int) -> System:
    """Everybody sees the next one, the first sees three more."""
    contacts = {(f"p{i}", f"p{(i + 1) % n}"): 0.5 for i in range(n)}
    return group(n, contacts | {("p0", f"p{j}"): 0.2 for j in (3, 5, 7)})


SESSION = ms.Phase(50, {"engagement": 1, "stressor": 0.03, "p0.stressor": 0.9}, name="session")


def test_a_network_is_copies_of_one_person() -> None:
    found = copies(ring(9))
    assert found is not None
    assert found.persons == tuple(f"p{i}" for i in range(9))
    assert len(found.rates) == 5
    assert len(found.shown) == len(found.seen) == 2
    assert sorted(found.contacts[0]) == [
        (1, "p0_p1.contact"), (3, "p0_p3.contact"), (5, "p0_p5.contact"), (7, "p0_p7.contact"),
    ]  # fmt: skip
    assert found.contacts[8] == ((0, "p8_p0.contact"),)
    person = ms.models.person()
    words = {
        each: symbol("seen_soothing" if str(shown) == "soothing" else "seen_distress")
        for each, shown in zip(found.seen, found.shown, strict=True)
    }
    for ours, theirs in zip(found.rates, person.rhs, strict=True):
        assert sp.expand(ours.xreplace(words) - theirs) == 0


def test_what_is_not_copies() -> None:
    assert copies(group(3)) is None  # few are quicker written out
    assert copies(ms.models.zoo.lorenz()) is None
    people = [ms.models.person(f"p{i}") for i in range(8)]
    other = ms.models.person("p8", fatigue=None)
    assert copies(ms.models.network([*people, other])) is None
    alone = {("p0", "p1"): 1.0}  # the others see nobody
    assert copies(ms.models.network(people, alone)) is None
    changed = group(8).replace(equations={"p3.fatigue": "-p3.fatigue"})
    assert copies(changed) is None


@pytest.mark.parametrize("system", [ring(13), group(14)], ids=["ring of 13", "all of 14"])
def test_a_network_in_loops_moves_as_by_scipy(system: System) -> None:
    code = lanes(system, logs=True)
    assert code.place is not None
    events = {"high": "p1.threat > 0.2", "low": "p0.soothing > 0.02"}
    arguments = {
        "protocol": ms.Protocol([SESSION]), "events": events, "times": np.linspace(0, 50, 26),
        "params": {"contact": 0.4, "p2.mu": 2.0, "p5.kappa": 3.0}, "initial": {"p4.pathway": 0.6},
    }  # fmt: skip
    ours = ms.simulate(system, engine="compiled", rtol=1e-10, atol=1e-12, **arguments)
    theirs = ms.simulate(system, rtol=1e-11, atol=1e-13, **arguments)
    for name in ("threat", "soothing", "fatigue", "pathway", "signal"):
        at_end = f"{name}_at_end"
        np.testing.assert_allclose(ours[at_end], theirs[at_end], atol=2e-9)
        # Within long steps the curve of order 7 is less exact than their ends.
        np.testing.assert_allclose(ours[name], theirs[name], atol=1e-6)
    np.testing.assert_array_equal(ours.event_name, theirs.event_name)
    np.testing.assert_allclose(ours.event_time, theirs.event_time, atol=1e-6)


def test_the_surplus_of_a_vector_never_moves() -> None:
    system = ring(13)
    code = lanes(system, logs=True)
    assert code.place is not None
    start = np.array([state.value for state in system.states])
    constants = np.array([q.value for q in (*system.parameters, *system.inputs)])
    names = (*system.parameter_names, *system.input_names)
    constants[names.index("p0.stressor")] = 0.9
    arrays = {
        "sizes": sizes(n_members=1, max_steps=1000), "tolerances": np.array([1e-8, 1e-10]),
        "states": code.inward(start), "constants": constants, "work": code.work(),
        **{name: np.zeros(1) for name in ("origin", "time", "step", "status", "times")},
        "end": np.array([5.0]), "tallies": np.zeros(2), "logged": np.zeros(2, dtype=np.int64),
        "samples": np.empty(0),
    }  # fmt: skip
    table = table_of(arrays)
    code("DOP853", table)
    surplus = np.setdiff1d(np.arange(code.n_state), code.place)
    assert surplus.size > 0
    assert not arrays["states"][surplus].any()
    assert code.outward(arrays["states"])[0] > 0.3


def test_the_code_does_not_grow_with_the_persons() -> None:
    from mirrorsys.kernels._network import network_code

    lengths = []
    for n in (16, 32):
        system = group(n)
        found = copies(system)
        assert found is not None
        code = network_code(system, found, 8)
        lines = [line for text in code.texts for line in text.splitlines()]
        lengths.append(sum(1 for line in lines if "internal constant" not in line))
    assert lengths[0] == lengths[1]


def test_an_ensemble_of_networks() -> None:
    system = ring(13)
    members = {"p0.kappa": [0.5, 2.0, 4.0], "p3.threat": [0.1, 0.5, 0.0]}
    wanted = {"w": outputs.at_phase_ends("p0.pathway"), "m": outputs.highest("p1.threat"),
              "t": outputs.at_times("p3.threat", [0, 5, 50])}  # fmt: skip
    runs = [
        ms.ensemble(system, members, protocol=SESSION, outputs=wanted, engine=engine, chunk=2)
        for engine in ("compiled", "scipy")
    ]
    for name in wanted:
        np.testing.assert_allclose(runs[0][name], runs[1][name], atol=1e-7)


def test_means_in_a_network_are_integrated_by_code_written_out() -> None:
    """With a further state it is no longer copies of one person."""
    system = ring(13)
    run = ms.ensemble(system, {"p0.kappa": [0.5]}, protocol=SESSION,
                      outputs={"mean": outputs.mean("p0.threat")})  # fmt: skip
    one = ms.simulate(system, protocol=SESSION, params={"p0.kappa": 0.5}, rtol=1e-10, atol=1e-12,
                      times=np.linspace(0, 50, 4001))  # fmt: skip
    expected = np.trapezoid(one.threat.sel(person="p0"), one.time) / 50
    assert float(run["mean"][0]) == pytest.approx(float(expected), abs=1e-5)
