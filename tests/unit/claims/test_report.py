"""The table of claims as text and as JSON."""

import json
import math
from typing import Any

import pandas as pd
import pytest

from mirrorsys.claims import to_json, to_text

ROW: dict[str, Any] = {
    "system": "S1", "statement": "Distress is caught.", "quantity": "rise", "value": 0.8123,
    "direction": "at least", "bound": 0.1, "margin": 0.7123, "holds": True,
    "control": "mirror cut", "control_value": 0.0, "control_broken": True, "note": "Assumed.",
}  # fmt: skip
REPORTED = {**ROW, "system": "S6", "direction": "reported", "bound": math.nan, "margin": math.nan,
            "holds": None, "control": "", "control_value": math.nan,
            "control_broken": None}  # fmt: skip
FAILING = {**ROW, "system": "S2", "value": 0.02, "margin": -0.08, "holds": False}
UNBROKEN = {**ROW, "system": "S3", "control_value": 0.5, "control_broken": False}
LOST = {**ROW, "system": "S4", "direction": "more than", "control_value": math.nan}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"holds": object, "control_broken": object})


def test_a_claim_that_holds() -> None:
    text = to_text(table(ROW))
    assert "S1   holds     Distress is caught." in text
    assert "rise: 0.812 ≥ 0.1, margin 0.712" in text
    assert "control (mirror cut): 0, broken" in text
    assert text.endswith("1 of 1 claims hold and break as they must; 0 more are reported.")


def test_failures_are_shown_and_counted() -> None:
    text = to_text(table(ROW, FAILING, UNBROKEN, REPORTED))
    assert "S2   FAILS" in text
    assert "control (mirror cut): 0.5, NOT BROKEN" in text
    assert "S6   reported" in text
    assert "2 of 3" not in text
    assert "1 of 3 claims hold and break as they must; not so: S2, S3; 1 more are" in text


def test_a_control_in_which_nothing_happens() -> None:
    assert "control (mirror cut): does not happen, broken" in to_text(table(LOST))


def test_lines_are_not_longer_than_a_terminal() -> None:
    long = {**ROW, "note": "word " * 80, "quantity": "mean threat " * 20}
    assert max(map(len, to_text(table(long)).splitlines())) <= 100


@pytest.mark.parametrize("row", [ROW, FAILING, UNBROKEN, REPORTED, LOST])
def test_json_keeps_every_value_and_has_null_for_what_is_not(row: dict[str, Any]) -> None:
    (read,) = json.loads(to_json(table(row, ROW)))[:1]
    for key, value in row.items():
        is_missing = isinstance(value, float) and math.isnan(value)
        assert read[key] == (None if is_missing else value)
