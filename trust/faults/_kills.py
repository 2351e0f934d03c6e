"""Killed in the middle: of a sweep, of a figure, of a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from trust.faults._process import Place, judged, run

__all__ = ["N_KILLS", "SCENARIOS"]

N_KILLS = {"sweeps": 45, "figures": 30, "saves": 100, "models": 100, "tables": 100}
LIMIT = 3600.0  # seconds
ROOT = Path(__file__).parents[2]


def victims(task: str, place: Place) -> dict[str, Any]:
    """Kill a task many times; return what was found."""
    line = [sys.executable, "-m", "trust.faults._victims", task, str(place.folder)]
    ended = run([*line, str(N_KILLS[task])], place, cwd=ROOT, limit=LIMIT)
    if ended.code:
        raise OSError(f"the killing itself failed: {ended.last}")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def _sweep(place: Place) -> dict[str, Any]:
    found = victims("sweeps", place)
    words = (
        f"a sweep of {found['seconds']:.1f} s in 8 chunks, killed again and again at random "
        f"instants: {found['n_chunks']} chunks that counted as finished were whole, "
        f"{found['n_partial']} kills left a chunk's file half-written (not counted), "
        f"{found['n_creating']} came before the store was there; the same call went on and gave "
        "the bits of an undisturbed run"
    )
    return judged(words, found["reasons"])


def _figure(place: Place) -> dict[str, Any]:
    found = victims("figures", place)
    words = (
        f"`mirrorsys figures one_session` ({found['seconds']:.1f} s): every file present was "
        f"whole, byte for byte; {found['n_some']} kills left some of the three files, "
        f"{found['n_part']} a hidden file that ends in .part, which does no harm to the next run"
    )
    return judged(words, found["reasons"])


def _file(task: str, what: str, place: Place) -> dict[str, Any]:
    found = victims(task, place)
    words = (
        f"{what}: the old file or the new one, whole; {found['n_part']} kills left a hidden file "
        "that ends in .part"
    )
    return judged(words, found["reasons"])


SCENARIOS = {
    "a sweep with a store": _sweep,
    "a figure": _figure,
    "`save`": lambda place: _file("saves", "two results take turns in one .nc", place),
    "`save_model`": lambda place: _file("models", "two models take turns in one .toml", place),
    "`claims --output`": lambda place: _file("tables", "over an older table", place),
}
