"""Strategies of polynomial systems about which something is known by construction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, product

import sympy as sp
from hypothesis import strategies as st

from mirrorsys._expressions import symbol
from mirrorsys._system import Parameter, System
from mirrorsys.testing._printing import print_as_code

__all__ = ["KnownSystem", "systems", "systems_with_known_equilibria"]

print_as_code()

NAMES = ("x", "y", "z", "w", "v", "u")
RATES = tuple(map(Fraction, ("1", "2", "1/2", "3", "1/4", "5")))  # short ones first
SIGNED = tuple(sign * rate for rate in RATES for sign in (1, -1))
ROOTS = tuple(Fraction(k, 4) for k in sorted(range(-8, 9), key=lambda k: (k % 4 != 0, abs(k), k)))
MOST_TERMS = 2  # of each kind, in one equation
HIGHEST_DEGREE = 6


def systems(n_states: int = 2, degree: int = 3) -> st.SearchStrategy[System]:
    """Draw a polynomial system that never leaves the unit box, by construction.

    Each state is driven up by terms with the factor 1 - x, down by terms with the factor x,
    and either way by terms with the factor x*(1 - x); so every face points inward (or along
    itself), and `mirrorsys.symbolic.invariant_box` certifies it. In linear systems states
    drift toward each other, 0 and 1. The parameter `pace`, from 0 to 4, multiplies all rates.

    Parameters
    ----------
    n_states : int
        From 1 to 6.
    degree : int
        The highest power of states in an equation, from 1 to 6.

    Returns
    -------
    SearchStrategy of System
        With few terms and small fractions; a failing test prints the code of its system.

    Raises
    ------
    ValueError
        If `n_states` or `degree` is out of range.

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from hypothesis import find
    >>> from mirrorsys.testing import systems
    >>> drawn = find(systems(1, 3), lambda each: len(ms.equilibria(each)) == 3)
    >>> ms.symbolic.invariant_box(drawn).answer
    'yes'
    """
    for label, value, most in (("n_states", n_states, len(NAMES)),
                               ("degree", degree, HIGHEST_DEGREE)):  # fmt: skip
        if value not in range(1, most + 1):
            raise ValueError(f"`{label}` is {value!r}; give a whole number from 1 to {most}.")
    return _systems(n_states, degree)


@st.composite
def _systems(draw: st.DrawFn, n_states: int, degree: int) -> System:
    names = NAMES[:n_states]
    xs = [symbol(name) for name in names]
    pace = Parameter("pace", 1.0, range=(0.0, 4.0), meaning="multiplies all rates")
    rates = {}
    for x in xs:
        least = x * (1 - x) if degree > 1 else 1 - x
        rate = _terms(draw, xs, degree - 2, SIGNED) * x * (1 - x) if degree > 1 else sp.Integer(0)
        rate += _terms(draw, xs, degree - 1, RATES) * (1 - x) if degree > 1 else _drift(draw, x, xs)
        rate -= _terms(draw, xs, degree - 1, RATES) * x
        # Without any term, or if they cancel, every value would be an equilibrium.
        rates[str(x)] = symbol("pace") * (rate if sp.expand(rate) != 0 else least)
    start = {name: 0.5 for name in names}
    unit = dict.fromkeys(names, (0.0, 1.0))
    return System("random", rates, [pace], box=unit, initial=start)


def _drift(draw: st.DrawFn, x: sp.Symbol, xs: list[sp.Symbol]) -> sp.Expr:
    """Return a linear rate toward 1 and toward the other states."""
    targets = [sp.Integer(1), *(other for other in xs if other != x)]
    chosen = draw(st.lists(st.sampled_from(targets), max_size=MOST_TERMS, unique=True))
    return sp.Add(*(_rational(draw(st.sampled_from(RATES))) * (to - x) for to in chosen))


def _terms(
    draw: st.DrawFn, xs: list[sp.Symbol], degree: int, coefficients: tuple[Fraction, ...]
) -> sp.Expr:
    """Return a polynomial of few terms and bounded degree; often zero."""
    powers = [sp.Mul(*each) for k in range(degree + 1)
              for each in combinations_with_replacement(xs, k)]  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(powers), max_size=MOST_TERMS, unique=True))
    return sp.Add(*(_rational(draw(st.sampled_from(coefficients))) * each for each in chosen))


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


@dataclass(frozen=True)
class KnownSystem:
    """A system together with all its equilibria, by construction.

    Attributes
    ----------
    system : System
        Its box holds all equilibria; trajectories may leave the box.
    equilibria : tuple of tuple of Fraction
        Each a state, exactly, in the order of the states; ordered by the first state.
    eigenvalues : tuple of tuple of Fraction
        Of the Jacobian at each equilibrium: real and different from zero, from below.
    """

    system: System
    equilibria: tuple[tuple[Fraction, ...], ...]
    eigenvalues: tuple[tuple[Fraction, ...], ...]

    @property
    def n_stable(self) -> int:
        """How many equilibria are stable."""
        return sum(max(each) < 0 for each in self.eigenvalues)


@st.composite
def systems_with_known_equilibria(draw: st.DrawFn, max_states: int = 3) -> KnownSystem:
    """Draw a polynomial system all of whose equilibria, and their eigenvalues, are known.

    Every state moves by -c*(x - a)*(x - b)*(x - c) or by c*(a - x), where a, b, c are different
    round numbers; so equilibria are all combinations of roots. Then the coordinates are sheared
    by whole numbers, which hides the roots and keeps them exact: the equations are coupled.

    Parameters
    ----------
    max_states : int

    Examples
    --------
    >>> import mirrorsys as ms
    >>> from hypothesis import find
    >>> from mirrorsys.testing import systems_with_known_equilibria
    >>> known = find(systems_with_known_equilibria(1), lambda each: len(each.equilibria) == 3)
    >>> [str(x) for (x,) in known.equilibria], known.n_stable
    (['-1', '0', '1'], 2)
    >>> [point.state["x"] for point in ms.equilibria(known.system)]
    [-1.0, 0.0, 1.0]
    """
    n = draw(st.integers(1, max_states))
    roots = [_roots(draw) for _ in range(n)]
    speeds = [draw(st.sampled_from(RATES)) for _ in range(n)]
    shear = _shear(draw, n)
    back = shear.inv()
    new = sp.Matrix([symbol(name) for name in NAMES[:n]])
    old = back * new
    rates = shear * sp.Matrix(
        [-_rational(c) * sp.Mul(*(x - _rational(r) for r in own))
         for c, own, x in zip(speeds, roots, old, strict=True)]
    )  # fmt: skip
    found = []
    for combination in product(*roots):
        point = shear * sp.Matrix([_rational(each) for each in combination])
        slopes = (_slope(c, own, at)
                  for c, own, at in zip(speeds, roots, combination, strict=True))  # fmt: skip
        found.append((tuple(Fraction(int(x.p), int(x.q)) for x in point), tuple(sorted(slopes))))
    found.sort()
    system = System(
        "known", dict(zip(NAMES[:n], rates, strict=True)), box=_box([state for state, _ in found])
    )
    return KnownSystem(system, tuple(s for s, _ in found), tuple(e for _, e in found))


def _roots(draw: st.DrawFn) -> tuple[Fraction, ...]:
    n = draw(st.sampled_from([1, 3]))
    drawn = draw(st.lists(st.sampled_from(ROOTS), min_size=n, max_size=n, unique=True))
    return tuple(sorted(drawn))


def _slope(speed: Fraction, roots: tuple[Fraction, ...], at: Fraction) -> Fraction:
    return -speed * math.prod((at - each for each in roots if each != at), start=Fraction(1))


def _shear(draw: st.DrawFn, n: int) -> sp.Matrix:
    """Return a matrix of whole numbers whose inverse is one too."""
    matrix = sp.eye(n)
    if n > 1:
        for _ in range(draw(st.integers(0, 2))):
            to, by = draw(st.sampled_from([(i, j) for i in range(n) for j in range(n) if i != j]))
            step = sp.eye(n)
            step[to, by] = draw(st.sampled_from([1, -1]))
            matrix = step * matrix
    return matrix


def _box(points: list[tuple[Fraction, ...]]) -> dict[str, tuple[float, float]]:
    sides = zip(*points, strict=True)
    return {
        name: (float(math.floor(min(side)) - 1), float(math.ceil(max(side)) + 1))
        for name, side in zip(NAMES, sides, strict=False)
    }
