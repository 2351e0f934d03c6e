"""Segments: protocols cut where windows begin and end, whatever the unit of time."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Phase, Protocol, Recording, System, outputs
from mirrorsys.flow._segments import occurrences, segments

CLOCK = System("clock", {"x": "1"}, inputs={"u": 0}, initial={"x": 0})  # x is the time
THREE = Protocol([Phase(1, name="a"), Phase(0.7, reset={"x": "x"}, name="b"), Phase(2, name="a")])


def window(low: float, high: float) -> Any:
    return outputs.mean("x", window=(low, high))


def seen(protocol: Protocol, low: float, high: float) -> list[tuple[float, float]]:
    """Return the stretches that a window looks at."""
    own = window(low, high)
    return [(each.begin, each.end) for each in segments(protocol, [own]) if each.is_in(own)]


def means(protocol: Any, engine: str = "scipy", **windows: tuple[float, float]) -> dict[str, float]:
    wanted = {name: window(*each) for name, each in windows.items()}
    run = ms.ensemble(CLOCK, 1, protocol=protocol, outputs=wanted, engine=engine)
    return {name: float(run[name][0]) for name in windows}


@pytest.mark.parametrize("low", [0, 0.3, 0.5, 0.999, 1, 1.4, 1.7, 2, 3.1])
@pytest.mark.parametrize("length", [0.1, 0.31, 0.5, 0.6])
def test_a_window_is_a_union_of_segments_and_no_more(low: float, length: float) -> None:
    found = seen(THREE, low, low + length)
    assert found[0][0] == pytest.approx(low, abs=1e-15)
    assert found[-1][1] == pytest.approx(low + length, abs=1e-14)
    for (_, end), (begin, _) in pairwise(found):
        assert begin == pytest.approx(end, abs=1e-15)


def test_segments_of_many_windows_make_up_the_protocol() -> None:
    wanted = [window(0.1, 0.3), window(0.2, 3.3), window(1, 1.7), window(0.7, 3.7)]
    found = segments(THREE, wanted)
    assert [each.begin for each in found] == pytest.approx(
        [0, 0.1, 0.2, 0.3, 0.7, 1, 1.7, 3.3], abs=1e-14
    )
    assert [each.index for each in found] == [0, 0, 0, 0, 0, 1, 2, 2]
    assert [each.is_last for each in found] == [False] * 4 + [True, True, False, True]
    assert [each.phase_begin for each in found] == [0, 0, 0, 0, 0, 1, 1.7, 1.7]
    assert sum(each.phase.duration for each in found) == pytest.approx(THREE.duration)
    assert [bool(each.phase.reset) for each in found] == [each.index == 1 for each in found]


def test_only_the_first_segment_of_a_phase_resets() -> None:
    found = segments(THREE, [window(1.2, 1.5)])
    assert [bool(each.phase.reset) for each in found] == [False, True, False, False, False]
    assert [each.phase.name for each in found] == ["a", "b", "b", "b", "a"]


def test_a_recording_goes_on_in_the_next_segment() -> None:
    curve = Recording((0, 1, 2), (0.0, 1.0, 0.5))
    protocol = Protocol([Phase(0.5), Phase(2, {"u": curve})])
    for each in segments(protocol, [window(1.1, 1.9)])[1:]:
        times = np.linspace(0, each.phase.duration, 5)
        later: Any = each.phase.inputs["u"]
        np.testing.assert_allclose(later(times), curve(times + each.begin - 0.5), atol=1e-14)


def test_without_windows_segments_are_the_phases_themselves() -> None:
    found = segments(THREE, [outputs.mean("x"), outputs.highest("x", phase="a")])
    assert [each.phase for each in found] == list(THREE)
    assert [each.end for each in found] == list(THREE.edges[1:])
    assert occurrences(THREE, "a") == {0: 0, 2: 1}
    with pytest.raises(ValueError, match=r"phases called 'c'; there are \['a', 'b'\]"):
        occurrences(THREE, "c")


@pytest.mark.parametrize("engine", ["scipy", "compiled"])
def test_the_mean_of_a_line_over_a_window_is_its_middle(engine: str) -> None:
    found = means(THREE, engine, late=(0.5, 1), across=(0.9, 3), all=(0, 3.7), one=(1, 1.7))
    assert found == pytest.approx({"late": 0.75, "across": 1.95, "all": 1.85, "one": 1.35})


@pytest.mark.parametrize("low", [1 / 3, 0.1 + 0.2, 0.7, 1.1])
def test_a_window_is_not_lost_to_rounding(low: float) -> None:
    """Its edges in the time of a phase are differences, and sums of these miss the edges."""
    protocol = Protocol([Phase(each) for each in (0.1, 0.2, 1e-3, 0.7, 1e3)])
    found = means(protocol, one=(low, low + 0.6), other=(low, 1e3 + low / 7))
    assert found == pytest.approx(
        {"one": low + 0.3, "other": (low * 8 / 7 + 1e3) / 2}, rel=1e-8
    )  # fmt: skip


@pytest.mark.parametrize("share", [1e-13, 1e-10, 9e-10, 1.5e-9, 1e-6])
@pytest.mark.parametrize("high", [0.1, 0.5, 1.0])
def test_a_window_may_begin_or_end_right_beside_an_edge(share: float, high: float) -> None:
    wanted = {"after": (share, high), "before": (share, high * (1 - share)), "at": (0, high)}
    for found in means(Phase(1), **wanted).values():
        assert found == pytest.approx(high / 2, abs=2e-6)


@pytest.mark.parametrize("unit", [1e-12, 1e-9, 1e-3, 1.0, 1e6])
def test_the_unit_of_time_does_not_matter(unit: float) -> None:
    """The same windows of a run that is told in years, hours or nanoseconds."""
    found = seen(Protocol([Phase(unit)] * 2), 0.2 * unit, 1.7 * unit)
    shape = np.array(found) / unit
    np.testing.assert_allclose(shape, [[0.2, 1.0], [1.0, 1.7]], rtol=1e-12)
    found_means = means(Phase(unit), middle=(0.2 * unit, 0.8 * unit))
    assert found_means["middle"] == pytest.approx(0.5 * unit, rel=1e-6)
