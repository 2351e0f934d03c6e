"""Other languages, time zones, seeds of hashes, names of folders and ways to start processes."""

from __future__ import annotations

import locale
import shutil
import sys
from pathlib import Path
from typing import Any

from trust.faults._process import Ended, Place, command, judged, run, script

__all__ = ["RESULT", "SCENARIOS"]

# Prints a digest of bits: a run, an ensemble, equilibria, a recording, a model file, claims.
RESULT = """
import hashlib, sys
from pathlib import Path
import mirrorsys as ms
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
digest = hashlib.sha256()
for engine in ("scipy", "compiled"):
    run = ms.simulate(dyad, duration=60, engine=engine)
    ms.save(run, folder / "run.nc")
    assert ms.load(folder / "run.nc").identical(run)
    for name in sorted(run.variables):
        digest.update(name.encode() + run[name].values.tobytes())
    digest.update(repr(sorted(run.attrs.items())).encode())
members = ms.ensemble(dyad, ms.sample(dyad, 9, 0.2, seed=3), duration=60)
digest.update(repr(members.to_dict()).encode())
held = ms.models.client().freeze({"signal": 1})
digest.update(repr(ms.equilibria(held, {"stressor": 0.066}).to_dataframe()).encode())
ms.save_model(dyad, folder / "model.toml")
assert ms.load_model(folder / "model.toml") == dyad
digest.update((folder / "model.toml").read_bytes())
(folder / "rec.csv").write_text("time,stressor\\n0,0.5\\n1.25,0.75\\n2.5,0.125\\n")
recording = ms.protocols.recording(folder / "rec.csv", time="time", value="stressor")
digest.update(repr(recording).encode())
from mirrorsys import claims
digest.update(claims.to_json(claims.check("S1")).encode())
print(digest.hexdigest())
"""
ZONES = ("Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "no such zone")


def digest(place: Place, folder: Path, **options: Any) -> Ended:
    """Run `RESULT` under some options."""
    return run(script(RESULT, str(folder)), place, **options)


def _same(words: str, place: Place, cases: dict[str, dict[str, str | None]]) -> dict[str, Any]:
    wanted = digest(place, place.folder / "wanted")
    if wanted.code:
        raise OSError(f"the run to compare with failed: {wanted.last}")
    reasons = []
    for name, env in cases.items():
        ended = digest(place, place.folder / "own", env=env)
        same = ended.out == wanted.out and ended.is_quiet
        reasons.append("" if same else f"{name}: {ended.last if ended.code else 'other bits'}")
    return judged(words, reasons)


def _seeds(place: Place) -> dict[str, Any]:
    cases = {str(seed): {"PYTHONHASHSEED": str(seed)} for seed in (0, 1, 2, 42, 4294967295)}
    return _same("five seeds: the same bits of runs, an ensemble, equilibria, a model file and the "
                 "JSON of claims", place, cases)  # fmt: skip


def _keys(place: Place) -> dict[str, Any]:
    """Compare the files of caches that were begun from nothing under different seeds."""
    names = []
    for seed in ("1", "2", "3"):
        own = Place(place.folder, place.folder / f"cache {seed}")
        ended = run(command("claims", "S1"), own, env={"PYTHONHASHSEED": seed})
        line = command("simulate", "client", "--duration", "1", "--engine", "compiled")
        ended = run(line, own, env={"PYTHONHASHSEED": seed})
        found = {each.name: each.read_bytes() for each in own.cache.glob("*.[op]*")}
        names.append(found if found and not ended.code else {seed: b""})
    return judged("caches begun from nothing hold the same files, byte for byte",
                  ["" if each == names[0] else "other files" for each in names])  # fmt: skip


def _zones(place: Place) -> dict[str, Any]:
    return _same("four time zones, one of them unknown: the same bits", place,
                 {zone: {"TZ": zone} for zone in ZONES})  # fmt: skip


def _locales(place: Place) -> dict[str, Any]:
    cases: dict[str, dict[str, str | None]] = {
        "C": {"LC_ALL": "C"},
        "C without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        "unknown": {"LC_ALL": "xx_XX.UTF-8"},
    }
    there = [name for name in ("de_DE.UTF-8", "tr_TR.UTF-8", "fa_IR.UTF-8") if _is_there(name)]
    cases |= {name: {"LC_ALL": name} for name in there}
    names = ", ".join(there) or "no other is installed here"
    return _same(f"C, C without UTF-8, one that does not exist; and {names}: the same bits", place,
                 cases)  # fmt: skip


def _is_there(name: str) -> bool:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_ALL, before)
    return True


