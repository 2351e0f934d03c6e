"""Contracting a box: what is cut off holds no zero, and little is left around a regular one."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis import _contraction, _contractor
from mirrorsys.analysis._contraction import _inverted
from mirrorsys.analysis._contractor import Contractor
from mirrorsys.analysis._search import grouped, searched
from mirrorsys.kernels._taping import system_tape

MATRICES = [
    [[1, 1], [1, -1]],
    [[0, 2], [-3, 1]],
    [[-4, 1], [2, 3]],
    [[0, 0, 1], [1, 0, 0], [0, 1, 0]],  # every pivot has to be fetched
    [[2, -1, 0], [-1, 2, -1], [0, -1, 2]],
    [[1e-9, 1, 0], [1, 1, 1], [0, 1, -1]],  # without exchange of rows, digits are lost
    [[-1, 2, 3], [4, -5, 6], [7, 8, -9]],
]


def contractor(equations, finest=1e-12):
    system = ms.System("any", equations)
    return Contractor(system_tape(system), np.full(len(equations), finest))


def contracted(equations, low, high, **options):
    """Return what is left of a box, None if nothing is."""
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    return (low, high) if contractor(equations, **options).contract(low, high) else None


# ---- inverses --------------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_regular_matrix_is_inverted(matrix):
    n, inverse = len(matrix), [0.0] * len(matrix) ** 2
    assert _inverted(n, [float(entry) for row in matrix for entry in row], inverse)
    product = np.array(matrix) @ np.reshape(inverse, (n, n))
    np.testing.assert_allclose(product, np.eye(n), atol=1e-12)


@pytest.mark.parametrize(
    "matrix", [[[0]], [[1, 2], [2, 4]], [[0, 0], [1, 1]], [[1e-320]], [[np.nan]]]
)
def test_a_matrix_without_a_finite_inverse_has_none(matrix):
    entries = [float(entry) for row in matrix for entry in row]
    with np.errstate(all="ignore"):
        assert not _inverted(len(matrix), entries, [0.0] * len(entries))


# ---- boxes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_linear_system_is_solved_at_once(matrix):
    """The interval Newton operator has no error but rounding; single equations leave wide boxes."""
    n = len(matrix)
    zero = np.array([0.25, -0.5, 0.125])[:n]
    equations = {
        f"x{i}": " + ".join(f"({entry})*(x{j} - ({zero[j]}))" for j, entry in enumerate(row))
        for i, row in enumerate(matrix)
    }
    low, high = contracted(equations, [-1] * n, [2] * n)
    assert np.all((low <= zero) & (zero <= high))
    np.testing.assert_allclose(high - low, 0, atol=1e-7)


@pytest.mark.parametrize("power", [2, 3, 5])
def test_a_regular_zero_is_enclosed_to_the_last_digits_in_one_call(power):
    """As long as it pays, the contractions are repeated: x**p + x + y = 4, x = y."""
    low, high = contracted({"x": f"x**{power} + x + y - 4", "y": "x - y"}, [0.5, 0.4], [2, 1.9])
    (root,) = (r.real for r in np.roots([1, *[0] * (power - 2), 2, -4]) if abs(r.imag) < 1e-9 < r)
    assert np.all((low <= root + 1e-15) & (root - 1e-15 <= high))
    assert np.all(high - low < 1e-13)


@pytest.mark.parametrize(
    ("equation", "low", "high"),
    [
        ("x**2 + 1", -5, 5),
        ("x - 3", -1, 2.9),
        ("exp(x)", -1, 1),
        ("1/x", 0.5, 8),
        ("x + sin(x) + 9", -4, 6),
    ],
)
def test_a_box_without_a_zero_is_emptied(equation, low, high):
    assert contracted({"x": equation}, [low], [high]) is None


@pytest.mark.parametrize("equation", ["x**2 - 1", "tanh(2*x) - x", "sin(3*x)"])
def test_no_zero_is_ever_cut_off(equation):
    zeros = [point.state["x"] for point in ms.equilibria(
        ms.System("any", {"x": equation}), box={"x": (-1.5, 1.5)}, route="interval")]  # fmt: skip
    assert len(zeros) >= 2
    rng = np.random.default_rng(5)
    own = contractor({"x": equation}, 1e-9)
    for _ in range(40):
        low, high = (np.array([end]) for end in np.sort(rng.uniform(-1.5, 1.5, 2)))
        inside = [zero for zero in zeros if low[0] <= zero <= high[0]]
        if own.contract(low, high):
            assert all(low[0] - 1e-15 <= zero <= high[0] + 1e-15 for zero in inside)
        else:
            assert not inside


# ---- machine code ----------------------------------------------------------------------------


def test_machine_code_takes_over_once_when_plain_python_has_cost_enough(monkeypatch):
    """A library that notes its calls stands for machine code."""
    calls = []

    def noted(name):
        def step(program, work):
            calls.append(name)
            assert isinstance(work.low, np.ndarray)
            return getattr(_contraction, name)(program, work)

        return step

    def library(*_):
        calls.append("made")
        return {name: noted(name) for name in _contractor.STEPS}

    monkeypatch.setattr(_contractor, "library", library)
    monkeypatch.setattr(_contractor, "is_numba_in_use", lambda: True)
    monkeypatch.setattr(_contractor, "is_library_cached", lambda *_: False)
    monkeypatch.setattr(_contractor, "_EFFORT", _contractor._Effort())
    own = contractor({"x": "x**2 - 2"})
    plain = np.array([0.0]), np.array([2.0])
    assert own.contract(*plain)
    assert calls == []
    _contractor._EFFORT.spent = _contractor.COMPILING + 1
    for _ in range(2):
        again = np.array([0.0]), np.array([2.0])
        assert own.contract(*again)
        np.testing.assert_array_equal(again, plain)
    assert calls.count("made") == 1
    assert calls[1:4] == ["propagated", "trimmed", "newton"]


@pytest.mark.parametrize(
    ("spent", "is_kept", "is_there", "is_worth"),
    [("LOADING", True, True, False), ("LOADING+", True, True, True),
     ("LOADING+", False, True, False), ("COMPILING", False, True, False),
     ("COMPILING+", False, True, True), ("COMPILING+", False, False, False)],
)  # fmt: skip
def test_it_is_worth_loading_sooner_than_compiling(monkeypatch, spent, is_kept, is_there, is_worth):
    monkeypatch.setattr(_contractor, "is_numba_in_use", lambda: is_there)
    monkeypatch.setattr(_contractor, "is_library_cached", lambda *_: is_kept)
    cost = getattr(_contractor, spent.rstrip("+")) + spent.endswith("+")
    assert _contractor._Effort(cost).is_worth_compiling == is_worth


# ---- bisection -------------------------------------------------------------------------------


@pytest.mark.parametrize(("wild", "calm", "side"), [("x", "y", 0), ("y", "x", 1)])
def test_the_side_along_which_the_outputs_vary_most_is_bisected(wild, calm, side):
    """Outputs count alike, however large they are, and so does a state that is long but calm."""
    equations = {
        "x": f"1000*sin(30*{wild}) + 10*{calm}", "y": f"sin(31*{wild}) - {calm}/100"
    }  # fmt: skip
    own = contractor(equations)
    low, high = np.full(2, -1.0), np.full(2, 1.0)
    low[1 - side], high[1 - side] = -3, 3
    assert own.contract(low, high)
    assert own.side_to_bisect(low, high) == side


def test_what_is_small_enough_is_not_bisected():
    own = contractor({"x": "sin(30*x) + y", "y": "x - sin(30*y)"}, 1e-3)
    low, high = np.full(2, -1.0), np.full(2, 1.0)
    assert own.contract(low, high)
    zero = np.zeros(2)
    assert own.side_to_bisect(zero, np.array([1e-3, 1e-3])) == -1
    assert own.side_to_bisect(zero, np.array([1e-3, 2e-3])) == 1
    assert own.side_to_bisect(zero, np.array([2e-3, 1e-3])) == 0


# ---- search ----------------------------------------------------------------------------------


def test_every_zero_lies_in_a_box_that_is_left_and_each_is_small():
    finest = np.array([1e-6])
    tape = system_tape(ms.System("sine", {"x": "sin(x)"}))
    found = searched(tape, np.array([-10.0]), np.array([11.0]), finest, 10_000)
    assert (found.ended_by, found.unfinished.size) == ("", 0)
    assert np.all(found.small[:, 1] - found.small[:, 0] <= finest)
    for zero in np.pi * np.arange(-3, 4):
        assert np.any((found.small[:, 0] <= zero) & (zero <= found.small[:, 1]))


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_a_search_examines_no_more_boxes_than_it_may_and_leaves_a_cover(limit):
    tape = system_tape(ms.System("sine", {"x": "sin(x) + 0*x"}))
    low, high = np.array([-1000.0]), np.array([1001.0])
    found = searched(tape, low, high, np.array([1e-6]), limit)
    assert found.n_boxes <= limit
    assert found.ended_by == "work limit"
    left = np.concatenate([found.small, found.unfinished])
    zeros = np.pi * np.arange(-318, 319)
    assert np.all(((left[:, 0] <= zeros) & (zeros <= left[:, 1])).any(axis=0))


def test_boxes_are_grouped_if_they_lie_up_to_a_gap_apart():
    def box(x, y):
        return [[x, y], [x + 1, y + 1]]

    boxes = np.array([box(0, 0), box(5, 0), box(1.5, 0.0), box(0, 3), box(2.5, 1.5), box(9, 9)])
    found = grouped(boxes, np.array([0.5, 0.5]))
    parts = sorted(sorted(each[:, 0].tolist()) for each in found)
    assert parts == [[[0, 0], [1.5, 0], [2.5, 1.5]], [[0, 3]], [[5, 0]], [[9, 9]]]
    assert len(grouped(boxes, np.array([0.49, 0.49]))) == 6
    assert len(grouped(boxes, np.array([9.0, 9.0]))) == 1
    assert [len(each) for each in grouped(boxes[:1], np.ones(2))] == [1]
    assert grouped(boxes[:0], np.ones(2)) == []
