"""Tables of equilibria: plain text, Markdown, LaTeX, DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mirrorsys._system import System

if TYPE_CHECKING:
    import pandas as pd

    from mirrorsys.analysis._results import Equilibrium

__all__ = ["latex_table", "markdown_table", "plain_table", "to_dataframe"]


def _rows(points: Sequence[Equilibrium]) -> list[list[str]]:
    with_symmetry = any(point.symmetry for point in points)
    return [
        [
            *(f"{value:.6g}" for value in point.state.values()),
            point.stability,
            *([point.symmetry] if with_symmetry else []),
            _complex(point.eigenvalues[0]),
        ]
        for point in points
    ]


def _heads(points: Sequence[Equilibrium], names: Sequence[str]) -> list[str]:
    with_symmetry = any(point.symmetry for point in points)
    symmetry = ["symmetry"] if with_symmetry else []
    return [*names, "stability", *symmetry, "leading eigenvalue"]


def _complex(value: complex) -> str:
    if value.imag == 0:
        return f"{value.real:.4g}"
    return f"{value.real:.4g} ± {abs(value.imag):.4g}i"


def plain_table(points: Sequence[Equilibrium], system: System) -> list[str]:
    """Return the lines of a table in plain text; none without equilibria."""
    if not points:
        return []
    table = [_heads(points, system.state_names), *_rows(points)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def markdown_table(points: Sequence[Equilibrium], system: System) -> str:
    """Return a table in Markdown."""
    heads = _heads(points, system.state_names)
    lines = [heads, ["---"] * len(heads), *_rows(points)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def latex_table(points: Sequence[Equilibrium], system: System) -> str:
    """Return a table as a LaTeX ``array``."""
    n_state = len(system.states)
    words = [rf"\text{{{head}}}" for head in _heads(points, ())]
    heads = [*(state.latex for state in system.states), *words]
    rows = [
        [*row[:n_state], *(rf"\text{{{cell}}}" for cell in row[n_state:-1]), _signs(row[-1])]
        for row in _rows(points)
    ]
    head, body = " & ".join(heads), " \\\\\n".join(" & ".join(row) for row in rows)
    columns = "r" * n_state + "l" * len(words)
    lines = [f"\\begin{{array}}{{{columns}}}", head + r" \\", r"\hline", body, r"\end{array}"]
    return "\n".join(line for line in lines if line)


def _signs(text: str) -> str:
    return text.replace("±", r"\pm")


def to_dataframe(points: Sequence[Equilibrium], system: System) -> pd.DataFrame:
    """Return one row for each equilibrium."""
    import pandas as pd

    columns = [*system.state_names, "stability", "index", "multiplicity", "symmetry", "eigenvalues"]
    rows = [
        [
            *point.state.values(),
            point.stability,
            point.certificate.index,
            point.certificate.multiplicity,
            point.symmetry,
            tuple(point.eigenvalues.tolist()),
        ]
        for point in points
    ]
    return pd.DataFrame(rows, columns=columns)
