"""Figures of S1-S6, the still face and the recorded listener: the data that reach the artists."""

import importlib.util
import runpy
from functools import cache

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.colors import to_hex

import mirrorsys as ms

NAMES = (
    "adult_without", "answered_cry", "mirroring", "recorded_listener", "still_face",
    "unanswered_cry", "upbringing",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_real_recording(monkeypatch):
    """A user's own data must not change what the tests see."""
    monkeypatch.setenv("MIRRORSYS_COUPLE_DIALS", str(script("recorded_listener").MADE))


def script(name):
    (example,) = ms.plot.gallery([name])
    return example.module()


@cache
def data(name):
    return script(name).compute()


def drawn(name, tree=None):
    with ms.plot.style():
        return script(name).draw(data(name) if tree is None else tree)


def lines(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


@pytest.mark.parametrize("name", NAMES)
def test_saved_data_draw_the_same_figure_byte_for_byte(name, tmp_path):
    ms.save(data(name), tmp_path / "data.nc")
    with xr.open_datatree(tmp_path / "data.nc", engine="h5netcdf") as opened:
        again = opened.load()
    assert again.identical(data(name))
    first = ms.plot.save_figure(drawn(name), tmp_path / "first.svg")
    second = ms.plot.save_figure(drawn(name, again), tmp_path / "second.svg")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_axes_have_units_and_titles_stay_inside(name):
    figure = drawn(name)
    figure.canvas.draw()
    for ax in figure.axes:
        for label in (ax.get_xlabel(), ax.get_ylabel()):
            assert not label or label.endswith(")"), label
        title = ax.title.get_window_extent()
        left = ax._left_title.get_window_extent()
        for box in (title, left):
            assert box.width == 0 or (box.x0 >= 0 and box.x1 <= figure.bbox.x1)


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_tells_title_system_and_what_is_assumed(name):
    title, _, story = script(name).__doc__.strip().partition("\n\n")
    assert "\n" not in title
    assert title.endswith(".")
    assert "assumed" in story


def test_mirroring_draws_the_watcher_with_and_without():
    _, red, green = drawn("mirroring").axes
    for ax, quantity, control in ((red, "threat", "mu"), (green, "soothing", "nu")):
        (mirrored,) = lines(ax, f"{quantity}, mirrored")
        run = data("mirroring")["mirrored"]
        np.testing.assert_array_equal(mirrored.get_ydata(), run[quantity].sel(person="watcher"))
        assert mirrored.get_ydata().max() >= 0.1
        (cut,) = lines(ax, rf"without mirroring, $\{control} = 0$")
        assert cut.get_ydata().max() < 1e-6


def test_answered_cry_has_its_five_events_in_order():
    module, run = script("answered_cry"), data("answered_cry")["episode"].to_dataset()
    order = module.order_of_events(run)
    assert [name for name, _ in order] == [
        "infant's red rises", "carer's red rises", "carer's green rises", "infant's green rises",
        "infant's red falls",
    ]  # fmt: skip
    assert np.all(np.diff([time for _, time in order]) > 0)
    for person, quantity, direction, label in module.EVENTS:
        colour = {"threat": "red", "soothing": "green"}[quantity]
        verb = {"rising": "rises", "falling": "falls"}[direction]
        assert label == f"{person}'s {colour} {verb}"
    figure = drawn("answered_cry")
    markers = sorted(
        (m for ax in figure.axes for m in lines(ax, "_event")), key=lambda m: m.get_xdata()[0]
    )
    assert [m.get_xdata()[0] for m in markers] == [time for _, time in order]
    for marker, (person, quantity, *_) in zip(markers, module.EVENTS, strict=True):
        course = run[quantity].sel(person=person)
        half = float(course[0] + course.max()) / 2
        assert marker.get_ydata()[0] == pytest.approx(half, abs=2e-3)  # between output times
        assert to_hex(marker.get_markeredgecolor()).upper() == ms.plot.PALETTE[quantity].upper()


def test_answered_cry_needs_the_carers_own_soothing():
    module = script("answered_cry")
    cut = ms.simulate(module.DYAD, protocol=module.CRY, params={"carer.kappa": 0.0})
    calm = cut["threat"].sel(person="infant", time=slice(25, 119.9))
    assert calm.max() > 0.4
    assert (
        data("answered_cry")["episode"]["threat"].sel(person="infant", time=slice(25, 119.9)).max()
        < 0.15
    )


def test_unanswered_cry_draws_the_signal_of_both_childhoods():
    episode, signal_axes, carer, infant = drawn("unanswered_cry").axes
    tree = data("unanswered_cry")
    (threat,) = lines(episode, "threat")
    np.testing.assert_array_equal(threat.get_ydata(), tree["episode"]["threat"])
    ends = {}
    for name in ("answered", "unanswered"):
        (line,) = lines(signal_axes, name)
        run = tree[name].to_dataset()
        signal = run["signal_at_end"].sel(person="infant")[run["phase_name"] == "aftermath"]
        np.testing.assert_array_equal(line.get_ydata(), signal)
        assert line.get_xdata()[-1] == 60
        ends[name] = signal[-1]
    assert ends["unanswered"] <= 0.4 < ends["answered"]
    peaks = {line.get_label(): line.get_ydata().max() for line in carer.lines}
    assert peaks["after 60 unanswered episodes"] <= 0.6 * peaks["newborn"]
    (after,) = lines(infant, "after 60 unanswered episodes")
    np.testing.assert_array_equal(
        after.get_ydata(), tree["meeting_unanswered"]["threat"].sel(person="infant")
    )


def test_a_child_that_is_never_calm_is_calm_after_infinity():
    run = data("unanswered_cry")["meeting_newborn"].to_dataset()
    module = script("unanswered_cry")
    assert 0 < module.calm_after(run) < 120
    assert module.calm_after(run.isel(event=slice(0, 0))) == np.inf


def test_upbringing_draws_the_pathway_of_each_childhood():
    left, *adults = drawn("upbringing").axes
    tree, module = data("upbringing"), script("upbringing")
    for line, ax, name in zip(left.lines, adults, module.SHARES, strict=True):
        run = tree[f"childhood_{name}"].to_dataset()
        pathway = run["pathway_at_end"].sel(person="infant")[run["phase_name"] == "aftermath"]
        np.testing.assert_array_equal(line.get_ydata(), pathway)
        adult = tree[f"adult_{name}"].to_dataset()
        # The adult begins with what the childhood left after the last night's sleep.
        assert adult["pathway"][0] == run["pathway_at_end"].sel(person="infant")[-1]
        assert module.in_words(module.settled(adult)["threat"]) in ax.get_title(loc="left")
    all_answered, half, none = (line.get_ydata()[-1] for line in left.lines)
    assert all_answered > half > none


@pytest.mark.parametrize(
    ("threat", "words"),
    [([0.1, 0.6], "outbursts, threat from 0.10 to 0.60"), ([0.5, 0.52], "high threat, 0.51"),
     ([0.1, 0.12], "calm, 0.11")],
)  # fmt: skip
def test_upbringing_says_how_an_adult_lives(threat, words):
    assert script("upbringing").in_words(xr.DataArray(threat)) == words


def test_adult_without_draws_all_equilibria_filled_if_stable():
    module, tree = script("adult_without"), data("adult_without")
    top, *rest = drawn("adult_without").axes
    drawn_points = {
        kind: np.column_stack(lines(top, f"{kind} equilibrium")[0].get_data())
        for kind in ("stable", "unstable")
    }
    assert to_hex(lines(top, "unstable equilibrium")[0].get_markerfacecolor()) == "#ffffff"
    for pathway in (0.0, 0.37, 0.5):
        points = ms.equilibria(module.adult(pathway), module.STRESS)
        for kind, wanted in (("stable", True), ("unstable", False)):
            shown = drawn_points[kind][drawn_points[kind][:, 0] == pathway, 1]
            expected = [p.state["threat"] for p in points if p.is_stable == wanted]
            np.testing.assert_allclose(shown, expected)
    planes = rest[1::2]
    for ax, name in zip(planes, module.SHOWN, strict=True):
        run = tree[name].to_dataset()
        (course,) = lines(ax, "this run")
        np.testing.assert_array_equal(course.get_ydata(), run["fatigue"])
        (point,) = ms.equilibria(module.adult(run.attrs["pathway"]), module.STRESS)
        kind = "stable" if point.is_stable else "unstable"
        (marker,) = lines(ax, f"{kind} equilibrium")
        assert marker.get_xdata()[0] == point.state["threat"]


def test_outbursts_are_where_no_equilibrium_is_stable():
    regime = data("adult_without")["regimes"].to_dataset()
    swing = script("adult_without").outburst_pathways(regime)
    has_stable = (regime["is_stable"] == 1).any("equilibrium").values
    np.testing.assert_array_equal(np.isin(regime["pathway"], swing), ~has_stable)
    assert swing.min() > 0.25  # none at a weak pathway
    top = drawn("adult_without").axes[0]
    assert f"from {swing[0]:g} to {swing[-1]:g} only" in top.get_title(loc="left")


def test_still_face_draws_phase_means_and_says_what_disagrees():
    figure = drawn("still_face")
    ax = figure.axes[1] if figure.axes[1].get_ylabel().startswith("mean") else figure.axes[2]
    run = data("still_face")["experiment"].to_dataset()
    infant = run["threat"].sel(person="infant")
    means = [float(infant[(run.time >= a) & (run.time < a + 2)].mean()) for a in (0, 2, 4)]
    (threat,) = lines(ax, "threat")
    np.testing.assert_allclose(threat.get_ydata(), means)
    facts = script("still_face").verdicts(data("still_face")["means"].to_dataset())
    (text,) = (t.get_text() for t in ax.texts if "affect" in t.get_text())
    assert text.count("agrees: ") + text.count("DISAGREES: ") == len(facts)
    assert text.count("DISAGREES") == sum(not holds for _, holds in facts)


def test_still_face_judges_means_by_the_measured_facts():
    judged = script("still_face").verdicts
    stages = ["play", "still face", "reunion"]

    def means(threat, soothing):
        return xr.Dataset(
            {"threat": ("stage", threat), "soothing": ("stage", soothing)}, {"stage": stages}
        )

    assert [ok for _, ok in judged(means([0.1, 0.5, 0.3], [0.5, 0.1, 0.3]))] == [True] * 4
    assert [ok for _, ok in judged(means([0.5, 0.1, 0.6], [0.1, 0.5, 0.6]))] == [False] * 4


def test_the_listener_is_driven_by_the_recording_drawn():
    tree = data("recorded_listener")
    figure = drawn("recorded_listener")
    rating, shown = tree["recording"].to_dataset(), figure.axes[0]
    (samples,) = lines(shown, "samples")
    np.testing.assert_array_equal(samples.get_ydata(), rating["dial"])
    dial = ms.Recording(tuple(rating["time"].values), tuple(rating["dial"].values))
    run = tree["strong"].to_dataset()
    np.testing.assert_allclose(run["seen_distress"], dial.rescaled(zero=5, one=0)(run["time"]))
    for ax in figure.axes:
        assert len(ax.patches) == len(dial.gaps) > 0
    assert "Made by the library" in figure.get_suptitle()
    assert f"{rating.attrs['n_missing']} of 571 samples missing" in shown.get_title(loc="left")


def test_a_users_own_recording_is_read_and_named(tmp_path, monkeypatch):
    own = tmp_path / "own.csv"
    seconds = np.arange(0, 120, 2)
    dial = np.where(seconds < 60, 4.0, 1.0)
    dial[10:13] = np.nan
    table = pd.DataFrame({"couple": 3, "person": 3, "time_s": seconds, "dial": dial})
    pd.concat([table, table.assign(person=503, dial=2.0)]).to_csv(own, index=False)
    monkeypatch.setenv("MIRRORSYS_COUPLE_DIALS", str(own))
    tree = script("recorded_listener").compute()
    assert tree["recording"].attrs["n_missing"] == 3
    figure = drawn("recorded_listener", tree)
    assert figure.get_suptitle() == "Recorded: own.csv (couple=3, person=3)"
    assert figure.axes[1].get_xlim()[0] < 18 / 60 < 26 / 60 < figure.axes[1].get_xlim()[1]
    dials = script("recorded_listener").dials
    assert dials(tmp_path / "other.csv") == tmp_path / "other.csv"
    monkeypatch.delenv("MIRRORSYS_COUPLE_DIALS")
    monkeypatch.setattr(script("recorded_listener"), "BESIDE", tmp_path / "absent.csv")
    assert dials() == script("recorded_listener").MADE


def test_a_recording_without_gaps_is_drawn_too(tmp_path):
    own = tmp_path / "own.csv"
    table = pd.DataFrame({"couple": 3, "person": 3, "time_s": np.arange(0, 60, 2), "dial": 3.0})
    table.to_csv(own, index=False)
    figure = drawn("recorded_listener", script("recorded_listener").compute(own))
    assert "0 of 30 samples missing, longest gap 0 s" in figure.axes[0].get_title(loc="left")


def test_the_shipped_recording_is_the_one_its_script_makes():
    path = script("recorded_listener").MADE.with_name("make_recording.py")
    specification = importlib.util.spec_from_file_location("make_recording", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    shipped = pd.read_csv(script("recorded_listener").MADE)
    # Written with four decimals; another machine may round one of them the other way.
    pd.testing.assert_frame_equal(module.make_recording(), shipped, rtol=0, atol=2e-4)


@pytest.mark.parametrize("name", ["mirroring", "still_face"])  # their last lines are all alike
def test_run_as_a_script_it_saves_its_figure_here(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(script(name).__file__, run_name="__main__")
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
