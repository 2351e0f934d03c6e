"""Files appear whole or not at all."""

import errno
import os
import sys
from pathlib import Path

import pytest

from mirrorsys._files import whole_file, write_text


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_appears_when_the_block_succeeds(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        assert not (tmp_path / "a.txt").exists()
        assert temporary.parent == tmp_path  # the same file system, so that moving is one act
        assert temporary.name.startswith(".")  # so that no pattern of results matches it,
        assert temporary.suffix == ".part"  # should the process be killed
    assert (tmp_path / "a.txt").read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_half_written_is_left(error: type[BaseException], tmp_path: Path) -> None:
    target = tmp_path / "a.txt"

    def write() -> None:
        with whole_file(target) as temporary:
            temporary.write_text("half")
            raise error("disk full")

    with pytest.raises(error):
        write()
    assert names(tmp_path) == []
    target.write_text("old")
    with pytest.raises(error):
        write()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_writer_that_removes_its_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "a.txt") as temporary:
        temporary.unlink()
    assert names(tmp_path) == []


def test_the_file_has_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


def test_text_is_utf_8_with_plain_line_ends(tmp_path: Path) -> None:
    write_text(str(tmp_path / "a.txt"), "é\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\nb\n".encode()


def test_text_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"the folder of '.*' does not exist; create '.*"):
        write_text(tmp_path / "no" / "a.txt", "x")


def test_a_folder_in_place_of_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OSError, match=r"a.txt"):
        write_text(tmp_path / "a.txt", "x")
    assert names(tmp_path) == ["a.txt"]


def test_errors_name_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No space left.*/a\.txt'$"), whole_file(tmp_path / "a.txt"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(OSError, match="other"), whole_file(tmp_path / "a.txt"):
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), "other")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs the device /dev/full")
def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.symlink_to("/dev/full")  # so that nothing happens to the device should this fail
    with pytest.raises(OSError, match=r"No space left on device: '.*/device'"):
        write_text(device, "x")
    assert device.is_symlink()
    assert device.is_char_device()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "real" / "a.txt")
    for text in ("one", "two"):
        write_text(tmp_path / "link.txt", text)
        assert (tmp_path / "link.txt").is_symlink()
        assert (tmp_path / "real" / "a.txt").read_text() == text
    assert names(tmp_path / "real") == ["a.txt"]


@pytest.mark.parametrize("name", ["a" * 251 + ".txt", "日" * 80 + ".txt"])
def test_the_longest_names(name: str, tmp_path: Path) -> None:
    write_text(tmp_path / name, "x")
    assert names(tmp_path) == [name]
