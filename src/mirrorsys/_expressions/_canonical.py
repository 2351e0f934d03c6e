"""Text, number or SymPy expression: each to the one form in which a System keeps it."""

from __future__ import annotations

from typing import Any

import sympy as sp

from mirrorsys._expressions._grammar import ExpressionError
from mirrorsys._expressions._parser import parse
from mirrorsys._expressions._sizes import check_tree
from mirrorsys._expressions._text import to_text

__all__ = ["canonical"]


def canonical(expression: Any) -> sp.Expr:
    """Return an equation's right-hand side, given as text, number or SymPy expression.

    Symbols become real symbols of the same name, floating-point numbers the exact
    rationals their shortest decimal form denotes (0.1 is 1/10).

    Raises
    ------
    ExpressionError
        If the expression holds anything that `to_text` cannot write.
    """
    if isinstance(expression, str):
        return parse(expression)
    if isinstance(expression, int | float) and not isinstance(expression, bool):
        expression = (
            sp.Float(expression) if isinstance(expression, float) else sp.Integer(expression)
        )
    if not isinstance(expression, sp.Expr):
        raise ExpressionError(
            f"an expression is {expression!r} of type {type(expression).__name__}; "
            "write it as text or as a SymPy expression."
        )
    # SymPy computes numbers when it sorts terms, renames symbols or writes them: nothing of
    # that before each number is known to be one of which doubles are made.
    try:
        check_tree(expression)
        text = to_text(expression)
    except RecursionError:
        raise ExpressionError(
            "a SymPy expression nests too deeply to be written; split it into several equations."
        ) from None
    return parse(text)
