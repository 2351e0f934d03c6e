"""Recordings: read from tables, held to their samples, told what is missing."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorsys import Recording
from mirrorsys.protocols import recording

TABLE = pd.DataFrame(
    {
        "t": [10.0, 12.0, 14.0, 16.0, 22.0, 24.0],
        "v": [1.0, math.nan, 3.0, 2.0, 2.0, math.nan],
        "who": ["a", "a", "a", "a", "a", "a"],
        "text": ["x", "y", "z", "1", "2", "3"],
        "none": [math.nan] * 6,
    }
)


def test_missing_samples_are_left_out_and_counted() -> None:
    read = recording(TABLE, time="t", value="v")
    assert read.times == (0, 4, 6, 12)
    assert read.values == (1, 3, 2, 2)
    assert read.n_missing == 2
    assert read.spacing == 4
    assert read.gaps == ()
    assert read.duration == 12


def test_gaps_are_told() -> None:
    uneven = Recording((0, 1, 2, 5, 6, 7, 9), (0,) * 7)
    assert uneven.gaps == ((2, 5), (7, 9))
    assert "2 gaps, the longest 3" in repr(uneven)
    assert Recording((0, 1, 2), (0, 0, 0)).gaps == ()
    assert Recording((5, 6, 7), (0, 0, 0)).gaps == ((0, 5),)  # nothing known before
    assert Recording((-1, 0, 1), (0, 0, 0)).gaps == ()
    late = pd.DataFrame({"t": range(8), "v": [math.nan] * 4 + [1, 2, 3, 4]})
    assert recording(late, time="t", value="v").gaps == ((0, 4),)


def test_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "dials.csv"
    path.write_text("couple,seconds,rating\n1,0,3\n1,2,\n1,4,NA\n1,60,1\n2,0,9\n2,2,9\n")
    read = recording(path, time="seconds", value="rating", where={"couple": 1}, time_scale=1 / 60)
    assert read == Recording((0, 1), (3, 1), n_missing=2, label="dials.csv (couple=1)")
    assert recording(str(path), time="seconds", value="rating", where={"couple": 2}).values == (
        9,
        9,
    )


def test_one_series_of_many() -> None:
    table = pd.concat([TABLE, TABLE.assign(who="b", v=5.0)])
    read = recording(table, time="t", value="v", where={"who": "b"})
    assert set(read.values) == {5.0}
    assert read.n_missing == 0
    with pytest.raises(ValueError, match=r"time 10 follows 24 .* select one series with `where`"):
        recording(table, time="t", value="v")


BAD_READINGS: list[tuple[type[Exception], Any, dict[str, Any], str]] = [
    (ValueError, TABLE, {"time": "x"}, r"the table has no column 'x'; its columns are \['t', 'v'"),
    (ValueError, TABLE, {"value": "x"}, "the table has no column 'x'"),
    (ValueError, TABLE, {"where": {"x": 1}}, "the table has no column 'x'"),
    (ValueError, TABLE, {"where": {"who": "nobody"}},
     r"the table \(who=nobody\): no row is left; check `where`"),
    (ValueError, TABLE[:0], {}, "no row is left"),
    (ValueError, TABLE, {"value": "text"}, "column 'text' holds 'x'; it must hold numbers"),
    (ValueError, TABLE, {"value": "who"}, "column 'who' holds 'a'"),
    (ValueError, TABLE, {"time": "who"}, "column 'who' holds 'a'"),
    (ValueError, TABLE, {"value": "none"}, "column 'none' is missing throughout"),
    (ValueError, TABLE, {"time": "none"}, "column 'none' has missing times; every row needs one"),
    (ValueError, TABLE.assign(t=[0, 1, 1, 2, 3, 4]), {}, r"time 1 follows 1 \(sample 3\)"),
    (ValueError, TABLE.assign(t=[0, 1, 2, 1, 3, 4]), {}, r"time 1 follows 2 \(sample 4\)"),
    (ValueError, TABLE.assign(t=[0, 1, 2, math.inf, 3, 4]), {}, "missing times"),
    (ValueError, TABLE.assign(v=[0, 1, 2, math.inf, 3, 4]), {}, "'v' holds an infinite value"),
    (ValueError, TABLE.assign(v=[1.0] + [math.nan] * 5), {}, "1 usable samples; at least 2"),
    (ValueError, TABLE.assign(t=pd.date_range("2020-01-01", periods=6)), {},
     "column 't' holds dates; give numbers"),
    (ValueError, TABLE, {"time_scale": 0}, "`time_scale` is 0; give a number of more than 0"),
    (ValueError, TABLE, {"time_scale": -1}, "`time_scale` is -1"),
    (ValueError, TABLE, {"time_scale": math.nan}, "`time_scale` is nan"),
    (ValueError, TABLE, {"time_scale": math.inf}, "`time_scale` is inf"),
    (ValueError, TABLE, {"time_scale": "1/60"}, "`time_scale` is '1/60'"),
    (ValueError, TABLE, {"max_gap": 5}, "no samples from 6 to 12, longer than `max_gap` = 5"),
    (ValueError, TABLE, {"max_gap": 0.09, "time_scale": 1 / 60},
     "no samples from 0.1 to 0.2, longer than `max_gap` = 0.09"),
    (ValueError, TABLE, {"max_gap": -1}, "`max_gap` is -1; give the longest stretch"),
    (ValueError, TABLE, {"max_gap": math.nan}, "`max_gap` is nan"),
    (TypeError, 3, {}, "`source` is 3; give a DataFrame or the path of a CSV file"),
    (TypeError, None, {}, "`source` is None"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "source", "arguments", "words"), BAD_READINGS)
def test_a_bad_table_is_refused(
    error: type[Exception], source: Any, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(error, match=words):
        recording(source, **{"time": "t", "value": "v", **arguments})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a.csv cannot be read as CSV: No columns"),
        (b"\xff\xfe\x00", "a.csv cannot be read as CSV"),
        (b"t,v\n1,2\n1,2,3,4\n", "a.csv cannot be read as CSV: Error tokenizing"),
        (b"t,v\n0,1\n1,one\n", "a.csv: column 'v' holds 'one'"),
        (b"t;v\n0;1\n", r"a.csv has no column 't'; its columns are \['t;v'\]"),
        (b"t,v\n", "a.csv: no row is left"),
    ],
)
def test_a_bad_file_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        recording(tmp_path / "a.csv", time="t", value="v")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no.csv"):
        recording(tmp_path / "no.csv", time="t", value="v")


@pytest.mark.parametrize(
    ("times", "values", "words"),
    [
        ((0, 1), (1,), "`times` has 2 entries and `values` 1"),
        ((0,), (1,), "1 usable samples; at least 2"),
        ((), (), "0 usable samples"),
        ((0, 0), (1, 2), r"time 0 follows 0 \(sample 2\)"),
        ((0, 2, 1), (1, 2, 3), "time 1 follows 2"),
        ((0, math.nan), (1, 2), "a time or value is not finite"),
        ((0, 1), (1, math.inf), "a time or value is not finite"),
        (("a", "b"), (1, 2), r"`times` is \('a', 'b'\); give a sequence of numbers"),
        ((0, 1), (None, 2), r"`values` is \(None, 2\)"),
        (3, (1, 2), "`times` is 3"),
        ((0, 1), np.ones((2, 2)), "`values` is array"),
    ],
)
def test_bad_samples_are_refused(times: Any, values: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Recording(times, values)


# ---- the curve ---------------------------------------------------------------------------

STEPS = st.tuples(st.floats(0.01, 10), st.integers(-10_000, 10_000).map(lambda n: n / 100))
SAMPLES = st.lists(STEPS, min_size=2, max_size=12).map(
    lambda rows: Recording(tuple(np.cumsum([r[0] for r in rows])), tuple(r[1] for r in rows))
)


@given(SAMPLES)
def test_the_curve_passes_through_its_samples_and_never_overshoots(curve: Recording) -> None:
    scale = 1e-9 * (1 + max(map(abs, curve.values)))
    np.testing.assert_allclose(curve(curve.times), curve.values, atol=scale)
    for (t0, v0), (t1, v1) in zip(
        zip(curve.times, curve.values, strict=True),
        zip(curve.times[1:], curve.values[1:], strict=False),
        strict=False,
    ):
        between = curve(np.linspace(t0, t1, 33))
        assert between.min() >= min(v0, v1) - scale
        assert between.max() <= max(v0, v1) + scale
        assert (np.diff(between) * np.sign(v1 - v0) >= -scale).all()  # monotone in between


@given(SAMPLES, st.floats(0, 1e6))
def test_beyond_its_samples_the_curve_is_constant(curve: Recording, far: float) -> None:
    before, after = curve([curve.times[0] - far, curve.times[-1] + far])
    np.testing.assert_allclose([before, after], [curve.values[0], curve.values[-1]], atol=1e-9)


@given(SAMPLES, st.floats(-50, 50), st.floats(0.1, 50))
def test_a_rescaled_recording_runs_from_0_to_1(curve: Recording, zero: float, width: float) -> None:
    for one in (zero + width, zero - width):
        scaled = curve.rescaled(zero, one)
        expected = np.clip((np.array(curve.values) - zero) / (one - zero), 0, 1)
        np.testing.assert_array_equal(scaled.values, expected)
        assert scaled.times == curve.times
        assert (scaled.label, scaled.n_missing) == (curve.label, curve.n_missing)


def test_a_scale_needs_two_ends() -> None:
    with pytest.raises(ValueError, match="`zero` and `one` are both 3; give two different"):
        Recording((0, 1), (1, 2)).rescaled(3, 3)
    with pytest.raises(ValueError, match="not finite"):
        Recording((0, 1), (1, 2)).rescaled(math.nan, 3)
