"""Mutants: what is drawn, who is asked, and that the harness tells caught from survived."""

import ast
import json
import subprocess
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from trust.mutation import GONE, OPEN, ROOT, VERDICTS, _judged, section, summary
from trust.mutation._choice import Record, asked_lines, chosen
from trust.mutation._mutants import Mutant, behaviour, changed_line, drawn
from trust.mutation._runner import Job, answers

MODULE = '''\
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    LIMIT = 1 + 2

__all__ = ["larger"]
START = 3


def larger(a: "1 + 2", b: int = 0) -> "3 - 4":
    """Return the larger."""
    if a > b:
        return a
    if b == 77:
        raise ValueError(f"{b + 1} is bad luck")
    return [*zip((b,), (b,), strict=True)][0][0]


class Pair:
    first: "5 + 6" = 0
'''


# ---- what is drawn -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 1 + 2", "LIMIT = 1 - 2"),
        ("if TYPE_CHECKING", "if not TYPE_CHECKING"),
        ('["larger"]', '["larger"] * 2'),
        ('"1 + 2"', '"1 - 2"'),
        ('"3 - 4"', '"3 + 4"'),
        ('"5 + 6"', '"5 - 6"'),
        ("Return the larger", "Return it"),
        ("b + 1", "b - 1"),
        ("strict=True", "strict=False"),
        ("START = 3", "START = 3  # the start"),
    ],
)
def test_what_changes_no_behaviour_is_no_mutant(old, new):
    assert old in MODULE
    assert behaviour(MODULE.replace(old, new)) == behaviour(MODULE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a > b", "a >= b"),
        ("START = 3", "START = 4"),
        ("b: int = 0", "b: int = 1"),
        ('first: "5 + 6" = 0', 'first: "5 + 6" = 1'),
        ("raise ValueError", "raise KeyError"),
    ],
)
def test_what_changes_behaviour_is_a_mutant(old, new):
    assert old in MODULE
    assert behaviour(MODULE.replace(old, new)) not in {None, behaviour(MODULE)}


def test_what_is_no_python_is_no_mutant():
    assert behaviour("if if:") is None


def test_the_changed_line_is_the_first_that_differs():
    assert changed_line("a\nb\nc", "a\nB\nC") == 2
    assert changed_line("a\nb", "a\nb\nc") == 3


@pytest.fixture
def package(tmp_path):
    pytest.importorskip("cosmic_ray", reason="mutants are made by cosmic-ray")
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "module.py").write_text(MODULE)
    return folder


def test_mutants_differ_from_the_module_in_one_line_of_behaviour(package):
    mutants = drawn(package, n=100, seed=0)
    assert {each.before for each in mutants} == {
        "START = 3", "if a > b:", "if b == 77:", 'first: "5 + 6" = 0',
        'def larger(a: "1 + 2", b: int = 0) -> "3 - 4":',
        "return [*zip((b,), (b,), strict=True)][0][0]",
    }  # fmt: skip
    for each in mutants:
        ast.parse(each.text)
        lines = each.text.split("\n")
        assert MODULE.split("\n")[each.line - 1].strip() == each.before
        assert lines[each.line - 1].strip() == each.after
        assert lines[: each.line - 1] == MODULE.split("\n")[: each.line - 1]


def test_a_seed_fixes_the_sample_and_an_edit_elsewhere_leaves_it(package):
    def sample(seed):
        return [each.key for each in drawn(package, n=5, seed=seed)]

    first = sample(1)
    assert len(first) == 5
    assert first == sample(1)
    assert first != sample(2)
    (package / "module.py").write_text("# a new line\n\n" + MODULE)
    assert sample(1) == first


def test_a_second_sample_has_none_of_the_first(package):
    first = {each.key for each in drawn(package, n=5, seed=1)}
    second = {each.key for each in drawn(package, n=5, seed=1, known=first)}
    assert len(first) == len(second) == 5
    assert not first & second


