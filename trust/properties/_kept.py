"""What was measured already, a line for each outcome: a measurement that was cut short goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["forget", "kept", "n_kept"]

FILE = Path(__file__).parents[1] / "measured" / "properties.partial.jsonl"


def kept(key: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what is kept under a key; measure and keep it if there is nothing."""
    lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    for line in lines:
        if line.endswith("}") and (found := json.loads(line))["key"] == key:
            return dict(found["value"])
    value = measure()
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"key": key, "value": value}) + "\n")
    return value


def n_kept() -> int:
    """Return how many outcomes a measurement that was cut short has left."""
    return len(FILE.read_text(encoding="utf-8").splitlines()) if FILE.exists() else 0


def forget() -> None:
    """Remove what is kept: the next measurement begins anew."""
    FILE.unlink(missing_ok=True)
