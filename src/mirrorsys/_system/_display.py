"""How a system is read: LaTeX for paper, a summary for the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from mirrorsys._expressions import to_text

if TYPE_CHECKING:
    from mirrorsys._system._equations import System

__all__ = ["aligned", "summary"]

MOST_LINES, WIDTH = 12, 100


def aligned(system: System) -> str:
    """Return the equations as a LaTeX ``aligned`` block."""
    names = system.latex_symbols
    rows = (
        rf"\frac{{\mathrm{{d}} {state.latex}}}{{\mathrm{{d}} t}} &= "
        + sp.latex(expression, symbol_names=names)
        for state, expression in zip(system.states, system.rhs, strict=True)
    )
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def summary(system: System) -> str:
    """Return name, counts and equations in a few lines."""
    groups = {"state": system.states, "parameter": system.parameters, "input": system.inputs}
    counts = (
        f"{len(group)} {word}{'' if len(group) == 1 else 's'}" for word, group in groups.items()
    )
    lines = [
        f"  d {name}/dt = {_shortened(to_text(expression))}"
        for name, expression in system.equations.items()
    ]
    n_hidden = len(lines) - MOST_LINES
    hidden = [f"  ... and {n_hidden} more equations"] if n_hidden > 0 else []
    head = f"System {system.name!r}: {', '.join(counts)}; time in {system.time_unit}"
    return "\n".join([head, *lines[:MOST_LINES], *hidden])


def _shortened(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4]} ..."
