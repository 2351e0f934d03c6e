"""Laws of every flow: it composes, scales with time, and does not care who is called what."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys import Phase, Protocol, Recording, System
from mirrorsys.models import client, dyad, network, person, therapist

PAIR = dyad(client(), therapist())
# Tight, so that what is compared are the laws; atol 1e-7 leaves room for growth in between.
TIGHT = {"rtol": 1e-10, "atol": 1e-12}
STATES = ("threat", "soothing", "fatigue", "pathway", "signal")


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    phases = []
    for _ in range(draw(st.integers(1, 4))):
        curve = Recording((0, 3, 4, 9), (0.1, draw(st.floats(0, 1)), 0.2, 0))
        inputs = {
            "contact": draw(st.floats(0, 1)),
            "engagement": draw(st.floats(0, 1)),
            "client.stressor": draw(st.floats(0, 2) | st.just(curve)),
        }
        reset = draw(
            st.sampled_from([{}, {"fatigue": "0.1*fatigue"}, {"threat": 0.5, "soothing": "threat"}])
        )
        phases.append(Phase(draw(st.floats(0.5, 30)), inputs, reset=reset))
    return Protocol(tuple(phases))


def cut(protocol: Protocol, time: float) -> tuple[Protocol, Protocol]:
    """Return what happens before and after `time`."""
    first, second = [], []
    for phase, begin in zip(protocol, protocol.edges, strict=False):
        end = begin + phase.duration
        if end <= time:
            first.append(phase)
        elif begin >= time:
            second.append(phase)
        else:
            first.append(Phase(time - begin, phase.inputs, reset=phase.reset))
            later = {
                name: Recording(tuple(t - (time - begin) for t in value.times), value.values)
                if isinstance(value, Recording)
                else value
                for name, value in phase.inputs.items()
            }
            second.append(Phase(end - time, later))
    return Protocol(tuple(first)), Protocol(tuple(second))


def end_of(run: xr.Dataset, system: System) -> dict[str, float]:
    return {
        name: float(
            run[name.rpartition(".")[2]][-1].sel(person=name.partition(".")[0])
            if "." in name
            else run[name][-1]
        )
        for name in system.state_names
    }


@settings(max_examples=40)
@given(protocols(), st.floats(0.02, 0.98), st.floats(0, 1), st.floats(0, 1))
def test_two_short_runs_are_one_long_run(
    protocol: Protocol, share: float, threat: float, pathway: float
) -> None:
    """flow(s + t) = flow(t) after flow(s), across edges and resets."""
    initial = {"threat": threat, "pathway": pathway}
    whole = ms.simulate(PAIR, protocol=protocol, initial=initial, **TIGHT)
    first, second = cut(protocol, share * protocol.duration)
    middle = ms.simulate(PAIR, protocol=first, initial=initial, **TIGHT)
    parts = ms.simulate(PAIR, protocol=second, initial=end_of(middle, PAIR), **TIGHT)
    assert end_of(parts, PAIR) == pytest.approx(end_of(whole, PAIR), abs=1e-6)


@settings(max_examples=40)
@given(protocols(), st.floats(0.02, 0.98))
def test_a_run_cut_at_an_edge_goes_on_alike(protocol: Protocol, share: float) -> None:
    """An extra edge between two phases with the same inputs changes nothing."""
    first, second = cut(protocol, share * protocol.duration)
    whole, parts = (
        ms.simulate(PAIR, protocol=each, times=[protocol.duration], **TIGHT)
        for each in (protocol, Protocol(first.phases + second.phases))
    )
    assert end_of(parts, PAIR) == pytest.approx(end_of(whole, PAIR), abs=1e-6)


GROUP = {"ann": client(), "ben": therapist(), "eve": person("eve", help_seeking=None)}
LINKS = {("ann", "ben"): 0.9, ("ben", "ann"): 0.4, ("eve", "ann"): 0.7, ("ben", "eve"): 0.2}


def run_group(names: Sequence[str], order: Sequence[int]) -> xr.Dataset:
    """Run the group under other names, its members listed in another order."""
    new = dict(zip(GROUP, names, strict=True))
    members = [GROUP[old].replace(name=new[old]) for old in np.array(list(GROUP))[list(order)]]
    contacts = {(new[a], new[b]): value for (a, b), value in LINKS.items()}
    protocol = Protocol(
        (
            Phase(20, {f"{new['ann']}.stressor": 0.8, "engagement": 1}),
            Phase(30, {"stressor": 0.05, f"{new['eve']}_{new['ann']}.contact": 0.1}),
        )
    )
    group = network(members, contacts)
    run = ms.simulate(group, protocol=protocol, times=[5, 20, 50], **TIGHT)
    return run.sel(person=list(names)).assign_coords(person=list(GROUP))


@pytest.mark.parametrize("names", [*permutations(GROUP), ("x", "y1", "z_z")])
def test_other_names_are_the_same_people(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")
    reference, renamed = run_group(tuple(GROUP), (0, 1, 2)), run_group(names, (0, 1, 2))
    for state in STATES[:-1]:
        np.testing.assert_allclose(renamed[state], reference[state], atol=1e-7)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_people_does_not_matter(
    order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")
    reference, ordered = run_group(tuple(GROUP), (0, 1, 2)), run_group(tuple(GROUP), order)
    for state in STATES[:-1]:
        np.testing.assert_allclose(ordered[state], reference[state], atol=1e-7)


def test_two_alike_stay_alike() -> None:
    twins = dyad(person("a"), person("b"))
    run = ms.simulate(
        twins, protocol=Phase(200, {"contact": 0.5, "stressor": 0.3, "engagement": 1}), **TIGHT
    )
    for state in STATES:
        np.testing.assert_allclose(
            run[state].sel(person="a"), run[state].sel(person="b"), atol=1e-7
        )


TIMES = {"tau_R": 1, "tau_G": 1, "tau_F": 1, "eta": -1, "delta": -1, "lambda_up": -1,
         "lambda_down": -1}  # fmt: skip


@settings(max_examples=30)
@given(protocols(), st.floats(0.25, 4))
def test_a_slower_clock_shows_the_same(protocol: Protocol, factor: float) -> None:
    """All time constants times c and all rates over c: the same states, at c times the time."""
    slower = {name: PAIR[f"client.{name}"].value * factor**power for name, power in TIMES.items()}
    stretched = Protocol(
        tuple(
            Phase(
                phase.duration * factor,
                {
                    name: Recording(tuple(t * factor for t in value.times), value.values)
                    if isinstance(value, Recording)
                    else value
                    for name, value in phase.inputs.items()
                },
                reset=phase.reset,
            )
            for phase in protocol
        )
    )
    end = protocol.duration
    run = ms.simulate(PAIR, protocol=protocol, times=[end], **TIGHT)
    slow = ms.simulate(PAIR, protocol=stretched, times=[stretched.duration], params=slower, **TIGHT)
    assert end_of(slow, PAIR) == pytest.approx(end_of(run, PAIR), abs=1e-6)


@settings(max_examples=25)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.03, 1))
@pytest.mark.parametrize("method", ["Radau", "BDF", "DOP853", "RK45"])
def test_all_methods_agree(method: str, threat: float, pathway: float, stressor: float) -> None:
    initial = {"client.threat": threat, "pathway": pathway}
    session = ms.protocols.session(recall=stressor)
    lsoda, other = (
        ms.simulate(
            PAIR, protocol=session, times=[10, 25, 50], initial=initial, method=each,
            rtol=1e-7, atol=1e-9,
        )
        for each in ("LSODA", method)
    )  # fmt: skip
    for state in STATES:
        np.testing.assert_allclose(other[state], lsoda[state], atol=1e-4)
