"""Arguments for the command line: usual ones, then damaged, and the files that they name."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from trust.fuzzing import expressions, files

__all__ = ["USUAL", "command", "put_files"]

WORDS = ("--help", "--version", "-h", "--set", "--box", "--format", "--output", "--duration",
    "--method", "--engine", "--route", "--profile", "--skip", "--cases", "--seed", "--list",
    "--json", "text", "csv", "latex", "markdown", "png", "exact", "interval", "quick", "S1",
    "S99", "course", "nothing", "lorenz", "client", "client.mu=2", "x=1", "x=-1,1", "x=1,0",
    "k=nan", "k=1e400", "=", "x=", "=1", "x", "--", "-", "", "\0", "é", "../..", "/",
    "{}/model.toml", "{}/bad.toml", "{}/none.toml", "{}/run.nc", "{}/bad.nc", "{}/out.nc", "{}",
    "1", "-1", "0", "1e308", "nan", "inf", "LSODA", "DOP853", "scipy", "numba", "@file", "%s",
    "x" * 5000)  # fmt: skip
USUAL = (
    ("simulate", "{}/model.toml", "--duration", "1"),
    ("simulate", "{}/model.toml", "--duration", "1", "--set", "k=2", "--output", "{}/out.nc"),
    ("equilibria", "{}/model.toml", "--box", "x=-1,1"),
    ("equilibria", "{}/model.toml", "--set", "k=2", "--format", "csv"),
    ("check", "{}/model.toml", "--cases", "0"),
    ("rerun", "{}/run.nc"),
    ("figures", "--list"),
    ("claims", "S99"),
    ("info",),
    ("simulate", "{}/blow_up.toml", "--duration", "10"),
    (),
)


def command(random: Random) -> bytes:
    """Return arguments of the command line, as JSON."""
    given = list(random.choice(USUAL))
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        at = random.randint(0, len(given))
        word = expressions.text(random)[:200] if random.random() < 0.15 else random.choice(WORDS)
        kind = random.random()
        if kind < 0.5:
            given.insert(at, word)
        elif kind < 0.75 and given:
            given[min(at, len(given) - 1)] = word
        elif given:
            del given[min(at, len(given) - 1)]
    return json.dumps(_cheap(given)).encode()


def _cheap(given: list[str]) -> list[str]:
    """Leave out what draws or claims for minutes: how long that takes is no matter of input."""
    slow = {"claims": "S99", "figures": "nothing"}
    return [*given, *2 * [slow[each] for each in given if each in slow]]


def put_files(folder: Path) -> None:
    """Lay out the files that the arguments name."""
    if (folder / "run.nc").exists():
        return
    (folder / "model.toml").write_text(
        'format = 1\n[states.x]\nequation = "-k*x"\nrange = [-1.0, 1.0]\n'
        "[parameters.k]\nvalue = 0.5\n",
        encoding="utf-8",
    )
    blow_up = "format = 1\n[states.x]\nequation = 'x**2'\nvalue = 1.0\n"
    (folder / "blow_up.toml").write_text(blow_up, encoding="utf-8")
    (folder / "bad.toml").write_bytes(b"format = 1\n[states.x]\nequation = 9\xff")
    (folder / "run.nc").write_bytes(files.netcdf(3))
    (folder / "bad.nc").write_bytes(files.netcdf(3)[:3000])
