"""Where cycles begin: beside Hopf points, or near a function of time."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._cycle_starts import beside_hopf, cycle_scale, from_function
from mirrorsys.analysis.bifurcation._field import field


def test_a_small_cycle_beside_a_hopf_point(circle, circle_branches):
    point, at = circle_branches["H1"], field(circle, ("mu",), None)
    scale = cycle_scale(at, point.y[:2], point.period, (2.0,))
    made, z, along = beside_hopf(at, point, 20, scale, (0.01,))
    profile, period, (mu,) = made.parts(z)
    assert period == pytest.approx(np.pi)
    np.testing.assert_allclose(np.hypot(*profile), np.sqrt(mu), rtol=1e-6)
    assert 0 < mu < 0.01
    assert np.linalg.norm(along) == pytest.approx(1)
    np.testing.assert_allclose(made.residual(z), 0, atol=1e-12)


def test_no_size_fits(circle, circle_branches):
    point, at = circle_branches["H1"], field(circle, ("mu",), None)
    scale = cycle_scale(at, point.y[:2], point.period, (2.0,))
    assert beside_hopf(at, point, 20, scale, ()) is None
    assert beside_hopf(at, point, 20, scale, (1e3,)) is None


def test_the_scale_is_that_of_ranges_or_of_the_states():
    made = ms.System(
        "ranged", {"x": "mu - x", "y": "-y"}, {"mu": 0}, box={"x": (0, 4)},
    )  # fmt: skip
    scale = cycle_scale(field(made, ("mu",), None), np.array([1.0, -3.0]), 2.5, (0.5,))
    assert scale[1:].tolist() == [7.0, 2.5, 0.5]  # 1 + 2 |y|, the period, the bounds
    assert cycle_scale(field(made, (), None), np.zeros(2), 2.5, (0.5,)).shape == (3,)


def test_a_function_that_nearly_returns_is_closed(circle):
    """A spiral: its gap is spread over the period."""

    def spiral(t):
        return np.exp(0.01 * t) * np.array([np.cos(2 * t), np.sin(2 * t)])

    made, z = from_function(field(circle, (), None), np.pi, spiral, 20)
    profile, period, _ = made.parts(z)
    assert period == np.pi
    np.testing.assert_array_equal(profile[:, -1, -1], profile[:, 0, 0])
    times = made.node_times() * np.pi
    gap = (np.exp(0.01 * np.pi) - 1) * np.array([1.0, 0.0])[:, None, None]
    expected = spiral(times) - gap * times / np.pi
    np.testing.assert_allclose(profile, expected, atol=1e-12)


def test_steep_parts_get_their_intervals(circle):
    at = field(circle, (), None)
    made, _ = from_function(
        at,
        1.0,
        lambda t: np.array([np.tanh(30 * np.sin(2 * np.pi * t)), np.cos(2 * np.pi * t)]),
        40,
    )
    steps = np.diff(made.mesh)
    assert steps.min() < steps.max() / 4
