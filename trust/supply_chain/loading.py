"""Loading: what a process does when it imports the library, as Python's audit hooks tell."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from trust.supply_chain.installed import Environment

__all__ = ["measure_loading"]

# `open` is told with its flags; a path that is only read does not count.
WATCH = """
import json, os, sys
told = {"sockets": 0, "processes": 0, "written": []}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
def hook(event, arguments):
    if event.startswith("socket."):
        told["sockets"] += event == "socket.__new__" or event == "socket.connect"
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
        told["processes"] += 1
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        told["written"].append(str(arguments[0]))
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.symlink"):
        told["written"].append(str(arguments[0]))
sys.addaudithook(hook)
import mirrorsys as ms
names = [each for each in ms.__all__ if each != "testing"]
for name in names:
    getattr(ms, name)
import mirrorsys.cli
loaded = {**told, "names": len(names), "written": sorted(set(told["written"]))}
told["written"] = []
ms.simulate(ms.models.client(), duration=1, engine="compiled")
print(json.dumps(loaded | {"run": sorted(set(told["written"]))}))
"""


def measure_loading(environment: Environment) -> dict[str, Any]:
    """Load all public names but those that need an extra, then make a compiled run."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        own = {"HOME": name, "PATH": "/usr/bin:/bin", "MIRRORSYS_CACHE": str(home / "cache"),
               "MPLCONFIGDIR": str(home / "matplotlib")}  # fmt: skip
        done = environment.run("-B", "-c", WATCH, env=own, cwd=name)
    told = json.loads(done.stdout.splitlines()[-1])
    inside = [each for each in told["run"] if each.startswith(str(home / "cache"))]
    return {
        "names": told["names"], "sockets": told["sockets"], "processes": told["processes"],
        "written": [each.replace(name, "~") for each in told["written"]],
        "run_in_cache": len(inside),
        "run_elsewhere": [each.replace(name, "~") for each in told["run"] if each not in inside],
    }  # fmt: skip
