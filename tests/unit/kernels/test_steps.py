"""Steps in machine code: as long as SciPy's, with its curve, and no longer than they may be."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import DOP853

import mirrorsys as ms
from mirrorsys.kernels._code import Code, Memory
from mirrorsys.kernels._steps import Explicit, Method, Rosenbrock

# Not linear, not alike in its states, and with a fast one.
SYSTEM = ms.System("bent", {"x": "y - x**3/3", "y": "-5*x + sin(y)", "z": "x*y - 30*z"})
START, TOLERANCES = (1.5, -0.4, 0.2), (1e-7, 1e-9)
DECAY = ms.System("decay", {"x": "-k*x"}, {"k": 1.0})


def field(_: float, y: Any) -> Any:
    return np.array([y[1] - y[0] ** 3 / 3, -5 * y[0] + np.sin(y[1]), y[0] * y[1] - 30 * y[2]])


def by_scipy(function: Any, start: Any, end: float, **options: Any) -> DOP853:
    rtol, atol = TOLERANCES
    return DOP853(function, 0.0, np.array(start, dtype=float), end, rtol=rtol, atol=atol, **options)


def test_steps_are_those_of_scipy(advance: Callable[..., Any]) -> None:
    """The first, its error, and how the next is chosen: two codes of one book."""
    run = advance(SYSTEM, START, logs=True, end=2.0, tolerances=TOLERANCES)
    assert run.words == ["done"]
    solver = by_scipy(field, START, 2.0)
    for time, *state in run.steps[:-1]:  # the last is cut short
        solver.step()
        # Rounding of the error, a difference of nearly equal numbers, moves the steps.
        assert time == pytest.approx(solver.t, rel=1e-5)
        np.testing.assert_allclose(state, solver.y, rtol=1e-4, atol=1e-5)
    assert run["tallies"][0, 0] == len(run.steps) > 10


def test_points_of_a_step_lie_on_the_curve_of_scipy(advance: Callable[..., Any]) -> None:
    run = advance(SYSTEM, START, logs=True, logs_curves=1, step=0.02, end=1.0, max_steps=1)
    solver = by_scipy(field, START, 1.0, first_step=0.02)
    solver.step()
    curve = solver.dense_output()
    np.testing.assert_allclose(run.steps[:, 0], np.arange(1, 9) / 8 * 0.02)
    np.testing.assert_allclose(run.steps[:, 1:].T, curve(run.steps[:, 0]), rtol=1e-13)


FIRST = [  # x' = a sin(3 x) + b cos(x) + c x: a, b, c, x, and how much time there is
    (1.0, 0.0, -1.0, 0.8, 50.0),
    (0.0, 1.0, 0.0, 0.0, 50.0),  # from nothing
    (0.0, 0.0, 0.0, 3.0, 50.0),  # at rest
    (-20.0, 0.0, 0.0, 90.0, 50.0),  # from far above
    (1e-9, 0.0, 0.0, 1.0, 1e12),  # slowly
    (0.0, 0.0, 1e-3, 1e-3, 1e9),
    (1.0, 0.0, -1.0, 0.8, 1e-5),  # no longer than there is time
]


def test_first_steps_are_those_of_scipy(advance: Callable[..., Any]) -> None:
    system = ms.System(
        "one", {"x": "a*sin(3*x) + b*cos(x) + c*x", "y": "0*y"}, dict.fromkeys("abc", 1.0)
    )
    given = np.array(FIRST)
    start, end = np.column_stack([given[:, 3], np.zeros(len(given))]), given[:, 4]
    run = advance(system, start, constants=given[:, :3], end=end, max_steps=1,
                  tolerances=TOLERANCES)  # fmt: skip
    for (a, b, c, *_), y, time, last in zip(FIRST, start, run["time"], end, strict=True):

        def rate(_: float, y: Any, a: float = a, b: float = b, c: float = c) -> Any:
            return np.array([a * np.sin(3 * y[0]) + b * np.cos(y[0]) + c * y[0], 0.0])

        solver = by_scipy(rate, y, last)
        solver.step()
        assert float(time) == pytest.approx(solver.t, rel=1e-9)


@pytest.mark.parametrize("rejects", [False, True])
def test_the_step_after_one_that_was_given(rejects: bool, advance: Callable[..., Any]) -> None:
    """After a rejected step the next is no longer than the one that was accepted."""
    first = 0.4 if rejects else 0.01
    run = advance(SYSTEM, START, step=first, end=9.0, max_steps=1, tolerances=TOLERANCES)
    solver = by_scipy(field, START, 9.0, first_step=first)
    solver.step()
    assert run.words == ["too many steps"]
    assert run["time"][0] == pytest.approx(solver.t, rel=1e-9)
    assert run["step"][0] == pytest.approx(solver.h_abs, rel=1e-6)
    assert (run["tallies"][1, 0] > 0) == rejects
    np.testing.assert_allclose(run["states"][0], solver.y, rtol=1e-12)


def test_wanted_times_cost_no_steps_where_the_curve_is_exact(advance: Callable[..., Any]) -> None:
    slow = ms.System("slow", {"x": "-x/50"})
    runs = [advance(slow, [1.0], end=9.0, times=times) for times in ([], [2.5, 5.0, 9.0])]
    assert runs[0]["tallies"].tolist() == runs[1]["tallies"].tolist()
    np.testing.assert_allclose(runs[1]["samples"][:, 0, 0], np.exp(-runs[1]["times"] / 50))


@pytest.mark.parametrize("method", ["DOP853", "Rodas5P"])
def test_many_members_decay_each_by_itself(method: str, advance: Callable[..., Any]) -> None:
    """More members than lanes, each with its own rate, start, end and status."""
    n = 21
    rates, starts = np.linspace(0.1, 4.0, n), np.linspace(1.0, 5.0, n)
    begin, end = np.linspace(0.0, 1.0, n), np.linspace(1.5, 3.0, n)
    rates[7] = np.nan
    run = advance(DECAY, starts[:, None], method=method, constants=rates[:, None], time=begin,
                  end=end, times=[1.1, 1.5])  # fmt: skip
    assert run.words == ["rate not finite" if k == 7 else "done" for k in range(n)]
    well = np.arange(n) != 7
    exact = starts * np.exp(-rates * (end - begin))
    np.testing.assert_allclose(run["states"][well, 0], exact[well], rtol=1e-6)
    np.testing.assert_array_equal(run["time"][well], end[well])
    for time, row in zip(run["times"], run["samples"][:, 0], strict=True):
        at = starts * np.exp(-rates * (time - begin))
        np.testing.assert_allclose(row[well], at[well], rtol=1e-6)


def test_the_implicit_curve_is_of_order_4(advance: Callable[..., Any]) -> None:
    """One step of length h: its end is right to h**6, the curve within to h**5."""
    # x' = a x exactly solvable, with two states that turn around each other.
    turning = ms.System("turning", {"x": "y - x/2", "y": "-x - y/2"})
    errors = []
    for h in (0.1, 0.2):
        run = advance(turning, (1.0, 0.0), method="Rodas5P", step=h, end=h, tolerances=(1.0, 1.0),
                      times=np.array([0.25, 0.5, 0.75, 1.0]) * h)  # fmt: skip
        assert run["tallies"][0, 0] == 1
        t = run["times"]
        exact = np.exp(-t / 2) * np.array([np.cos(t), -np.sin(t)])
        errors.append(np.abs(run["samples"][:, :, 0].T - exact).max(axis=0))
    orders = np.log2(errors[1] / errors[0])
    assert (errors[1] < 2e-6).all()
    assert (orders[:3] > 4.5).all()
    assert orders[3] > 5.5


@pytest.mark.parametrize("method", ["DOP853", "Rodas5P"])
def test_states_that_do_the_same_beside_it_change_no_step(
    method: str, advance: Callable[..., Any]
) -> None:
    """The error is a mean over states, not a sum."""
    rates = {name: f"sin({name}) - {name}**2" for name in "xyz"}
    alone, three = ms.System("alone", {"x": rates["x"]}), ms.System("three", rates)
    runs = [advance(system, [[0.7] * n], method=method, step=0.3, end=9.0, max_steps=1)
            for system, n in ((alone, 1), (three, 3))]  # fmt: skip
    for name in ("time", "step"):
        assert runs[0][name][0] == pytest.approx(runs[1][name][0], rel=1e-9)


# ---- parts of the methods, by themselves ---------------------------------------------------------

N = 3


def written(kind: type[Method], code: Code, work: Memory) -> Method:
    """Return a method whose memory is `work`, whose rates are none and whose tolerances are 1."""
    used = [0]

    def room(n: int) -> Memory:
        used[0] += n
        return work.at(used[0] - n)

    one = code.constant(1.0)
    return kind(code, N, room, lambda *_: None, work, one, one)


@pytest.mark.parametrize("lanes", [1, 4])
def test_an_implicit_step_is_no_longer_than_an_explicit_if_short_of_one_over_the_jacobian(
    lanes: int, computed: Callable[..., None]
) -> None:
    """The norm is the largest sum of sizes in a row."""
    jacobian = np.random.default_rng(3).normal(size=(N, N, lanes))
    norm = np.abs(jacobian).sum(axis=1).max(axis=0)
    found, work = np.empty((2, lanes)), np.full((200, lanes), np.nan)

    def write(code: Code, given: Memory, steps: Memory, out: Memory, room: Memory) -> None:
        method = written(Rosenbrock, code, room)
        method.jacobian = given
        for k in range(2):
            out[k] = code.choose(method.misfits(steps[k]), 1.0, 0.0)

    computed(write, jacobian, np.array([0.999 / norm, 1.001 / norm]), found, work, lanes=lanes)
    assert found.tolist() == [[1.0] * lanes, [0.0] * lanes]


@pytest.mark.parametrize("lanes", [1, 4])
def test_equations_are_solved_in_each_lane_with_its_own_order_of_rows(
    lanes: int, computed: Callable[..., None]
) -> None:
    rng = np.random.default_rng(5)
    matrix, right = rng.normal(size=(N, N, lanes)), rng.normal(size=(N, lanes))
    # Impossible without an exchange, and inexact with a row that is not the one of the largest.
    matrix[:, 0] = np.array([0.0, 1.0, 1e-17])[:, None]
    solution, work = right.copy(), np.full((200, lanes), np.nan)

    def write(code: Code, given: Memory, b: Memory, room: Memory) -> None:
        method = written(Rosenbrock, code, room)
        method.matrix = given
        method._factorise()
        method._solve(b)

    computed(write, matrix.copy(), solution, work, lanes=lanes)
    for lane in range(lanes):
        exact = np.linalg.solve(matrix[..., lane], right[:, lane])
        np.testing.assert_allclose(solution[:, lane], exact, rtol=1e-10)


@pytest.mark.parametrize(("kind", "power"), [(Explicit, 1 / 8), (Rosenbrock, 3 / 16)])
def test_steps_grow_and_shrink_by_a_root_of_the_error(
    kind: type[Method], power: float, computed: Callable[..., None]
) -> None:
    errors = np.array([0.0, 1e-14, 1e-4, 0.5, 1.0, 7.0, 1e9, np.inf, np.nan, 1.1e300])
    factors, work = np.empty_like(errors), np.full(300, np.nan)

    def write(code: Code, given: Memory, out: Memory, room: Memory) -> None:
        method = written(kind, code, room)
        with code.loop(len(errors)) as i:
            out[i] = method.factor(given[i])

    computed(write, errors, factors, work, lanes=1)
    with np.errstate(divide="ignore"):
        expected = np.clip(0.9 / errors**power, 0.2, 10.0)
    expected[-3:] = 0.2  # far too large, or no number
    np.testing.assert_allclose(factors, expected, rtol=1e-12)


@pytest.mark.parametrize("lanes", [1, 4])
def test_an_explicit_step_is_stiff_where_it_times_the_eigenvalue_passes_four(
    lanes: int, computed: Callable[..., None]
) -> None:
    """The eigenvalue is that of the last two stages: change of rates over change of states."""
    h, eigenvalue = 0.2, np.linspace(18.0, 23.0, lanes)
    states = np.random.default_rng(1).normal(size=(2, N, lanes))
    rates, found = -eigenvalue * states, np.empty(lanes)

    def write(code: Code, y: Memory, f: Memory, out: Memory, room: Memory) -> None:
        method = written(Explicit, code, room)
        method.stage, method.new = y, y.at(N)
        method.k[11], method.next_rate = f, f.at(N)
        out[0] = code.choose(method.misfits(code.constant(h)), 1.0, 0.0)

    computed(write, states, rates, found, np.full((300, lanes), np.nan), lanes=lanes)
    assert found.tolist() == (h * eigenvalue > 4.0).astype(float).tolist()
