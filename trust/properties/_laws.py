"""Properties that are asked of a system because its law is known in closed form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

import mirrorsys as ms
from mirrorsys.models import zoo
from mirrorsys.testing import (
    Outcome,
    check_bounded_sensitivity,
    check_contraction,
    check_equilibria_complete,
    check_lyapunov_function,
    check_monotone,
    check_stability_matches_flow,
    check_symmetry,
    persons,
    systems,
    systems_with_known_equilibria,
)
from trust.properties._kept import kept
from trust.properties._tally import asked, drawn, plain, tally

__all__ = ["measured_laws"]

SEED, N = 0, 12  # how many random systems for each law
POINTS, RUNS, EQUILIBRIA = 1000, 60, 10
LENGTHS = st.integers(1, 9)
Question = tuple[str, str, Callable[[], Outcome]]


def measured_laws() -> dict[str, Any]:
    """Return for each property the laws that were tried, and in how many cases they hold."""
    found: dict[str, list[dict[str, Any]]] = {}
    laws: dict[str, dict[str, None]] = {}
    every = [*_exchanges(), *_energies(), *_contractions(), *_relaxations(), *_known()]
    for number, (name, law, ask) in enumerate(every):
        outcome = kept(f"law/{number}/{name}/{law}", lambda ask=ask: plain(ask()))
        print(f"{name}: {law}: {outcome['status']}, {outcome['cases']} cases", flush=True)
        found.setdefault(name, []).append(outcome)
        laws.setdefault(name, {})[law] = None
    return {name: tally(each) | {"laws": list(laws[name])} for name, each in found.items()}


def _exchanges() -> Iterator[Question]:
    """Two equal persons are exchanged, and three in a circle are turned round."""
    turn = {"ann": "ben", "ben": "cem", "cem": "ann"}
    for ann in drawn(persons(), N, SEED):
        pair = ms.models.dyad(ann, _called(ann, "ben"))
        yield ("symmetry", "two equal persons are exchanged", lambda pair=pair: asked(
            check_symmetry, pair, {"ann": "ben", "ben": "ann"}, n_cases=POINTS))  # fmt: skip
    ann = ms.models.client("ann")
    three = ms.models.network([ann, _called(ann, "ben"), _called(ann, "cem")])
    yield ("symmetry", "three equal persons in a circle are turned round",
           lambda: asked(check_symmetry, three, turn, n_cases=POINTS))  # fmt: skip


def _called(person: ms.System, name: str) -> ms.System:
    return person.replace(name=name)


def _energies() -> Iterator[Question]:
    """Return systems with a function that cannot grow."""
    calm = zoo.lorenz()
    yield ("lyapunov_function", "Lorenz below rho = 1: x²/sigma + y² + z²", lambda: asked(
        check_lyapunov_function, calm, "x**2/sigma + y**2 + z**2", params={"rho": 0.9},
        n_cases=POINTS))  # fmt: skip
    pairs = st.tuples(LENGTHS, LENGTHS, st.integers(-9, 9))
    for a, b, turn in drawn(pairs, N, SEED):
        spiral = ms.System("spiral", {"x": f"-{a}*x + ({turn})*y", "y": f"-({turn})*x - {b}*y"},
                           box={"x": (-1, 1), "y": (-1, 1)})  # fmt: skip
        yield ("lyapunov_function", "damped spirals: x² + y²", lambda spiral=spiral: asked(
            check_lyapunov_function, spiral, "x**2 + y**2", n_cases=POINTS))  # fmt: skip
    wells = "x**4/4 + y**2/2 - ({0})*x**2/2 - ({1})*x*y"
    for bend, pull in drawn(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), N, SEED):
        slope = ms.System("downhill", {"x": f"-x**3 + ({bend})*x + ({pull})*y",
                          "y": f"-y + ({pull})*x"}, box={"x": (-2, 2), "y": (-2, 2)})  # fmt: skip
        yield ("lyapunov_function", "gradient systems: their potential", lambda slope=slope, bend=
               bend, pull=pull: asked(check_lyapunov_function, slope, wells.format(bend, pull),
                                      n_cases=POINTS))  # fmt: skip


def _contractions() -> Iterator[Question]:
    """Linear random systems drift toward each other: their Jacobian is diagonally dominant."""
    for each in drawn(systems(3, 1), N, SEED):
        yield ("contraction", "random linear systems in the largest norm", lambda each=each: asked(
            check_contraction, each, float("inf"), n_cases=POINTS))  # fmt: skip


def _relaxations() -> Iterator[Question]:
    """X' = k (a - x) from x0 ends at a + (x0 - a) exp(-k t): slope in a from 0 to 1."""
    for k, cubic in drawn(st.tuples(LENGTHS, st.integers(0, 9)), N, SEED):
        a = ms.Parameter("a", 0.5, range=(0, 1))
        pull = ms.System("pull", {"x": f"{k}*(a - x) + {cubic}*(a - x)**3"}, [a],
                         box={"x": (0, 1)})  # fmt: skip
        yield ("monotone", "relaxation rises with its target", lambda pull=pull: asked(
            check_monotone, pull, "x", "a", n_cases=RUNS))  # fmt: skip
        yield ("bounded_sensitivity", "relaxation rises no faster than its target",
               lambda pull=pull: asked(check_bounded_sensitivity, pull, "x", "a", 1.0,
                                       n_cases=RUNS))  # fmt: skip


def _known() -> Iterator[Question]:
    """Equilibria known by construction are claimed, with their stability."""
    for known in drawn(systems_with_known_equilibria(), N, SEED + 1):
        points = [tuple(map(float, state)) for state in known.equilibria]
        claim = [(x, max(values) < 0) for x, values in zip(points, known.eigenvalues, strict=True)]
        yield ("equilibria_complete", "those that are known are those that are certified",
               lambda known=known, points=points: asked(check_equilibria_complete, known.system,
                   lambda _: points, n_cases=EQUILIBRIA))  # fmt: skip
        yield ("stability_matches_flow", "those that are known to be stable are",
               lambda known=known, claim=claim: asked(check_stability_matches_flow, known.system,
                   lambda _: claim, n_cases=EQUILIBRIA))  # fmt: skip
