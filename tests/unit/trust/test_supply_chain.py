"""What an installation brings is judged rightly, and what the oldest job prints is counted."""

import subprocess
import sys
from pathlib import Path

import pytest

from trust.supply_chain.archives import IN_SDIST, IN_WHEEL, strays
from trust.supply_chain.installed import kind_of_licence
from trust.supply_chain.oldest import summary

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("BSD-3-Clause", "BSD"),
        ("MIT AND LGPL-3.0-or-later", "LGPL"),
        ("GNU General Public License v3 (GPLv3)", "GPL"),
        ("MPL-2.0 AND MIT", "MPL"),
        ("MIT-CMU", "MIT"),
        ("", "unknown"),
        ("Proprietary", "unknown"),
    ],
)
def test_the_strictest_licence_counts(words, kind):
    assert kind_of_licence(words) == kind


def test_stray_files_are_seen():
    good = ["mirrorsys/flow/_rerun.py", "mirrorsys/py.typed", "mirrorsys-0.1.0.dist-info/METADATA"]
    bad = ["mirrorsys/__pycache__/x.py", "mirrorsys/run.nc", "setup.py", "mirrorsys/.secret.py"]
    assert strays(good + bad, IN_WHEEL) == bad
    good = ["mirrorsys-0.1.0/tests/corpus/parser/0a1", "mirrorsys-0.1.0/LICENSE"]
    bad = ["mirrorsys-0.1.0/.env", "mirrorsys-0.1.0/tests/person.xlsx", "mirrorsys-0.1.0/a/b.py"]
    assert strays(good + bad, IN_SDIST) == bad


def test_what_the_oldest_job_prints_is_counted():
    printed = (
        "numpy==2.0.0\nother==1\nFAILED tests/a.py::b - AssertionError\n"
        "2 failed, 35 passed, 3 skipped, 1 error in 9.1s\n"
    )
    assert summary(printed) == {
        "passed": 35, "failed": 2, "errors": 1, "skipped": 3, "failures": ["tests/a.py::b"],
        "versions": {"numpy": "2.0.0"},
    }  # fmt: skip
    with pytest.raises(ValueError, match="no test was run"):
        summary("ERROR: No matching distribution\n")


def test_every_dependency_has_a_lower_bound_for_the_oldest_job():
    code = (ROOT / ".ci" / "oldest").read_text().partition("<<'PYTHON'\n")[2].partition("\nPYTHON")
    pytest.importorskip("packaging")
    done = subprocess.run(
        [sys.executable, "-c", code[0]], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert {"numpy", "pytest", "zarr", "SALib"} <= {line.partition("==")[0] for line in lines}
    assert all(line.partition("==")[2] for line in lines)
