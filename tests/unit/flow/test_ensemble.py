"""ensemble: many members at once are the same as one after the other."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys import Input, Parameter, Phase, Protocol, Recording, System, outputs

DECAY = System(
    "decay", {"x": "u - k*x"}, [Parameter("k", 0.5, range=(0, 5))],
    [Input("u", 0, range=(-10, 10))], box={"x": (-100, 100)}, initial={"x": 1}, time_unit="h",
)  # fmt: skip
TWO = Protocol([Phase(2, name="rest"), Phase(3, {"u": 1}, name="push")], name="two")
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
SOME = ms.sample(DYAD, 24, 0.2, seed=3)
ENGINES = ["compiled", "scipy"]


# ---- members -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sobol", "latin hypercube", "random", "normal"])
def test_samples_stay_in_their_ranges_and_repeat(method: str) -> None:
    ranges = {"k": (0.2, 0.4), "u": (-1, 2), "x": (0, 9)}
    one, again, other = (ms.sample(DECAY, 50, ranges, method=method, seed=s) for s in (1, 1, 2))
    assert one.identical(again)
    assert not one.equals(other)
    assert dict(one.sizes) == {"member": 50}
    for name, (low, high) in ranges.items():
        values = one[name].values
        assert len(np.unique(values)) == 50
        if method != "normal":
            assert (values >= low).all()
            assert (values <= high).all()
            assert np.mean(values) == pytest.approx((low + high) / 2, abs=0.15 * (high - low))
        assert one[name].attrs["units"] == DECAY[name].unit


def test_normal_samples_have_mean_and_deviation_and_are_truncated() -> None:
    wide = ms.sample(DECAY, 4000, {"u": (1, 2)}, method="normal", seed=1).u.values
    assert (np.mean(wide), np.std(wide)) == (pytest.approx(1, abs=0.1), pytest.approx(2, abs=0.1))
    near = ms.sample(DECAY, 4000, {"k": (0, 1)}, method="normal", seed=1).k.values
    assert near.min() > 0
    assert np.mean(near) == pytest.approx(np.sqrt(2 / np.pi), abs=0.03)  # half a normal


def test_a_share_means_all_parameters_within_their_ranges() -> None:
    members = ms.sample(DYAD, 64, 0.2, seed=1)
    assert set(members.data_vars) == {p.name for p in DYAD.parameters if p.value != 0}
    for name, values in members.items():
        ratio = values.values / DYAD[str(name)].value
        assert 0.8 - 1e-12 <= ratio.min() < 0.85
        assert 1.15 < ratio.max() <= 1.2 + 1e-12


def test_a_bare_name_draws_for_each_person_by_itself() -> None:
    members = ms.sample(DYAD, 16, {"mu": (0.5, 1.5)}, seed=1)
    assert set(members.data_vars) == {"client.mu", "therapist.mu"}
    assert not np.allclose(members["client.mu"], members["therapist.mu"])


BAD_SAMPLES: list[tuple[dict[str, Any], str]] = [
    ({"n": 0, "ranges": {"k": (0, 1)}}, "`n` is 0; give a whole number"),
    ({"n": 2.5, "ranges": {"k": (0, 1)}}, "`n` is 2.5"),
    ({"n": 4, "ranges": {"q": (0, 1)}}, "called 'q'"),
    ({"n": 4, "ranges": {"k": (1, 0)}}, r"`ranges` of 'k' is \(1, 0\); give its lowest"),
    ({"n": 4, "ranges": {"k": 3}}, "`ranges` of 'k' is 3"),
    ({"n": 4, "ranges": {"k": (0, 9)}}, r"'k' is 9, outside its range"),
    ({"n": 4, "ranges": -0.5}, "`ranges` is -0.5; give a mapping"),
    ({"n": 4, "ranges": {"k": (1, 0)}, "method": "normal"}, "give mean and standard deviation"),
    ({"n": 4, "ranges": {"k": (0, 1)}, "method": "halton"}, "`method` is 'halton'; give one of"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD_SAMPLES)
def test_bad_samples_are_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ms.sample(DECAY, seed=1, **arguments)


def test_members_come_in_many_forms() -> None:
    forms = [
        [{"k": 1.0, "x": 2.0}, {"k": 2.0, "x": 3.0}],
        {"k": [1.0, 2.0], "x": [2.0, 3.0]},
        pd.DataFrame({"k": [1.0, 2.0], "x": [2.0, 3.0]}),
        xr.Dataset({"k": ("member", [1.0, 2.0]), "x": ("member", [2.0, 3.0])}),
    ]
    for form in forms:
        run = ms.ensemble(DECAY, form, duration=1)
        np.testing.assert_allclose(run.x[:, 0], [2 * np.exp(-1), 3 * np.exp(-2)], rtol=1e-8)
        np.testing.assert_array_equal(run.coords["k"], [1, 2])
        np.testing.assert_array_equal(run.coords["given_x"], [2, 3])


BAD_CALLS: list[tuple[dict[str, Any], str]] = [
    ({"members": []}, "`members` is empty"),
    ({"members": 5.5}, "`members` is 5.5; give what mirrorsys.sample makes"),
    ({"members": [{"q": 1}]}, "called 'q'"),
    ({"members": [{"k": 1}, {"k": 9}]}, r"member 1: parameter 'k' is 9, outside"),
    ({"members": [{"k": 1}, {"k": np.nan}]}, r"member 1: parameter 'k' is nan"),
    ({"chunk": 0}, "`chunk` is 0; give a whole number"),
    ({"protocol": [TWO, TWO]}, "`protocol` has 2 entries for 1 members"),
    ({"protocol": None}, "neither `protocol` nor `duration`"),
    ({"outputs": {"y": outputs.mean("y")}}, r"output 'y' uses \['y'\], which 'decay'"),
    ({"outputs": {"y": outputs.mean("x", phase="nap")}}, "asks for phases called 'nap'; there are"),
    ({"outputs": {"y": outputs.mean("x", window=(1, 9))}}, "reaches to 9, but the run ends at 5"),
    ({"outputs": {"y": outputs.at_times("x", [6])}}, "reaches to 6, but the run ends at 5"),
    ({"outputs": {"y": "x"}}, "output 'y' is 'x'; give what mirrorsys.outputs makes"),
    ({"outputs": {"status": outputs.mean("x")}}, r"`outputs` names \['status'\]"),
    ({"engine": "fast"}, "`engine` is 'fast'"),
    ({"rtol": -1}, "`rtol` is -1"),
    ({"store": "study.nc"}, "`store` is 'study.nc'; give a folder ending in .zarr"),
    ({"store": "nowhere/study.zarr"}, "`store` lies in 'nowhere', which does not exist"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD_CALLS)
def test_bad_calls_are_refused(arguments: dict[str, Any], words: str) -> None:
    given = {"members": [{"k": 1}], "protocol": TWO, **arguments}
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=words):
        ms.ensemble(DECAY, given.pop("members"), **given)


def test_bad_outputs_are_refused() -> None:
    with pytest.raises(ValueError, match="`window` is"):
        outputs.mean("x", window=(3, 1))
    with pytest.raises(ValueError, match="both `phase`"):
        outputs.mean("x", phase="rest", window=(0, 1))
    with pytest.raises(ValueError, match="strictly increasing"):
        outputs.at_times("x", [2, 1])
    with pytest.raises(ValueError, match="one axis of finite times"):
        outputs.at_times("x", [])
    with pytest.raises(ValueError, match="write a comparison"):
        outputs.time_above("x")


# ---- outputs -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_outputs_of_a_closed_form(engine: str) -> None:
    """x = exp(-k t) for two hours, then toward 1/k."""
    k = np.array([0.3, 0.7, 1.1])
    wanted = {
        "end": outputs.at_phase_ends("x"),
        "end of push": outputs.at_phase_ends("x", phase="push"),
        "times": outputs.at_times("2*x + k", [0, 0.5, 2, 5]),
        "mean": outputs.mean("x", window=(0, 2)),
        "mean of rest": outputs.mean("x**2", phase="rest"),
        "highest": outputs.highest("x"),
        "lowest": outputs.lowest("x", window=(0.5, 1.5)),
        "above": outputs.time_above("x > 0.5", phase="rest"),
        "below": outputs.time_above("x < 0.5", window=(0, 2)),
        "first": outputs.first_time("x < 0.5", window=(0, 2)),
        "never": outputs.first_time("x < -1"),
        "at once": outputs.first_time("x > 0.9"),
        "in push": outputs.first_time("x > 0.8", phase="push"),
    }
    run = ms.ensemble(DECAY, {"k": k}, protocol=TWO, outputs=wanted, engine=engine)
    assert (run.status == "completed").all()
    x2 = np.exp(-2 * k)
    x5 = 1 / k + (x2 - 1 / k) * np.exp(-3 * k)
    close = {"rtol": 1e-7, "atol": 1e-8}
    np.testing.assert_allclose(run["end"], np.array([x2, x5]).T, **close)
    np.testing.assert_allclose(run["end of push"][:, 0], x5, **close)
    times = np.array([np.ones(3), np.exp(-0.5 * k), x2, x5]).T
    np.testing.assert_allclose(run["times"], 2 * times + k[:, np.newaxis], **close)
    np.testing.assert_allclose(run["mean"], (1 - x2) / k / 2, **close)
    np.testing.assert_allclose(run["mean of rest"][:, 0], (1 - x2**2) / (2 * k) / 2, **close)
    np.testing.assert_allclose(run["highest"], np.maximum(1, x5), **close)
    np.testing.assert_allclose(run["lowest"], np.exp(-1.5 * k), **close)
    half = np.minimum(np.log(2) / k, 2)
    np.testing.assert_allclose(run["above"][:, 0], half, **close)
    np.testing.assert_allclose(run["below"], 2 - half, **close)
    np.testing.assert_allclose(run["first"], np.where(half < 2, half, np.nan), **close)
    assert np.isnan(run["never"]).all()
    assert (run["at once"] == 0).all()
    when = np.log((x2 - 1 / k) / (0.8 - 1 / k)) / k
    np.testing.assert_allclose(run["in push"][:, 0], when, **close)
    assert run["first"].attrs["units"] == "h"
    assert run["end"].dims == ("member", "phase")
    assert run.phase_name.values.tolist() == ["rest", "push"]
    assert run["end of push"].dims == ("member", "nth_push")


@pytest.mark.parametrize("engine", ENGINES)
def test_peaks_between_steps_are_found(engine: str) -> None:
    circle = System("circle", {"x": "w*y", "y": "-w*x"}, {"w": 1.0}, initial={"y": 1})
    wanted = {
        "top": outputs.highest("x"), "bottom": outputs.lowest("x + 0*y"),
        "above": outputs.time_above("x > 0.5"), "first": outputs.first_time("y < 0"),
    }  # fmt: skip
    w = np.array([1.0, 1.7])
    run = ms.ensemble(circle, {"w": w}, duration=4 * np.pi, outputs=wanted, engine=engine)
    np.testing.assert_allclose(run.top, 1, atol=1e-8)
    np.testing.assert_allclose(run.bottom, -1, atol=1e-8)
    np.testing.assert_allclose(run.first, np.pi / 2 / w, atol=1e-7)
    assert float(run.above[0]) == pytest.approx(4 * np.pi / 3, abs=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_members_are_as_single_runs(engine: str) -> None:
    protocol = ms.protocols.caseload(1, sessions_a_day=2, days_a_week=1)
    few = SOME.isel(member=slice(0, 3))
    run = ms.ensemble(DYAD, few, protocol=protocol, engine=engine)
    for m in range(3):
        params = {str(name): float(values[m]) for name, values in few.items()}
        one = ms.simulate(DYAD, protocol=protocol, params=params, rtol=1e-11, atol=1e-13)
        for name in ("client.threat", "client.pathway", "therapist.signal"):
            person, _, state = name.partition(".")
            expected = one[f"{state}_at_end"].sel(person=person)
            np.testing.assert_allclose(run[name][m], expected, atol=1e-7)


def test_lanes_make_the_steps_that_a_single_run_makes() -> None:
    """Give or take a few by rounding: what belongs to a rejected step must not be kept."""
    protocol = ms.protocols.weekly_sessions(2)
    many = ms.ensemble(DYAD, SOME, protocol=protocol)
    for m in (0, 5, 9, 13):
        params = {str(name): float(values[m]) for name, values in SOME.items()}
        one = ms.simulate(DYAD, protocol=protocol, times=[protocol.duration], params=params,
                          engine="compiled", rtol=1e-10, atol=1e-12)  # fmt: skip
        assert int(many.n_steps[m]) == pytest.approx(one.attrs["n_steps"], rel=0.04)


@pytest.mark.parametrize("engine", ENGINES)
def test_protocols_and_recordings_per_member(engine: str) -> None:
    ramp = Recording((0.0, 1.0, 4.0), (0.0, 1.0, -1.0))
    own = [
        Protocol([Phase(d, {"u": u}, name="a"), Phase(1, name="b")])
        for d, u in ((1, 1.0), (2, ramp), (3, 0.5))
    ]
    wanted = {"x": outputs.at_phase_ends("x"), "m": outputs.mean("x", phase="a"),
              "w": outputs.mean("x", window=(0.25, 0.75))}  # fmt: skip
    run = ms.ensemble(DECAY, {"k": [0.5, 0.6, 0.7], "u": [0.1, 0.2, 0.3]}, protocol=own,
                      outputs=wanted, engine=engine)  # fmt: skip
    for m, protocol in enumerate(own):
        params = {"k": float(run.k[m]), "u": float(run.u[m])}
        one = ms.simulate(DECAY, protocol=protocol, params=params, rtol=1e-11, atol=1e-13,
                          times=np.linspace(0, protocol.duration, 4001))  # fmt: skip
        np.testing.assert_allclose(run.x[m], one.x_at_end, atol=1e-8)
        first = one.sel(time=slice(0, protocol.phases[0].duration))
        mean = np.trapezoid(first.x, first.time) / float(first.time[-1])
        assert float(run.m[m, 0]) == pytest.approx(mean, abs=5e-4)


@pytest.mark.parametrize("engine", ENGINES)
def test_quantities_of_recorded_inputs(engine: str) -> None:
    ramp = Recording((0.0, 4.0), (0.0, 1.0))
    wanted = {
        "end": outputs.at_phase_ends("u + 0*x"), "times": outputs.at_times("u", [0, 1, 3]),
        "above": outputs.time_above("u > 0.25"), "top": outputs.highest("u - x*0"),
    }  # fmt: skip
    run = ms.ensemble(DECAY, {"k": [0.5, 1.0]}, protocol=Phase(4, {"u": ramp}), outputs=wanted,
                      engine=engine)  # fmt: skip
    np.testing.assert_allclose(run["end"], 1)
    np.testing.assert_allclose(run["times"], [[0, 0.25, 0.75]] * 2)
    np.testing.assert_allclose(run["above"], 3, atol=1e-8)
    np.testing.assert_allclose(run["top"], 1)


def test_protocols_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="phases differ in number or name"):
        ms.ensemble(DECAY, {"k": [1, 2]}, protocol=[TWO, Protocol([Phase(1)])])


# ---- failures ------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_one_member_fails_and_the_others_do_not(engine: str) -> None:
    growth = System("growth", {"x": "a*x**2"}, {"a": 0.1}, initial={"x": 1}, time_unit="h")
    protocol = Protocol([Phase(0.5, name="calm"), Phase(1, name="storm"), Phase(1, name="after")])
    wanted = {"x": outputs.at_phase_ends("x"), "mean": outputs.mean("x"),
              "top": outputs.highest("x"), "t": outputs.at_times("x", [0.25, 2]),
              "calm": outputs.mean("x", phase="calm"), "after": outputs.mean("x", phase="after"),
              "storm": outputs.time_above("x > 0.5", phase="storm")}  # fmt: skip
    run = ms.ensemble(growth, {"a": [0.1, 1.0, 0.2]}, protocol=protocol, outputs=wanted,
                      engine=engine)  # fmt: skip
    assert run.status[[0, 2]].values.tolist() == ["completed", "completed"]
    assert str(run.status[1].values).startswith("failed at time 1 h in phase 'storm': ")
    np.testing.assert_allclose(run.x[1, 0], 2, rtol=1e-8)
    assert np.isnan(run.x[1, 1:]).all()
    assert np.isnan(run["mean"][1])
    assert np.isnan(run["top"][1])
    assert float(run["calm"][1, 0]) == pytest.approx(2 * np.log(2), rel=1e-7)
    assert np.isnan(run["storm"][1, 0])
    assert np.isnan(run["after"][1, 0])
    assert np.isfinite(run.x[[0, 2]]).all()
    np.testing.assert_allclose(run.t[1, 0], 4 / 3, rtol=1e-8)
    assert np.isnan(run.t[1, 1])


def test_resets_out_of_range_fail_alone() -> None:
    protocol = Protocol([Phase(1, name="a"), Phase(1, name="b", reset={"x": "60*x + initial"})])
    run = ms.ensemble(DECAY, {"x": [1, 90.0]}, protocol=protocol)
    assert run.status[0] == "completed"
    np.testing.assert_allclose(run.x[0, 1], (60 * np.exp(-0.5) + 1) * np.exp(-0.5), rtol=1e-8)
    assert "in phase 'b': the reset of 'x' gives" in str(run.status[1].values)
    assert np.isfinite(run.x[1, 0])
    assert np.isnan(run.x[1, 1])


# ---- the same bits, wherever ---------------------------------------------------------------

WANTED = {"w": outputs.at_phase_ends("client.pathway"), "m": outputs.mean("client.threat")}


def study(**arguments: Any) -> xr.Dataset:
    return ms.ensemble(
        DYAD, SOME, protocol=ms.protocols.weekly_sessions(2), outputs=WANTED, **arguments
    )


def test_chunks_and_workers_change_no_bit() -> None:
    whole = study(chunk=24)
    assert whole.identical(study(chunk=5))
    assert whole.identical(study(chunk=1))
    with ThreadPoolExecutor(3) as executor:
        assert whole.identical(study(executor=executor))


def test_processes_of_several_kinds_change_no_bit() -> None:
    whole = study()
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert whole.identical(study(executor=executor, chunk=5))
    loky = pytest.importorskip("loky")
    executor = loky.get_reusable_executor(max_workers=2)
    assert whole.identical(study(executor=executor, chunk=7))
    executor.shutdown(wait=True)


def test_a_result_goes_to_netcdf_and_back(tmp_path: Path) -> None:
    run = study()
    ms.save(run, tmp_path / "study.nc")
    assert ms.load(tmp_path / "study.nc").identical(run)


def test_the_attributes_say_what_the_result_rests_on() -> None:
    run = study()
    assert run.attrs["engine"] == "compiled"
    assert run.attrs["n_members"] == 24
    assert run.attrs["rtol"] == 1e-10
    assert "llvmlite" in run.attrs["versions"]
    other = ms.ensemble(DYAD, SOME.isel(member=slice(1, None)), duration=5)
    assert other.attrs["members"] != run.attrs["members"]


# ---- stores --------------------------------------------------------------------------------

zarr = pytest.importorskip("zarr")


def test_a_store_holds_the_same_and_is_not_computed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, kept = study(), study(store=tmp_path / "s.zarr", chunk=7)
    for name in ("w", "m", "status", "n_steps"):
        np.testing.assert_array_equal(plain[name], kept[name])
    from mirrorsys.flow import _ensemble

    def refuse(chunk: Any) -> Any:
        assert chunk.settings.rtol > 1e-10  # the check of tolerances
        return run_chunk(chunk)

    run_chunk = _ensemble.run_chunk
    monkeypatch.setattr(_ensemble, "run_chunk", refuse)
    again = study(store=tmp_path / "s.zarr")
    np.testing.assert_array_equal(again.w, kept.w)
    assert set(plain.coords) <= set(kept.coords)


def test_a_store_of_another_study_is_refused_with_the_difference(tmp_path: Path) -> None:
    study(store=tmp_path / "s.zarr")
    with pytest.raises(ValueError, match="differs in rtol: 1e-10 instead of 1e-09"):
        study(store=tmp_path / "s.zarr", rtol=1e-9)
    with pytest.raises(ValueError, match="members' values"):
        ms.ensemble(
            DYAD, ms.sample(DYAD, 24, 0.2, seed=4), outputs=WANTED,
            protocol=ms.protocols.weekly_sessions(2), store=tmp_path / "s.zarr",
        )  # fmt: skip
    with pytest.raises(ValueError, match="differs in protocol"):
        ms.ensemble(DYAD, SOME, outputs=WANTED, protocol=ms.protocols.weekly_sessions(3),
                    store=tmp_path / "s.zarr")  # fmt: skip


def test_what_is_no_store_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "s.zarr"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(ValueError, match="is no zarr group"):
        study(store=folder)
    assert (folder / "mine.txt").read_text() == "keep"


def test_what_a_failed_write_leaves_is_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mirrorsys.flow import _store

    real, calls = _store.write_text, []

    def full(path: Path, text: str) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(path, text)

    monkeypatch.setattr(_store, "write_text", full)
    with pytest.raises(OSError, match="No space left") as caught:
        study(store=tmp_path / "s.zarr", chunk=5)
    assert any("of 24 members are kept in s.zarr" in note for note in caught.value.__notes__)
    monkeypatch.setattr(_store, "write_text", real)
    np.testing.assert_array_equal(study(store=tmp_path / "s.zarr").w, study().w)


SCRIPT = """
import sys, time
import mirrorsys as ms
from mirrorsys import outputs
from mirrorsys.flow import _store
write = _store.Store.write
def slow(self, row, values):
    write(self, row, values)
    time.sleep(0.3)
