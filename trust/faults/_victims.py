# ruff: noqa: B023  functions are called within the round of the loop that defines them
"""Tasks that are killed at random instants, and looked at afterwards.

Run: python -m trust.faults._victims TASK FOLDER N_KILLS

Each attempt is a process, forked from this one, which has everything imported: so an attempt
takes as long as its task and not seconds more. Prints the findings as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5netcdf  # noqa: F401  imported once for all attempts
import matplotlib.pyplot
import numpy as np
import xarray as xr
import zarr

import mirrorsys as ms
from mirrorsys import claims, cli, outputs, plot

SEED = 20260
FIGURE = "one_session"
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
TIMES = np.linspace(0, 2 * 7 * 24 * 60, 2001).tolist()


def asked(task: Callable[[], Any]) -> Any:
    """Return what a task gives, computed in a process of its own."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        with os.fdopen(writing, "w") as answer:
            try:
                json.dump(task(), answer)
            except BaseException as error:  # an answer as good as any
                json.dump(f"{type(error).__name__}: {error}", answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return json.loads(text)


def killed(task: Callable[[], Any], seconds: float) -> bool:
    """Run a task in a process that is killed after some time; tell whether it was still at it."""
    if (pid := os.fork()) == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        with contextlib.suppress(BaseException):
            task()
        os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def lasting(task: Callable[[], Any]) -> float:
    """Return how many seconds a task takes in a process of its own."""
    begin = time.monotonic()
    asked(lambda: bool(task()))
    return time.monotonic() - begin


def strangers(folder: Path, known: set[str]) -> list[str]:
    """Return names in a folder that could be taken for results and are none."""
    return [
        name
        for name in os.listdir(folder)
        if name not in known and not (name.startswith(".") and name.endswith(".part"))
    ]


# ---- a sweep with a store ---------------------------------------------------------------------


def sweep(path: Path) -> xr.Dataset:
    """Run the sweep that is killed: some seconds, most of them spent in writing."""
    return ms.ensemble(
        DYAD, ms.sample(DYAD, 24, 0.2, seed=3), protocol=ms.protocols.weekly_sessions(2),
        outputs={
            "pathway": outputs.at_phase_ends("client.pathway"),
            "mean": outputs.mean("client.threat"),
            "threat": outputs.at_times("client.threat", TIMES),
        },
        store=path, chunk=3,
    )  # fmt: skip


def sweeps(folder: Path, n_kills: int) -> dict[str, Any]:
    reference = folder / "reference.zarr"
    duration = lasting(lambda: sweep(reference))
    chance = random.Random(SEED)
    reasons, n_partial, n_chunks, n_creating = [], 0, 0, 0
    while len(reasons) < n_kills:
        path = folder / "study" / "s.zarr"
        path.parent.mkdir()
        while True:  # killed again and again, until it comes through
            if not killed(lambda: sweep(path), chance.uniform(0, 1.2 * duration)):
                break
            n_partial += any(path.rglob("*.partial"))
            n_creating += not path.exists()
            finding = asked(lambda: _finished(path, reference))
            reasons.append(finding if isinstance(finding, str) else "")
            n_chunks += finding if isinstance(finding, int) else 0
            if len(reasons) % 3 == 0:
                break  # and resumed undisturbed
        told = asked(lambda: _same(sweep(path), path, reference))
        if told:
            reasons.append(told)
        shutil.rmtree(path.parent)
    return {"reasons": reasons, "n_partial": n_partial, "n_chunks": n_chunks,
            "n_creating": n_creating, "seconds": duration}  # fmt: skip


def _finished(path: Path, reference: Path) -> str | int:
    """Return how many chunks count as finished, or what is wrong with them."""
    if unknown := strangers(path.parent, {path.name}):
        return f"{unknown} lie beside the store"
    if not path.exists():
        return 0
    marks = [name for name in os.listdir(path / ".finished") if not name.startswith(".")]
    found, wanted = (zarr.open_group(each, mode="r") for each in (path, reference))
    for name in ("pathway", "mean", "threat", "status", "n_steps"):
        for begin in map(int, marks):
            row = slice(begin, begin + 3)
            if np.asarray(found[name][row]).tobytes() != np.asarray(wanted[name][row]).tobytes():
                return f"chunk {begin} counts as finished, but {name} differs"
    return len(marks)


def _same(found: xr.Dataset, path: Path, reference: Path) -> str:
    wanted = xr.open_zarr(reference)
    if not found.load().drop_attrs().identical(wanted.load().drop_attrs()):
        return "the resumed sweep gives other bits"
    if unknown := strangers(path.parent, {path.name}):
        return f"{unknown} lie beside the store"
    return ""


# ---- figures ----------------------------------------------------------------------------------


def draw(folder: Path) -> int:
    """Draw the figure that is killed."""
    return cli.main(["figures", FIGURE, "--output", str(folder)])


def figures(folder: Path, n_kills: int) -> dict[str, Any]:
    reference = folder / "reference"
    duration = lasting(lambda: draw(reference))
    names = {each.name for each in reference.iterdir()}
    chance = random.Random(SEED)
    reasons, n_part, n_some, out = [], 0, 0, folder / "figures"
    while len(reasons) < n_kills:
        shutil.rmtree(out, ignore_errors=True)
        if not killed(lambda: draw(out), chance.uniform(0, duration)):
            continue
        present = {name for name in names if (out / name).exists()}
        n_some += 0 < len(present) < len(names)
        if out.exists():
            n_part += any(name.endswith(".part") for name in os.listdir(out))
            unknown = strangers(out, names)
            wrong = [
                name for name in present if not asked(lambda n=name: _equal(n, out, reference))
            ]
            reasons.append(f"half-written: {wrong + unknown}" if wrong + unknown else "")
        else:
            reasons.append("")
        if len(reasons) % 10 == 0:  # what was left does no harm
            asked(lambda: draw(out))
            wrong = [name for name in names if not asked(lambda n=name: _equal(n, out, reference))]
            reasons[-1] = reasons[-1] or (f"drawn again, other bytes: {wrong}" if wrong else "")
    return {"reasons": reasons, "n_part": n_part, "n_some": n_some, "seconds": duration}


def _equal(name: str, out: Path, reference: Path) -> bool:
    if name.endswith(".nc"):
        found, wanted = (
            xr.open_datatree(each / name, engine="h5netcdf") for each in (out, reference)
        )
        return bool(found.identical(wanted))
    return (out / name).read_bytes() == (reference / name).read_bytes()


# ---- single files -----------------------------------------------------------------------------


def saves(folder: Path, n_kills: int) -> dict[str, Any]:
    """Two results take turns in one file."""
    runs = [ms.simulate(DYAD, duration=60, initial={"client.threat": x}) for x in (0.2, 0.7)]
    path = folder / "run.nc"
    ms.save(runs[0], path)

    def again() -> None:
        while True:
            for each in runs:
                ms.save(each, path)

    def is_whole() -> bool:
        return any(ms.load(path).identical(each) for each in runs)

    return _turns(folder, n_kills, again, is_whole, path)


def models(folder: Path, n_kills: int) -> dict[str, Any]:
    """Two models take turns in one file."""
    path, both = folder / "model.toml", [DYAD, ms.models.client()]
    ms.save_model(DYAD, path)

    def again() -> None:
        while True:
            for each in both:
                ms.save_model(each, path)

    return _turns(folder, n_kills, again, lambda: ms.load_model(path) in both, path)


def tables(folder: Path, n_kills: int) -> dict[str, Any]:
    """Write the table of a claim where an older one lies."""
    path = folder / "claims.txt"
    line = ["claims", "S1", "--output", str(path)]
    cli.main(line)
    whole = path.read_text()

    def again() -> None:
        path.write_text("old")
        table = claims.check("S1")
        claims.check = lambda *_: table  # type: ignore[assignment]
        while True:
            cli.main(line)
            path.unlink()

    def is_whole() -> bool:
        return not path.exists() or path.read_text() in {"old", "", whole}

    return _turns(folder, n_kills, again, is_whole, path)


def _turns(
    folder: Path, n_kills: int, again: Callable[[], None], is_whole: Callable[[], bool], path: Path
) -> dict[str, Any]:
    chance = random.Random(SEED)
    reasons, n_part = [], 0
    for _ in range(n_kills):
        killed(again, chance.uniform(0.02, 0.15))
        parts = list(folder.glob(".*.part"))
        n_part += bool(parts)
        unknown = strangers(folder, {path.name})
        answer = asked(is_whole)
        reasons.append(
            f"{unknown} lie there" if unknown else "" if answer is True else f"not whole: {answer}"
        )
        for each in parts:
            each.unlink()
    return {"reasons": reasons, "n_part": n_part}


TASKS = {"sweeps": sweeps, "figures": figures, "saves": saves, "models": models, "tables": tables}


def main() -> None:
    task, folder, n_kills = sys.argv[1:]
    plot.gallery([FIGURE])[0].module()
    matplotlib.pyplot.switch_backend("agg")
    output = os.dup(1)
    os.dup2(2, 1)  # what tasks print does not mix with the findings
    found = TASKS[task](Path(folder), int(n_kills))
    os.write(output, json.dumps(found).encode())


if __name__ == "__main__":
    main()
