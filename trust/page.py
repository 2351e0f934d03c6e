"""The page docs/explanation/trust.md: one section for each part, from what is kept."""

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
    return "\n".join([HEAD, *(_section(part, found) for part, found in kept.items())])


def rows(head: list[str], body: list[list[object]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


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
