"""Compiled with numba where it is installed, kept on disk where that is possible."""

import os
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import System
from mirrorsys.kernels import backend_in_use, kernel
from mirrorsys.kernels._kernel import _kernel

RUN = (
    "import mirrorsys as ms\n"
    "run = ms.simulate(ms.System('s', {'x': '-k*x'}, {'k': 2}, initial={'x': 1}), duration=1)\n"
    "print(run.attrs['backend'], repr(float(run.x[-1])))"
)


def fresh(name: str) -> System:
    """Return a system that no other test compiles, so that nothing of it is in memory."""
    return System(name, {"x": f"-x*{crc32(name.encode())}"}, initial={"x": 1})


def rate(system: System) -> float:
    out = np.empty(1)
    kernel(system).rhs(np.ones(1), np.empty(0), np.empty(0), out)
    return float(out[0])


def start(folder: Path, code: str = RUN) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "MIRRORSYS_CACHE": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> str:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return out.strip()


def test_the_backend_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted, expected in (("", "numba"), ("numba", "numba"), ("numpy", "numpy")):
        monkeypatch.setenv("MIRRORSYS_BACKEND", wanted)
        assert backend_in_use() == expected
    monkeypatch.delenv("MIRRORSYS_BACKEND")
    assert backend_in_use() == "numba"
    monkeypatch.setenv("MIRRORSYS_BACKEND", "fortran")
    with pytest.raises(ValueError, match="MIRRORSYS_BACKEND is 'fortran'; set it to 'numba' or"):
        backend_in_use()


def test_without_numba_everything_runs_in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIRRORSYS_BACKEND", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert backend_in_use() == "numpy"
    run = ms.simulate(fresh("no numba"), duration=1)
    assert run.attrs["backend"] == "numpy"


def test_the_cache_holds_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / "a" / "b"))
    system = fresh("cached")
    expected = float(system.rhs[0].subs({s: 1 for s in system.rhs[0].free_symbols}))
    assert rate(system) == expected
    (source,) = (tmp_path / "a" / "b").glob("*.py")
    assert "def rhs(y, p, u, out):" in source.read_text()
    assert list((tmp_path / "a" / "b" / "__pycache__").glob("*.nbc"))


@pytest.mark.parametrize("place", ["file/in the way", "file", "/proc/no such folder"])
def test_a_cache_that_cannot_be_written_is_done_without(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("I am no folder")
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / place))
    assert rate(fresh(place)) < 0
    assert (tmp_path / "file").read_text() == "I am no folder"


def test_numba_that_finds_no_place_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that belongs to somebody else can be read, but numba wants to write."""
    from numba.core import caching

    def nowhere(*_: object) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path))
    monkeypatch.setattr(caching.FunctionCache, "__init__", nowhere)
    assert rate(fresh("nowhere")) < 0


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\xff\xfe"])
def test_a_damaged_cache_is_repaired(
    damage: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path))
    system = fresh(f"damaged {damage!r}")
    expected = rate(system)
    (source,) = tmp_path.glob("*.py")
    text = source.read_text()
    for pattern in ("*.py", "__pycache__/*.nbi", "__pycache__/*.nbc"):
        for damaged in tmp_path.glob(pattern):
            damaged.write_bytes(damage)
        for _ in range(2):  # once to notice, once to have it again
            _kernel.cache_clear()
            sys.modules.pop(source.stem, None)
            assert rate(system) == expected
        assert source.read_text() == text
        kept = list(tmp_path.glob("__pycache__/*.nb?"))
        assert kept
        assert all(len(each.read_bytes()) > 100 for each in kept)  # machine code once more


def test_two_processes_share_one_cache(tmp_path: Path) -> None:
    outputs = [finish(each) for each in [start(tmp_path) for _ in range(2)]]
    assert outputs[0] == outputs[1]
    backend, value = outputs[0].split()
    assert backend == "numba"
    assert float(value) == pytest.approx(np.exp(-2), rel=1e-7)
    assert len(list(tmp_path.glob("*.py"))) == 1
    assert not list(tmp_path.glob(".*"))  # no temporary file is left


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    finish(start(tmp_path))
    before = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.nb?")}
    assert before
    finish(start(tmp_path))
    assert {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.nb?")} == before
