"""Which tests reach which lines, and how long each takes: a plugin of pytest that writes it down.

Run in a process of its own. A test that takes longer than its share is stopped, and
not used; nor is one that fails.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Recorder"]


class Recorder:
    """Records, for each test that passes in time, its seconds and the lines it reaches."""

    def __init__(self, package: Path, kept: Path, longest: float) -> None:
        import coverage

        self.package, self.kept, self.longest = package, kept, longest
        self.seconds: dict[str, float] = {}
        self.bad: set[str] = set()
        self.coverage = coverage.Coverage(
            data_file=None, source=[str(package)], config_file=False, messages=False
        )
        self.coverage.start()
        signal.signal(signal.SIGPROF, _stop)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        """Run a test under its own name, nothing remembered, with its time limited."""
        _forget()
        self.coverage.switch_context(item.nodeid)
        begin = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self.longest)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.seconds[item.nodeid] = round(time.process_time() - begin, 4)
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note tests that do not pass."""
        if report.outcome != "passed":
            self.bad.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write down what is known."""
        self.coverage.stop()
        data = self.coverage.get_data()
        tests = [name for name in self.seconds if name not in self.bad]
        number = {name: index for index, name in enumerate(tests)}
        reached = {
            Path(file).relative_to(self.package.parent).as_posix(): {
                line: [number[name] for name in names if name in number]
                for line, names in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        found = {
            "seconds": {name: self.seconds[name] for name in tests},
            "left_out": sorted(self.bad),
            "reached": reached,
        }
        self.kept.write_text(json.dumps(found), encoding="utf-8")


def _stop(*_: object) -> None:
    pytest.fail("takes too long to be asked about mutants")


def _forget() -> None:
    """Empty caches of the library: a test that finds a result in one would not reach the lines."""
    for name in [name for name in sys.modules if name.startswith("mirrorsys")]:
        for value in list(vars(sys.modules[name]).values()):
            if callable(clear := getattr(value, "cache_clear", None)):
                clear()


def main(package: str, kept: str, longest: str, *tests: str) -> int:
    """Record tests; the arguments are those of the command line."""
    os.environ["CI"] = "true"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--tb=no", "-rN",
               "-o", "addopts=--import-mode=importlib", "-m", "not slow"]  # fmt: skip
    recorder = Recorder(Path(package), Path(kept), float(longest))
    return int(pytest.main([*options, *tests], plugins=[recorder]))


if __name__ == "__main__":
    sys.modules["numba"] = None  # type: ignore[assignment] # its code would be out of sight
    sys.exit(main(*sys.argv[1:]) > 1)
