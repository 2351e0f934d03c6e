"""Results computed again from their attributes alone, and compared to the bit."""

import functools

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys import Event, IntegrationError, Noise, Phase, Protocol, System, outputs
from mirrorsys.cli import main
from mirrorsys.flow import differences, other_origin

DECAY = System("decay", {"x": "u - k*x"}, {"k": 0.3}, {"u": 0}, initial={"x": 1}, time_unit="min")
NOISY = DECAY.replace(diffusion={"x": 0.1})
PAIR = ms.models.dyad(ms.models.client(), ms.models.therapist())
TWO = [Protocol([Phase(1, name="a"), Phase(each, {"u": 1}, name="b")]) for each in (0.5, 2)]
MEMBERS = {"k": [0.1, 1 / 3, 2.0], "x": [0.0, 1.0, 0.7]}

ENSEMBLES = {
    "values": lambda: ms.ensemble(DECAY, MEMBERS, duration=1),
    "times": lambda: ms.ensemble(DECAY, MEMBERS, duration=1, outputs=[0, 0.1, 1 / 3]),
    "outputs": lambda: ms.ensemble(
        PAIR, {"mu": [0.1, 1.27]}, protocol=ms.protocols.weekly_sessions(2), rtol=1e-6,
        outputs={"w": outputs.at_phase_ends("client.pathway", phase="session"),
                 "m": outputs.mean("client.threat", window=(15, 50)),
                 "t": outputs.first_time("client.threat < 0.5"),
                 "kappa": outputs.highest("client.threat*therapist.soothing")},
    ),
    "protocols": lambda: ms.ensemble(
        DECAY, MEMBERS, protocol=[TWO[1], TWO[0], TWO[1]], method="Rodas5P"
    ),
    "noise": lambda: ms.ensemble(
        NOISY, MEMBERS, duration=1, noise=Noise(0.01, "euler", bounded=False), seed=2**62 + 1
    ),
    "noise alone": lambda: ms.ensemble(NOISY, 4, duration=1, noise=Noise(0.01), seed=0),
    "scipy": lambda: ms.ensemble(DECAY, MEMBERS, duration=1, engine="scipy", method="Radau"),
    "failed": lambda: ms.ensemble(
        System("blow-up", {"x": "x**2"}, initial={"x": 1}), {"x": [0.1, 1.0]}, duration=2
    ),
}  # fmt: skip


@functools.cache
def made(name: str) -> xr.Dataset:
    return ENSEMBLES[name]()


def shown(path, capsys) -> tuple[int, str, str]:
    code = main(["rerun", str(path)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_saved_ensemble_is_loaded_as_it_was_and_computed_again(name, tmp_path):
    found = made(name)
    ms.save(found, tmp_path / "found.nc")
    loaded = ms.load(tmp_path / "found.nc")
    xr.testing.assert_identical(loaded, found)
    again = ms.rerun(loaded)
    assert differences(loaded, again) == {}
    assert other_origin(loaded, again) == {}
    xr.testing.assert_identical(again.assign_attrs(engine_choice=""),
                                found.assign_attrs(engine_choice=""))  # fmt: skip


def test_an_ensemble_from_a_store_is_computed_again(tmp_path):
    pytest.importorskip("zarr")
    found = ms.ensemble(DECAY, MEMBERS, duration=1, store=tmp_path / "s.zarr", chunk=2)
    assert differences(found, ms.rerun(found)) == {}
    ms.save(found, tmp_path / "found.nc")
    assert differences(ms.load(tmp_path / "found.nc"), made("values")) == {}


def test_members_keep_values_whose_names_the_result_needs_for_itself():
    system = System("s", {"x": "-phase*x"}, {"phase": 1.0, "status": 0.5}, initial={"x": 1})
    found = ms.ensemble(system, {"phase": [1.0, 2.0], "status": [0.1, 0.2]}, duration=1)
    np.testing.assert_array_equal(found.given_phase, [1, 2])
    np.testing.assert_array_equal(found.given_status, [0.1, 0.2])
    assert list(found.status.values) == ["completed", "completed"]
    assert differences(found, ms.rerun(found)) == {}


@pytest.mark.parametrize("engine", ["scipy", "compiled"])
@pytest.mark.parametrize("seed", range(4))
def test_a_noisy_run_that_an_event_stopped_is_computed_again(engine, seed):
    """The time of the event stands among those asked for; it was not one of them."""
    events = {"low": Event("x", 0.8, "falling", terminal=True)}
    run = ms.simulate(
        NOISY, duration=4, times=[0.001, 3.9], events=events, noise=Noise(0.1), seed=seed,
        engine=engine,
    )  # fmt: skip
    assert run.attrs["status"] == "stopped by event 'low'"
    assert differences(run, ms.rerun(run)) == {}


def test_a_part_of_an_ensemble_is_refused():
    with pytest.raises(ValueError, match=r"it has 2 of 3 members; give it with all of them"):
        ms.rerun(made("values").isel(member=slice(2)))


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda: xr.Dataset(), "was made by no verb it names; only results of simulate and ens"),
        (lambda: ms.basins(System("cubic", {"x": "x - x**3"}, box={"x": (-2, 2)}),
                           grid={"x": (-2, 2, 4)}),
         r"\('cubic: basins of attraction'\) was made by no verb it names"),
        (lambda: ms.first_passage(NOISY, "x > 2", n=8, limit=1.0, noise=Noise(0.01), seed=1),
         r"\('decay: first passage of x > 2'\) was made by 'first_passage'"),
    ],
)  # fmt: skip
def test_results_of_other_verbs_are_refused(result, words):
    with pytest.raises(ValueError, match=words):
        ms.rerun(result())


