"""Fuzzing: what is read from outside, read from a million damaged inputs.

Each input is read under the laws of `trust.fuzzing.guard`, in processes whose memory is bounded.
What fails is made smaller and kept in tests/corpus, which the tests read again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirrorsys._files import write_text
from trust.fuzzing import campaign
from trust.fuzzing.campaign import Found
from trust.fuzzing.guard import COMPUTING, SECONDS
from trust.fuzzing.smaller import kind_of, made_smaller
from trust.fuzzing.worker import MEMORY
from trust.page import rows

__all__ = ["TITLE", "glance", "measure", "section"]

TITLE = "Fuzzing"
CORPUS = Path(__file__).parents[2] / "tests" / "corpus"
PARTS = Path(__file__).parents[1] / "measured" / "fuzzing_parts"
PROCESSES = 2
SEED = 1
GUIDED = 500_000  # inputs of the parser by atheris, where it is installed; else grown ones
SAMPLE = 1500  # inputs of which the lines are counted


@dataclass(frozen=True)
class Share:
    """How many inputs a target gets, in blocks of how many, and for how long at most."""

    inputs: int
    block: int
    seconds: float


PLAN = {
    "parser": Share(500_000, 25_000, 3600),
    "models": Share(40_000, 10_000, 240),
    "recordings": Share(20_000, 5000, 240),
    "results": Share(20_000, 5000, 240),
    "foreign": Share(1000, 250, 240),
    "attributes": Share(20_000, 5000, 240),
    "commands": Share(10_000, 2500, 240),
}
WORDS = {
    "guided": "expressions, by branches reached (atheris)",
    "parser": "expressions as text",
    "models": "model files (TOML)",
    "recordings": "recordings (CSV)",
    "results": "results (netCDF), as saved, damaged",
    "foreign": "netCDF without our checksum, damaged",
    "attributes": "results with other attributes, rerun",
    "commands": "command lines",
}
NOT_KEPT = {"foreign"}  # what keeps HDF5 busy without end would keep the tests so


def measure() -> dict[str, Any]:
    """Read all inputs; return for each target what came of them.

    A target that is finished is kept until all are: a measurement that was stopped goes on there.
    """
    is_guided = campaign.can_be_guided()
    names = ("parser", *(["guided"] if is_guided else []), *(n for n in PLAN if n != "parser"))
    found = {name: _part(name, is_guided) for name in names}
    shutil.rmtree(PARTS)
    return {
        "guided": is_guided, "seconds": SECONDS, "computing": COMPUTING,
        "memory_GiB": MEMORY / 2**30, "targets": found,
    }  # fmt: skip


def _part(name: str, is_guided: bool) -> dict[str, Any]:
    path = PARTS / f"{name}.json"
    if path.exists():
        return dict(json.loads(path.read_text(encoding="utf-8")))
    if name == "guided":
        told = _told(_guided(), "parser", with_lines=False)
    else:
        more = GUIDED if name == "parser" and not is_guided else 0
        # Lines are counted without a watch: not where C code may not come to an end.
        told = _told(_plain(name, PLAN[name].inputs + more), name, with_lines=name not in NOT_KEPT)
    PARTS.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(told))
    return told


def _plain(name: str, count: int) -> Found:
    share, found = PLAN[name], Found()
    blocks = [(k, min(k + share.block, count)) for k in range(0, count, share.block)]
    seconds = share.seconds * PROCESSES / len(blocks)
    with ThreadPoolExecutor(PROCESSES) as pool:
        for each in pool.map(lambda block: campaign.plain(name, *block, seconds), blocks):
            found.join(each)
            print(f"{name}: {found.inputs} inputs, {len(found.failures)} failed", flush=True)
    return found


def _guided() -> Found:
    found, seconds = Found(), PLAN["parser"].seconds
    with ThreadPoolExecutor(PROCESSES) as pool:
        seeds = range(SEED, SEED + PROCESSES)
        for each in pool.map(lambda s: campaign.guided(GUIDED // PROCESSES, s, seconds), seeds):
            found.join(each)
    print(f"guided: {found.inputs} inputs, {len(found.failures)} failed", flush=True)
    return found


def _told(found: Found, name: str, *, with_lines: bool) -> dict[str, Any]:
    """Return a finding as numbers and texts, after keeping the inputs that failed."""
    kinds: dict[str, list[bytes]] = {}
    for reason, data in found.failures:
        kinds.setdefault(kind_of(reason), []).append(data)
    for datas in kinds.values():
        if name not in NOT_KEPT:
            made_smaller(name, keep(name, min(datas, key=len)))
    return {
        "inputs": found.inputs,
        "accepted": found.accepted,
        "refused": found.refused,
        "failures": {kind: len(datas) for kind, datas in kinds.items()},
        "slowest_s": round(found.slowest, 2),
        "peak_MiB": round(found.peak),
        **(_lines(name) if with_lines else {}),
    }


def keep(name: str, data: bytes) -> Path:
    """Write an input that failed to the corpus, and return its place."""
    path = CORPUS / name / hashlib.sha256(data).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _lines(name: str) -> dict[str, int]:
    """Return how many lines of the target's files a sample of inputs reaches."""
    done = subprocess.run(
        [sys.executable, "-m", "trust.fuzzing.lines", name, str(SAMPLE)],
        capture_output=True, text=True, check=False, cwd=campaign.ROOT,
    )  # fmt: skip
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each reader: how many inputs failed, and the slowest."""
    return [
        [WORDS[name], each["inputs"],
         f"{sum(each['failures'].values())} failed; slowest {each['slowest_s']:.2f} s, "
         f"peak {each['peak_MiB']} MiB"]
        for name, each in found["targets"].items()
    ]  # fmt: skip


def section(found: dict[str, Any]) -> str:
    """Return what was found as Markdown."""
    targets = found["targets"]
    parser = targets["parser"]["inputs"] + targets.get("guided", {"inputs": 0})["inputs"]
    table = rows(
        ["what is read", "inputs", "accepted", "refused", "failed", "slowest", "peak",
         "lines"],
        [
            [WORDS[name], each["inputs"], each["accepted"], each["refused"],
             sum(each["failures"].values()), f"{each['slowest_s']:.2f} s",
             f"{each['peak_MiB']} MiB",
             f"{each['reached']} of {each['statements']}" if "statements" in each else "–"]
            for name, each in targets.items()
        ],
    )  # fmt: skip
    failed = [
        f"- {WORDS[name]}: {count} × {kind}"
        for name, each in targets.items() for kind, count in each["failures"].items()
    ]  # fmt: skip
    guided = "" if found["guided"] else " atheris is not installed, so all of them were grown."
    return "\n\n".join([
        f"{parser} inputs of the parser, and those of the other readers, each read under laws: an "
        "error is one of the documented kinds, raised by the library and in words; an input takes "
        f"at most {found['seconds']:g} s of the processor (what is accepted and then computed, "
        f"{found.get('computing', COMPUTING):g} s), all of them {found['memory_GiB']:g} GiB of "
        "memory; nothing is compiled, executed, imported, unpickled, started, connected or written "
        "while it is read (a hook into Python's audit events listens); what is accepted is "
        "written and read again, the same. Inputs are grown from the grammar or from whole files "
        f"and then damaged.{guided} What failed is made smaller and kept in `tests/corpus`, which "
        "the tests read again.",
        table,
        "Failures:\n\n" + "\n".join(failed) if failed else "Nothing failed.",
        "A netCDF file that the library saved has a checksum, and is not read when it does not "
        "fit. A file from elsewhere has none: then the C code of HDF5 reads what it is given, and "
        "one that was made to harm can keep it busy without end. Load such files only from people "
        "you trust. The cache of compiled code is no input either: it holds code, which numba "
        "unpickles and runs, so it is yours as your programs are.",
    ])  # fmt: skip
