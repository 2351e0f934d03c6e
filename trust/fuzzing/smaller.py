"""A failing input made smaller: python -m trust.fuzzing.smaller TARGET FILE."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["kind_of", "made_smaller", "smaller"]

ROOT = Path(__file__).parents[2]
SECONDS = 60.0  # that making one input smaller may take


def kind_of(reason: str) -> str:
    """Return a reason without what differs from one input to the next."""
    if place := re.match(r"\w+ at [^:]+:\d+", reason):
        return place.group()
    return reason.rpartition(" after ")[0] or reason[:60]


def smaller(fails: Callable[[bytes], bool], data: bytes) -> bytes:
    """Return a part of `data` that still fails, from which nothing more can be cut."""
    size = max(len(data) // 2, 1)
    while True:
        before, at = len(data), 0
        while at < len(data):
            rest = data[:at] + data[at + size :]
            if fails(rest):
                data = rest
            else:
                at += size
        if size == 1 and len(data) == before:
            return data
        size = max(size // 2, 1)


def made_smaller(name: str, path: Path) -> None:
    """Make a failing input in a file smaller, as far as some time allows."""
    command = [sys.executable, "-m", "trust.fuzzing.smaller", name, str(path)]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment = {**os.environ, "PYTHONPATH": paths}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> None:
    """Write each smaller input to the file, which so holds the smallest whenever it ends."""
    from trust.fuzzing.targets import TARGETS, scratch
    from trust.fuzzing.worker import examine, limit_memory, warm_up

    target, path = TARGETS[sys.argv[1]], Path(sys.argv[2]).resolve()
    data = path.read_bytes()
    limit_memory()
    os.chdir(scratch())
    warm_up(target)
    kind = kind_of(examine(target, data).reason)

    def fails(part: bytes) -> bool:
        verdict = examine(target, part)
        same = verdict.outcome in {"failed", "slow"} and kind_of(verdict.reason) == kind
        if same:
            path.write_bytes(part)
        return same

    if kind:
        smaller(fails, data)


if __name__ == "__main__":
    main()
