"""The page of what there is to trust says what was measured, and no more."""

import pytest

from trust.__main__ import PAGE
from trust.page import page, rows
from trust.results import PARTS, read, write


def test_page_is_written_from_what_is_kept():
    assert PAGE.read_text(encoding="utf-8") == page({part: read(part) for part in PARTS})


def test_part_that_is_not_measured_is_said_to_be_missing():
    assert "Not measured yet: `python -m trust faults`." in page({"faults": None})


def test_one_table_has_a_line_or_more_for_each_part():
    kept = {part: read(part) for part in PARTS}
    glance = page({**kept, "faults": None}).partition("## At a glance")[2].partition("## ")[0]
    lines = [line.split(" | ") for line in glance.splitlines()[4:]]
    assert {line[0].strip("| ").replace(" ", "_") for line in lines if line[0]} == set(PARTS)
    assert ["| faults", "–", "–", "not measured yet", "– |"] in lines
    for measured in filter(None, kept.values()):
        assert any(line[-1] == f"{measured['measured']} |" for line in lines)


def test_failed_measurement_keeps_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setattr("trust.results.FOLDER", tmp_path)
    write("faults", lambda: {"n": 1})

    def fails():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write("faults", fails)
    assert read("faults")["found"] == {"n": 1}


def test_table_has_a_line_for_each_row():
    assert rows(["a", "b"], [[1, "x"]]) == "| a | b |\n| --- | --- |\n| 1 | x |"
