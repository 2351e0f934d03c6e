"""Packages, a display or docstrings that are not there."""

from __future__ import annotations

from typing import Any

from trust.faults._process import Place, command, judged, run, script

__all__ = ["SCENARIOS", "WITHOUT"]

# Runs a command with packages that cannot be found, as if they were not installed.
WITHOUT = """
import importlib.abc, importlib.util, sys
from importlib.machinery import PathFinder

missing = set(sys.argv[1].split(","))

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name.partition(".")[0] in missing else found(name, package))
sys.meta_path.insert(0, Missing())
code = sys.argv[2]
exec(code) if "\\n" in code else sys.exit(__import__("mirrorsys.cli").cli.main(sys.argv[2:]))
"""
WORK = (
    ["claims", "S1"],
    ["equilibria", "client", "--set", "signal=1", "--set", "stressor=0.066"],
    ["simulate", "client", "--duration", "600"],
    ["info"],
)
SWEEP = """
import mirrorsys as ms
dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
run = ms.ensemble(dyad, ms.sample(dyad, 4, 0.2, seed=3), duration=60{options})
print(run.sizes["member"], (run.status == "completed").all().item())
"""


def _numbers(text: str) -> list[str]:
    return [word for word in text.split() if any(c.isdigit() for c in word)]


def _without(packages: str, place: Place) -> dict[str, Any]:
    """Compare what commands print, to the digits shown, with all packages and without some."""
    reasons = []
    for line in WORK:
        ended = run(script(WITHOUT, packages, *line), place)
        same = line == ["info"] or _numbers(ended.out) == _numbers(run(command(*line), place).out)
        fits = ended.code == 0 and ended.is_quiet and same
        reasons.append("" if fits else f"{line[0]}: {ended.last}")
    return judged("the same numbers, to the digits that commands print", reasons)


def _refused(packages: str, work: str, hint: str, place: Place) -> dict[str, Any]:
    ended = run(script(WITHOUT, packages, work), place)
    fits = ended.code != 0 and hint in ended.err.splitlines()[-1]
    return judged(f"the error says {hint!r}", ["" if fits else ended.last])


def _check(place: Place) -> dict[str, Any]:
    ended = run(script(WITHOUT, "hypothesis", "check", "client"), place)
    fits = ended.code == 2 and ended.is_quiet and "pip install 'mirrorsys[testing]'" in ended.err
    plain = run(script(WITHOUT, "hypothesis", "info"), place)
    reasons = ["" if fits else ended.last, "" if plain.code == 0 else plain.last]
    return judged("`mirrorsys check` says what to install, other commands run", reasons)


def _dask(place: Place) -> dict[str, Any]:
    work = SWEEP.format(options=f", store={str(place.folder / 's.zarr')!r}")
    ended = run(script(WITHOUT, "dask,distributed", work), place)
    fits = ended.code == 0 and ended.out == "4 True\n"
    return judged("a store can be written and read", ["" if fits else ended.last])


def _display(place: Place) -> dict[str, Any]:
    env = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "MPLBACKEND": None}
    line = command("figures", "one_session", "--output", str(place.folder / "figures"))
    ended = run(line, place, env=env)
    fits = ended.code == 0 and len(list((place.folder / "figures").iterdir())) == 3
    return judged("without DISPLAY and MPLBACKEND a figure is drawn", ["" if fits else ended.last])


def _optimised(place: Place) -> dict[str, Any]:
    lines = [*WORK, ["figures", "--list"], ["--help"], ["check", "cusp", "--cases", "3"],
             ["figures", "one_session", "--output", str(place.folder / "figures")]]  # fmt: skip
    reasons = []
    for line in lines:
        ended = run(command(*line, options=["-OO"]), place)
        plain = run(command(*line), place)
        same = line[0] == "check" or ended.out == plain.out
        fits = ended.code == plain.code and same and ended.is_quiet
        reasons.append("" if fits else f"{line[0]}: {ended.last}")
    return judged("`python -OO`, which drops docstrings and assert: the same output and exit codes",
                  reasons)  # fmt: skip


SCENARIOS = {
    "numba": lambda place: _without("numba", place),
    "numba and llvmlite": lambda place: _without("numba,llvmlite", place),
    "Dask": _dask,
    "zarr": lambda place: _refused(
        "zarr", SWEEP.format(options=", store='s.zarr'"), "mirrorsys[distributed]", place
    ),
    "heyoka": lambda place: _refused(
        "heyoka",
        "import mirrorsys as ms\nms.simulate(ms.models.client(), duration=1, engine='taylor')",
        "pip install heyoka",
        place,
    ),
    "SALib": lambda place: _refused(
        "SALib",
        "from mirrorsys.analysis.sensitivities._designs import salib_of\nsalib_of('sobol')",
        "mirrorsys[sensitivity]",
        place,
    ),
    "Hypothesis": _check,
    "a display": _display,
    "docstrings and assertions": _optimised,
}
