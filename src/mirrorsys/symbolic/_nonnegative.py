"""Whether an expression is nowhere negative while its symbols stay in their ranges.

From the cheap to the dear: the expression as it is written; points at which it may be
negative; its factors, by signs of coefficients and by Bernstein coefficients; and
subdivision of the ranges. "No" is said only with a point, at which the expression was
evaluated exactly or enclosed below zero.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import islice, product
from operator import mul

import sympy as sp

from mirrorsys._expressions import to_text
from mirrorsys.symbolic._intervals import (
    Enclosure,
    Interval,
    UndefinedError,
    enclosure_function,
)
from mirrorsys.symbolic._rings import Polynomial, Ring, WorkLimitError, ring_of
from mirrorsys.symbolic._signs import Domain, PolynomialSign, polynomial_sign

__all__ = ["Point", "Verdict", "nonnegative"]

Point = Mapping[sp.Symbol, Fraction]
Ranges = Mapping[sp.Symbol, Interval]

N_CORNERS, N_RANDOM = 256, 256  # points tried before anything dear
MAX_FACTORED = 2_000  # terms of a polynomial to be factorised
MAX_BOXES = 3_000  # of the subdivision: about a second
EVEN = "an even power"
WIDTH = 100  # of an expression quoted in a certificate


@dataclass(frozen=True)
class Verdict:
    """Whether an expression is nowhere negative, and why.

    Attributes
    ----------
    answer : {"yes", "no", "undecided"}
    method : str
        What decided.
    certificate : str
        The reason, in a sentence that can be checked.
    point : mapping of sympy.Symbol to Fraction
        If the answer is no, where the expression is negative.
    value : Interval or None
        If the answer is no, an enclosure of its value there; exact if both ends agree.
    """

    answer: str
    method: str
    certificate: str
    point: Point = field(default_factory=dict)
    value: Interval | None = None


@dataclass(frozen=True)
class _Question:
    expression: sp.Expr
    ranges: Ranges
    usual: Point
    enclose: Enclosure

    def counterexample(self, point: Point) -> Verdict | None:
        """Return the answer no if the expression is negative at a point."""
        try:
            value = self.enclose({name: (each, each) for name, each in point.items()})
        except UndefinedError:
            return None
        if value[1] >= 0:
            return None
        text = f"it is {float(value[0]):.6g} at a point"
        return Verdict("no", "counterexample", text, dict(point), value)


def nonnegative(expression: sp.Expr, ranges: Ranges, usual: Point) -> Verdict:
    """Decide whether an expression is nowhere negative.

    Parameters
    ----------
    expression : sympy.Expr
    ranges : mapping of sympy.Symbol to (low, high)
        Of every symbol; ends may be infinite.
    usual : mapping of sympy.Symbol to Fraction
        Values to try first, so that a counterexample departs from them in little. The
        other symbols are tried at the ends of their ranges.
    """
    if expression == 0:
        return Verdict("yes", "zero", "identically zero")
    present = sorted(expression.free_symbols, key=str)
    question = _Question(
        expression,
        {each: ranges[each] for each in present},
        {each: usual[each] for each in present if each in usual},
        enclosure_function(expression),
    )
    for step in (_as_written, _at_points, _by_factors, _by_subdivision):
        if (verdict := step(question)) is not None:
            return verdict
    return Verdict(
        "undecided", "none",
        "terms, factors, Bernstein coefficients and subdivision all leave it open; "
        "try narrower ranges, numbers in `params`, or another box",
    )  # fmt: skip


def _as_written(question: _Question) -> Verdict | None:
    try:
        low, high = question.enclose(question.ranges)
    except UndefinedError:
        return None
    if low < 0:
        return None
    ends = ", ".join("oo" if math.isinf(end) else f"{float(end):.6g}" for end in (low, high))
    text = f"added up term by term as written, {_shortened(question.expression)} is in [{ends}]"
    return Verdict("yes", "terms as written", text)


def _at_points(question: _Question) -> Verdict | None:
    answers = map(question.counterexample, _points(question))
    return next((answer for answer in answers if answer is not None), None)


def _points(question: _Question) -> Iterator[Point]:
    """Yield corners of the ranges at the usual values of the rest, then points anywhere."""
    choices = {name: _tried_values(range_) for name, range_ in question.ranges.items()}
    moved = [name for name in choices if name not in question.usual]
    corners = product(*(choices[name][:2] for name in moved))
    for corner in islice(corners, N_CORNERS):
        yield {**question.usual, **dict(zip(moved, corner, strict=True))}
    generator = random.Random(0)  # the same points every time
    for _ in range(N_RANDOM):
        yield {
            name: generator.choice([*values, *_between(values, generator)])
            if name in moved or generator.random() < 0.5
            else question.usual[name]
            for name, values in choices.items()
        }


def _tried_values(interval: Interval) -> tuple[Fraction, ...]:
    """Return the ends if finite, else values of growing size; then values between."""
    low, high = interval
    if math.isfinite(low) and math.isfinite(high):
        return Fraction(low), Fraction(high), (Fraction(low) + Fraction(high)) / 2
    steps = [Fraction(each) for each in (0, 1, 1000, Fraction(1, 1000))]
    if math.isfinite(low):
        return tuple(Fraction(low) + each for each in steps)
    if math.isfinite(high):
        return tuple(Fraction(high) - each for each in steps)
    return (*(-each for each in steps[1:]), *steps)


def _between(values: Sequence[Fraction], generator: random.Random) -> list[Fraction]:
    low, high = sorted(values)[0], sorted(values)[-1]
    return [low + (high - low) * Fraction(generator.randrange(1, 64), 64)]


def _by_factors(question: _Question) -> Verdict | None:
    """Multiply the signs of the factors of numerator and denominator."""
    ring = ring_of([question.expression])
    try:
        numerator, denominator = ring.fraction(question.expression)
        factors = [*_factors(ring, numerator), *_factors(ring, denominator)]
        squares = [factor for factor, power in factors if power % 2 == 0]
    except (WorkLimitError, ZeroDivisionError):
        return None
    if numerator.is_zero():
        return Verdict("yes", "zero", "identically zero")
    domains = [_domain(generator, question.ranges) for generator in ring.generators]
    parts = [(each, polynomial_sign(each, domains)) for each, power in factors if power % 2]
    undecided = [factor for factor, sign in parts if sign.value is None]
    if len(undecided) > 1:
        product_of_them = reduce(mul, undecided)
        parts = [each for each in parts if each[1].value is not None]
        parts.append((product_of_them, polynomial_sign(product_of_them, domains)))
    if all(sign.value is not None for _, sign in parts):
        if math.prod(sign.value or 0 for _, sign in parts) < 0:
            return None
        parts += [(each, PolynomialSign(1, False, EVEN)) for each in squares]
        return Verdict("yes", _dearest(parts), _product_in_words(parts, ring))
    if any(not generator.is_Symbol for generator in ring.generators):
        return None  # a point gives the kernels values that their arguments may not allow
    return _near(question, ring, [point for _, sign in parts for point in sign.points])


def _factors(ring: Ring, polynomial: Polynomial) -> list[tuple[Polynomial, int]]:
    """Return the factors with their multiplicities; of the content only its sign counts."""
    if len(polynomial) > MAX_FACTORED:
        return [(polynomial, 1)]
    content, factors = ring.factors(polynomial)
    return [*factors, *([(ring.constant(-1), 1)] if content < 0 else [])]


def _domain(generator: sp.Expr, ranges: Ranges) -> Domain:
    try:
        return Domain(*enclosure_function(generator)(ranges))
    except UndefinedError:
        return Domain()


def _near(question: _Question, ring: Ring, places: Sequence[Sequence[Fraction]]) -> Verdict | None:
    """Look for a counterexample at places and, as other factors may vanish there, beside."""
    middle = {name: _tried_values(each)[-1] for name, each in question.ranges.items()}
    for place in places:
        at = dict(zip(ring.generators, place, strict=True))
        for weight in (Fraction(0), Fraction(1, 1024), Fraction(1, 2**20)):
            point = {name: at[name] + weight * (middle[name] - at[name]) for name in middle}
            if (verdict := question.counterexample(point)) is not None:
                return verdict
    return None


def _dearest(parts: Sequence[tuple[Polynomial, PolynomialSign]]) -> str:
    methods = {sign.method.partition(" on ")[0] for _, sign in parts}
    order = ("Bernstein coefficients", "signs of coefficients", EVEN)
    return next((method for method in order if method in methods), "signs of coefficients")


def _product_in_words(parts: Sequence[tuple[Polynomial, PolynomialSign]], ring: Ring) -> str:
    """Name the factors with their signs, the longest ones first."""
    words = []
    for factor, sign in sorted(parts, key=lambda part: -len(part[0])):
        text = _shortened(ring.expression(factor))
        if sign.method == EVEN:
            words.append(f"({text}) to {EVEN}")
        elif not factor.is_constant():
            words.append(f"{text} {'>=' if sign.value == 1 else '<='} 0 ({sign.method})")
    return "the product of " + "; ".join(words)


def _by_subdivision(question: _Question) -> Verdict | None:
    waiting, n_boxes = deque([dict(question.ranges)]), 0
    while waiting:
        box = waiting.popleft()
        n_boxes += 1
        try:
            low, high = question.enclose(box)
        except UndefinedError:
            low, high = -math.inf, math.inf
        if low >= 0:
            continue
        if high < 0:
            return question.counterexample({n: _tried_values(r)[-1] for n, r in box.items()})
        if n_boxes >= MAX_BOXES or not box:
            return None
        waiting.extend(_halves(box))
    text = f"the enclosures on {n_boxes} boxes that cover the ranges are"
    return Verdict("yes", "interval subdivision", text)


def _halves(box: dict[sp.Symbol, Interval]) -> Iterator[dict[sp.Symbol, Interval]]:
    """Cut the widest range in two."""
    name = max(box, key=lambda each: box[each][1] - box[each][0])
    low, high = box[name]
    cut = _cut(low, high)
    yield {**box, name: (low, cut)}
    yield {**box, name: (cut, high)}


def _cut(low: Fraction | float, high: Fraction | float) -> Fraction:
    if math.isfinite(low) and math.isfinite(high):
        return (Fraction(low) + Fraction(high)) / 2
    if math.isfinite(low):
        return Fraction(low) + max(Fraction(1), abs(Fraction(low)))
    if math.isfinite(high):
        return Fraction(high) - max(Fraction(1), abs(Fraction(high)))
    return Fraction(0)


def _shortened(expression: sp.Expr) -> str:
    text = to_text(expression)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 4]} ..."
