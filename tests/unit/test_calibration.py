"""The criteria of the calibration: met by the default set, and the kept report is true."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import mirrorsys as ms

FOLDER = Path(__file__).resolve().parents[2] / "calibration"
REPORT = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def criteria():
    specification = importlib.util.spec_from_file_location("criteria", FOLDER / "criteria.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["criteria"] = module  # where dataclasses look for it
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def margins(criteria):
    """Those of the default set, the one found, and one with hardly any rumination."""
    names = REPORT["found"]["values"]
    default = {name: ms.models.person()[name].value for name in names}
    sets = [default, REPORT["found"]["values"], {**default, "rho": 1.0}]
    columns = {name: np.array([each[name] for each in sets]) for name in names}
    return criteria.margins(columns, criteria.REPORT)


def test_the_default_set_meets_every_criterion(margins):
    assert len(margins) == REPORT["n_criteria"]
    assert min(values[0] for values in margins.values()) > 0.4


def test_the_report_is_true(margins):
    for column, who in enumerate(("default", "found")):
        for name, value in REPORT[who]["margins"].items():
            assert margins[name][column] == pytest.approx(value, abs=5e-3), (who, name)


def test_the_set_found_is_at_least_as_good_as_the_default():
    assert REPORT["found"]["score"] > REPORT["default"]["score"]
    table = ms.claims.check(params=REPORT["found"]["values"])
    assert ms.claims.all_hold(table)


def test_without_rumination_there_is_no_chronic_state(margins):
    failed = {name for name, values in margins.items() if values[2] < 0}
    assert "S2 an infant alone stays upset" in failed
    assert "S6 the adult is in high threat" in failed
    assert "S1 not without mirroring" not in failed


def test_a_run_that_fails_counts_as_missing_its_bound(criteria, monkeypatch):
    monkeypatch.setattr(criteria, "watching", lambda *_: {"one": np.array([np.nan, 1.0])})
    for name in ("alone", "comforted", "session", "course"):
        monkeypatch.setattr(criteria, name, lambda *_: {})
    assert criteria.margins({})["one"].tolist() == [-10.0, 1.0]
