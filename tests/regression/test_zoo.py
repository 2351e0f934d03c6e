"""One contract for every entry of the zoo: documented, built alike, filed, derived, runnable."""

import typing
from pathlib import Path

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys._values import parameter_and_input_values
from mirrorsys.kernels import kernel, vector_field
from mirrorsys.models import zoo

CASES = [
    (build, {"setting": setting} if setting else {})
    for build in zoo.ALL
    for setting in typing.get_args(typing.get_type_hints(build).get("setting")) or [None]
]
CASES += [
    (zoo.marital_interaction, {"quadrant": signs}) for signs in [(1, 1), (1, -1), (-1, 1), (-1, -1)]
]


def label(case):
    build, options = case
    return "-".join([build.__name__, *map(str, options.values())])


@pytest.fixture(params=CASES, ids=label)
def entry(request):
    build, options = request.param
    return build(**options)


def test_every_file_of_the_zoo_is_listed():
    files = {path.stem[1:] for path in Path(zoo.__file__).parent.glob("_[a-z]*.py")} - {"settings"}
    assert files == {build.__name__ for build in zoo.ALL} == set(zoo.__all__) - {"ALL"}


def test_an_entry_is_built_anew_equal_and_hashable():
    for build, options in CASES:
        assert build(**options) == build(**options)
        assert hash(build(**options)) == hash(build(**options))


def test_an_entry_says_what_everything_is(entry):
    assert entry.source
    for quantity in entry.quantities:
        assert quantity.unit
        assert quantity.meaning
        assert np.isfinite(quantity.range).all()
        assert quantity.range[0] < quantity.range[1]
    assert all(parameter.source for parameter in entry.parameters)


def test_an_entry_survives_its_file(entry, tmp_path):
    ms.save_model(entry, tmp_path / "model.toml")
    assert ms.load_model(tmp_path / "model.toml") == entry


def test_jacobian_of_an_entry_agrees_with_differences(entry):
    params = {each.name: 0.3 for each in entry.inputs}
    rhs, exact = vector_field(entry, params), np.empty((len(entry.states),) * 2)
    p, u = (np.array([*v.values()]) for v in parameter_and_input_values(entry, params))
    low, high = np.array([state.range for state in entry.states]).T
    steps = 1e-6 * (high - low)
    for point in np.random.default_rng(1).uniform(low + steps, high - steps, (20, low.size)):
        columns = [
            (rhs(point + step) - rhs(point - step)) / (2 * step.sum()) for step in np.diag(steps)
        ]
        kernel(entry).jacobian(point, p, u, exact)
        # a central difference with step 1e-6 keeps about eight digits of the largest entry
        np.testing.assert_allclose(
            np.transpose(columns), exact, rtol=0, atol=1e-6 * (1 + np.abs(exact).max())
        )


def test_an_entry_runs_from_its_initial_state(entry):
    run = ms.simulate(entry, duration=5, times=np.linspace(0, 5, 11))
    assert all(np.isfinite(run[name]).all() for name in entry.state_names)


def test_what_is_from_memory_says_so():
    remembered = {build.__name__ for build in zoo.ALL if "from memory" in build().source}
    assert remembered == {"two_actor_tanh", "laura_and_petrarch"}


def test_an_unknown_setting_is_refused():
    with pytest.raises(ValueError, match=r"`setting` is 'chaotic'; give one of \['fading'"):
        zoo.linear_relationship("chaotic")


def test_a_quadrant_is_two_signs():
    with pytest.raises(ValueError, match=r"`quadrant` is \(1, 0\); give the signs of W and H"):
        zoo.marital_interaction(quadrant=(1, 0))
