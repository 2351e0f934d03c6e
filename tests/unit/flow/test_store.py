"""Stores: made once, whoever makes them; what differs is told in words."""

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import System
from mirrorsys.flow._store import _difference

zarr = pytest.importorskip("zarr")

DECAY = System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})


def study(store: Path | None, **arguments: Any) -> Any:
    given = {"duration": 1, "engine": "scipy", "chunk": 2, **arguments}
    return ms.ensemble(DECAY, {"k": [1.0, 2.0, 3.0]}, store=store, **given)


def test_a_store_that_another_process_made_meanwhile_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(self: Path, target: Path) -> None:
        shutil.copytree(self, target)
        raise OSError(errno.ENOTEMPTY, "Directory not empty")

    monkeypatch.setattr(Path, "rename", late)
    found = study(tmp_path / "s.zarr")
    np.testing.assert_array_equal(found.x, study(None).x)
    assert [each.name for each in tmp_path.iterdir()] == ["s.zarr"]


def test_a_store_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left on device"):
        study(tmp_path / "s.zarr")
    assert list(tmp_path.iterdir()) == []


def test_a_store_keeps_the_chunks_it_was_begun_with(tmp_path: Path) -> None:
    study(tmp_path / "s.zarr", chunk=2)
    marks = tmp_path / "s.zarr" / ".finished"
    assert sorted(each.name for each in marks.iterdir()) == ["000000000", "000000002"]
    (marks / "000000002").unlink()
    again = study(tmp_path / "s.zarr", chunk=1)
    assert sorted(each.name for each in marks.iterdir()) == ["000000000", "000000002"]
    np.testing.assert_array_equal(again.x, study(None).x)


def test_a_store_of_another_processor_is_gone_on_with_and_told(tmp_path: Path) -> None:
    study(tmp_path / "s.zarr")
    path = tmp_path / "s.zarr" / ".zmetadata"
    for file in (path, tmp_path / "s.zarr" / ".zattrs"):
        kept = json.loads(file.read_text())
        attributes = kept["metadata"][".zattrs"] if "metadata" in kept else kept
        attributes["processor"] = "z80"
        file.write_text(json.dumps(kept))
    with pytest.warns(UserWarning, match=r"s\.zarr was begun on a processor 'z80' and goes on on"):
        study(tmp_path / "s.zarr")


@pytest.mark.parametrize("name", ["s", "s.nc", "zarr", ".zarr.d"])
def test_a_store_ends_in_zarr(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"`store` is '.*'; give a folder ending in \.zarr\."):
        study(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="which does not exist; create it first"):
        study(tmp_path / name / "s.zarr")


@pytest.mark.parametrize(
    ("name", "kept", "asked", "words"),
    [
        ("rtol", 1e-9, 1e-9, ""),
        ("rtol", 1e-9, 1e-8, "1e-09 instead of 1e-08"),
        ("seed", None, 3, "None instead of 3"),
        ("members", "ab12", "ab13", "the members' values"),
        ("versions", '{"numpy": "1", "scipy": "3"}', '{"numpy": "2", "scipy": "3"}',
         "numpy 1 instead of 2"),
        ("versions", '{"python": "3.11"}', '{"python": "3.12"}', ""),  # no bit depends on it
        ("versions", None, '{"numpy": "2"}', "numpy None instead of 2"),
        ("system", "abc", "abd", "'abc' instead of 'abd'"),
        ("outputs", "abc", "abcdef", "'abc' instead of 'abcdef'"),
        ("system", "", "abc", "'' instead of 'abc'"),
    ],
)  # fmt: skip
def test_a_difference_is_told_in_words(name: str, kept: Any, asked: Any, words: str) -> None:
    assert _difference(name, kept, asked) == words


@pytest.mark.parametrize("place", [0, 5, 200, 399])
def test_of_long_texts_only_what_stands_around_the_difference_is_told(place: int) -> None:
    kept = "".join(f"{number:04d}" for number in range(100))
    asked = kept[:place] + "#" + kept[place + 1 :]
    one, _, other = _difference("protocol", kept, asked).partition(" instead of ")
    assert "#" in other
    assert len(one) == len(other) < 60
    assert one.strip("'") in kept
    assert other.strip("'") in asked
