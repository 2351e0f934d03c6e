"""Checksums: any byte that changed is noticed, in files of this version and of earlier ones."""

import hashlib
from pathlib import Path
from typing import Any

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


def test_a_large_file_is_read_in_parts_neither_tiny_nor_all_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "run.nc", bytes(2**23))
    sizes: list[int] = []

    class Watched:
        name = path.name

        def open(self, mode: str) -> Any:
            file = path.open(mode)

            class Reader:
                seek, __enter__, __exit__ = file.seek, lambda _: Reader(), lambda *_: file.close()

                def read(self, size: int = -1) -> bytes:
                    found = file.read(size)
                    sizes.append(len(found))
                    assert len(sizes) < 2**10
                    return found

            return Reader()

    check_undamaged(Watched())  # type: ignore[arg-type]
    assert sum(sizes) == path.stat().st_size
    assert max(sizes) < 2**22


@pytest.mark.parametrize("size", [0, 1, 82, 83, 84, 500])
def test_a_file_without_a_checksum_is_let_pass(tmp_path: Path, size: int) -> None:
    path = tmp_path / "other.nc"
    path.write_bytes(b"x" * size)
    check_undamaged(path)
