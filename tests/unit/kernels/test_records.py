"""What is kept of steps: crossings, how long a level was passed, extremes, points, samples."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys._expressions import parse
from mirrorsys.kernels._lanes import Watch

TURN = 2 * np.pi
# x = r sin(t + phase), y = r cos(t + phase), so that all that happens is known.
TURNING = ms.System("turning", {"x": "y", "y": "-x"}, {"half": 0.5})
TIGHT = (1e-11, 1e-12)


def started(phase: Any, r: Any = 1.0) -> Any:
    return np.transpose([r * np.sin(phase), r * np.cos(phase)])


def watch(level: str, value: str = "y") -> Watch:
    return Watch(parse(level), parse(value))


def moments(level: float, phase: float, end: float, rises: bool) -> Any:
    """Return when sin(t + phase) passes a level upwards or downwards, from 0 to `end`."""
    first = np.arcsin(level) if rises else np.pi - np.arcsin(level)
    times = first - phase + TURN * np.arange(-2, 9)
    return times[(times > 0) & (times <= end)]


WATCHES = (watch("x - half"), watch("x + 1/4", "x*y"), watch("x - 2"), watch("x + 2"))


def test_records_of_many_members_are_those_of_the_circle(advance: Callable[..., Any]) -> None:
    """First and last rise and fall, time above, of four levels; two are never passed."""
    n, end = 19, 17.0
    phase = np.linspace(0.05, 6.0, n)
    run = advance(TURNING, started(phase), watches=WATCHES, end=end, tolerances=TIGHT)
    assert run.words == ["done"] * n
    for index, level in enumerate((0.5, -0.25)):
        for k in range(n):
            rises, falls = (moments(level, phase[k], end, up) for up in (True, False))
            for name, exact in (("rise", rises), ("fall", falls)):
                first = run.record(f"first {name}", index)[k]
                assert first == pytest.approx(exact[0], abs=1e-7)
                assert run.record(f"last {name}", index)[k] == pytest.approx(exact[-1], abs=1e-7)
            starts = np.sin(phase[k]) > level
            turns = np.sort([*rises, *falls])
            pieces = np.diff([0.0, *turns, end])
            above = pieces[(0 if starts else 1) :: 2].sum()
            assert run.record("above", index)[k] == pytest.approx(above, abs=1e-6)
    for index, above in ((2, 0.0), (3, end)):
        np.testing.assert_allclose(run.record("above", index), above, atol=1e-12)
        assert np.isinf(run.record("first rise", index)).all()
        assert np.isnan(run.record("last fall", index)).all()


def test_extremes_are_those_of_steps_and_crossings(advance: Callable[..., Any]) -> None:
    """A value that grows is least where it begins and largest where it ends."""
    growing = ms.System("growing", {"x": "1", "y": "x"})
    start = np.array([[-1.0, 3.0], [2.0, 1.0], [-5.0, 0.0]])
    seen = (watch("x - 10", "x"), watch("x - 10", "-x"))
    run = advance(growing, start, watches=seen, end=[2.0, 3.0, 4.0])
    last = start[:, 0] + [2.0, 3.0, 4.0]
    np.testing.assert_allclose(run.record("lowest"), start[:, 0], rtol=1e-12)
    np.testing.assert_allclose(run.record("highest"), last, rtol=1e-12)
    np.testing.assert_allclose(run.record("lowest", 1), -last, rtol=1e-12)
    np.testing.assert_allclose(run.record("highest", 1), -start[:, 0], rtol=1e-12)


def test_the_value_at_a_crossing_counts_as_an_extreme(advance: Callable[..., Any]) -> None:
    """The value is largest where the level is passed, wherever steps begin and end."""
    turning = (watch("y", "x"), watch("y", "-x"))
    run = advance(TURNING, started([0.3, 1.0]), watches=turning, end=6.5, tolerances=TIGHT)
    for index in range(2):
        np.testing.assert_allclose(run.record("highest", index), 1.0, atol=1e-9)


@pytest.mark.parametrize(
    ("directions", "kinds"),
    [([0, 0], {(0, True), (0, False), (1, True), (1, False)}), ([1, -1], {(0, True), (1, False)}),
     ([-1, 1], {(0, False), (1, True)})],
)  # fmt: skip
def test_all_crossings_of_the_wanted_directions_are_logged(
    directions: list[int], kinds: set[tuple[int, bool]], advance: Callable[..., Any]
) -> None:
    phase, end = 0.3, 15.0
    run = advance(TURNING, started(phase), watches=WATCHES[:2], logs=True, end=end,
                  directions=directions, tolerances=TIGHT)  # fmt: skip
    found = run.hits
    expected = sorted(
        (time, index) for index, up in kinds
        for time in moments((0.5, -0.25)[index], phase, end, up)
    )  # fmt: skip
    order = np.argsort(found[:, 1])
    np.testing.assert_array_equal(found[order, 0], [index for _, index in expected])
    np.testing.assert_allclose(found[order, 1], [time for time, _ in expected], atol=1e-7)
    np.testing.assert_allclose(found[:, 2], np.sin(found[:, 1] + phase), atol=1e-6)
    np.testing.assert_allclose(found[:, 3], np.cos(found[:, 1] + phase), atol=1e-6)


def test_a_terminal_crossing_stops_and_a_full_log_waits(advance: Callable[..., Any]) -> None:
    arguments = {"watches": WATCHES[:2], "logs": True, "end": 90.0}
    stopped = advance(TURNING, started(0.0), terminal=[0, 1], **arguments)
    assert stopped.words == ["stopped"]
    assert stopped.hits[-1, 0] == 1
    assert stopped.hits[-1, 1] == pytest.approx(np.pi + np.arcsin(0.25), abs=1e-6)
    full = advance(TURNING, started(0.0), hits_room=6, **arguments)
    assert full.words == ["log full"]
    assert 4 <= len(full.hits) <= 6
    few = advance(TURNING, started(0.0), steps_room=7, **arguments)
    assert few.words == ["log full"]
    assert len(few.steps) == few["tallies"][0, 0] == 7
    assert few["time"][0] == few.steps[-1, 0]
    np.testing.assert_array_equal(few["states"][0], few.steps[-1, 1:])


def test_samples_lie_on_the_circle_whoever_sits_beside(advance: Callable[..., Any]) -> None:
    n, times = 19, np.array([0.4, 0.4001, 2.0, 7.0, 9.0])
    phase, r = np.linspace(0.0, 6.0, n), np.linspace(0.5, 3.0, n)
    many = advance(TURNING, started(phase, r), times=times, end=9.0, tolerances=TIGHT)
    for time, (x, y) in zip(times, many["samples"], strict=True):
        np.testing.assert_allclose(x, r * np.sin(time + phase), atol=1e-7)
        np.testing.assert_allclose(y, r * np.cos(time + phase), atol=1e-7)
    one = advance(TURNING, started(phase[4], r[4]), times=times, end=9.0, tolerances=TIGHT)
    np.testing.assert_array_equal(one["samples"][..., 0], many["samples"][..., 4])
    # Members that begin later have no samples of earlier times.
    late = advance(TURNING, started(phase, r), times=times, time=1.0, end=9.0, tolerances=TIGHT)
    assert np.isnan(late["samples"][:2]).all()
    np.testing.assert_allclose(late["samples"][2, 0], r * np.sin(1.0 + phase), atol=1e-7)


def test_inputs_are_cubics_of_the_time_since_their_origin(advance: Callable[..., Any]) -> None:
    driven = ms.System("driven", {"x": "u + 10*w"}, {}, {"u": 0.0, "w": 0.0})
    curves = np.array([[[1.0, 2.0, -3.0, 0.5], [0.1, 0, 0, 0]], [[0.0, 0, 0, 1.0], [0, 1.0, 0, 0]]])
    origin, begin, end = np.array([0.5, 1.0]), np.array([0.75, 1.0]), 3.0
    run = advance(driven, [[0.0], [0.0]], curves=curves, origin=origin, time=begin, end=end)
    for found, own, since in zip(run["states"], curves, origin, strict=True):
        rate = np.polynomial.Polynomial(own[0] + 10 * own[1]).integ()
        at = begin[since == origin][0]
        assert found[0] == pytest.approx(rate(end - since) - rate(at - since), rel=1e-9)


def test_a_run_ends_where_it_can_go_no_further(advance: Callable[..., Any]) -> None:
    """x' = x**2 grows without bound before 1/x: steps shrink until time stands still."""
    run = advance(ms.System("blow up", {"x": "x**2"}), [[1.0], [0.1], [-1.0]], time=[1.0, 0.0, 0.0],
                  end=5.0, max_steps=5000)  # fmt: skip
    assert run.words == ["step too small", "done", "done"]
    assert run["time"][0] == pytest.approx(2.0, rel=1e-9)
    assert run["states"][1:, 0] == pytest.approx([0.2, -1 / 6], rel=1e-6)
