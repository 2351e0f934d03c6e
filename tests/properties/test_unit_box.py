"""The unit box is never left: by persons, dyads and networks, whatever the parameters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys import Phase, Protocol, System
from mirrorsys.kernels import vector_field
from mirrorsys.models import dyad, network, person

SYSTEMS = [
    person("ann"),
    dyad(person("ann"), person("ben")),
    network([person("ann"), person("ben"), person("eve")], [("ann", "ben"), ("ben", "eve")]),
    person("ann", mirroring=None, help_seeking=None),
    person("ann", soothing=None, plasticity=None),
]
SHARES = st.floats(0, 1)


def values(system: System, kind: str) -> st.SearchStrategy[dict[str, float]]:
    """Return any admissible values of all parameters or inputs."""
    return st.fixed_dictionaries(
        {each.name: st.floats(*each.range) for each in getattr(system, kind)}
    )


def starts(system: System) -> st.SearchStrategy[dict[str, float]]:
    ends = st.sampled_from([0.0, 1.0])
    return st.fixed_dictionaries({name: SHARES | ends for name in system.state_names})


@given(st.data())
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: f"{len(system.states)} states")
def test_the_flow_points_inward_on_every_face(system: System, data: st.DataObject) -> None:
    params = data.draw(values(system, "parameters")) | data.draw(values(system, "inputs"))
    state = np.array(list(data.draw(starts(system)).values()))
    field = vector_field(system, params)
    # Sums of large terms of both signs: what should be 0 may be a rounding error of theirs.
    slack = 1e-12 * (1 + np.abs(field(np.full(state.size, 0.5))).max())
    for index in range(state.size):
        for side, sign in ((0.0, 1), (1.0, -1)):
            on_face = state.copy()
            on_face[index] = side
            assert sign * field(on_face)[index] >= -slack, (system.state_names[index], side)


@st.composite
def protocols(draw: st.DrawFn, system: System) -> Protocol:
    phases = draw(
        st.lists(st.tuples(st.floats(0.01, 100), values(system, "inputs")), min_size=1, max_size=4)
    )
    return Protocol(tuple(Phase(duration, inputs) for duration, inputs in phases))


@settings(max_examples=50)
@given(st.data())
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: f"{len(system.states)} states")
def test_no_trajectory_leaves_the_unit_box(system: System, data: st.DataObject) -> None:
    run = ms.simulate(
        system,
        protocol=data.draw(protocols(system)),
        params=data.draw(values(system, "parameters")),
        initial=data.draw(starts(system)),
    )
    for name in {each.rpartition(".")[2] for each in system.state_names}:
        states = run[name].values
        assert np.isfinite(states).all()
        # What is integrated to rtol 1e-8 a step may miss the face by its accumulated error.
        assert states.min() >= -1e-6
        assert states.max() <= 1 + 1e-6


@given(st.data())
def test_what_is_shown_is_a_share_too(data: st.DataObject) -> None:
    run = ms.simulate(
        SYSTEMS[0], duration=5, initial=data.draw(starts(SYSTEMS[0])),
        params={"stressor": data.draw(st.floats(0, 10))},
    )  # fmt: skip
    for name in ("expressed_distress", "expressed_soothing"):
        shown: Any = run[name].values
        assert shown.min() >= -1e-6
        assert shown.max() <= 1 + 1e-6
