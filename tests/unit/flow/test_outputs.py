"""Outputs: what may be asked for, and what it is called in the result."""

import dataclasses
import json
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Event, Input, Noise, Parameter, Phase, Protocol, State, System, outputs
from mirrorsys.flow import _ensemble
from mirrorsys.flow._chunks import Chunk
from mirrorsys.flow._engines import settings_for
from mirrorsys.flow._members import checked_members
from mirrorsys.flow.outputs import check_inside, checked_outputs

CLOCK = System("clock", {"x": "c"}, {"c": 1.0}, initial={"x": 0})
THREE = Protocol([Phase(1, name="a"), Phase(0.5, name="b c"), Phase(2, name="a")])


def ensemble(members: Any = 1, system: System = CLOCK, **arguments: Any) -> Any:
    given = {"engine": "scipy", "duration": None if "protocol" in arguments else 1.0, **arguments}
    return ms.ensemble(system, members, **given)


# ---- what may be asked for --------------------------------------------------------------------


@pytest.mark.parametrize("times", [[0], [0, 5e-324], [0.1, 0.2], [1]])
def test_increasing_times_from_0_are_taken(times: list[float]) -> None:
    assert outputs.at_times("x", times).times == tuple(times)


@pytest.mark.parametrize("times", [[1, 1], [0, 0.5, 0.5, 1], [1, 0.5], [-5e-324, 1]])
def test_times_that_repeat_or_go_back_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="give strictly increasing times from 0"):
        outputs.at_times("x", times)


@pytest.mark.parametrize("times", [[], 1.0, [[0, 1]], [0, np.nan], [0, np.inf]])
def test_times_are_one_axis_of_finite_numbers(times: Any) -> None:
    with pytest.raises(ValueError, match="give one axis of finite times"):
        outputs.at_times("x", times)


@pytest.mark.parametrize("window", [(1, 1), (2, 1), (-1, 1), (0, np.nan), (np.nan, 1)])
def test_a_window_ends_after_it_begins(window: tuple[float, float]) -> None:
    assert outputs.mean("x", window=(0, 5e-324)).window == (0, 5e-324)
    with pytest.raises(ValueError, match=r"`window` is .*; give its beginning and, later, its end"):
        outputs.mean("x", window=window)


@pytest.mark.parametrize("verb", ["mean", "highest", "lowest", "time_above", "first_time"])
def test_a_phase_and_a_window_exclude_each_other(verb: str) -> None:
    make = getattr(outputs, verb)
    assert make("x > 0", phase="a").phase == "a"
    assert make("x > 0", window=(0, 1)).kind == verb
    with pytest.raises(ValueError, match=r"both `phase` \('a'\) and `window` \(\(0.0, 1.0\)\)"):
        make("x > 0", phase="a", window=(0, 1))


@pytest.mark.parametrize("end", [1e-6, 1.0, 1e6])
def test_what_is_asked_for_lies_inside_the_run(end: float) -> None:
    for last in (0.5 * end, end, end * (1 + 5e-10)):
        check_inside([outputs.at_times("x", [0, last]), outputs.mean("x", window=(0, last))], end)
    for output in (outputs.at_times("x", [0, end * 1.001]), outputs.mean("x", window=(0, 2 * end))):
        with pytest.raises(ValueError, match=r"an output of 'x' reaches to .*; give times inside"):
            check_inside([outputs.mean("x"), output], end)


def test_an_output_keeps_what_is_positive_while_its_condition_holds() -> None:
    for condition in ("x > 2", "2 < x", "x >= 2"):
        assert outputs.time_above(condition).quantity == "x - 2"
    for condition in ("x < 2", "2 > x", "x <= 2"):
        assert outputs.first_time(condition).quantity == "2 - x"
    assert outputs.time_above("x < c").quantity == "c - x"


@pytest.mark.parametrize(
    "name", ["status", "n_steps", "n_stiff_phases", "member", "phase", "phase_name", "phase_end"]
)
def test_names_that_a_result_needs_for_itself_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"`outputs` names .'{name}'., which a result needs"):
        checked_outputs({name: outputs.mean("x")}, CLOCK)


