"""Results as files, and computed again."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys import Event, Phase, Protocol, Recording, System, load, rerun, save
from mirrorsys.models import client, dyad, therapist


@pytest.fixture(autouse=True)
def numpy_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRRORSYS_BACKEND", "numpy")


PAIR = dyad(client(), therapist())
DECAY = System("decay", {"x": "u - k*x"}, {"k": 0.3}, {"u": 0}, initial={"x": 1})
EDGES = Protocol([Phase(0.1), Phase(0.2, {"u": 1}), Phase(1 / 3, reset={"x": "x/3"})])
CURVE = Recording((0, 1, 3, 3.5), (0.1, 0.7, 0.3, 1 / 3), n_missing=2, label="ä curve")

RUNS: dict[str, Any] = {
    "plain": lambda: ms.simulate(DECAY, duration=2),
    "times": lambda: ms.simulate(DECAY, protocol=EDGES, times=[0, 0.05, 0.1, 0.3, 0.6]),
    "one time": lambda: ms.simulate(DECAY, duration=2, times=[1]),
    "recording": lambda: ms.simulate(DECAY, protocol=Phase(5, {"u": CURVE}, name="é")),
    "events": lambda: ms.simulate(
        DECAY, duration=9, events={"a": "x < 0.5", "b": Event("x", 0.25, "falling")}
    ),
    "no event": lambda: ms.simulate(DECAY, duration=9, events={"a": "x > 5"}),
    "stopped": lambda: ms.simulate(
        DECAY, protocol=EDGES * 3, events={"a": Event("x", 0.3, terminal=True)}
    ),
    "stopped, times": lambda: ms.simulate(
        DECAY, duration=9, times=[0, 1, 2, 8], events={"a": Event("x", 0.3, terminal=True)}
    ),
    "dyad": lambda: ms.simulate(
        PAIR, protocol=ms.protocols.weekly_sessions(2), events={"calm": "client.threat < 0.1"},
        params={"mu": 1 / 3, "contact": 0.01}, initial={"threat": 1 / 7},
    ),
    "radau": lambda: ms.simulate(PAIR, duration=30, method="Radau", rtol=1e-5, atol=1e-6),
}  # fmt: skip


@pytest.fixture(scope="module", params=RUNS, name="run")
def run_(request: pytest.FixtureRequest) -> Any:
    os.environ["MIRRORSYS_BACKEND"] = "numpy"
    yield RUNS[request.param]()
    del os.environ["MIRRORSYS_BACKEND"]


def test_what_is_saved_is_loaded(run: xr.Dataset, tmp_path: Path) -> None:
    save(run, tmp_path / "run.nc")
    loaded = load(tmp_path / "run.nc")
    xr.testing.assert_identical(loaded, run)
    for name in run.variables:  # what `identical` does not look at
        assert loaded[name].dims == run[name].dims
        assert loaded[name].dtype.kind.replace("O", "U") == run[name].dtype.kind
    assert dict(loaded.attrs) == dict(run.attrs)


def test_a_result_is_computed_again_to_the_bit(run: xr.Dataset, tmp_path: Path) -> None:
    xr.testing.assert_identical(rerun(run), run)
    save(run, tmp_path / "run.nc")
    xr.testing.assert_identical(rerun(load(tmp_path / "run.nc")), run)


def test_two_processes_compute_the_same(tmp_path: Path) -> None:
    code = (
        "import sys, mirrorsys as ms\n"
        "pair = ms.models.dyad(ms.models.client(), ms.models.therapist())\n"
        "ms.save(ms.simulate(pair, protocol=ms.protocols.session()), sys.argv[1])"
    )
    for name in ("a.nc", "b.nc"):
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=True)
    xr.testing.assert_identical(load(tmp_path / "a.nc"), load(tmp_path / "b.nc"))


def test_a_failed_run_can_be_kept(tmp_path: Path) -> None:
    with pytest.raises(ms.IntegrationError) as caught:
        ms.simulate(System("blow-up", {"x": "x**2"}, initial={"x": 1}), duration=2)
    save(caught.value.partial, tmp_path / "partial.nc")
    loaded = load(tmp_path / "partial.nc")
    xr.testing.assert_identical(loaded, caught.value.partial)
    with pytest.raises(ms.IntegrationError):
        rerun(loaded)


def test_a_long_protocol_fits_into_a_file(tmp_path: Path) -> None:
    """HDF5 keeps attributes beyond 64 kB elsewhere; they must come back all the same."""
    protocol = Protocol(tuple(Phase(1, {"u": n / 7}, name=f"phase number {n}") for n in range(900)))
    run = ms.simulate(DECAY, protocol=protocol, times=[900])
    assert len(run.attrs["protocol"]) > 64 * 1024
    save(run, tmp_path / "run.nc")
    xr.testing.assert_identical(load(tmp_path / "run.nc"), run)


def test_saving_replaces_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "run.nc"
    run = ms.simulate(DECAY, duration=1)
    path.write_bytes(b"old")
    save(run, str(path))
    assert load(path).identical(run)
    before = path.read_bytes()
    broken = run.assign_attrs(bad=object())  # cannot be written
    with pytest.raises(TypeError):
        save(broken, path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["run.nc"]
    with pytest.raises(FileNotFoundError, match="the folder of"):
        save(run, tmp_path / "no" / "run.nc")


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.nc").write_text("no netCDF")
    with pytest.raises(ValueError, match=r"text.nc cannot be read as netCDF"):
        load(tmp_path / "text.nc")
    (tmp_path / "empty.nc").write_bytes(b"")
    with pytest.raises(ValueError, match=r"empty.nc cannot be read as netCDF"):
        load(tmp_path / "empty.nc")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "no.nc")
    with pytest.raises(ValueError, match="was made by no verb it names"):
        rerun(xr.Dataset({"x": ("time", np.zeros(2))}))


def test_attributes_of_another_run_are_refused() -> None:
    run = ms.simulate(DECAY, duration=1)
    with pytest.raises(ValueError, match="this is not TOML"):
        rerun(run.assign_attrs(system="[[["))
    with pytest.raises(ValueError, match="a protocol's description is broken"):
        rerun(run.assign_attrs(protocol="{}"))
    with pytest.raises(ValueError, match="cannot read"):
        rerun(run.assign_attrs(system=run.attrs["system"].replace("k*x", "open(x)")))


def test_what_has_a_dataset_is_saved_as_one(tmp_path):
    cubic = ms.System("cubic", {"x": "a + x - x**3"}, {"a": 0}, box={"x": (-3, 3)})
    branches = ms.bifurcation.equilibrium_branches(cubic, "a", (-1, 1))
    ms.save(branches, tmp_path / "branches.nc")
    xr.testing.assert_identical(ms.load(tmp_path / "branches.nc"), branches.to_dataset())


def test_what_has_none_is_refused(tmp_path):
    with pytest.raises(TypeError, match="`to_dataset"):
        ms.save([1, 2], tmp_path / "list.nc")
