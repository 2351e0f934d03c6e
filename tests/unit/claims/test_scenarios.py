"""One parameter set, cast into roles and run."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import models
from mirrorsys.claims import ParameterSet
from mirrorsys.claims import _scenarios as scenarios


def test_unchanged_parameters_give_the_roles_themselves() -> None:
    for role in (models.infant, models.carer, models.client, models.detached_therapist):
        assert ParameterSet().cast(role) == role()


def test_a_change_reaches_everybody_and_keeps_what_makes_a_role() -> None:
    changed = ParameterSet.of({"kappa": 1.28, "mu": 2.0, "rho": 8.0})
    for role in (models.client, models.therapist, models.carer):
        doubled, usual = changed.cast(role), role()
        assert doubled["kappa"].value == pytest.approx(2 * usual["kappa"].value)
        assert (doubled["mu"].value, doubled["rho"].value) == (2.0, 8.0)
    assert changed.cast(models.detached_therapist)["mu"].value == 0.1
    assert changed.cast(models.absent_carer)["mu"].value == 0.0


def test_own_values_of_one_person_win() -> None:
    person = ParameterSet.of({"mu": 2.0}).cast(models.therapist, "ann", mu=0.5, pathway=0.3)
    assert (person.name, person["mu"].value, person["pathway"].value) == ("ann", 0.5, 0.3)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"mew": 1.0}, "no parameter called 'mew'; did you mean one of .*'mu'"),
        ({"threat": 1.0}, "no parameter called 'threat'"),
        ({"mu": 99.0}, r"'mu' is 99, outside its range \[0, 10\]"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(params: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ParameterSet.of(params)


def test_sharing_one_compiled_system_changes_nothing() -> None:
    client, helper = models.client(), models.detached_therapist()
    protocol = ms.protocols.session()
    shared = scenarios.run_of((client, helper), protocol)
    direct = ms.simulate(models.dyad(client, helper), protocol=protocol, engine="auto")
    for state in ("threat", "soothing", "fatigue", "pathway", "signal"):
        np.testing.assert_array_equal(shared[state].values, direct[state].values)


def test_sharing_works_for_one_alone_too() -> None:
    protocol = ms.protocols.constant(60, stressor=0.1)
    shared = scenarios.run_of((models.client("ann"),), protocol)
    direct = ms.simulate(models.client(), protocol=protocol, engine="auto")
    np.testing.assert_array_equal(shared.threat.values, direct.threat.values)


def test_a_grown_child_keeps_pathway_and_signal_and_nothing_else() -> None:
    infant = models.infant()
    run = scenarios.childhood(infant, models.carer(), True)
    child = scenarios.grown(infant, run)
    end = run.isel(phase=-1).sel(person="infant")
    assert child["pathway"].value == float(end.pathway_at_end)
    assert child["signal"].value == float(end.signal_at_end)
    assert all(child[name].value == 0.0 for name in ("threat", "soothing", "fatigue"))


def test_the_same_situation_is_run_once() -> None:
    one = scenarios.lonely_crying(ParameterSet().cast(models.infant))
    again = scenarios.lonely_crying(ParameterSet.of({}).cast(models.infant))
    assert one is again
