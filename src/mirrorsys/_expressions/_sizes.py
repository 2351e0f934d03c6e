"""How large numbers become: known before SymPy computes them, checked when all is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair

from mirrorsys._expressions._grammar import MAX_BITS, MAX_LENGTH, ExpressionError
from mirrorsys._expressions._text import to_text

__all__ = ["LARGEST_DOUBLE", "bits_of", "check_sizes", "powers"]

SAFETY = 10  # x the estimated length: above that the text is written and counted
_KNOWN = (
    sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Rational, sp.Piecewise, sp.Rel, sp.Min, sp.Max,
    sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.Abs, sp.sign,
    type(sp.E), type(sp.true), ExprCondPair,
)  # fmt: skip
LARGEST_DOUBLE = sp.Integer(int(sys.float_info.max))


def bits_of(number: sp.Rational) -> int:
    """Return the size of a rational number in bits."""
    return int(max(number.p.bit_length(), number.q.bit_length()))


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


def check_sizes(expression: sp.Expr, length: float) -> None:
    """Refuse an expression that could not be computed in doubles or not be read again.

    Parameters
    ----------
    expression : sympy.Expr
    length : float
        About how many characters it takes, numbers written out.

    Raises
    ------
    ExpressionError
        If a number is no finite double, an exponent too large, the text too long, or
        SymPy has brought in something that the grammar does not have.
    """
    for node in sp.preorder_traversal(expression):
        if node.is_Rational and (abs(node) > LARGEST_DOUBLE or bits_of(node) > MAX_BITS):
            raise ExpressionError(f"a number {_short(node)} is too large or too long for a double.")
        if node.is_Pow and node.exp.is_Rational and abs(node.exp) > MAX_BITS:
            raise ExpressionError(f"an exponent {_short(node.exp)} is larger than {MAX_BITS}.")
        if not isinstance(node, _KNOWN):
            raise ExpressionError(f"SymPy writes it with {node}, which no equation can hold.")
    if SAFETY * length > MAX_LENGTH and len(text := to_text(expression)) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression becomes {len(text)} characters ({text[:20]!r}...) with its numbers "
            f"written out; the limit is {MAX_LENGTH}: split it into several equations or terms."
        )


def _short(number: sp.Rational) -> str:
    text = str(number)
    return text if len(text) <= 20 else f"{text[:20]}... ({len(text)} digits)"
