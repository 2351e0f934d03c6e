"""Processes that are disturbed: started, killed or starved, and judged by what they leave."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Ended", "Place", "command", "judged", "run", "script", "small_disk"]

LIMIT = 300.0  # seconds that a process may take before it counts as hanging
# Signs of an error that nobody caught, or that was lost while Python ended.
UNTOLD = ("Traceback (most recent call last)", "Exception ignored", "Segmentation fault")


@dataclass(frozen=True)
class Place:
    """Where a scenario works: a folder of its own, and machine code that is shared by all."""

    folder: Path
    cache: Path


@dataclass(frozen=True)
class Ended:
    """A process that has ended: `seconds` after it began or, if it was sent a signal, after that.

    `n_left` is the number of processes that it started and left behind.
    """

    code: int
    out: str
    err: str
    seconds: float
    n_left: int

    @property
    def is_quiet(self) -> bool:
        """Whether no traceback was printed."""
        return not any(sign in self.err for sign in UNTOLD)

    @property
    def last(self) -> str:
        """The end of what it said, for a report."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        return lines[-1][:160] if lines else f"exit code {self.code}"


def command(*arguments: str, options: Sequence[str] = ()) -> list[str]:
    """Return the command line ``mirrorsys ARGUMENTS``."""
    return [sys.executable, *options, "-m", "mirrorsys", *arguments]


def script(text: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """Return the command line of a script."""
    return [sys.executable, *options, "-c", text, *arguments]


def run(
    line: Sequence[str],
    place: Place,
    *,
    env: Mapping[str, str | None] | None = None,
    number: signal.Signals | None = None,
    after: float = 0.0,
    to_group: bool = True,
    limit: float = LIMIT,
    **options: Any,
) -> Ended:
    """Run a command to its end, in a session of its own.

    Parameters
    ----------
    env : mapping of str to str or None
        Variables to set, or to take away.
    number : signal, optional
        To be sent `after` seconds after the first line on standard output, or the beginning
        if `after` is negative: to the whole group, as a terminal does, or to the process.
    """
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    process = subprocess.Popen(
        line, env=_environment(place, env or {}), start_new_session=True,
        stdin=options.pop("stdin", subprocess.DEVNULL), **options,
    )  # fmt: skip
    begin, first = time.monotonic(), b""
    if number is not None:
        first = process.stdout.readline() if process.stdout and after >= 0 else b""
        time.sleep(abs(after))
        begin = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if to_group else os.kill)(process.pid, number)
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        err = (err or b"") + b"\nTraceback (most recent call last): hangs"
    seconds = time.monotonic() - begin
    return Ended(process.returncode, _text(first + (out or b"")), _text(err or b""), seconds,
                 _left(process.pid))  # fmt: skip


def _environment(place: Place, changes: Mapping[str, str | None]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONUNBUFFERED", "CI"}}
    kept |= {"MIRRORSYS_CACHE": str(place.cache), "OPENBLAS_NUM_THREADS": "1"}
    kept |= {name: value for name, value in changes.items() if value is not None}
    return {name: value for name, value in kept.items() if changes.get(name, "") is not None}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _left(group: int) -> int:
    """Count the processes of a group that outlive its leader by five seconds; end them."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return 0
        time.sleep(0.05)
    found = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if _group_of(pid) == group]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    return len(found)


def _group_of(pid: str) -> int:
    try:
        return os.getpgid(int(pid))
    except ProcessLookupError:
        return -1


def judged(words: str, reasons: Sequence[str]) -> dict[str, Any]:
    """Return a finding: `reasons` has for each run why it did not survive, or an empty text."""
    failed = [reason for reason in reasons if reason]
    told = "; ".join(dict.fromkeys(failed))
    return {
        "runs": len(reasons),
        "survived": len(reasons) - len(failed),
        "seen": words if not failed else f"{words}. Not survived: {told[:400]}",
    }


@contextlib.contextmanager
def small_disk(folder: Path, size: str, *, read_only: bool = False) -> Iterator[Path]:
    """Mount a file system in memory, which root can.

    Raises
    ------
    OSError
        If it cannot be mounted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    how = f"size={size}" + (",ro" if read_only else "")
    line = ["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(folder)]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        raise OSError("a file system in memory can be mounted by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


Scenario = Callable[[Place], dict[str, Any]]
