"""Kernels: a system in arrays, the same in NumPy and in machine code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mirrorsys as ms
from mirrorsys import System
from mirrorsys.kernels import expression_function, kernel, vector_field
from mirrorsys.models import client, dyad, network, person, therapist

Array = NDArray[np.float64]

# Everything the grammar has, in one system; finite for states in (0.1, 1.5).
EVERYTHING = System(
    "everything",
    {
        "x": "exp(-x)*sin(y)**3 + 1e30*x/1e30 - x**100/1e5 + min(x, y, a) + (x < a)*y",
        "y": "log(x + 1)*sqrt(y) - abs(x - y)**2.5 + max(x*y, a)**a + cosh(x)/sinh(y + 1)",
        "z": "tanh(x - z)*sign(y - a) + 2**-z + z**-7 + cos(tan(x/3)) - (z >= b)*(x <= 1)/3",
    },
    {"a": 0.6},
    {"b": 0.7},
    outputs={"total": "x + y + z", "constant": "3"},
)
MODELS: list[System] = [
    EVERYTHING, client(), dyad(client(), therapist()),
    network([person("a"), person("b"), person("c")], [("a", "b"), ("b", "c")]),
]  # fmt: skip


def at_points(function: Callable[..., None], points: Array, p: Array, u: Array, n: int) -> Array:
    shape = (n,) if function.__name__ == "rhs" else (n, n)
    found = []
    for point in points.T:
        out = np.empty(shape)
        function(np.ascontiguousarray(point), p, u, out)
        found.append(out)
    return np.stack(found, axis=-1)


def defaults(system: System) -> tuple[Array, Array]:
    return (
        np.array([each.value for each in system.parameters]),
        np.array([0.3 for _ in system.inputs]),
    )


@pytest.mark.parametrize("system", MODELS, ids=lambda system: system.name)
def test_numpy_and_machine_code_agree(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).uniform(0.1, 1, (len(system.states), 20))
    p, u = defaults(system)
    kernels = {}
    for backend in ("llvm", "numpy"):
        monkeypatch.setenv("MIRRORSYS_BACKEND", backend)
        kernels[backend] = kernel(system)
        assert kernels[backend].backend == backend
    for name in ("rhs", "jacobian"):
        compiled, plain = (
            at_points(getattr(each, name), points, p, u, len(system.states))
            for each in kernels.values()
        )
        # Machine code may fuse and reorder: some units in the last place.
        np.testing.assert_allclose(compiled, plain, rtol=1e-12, atol=1e-12)
    many = np.empty_like(points)
    kernels["llvm"].rhs_array(points, p, u, many)
    at_each = at_points(kernels["numpy"].rhs, points, p, u, len(system.states))
    np.testing.assert_allclose(many, at_each, rtol=1e-12, atol=1e-12)


def test_a_simulation_is_the_same_with_both_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, times = dyad(client(), therapist()), np.linspace(0, 50, 11)
    runs = []
    for backend in ("llvm", "numpy"):
        monkeypatch.setenv("MIRRORSYS_BACKEND", backend)
        runs.append(ms.simulate(pair, protocol=ms.protocols.session(), times=times))
    assert [run.attrs["backend"] for run in runs] == ["llvm", "numpy"]
    for name in ("threat", "soothing", "fatigue", "pathway", "signal", "expressed_distress"):
        np.testing.assert_allclose(runs[0][name], runs[1][name], atol=1e-9)


@pytest.mark.parametrize("backend", ["", "numpy"], ids=["machine code", "numpy"])
def test_a_division_by_zero_is_infinite(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", backend)
    out = np.empty(1)
    with np.errstate(divide="ignore"):
        kernel(System("pole", {"x": "1/x"})).rhs(np.zeros(1), np.empty(0), np.empty(0), out)
    assert out == np.inf


def test_a_system_is_compiled_once() -> None:
    assert kernel(client()) is kernel(client("client"))
    assert kernel(client()) is not kernel(client("ann"))


def test_outputs_are_computed_for_whole_arrays() -> None:
    states = np.random.default_rng(0).uniform(0.1, 1, (3, 4, 5))
    out = np.empty((2, 4, 5))
    kernel(EVERYTHING).outputs_array(states, np.array([0.6]), np.array([0.7]), out)
    np.testing.assert_allclose(out[0], states.sum(axis=0))
    assert (out[1] == 3).all()


def test_expressions_of_a_system() -> None:
    function = expression_function(EVERYTHING, EVERYTHING.rhs[:1])
    states, out = np.full((3, 2), 0.5), np.empty((1, 2))
    function(states, np.array([0.6]), np.array([0.7]), out)
    np.testing.assert_allclose(out, vector_field(EVERYTHING)(states)[:1])


# ---- vector fields -----------------------------------------------------------------------

LINEAR = System("linear", {"x": "a*x + b*y + u", "y": "-1"}, {"a": 2, "b": 3}, {"u": 0})


def test_a_vector_field_is_a_function_of_states() -> None:
    assert vector_field(LINEAR)([1, 2]).tolist() == [8, -1]
    assert vector_field(LINEAR, {"a": 0, "u": 5})([1, 2]).tolist() == [11, -1]
    assert vector_field(LINEAR)(np.array([1, 2])).dtype == float


@pytest.mark.parametrize("shape", [(2,), (2, 1), (2, 3), (2, 3, 4), (2, 0)])
def test_a_vector_field_broadcasts(shape: tuple[int, ...]) -> None:
    states = np.random.default_rng(0).normal(size=shape)
    rates = vector_field(LINEAR)(states)
    assert rates.shape == shape
    np.testing.assert_allclose(rates[0], 2 * states[0] + 3 * states[1])
    assert (rates[1] == -1).all()


def test_a_vector_field_takes_bare_names() -> None:
    pair = dyad(client(), therapist())
    states = np.full(10, 0.3)
    by_hand = {"client.mu": 0.5, "therapist.mu": 0.5, "client_therapist.contact": 1.0,
               "therapist_client.contact": 1.0}  # fmt: skip
    np.testing.assert_array_equal(
        vector_field(pair, {"mu": 0.5, "contact": 1})(states), vector_field(pair, by_hand)(states)
    )


@pytest.mark.parametrize("states", [[1.0], [1.0, 2, 3], 1.0, np.ones((3, 2)), []])
def test_states_of_another_shape_are_refused(states: Any) -> None:
    with pytest.raises(ValueError, match=r"`states` has shape .* the 2 states \['x', 'y'\]"):
        vector_field(LINEAR)(states)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="has no parameter or input called 'q'"):
        vector_field(LINEAR, {"q": 1})
    with pytest.raises(ValueError, match="parameter 'a' is nan"):
        vector_field(LINEAR, {"a": float("nan")})
