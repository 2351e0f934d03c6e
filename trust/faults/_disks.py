"""Full disks and folders in which nothing can be written."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from trust.faults._process import Ended, Place, command, judged, run, script, small_disk

__all__ = ["SAVE", "SCENARIOS"]

SIZES = ("4k", "8k", "16k", "48k", "200k", "400k")  # of the disks; what is written needs more
SAVE = """
import sys, numpy as np, xarray as xr, mirrorsys as ms
path = sys.argv[1]
result = xr.Dataset({f"x{i}": ("t", np.random.default_rng(i).random(20_000)) for i in range(4)})
try:
    ms.save(result, path)
except OSError as error:
    assert error.filename == path, error.filename
    print(f"refused: {error}")
print("alive", float(result.x0.sum()))
"""
STORE = """
import sys, mirrorsys as ms
from mirrorsys import outputs
dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
times = [float(t) for t in range(0, 20000, 10)]
run = ms.ensemble(dyad, ms.sample(dyad, 64, 0.2, seed=3), protocol=ms.protocols.weekly_sessions(2),
                  outputs={"y": outputs.at_times("client.threat", times)},
                  store=sys.argv[1] or None, chunk=4)
import hashlib
print(hashlib.sha256(run.y.values.tobytes()).hexdigest())
"""
ERRORS = ("[Errno 28]", "[Errno 30]", "[Errno 13]", "[Errno 27]")


def _save(place: Place) -> dict[str, Any]:
    reasons = []
    for size in SIZES:
        with small_disk(place.folder / f"disk {size}", size) as disk:
            path = disk / "run.nc"
            for old in (None, b"old"):
                if old is not None:
                    path.write_bytes(old)
                ended = run(script(SAVE, str(path)), place)
                told = ended.code == 0 and "refused: [Errno 28]" in ended.out
                told = told and str(path) in ended.out and "alive" in ended.out
                intact = (path.read_bytes() if path.exists() else None) == old
                left = [name for name in os.listdir(disk) if name != "run.nc"]
                reasons.append(
                    "" if told and intact and not left else f"{size}: {ended.last} {left}"
                )
    return judged("disks of 4 to 400 kB: an `OSError` names the file, the process goes on, an "
                  "older file is intact, nothing else is left", reasons)  # fmt: skip


def _store(place: Place) -> dict[str, Any]:
    whole = run(script(STORE, ""), place).out
    reasons, kept = [], []
    for size in ("600k", "800k", "1m"):
        with small_disk(place.folder / f"disk {size}", size) as disk:
            path = disk / "s.zarr"
            ended = run(script(STORE, str(path)), place)
            told = ended.code == 1 and "No space left" in ended.err and "s.zarr" in ended.err
            reasons.append("" if told else f"{size}: {ended.last}")
            marks = path / ".finished"
            kept.append(len(list(marks.glob("[!.]*"))) if marks.is_dir() else 0)
            _grow(disk)
            again = run(script(STORE, str(path)), place)
            reasons.append("" if again.out == whole and not again.code else f"again: {again.last}")
    words = (
        f"the error says that there is no space left and how much is kept ({kept} of 16 chunks on "
        "disks of 600, 800 and 1024 kB); with more space the same call goes on, to the same bits"
    )
    return judged(words, reasons)


def _grow(disk: Path) -> None:
    os.system(f"mount -o remount,size=64m '{disk}'")


def _commands(folder: Path, place: Place, errors: tuple[str, ...]) -> list[str]:
    """Write with every command into a folder where it cannot be; return what went wrong."""
    out = str(folder)
    lines = (
        ["figures", "one_session", "--output", out],
        ["simulate", "client", "--duration", "600", "--output", f"{out}/run.nc"],
        ["claims", "S1", "--output", f"{out}/claims.txt"],
    )
    reasons = []
    before = sorted(os.listdir(folder))
    for line in lines:
        ended = run(command(*line), place)
        told = ended.code == 2 and ended.is_quiet and ended.err.startswith("mirrorsys: ")
        told = told and any(e in ended.err for e in errors) and out in ended.err
        if line[0] == "claims":
            told = told and "2 of 2 claims hold" in ended.out  # printed, as it cannot be kept
        left = [name for name in os.listdir(folder) if name.startswith(".")]
        reasons.append("" if told and not left else f"{line[0]}: {ended.last} {left}")
    written = sorted(set(os.listdir(folder)) - set(before))
    halves = [name for name in written if (folder / name).stat().st_size == 0]
    return [*reasons, f"half-written: {halves}" if halves else ""]


def _commands_full(place: Place) -> dict[str, Any]:
    reasons = []
    for size in ("4k", "16k"):
        with small_disk(place.folder / size, size) as disk:
            with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
                while filler.write(b"x" * 1024):
                    pass
            reasons += _commands(disk, place, ("[Errno 28]",))
    return judged("`figures`, `simulate --output`, `claims --output`: one line names the file and "
                  "the reason, exit code 2; the table of claims is printed", reasons)  # fmt: skip


def _commands_read_only(place: Place) -> dict[str, Any]:
    with small_disk(place.folder / "disk", "100k", read_only=True) as disk:
        reasons = _commands(disk, place, ("[Errno 30]",))
    return judged("the same, on a disk that can only be read", reasons)


def _caches(place: Place, judge: Callable[[Path], Ended]) -> list[str]:
    wanted = run(
        command("equilibria", "client", "--set", "signal=1", "--set", "stressor=0.066"), place
    ).out
    reasons = []
    for size, read_only in (("4k", False), ("64k", False), ("1m", False), ("1m", True)):
        with small_disk(
            place.folder / f"cache {size} {read_only}", size, read_only=read_only
        ) as disk:
            for _ in range(2):
                ended = judge(disk)
                same = ended.code == 0 and ended.out == wanted and ended.is_quiet
                reasons.append("" if same else f"{size}: {ended.last}")
    return reasons


def _cache(place: Place) -> dict[str, Any]:
    def judge(disk: Path) -> Ended:
        line = command("equilibria", "client", "--set", "signal=1", "--set", "stressor=0.066")
        return run(line, Place(place.folder, disk / "cache"))

    return judged("the cache on full and read-only disks: done without, the same output",
                  _caches(place, judge))  # fmt: skip


# A root that heeds permissions: Python itself may lie where other users cannot read.
DROPPED = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


def _nobody(place: Place) -> dict[str, Any]:
    """Run as a user who may write nowhere."""
    if os.geteuid() != 0:
        raise OSError("only root can give up rights")
    shut = place.folder / "shut"
    shut.mkdir(mode=0o555)
    env = {"HOME": str(shut), "TMPDIR": "/tmp", "MIRRORSYS_CACHE": None, "XDG_CACHE_HOME": None,
           "MPLCONFIGDIR": None}  # fmt: skip
    reasons = []
    lines = {
        ("equilibria", "client", "--set", "signal=1", "--set", "stressor=0.066"): 0,
        ("simulate", "client", "--duration", "600", "--engine", "compiled"): 0,
        ("simulate", "client", "--duration", "600", "--output", f"{shut}/run.nc"): 2,
        ("figures", "one_session", "--output", f"{shut}/figures"): 2,
    }
    for line, code in lines.items():
        ended = run([*DROPPED, *command(*line)], place, env=env)
        denied = code == 0 or "[Errno 13] Permission denied" in ended.err
        fits = ended.code == code and ended.is_quiet and denied
        reasons.append("" if fits else f"{line[0]}: {ended.last}")
    return judged("as a user with no rights, neither to the home folder nor to a cache: what needs "
                  "no file runs, the rest is refused in one line", reasons)  # fmt: skip


SCENARIOS = {
    "`save` on a full disk": _save,
    "a sweep's store on a full disk": _store,
    "commands on a full disk": _commands_full,
    "commands on a read-only disk": _commands_read_only,
    "cache on a full or read-only disk": _cache,
    "a user without rights": _nobody,
}
