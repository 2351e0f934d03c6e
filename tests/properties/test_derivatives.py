"""The compiled Jacobian is the derivative of the compiled right-hand side."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mirrorsys import System
from mirrorsys.kernels import kernel
from mirrorsys.models import client, dyad, network, person, therapist

Array = NDArray[np.float64]

FUNCTIONS = System(
    "functions",
    {
        "x": "exp(-x*y) + log(x + y) - sqrt(x*z) + x**2.5/y**a + tanh(x - z) + 2**(x*y)",
        "y": "sin(x)*cos(y) - tan(z/2) + sinh(x*y)/cosh(z) + b*x**-3 + (y/z)**7",
        "z": "abs(x - y)**3 + x*abs(z - a)*(z - a) + 1e30*z/1e30 - z**x",
    },
    {"a": 0.6, "b": 0.3},
)
# A derivative on each side of a kink, and none to compare with where they meet.
KINKS = System(
    "kinks",
    {
        "x": "abs(x - y) + min(x, y*z, a) - max(x**2, z) + sign(x - z)*y",
        "y": "(x < y)*z**2 - (y >= a)*x*y + min(x*y, max(y, z))",
        "z": "abs(min(x, z) - a)*y + exp(-abs(y - z)) + max(x, y, z, a)**2",
    },
    {"a": 0.6},
)
MODELS = [
    FUNCTIONS, KINKS, client(), dyad(client(), therapist()),
    network([person("a"), person("b"), person("c")], [("a", "b"), ("b", "c")]),
]  # fmt: skip


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    # Machine code of the same source is compared with NumPy in tests/unit/kernels.
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")


def rhs(system: System, state: Array, p: Array, u: Array) -> Array:
    out = np.empty(state.size)
    kernel(system).rhs(state, p, u, out)
    return out


def slopes(system: System, state: Array, p: Array, u: Array) -> Array:
    """Return the Jacobian by central differences of order four."""
    h, columns = 1e-3, []
    for index in range(state.size):
        unit = np.zeros(state.size)
        unit[index] = 1
        f = [rhs(system, state + k * h * unit, p, u) for k in (-2, -1, 1, 2)]
        columns.append((f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h))
    return np.stack(columns, axis=1)


def kinks(x: float, y: float, z: float, a: float) -> list[float]:
    """Return what is zero where an equation of `FUNCTIONS` or `KINKS` is not smooth."""
    smaller, larger = min(x, z), max(y, z)
    return [
        x - y, x - z, y - z, x - a, y - a, z - a, x - y * z, a - y * z, z - x**2,
        x * y - larger, smaller - a,
    ]  # fmt: skip


def drawn(data: st.DataObject, n: int, low: float, high: float) -> Array:
    return np.array(data.draw(st.lists(st.floats(low, high), min_size=n, max_size=n)))


@settings(max_examples=60)
@given(st.data())
@pytest.mark.parametrize("system", MODELS, ids=lambda system: system.name)
def test_the_jacobian_is_the_slope_of_the_right_hand_side(
    system: System, data: st.DataObject
) -> None:
    state = drawn(data, len(system.states), 0.2, 1.0)
    p = np.array(
        [
            data.draw(st.floats(max(q.range[0], 0.1 * q.value), min(q.range[1], 2 * q.value)))
            for q in system.parameters
        ]
    )
    u = drawn(data, len(system.inputs), 0, 1)
    if system in (FUNCTIONS, KINKS):
        assume(min(map(abs, kinks(*state, p[0]))) > 0.01)
    jacobian = np.empty((state.size, state.size))
    kernel(system).jacobian(state, p, u, jacobian)
    differences = slopes(system, state, p, u)
    np.testing.assert_allclose(jacobian, differences, rtol=1e-5, atol=1e-5)


def test_at_a_jump_the_derivative_is_that_beside_it() -> None:
    step = System("step", {"x": "(x < 0.5)*x - sign(x - 0.5)"})
    for x, slope in ((0.3, 1.0), (0.7, 0.0)):  # and no infinite one in between
        jacobian = np.empty((1, 1))
        kernel(step).jacobian(np.array([x]), np.empty(0), np.empty(0), jacobian)
        assert jacobian == slope
