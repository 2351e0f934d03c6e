"""Sweeps that are interrupted, or that fail: nobody waits for what is no longer wanted."""

from __future__ import annotations

import sys
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.flow import _chunks, _ensemble, _lane_runner, _simulate
from mirrorsys.kernels import backend_in_use

LORENZ = ms.models.zoo.lorenz()
ENGINES = ["scipy", *(["compiled"] if backend_in_use() == "llvm" else [])]


def study_of(engine: str, n: int) -> _chunks.Chunk:
    """Return the study of an ensemble without running it."""
    found: list[_chunks.Chunk] = []

    def run(study: Any, *_: Any) -> None:
        found.append(study)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_ensemble, "_run", run)
        with pytest.raises(KeyboardInterrupt):
            ms.ensemble(LORENZ, n, duration=2, engine=engine)
    return found[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chunk_that_nobody_waits_for_is_given_up(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lane_runner, "MOST_AT_ONCE", 1)
    asked: list[None] = []

    def is_stopped() -> bool:
        asked.append(None)
        return len(asked) > 3

    with pytest.raises(CancelledError):
        _chunks.run_chunk(study_of(engine, 10), is_stopped)
    assert len(asked) == 4


@pytest.mark.skipif(backend_in_use() != "llvm", reason="needs machine code")
def test_members_in_a_call_of_machine_code_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    members = ms.sample(LORENZ, 23, 0.2, seed=1)
    whole = ms.ensemble(LORENZ, members, duration=2, engine="compiled")
    for most in (1, 5):
        monkeypatch.setattr(_lane_runner, "MOST_AT_ONCE", most)
        assert ms.ensemble(LORENZ, members, duration=2, engine="compiled").equals(whole)


class Lazy(Executor):
    """Does the first thing it is given, and keeps the rest waiting."""

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self.given:
            future.set_result(function(*arguments, **named))
        self.given.append(future)
        return future


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_after_an_error_no_chunk_waits_any_longer(
    error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("zarr")
    from mirrorsys.flow._store import Store

    def fail(*_: Any) -> None:
        raise error("no room")

    monkeypatch.setattr(Store, "write", fail)
    executor = Lazy()
    with pytest.raises(error, match="no room"):
        ms.ensemble(LORENZ, 40, duration=1, engine="scipy", chunk=2, executor=executor,
                    store=tmp_path / "s.zarr", progress=False)  # fmt: skip
    assert len(executor.given) > 2
    assert all(each.cancelled() for each in executor.given[1:])


def test_threads_stop_when_one_chunk_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    run = _chunks.run_chunk

    def counted(chunk: Any, is_stopped: Any) -> Any:
        if chunk.first == 0:
            raise RuntimeError("the first")
        while not is_stopped():  # as long as somebody waits
            np.linalg.eigvals(np.eye(3))
        seen.append(chunk.first)
        return run(chunk, is_stopped)

    monkeypatch.setattr(_ensemble, "run_chunk", counted)
    with pytest.raises(RuntimeError, match="the first"):
        ms.ensemble(LORENZ, 8, duration=1, engine="scipy", chunk=2)


def test_a_bar_of_progress_needs_no_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Windows' pythonw, or behind 2>&-, there is none; tqdm writes to it all the same."""
    for module in (_ensemble, _simulate):
        monkeypatch.setattr(module, "SECONDS_BEFORE_PROGRESS", 0.0)
    monkeypatch.setattr(sys, "stderr", None)
    assert ms.simulate(LORENZ, duration=1).attrs["status"] == "completed"
    assert ms.ensemble(LORENZ, 3, duration=1, engine="scipy").sizes["member"] == 3