def test_what_is_no_dataset_is_refused():
    with pytest.raises(TypeError, match=r"`result` is 3; give a Dataset"):
        ms.rerun(3)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seed": None}, r"a run of simulate: 'seed' is missing\. They were changed, or"),
        ({"rtol": None}, "'rtol' is missing"),
        ({"parameters": "[1]"}, "do not describe a run of simulate"),
        ({"events": '{"a": {"when": 1}}'}, "unexpected keyword argument 'when'"),
        ({"initial": "[" * 9999}, "recursion"),
        ({"versions": "{}"}, None),
        ({"protocol": "{", "versions": '{"mirrorsys": "0.0.9"}'}, r"version \(mirrorsys 0\.0\.9"),
        ({"protocol": "{", "versions": 3}, "it does not say which"),
    ],
)
def test_attributes_that_were_changed_are_told(changed, words):
    run = ms.simulate(NOISY, duration=1, noise=Noise(0.01), seed=3)
    for name, value in changed.items():
        run.attrs[name] = value
        if value is None:
            del run.attrs[name]
    if words is None:
        ms.rerun(run)
    else:
        with pytest.raises(ValueError, match=words):
            ms.rerun(run)


# ---- how two results differ ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x + 0.0, None),
        (lambda x: np.nextafter(x, 2), "3 of 3 numbers differ, by at most 4.44e-16"),
        (lambda x: np.where(x == 0, -0.0, x), "1 of 3 numbers differ, by at most 0"),
        (lambda x: np.where(x == 1, np.nan, x), "1 are a number in one only"),
        (lambda x: x[:2], "had the sizes {'i': 3}, has {'i': 2}"),
        (lambda x: x.astype(str), "was of type float64, is <U32"),
    ],
)
def test_any_bit_counts_and_is_told(change, words):
    one = xr.Dataset({"x": ("i", [0.0, 1.0, -2.5]), "n": ("j", [np.nan])})
    told = differences(one, one.drop_vars("x").assign(x=("i", change(one.x.values))))
    assert list(told) == ([] if words is None else ["x"])
    assert words is None or words in told["x"]


def test_texts_and_what_is_in_one_only_are_told():
    one, other = (xr.Dataset({"s": ("i", list(text)), text: 1.0}) for text in ("abc", "abd"))
    assert differences(one, other) == {
        "s": "1 of 3 texts differ", "abc": "is not computed again", "abd": "is new"
    }  # fmt: skip


# ---- the command --------------------------------------------------------------------------------


def test_the_command_says_equal(tmp_path, capsys):
    ms.save(made("values"), tmp_path / "found.nc")
    code, out, _ = shown(tmp_path / "found.nc", capsys)
    assert (code, out) == (0, f"{tmp_path / 'found.nc'}: equal\n")


def test_the_command_says_how_different_and_what_it_was_made_with(tmp_path, capsys):
    run = ms.simulate(DECAY, duration=1, times=[0, 0.5, 1])
    run["x"][1] += 1e-9
    versions = run.attrs["versions"].replace(ms.__version__, "0.0.9")
    run = run.assign_attrs(versions=versions, processor="z80", note="mine").assign(mean=2.0)
    ms.save(run, tmp_path / "run.nc")
    code, out, _ = shown(tmp_path / "run.nc", capsys)
    assert code == 1
    assert out.splitlines() == [
        f"{tmp_path / 'run.nc'}: different",
        "  x 1 of 3 numbers differ, by at most 1e-09",
        "  mean is not computed again",
        "  note was mine, is not told",
        f"  processor was z80, is {ms.simulate(DECAY, duration=1).attrs['processor']}",
        f"  mirrorsys was 0.0.9, is {ms.__version__}",
    ]


@pytest.mark.parametrize("times", [None, [0.5, 2.0], [2.0]])
def test_the_command_repeats_a_run_that_failed(times, tmp_path, capsys):
    with pytest.raises(IntegrationError) as caught:
        ms.simulate(System("blow-up", {"x": "x**2"}, initial={"x": 1}), duration=2, times=times)
    ms.save(caught.value.partial, tmp_path / "part.nc")
    assert shown(tmp_path / "part.nc", capsys)[:2] == (0, f"{tmp_path / 'part.nc'}: equal\n")


def test_the_command_refuses_what_is_no_run(tmp_path, capsys):
    ms.save(xr.Dataset({"x": 1.0}), tmp_path / "other.nc")
    code, out, err = shown(tmp_path / "other.nc", capsys)
    assert (code, out) == (2, "")
    assert err.startswith("mirrorsys: `result` was made by no verb it names; only results of")
    assert "\n" not in err.strip()


def test_an_event_of_another_version_is_told(tmp_path):
    run = ms.simulate(DECAY, duration=9, events={"a": Event("x", 0.5)})
    run.attrs["events"] = run.attrs["events"].replace("falling", "down").replace("both", "down")
    with pytest.raises(ValueError, match=r"run of simulate: `direction` of an event is 'down'"):
        ms.rerun(run)
