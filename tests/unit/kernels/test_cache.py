"""Modules kept on disk with their machine code, where that is possible."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mirrorsys.kernels import _cache
from mirrorsys.kernels._cache import cached_module

TEXT = """\
from numba import njit


@njit("f8(f8)", cache=True)
def times(x):
    return {factor} * x
"""
RUN = (
    "from mirrorsys.kernels._cache import cached_module\n"
    f"print(cached_module({TEXT.format(factor=3.0)!r}).times(2.0))"
)


def product(factor: float) -> float:
    return float(cached_module(TEXT.format(factor=factor)).times(2.0))


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", RUN],
        env={**os.environ, "MIRRORSYS_CACHE": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> str:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return out.strip()


def test_the_cache_holds_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / "a" / "b"))
    assert product(4.0) == 8.0
    (source,) = (tmp_path / "a" / "b").glob("*.py")
    assert "def times(x):" in source.read_text()
    assert list((tmp_path / "a" / "b" / "__pycache__").glob("*.nbc"))


@pytest.mark.parametrize("place", ["file/in the way", "file", "/proc/no such folder"])
def test_a_cache_that_cannot_be_written_is_done_without(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("I am no folder")
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / place))
    assert product(5.0) == 10.0
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
    assert product(6.0) == 12.0


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\xff\xfe"])
def test_a_damaged_cache_is_repaired(
    damage: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path))
    assert product(7.0) == 14.0
    (source,) = tmp_path.glob("*.py")
    text = source.read_text()
    for pattern in ("*.py", "__pycache__/*.nbi", "__pycache__/*.nbc"):
        for damaged in tmp_path.glob(pattern):
            damaged.write_bytes(damage)
        for _ in range(2):  # once to notice, once to have it again
            sys.modules.pop(source.stem, None)
            assert product(7.0) == 14.0
        assert source.read_text() == text
        kept = list(tmp_path.glob("__pycache__/*.nb?"))
        assert kept
        assert all(len(each.read_bytes()) > 100 for each in kept)  # machine code once more


def test_two_processes_share_one_cache(tmp_path: Path) -> None:
    assert [finish(each) for each in [start(tmp_path) for _ in range(2)]] == ["6.0", "6.0"]
    assert len(list(tmp_path.glob("*.py"))) == 1
    assert not list(tmp_path.glob(".*"))  # no temporary file is left


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    finish(start(tmp_path))
    before = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.nb?")}
    assert before
    finish(start(tmp_path))
    assert {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.nb?")} == before


# ---- text that needs no numba --------------------------------------------------------------------

# Fails wherever machine code is kept, as numba does with a cache that it cannot read.
UNREADABLE = """\
cache = dict(cache=True)
if cache["cache"]:
    raise EOFError("Ran out of input")
answer = 42
"""


def test_what_is_kept_of_a_module_that_fails_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path))
    name = _cache._name(UNREADABLE)
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    own, others = [kept / f"{name}.f-1.py311.{end}" for end in ("nbi", "nbc")], kept / "other.nbi"
    for each in (*own, others):
        each.write_bytes(b"garbage")
    assert cached_module(UNREADABLE).answer == 42
    assert not any(each.exists() for each in own)
    assert others.exists()


def test_a_module_is_written_once_and_again_if_it_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path))
    text, written = "answer = 42\n", []
    original = _cache.write_text
    monkeypatch.setattr(
        _cache, "write_text", lambda path, text: (written.append(path), original(path, text))
    )
    assert cached_module(text).answer == cached_module(text).answer == 42
    (source,) = tmp_path.glob("*.py")
    assert written == [source]
    source.write_text("answer = 41\n")
    assert cached_module(text).answer == 42
    assert source.read_text() == text
    assert written == [source, source]
    assert not _cache.is_cached(text)  # numba has left nothing for it


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/mirrorsys/kernels"),
        ("linux", {"XDG_CACHE_HOME": "xdg"}, "xdg/mirrorsys/kernels"),
        ("linux", {"LOCALAPPDATA": "local"}, "home/.cache/mirrorsys/kernels"),
        ("darwin", {"XDG_CACHE_HOME": "xdg"}, "home/Library/Caches/mirrorsys/kernels"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/mirrorsys/kernels"),
        ("win32", {}, "home/mirrorsys/kernels"),
        ("win32", {"MIRRORSYS_CACHE": "own"}, "own"),
        ("darwin", {"MIRRORSYS_CACHE": "own"}, "own"),
    ],
)
def test_each_system_has_its_place_for_caches(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MIRRORSYS_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(_cache.sys, "platform", platform)
    monkeypatch.setattr(_cache.Path, "home", lambda: Path("home"))
    assert _cache.cache_folder() == Path(expected)
