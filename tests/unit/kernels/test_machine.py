"""Object code on disk: used again, mended if damaged, done without if it cannot be kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from mirrorsys.kernels import _machine
from mirrorsys.kernels._machine import lanes_at_hand, machine_code

ONE = "define void @one(ptr %x) {\nstore double 0x3FF0000000000000, ptr %x\nret void\n}"
SCRIPT = """
import mirrorsys as ms
from mirrorsys.kernels import _machine
def refuse(*_):
    raise SystemExit("compiled again")
_machine._compiled = refuse
decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
print(float(ms.simulate(decay, duration=1, engine="compiled").x[-1]))
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_code_is_kept_and_used_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine_code("one", lambda: [ONE]).get_function_address("one")
    (path,) = cache.glob("*.o")
    monkeypatch.setattr(_machine, "_compiled", lambda *_: pytest.fail("compiled again"))
    assert machine_code("one", lambda: [ONE]).get_function_address("one")
    assert list(cache.glob("*.o")) == [path]


def test_damaged_code_is_made_again(cache: Path) -> None:
    machine_code("one", lambda: [ONE])
    (path,) = cache.glob("*.o")
    whole = path.read_bytes()
    for damaged in (whole[:-9], b"", b"garbage\nmore", whole[:70] + b"\0" + whole[71:]):
        path.write_bytes(damaged)
        assert machine_code("one", lambda: [ONE]).get_function_address("one")
        assert path.read_bytes() == whole


def test_without_a_place_to_keep_it_code_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIRRORSYS_CACHE", str(tmp_path / "file" / "cache"))
    assert machine_code("one", lambda: [ONE]).get_function_address("one")


def test_the_second_process_compiles_nothing(cache: Path) -> None:
    first = SCRIPT.replace("_machine._compiled = refuse", "")
    printed = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
        for code in (first, SCRIPT)
    ]
    assert printed[0] == printed[1] != b""


def test_lanes_fit_a_register() -> None:
    assert lanes_at_hand() in {2, 4, 8}


@pytest.mark.parametrize("width", [2, 4])
def test_narrower_registers_give_the_same(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    import mirrorsys as ms
    from mirrorsys.kernels import _lanes

    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    members = ms.sample(dyad, 11, 0.2, seed=2)
    wide = ms.ensemble(dyad, members, protocol=ms.protocols.session())
    _lanes._lanes.cache_clear()
    monkeypatch.setattr(_lanes, "lanes_at_hand", lambda: width)
    narrow = ms.ensemble(dyad, members, protocol=ms.protocols.session())
    _lanes._lanes.cache_clear()
    for name in ("client.pathway", "client.threat"):
        np.testing.assert_allclose(wide[name], narrow[name], rtol=0, atol=1e-12)
