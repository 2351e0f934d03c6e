"""Interrupted by Ctrl-C: how soon it ends, and what it leaves."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from typing import Any

import xarray as xr

from trust.faults._process import Ended, Place, command, judged, run, script

__all__ = ["SCENARIOS", "SWEEP"]

SEED, N_EACH = 20260, 5
SOON, PATIENCE = 2.0, 60.0  # seconds
INTERRUPTED = {130, -signal.SIGINT}

# Says when it begins; the rest is as a user would write it.
SWEEP = """
import sys, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import multiprocessing, numpy as np
import mirrorsys as ms
from mirrorsys import outputs

def main():
    kind, engine, store = sys.argv[1:]
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    many = dict(protocol=ms.protocols.weekly_sessions(20), engine=engine, store=store or None,
                outputs={"w": outputs.at_phase_ends("client.pathway", phase="session")})
    if kind == "one long phase":
        dyad = ms.models.zoo.lorenz()  # which never comes to rest, so that no step is long
        many = dict(duration=200.0, engine=engine, outputs={"w": outputs.mean("x")})
    members = ms.sample(dyad, 20_000 if engine == "compiled" else 2_000, 0.2, seed=3)
    ms.ensemble(dyad, 2, duration=1, engine=engine)
    print("begin", flush=True)
    if kind in {"threads", "one long phase"}:
        ms.ensemble(dyad, members, chunk=100 if store else None, **many)
    elif kind in {"fork", "spawn"}:
        with ProcessPoolExecutor(2, multiprocessing.get_context(kind)) as executor:
            ms.ensemble(dyad, members, executor=executor, chunk=100, **many)
    elif kind == "loky":
        from loky import get_reusable_executor
        ms.ensemble(dyad, members, executor=get_reusable_executor(2), chunk=100, **many)

if __name__ == "__main__":
    main()
