"""Mutants are put in place one after the other, each for a child of this process.

The child is forked from a process that has loaded what the tests need, but not the library, and
runs the tests that may notice, until one fails. What it keeps on disk, machine code above all,
it keeps in a folder of its own: a copy of what the unchanged library keeps.
"""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Answer", "answer", "prepare", "replaced"]

MEMORY = 6 * 2**30
LOADED = ("numpy", "scipy.integrate", "scipy.linalg", "scipy.optimize", "scipy.stats", "sympy",
          "xarray", "pandas", "flint", "llvmlite.binding", "h5netcdf", "tqdm", "tomli_w",
          "hypothesis.extra.numpy", "_hypothesis_pytestplugin", "zarr.testing")  # fmt: skip
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--tb=line",
           "-rfE", "-o", "addopts=--import-mode=importlib",
           "-W", "ignore:Module already imported")  # fmt: skip # as LOADED is
BROKEN = 3  # pytest's word for an error of its own
KINDS = {0: "survived", BROKEN: "crash", 5: "survived"}  # 5: its tests are gone, so nobody notices


@dataclass(frozen=True)
class Answer:
    """What the tests say: "survived", "caught", "time-out" or "crash", and the CPU time spent."""

    outcome: str
    seconds: float


def prepare() -> None:
    """Load what children need, so that they need not."""
    sys.modules["numba"] = None  # type: ignore[assignment] # plain Python runs instead, as it stands
    for name in LOADED:
        with suppress(ImportError):  # an extra that is not installed
            importlib.import_module(name)
    assert "mirrorsys" not in sys.modules, "children would test what is loaded, not the mutant"


@contextmanager
def replaced(path: Path, text: str) -> Iterator[None]:
    """Put `text` in place of a file, and the file back, with its date."""
    kept = path.with_suffix(".kept")
    shutil.copy2(path, kept)
    try:
        path.write_text(text, encoding="utf-8")
        yield
    finally:
        os.replace(kept, path)


def answer(tree: Path, tests: Sequence[str], *, cache: Path, seconds: float, log: Path) -> Answer:
    """Run tests in a child until one fails, and return what happened.

    Parameters
    ----------
    tree : Path
        The root of the project's copy.
    tests : sequence of str
        Names of tests, in the order in which they run.
    cache : Path
        The folder of machine code that the child starts with a copy of.
    seconds : float
        The CPU time that it may take; it may last ten times as long.
    log : Path
        What it prints.
    """
    home = tree.parent / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(cache, home / "kernels")
    before, deadline = _spent(), time.monotonic() + 10 * seconds + 60
    child = os.fork()
    if child == 0:
        _child(tree, tests, home, seconds, log)
    try:
        status = _waited(child, deadline)
    finally:
        _end(child)
    return Answer(_outcome(status), round(_spent() - before, 3))


def _outcome(status: int | None) -> str:
    if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TIME_OUT):
        return "time-out"
    if os.WIFSIGNALED(status):
        return "crash"
    return KINDS.get(os.WEXITSTATUS(status), "caught")


_TIME_OUT = {signal.SIGXCPU, signal.SIGKILL}


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _waited(child: int, deadline: float) -> int | None:
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.02)
    return None


def _end(child: int) -> None:
    """End the child, if it still runs, and whatever it has started."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def _child(tree: Path, tests: Sequence[str], home: Path, seconds: float, log: Path) -> None:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    limit = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ.update(CI="true", MIRRORSYS_CACHE=str(home / "kernels"), HOME=str(home))
    os.environ.pop("XDG_CACHE_HOME", None)
    sys.dont_write_bytecode = True
    os.chdir(tree)
    code = BROKEN
    try:
        files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
        code = int(pytest.main([*OPTIONS, *files], plugins=[_Chosen(tree, tests)]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


class _Chosen:
    """Runs the tests named, in their order; makes sure that it is the copy that they test."""

    def __init__(self, tree: Path, tests: Sequence[str]) -> None:
        self.tree, self.place = tree, {name: index for index, name in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.place]
        items.sort(key=lambda item: self.place[item.nodeid])
        ours = {each.name for each in (self.tree / "src").iterdir()}
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in ours and getattr(module, "__file__", None):
                assert Path(str(module.__file__)).is_relative_to(self.tree), module
