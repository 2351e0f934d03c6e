"""Special points: names, words, what they were computed from."""

import json

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation._special_point import (
    SpecialPoint,
    attributes_of,
    named,
    named_point,
    provenance,
)


def point(kind="hopf", **more):
    given = {
        "name": "", "kind": kind, "parameter": 1.5, "params": {"mu": 1.5}, "state": {"x": 0.25},
        "eigenvalues": np.array([2j, -2j]), "frequency": 2.0, "followed": ("mu",), **more,
    }  # fmt: skip
    return SpecialPoint(**given)


def test_names_count_within_a_kind():
    made = named([point(), point("fold"), point()], {"hopf": "H", "fold": "F"})
    assert [each.name for each in made] == ["H1", "F1", "H2"]
    assert named_point(made, "H2") is made[2]


def test_an_unknown_name_is_answered_by_those_there_are():
    with pytest.raises(KeyError, match=r"there is no special point 'F1'; there are \['H1'\]"):
        named_point((point(name="H1"),), "F1")


def test_its_period():
    assert point().period == pytest.approx(np.pi)
    assert np.isnan(point(frequency=np.nan).period)


def test_what_it_prints():
    assert repr(point(name="H1")) == "H1: hopf at mu=1.5 (x=0.25)"
    assert repr(point(name="H1", description="supercritical")) == (
        "H1: hopf, supercritical at mu=1.5 (x=0.25)"
    )


def test_provenance_can_be_saved(circle):
    found = provenance(circle, {"w": np.int64(3), "mu": np.float32(0.5)}, kind="fold")
    assert json.loads(found["params"]) == {"w": 3.0, "mu": 0.5}
    assert found["kind"] == "fold"
    assert 'name = "circle"' in found["system"]


def test_a_quantity_without_a_meaning_is_called_by_its_name(circle):
    assert attributes_of(circle, "x") == {"units": "1", "long_name": "x"}
