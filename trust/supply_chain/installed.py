"""Installed: the packages of a fresh environment, their files, licences and known faults."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Environment", "kind_of_licence", "measure_installation", "measure_lookup"]

TIMEOUT = 120  # seconds for a service to answer
KINDS = {  # the first that a package's words name
    "LGPL": ("LGPL", "Lesser General Public"),
    "GPL": ("GPL", "General Public License"),
    "MPL": ("MPL", "Mozilla"),
    "BSD": ("BSD",),
    "Apache": ("Apache",),
    "MIT": ("MIT", "Expat"),
    "PSF": ("PSF", "Python Software Foundation"),
    "ISC, HPND or Zlib": ("ISC", "HPND", "CMU", "Zlib", "zlib", "Unlicense"),
}
PERMISSIVE = {"BSD", "Apache", "MIT", "PSF", "ISC, HPND or Zlib"}
# Run inside the environment, so that it needs nothing but Python.
READ = """
import base64, hashlib, importlib.metadata as m, json
found = []
for each in m.distributions():
    meta, bad, n = each.metadata, [], 0
    for file in each.files or []:
        if file.hash is None or not file.locate().is_file():
            continue
        n += 1
        digest = hashlib.new(file.hash.mode, file.locate().read_bytes()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            bad.append(str(file))
    words = [meta.get("License-Expression") or "", *(
        c.rpartition(" :: ")[2] for c in meta.get_all("Classifier") or [] if c.startswith("License")
    ), (meta.get("License") or "").strip().partition("\\n")[0]]
    found.append({"name": meta["Name"], "version": each.version, "files": n, "bad": bad,
                  "licence": next((w for w in words if w and w != "OSI Approved"), ""),
                  "wheel": "Generator" in (each.read_text("WHEEL") or "")})
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own."""

    python: Path

    @classmethod
    def made(cls, folder: Path, packages: list[str]) -> Environment:
        """Make one and install packages, from wheels alone."""
        venv.create(folder, with_pip=True, clear=True)
        found = cls(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        found.run("-m", "pip", "install", "--quiet", "--only-binary", ":all:", *packages)
        return found

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run its Python."""
        options = {"check": True, "capture_output": True, "text": True} | options
        return subprocess.run([str(self.python), *arguments], **options)


def measure_installation(environment: Environment) -> dict[str, Any]:
    """Return what an environment holds beside pip and setuptools."""
    every = json.loads(environment.run("-c", READ).stdout)
    packages = [each for each in every if each["name"].lower() not in {"pip", "setuptools"}]
    kinds = {each["name"]: kind_of_licence(each["licence"]) for each in packages}
    words = {each["name"]: each["licence"] or "says nothing" for each in packages}
    return {
        "packages": len(packages),
        "versions": {each["name"]: each["version"] for each in packages},
        "from_source": sum(not each["wheel"] for each in packages),
        "files": sum(each["files"] for each in packages),
        "changed_files": sum(len(each["bad"]) for each in packages),
        "consistent": environment.run("-m", "pip", "check", check=False).returncode == 0,
        "licences": dict(Counter(kinds.values()).most_common()),
        "not_permissive": {n: words[n][:60] for n, k in kinds.items() if k not in PERMISSIVE},
    }


def kind_of_licence(words: str) -> str:
    """Return the kind of a licence by its words; the stricter one if there are several."""
    found = [kind for kind, names in KINDS.items() if any(name in words for name in names)]
    return found[0] if found else "unknown"


def measure_lookup(folder: Path, environment: Environment) -> dict[str, Any]:
    """Ask pip-audit about the packages of an environment, if it reaches its service."""
    tool = Environment.made(folder / "audit", ["pip-audit"])
    frozen = environment.run("-m", "pip", "freeze", "--exclude", "mirrorsys").stdout
    listed = folder / "frozen.txt"
    listed.write_text(frozen, encoding="utf-8")
    command = ["-m", "pip_audit", "--requirement", str(listed), "--no-deps", "--disable-pip",
               "--format", "json", "--progress-spinner", "off", "--timeout", "15"]  # fmt: skip
    try:
        done = tool.run(*command, check=False, timeout=TIMEOUT)
        asked = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return {"reached": False, "reason": f"no answer within {TIMEOUT} s"}
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        return {"reached": False, "reason": last.partition("(")[0].partition("http")[0][:100]}
    bad = [f"{each['name']} {each['version']}: {', '.join(v['id'] for v in each['vulns'])}"
           for each in asked if each.get("vulns")]  # fmt: skip
    return {"reached": True, "packages": len(asked), "vulnerable": bad}
