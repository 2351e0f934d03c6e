"""One cache for many processes; caches that are damaged."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trust.faults._process import Place, judged, run, script

__all__ = ["SCENARIOS", "WORK"]

SEED, N_ROUNDS = 20260, 10
# Uses both kinds of kept code: object files, and modules that numba compiles (kept small here).
WORK = """
import sys, mirrorsys as ms
from mirrorsys.kernels._cache import cached_module
text = '''from numba import njit


@njit("f8(f8)", cache=True)
def thrice(x):
    return 3.0 * x
'''
run = ms.simulate(ms.models.client(), duration=60, engine="compiled")
print(float(run.threat[-1]).hex(), cached_module(text).thrice(2.0))
"""


def _together(place: Place) -> dict[str, Any]:
    wanted = run(script(WORK), place).out
    line = script("import sys; sys.stdin.readline()\nimport mirrorsys" + WORK)
    reasons = []
    for number in range(N_ROUNDS):
        cache = place.folder / f"cache {number}"
        own = Place(place.folder, cache)
        both = ["sh", "-c", 'for i in 1 2; do "$@" < /dev/null & done; wait', "sh", *line]
        ended = run(both, own)
        left = [each.name for each in cache.rglob("*.part")]
        same = ended.out == 2 * wanted and ended.is_quiet
        reasons.append("" if same and not left else f"{ended.last} {left}")
    return judged("two processes begin at the same time with an empty cache, ten times: both give "
                  "the usual bits, nothing but whole files is left", reasons)  # fmt: skip


def _damages(chance: random.Random) -> dict[str, Callable[[bytes], bytes]]:
    return {
        "empty": lambda data: b"",
        "cut": lambda data: data[: len(data) // 2],
        "last byte missing": lambda data: data[:-1],
        "random": lambda data: chance.randbytes(len(data)),
        "one bit": lambda data: _flipped(data, chance.randrange(8 * len(data))),
        "text": lambda data: b"not what it was\n",
    }


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _damaged(place: Place, names: tuple[str, ...], words: str) -> dict[str, Any]:
    wanted, whole = run(script(WORK), place).out, place.folder / "whole"
    run(script(WORK), Place(place.folder, whole))
    reasons = []
    for name, damage in _damages(random.Random(SEED)).items():
        for path in [each for pattern in names for each in sorted(whole.rglob(pattern))]:
            own = place.folder / "own"
            shutil.copytree(whole, own)
            target = own / path.relative_to(whole)
            target.write_bytes(damage(path.read_bytes()))
            for _ in range(2):
                ended = run(script(WORK), Place(place.folder, own))
                same = ended.out == wanted and ended.code == 0
                reasons.append("" if same else f"{name} {path.suffix}: {ended.last}")
            shutil.rmtree(own)
    return judged(words, reasons)


def _exchanged(place: Place) -> dict[str, Any]:
    """Put the code of one system in the place of another's, as an older version might."""
    wanted, cache = run(script(WORK), place).out, place.folder / "cache"
    own = Place(place.folder, cache)
    run(script(WORK), own)
    other = WORK.replace("ms.models.client()", "ms.models.zoo.lorenz()").replace("threat", "x")
    run(script(other), own)
    old = [each for each in cache.iterdir() if each.suffix in {".o", ".py"}]
    for each in old:  # of another version: other names, which nobody asks for
        each.with_name("mirrorsys_0123456789abcdef" + each.suffix).write_bytes(each.read_bytes())
    ended = run(script(WORK), own)
    return judged("files of another system and version beside one's own: not looked at",
                  ["" if ended.out == wanted else ended.last])  # fmt: skip


def _killed(place: Place) -> dict[str, Any]:
    """Kill the process that fills a cache, at random instants; then use what it left."""
    chance, wanted = random.Random(SEED), run(script(WORK), place).out
    cache, reasons = place.folder / "cache", []
    for _ in range(2 * N_ROUNDS):
        own = Place(place.folder, cache)
        line = ["timeout", "-s", "KILL", f"{chance.uniform(1, 8):.2f}", *script(WORK)]
        subprocess.run(line, env={"MIRRORSYS_CACHE": str(cache), "PATH": "/usr/bin:/bin"},
                       capture_output=True, check=False)  # fmt: skip
        ended = run(script(WORK), own)
        wrong = [each.name for each in cache.iterdir() if _is_strange(each)]
        same = ended.out == wanted and ended.is_quiet
        reasons.append("" if same and not wrong else f"{ended.last} {wrong}")
        shutil.rmtree(cache)
    return judged("killed while it fills the cache: the next process gives the usual bits", reasons)


def _is_strange(path: Path) -> bool:
    return path.suffix not in {".o", ".py", ".part"} and path.name != "__pycache__"


SCENARIOS = {
    "two processes, one empty cache": _together,
    "damaged object files": lambda place: _damaged(
        place, ("*.o",), "six damages: noticed by the digest, made again"
    ),
    "damaged modules and indices of numba": lambda place: _damaged(
        place, ("*.py", "*.nbi"), "six damages: noticed, made again"
    ),
    "damaged machine code of numba": lambda place: _damaged(
        place, ("*.nbc",), "six damages: noticed, made again"
    ),
    "another version's files": _exchanged,
    "killed while the cache is filled": _killed,
}