"""
LONG_RUN = """
import sys
import mirrorsys as ms
lorenz = ms.models.zoo.lorenz()
ms.simulate(lorenz, duration=10, engine=sys.argv[1])
print("begin", flush=True)
ms.simulate(lorenz, duration=1e6, times=[0, 1e6], max_steps=10**9, engine=sys.argv[1])
"""


WAITING = """
import sys, time
import mirrorsys as ms
ms.ensemble(ms.models.zoo.lorenz(), 2, duration=1)
print("begin", flush=True)
time.sleep(60)
"""


def _idle(place: Place) -> float:
    """Return how long Python itself takes to end, on the machine as busy as it is now."""
    line = script(WAITING)
    return max(run(line, place, number=signal.SIGINT, after=0.2).seconds for _ in range(3))


def _fault(ended: Ended, idle: float) -> str:
    if ended.code not in INTERRUPTED:
        return f"exit code {ended.code}: {ended.last}"
    if ended.seconds > SOON + idle:
        return f"it took {ended.seconds:.1f} s"
    return f"{ended.n_left} processes were left" if ended.n_left else ""


def _words(what: str, ended: list[Ended], idle: float) -> str:
    longest = max(each.seconds for each in ended)
    return (f"{what}: exit code 130, no process left; ended after at most {longest:.1f} s "
            f"(a script that only waits: {idle:.1f} s)")  # fmt: skip


def _sweeps(kind: str, engine: str, place: Place) -> dict[str, Any]:
    """Interrupt sweeps at random instants, as a terminal does: the whole group of processes."""
    chance = random.Random(SEED)
    path = place.folder / "sweep.py"  # a file, as processes that are spawned read it again
    path.write_text(SWEEP, encoding="utf-8")
    ended, line = [], [*script("")[:1], str(path), kind, engine, ""]
    for _ in range(N_EACH):
        ended.append(
            run(line, place, number=signal.SIGINT, after=chance.uniform(0.05, 3), limit=PATIENCE)
        )
    idle = _idle(place)
    words = _words(f"engine {engine}, {kind}{NOTES.get(kind, '')}", ended, idle)
    return judged(words, [_fault(each, idle) for each in ended])


def _stored(place: Place) -> dict[str, Any]:
    """Interrupt a sweep with a store; its chunks are kept, and the error says how many."""
    chance = random.Random(SEED)
    reasons, ended, stored, idle = [], [], place.folder / "s.zarr", _idle(place)
    for _ in range(N_EACH):
        line = script(SWEEP, "threads", "compiled", str(stored))
        each = run(line, place, number=signal.SIGINT, after=chance.uniform(0.5, 4))
        ended.append(each)
        kept = "members are kept in s.zarr; the same call goes on from there" in each.err
        told = kept or not stored.exists() or "in _create" in each.err
        reasons.append(_fault(each, idle) or ("" if told else f"not told: {each.last}"))
        unknown = [each.name for each in place.folder.iterdir() if each.name != "s.zarr"]
        reasons[-1] = reasons[-1] or (f"{unknown} were left" if unknown else "")
    marks = len(list((stored / ".finished").glob("*"))) if stored.exists() else 0
    if stored.exists():
        xr.open_zarr(stored).load()
    words = _words("in a row, on one store", ended, idle)
    return judged(f"{words}; the message says how much is kept ({marks} chunks at last)", reasons)


def _runs(engine: str, place: Place) -> dict[str, Any]:
    chance = random.Random(SEED)
    ended = [
        run(script(LONG_RUN, engine), place, number=signal.SIGINT, after=chance.uniform(0.1, 3))
        for _ in range(N_EACH)
    ]
    idle = _idle(place)
    words = _words(f"engine {engine}", ended, idle)
    return judged(words, [_fault(each, idle) for each in ended])


def _commands(arguments: list[str], place: Place) -> dict[str, Any]:
    """Interrupt a command at random instants of its work."""
    chance = random.Random(SEED)
    reasons, ended, idle = [], [], _idle(place)
    for number in range(N_EACH):
        out = place.folder / str(number)
        line = command(*(each.replace("OUT", str(out)) for each in arguments))
        each = run(line, place, number=signal.SIGINT, after=-chance.uniform(2, 8))
        ended.append(each)
        if each.code == 0 and each.seconds < SOON:  # was finished before
            reasons.append("")
            continue
        told = each.err.strip() == "mirrorsys: interrupted"
        reasons.append(
            _fault(each, idle) or ("" if told else f"it said: {each.last}") or _halves(out)
        )
    return judged(_words(f"`mirrorsys {' '.join(arguments)}`", ended, idle), reasons)


def _halves(folder: Path) -> str:
    left = [each.name for each in folder.glob(".*")] if folder.is_dir() else []
    return f"{left} were left" if left else ""


NOTES = {
    "one long phase": ", machine code for up to 256 members of a phase is not interrupted",
    **dict.fromkeys(
        ("fork", "loky"), ", chunks of 100: those that processes have begun are finished"
    ),
    "spawn": ", chunks of 100; while processes are starting Python's own ProcessPoolExecutor may "
    "hang (its queue waits for readers that are gone; loky does not)",
}
SCENARIOS = {
    "a run, scipy": lambda place: _runs("scipy", place),
    "a run, compiled": lambda place: _runs("compiled", place),
    "a sweep, threads": lambda place: _sweeps("threads", "compiled", place),
    "a sweep, threads, SciPy": lambda place: _sweeps("threads", "scipy", place),
    "a sweep, one long phase": lambda place: _sweeps("one long phase", "compiled", place),
    "a sweep, processes (fork)": lambda place: _sweeps("fork", "compiled", place),
    "a sweep, processes (spawn)": lambda place: _sweeps("spawn", "compiled", place),
    "a sweep, loky": lambda place: _sweeps("loky", "compiled", place),
    "a sweep with a store": _stored,
    "figures": lambda place: _commands(["figures", "--output", "OUT"], place),
    "claims": lambda place: _commands(["claims"], place),
    "check": lambda place: _commands(["check", "client", "--set", "stressor=0.08"], place),
}
