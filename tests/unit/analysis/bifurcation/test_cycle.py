"""A node of a branch of cycles, and its test functions."""

import numpy as np
import pytest

from mirrorsys.analysis.bifurcation import _cycle
from mirrorsys.analysis.bifurcation._curve import Node
from mirrorsys.analysis.bifurcation._cycle import Cycle, _root, goes_on


@pytest.fixture(scope="module")
def cycle(circle_cycles):
    orbit = circle_cycles.orbits[-1]
    return Cycle(Node(orbit.z, np.eye(orbit.z.size)[-1], orbit.collocation))


def with_multipliers(cycle, *values):
    """Return the cycle with multipliers of our choice, the trivial one added."""
    copy = Cycle(cycle.node)
    copy.__dict__["multipliers"] = np.array([1.0, *values], dtype=complex)
    return copy


def test_what_stands_in_it(cycle):
    assert (cycle.value, cycle.period) == pytest.approx((1, np.pi), abs=1e-8)
    np.testing.assert_allclose(cycle.multipliers, [1, np.exp(-2 * np.pi)], atol=1e-6)
    assert cycle.is_reliable
    assert cycle.status.startswith("solved to ")


def test_its_wave_has_no_mean_and_is_opposite_after_half_a_period(cycle):
    wave = cycle.wave
    np.testing.assert_allclose(wave.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(cycle.doubling, 2 * wave, atol=1e-7)
    np.testing.assert_allclose(np.hypot(*wave), 1 / 4, atol=1e-6)  # radius 1 in a box of width 4


def test_a_fold_is_tested_by_the_tangent(cycle):
    assert cycle.test("fold of cycles") == 1


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("branch point of cycles", [0.9, 0.3], [1.1, 0.3]),
        ("period doubling", [-0.9, 0.3], [-1.1, 0.3]),
        ("neimark-sacker", [0.9 * np.exp(1j), 0.9 * np.exp(-1j)],
         [1.1 * np.exp(1j), 1.1 * np.exp(-1j)]),
    ],
)  # fmt: skip
def test_functions_change_their_sign(cycle, kind, before, after):
    left, right = (with_multipliers(cycle, *each).test(kind) for each in (before, after))
    assert left * right < 0
    others = {"branch point of cycles", "period doubling", "neimark-sacker"} - {kind}
    for other in others:
        same = [with_multipliers(cycle, *each).test(other) for each in (before, after)]
        assert same[0] * same[1] > 0


def test_one_multiplier_has_no_pair(cycle):
    assert with_multipliers(cycle, 0.5).test("neimark-sacker") == 1


def test_multipliers_that_are_off_are_not_reliable(cycle):
    copy = Cycle(cycle.node)
    copy.__dict__["multipliers"] = np.array([1.1, 0.5], dtype=complex)
    assert not copy.is_reliable


def test_enormous_products_stay_numbers():
    assert np.isfinite(_root(np.array([1e200, 1e200, -1e200])))
    assert _root(np.array([2j, -2j])) > 0 > _root(np.array([-2.0, 3.0]))


@pytest.mark.parametrize(
    ("before", "now", "may"),
    [
        ((5.0, 0.1), (9.0, 0.2), True),
        ((-3.5e9, -1e-9), (2.2e11, 1e-12), False),  # a neighbour's, met on a branch of outbursts
        ((-5.0, -0.1), (3 + 1j, 3 - 1j), True),  # by way of a pair a sign can change
        ((-1e-5, -1e-9), (1e-5, 1e-9), True),  # so small that a pair may have lain between
    ],
)
def test_a_leading_multiplier_keeps_its_sign_from_one_cycle_to_the_next(
    cycle, monkeypatch, before, now, may
):
    made = {"here": with_multipliers(cycle, *before), "node": with_multipliers(cycle, *now)}
    for each in made.values():  # the largest modulus first, as they come
        order = np.argsort(-np.abs(each.multipliers))
        each.__dict__["multipliers"] = each.multipliers[order]
    monkeypatch.setattr(_cycle, "cycle_of", made.__getitem__)
    assert goes_on("here", "node") is may


def test_unreliable_multipliers_forbid_nothing(cycle, monkeypatch):
    made = {"here": with_multipliers(cycle, -5.0), "node": with_multipliers(cycle, 5.0)}
    for each in made.values():
        each.__dict__["multipliers"] = each.multipliers * 1.5  # the trivial one is off
    monkeypatch.setattr(_cycle, "cycle_of", made.__getitem__)
    assert goes_on("here", "node")
