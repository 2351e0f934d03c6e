"""Nobody reads what is printed, or nothing can be printed."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from trust.faults._process import Ended, Place, command, judged, run

__all__ = ["SCENARIOS"]

TALKERS = (
    ["claims", "S1"],
    ["figures", "--list"],
    ["equilibria", "cusp", "--set", "lambda_=3"],
    ["simulate", "client", "--duration", "10"],
    ["info"],
    ["--help"],
)
READER_LEFT = 141


def _piped(line: list[str], place: Place, reader: list[str], env: dict[str, str]) -> Ended:
    """Run a command with its output in a pipe that a reader closes early."""
    with subprocess.Popen(reader, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        writing = os.dup(process.stdin.fileno())
        process.stdin.close()
        ended = run(line, place, stdout=writing, env=env)
        os.close(writing)
    return ended


def _closed(place: Place) -> dict[str, Any]:
    reasons = []
    for arguments in TALKERS:
        for env in ({}, {"PYTHONUNBUFFERED": "1"}):
            ended = _piped(command(*arguments), place, ["true"], env)
            fits = ended.code == READER_LEFT or (arguments == ["--help"] and ended.code == 0)
            reasons.append("" if fits and not ended.err else f"{arguments}: {ended.last}")
    return judged("`| true` behind six commands, with and without a buffer: nothing is printed, "
                  "exit code 141 (128 + SIGPIPE; 0 of --help without buffer)", reasons)  # fmt: skip


def _head(place: Place) -> dict[str, Any]:
    reasons = []
    for arguments in TALKERS:
        ended = _piped(command(*arguments), place, ["head", "-1"], {})
        fits = ended.code in {0, READER_LEFT} and not ended.err
        reasons.append("" if fits else f"{arguments}: {ended.last}")
    return judged("`| head -1`: nothing on standard error, exit code 0 or 141", reasons)


def _full(place: Place) -> dict[str, Any]:
    reasons = []
    for arguments in TALKERS[:-1]:
        for env in ({}, {"PYTHONUNBUFFERED": "1"}):
            with open("/dev/full", "w") as full:
                ended = run(command(*arguments), place, stdout=full, env=env)
            fits = ended.code == 2 and ended.err.startswith("mirrorsys: [Errno 28]")
            fits = fits and len(ended.err.splitlines()) == 1
            reasons.append("" if fits else f"{arguments}: {ended.last}")
    return judged("`> /dev/full`: one line says that there is no space left, exit code 2", reasons)


def _shut(place: Place) -> dict[str, Any]:
    """Run without standard input, output or error."""
    reasons = []
    for arguments in TALKERS:
        line = " ".join(["exec", *(f"'{each}'" for each in command(*arguments))])
        for shut in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            ended = run(["sh", "-c", f"{line} {shut}"], place)
            reasons.append("" if ended.code == 0 and ended.is_quiet else f"{shut}: {ended.last}")
    return judged("with standard input, output or error closed, or all: exit code 0", reasons)


SCENARIOS = {
    "a reader that is gone": _closed,
    "a reader that leaves": _head,
    "output to a full device": _full,
    "closed stdin, stdout, stderr": _shut,
}
