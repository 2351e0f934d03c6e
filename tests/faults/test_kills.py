"""Killed at random instants: what is there is whole, and what was begun can be gone on with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mirrorsys as ms

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def killed(task: str, folder: Path, n: int) -> dict[str, Any]:
    line = [sys.executable, "-m", "trust.faults._victims", task, str(folder), str(n)]
    result = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "n"), [("sweeps", 6), ("figures", 10), ("saves", 50), ("models", 50)]
)
def test_nothing_half_written_counts(task: str, n: int, tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    assert not any(killed(task, tmp_path, n)["reasons"])


def test_two_processes_may_begin_one_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("zarr")
    decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
    study: dict[str, Any] = {"members": [{"k": 1}, {"k": 2}], "duration": 1}
    path, rename, quicker = tmp_path / "s.zarr", Path.rename, []

    def late(self: Path, target: Path) -> Path:
        if target == path and not quicker:
            quicker.append(None)
            quicker.append(ms.ensemble(decay, **study, store=path))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    slower = ms.ensemble(decay, **study, store=path)
    assert slower.identical(quicker[1])
    assert [each.name for each in tmp_path.iterdir()] == ["s.zarr"]
