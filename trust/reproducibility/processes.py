"""Processes: what is derived from a system is the same text in every process.

Run as a module it prints digests of what one process derives, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["SURROUNDINGS", "derived", "measure_processes", "python_path"]

ROOT = Path(__file__).parents[2]
SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
)


def python_path() -> str:
    """Return where another process finds this folder and the library beside it."""
    return os.pathsep.join([str(ROOT), str(ROOT / "src")])


def derived() -> Iterator[tuple[str, str]]:
    """Yield what is derived from systems, by name, as text."""
    import mirrorsys as ms
    from mirrorsys._model_files import to_toml
    from mirrorsys.kernels._cache import cache_folder

    roles = {name: role() for name, role in ms.models.ROLES.items()}
    zoo = {each.__name__: each() for each in ms.models.zoo.ALL}
    systems = roles | zoo | {"dyad": ms.models.dyad(roles["client"], roles["therapist"])}
    for name, system in systems.items():
        yield f"model file of {name}", to_toml(system)
        yield f"LaTeX of {name}", system.latex()
    cusp, person = zoo["cusp"], roles["client"].freeze({"pathway": 0.1, "signal": 1.0})
    yield "equilibria of a client", _points(ms.equilibria(person, {"stressor": 0.066}))
    yield "equilibria of the cusp", _points(ms.equilibria(cusp))
    for name in ("lorenz", "brusselator", "cusp"):
        if name in zoo:
            yield f"Jacobian of {name}", str(ms.symbolic.jacobian(zoo[name]))
            yield f"divergence of {name}", str(ms.symbolic.divergence(zoo[name]))
            found = ms.symbolic.routh_hurwitz(zoo[name])
            yield f"Routh-Hurwitz conditions of {name}", str(found)
    yield "invariant box of a dyad", str(ms.symbolic.invariant_box(systems["dyad"]))
    branches = ms.bifurcation.equilibrium_branches(
        person, "stressor", (0.0, 0.2), params={"stressor": 0.066}
    )
    yield "branches of a client", branches.to_dataframe().to_csv(index=False, float_format="%a")
    run = ms.simulate(person, duration=30, engine="compiled", params={"stressor": 0.8})
    yield "a compiled run", run.to_dataframe().to_csv(float_format="%r")
    yield "a run's attributes", json.dumps({k: str(v) for k, v in run.attrs.items()})
    yield "an ensemble", _ensemble(systems["dyad"])
    kept = sorted(each.name for each in cache_folder().glob("**/*") if each.suffix in {".o", ".py"})
    yield "names of compiled code in the cache", "\n".join(kept)
    table = ms.claims.check(["S1", "S4"])
    yield "claims S1 and S4 as JSON", ms.claims.to_json(table)


def _points(found: Any) -> str:
    """Return equilibria with every digit."""
    return json.dumps(
        [[{k: v.hex() for k, v in each.state.items()}, str(each.eigenvalues.tolist()),
          each.stability, str(each.certificate)] for each in found]
    )  # fmt: skip


def _ensemble(system: Any) -> str:
    import mirrorsys as ms

    members = ms.sample(system, 16, 0.2, seed=3)
    found = ms.ensemble(system, members, protocol=ms.protocols.weekly_sessions(2), progress=False)
    return found.to_dataframe().to_csv(float_format="%r")


def measure_processes() -> dict[str, Any]:
    """Derive the same in processes of different surroundings; count what differs."""
    digests: list[dict[str, str]] = []
    for each in SURROUNDINGS:
        with tempfile.TemporaryDirectory(prefix="ä b ") as folder:
            own = {**os.environ, **each, "MIRRORSYS_CACHE": f"{folder}/cache",
                   "PYTHONPATH": python_path()}  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-m", __name__], cwd=folder, env=own, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
        digests.append(json.loads(done.stdout))
        print(f"  {each}: {len(digests[-1])} texts", flush=True)
    different = [name for name in digests[0] if len({each.get(name) for each in digests}) > 1]
    return {
        "surroundings": [dict(each) for each in SURROUNDINGS],
        "texts": len(digests[0]), "different": different,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps({k: hashlib.sha256(v.encode()).hexdigest() for k, v in derived()}))
