"""Bifurcations, cycles and normal forms have their known values: see `known_answers`."""

import importlib.util
import sys
from pathlib import Path

import pytest


def _loaded():
    path = Path(__file__).with_name("known_answers.py")
    spec = importlib.util.spec_from_file_location("known_answers", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their names
    spec.loader.exec_module(module)
    return module


known_answers = _loaded()


@pytest.mark.parametrize("answer", known_answers.ANSWERS, ids=lambda each: each.what)
def test_answer(answer):
    assert answer.compute() == pytest.approx(answer.value, abs=answer.tolerance, rel=0)


def test_there_is_a_source_for_each():
    assert all(each.source for each in known_answers.ANSWERS)


def test_fields_are_many():
    assert len({each.field for each in known_answers.ANSWERS}) >= 8


def test_the_table_says_what_holds(monkeypatch):
    wrong = known_answers.Answer("x", "one", "made up", 1.0, 0.1, lambda: 2.0)
    monkeypatch.setattr(known_answers, "ANSWERS", (known_answers.ANSWERS[0], wrong))
    first, second = known_answers.table().splitlines()[1:]
    assert "yes" in first
    assert "NO" in second
