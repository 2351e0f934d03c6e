"""What an expression may hold: names, functions, comparisons; and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import sympy as sp

__all__ = [
    "COMPARISONS",
    "FUNCTIONS",
    "MAX_ARGUMENTS",
    "MAX_BITS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TOTAL_BITS",
    "NAME",
    "ExpressionError",
    "is_name",
    "symbol",
]

MAX_LENGTH = 20_000  # characters of one expression
MAX_DEPTH = 60  # nested brackets, signs and powers
MAX_BITS = 4096  # size of one number, so that 9**9**9 is refused instead of computed
MAX_TOTAL_BITS = 100_000  # of all numbers together
MAX_ARGUMENTS = 8  # of min and max, whose derivatives SymPy writes in the square of their number


class ExpressionError(ValueError):
    """Text that is not an expression of the grammar; the message points at the place."""


# SymPy would think about each comparison, minimum and maximum, at some milliseconds a time,
# and write it in another form; as they stand, they are read quickly and exactly.
def _compared(relation: type[sp.Rel], a: sp.Expr, b: sp.Expr) -> sp.Expr:
    if a.is_number and b.is_number:
        rational = a.is_Rational and b.is_Rational
        return sp.Integer(bool(relation(a, b) if rational else relation(a.n(30), b.n(30))))
    condition = relation(a, b, evaluate=False)
    return sp.Piecewise((sp.Integer(1), condition), (sp.Integer(0), sp.true), evaluate=False)


def _smallest(*arguments: sp.Expr) -> sp.Expr:
    return sp.Min(*arguments, evaluate=all(each.is_Rational for each in arguments))


def _largest(*arguments: sp.Expr) -> sp.Expr:
    return sp.Max(*arguments, evaluate=all(each.is_Rational for each in arguments))


COMPARISONS: dict[str, Callable[[sp.Expr, sp.Expr], sp.Expr]] = {
    "<": partial(_compared, sp.StrictLessThan),
    "<=": partial(_compared, sp.LessThan),
    ">": partial(_compared, sp.StrictGreaterThan),
    ">=": partial(_compared, sp.GreaterThan),
}

# Function name in text -> (function of SymPy expressions, fewest and most arguments).
FUNCTIONS: dict[str, tuple[Callable[..., sp.Expr], int, int]] = {
    "exp": (sp.exp, 1, 1),
    "log": (sp.log, 1, 1),
    "sqrt": (sp.sqrt, 1, 1),
    "sin": (sp.sin, 1, 1),
    "cos": (sp.cos, 1, 1),
    "tan": (sp.tan, 1, 1),
    "sinh": (sp.sinh, 1, 1),
    "cosh": (sp.cosh, 1, 1),
    "tanh": (sp.tanh, 1, 1),
    "abs": (sp.Abs, 1, 1),
    "sign": (sp.sign, 1, 1),
    "min": (_smallest, 2, MAX_ARGUMENTS),
    "max": (_largest, 2, MAX_ARGUMENTS),
}

NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)?"
_FULL_NAME = re.compile(NAME)


def is_name(text: object) -> bool:
    """Tell whether `text` can name a quantity: an identifier or ``person.identifier``."""
    return (
        isinstance(text, str)
        and _FULL_NAME.fullmatch(text) is not None
        and text not in FUNCTIONS
        and "__" not in text
        and all(part.isidentifier() for part in text.split("."))  # x² is no name
    )


def symbol(name: str) -> sp.Symbol:
    """Return the real symbol that stands for the quantity called `name`."""
    return sp.Symbol(name, real=True)