@pytest.mark.parametrize(
    "noun",
    [outputs.mean("x"), Event("x"), Noise(0.1), Phase(1), checked_members(1, CLOCK),
     settings_for("scipy", None, 1e-8, 1e-8, 9)],
    ids=lambda noun: type(noun).__name__,
)  # fmt: skip
def test_what_a_run_is_told_does_not_change_afterwards(noun: Any) -> None:
    for each in dataclasses.fields(noun):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(noun, each.name, None)


# ---- what is found, in closed form ---------------------------------------------------------------


@pytest.mark.parametrize("arguments", [{"noise": Noise(1.0), "seed": 1}, {"noise": Noise(0.3),
                         "seed": 1}, {"method": "RK45"}, {"engine": "compiled"}])  # fmt: skip
def test_a_start_at_the_level_counts_as_above_if_it_rises(arguments: dict[str, Any]) -> None:
    system = CLOCK.replace(diffusion={}) if "noise" not in arguments else System(
        "noisy clock", {"x": "c", "y": "0"}, {"c": 1.0}, diffusion={"y": 1}, initial={"x": 0}
    )  # fmt: skip
    wanted = {name: outputs.time_above(f"x {name} 0") for name in ("<", ">")}
    run = ensemble({"c": [1.0, -1.0, 0.0]}, system, outputs=wanted, **arguments)
    np.testing.assert_allclose(run[">"], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(run["<"], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("engine", ["scipy", "compiled"])
@pytest.mark.parametrize("start", [-0.75, -0.25, 0.25])
def test_the_times_above_and_below_a_level_make_up_the_run(engine: str, start: float) -> None:
    wanted = {"above": outputs.time_above("x > 0"), "below": outputs.time_above("x < 0"),
              "first": outputs.first_time("x > 0")}  # fmt: skip
    run = ensemble({"c": [1.0, 2.0], "x": [start, start]}, outputs=wanted, engine=engine)
    crossing = np.maximum(-start / np.array([1.0, 2.0]), 0)
    np.testing.assert_allclose(run.above, 1 - crossing, atol=1e-9)
    np.testing.assert_allclose(run.below, crossing, atol=1e-9)
    np.testing.assert_allclose(run["first"], crossing, atol=1e-9)


@pytest.mark.parametrize("engine", ["scipy", "compiled"])
def test_numbers_of_phases_are_those_of_each_phase(engine: str) -> None:
    wanted = {
        "end": outputs.at_phase_ends("x", phase="a"), "all": outputs.at_phase_ends("x"),
        "mean": outputs.mean("x", phase="a"), "high": outputs.highest("x", phase="a"),
        "low": outputs.lowest("x", phase="a"), "above": outputs.time_above("x > 2", phase="a"),
        "first": outputs.first_time("x > 2", phase="a"), "whole": outputs.mean("x"),
    }  # fmt: skip
    run = ensemble(outputs=wanted, protocol=THREE, engine=engine).isel(member=0)
    for name, values in {
        "end": [1, 3.5], "all": [1, 1.5, 3.5], "mean": [0.5, 2.5], "high": [1, 3.5],
        "low": [0, 1.5], "above": [0, 1.5], "first": [np.nan, 0.5], "whole": 1.75,
    }.items():  # fmt: skip
        np.testing.assert_allclose(run[name], values, atol=1e-8, err_msg=name)


def test_phases_of_a_name_are_numbered_and_say_when_they_end() -> None:
    wanted = {"a": outputs.mean("x", phase="a"), "b": outputs.highest("x", phase="b c"),
              "all": outputs.at_phase_ends("x"), "t": outputs.at_times("x", [0.5, 3])}  # fmt: skip
    run = ensemble(2, outputs=wanted, protocol=THREE)
    assert (run["a"].dims, run["b"].dims) == (("member", "nth_a"), ("member", "nth_b_c"))
    assert run.nth_a.values.tolist() == [1, 2]
    assert run.nth_a_end.values.tolist() == [1, 3.5]
    assert run.nth_b_c_end.values.tolist() == [1.5]
    assert run["all"].dims == ("member", "phase")
    assert run.phase_end.values.tolist() == [1, 1.5, 3.5]
    assert run.phase_name.values.tolist() == ["a", "b c", "a"]
    (_, times) = run["t"].dims
    assert run[times].values.tolist() == [0.5, 3]


def test_outputs_have_the_unit_of_what_they_measure() -> None:
    system = System(
        "s", {State("x", 1, unit="mol"): "-k*x + u"}, [Parameter("k", 1, unit="1/h")],
        [Input("u", 0, unit="mol/h")], time_unit="h",
    )  # fmt: skip
    wanted = {
        "m": outputs.mean("x"), "k": outputs.highest("k"), "u": outputs.lowest("u"),
        "xx": outputs.mean("2*x"), "above": outputs.time_above("x > 1"),
        "first": outputs.first_time("x > 1"), "t": outputs.at_times("x", [1]),
    }  # fmt: skip
    run = ensemble(system=system, outputs=wanted, progress=False)
    assert {name: run[name].attrs["units"] for name in wanted} == {
        "m": "mol", "k": "1/h", "u": "mol/h", "xx": "1", "above": "h", "first": "h", "t": "mol"
    }  # fmt: skip
    assert run.above.attrs["long_name"] == "time above: x - 1"
    assert run.t.attrs["long_name"] == "at times: x"


# ---- how exact it is, and who works at it ------------------------------------------------------


def test_the_first_eight_members_are_compared_at_a_hundred_times_the_tolerance() -> None:
    decay = System("decay", {"x": "-k*x"}, {"k": 1.0}, initial={"x": 1})
    members = {"k": [*np.linspace(0.5, 2, 8), 40.0, 50.0]}  # the last two are not looked at
    exact, loose = (
        ensemble(members, decay, rtol=rtol, atol=rtol / 100).x.values[:8, 0]
        for rtol in (1e-8, 1e-6)
    )
    found = json.loads(ensemble(members, decay, rtol=1e-8, atol=1e-10).attrs["tolerance_check"])
    gaps = np.abs(exact - loose)
    assert found == {"x": {"median": np.median(gaps), "largest": gaps.max()}}
    assert 0 < np.median(gaps) < gaps.max()


@pytest.mark.parametrize("n_processor", [1, 2, 5, None])
def test_some_chunks_wait_for_each_worker_and_not_all(
    n_processor: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: n_processor)
    handed_out = []

    class Immediate(Executor):
        def submit(self, work: Any, /, part: Any) -> Any:  # type: ignore[override]
            handed_out.append(part)
            future: Future[dict[str, Any]] = Future()
            future.set_result({})
            return future

    def n_waiting(executor: Any) -> int:
        handed_out.clear()
        next(_ensemble._results(study, rows, executor, lambda part: {}))
        return len(handed_out)

    study = Chunk(CLOCK, checked_members(99, CLOCK), (THREE,), np.zeros(99, int), {}, "scipy",
                  settings_for("scipy", None, 1e-8, 1e-8, 9))  # fmt: skip
    rows = [slice(m, m + 1) for m in range(99)]
    unknown, known = Immediate(), Immediate()
    known._max_workers = 4  # type: ignore[attr-defined]
    assert n_waiting(unknown) == 3 * (n_processor or 1)
    assert n_waiting(known) == 3 * 4


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 2.0])
def test_a_store_is_laid_out_in_chunks_of_whole_members(chunk: int, tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    wanted = {"t": outputs.at_times("x", [0, 0.5, 1]), "m": outputs.mean("x"),
              "p": outputs.at_phase_ends("x")}  # fmt: skip
    ensemble(3, outputs=wanted, store=tmp_path / "s.zarr", chunk=chunk)
    group = zarr.open_group(tmp_path / "s.zarr", mode="r")
    for name, rest in {"t": (3,), "p": (1,), "m": (), "status": (), "n_steps": ()}.items():
        assert group[name].chunks == (chunk, *rest)
