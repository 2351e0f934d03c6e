"""Processes that read inputs, watched from outside: what dies or hangs is noted, and gone past."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from trust.fuzzing.targets import TARGETS
from trust.fuzzing.worker import Notes, input_number

__all__ = ["Found", "can_be_guided", "guided", "plain"]

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds without a further input: a hang, whatever else the machine does
LOOK = 0.5  # seconds between two looks


@dataclass
class Found:
    """What came of the inputs of one target."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    slowest: float = 0.0  # seconds
    peak: float = 0.0  # MiB
    failures: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, notes: Notes, printed: str) -> None:
        """Add what a process noted and printed."""
        _, accepted, refused, failed, slowest, peak = notes.read()
        self.inputs += accepted + refused + failed
        self.accepted += accepted
        self.refused += refused
        self.slowest, self.peak = max(self.slowest, slowest), max(self.peak, peak)
        for line in printed.splitlines():
            if line.startswith('{"reason"'):
                told = json.loads(line)
                self.failures.append((told["reason"], bytes.fromhex(told["input"])))

    def join(self, other: Found) -> None:
        """Add what another process found."""
        for name in ("inputs", "accepted", "refused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest = max(self.slowest, other.slowest)
        self.peak = max(self.peak, other.peak)
        self.failures += other.failures


def plain(name: str, begin: int, end: int, seconds: float) -> Found:
    """Read the inputs of a target from number `begin` to `end`, as far as time allows."""
    found, until = Found(), time.monotonic() + seconds
    while begin < end and time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "notes"
            notes = Notes(path, new=True)
            notes.map[:8] = begin.to_bytes(8, "little")
            command = ["trust.fuzzing.worker", name, str(begin), str(end), str(path)]
            printed, ending = _watched(command, notes, until)
            reached = notes.read()[0]
            found.add(notes, printed)
        if ending == "time is up":
            break
        if ending and reached < end:  # the input that it died of
            found.inputs += 1
            found.failures.append((ending, input_number(TARGETS[name], reached)))
            reached += 1
        begin = reached
    return found


def guided(count: int, seed: int, seconds: float) -> Found:
    """Read inputs of the parser that follow the branches they reach."""
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes"
        notes = Notes(path, new=True)
        command = ["trust.fuzzing.guided", str(count), str(seed), str(path), folder]
        printed, ending = _watched(command, notes, time.monotonic() + seconds)
        found.add(notes, printed)
        if ending not in {"", "time is up"}:
            kept = next(iter(Path(folder).glob("*-*")), None)
            found.inputs += 1
            found.failures.append((ending, kept.read_bytes() if kept else b""))
    return found


def can_be_guided() -> bool:
    return importlib.util.find_spec("atheris") is not None


def _watched(command: list[str], notes: Notes, until: float) -> tuple[str, str]:
    """Run a process; return what it printed, and in words how it ended if not by itself."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": paths}
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], stdout=output, stderr=subprocess.DEVNULL, cwd=ROOT,
            env=environment,
        )  # fmt: skip
        ending, last, since = "", notes.map[:], time.monotonic()
        while process.poll() is None:
            time.sleep(LOOK)
            started = any(notes.map[8:])
            if (now := notes.map[:]) != last:
                last, since = now, time.monotonic()
                # Between two inputs only: one that takes for ever must not pass for late.
                ending = "time is up" if since > until else ""
            elif time.monotonic() - since > PATIENCE * (1 if started else 4):
                ending = f"no end within {PATIENCE:g} s"
            if ending:
                process.kill()
                process.wait()
        if not ending and process.returncode:
            ending = f"the process ended with {process.returncode}"
        output.seek(0)
        return output.read(), ending
