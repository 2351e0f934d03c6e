"""What a run gives back: variables, persons, units, provenance."""

import json
from pathlib import Path

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Phase, Protocol, System, load_model
from mirrorsys._model_files import from_toml
from mirrorsys.models import client, dyad, network, person, therapist
from mirrorsys.protocols import protocol_from_dict


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")


PAIR = dyad(client(), therapist())
PROTOCOL = ms.protocols.session() + Protocol([Phase(60, name="after")])
STATES = ("threat", "soothing", "fatigue", "pathway", "signal")


def test_the_variables_of_a_dyad() -> None:
    run = ms.simulate(PAIR, protocol=PROTOCOL)
    for name in (*STATES, "stressor", "engagement", "expressed_distress", "expressed_soothing"):
        assert run[name].dims == ("time", "person")
        assert run[name].dtype == float
    assert run.contact.dims == ("time", "pair")
    for name in STATES:
        assert run[f"{name}_at_end"].dims == ("phase", "person")
    assert run.person.values.tolist() == ["client", "therapist"]
    assert run.pair.values.tolist() == ["client_therapist", "therapist_client"]
    assert run.phase_name.values.tolist() == ["recall", "session", "after"]
    assert run.phase_begin.values.tolist() == [0, 10, 50]
    assert run.phase_end.values.tolist() == [10, 50, 110]
    assert next(iter(run.sizes)) in {"time", "person"}
    assert not any("event" in name for name in run.variables)


def test_a_lone_person_has_no_person_dimension() -> None:
    run = ms.simulate(person(), duration=5)
    assert run.threat.dims == ("time",)
    assert run.threat_at_end.dims == ("phase",)
    assert "person" not in run.dims


def test_outputs_are_what_their_expressions_say() -> None:
    run = ms.simulate(PAIR, protocol=PROTOCOL)
    expected = run.signal * run.threat * (1 - run.soothing)
    np.testing.assert_allclose(run.expressed_distress, expected, atol=1e-14)
    np.testing.assert_array_equal(run.expressed_soothing, run.soothing)


def test_the_ends_of_phases() -> None:
    run = ms.simulate(PAIR, protocol=PROTOCOL)
    np.testing.assert_array_equal(run.threat_at_end[-1], run.threat[-1])
    np.testing.assert_array_equal(  # no reset: the state goes on
        run.threat_at_end[0], run.threat.sel(time=10)
    )


def test_units_and_meanings_come_from_the_model() -> None:
    run = ms.simulate(PAIR, protocol=PROTOCOL)
    assert run.threat.attrs == {"units": "1", "long_name": "threat system (red)"}
    assert run.threat_at_end.attrs["long_name"] == "threat system (red)"
    assert run.contact.attrs["long_name"] == "how much client sees of therapist"
    assert run.time.attrs == {"units": "min", "long_name": "time"}
    assert run.expressed_distress.attrs == {"units": "1", "long_name": "expressed distress"}
    speed = System("s", {ms.State("x", unit="m"): "1"}, time_unit="s")
    moved = ms.simulate(speed, duration=1, events={"e": "x > 0.5"})
    assert moved.x.attrs["units"] == moved.x_at_event.attrs["units"] == "m"
    assert moved.phase_end.attrs["units"] == moved.event_time.attrs["units"] == "s"


def test_attributes_say_all_that_was_asked() -> None:
    run = ms.simulate(
        PAIR, protocol=PROTOCOL, params={"mu": 0.5, "contact": 0.1}, initial={"threat": 0.25},
        events={"calm": "client.threat < 0.1"}, method="Radau", rtol=1e-6, atol=1e-7, max_steps=999,
        times=[0, 50],
    )  # fmt: skip
    attributes = run.attrs
    assert attributes["title"] == f"client & therapist: {PROTOCOL.name}"
    assert from_toml(attributes["system"]) == PAIR
    assert protocol_from_dict(json.loads(attributes["protocol"])) == PROTOCOL
    parameters = json.loads(attributes["parameters"])
    assert list(parameters) == list(PAIR.parameter_names)
    assert parameters["client.mu"] == parameters["therapist.mu"] == 0.5
    assert json.loads(attributes["inputs_at_rest"])["client_therapist.contact"] == 0.1
    assert json.loads(attributes["initial"])["client.threat"] == 0.25
    assert json.loads(attributes["initial"])["client.pathway"] == 0.1
    assert json.loads(attributes["events"])["calm"]["level"] == 0.1
    assert (attributes["method"], attributes["rtol"], attributes["atol"]) == ("Radau", 1e-6, 1e-7)
    assert attributes["max_steps"] == 999
    assert (attributes["engine"], attributes["backend"]) == ("scipy", "numpy")
    assert attributes["status"] == "completed"
    assert attributes["times"] == "requested"
    versions = json.loads(attributes["versions"])
    assert versions["mirrorsys"] == ms.__version__
    assert versions["numpy"] == np.__version__
    assert {"python", "scipy", "sympy", "llvmlite", "xarray"} <= versions.keys()


def test_inputs_rest_where_params_say() -> None:
    run = ms.simulate(PAIR, protocol=PROTOCOL, params={"engagement": 0.2}, times=[20, 60])
    assert (run.engagement.sel(time=60) == 0.2).all()
    assert (run.engagement.sel(time=20) == 1).all()


@pytest.mark.parametrize(
    ("equations", "inputs", "outputs", "clash"),
    [
        ({"time": "1"}, {}, {}, "time"),
        ({"x": "phase"}, {"phase": 0}, {}, "phase"),
        ({"x": "1"}, {}, {"phase_name": "x"}, "phase_name"),
        ({"ann.person": "1"}, {}, {}, "person"),
        ({"pair": "1"}, {}, {}, "pair"),
        ({"event_time": "1"}, {}, {}, "event_time"),
        ({"x": "1", "x_at_end": "2"}, {}, {}, "x_at_end"),
        ({"x": "1"}, {}, {"x_at_event": "2"}, "x_at_event"),
    ],
)
def test_names_that_a_result_needs_for_itself(
    equations: dict[str, str], inputs: dict[str, float], outputs: dict[str, str], clash: str
) -> None:
    """Or one of the two would be lost."""
    system = System("s", equations, inputs=inputs, outputs=outputs)
    with pytest.raises(ValueError, match=rf"'s' has quantities called \['{clash}'\].* rename"):
        ms.simulate(system, duration=1)


@pytest.mark.parametrize("name", ["x_at_start", "at_end", "Time", "phases", "persons", "system"])
def test_names_that_are_free(name: str) -> None:
    run = ms.simulate(System("s", {name: "1"}), duration=1)
    assert float(run[name][-1]) == pytest.approx(1)


def test_persons_with_different_states() -> None:
    group = network([person("a", fatigue=None), person("b")])
    run = ms.simulate(group, duration=5)
    assert np.isnan(run.fatigue.sel(person="a")).all()
    assert not np.isnan(run.fatigue.sel(person="b")).any()


def test_a_quantity_of_nobody_beside_persons() -> None:
    mixed = System("mixed", {"a.x": "w", "b.x": "-w", "w": "1"})
    run = ms.simulate(mixed, times=[0, 1])
    np.testing.assert_allclose(run.w, [0, 1], atol=1e-9)
    assert run.x.sel(person="a")[-1] == pytest.approx(0.5)


def test_a_model_written_from_a_run_is_the_model(tmp_path: Path) -> None:
    run = ms.simulate(PAIR, duration=1)
    path = tmp_path / "model.toml"
    path.write_text(run.attrs["system"], encoding="utf-8")
    assert load_model(path) == PAIR
