"""Files that do not fit on a disk, in processes that may write small ones only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="limits of files are set as in Unix")

BEGIN = """
import resource, signal, sys
import numpy as np, xarray as xr, mirrorsys as ms
from mirrorsys import outputs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails, as on a full disk
path, most = sys.argv[1], int(sys.argv[2])
def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
def no_limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
SAVE = """
whole = xr.Dataset({f"x{i}": ("t", np.random.default_rng(i).random(20_000)) for i in range(3)})
tree = xr.DataTree.from_dict({"/": whole, "/part": whole})
limit()
for result in (whole, tree):
    try:
        ms.save(result, path)
    except OSError as error:
        print(error.filename == path, error)
del result, tree
print(float(whole.x0[0]) > 0)
"""
STORE = """
decay = ms.System("decay", {"x": "-k*x"}, {"k": 0.5}, initial={"x": 1})
study = dict(members=[{"k": k} for k in np.linspace(0.1, 2, 12)], chunk=2, store=path,
             outputs={"x": outputs.at_times("x", np.linspace(0, 5, 4000))}, duration=5)
write, n = ms.flow._store.Store.write, 0
def third_is_too_much(self, row, values):
    global n
    n += 1
    limit() if n == 3 else None
    write(self, row, values)
ms.flow._store.Store.write = third_is_too_much
try:
    ms.ensemble(decay, **study)
except OSError as error:
    print(error.filename == path, error.__notes__)
no_limit()
resumed = ms.ensemble(decay, **study)
ms.flow._store.Store.write = write
undisturbed = ms.ensemble(decay, **study | {"store": None})
print(n, resumed.x.values.tobytes() == undisturbed.x.values.tobytes())
"""


def printed(code: str, path: Path, most: int) -> list[str]:
    line = [sys.executable, "-c", BEGIN + code, str(path), str(most)]
    result = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines()


@pytest.mark.parametrize("most", [1, 3000, 100_000])
def test_a_result_that_does_not_fit_is_refused_and_the_process_lives(
    most: int, tmp_path: Path
) -> None:
    path = tmp_path / "run.nc"
    path.write_text("old")
    told = printed(SAVE, path, most)
    assert told == 2 * [f"True [Errno 27] File too large: {str(path)!r}"] + ["True"]
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["run.nc"]


def test_a_store_on_a_full_disk_keeps_what_was_finished(tmp_path: Path) -> None:
    pytest.importorskip("zarr")
    code = STORE.replace("decay = ", "import mirrorsys.flow._store\ndecay = ", 1)
    first, last = printed(code, tmp_path / "s.zarr", 200)
    assert first.startswith("True ['4 of 12 members are kept in s.zarr; the same call goes on")
    assert last == "7 True"  # two chunks, the one that failed, and the four that were missing
    assert [each.name for each in tmp_path.iterdir()] == ["s.zarr"]
    assert len(list((tmp_path / "s.zarr" / ".finished").iterdir())) == 6
