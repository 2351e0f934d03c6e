"""One process that reads many inputs: python -m trust.fuzzing.worker TARGET BEGIN END NOTES.

Input number n of a target is the same in every run. What is found is printed as lines of JSON; how
far the process has come stands in NOTES, where it is also found after a crash.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import struct
import sys
from pathlib import Path
from random import Random
from typing import Any

from trust.fuzzing.guard import Verdict, judge
from trust.fuzzing.targets import TARGETS, Target, scratch

__all__ = ["MEMORY", "Notes", "examine", "input_number", "limit_memory"]

MEMORY = 3 * 2**30  # bytes that a worker may have, of addresses: code and libraries included
_LAYOUT = struct.Struct("<4q2d")  # next input, accepted, refused, failed, slowest, peak


class Notes:
    """How far a process has come, in a file that outlives it."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        if new:
            path.write_bytes(bytes(_LAYOUT.size))
        with path.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), _LAYOUT.size)

    def read(self) -> tuple[Any, ...]:
        """Return what is noted."""
        return _LAYOUT.unpack(self.map[:])

    def add(self, number: int, verdict: Verdict) -> None:
        """Note that all inputs before `number` are read, and what came of the last."""
        _, accepted, refused, failed, slowest, _ = self.read()
        self.map[:] = _LAYOUT.pack(
            number,
            accepted + (verdict.outcome == "accepted"),
            refused + (verdict.outcome == "refused"),
            failed + (verdict.outcome not in {"accepted", "refused"}),
            max(slowest, verdict.seconds),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )


def input_number(target: Target, number: int) -> bytes:
    """Return one input of a target; the same in every run."""
    return target.make(Random(f"{target.name} {number}"))


def examine(target: Target, data: bytes) -> Verdict:
    """Read one input under the laws."""
    return judge(target.run, data, folder=str(scratch()) if target.computes else "")


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def warm_up(target: Target) -> None:
    """Read some inputs unjudged: modules that are imported late are imported now."""
    for data in (*target.usual, *(input_number(target, -1 - n) for n in range(30))):
        try:
            target.run(data)
        except Exception:  # judged when its turn comes
            continue


def main() -> None:
    name, begin, end, path = sys.argv[1:5]
    target, notes = TARGETS[name], Notes(Path(path).resolve())
    limit_memory()
    os.chdir(scratch())  # where a relative path is written to
    warm_up(target)
    for number in range(int(begin), int(end)):
        data = input_number(target, number)
        verdict = examine(target, data)
        notes.add(number + 1, verdict)
        if verdict.outcome in {"failed", "slow"}:
            print(json.dumps({"reason": verdict.reason, "input": data.hex()}), flush=True)


if __name__ == "__main__":
    main()
