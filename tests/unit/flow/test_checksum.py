"""Checksums: any byte that changed is noticed, in files of this version and of earlier ones."""

import hashlib
from pathlib import Path

import pytest

from mirrorsys.flow._checksum import PART, check_undamaged, checksum


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content + checksum(content))
    return path


def test_what_is_written_behind_a_file_is_what_other_programs_compute() -> None:
    """The format of files that exist: `b2sum -l 256` of the content, after a line's end."""
    content = b"some content"
    by_other = hashlib.blake2b(content, digest_size=32).hexdigest()
    assert checksum(content).decode() == f"\nmirrorsys blake2b {by_other}"


def test_any_byte_that_changed_is_noticed(tmp_path: Path) -> None:
    content = b"abc"
    path = written(tmp_path / "run.nc", content)
    check_undamaged(path)
    whole, n_of_words = path.read_bytes(), len(b"\nmirrorsys blake2b ")
    for place in range(len(whole)):
        if len(content) <= place < len(content) + n_of_words:
            continue  # without its words it is a file that has no checksum
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ValueError, match=r"^run\.nc was damaged since it was saved"):
            check_undamaged(path)


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1])
def test_content_of_any_length_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    content = bytes(size)
    path = written(tmp_path / "run.nc", content)
    check_undamaged(path)
    if size:
        path.write_bytes(content[:-1] + b"\1" + checksum(content))
        with pytest.raises(ValueError, match="restore it from a copy"):
            check_undamaged(path)


@pytest.mark.parametrize("size", [0, 1, 82, 83, 84, 500])
def test_a_file_without_a_checksum_is_let_pass(tmp_path: Path, size: int) -> None:
    path = tmp_path / "other.nc"
    path.write_bytes(b"x" * size)
    check_undamaged(path)
