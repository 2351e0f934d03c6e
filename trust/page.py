"""The page docs/explanation/trust.md: one table of all, and a section for each part."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

__all__ = ["page", "rows"]

HEAD = """# What there is to trust

Written by `python -m trust`; every number was measured by the command named in its section,
on the day that is given there. What fails, is missing or was not reached is listed with the rest.
"""


def page(kept: Mapping[str, dict[str, Any] | None]) -> str:
    """Return the page in Markdown; a part that was never measured is said to be missing."""
    sections = [_section(part, found) for part, found in kept.items()]
    return "\n".join([HEAD, _glance(kept), *sections])


def rows(head: list[str], body: list[list[object]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _glance(kept: Mapping[str, dict[str, Any] | None]) -> str:
    """Return the table of everything: a line for each question, with how often it was asked."""
    body: list[list[object]] = []
    for part, each in kept.items():
        module = importlib.import_module(f"trust.{part}")
        lines = module.glance(each["found"]) if each else [["–", "–", "not measured yet"]]
        day = each["measured"] if each else "–"
        body += [[part.replace("_", " "), *line, day] for line in lines]
    head = ["part", "what", "cases", "what came of it", "measured"]
    return f"## At a glance\n\n{rows(head, body)}\n"


def _section(part: str, kept: dict[str, Any] | None) -> str:
    module = importlib.import_module(f"trust.{part}")
    if kept is None:
        return f"## {module.TITLE}\n\nNot measured yet: `python -m trust {part}`.\n"
    minutes = kept["seconds"] / 60
    when = (
        f"`python -m trust {part}`, {kept['measured']}, {kept['machine']}; the last run took "
        f"{minutes:.1f} min, and may have gone on from an earlier one."
    )
    return f"## {module.TITLE}\n\n{when}\n\n{module.section(kept['found'])}\n"