# ---- who is asked ------------------------------------------------------------------------


def test_lines_of_the_statement_its_function_or_the_module_are_asked():
    number = {line: index for index, line in enumerate(MODULE.split("\n"), 1)}
    whole = range(1, len(MODULE.split("\n")) + 1)
    assert asked_lines(MODULE, number["START = 3"]) == whole
    assert asked_lines(MODULE, number['    first: "5 + 6" = 0']) == whole
    assert asked_lines(MODULE, 10) == range(10, 17)
    assert list(asked_lines(MODULE, number["    if a > b:"])) == [number["    if a > b:"]]
    assert list(asked_lines(MODULE, number["        return a"])) == [number["        return a"]]


def test_those_who_reach_the_line_are_asked_first_each_function_once_then_the_quickest():
    seconds = {"f.py::a[1]": 2.0, "f.py::a[2]": 0.1, "f.py::b": 1.0, "f.py::c": 0.2, "g.py::d": 0.1}
    reached = {"m.py": {"5": [0, 1, 2], "9": [4]}}
    assert chosen(Record(seconds, reached), "m.py", [5]) == [
        "f.py::a[2]", "f.py::b", "f.py::a[1]", "f.py::c",
    ]  # fmt: skip
    assert chosen(Record(seconds, reached), "m.py", [6]) == []


def test_of_a_module_of_data_all_tests_are_asked_its_own_first():
    seconds = {"tests/test_other.py::a": 1.0, "tests/test_table.py::b": 2.0}
    record = Record(seconds, {"_table.py": {"1": [], "2": []}})
    assert chosen(record, "_table.py", [2]) == ["tests/test_table.py::b", "tests/test_other.py::a"]


# ---- the harness -------------------------------------------------------------------------

SUM = "def total(values):\n    n = 0\n    for each in values:\n        n += each\n    return n\n"
TESTS = """\
from toy.sums.total import total


def test_total():
    assert total([1, 2]) == 3


def test_empty():
    assert total([]) == 0


def test_that_fails_is_not_asked():
    assert total([1]) == 2
"""
RUN = """\
import json, sys
from pathlib import Path
from trust.mutation import _runner, _server

_server.LOADED, _runner.FLOOR = (), 1.0
folder, *mutants = json.loads(sys.argv[1])
folder = Path(folder)
job = _runner.Job("sums", ("tests",), folder / "root", folder / "kept" / "sums", "src/toy")
job.folder.mkdir(parents=True)
_runner._copy(job, _runner.COPIED)
_runner.run(job, [_runner.Mutant(**each) for each in mutants])
"""