_store.Store.write = slow
dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
ms.ensemble(dyad, ms.sample(dyad, 24, 0.2, seed=3), protocol=ms.protocols.weekly_sessions(2),
            outputs={"w": outputs.at_phase_ends("client.pathway"),
                     "m": outputs.mean("client.threat")}, store=sys.argv[1], chunk=3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_loses_only_what_it_was_at(tmp_path: Path) -> None:
    path = tmp_path / "s.zarr"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)])
    marks = path / ".finished"
    begin = time.monotonic()
    while time.monotonic() - begin < 60 and (not marks.is_dir() or len(os.listdir(marks)) < 2):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = sorted(os.listdir(marks))
    assert 2 <= len(finished) < 8
    assert [name for name in os.listdir(tmp_path) if name != "s.zarr"] == []
    resumed = study(store=path)
    np.testing.assert_array_equal(resumed.w, study().w)
    np.testing.assert_array_equal(resumed.m, study().m)


# ---- how exact -----------------------------------------------------------------------------


def test_the_tolerance_is_checked_on_the_first_members() -> None:
    run = study()
    differences = json.loads(run.attrs["tolerance_check"])
    assert set(differences) == {"w", "m"}
    assert 0 < differences["w"]["median"] <= differences["w"]["largest"] < 1e-6


def test_sensitive_trajectories_are_warned_of() -> None:
    lorenz = ms.models.zoo.lorenz()
    with pytest.warns(UserWarning, match=r"outputs \['x'\] of the first 3 members differ"):
        ms.ensemble(lorenz, {lorenz.state_names[0]: [1.0, 1.1, 1.2]}, duration=40,
                    outputs={"x": outputs.at_phase_ends(lorenz.state_names[0])})  # fmt: skip


def test_threads_of_scipy_leave_the_filters_of_warnings_as_they_were():
    growth = ms.System("growth", {"x": "a*x**2"}, {"a": 0.5}, initial={"x": 1})
    members = ms.sample(growth, 200, {"a": (0, 1.02)}, seed=1)  # some blow up, and warn
    before = list(warnings.filters)
    for _ in range(3):
        ms.ensemble(growth, members, duration=1, max_steps=5000, engine="scipy", chunk=16)
    assert warnings.filters == before
