"""Commands whose reader leaves, whose output has no room or no signs, or that are interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

MIRRORSYS = [sys.executable, "-m", "mirrorsys"]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals as in Unix")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def ended(line: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    options = {"stdout": subprocess.PIPE, "env": BUFFERED, **options}
    return subprocess.run(
        line, stderr=subprocess.PIPE, text=True, timeout=120, check=False, **options
    )  # type: ignore[call-overload]


@POSIX
@pytest.mark.parametrize("buffer", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_a_reader_that_left_ends_a_command_quietly(buffer: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = ended([*MIRRORSYS, "info"], stdout=writing, env=BUFFERED | buffer)
    os.close(writing)
    assert (result.returncode, result.stderr) == (141, "")


@POSIX
def test_help_that_nobody_reads_ends_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = ended([*MIRRORSYS, "--help"], stdout=writing)
    os.close(writing)
    assert (result.returncode, result.stderr) == (141, "")


@FULL
def test_output_to_a_full_disk_is_told_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        result = ended([*MIRRORSYS, "info"], stdout=full)
    assert result.returncode == 2
    assert result.stderr == (
        "mirrorsys: [Errno 28] the output is not written: No space left on device\n"
    )


@POSIX
def test_closed_streams_do_no_harm() -> None:
    line = ["sh", "-c", 'exec "$@" <&- >&-', "sh", *MIRRORSYS, "info"]
    assert ended(line).returncode == 0


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_signs_that_the_terminal_lacks_are_printed_by_number(env: dict[str, str]) -> None:
    code = (
        "from mirrorsys.cli._output import all_printed\n"
        "with all_printed(): print('threat \\u2265 0.1')"
    )
    result = ended([sys.executable, "-c", code], env=BUFFERED | env)
    assert (result.returncode, result.stdout, result.stderr) == (0, "threat \\u2265 0.1\n", "")


def test_titles_of_figures_survive_the_loss_of_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    from mirrorsys.plot._gallery import Example, gallery

    (example,) = gallery(["still_face"])
    monkeypatch.setattr(Example, "module", lambda _: ModuleType("bare"))  # as under python -OO
    assert example.title.startswith("The still face: play")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs the device /dev/full")
def test_a_table_that_cannot_be_kept_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from mirrorsys.cli import main

    (tmp_path / "full.txt").symlink_to("/dev/full")
    assert main(["claims", "S1", "--output", str(tmp_path / "full.txt")]) == 2
    printed = capsys.readouterr()
    assert "2 of 2 claims hold" in printed.out
    assert "No space left on device" in printed.err
    assert "full.txt" in printed.err


@POSIX
def test_an_interrupted_command_says_so_in_one_line() -> None:
    code = (
        "import signal, sys; from mirrorsys import cli; import mirrorsys, mirrorsys.claims\n"
        # A shell has what it starts in the background ignore Ctrl-C, and its children too.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('begin', flush=True); sys.exit(cli.main(['claims']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        process.wait(0.3)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1] == "mirrorsys: interrupted\n"
    assert process.returncode == 130
