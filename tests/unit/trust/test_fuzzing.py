"""The watch over processes that read hostile input tells a hang from a lack of time."""

import time

from trust.fuzzing import campaign
from trust.fuzzing.worker import Notes


def test_an_input_without_end_does_not_pass_for_late(tmp_path, monkeypatch):
    monkeypatch.setattr(campaign, "PATIENCE", 1.0)
    notes = Notes(tmp_path / "notes", new=True)
    notes.map[8:9] = b"\1"  # one input has been read
    endless = ["timeit", "while True: pass"]
    _, ending = campaign._watched(endless, notes, until=time.monotonic())
    assert ending == "no end within 1 s"


def test_a_process_that_goes_on_is_ended_when_time_is_up(tmp_path):
    notes = Notes(tmp_path / "notes", new=True)
    busy = (
        f"import mmap; f = open({str(tmp_path / 'notes')!r}, 'r+b'); m = mmap.mmap(f.fileno(), 0)"
    )
    counting = ["timeit", "-n", "9", "-s", busy, "while True: m[8] = (m[8] + 1) % 256"]
    _, ending = campaign._watched(counting, notes, until=time.monotonic())
    assert ending == "time is up"