def _signs(place: Place) -> dict[str, Any]:
    """Print signs such as ≥ where the encoding has none."""
    reasons = []
    model = place.folder / "ä 日本.toml"
    run(script("import sys, mirrorsys as ms; ms.save_model(ms.models.client(), sys.argv[1])",
               str(model)), place)  # fmt: skip
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for env in ({"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, bare):
        for line in (
            ["claims", "S1"],
            ["figures", "--list"],
            ["equilibria", str(model), "--set", "signal=1", "--set", "stressor=0.066"],
            ["simulate", str(model), "--duration", "1", "--output", str(place.folder / "ö.nc")],
            ["simulate", "日本.toml", "--duration", "1"],
        ):
            ended = run(command(*line), place, env=env)
            wanted = 2 if line[1] == "日本.toml" else 0
            fits = ended.code == wanted and ended.is_quiet
            reasons.append("" if fits else f"{env} {line[0]}: {ended.last}")
    return judged("output in ASCII, Latin-1, and under C without UTF-8: signs that are missing are "
                  "printed by number", reasons)  # fmt: skip


def _paths(place: Place) -> dict[str, Any]:
    wanted = digest(place, place.folder / "wanted").out
    reasons = []
    long = "/".join(["a" * 200] * 4)
    for name in (
        "ä ö/日本 x",
        "a'b\"c $HOME;&",
        "-dash",
        "new\nline",
        "%s {x} [1]*",
        long,
        "b" * 255,
    ):
        folder = place.folder / name
        ended = digest(Place(place.folder, folder / "cache"), folder / "out")
        fits = ended.code == 0 and ended.out == wanted and ended.is_quiet
        reasons.append("" if fits else f"{name[:12]!r}: {ended.last}")
        out = folder / "figures 図"
        drawn = run(command("figures", "one_session", "--output", str(out)), place)
        reasons.append("" if drawn.code == 0 else f"figures in {name[:12]!r}: {drawn.last}")
    return judged("results, models, recordings, figures and the cache in folders named with "
                  "spaces, non-ASCII, quotes, line breaks, signs of patterns, 255 and 800 letters: "
                  "the same bits", reasons)  # fmt: skip


def _checkout(place: Place) -> dict[str, Any]:
    """Run the library from a folder with another name."""
    import mirrorsys

    reasons = []
    for name in ("ä ö/日本 x", "with space"):
        target = place.folder / name / "src" / "mirrorsys"
        shutil.copytree(Path(mirrorsys.__file__).parent, target)
        shutil.copytree(Path(__file__).parents[2] / "examples", target.parents[1] / "examples")
        own = Place(place.folder, place.folder / name / "cache")
        env = {"PYTHONPATH": str(target.parent)}
        at = run(script("import mirrorsys; print(mirrorsys.__file__)"), own, env=env)
        wanted = run(command("claims", "S1"), place).out
        ended = run(command("claims", "S1"), own, env=env)
        fits = str(target) in at.out and ended.out == wanted and ended.is_quiet
        reasons.append("" if fits else f"{name}: {ended.last}")
        out = str(place.folder / name / "figures")
        drawn = run(command("figures", "one_session", "--output", out), own, env=env)
        reasons.append("" if drawn.code == 0 else f"figures: {drawn.last}")
    return judged("the library itself in folders with spaces and non-ASCII", reasons)


def _deleted(place: Place) -> dict[str, Any]:
    gone = place.folder / "gone"
    out = place.folder / "run.nc"
    reasons = []
    for arguments, code in (
        (["claims", "S1"], 0),
        (["simulate", "client", "--duration", "1", "--output", str(out)], 0),
        (["simulate", "client", "--duration", "1", "--output", "run.nc"], 2),
        (["figures", "one_session"], 2),
    ):
        gone.mkdir()
        line = " ".join(f"'{each}'" for each in command(*arguments, options=["-P"]))
        ended = run(["sh", "-c", f"rmdir '{gone}'; exec {line}"], place, cwd=gone)
        fits = ended.code == code and ended.is_quiet
        reasons.append("" if fits else f"{arguments[0]}: {ended.last}")
    return judged("a working folder that was deleted: what needs no folder runs, the rest is "
                  "refused in one line", reasons)  # fmt: skip


STARTED = """
import hashlib, multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import mirrorsys as ms

if __name__ == "__main__":
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    members = ms.sample(dyad, 40, 0.2, seed=3)
    ms.ensemble(dyad, members, duration=60)  # has begun threads before it forks
    executor = None
    if sys.argv[1] != "threads":
        executor = ProcessPoolExecutor(2, multiprocessing.get_context(sys.argv[1]))
    run = ms.ensemble(dyad, members, duration=60, executor=executor, chunk=5)
    print(hashlib.sha256(repr(run.to_dict()).encode()).hexdigest())
    if executor:
        executor.shutdown()
"""


def _methods(place: Place) -> dict[str, Any]:
    path = place.folder / "started.py"
    path.write_text(STARTED)
    ended = {kind: run([sys.executable, str(path), kind], place)
             for kind in ("threads", "fork", "spawn", "forkserver")}  # fmt: skip
    wanted = ended["threads"].out
    fits = {kind: each.out == wanted and each.code == 0 and not each.n_left
            for kind, each in ended.items()}  # fmt: skip
    reasons = [
        "" if fits[kind] else f"{kind}: {each.last}, {each.n_left} processes left"
        for kind, each in ended.items()
    ]
    return judged("fork, spawn and forkserver give the bits of threads", reasons)


SCENARIOS = {
    "PYTHONHASHSEED": _seeds,
    "PYTHONHASHSEED and the cache": _keys,
    "time zone": _zones,
    "locale": _locales,
    "encoding of the terminal": _signs,
    "names of folders": _paths,
    "name of the library's own folder": _checkout,
    "working folder deleted": _deleted,
    "start of processes": _methods,
}
