"""The table of claims as text for a terminal and as JSON for programs."""

from __future__ import annotations

import json
import math
import textwrap
from typing import Any

import pandas as pd

__all__ = ["to_json", "to_text"]

WIDTH = 100
SIGNS = {"at least": "≥", "more than": ">", "at most": "≤", "less than": "<"}


def to_json(table: pd.DataFrame) -> str:
    """Return a table from `check` as JSON: a list of objects, one for each claim.

    A number that does not exist (no bound, what is measured does not happen) is null.
    """
    rows = [{key: _plain(value) for key, value in row.items()} for row in _rows(table)]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def to_text(table: pd.DataFrame) -> str:
    """Return a table from `check` as text: a few lines for each claim, then a count."""
    rows = _rows(table)
    judged = [row for row in rows if row["direction"] in SIGNS]
    failing = [row for row in judged if not _is_kept(row)]
    summary = f"{len(judged) - len(failing)} of {len(judged)} claims hold and break as they must"
    if failing:
        summary += "; not so: " + ", ".join(dict.fromkeys(row["system"] for row in failing))
    reported = len(rows) - len(judged)
    return "\n\n".join([*map(_block, rows), f"{summary}; {reported} more are reported."])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _is_kept(row: dict[str, Any]) -> bool:
    return row["holds"] is not False and row["control_broken"] is not False


def _block(row: dict[str, Any]) -> str:
    verdict = "reported" if row["direction"] not in SIGNS else "holds" if row["holds"] else "FAILS"
    lines = [f"{row['system']:4} {verdict:8}  {row['statement']}"]
    lines += _wrapped(f"{row['quantity']}: {_figures(row)}")
    if row["control"]:
        lines += _wrapped(_control(row))
    if row["note"]:
        lines += _wrapped(str(row["note"]))
    return "\n".join(lines)


def _figures(row: dict[str, Any]) -> str:
    value = _number(row["value"])
    if row["direction"] not in SIGNS:
        return value
    sign = SIGNS[row["direction"]]
    return f"{value} {sign} {_number(row['bound'])}, margin {_number(row['margin'])}"


def _control(row: dict[str, Any]) -> str:
    verdict = "broken" if row["control_broken"] else "NOT BROKEN"
    return f"control ({row['control']}): {_number(row['control_value'])}, {verdict}"


def _number(value: float) -> str:
    return "does not happen" if math.isnan(value) else f"{value:.3g}"


def _wrapped(text: str) -> list[str]:
    indent = " " * 15
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