def _mutant(old, new):
    text = SUM.replace(old, new)
    line = changed_line(SUM, text)
    before, after = (each.split("\n")[line - 1].strip() for each in (SUM, text))
    return Mutant("sums/total.py", line, "by hand", before, after, text)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What becomes of five mutants of a project of one function."""
    folder = tmp_path_factory.mktemp("mutation")
    for name, text in (("src/toy/sums/total.py", SUM), ("tests/test_sums.py", TESTS),
                       ("src/toy/sums/__init__.py", ""), ("pyproject.toml", "")):  # fmt: skip
        (path := folder / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    mutants = [
        _mutant("n = 0", "n = 1"),
        _mutant("n += each", "n -= each"),
        _mutant("in values", "in []"),
        _mutant("return n", "return n  # the total"),
        _mutant("n += each", "n += each; exec('while True: pass')"),
        _mutant("n += each", "import os; os.abort()"),
    ]
    given = json.dumps([str(folder), *map(asdict, mutants)])
    command = [sys.executable, "-c", RUN, given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    job = Job("sums", ("tests",), folder / "root", folder / "kept" / "sums", "src/toy")
    return job, {each["after"]: each for each in answers(job)}


def test_mutants_are_caught_and_a_comment_survives(outcomes):
    _, found = outcomes
    assert {after: each["outcome"] for after, each in found.items()} == {
        "n = 1": "caught",
        "n -= each": "caught",
        "for each in []:": "caught",
        "return n  # the total": "survived",
        "n += each; exec('while True: pass')": "time-out",
        "import os; os.abort()": "crash",
    }
    assert found["return n  # the total"]["asked"] == 2  # the third fails without a mutant


def test_the_copy_is_left_as_it_was(outcomes):
    job, _ = outcomes
    assert (job.source / "sums" / "total.py").read_text() == SUM
    assert not list(job.tree.rglob("*.kept"))


def test_survivors_are_counted_listed_and_judged(outcomes):
    job, _ = outcomes
    found = summary(job)
    assert (found["mutants"], found["caught_at_first"]) == (6, 5)
    assert (found["caught"], found["time_out"], found["crash"], found["survived"]) == (3, 1, 1, 1)
    low, high = found["interval"]
    assert low < 5 / 6 < high
    (survivor,) = found["survivors"]
    assert (survivor["line"], survivor["verdict"]) == (5, "open")
    assert "return n  # the total" in (job.folder.parent / "survivors-sums.txt").read_text()


def test_a_run_goes_on_where_it_ended_and_the_first_answer_is_remembered(outcomes, tmp_path):
    job, found = outcomes
    later = Job("sums", ("tests",), tmp_path, tmp_path / "sums", "src/toy")
    later.folder.mkdir()
    text = (job.folder / "answers.jsonl").read_text()
    again = {**found["return n  # the total"], "outcome": "caught"}
    (later.folder / "answers.jsonl").write_text(text + json.dumps(again) + "\n")
    counted = summary(later)
    assert (counted["mutants"], counted["caught_at_first"], counted["caught"]) == (6, 5, 4)


# ---- verdicts and the page ---------------------------------------------------------------


def test_every_verdict_has_its_line_and_a_reason():
    for verdict in tomllib.loads(VERDICTS.read_text(encoding="utf-8"))["equivalent"]:
        text = (ROOT / "src" / "mirrorsys" / verdict["path"]).read_text(encoding="utf-8")
        assert verdict["before"] in [line.strip() for line in text.split("\n")], verdict
        assert verdict["after"] != verdict["before"]
        assert len(verdict["why"]) > 10


def test_a_survivor_with_a_verdict_is_not_open(tmp_path, monkeypatch):
    (path := tmp_path / "verdicts.toml").write_text(
        '[[equivalent]]\npath = "a.py"\nbefore = "x"\nafter = "y"\nwhy = "both are drawn"\n'
    )
    monkeypatch.setattr("trust.mutation.VERDICTS", Path(path))
    found = {"path": "a.py", "line": 9, "operator": "o", "before": "x", "after": "y",
             "asked": 1, "reaching": 2}  # fmt: skip
    (tmp_path / "a.py").write_text("    x\n")
    assert _judged(found, tmp_path)["verdict"] == "both are drawn"
    assert _judged({**found, "after": "z"}, tmp_path)["verdict"] == OPEN
    assert _judged({**found, "before": "w"}, tmp_path)["verdict"] == GONE


def test_the_page_lists_what_is_open(outcomes):
    found = summary(outcomes[0])
    limits = {"n_mutants": 6, "n_fresh": 6, "longest": 6.0, "budget": 30.0}
    text = section({**limits, "packages": {"sums": found}})
    assert "| `sums` | 6 | 83.3% | 83.3% | 43.6% to 97.0% | 1 | 1 | 1 | 0 | 0 | 1 | – |" in text
    assert "- `sums/total.py`: `return n` → `return n  # the total`" in text
    text = section({**limits, "packages": {"sums": {**found, "survivors": [], "fresh": found}}})
    assert "| 83.3% of 6 (43.6% to 97.0%) |" in text
    listed = text.partition("Of the fresh ones, which nobody has judged:")[2]
    assert "- `sums/total.py`: `return n` → `return n  # the total`" in listed
