"""Accuracy: engines against a reference of 28 digits, and the reference against others."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

import mirrorsys as ms
from mirrorsys.protocols import Phase, Protocol, Recording
from trust.accuracy.cases import case_of, times_of
from trust.accuracy.growth import propagators
from trust.accuracy.reference import Case, reference_of
from trust.accuracy.series import BITS
from trust.accuracy.studies import Errors, Study, errors_of, lane_errors

BOUND = 100.0  # x tolerance x growth
NUMBERS = (12, 16, 28, 36, 5)  # persons are even, dyads odd
ENGINES = [("scipy", each) for each in ("LSODA", "Radau", "BDF", "DOP853", "RK45")]
ENGINES += [("compiled", "switching"), ("compiled", "DOP853")]
TOLERANCE = 1e-8

# x follows y**2 by a pull of rate k and is equal to it; y is logistic. The stages of a method do
# not keep x = y**2, and of that a curve between two steps can show far more than their ends.
FOLLOWER = ms.System(
    "follower", {"x": "k*(y**2 - x) + 2*y**2*(1 - y)", "y": "y*(1 - y)"}, {"k": 20.0},
    initial={"x": 0.0625, "y": 0.25},
)  # fmt: skip
DURATION = 8.0


def _exact(times: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + 3 * np.exp(-np.asarray(times))) ** 2)


@pytest.fixture(scope="module")
def studies() -> list[Study]:
    found = []
    for number in NUMBERS:
        case = case_of(number)
        times = times_of(case)
        reference = reference_of(case, times.tolist())
        between = propagators(case, reference, times)
        found.append(Study(case, times, reference.states, reference.at_end, between))
    return found


def _digits(rows: list[list[int]]) -> list[list[Fraction]]:
    return [[Fraction(each, 1 << BITS) for each in row] for row in rows]


def test_the_reference_has_25_digits_of_the_logistic_function() -> None:
    growth = ms.System("growth", {"x": "x*(1 - x)"}, initial={"x": 0.25})
    run = Case(growth, {}, {}, Protocol((Phase(4), Phase(3))))
    times = [0.0, 0.5, 4.0, 6.0, 7.0]
    with mpmath.workdps(40):
        for t, (x,) in zip(times, _digits(reference_of(run, times).digits), strict=True):
            exact = 1 / (1 + 3 * mpmath.exp(-t))
            assert abs(mpmath.mpf(x.numerator) / x.denominator - exact) < 1e-25


def test_the_reference_agrees_with_the_integrator_of_mpmath() -> None:
    """With inputs of all kinds left constant: it knows one smooth right-hand side."""
    ann = ms.models.person("ann")
    start = {"threat": 0.5, "soothing": 0.25, "fatigue": 0.125, "pathway": 0.5}
    inputs = {"stressor": 0.75, "engagement": 1.0, "seen_distress": 0.5, "seen_soothing": 0.25}
    run = Case(ann, {}, start, Protocol((Phase(0.25, inputs),)))
    (end,) = _digits(reference_of(run, [0.25]).digits)
    with mpmath.workdps(30):
        values = {each.name: mpmath.mpf(each.value) for each in ann.quantities} | inputs
        names = {str(each): each for rhs in ann.rhs for each in rhs.free_symbols}
        order = [names[each] for each in ann.state_names]
        held = {s: values[n] for n, s in names.items() if n not in ann.state_names}

        def rates(_: mpmath.mpf, x: list[mpmath.mpf]) -> list[mpmath.mpf]:
            now = held | dict(zip(order, x, strict=True))
            return [_value(rhs, now) for rhs in ann.rhs]

        first = [mpmath.mpf(start.get(each, ann[each].value)) for each in ann.state_names]
        other = mpmath.odefun(rates, 0, first)(mpmath.mpf(0.25))
        gaps = [mpmath.mpf(x.numerator) / x.denominator - y for x, y in zip(end, other)]  # noqa: B905
        assert max(map(abs, gaps)) < 1e-25


def _value(expression: object, now: dict) -> mpmath.mpf:
    """Return the value of a polynomial over its numbers; SymPy's own way is far slower."""
    if expression.is_Symbol:
        return now[expression]
    if expression.is_Number:
        return mpmath.mpf(expression.p) / expression.q
    parts = [_value(each, now) for each in expression.args]
    if expression.is_Pow:
        return parts[0] ** int(parts[1])
    return mpmath.fsum(parts) if expression.is_Add else mpmath.fprod(parts)


@pytest.mark.parametrize(("engine", "method"), ENGINES)
def test_errors_stay_within_the_bound(studies: list[Study], engine: str, method: str) -> None:
    errors = [errors_of(each, engine, method, TOLERANCE) for each in studies]
    assert max(each.at_times for each in errors) <= BOUND
    assert max(each.absolute for each in errors) > 0  # measured at all


def test_errors_of_lanes_stay_within_the_bound(studies: list[Study]) -> None:
    persons = [each for each in studies if len(each.case.system.states) == 5]
    errors: list[Errors] = lane_errors(persons, 1e-10)
    assert max(each.at_times for each in errors) <= BOUND


@pytest.mark.parametrize(
    ("engine", "method"),
    [("scipy", "DOP853"), ("compiled", "DOP853"), ("compiled", "switching")],
)
@pytest.mark.parametrize("rtol", [1e-6, 1e-8, 1e-10])
def test_states_between_long_steps_are_as_exact_as_at_their_ends(
    engine: str, method: str, rtol: float
) -> None:
    given = {"engine": engine, "method": method, "rtol": rtol, "atol": rtol}
    times = np.linspace(0, DURATION, 401)
    run = ms.simulate(FOLLOWER, times=times, **given)
    assert np.abs(run.x - _exact(times)).max() <= 10 * rtol
    own = ms.simulate(FOLLOWER, duration=DURATION, **given)
    assert np.abs(own.x - _exact(own.time)).max() <= 10 * rtol


def test_lanes_are_as_exact_between_long_steps() -> None:
    times = np.linspace(0, DURATION, 401)
    runs = ms.ensemble(FOLLOWER, {"k": [10.0, 20.0, 40.0]}, duration=DURATION, outputs=times,
                       rtol=1e-8, atol=1e-8)  # fmt: skip
    assert np.abs(runs.x.values - _exact(times)).max() <= 10 * 1e-8


@pytest.mark.parametrize("method", ["DOP853", "RK45"])
def test_explicit_methods_lose_nothing_where_a_recording_bends(method: str) -> None:
    """Between samples the input is a cubic, which they integrate without any error."""
    times, values = (0.0, 0.3, 1.1, 1.2, 2.9, 4.0), (0.0, 1.0, 0.2, 0.9, 0.9, 0.1)
    total = ms.System("total", {"x": "u"}, inputs={"u": 0.0})
    run = ms.simulate(
        total, protocol=Phase(5, {"u": Recording(times, values)}), times=[2.0, 5.0], method=method,
        rtol=1e-3, atol=1e-3,
    )  # fmt: skip
    curve = PchipInterpolator(times, values)
    exact = [curve.integrate(0, 2), curve.integrate(0, 4) + values[-1]]
    np.testing.assert_allclose(run.x, exact, atol=1e-12)
