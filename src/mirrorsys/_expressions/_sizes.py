"""How large numbers become: known before SymPy computes them, checked when all is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair

from mirrorsys._expressions._grammar import MAX_BITS, MAX_LENGTH, ExpressionError
from mirrorsys._expressions._text import to_text

__all__ = [
    "LARGEST_DOUBLE",
    "bits_of",
    "branches",
    "check_length",
    "check_sizes",
    "check_tree",
    "is_double",
    "powers",
]

MANY = 50  # parts: a larger number is not shown
_KNOWN = (
    sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Rational, sp.Piecewise, sp.Rel, sp.Min, sp.Max,
    sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.Abs, sp.sign,
    type(sp.E), type(sp.true), ExprCondPair,
)  # fmt: skip
_SPLIT = (sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh)
LARGEST_DOUBLE = sp.Integer(int(sys.float_info.max))


def bits_of(number: sp.Rational) -> int:
    """Return the size of a rational number in bits."""
    return int(max(number.p.bit_length(), number.q.bit_length()))


def branches(node: sp.Basic) -> bool:
    """Tell whether SymPy takes several times as long over this as over what is in it.

    To find out whether tan(z) is real it asks for the real and the imaginary part of z more
    than once, and so for those of what is in z; for (1/2)**z it does the same with its parts.
    """
    if isinstance(node, _SPLIT):
        return node.args[0].is_extended_real is not True
    return bool(
        node.is_Pow and node.base.is_Rational and not node.exp.is_Rational and node.base.q != 1
    )


def powers(base: sp.Expr, exponent: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Rational]]:
    """Return every base and number to which SymPy will raise it for ``base**exponent``.

    It raises the numbers among the factors of the base, joins powers of powers, turns
    ``exp(n*log(m))`` into ``m**n``, and later joins ``2**(x + n) * 2**(m - x)``.
    """
    for factor in sp.Mul.make_args(base):
        inner, outer = factor.as_base_exp()
        for term in sp.Add.make_args(outer * exponent):
            count, rest = term.as_coeff_Mul()
            if rest == 1:
                yield inner, count
            elif isinstance(rest, sp.log) and inner == sp.E:
                yield rest.args[0], count


def check_sizes(expression: sp.Expr) -> None:
    """Refuse an expression that could not be computed in doubles or not be read again.

    Raises
    ------
    ExpressionError
        If a number is no finite double, an exponent too large, or SymPy has brought in
        something that the grammar does not have.
    """
    for node in sp.preorder_traversal(expression):
        if node.is_Rational and (abs(node) > LARGEST_DOUBLE or bits_of(node) > MAX_BITS):
            raise ExpressionError(f"a number {_short(node)} is too large or too long for a double.")
        if node.is_Pow and node.exp.is_Rational and abs(node.exp) > MAX_BITS:
            raise ExpressionError(f"an exponent {_short(node.exp)} is larger than {MAX_BITS}.")
        if not isinstance(node, _KNOWN):
            raise ExpressionError(f"SymPy writes it with {node}, which no equation can hold.")


def is_double(number: sp.Expr) -> bool:
    """Tell whether a number is real and within the range of doubles, if those in it are."""
    value = number.n(15)
    return bool(value.is_Float or value.is_Rational) and bool(abs(value) <= LARGEST_DOUBLE)


def check_tree(expression: sp.Expr) -> None:
    """Refuse a SymPy expression that could not be written, before SymPy tries to.

    Raises
    ------
    ExpressionError
        If it holds what the grammar does not have, a number beyond a double, or more parts
        than a text of 20 000 characters can hold.
    """
    _count(expression, {})


def _count(node: sp.Basic, counts: dict[sp.Basic, int]) -> int:
    """Return the number of parts of an expression, having checked them, inner ones first."""
    if node in counts:
        return counts[node]
    if not isinstance(node, (*_KNOWN, sp.Float)):
        to_text(node)  # which refuses it, and says what it is
    count = 1 + sum(_count(each, counts) for each in node.args)
    if count > 2 * MAX_LENGTH:
        raise ExpressionError(
            f"a SymPy expression has more than {2 * MAX_LENGTH} parts; split it into several "
            "equations or terms."
        )
    if node.is_Rational and bits_of(node) > MAX_BITS:
        raise ExpressionError(f"a number of {bits_of(node)} bits is too large for a double.")
    if node.is_number and not is_double(node):
        shown = "a part of it" if count > MANY else to_text(node)
        shown = shown if len(shown) <= 40 else f"{shown[:20]}... ({len(shown)} characters)"
        raise ExpressionError(f"{shown} is not a real number, or too large for a double.")
    counts[node] = count
    return count


def check_length(text: str) -> None:
    """Refuse what has become too long to be read again, its numbers written out.

    Raises
    ------
    ExpressionError
        If it has more than 20 000 characters.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression becomes {len(text)} characters ({text[:20]!r}...) with its numbers "
            f"written out; the limit is {MAX_LENGTH}: split it into several equations or terms."
        )


def _short(number: sp.Rational) -> str:
    text = str(number)
    return text if len(text) <= 20 else f"{text[:20]}... ({len(text)} digits)"
