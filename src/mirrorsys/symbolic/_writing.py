"""How results are written: LaTeX with the symbols of a system, and formulas cut to a line."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from mirrorsys._expressions import to_text
from mirrorsys._system import System

__all__ = ["aligned", "latex_of", "one_line", "symbol_latex", "values_latex"]

WIDTH = 300


def latex_of(expression: sp.Basic, system: System) -> str:
    """Return an expression in LaTeX, each quantity by its symbol."""
    return str(sp.latex(expression, symbol_names=system.latex_symbols))


def symbol_latex(name: str, system: System) -> str:
    """Return the LaTeX symbol of a quantity."""
    return str(system[name].latex)


def aligned(rows: Mapping[str, str] | list[tuple[str, str]]) -> str:
    """Return equations, left and right sides, as a LaTeX ``aligned`` block."""
    pairs = list(rows.items()) if isinstance(rows, Mapping) else rows
    body = " \\\\\n".join(f"{left} &= {right}" for left, right in pairs)
    return "\\begin{aligned}\n" + body + "\n\\end{aligned}"


def values_latex(values: Mapping[str, float], symbols: Mapping[str, str]) -> str:
    """Return values by name as LaTeX equations, the names by their symbols."""
    rows = [(symbols[name], sp.latex(sp.Float(value, 6))) for name, value in values.items()]
    return aligned(rows)


def one_line(expression: sp.Expr) -> str:
    """Return an expression as text, cut where it grows too long."""
    text = to_text(expression)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4]} ..."
