"""Text to SymPy: a tokenizer and a precedence parser."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NoReturn

import sympy as sp

from mirrorsys._expressions._grammar import (
    COMPARISONS,
    FUNCTIONS,
    MAX_BITS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TOTAL_BITS,
    ExpressionError,
    is_name,
    symbol,
)
from mirrorsys._expressions._sizes import (
    bits_of,
    branches,
    check_length,
    check_sizes,
    is_double,
    powers,
)
from mirrorsys._expressions._text import to_text
from mirrorsys._expressions._tokens import Token, fail, tokens

__all__ = ["parse"]

MAX_DIGITS = 1300  # of one number: what MAX_BITS needs
LARGEST_EXPONENT = 308  # of a double
MAX_FRACTION = 100_000  # SymPy may make polynomials in x**(1/n) of x**(m/n): of degree m
MAX_BRANCHINGS = 3  # one within the other; each takes SymPy up to eight times as long
MAX_EFFORT = 1024  # of all of them, 4**depth each
_ENDLESS = frozenset({sp.nan, sp.zoo, sp.oo, -sp.oo})
ROUNDS = 8  # of reading what was written, until it stays the same


def parse(text: str) -> sp.Expr:
    """Read one expression.

    Parameters
    ----------
    text : str
        At most 20 000 characters of arithmetic: ``+ - * / **``, brackets, numbers,
        names, one comparison, and the functions of `FUNCTIONS`.

    Returns
    -------
    sympy.Expr
        With a real `sympy.Symbol` for each name and exact rational numbers.

    Raises
    ------
    ExpressionError
        If `text` is not of the grammar, is too long, nests too deeply, or holds a
        number too large for a double, or several of more than 100 000 bits together.
        The message shows the place.
    """
    if not isinstance(text, str):
        raise ExpressionError(
            f"an expression is {text!r} of type {type(text).__name__}; "
            "write it as text or as a SymPy expression."
        )
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression has {len(text)} characters ({text[:20]!r}...); the limit is "
            f"{MAX_LENGTH}: split it into several equations or terms."
        )
    return _parse(text)


@lru_cache(maxsize=4096)
def _parse(text: str) -> sp.Expr:
    expression = _read(text)
    for _ in range(ROUNDS):
        written = to_text(expression)
        check_length(written)
        if written == text:
            return expression
        again = _read(written)
        if again == expression:
            return expression
        # SymPy has simplified a little more of it, which it can do again.
        text, expression = written, again
    raise ExpressionError(f"{text[:80]!r} has no form in which SymPy would leave it; simplify it.")


def _read(text: str) -> sp.Expr:
    parser = _Parser(text, tuple(tokens(text)))
    try:
        expression = parser.expression(depth=0)
        parser.expect_end()
        check_sizes(expression)
    except ExpressionError:
        raise
    except (ArithmeticError, AttributeError, NotImplementedError, RecursionError, TypeError,
            ValueError) as error:  # fmt: skip
        # SymPy has many ways to say that it cannot compute something.
        raise ExpressionError(f"{text[:80]!r} cannot be computed with: {error}.") from error
    return expression


class _Parser:
    """One pass over the tokens; each method reads one rule of the grammar."""

    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self.text, self.tokens, self.index = text, tokens, 0
        self.bits = 0.0  # of all numbers so far
        self.largest, self.divisor = 1, 1  # of all exponents: size, common denominator
        self.weights: dict[sp.Basic, int] = {}  # of every part that has been checked
        self.effort = 0  # that SymPy will take over nested functions

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def fail(self, reason: str = "", token: Token | None = None) -> NoReturn:
        fail(self.text, (token or self.token).position, reason)

    def take(self, *operators: str) -> str:
        """Return and pass the next operator if it is one of `operators`, else an empty text."""
        token = self.token
        if token.kind == "operator" and token.text in operators:
            self.index += 1
            return token.text
        return ""

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.fail("one expression was expected to end here")

    def expression(self, depth: int) -> sp.Expr:
        left = self.sum(depth)
        token = self.token
        if operator := self.take(*COMPARISONS):
            right = self.sum(depth)
            if left.has(sp.Piecewise) or right.has(sp.Piecewise):
                self.fail("a comparison cannot be compared again", token)
            return COMPARISONS[operator](left, right)
        return left

    def sum(self, depth: int) -> sp.Expr:
        terms = [self.product(depth)]
        while operator := self.take("+", "-"):
            term = self.product(depth)
            terms.append(term if operator == "+" else -term)
        return terms[0] if len(terms) == 1 else self.checked(sp.Add(*terms))

    def product(self, depth: int) -> sp.Expr:
        factors = self.factors(depth)
        while operator := self.take("*", "/"):
            divisor = self.token
            more = self.factors(depth)
            if operator == "/" and 0 in more:
                self.fail("this divides by zero", divisor)
            factors += more if operator == "*" else [each**-1 for each in more]
        return factors[0] if len(factors) == 1 else self.checked(sp.Mul(*factors))

    def factors(self, depth: int) -> list[sp.Expr]:
        """Read one factor; a minus sign is a factor of its own, as SymPy has it."""
        if depth > MAX_DEPTH:
            self.fail(f"brackets, signs and powers nest at most {MAX_DEPTH} deep")
        if sign := self.take("+", "-"):
            factors = self.factors(depth + 1)
            return [sp.Integer(-1), *factors] if sign == "-" else factors
        base = self.atom(depth)
        if self.take("**"):
            return [self.power(base, sp.Mul(*self.factors(depth + 1)))]
        return [base]

    def power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if base == 0 and exponent.is_negative:
            self.fail("this divides by zero")
        for inner, count in powers(base, exponent):
            self.spend(abs(count) * (bits_of(inner) if inner.is_Rational else 1))
            if not (inner.is_Rational and count.is_Integer):
                self.largest = max(self.largest, abs(count))
                self.divisor = math.lcm(self.divisor, count.q)
        if self.divisor > 1 and self.largest * self.divisor > MAX_FRACTION:
            self.fail("its exponents are too fine: give one a name, as a parameter")
        return self.checked(base**exponent)

    def spend(self, bits: float) -> None:
        """Count the bits of one more number; refuse it before SymPy computes it."""
        self.bits += bits
        if bits > MAX_BITS or self.bits > MAX_TOTAL_BITS:
            self.fail(
                f"a number or exponent is too large (beyond {MAX_BITS} bits, or all numbers "
                f"together beyond {MAX_TOTAL_BITS})"
            )

    def checked(self, value: sp.Expr) -> sp.Expr:
        self.weigh(value)
        return value

    def weigh(self, node: sp.Basic) -> int:
        """Check every part of an expression, inner ones first, and return its weight.

        SymPy may put parts together anew, x*exp(y + a)*exp(-y) to x*exp(a), so that not only
        the whole has a value that can be too large.
        """
        if node in self.weights:
            return self.weights[node]
        weight = max((self.weigh(each) for each in node.args), default=0)
        if node in _ENDLESS:
            self.fail("this has no finite value")
        if node.is_number and not node.is_Rational and not is_double(node):
            self.fail("this is not a real number, or too large for a double")
        if branches(node):
            weight += 1
            self.effort += 4**weight if weight > 1 else 0
        if weight > MAX_BRANCHINGS or self.effort > MAX_EFFORT:
            self.fail("functions of powers, or powers of fractions, nest too deeply: name one")
        self.weights[node] = weight
        return weight

    def atom(self, depth: int) -> sp.Expr:
        token = self.token
        self.index += token.kind != "end"
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.call(token, depth) if self.take("(") else self.name(token)
        if token.kind != "operator" or token.text != "(":
            self.fail("a number, a name or a bracket was expected here", token)
        inner = self.expression(depth + 1)
        if not self.take(")"):
            self.fail("a bracket is not closed")
        return inner

    def number(self, token: Token) -> sp.Expr:
        _, _, exponent = token.text.lower().partition("e")
        if len(token.text) > MAX_DIGITS or abs(int(exponent or 0)) > 2 * LARGEST_EXPONENT:
            self.fail("a number is too long, too large or too small for a double", token)
        value = sp.Rational(token.text)
        self.spend(bits_of(value))
        return value

    def name(self, token: Token) -> sp.Symbol:
        if token.text in FUNCTIONS:
            self.fail(f"{token.text} is a function: give it an argument in brackets", token)
        if not is_name(token.text):
            self.fail("a name is letters, digits and single underscores", token)
        return symbol(token.text)

    def call(self, token: Token, depth: int) -> sp.Expr:
        if token.text not in FUNCTIONS:
            self.fail(
                f"{token.text!r} is not a function; the functions are {' '.join(FUNCTIONS)}", token
            )
        function, fewest, most = FUNCTIONS[token.text]
        arguments = [self.expression(depth + 1)]
        while self.take(","):
            arguments.append(self.expression(depth + 1))
        if not self.take(")"):
            self.fail("a bracket is not closed")
        if not fewest <= len(arguments) <= most:
            takes = "one argument" if most == 1 else f"{fewest} to {most} arguments"
            self.fail(f"{token.text} takes {takes}, not {len(arguments)}", token)
        if function is sp.sqrt:
            return self.power(arguments[0], sp.Rational(1, 2))
        if function is sp.exp:
            return self.power(sp.E, arguments[0])
        return self.checked(function(*arguments))
