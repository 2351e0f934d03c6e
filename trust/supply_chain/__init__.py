"""Supply chain: what an installation brings, what it does when loaded, how old it may be."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from trust.page import rows

__all__ = ["TITLE", "glance", "measure", "section"]

TITLE = "Supply chain and security"
EXTRAS = "testing,distributed,sensitivity"


def measure() -> dict[str, Any]:
    """Measure all parts: some minutes, and with the oldest versions some twenty more."""
    from trust.supply_chain.archives import measure_archives
    from trust.supply_chain.installed import Environment, measure_installation, measure_lookup
    from trust.supply_chain.loading import measure_loading
    from trust.supply_chain.oldest import measure_oldest

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(" wheel and sdist", flush=True)
        tools = Environment.made(folder / "tools", ["hatchling"])
        found["archives"], wheel = measure_archives(folder, tools)
        print(" installations", flush=True)
        core = Environment.made(folder / "core", [str(wheel)])
        whole = Environment.made(folder / "whole", [f"{wheel}[{EXTRAS}]"])
        found["core"], found["whole"] = measure_installation(core), measure_installation(whole)
        print(" loading", flush=True)
        found["loading"] = measure_loading(core)
        print(" known vulnerabilities", flush=True)
        found["lookup"] = measure_lookup(folder, whole)
    print(json.dumps(found), flush=True)
    print(" oldest versions", flush=True)
    found["oldest"] = measure_oldest()
    return found


def glance(found: dict[str, Any]) -> list[list[object]]:
    """Return a line for each: oldest versions, known vulnerabilities, files installed."""
    oldest, lookup, whole = found["oldest"], found["lookup"], found["whole"]
    known = f"{len(lookup['vulnerable'])} known" if lookup["reached"] else "could not be looked up"
    return [
        ["tests with the oldest versions", oldest["passed"] + oldest["failed"] + oldest["errors"],
         f"{oldest['passed']} passed"],
        ["vulnerabilities, packages", whole["packages"], known],
        ["files installed, against their digests", whole["files"],
         f"{whole['changed_files']} changed"],
    ]  # fmt: skip


def section(found: dict[str, Any]) -> str:
    """Return the section of the page."""
    oldest, archives, loading = found["oldest"], found["archives"], found["loading"]
    whole, lookup = found["whole"], found["lookup"]
    table = [
        [words, each["packages"], each["from_source"], each["files"], each["changed_files"],
         "yes" if each["consistent"] else "no"]
        for words, each in (("core", found["core"]), (f"with {EXTRAS}", whole))
    ]  # fmt: skip
    versions = ", ".join(f"{name} {version}" for name, version in oldest["versions"].items())
    return "\n".join(
        [
            "**Installations** into fresh environments, from wheels alone (no code of a package "
            "runs while it is installed); every file is compared with the digest its package "
            "gives:",
            "",
            rows(
                [
                    "mirrorsys",
                    "packages",
                    "not from wheels",
                    "files",
                    "of these changed",
                    "`pip check` content",
                ],
                table,
            ),
            "",
            f"**Licences** by the packages' own metadata: {_licences(whole)}. "
            "Wheels may carry compiled libraries with licences of their own, which metadata does "
            "not tell; python-flint's, for one, holds FLINT (LGPL), linked dynamically.",
            "",
            f"**Known vulnerabilities.** {_lookup(lookup)}",
            "",
            f"**Loading** all {loading['names']} public names in a fresh process made "
            f"{loading['sockets']} sockets, started {loading['processes']} processes and wrote "
            f"{len(loading['written'])} files{_listed(loading['written'])}; a compiled run then "
            f"wrote {loading['run_in_cache']} files in the cache folder and "
            f"{len(loading['run_elsewhere'])} elsewhere{_listed(loading['run_elsewhere'])}.",
            "",
            f"**Archives.** Built twice from the same sources at one SOURCE_DATE_EPOCH, the wheel "
            f"({archives['wheel_files']} files) is "
            f"{'equal' if archives['wheel_equal'] else 'different'} to the byte, the sdist "
            f"({archives['sdist_files']} files) "
            f"{'equal' if archives['sdist_equal'] else 'different'}. Stray files: "
            f"{len(archives['stray'])}{_listed(archives['stray'])}.",
            "",
            f"**Oldest versions.** `.ci/oldest {' '.join(oldest['tests'])}` with the lower bound "
            f"of everything in pyproject.toml: {oldest['passed']} tests passed, "
            f"{oldest['failed']} failed, {oldest['errors']} errors, {oldest['skipped']} skipped"
            f"{_listed(oldest['failures'])}. Versions: {versions}. The newest ones are what every "
            "other measurement on this page ran with.",
            "",
        ]
    )


def _licences(whole: dict[str, Any]) -> str:
    counted = ", ".join(f"{kind} {n}" for kind, n in whole["licences"].items())
    other = whole["not_permissive"]
    if not other:
        return f"{counted}; all of them permissive, as BSD-3-Clause is"
    named = ", ".join(f"{name} ({text})" for name, text in other.items())
    return f"{counted}; to be looked at, because not simply permissive: {named}"


def _lookup(lookup: dict[str, Any]) -> str:
    if not lookup["reached"]:
        return (
            "They could not be looked up: pip-audit needs a service that was not reached "
            f"(`{lookup['reason']}`). Nothing is known here about vulnerabilities of dependencies."
        )
    told = _listed(lookup["vulnerable"])
    return f"pip-audit looked up {lookup['packages']} packages: {len(lookup['vulnerable'])}{told}."


def _listed(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
