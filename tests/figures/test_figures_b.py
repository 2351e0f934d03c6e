"""Figures of S7-S12, of equilibria, the caseload and the year after: what reaches the artists."""

import runpy
from functools import cache

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms

# What `compute` is given so that a test does not last as long as the figure.
NAMES = {
    "caseload": {"n_weeks": 1},
    "chronic_state": {"searched": [0.3, 0.36], "pathways": np.linspace(0, 0.7, 29)},
    "course": {"n_points": 12},
    "course_animation": {"n_sessions": 8},
    "critical_dose": {"n_max": 15, "minutes": [20, 50], "days": [7, 28]},
    "dose_response": {"n": 64},
    "early_warning": {"n": 12, "n_surrogates": 19, "errors": (0.0, 0.05)},
    "helper_map": {"mirroring": [0.1, 1.27, 3], "self_soothing": [0, 1]},
    "home_practice": {"days": 63},
    "minimal_shock": {"pathways": np.linspace(0.02, 0.5, 13), "n_heights": 31},
    "one_session": {},
    "outburst_cycle": {"levels": (0.066, 0.09), "longest_step": 0.1},
    "phase_portrait": {"fatigues": [0.1, 0.2], "n": 36},
    "robustness": {"n": 2},
    "stress_pathway_chart": {"n": 13, "n_starts": 3},
    "sudden_gains": {"n": 64},
    "therapist_gain": {},
    "three_helpers": {},
}
HELPERS = ("warm", "detached", "overwhelmed")


def script(name):
    (example,) = ms.plot.gallery([name])
    return example.module()


@cache
def data(name):
    return script(name).compute(**NAMES[name])


def drawn(name, tree=None):
    with ms.plot.style():
        return script(name).draw(data(name) if tree is None else tree)


def titles(figure):
    return [ax.get_title(loc="left") for ax in figure.axes]


def panel(figure, title):
    (ax,) = (ax for ax in figure.axes if ax.get_title(loc="left") == title)
    return ax


def line(ax, label):
    (found,) = (each for each in ax.lines if each.get_label() == label)
    return found


def of_person(name, helper, variable, person, phases):
    run = data(name)[helper].to_dataset()
    wanted = np.isin(run["phase_name"].values.astype(str), phases)
    return run[f"{variable}_at_end"].sel(person=person).values[wanted]


# ---- all ------------------------------------------------------------------------------------


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
def test_axes_say_what_they_show_and_words_stay_inside(name):
    figure = drawn(name)
    figure.canvas.draw()
    assert figure.get_suptitle()
    counts = {"session", "working day", "week after the course"}
    for ax in figure.axes:
        for label in (ax.get_xlabel(), ax.get_ylabel()):
            assert not label or label.endswith(")") or label in counts
    for words in (figure._suptitle, *(ax._left_title for ax in figure.axes)):
        box = words.get_window_extent()
        assert box.width == 0 or (box.x0 >= 0 and box.x1 <= figure.bbox.x1), words.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_tells_title_system_and_what_is_assumed(name):
    title, _, story = script(name).__doc__.strip().partition("\n\n")
    assert "\n" not in title
    assert title.endswith(".")
    assert story.startswith("System S") or "(S7, S10, S11)" in story
    assert "assumed" in story


@pytest.mark.parametrize("name", ["three_helpers", "therapist_gain"])
def test_run_as_a_script_it_saves_its_figure_here(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(script(name).__file__, run_name="__main__")
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


# ---- one session ------------------------------------------------------------------------------


def test_the_five_events_of_a_session_are_numbered_in_order_of_time():
    module, run = script("one_session"), data("one_session")["session"].to_dataset()
    times = module.event_times(run)
    assert np.all(np.diff(times) > 0)
    assert 0 < times[0] < times[3] < 10 < times[4]  # relief comes when the recall is over
    figure = drawn("one_session")
    numbers = {
        text.get_text(): text.get_position()
        for ax in figure.axes
        for text in ax.texts
        if text.get_text().isdigit()
    }
    for number, ((person, state, _), time) in enumerate(
        zip(module.EVENTS, times, strict=True), start=1
    ):
        value = run[state].sel(person=person).sel(time=time)
        assert numbers[str(number)] == (time, float(value))


def test_half_done_is_half_of_the_way_up_and_of_the_way_down():
    time = np.linspace(-1, 4, 501)
    course = xr.DataArray(np.interp(time, [0, 1, 3], [0.2, 1.0, 0.4]), {"time": time})
    half_done = script("one_session").half_done
    assert half_done(course, "rises") == pytest.approx(0.5, abs=0.011)
    assert half_done(course, "falls") == pytest.approx(2.0, abs=0.011)


def test_a_session_is_drawn_beside_those_with_a_link_missing():
    module, tree = script("one_session"), data("one_session")
    figure = drawn("one_session")
    ax = panel(figure, "The client's threat with one link of the chain missing")
    shown = {each.get_label().rpartition(":")[0]: each for each in ax.lines}
    whole = shown.pop("the whole chain")
    for (label, *_), name in zip(module.CONTROLS.values(), module.CONTROLS, strict=True):
        expected = tree[name]["threat"].sel(person="client")
        np.testing.assert_array_equal(shown[label].get_ydata(), expected)
        late = expected.sel(time=slice(15, 50)).mean()
        assert shown[label].get_label() == f"{label}: {float(late):.2f}"
        assert shown[label].get_linewidth() < whole.get_linewidth()
        assert module.stay(tree["session"]) <= 0.7 * late
    assert (
        len({str(each.get_linestyle()) + str(each._dash_pattern) for each in shown.values()}) == 4
    )


# ---- the course -------------------------------------------------------------------------------


def test_the_boundaries_of_the_course_are_folds_and_changes_of_stability():
    module = script("course")
    found = data("course")["boundaries"]["pathway"].to_series()
    curve = ms.symbolic.branch(module.ALONE, "pathway", params=module.LIFE)
    folds = [fold.parameter for fold in curve.folds()]
    np.testing.assert_array_equal([found["calm fold"], found["chronic fold"]], folds)
    for name, place, before in (("calm Hopf", 0, False), ("chronic Hopf", -1, True)):
        below, above = (
            ms.equilibria(module.ALONE, {**module.LIFE, "pathway": found[name] + step})[place]
            for step in (-1e-3, 1e-3)
        )
        assert (below.is_stable, above.is_stable) == (before, not before)
    figure = drawn("course")
    pathway = panel(figure, "The pathway, session by session")
    levels = [each.get_ydata()[0] for each in pathway.lines if len(set(each.get_ydata())) == 1]
    np.testing.assert_array_equal(sorted(levels), sorted(found))


def test_the_course_draws_stable_equilibria_solid_and_the_clients_way_along_them():
    module, places = script("course"), data("course")["places"].to_dataset()
    ax = panel(drawn("course"), "Where the client alone can rest")
    n_stable = 0
    for curve in ax.lines[: 2 * len(module.PLACES)]:
        pathway, threat = (np.asarray(each) for each in curve.get_data())
        shown = np.isfinite(pathway) & np.isfinite(threat)
        n_stable += shown.sum() if curve.get_linestyle() == "-" else 0
        for x, y in list(zip(pathway[shown], threat[shown], strict=True))[::5]:
            known = ms.equilibria(module.ALONE, {**module.LIFE, "pathway": float(x)})
            near = min(known, key=lambda each, y=y: abs(each.state["threat"] - y))
            assert near.state["threat"] == pytest.approx(y, abs=1e-9)
            assert near.is_stable == (curve.get_linestyle() == "-")
    assert n_stable == int(places["is_stable"].sum())
    weeks = line(ax, "the client, just before each session")
    ends = data("course")["course"].to_dataset().sel(person="client")
    alone = np.isin(ends["phase_name"].values.astype(str), ["before", "between"])
    np.testing.assert_array_equal(weeks.get_xdata(), ends["pathway_at_end"][alone])
    np.testing.assert_array_equal(weeks.get_ydata(), ends["threat_at_end"][alone])


def test_the_course_says_how_the_client_left_the_chronic_state():
    tree = data("course")
    left = tree["leaving"].to_dataset()
    weeks = ms.plot.phase_ends(
        tree["course"].to_dataset(), "threat", ("before", "between"), person="client"
    )
    turning = int(left["session"])
    assert (weeks.sel(session=slice(None, turning - 1)) > 0.2).all()
    assert (weeks.sel(session=slice(turning, None)) < 0.2).all()
    edges = tree["boundaries"]["pathway"].to_series()
    # Past the Hopf point, short of the fold: the chronic state exists but does not hold.
    assert edges["chronic Hopf"] < left["pathway_after"] < edges["chronic fold"]
    assert (int(left["chronic_exists"]), int(left["chronic_is_stable"])) == (1, 0)
    alone = tree["put_back"].to_dataset()
    assert alone["threat"][0] > 0.4
    assert alone["threat"][-1] < 0.2
    title = drawn("course").get_suptitle()
    assert f"Session {turning} is the turning point" in title
    assert "By a bifurcation" in title
    assert "loses its stability" in title


@pytest.mark.parametrize(
    ("exists", "stable", "words"),
    [(0, 0, "in which the chronic state vanishes"), (1, 1, "Thrown out"),
     (1, 0, "loses its stability")],
)  # fmt: skip
def test_each_way_of_leaving_has_its_words(exists, stable, words):
    tree = data("course").copy()
    left = tree["leaving"].to_dataset()
    tree["leaving"] = xr.DataTree(left.assign(chronic_exists=exists, chronic_is_stable=stable))
    assert words in script("course").in_words(tree)


def test_a_client_who_stays_in_the_chronic_state_is_said_to():
    module = script("course")
    mute = ms.simulate(
        ms.models.dyad(module.CLIENT, ms.models.therapist()),
        protocol=ms.protocols.weekly_sessions(3),
    )
    assert module.session_of_leaving(mute) is None
    tree = xr.DataTree.from_dict({"course": mute, "boundaries": data("course")["boundaries"].ds})
    assert module.in_words(tree) == "The client is still in the chronic state after 3 sessions."


# ---- helpers ----------------------------------------------------------------------------------


def test_folds_found_by_counting_equilibria_lie_on_the_curve_of_the_formula():
    found = data("chronic_state")["searched"].to_dataset()
    plane = panel(drawn("chronic_state"), "Folds over pathway and stressor")
    circles = line(plane, "fold, by counting certified equilibria").get_xydata()
    np.testing.assert_array_equal(circles, np.transpose([found["pathway"], found["stressor"]]))
    assert len(circles) == 4
    curve = ms.symbolic.branch(script("chronic_state").LONE, "stressor")
    for pathway, stressor in circles:
        folds = [fold.parameter for fold in curve.folds({"pathway": float(pathway)})]
        assert min(abs(fold - stressor) for fold in folds) < 1e-7


def test_the_fold_curve_is_where_the_closed_form_has_its_folds():
    folds = data("chronic_state")["folds"].to_dataset()
    drawn_line = line(
        panel(drawn("chronic_state"), "Folds over pathway and stressor"), "fold, by the formula"
    )
    np.testing.assert_array_equal(
        drawn_line.get_xydata(), np.transpose([folds["pathway"][0], folds["stressor"][0]])
    )
    curve = ms.symbolic.branch(script("chronic_state").LONE, "stressor")
    points = folds.stack(point=("root", "threat")).dropna("point").isel(point=slice(None, None, 60))
    assert points.sizes["point"] > 5
    for pathway, stressor in zip(points["pathway"].values, points["stressor"].values, strict=True):
        found = [fold.parameter for fold in curve.folds({"pathway": float(pathway)})]
        assert min(abs(each - stressor) for each in found) < 1e-9


def test_stability_is_lost_where_the_dotted_lines_are():
    surface = data("chronic_state")["surface"].to_dataset()
    lines = script("chronic_state").crossings(surface)
    alone = script("chronic_state").LONE
    (pathways, stressors) = max(lines, key=lambda each: len(each[0]))
    tried = [each for each in zip(pathways, stressors, strict=True) if each[1] > 0][::20]
    assert len(tried) > 3
    for pathway, stressor in tried:
        points = ms.equilibria(alone, {"pathway": float(pathway), "stressor": float(stressor)})
        nearest = min(abs(point.eigenvalues[0].real) for point in points
                      if point.eigenvalues[0].imag)  # fmt: skip
        assert nearest < 2e-3  # the line is interpolated on a coarse grid


def test_three_helpers_are_drawn_from_their_own_courses():
    figure = drawn("three_helpers")
    for who, person in (("client", "client"), ("helper", "therapist")):
        pathway = panel(figure, f"The {who}'s pathway after each session")
        threat = panel(figure, f"The {who}'s threat alone, a week later")
        for name in HELPERS:
            for ax, state, phase in (
                (pathway, "pathway", "session"),
                (threat, "threat", "between"),
            ):
                drawn_line = line(ax, name)
                expected = of_person("three_helpers", name, state, person, ["before", phase])
                np.testing.assert_array_equal(drawn_line.get_ydata(), expected)
                np.testing.assert_array_equal(drawn_line.get_xdata(), np.arange(21))
    assert "Calm with the helper: warm (0.09)" in figure.get_suptitle()
    looks = {(each.get_marker(), each.get_color()) for each in figure.axes[0].lines}
    assert len({marker for marker, _ in looks}) == len({colour for _, colour in looks}) == 3


def test_the_warm_therapist_answers_a_stressor_better_and_the_detached_one_worse():
    module, tree = script("therapist_gain"), data("therapist_gain")
    for name, better in (("warm", True), ("detached", False)):
        before, after = (module.answer(tree[name][when].to_dataset()) for when in module.LOOKS)
        assert all((after[key] < before[key]) is better for key in before)
    figure = drawn("therapist_gain")
    for ax, name in zip(figure.axes, module.HELPERS, strict=True):
        for when in module.LOOKS:
            for state in ("threat", "soothing"):
                drawn_line = line(ax, f"{state}, {when}")
                np.testing.assert_array_equal(drawn_line.get_ydata(), tree[name][when][state])
                np.testing.assert_array_equal(drawn_line.get_xdata(), tree[name][when]["time"])
    assert "warm therapist answers faster and ends lower" in figure.get_suptitle()
    assert "detached therapist answers slower and ends higher" in figure.get_suptitle()


def test_an_answer_that_is_better_in_part_is_called_that():
    verdict = script("therapist_gain").verdict
    assert verdict({"peak": 1.0, "end": 1.0}, {"peak": 0.5, "end": 2.0}) == "is better in part"


def test_the_caseload_draws_nights_and_counts_the_bad_ones():
    figure = drawn("caseload")
    nights = panel(figure, "Threat alone, at the end of each night")
    for name in HELPERS:
        expected = of_person("caseload", name, "threat", "therapist", ["night"])
        np.testing.assert_array_equal(line(nights, name).get_ydata(), expected)
    n_bad = int((line(nights, "overwhelmed").get_ydata() >= 0.3).sum())
    assert n_bad > 0
    assert f"overwhelmed {n_bad} of 5" in figure.get_suptitle()
    assert "our inference" in figure.get_suptitle()
    strengths = panel(figure, "The helper's pathway")
    warm, detached = (line(strengths, name).get_ydata() for name in ("warm", "detached"))
    assert warm[-1] > warm[0]
    assert detached[-1] < detached[0]


def test_home_practice_too_short_to_be_answered_wears_the_pathway():
    figure = drawn("home_practice")
    pathway = panel(figure, "Pathway, weekly mean")
    ends = {each.get_label(): each.get_ydata()[-1] for each in pathway.lines}
    assert ends["1 minute a day"] < ends["no practice"] < ends["20 minutes a day"]
    run = data("home_practice")["minutes_20"].to_dataset()
    threat = line(panel(figure, "Threat outside of practice, weekly mean"), "20 minutes a day")
    np.testing.assert_allclose(threat.get_ydata()[0], run["threat"][: 7 * 24].mean())
    in_practice = run["engagement"].values > 0
    assert not in_practice.any()  # samples are taken outside of practice


def test_the_helper_map_holds_the_three_helpers_where_they_were_simulated():
    outcomes, module = data("helper_map")["map"].to_dataset(), script("helper_map")
    figure = drawn("helper_map")
    for name in module.BETTER:
        ax = panel(figure, module.in_short(name).capitalize())
        (mesh,) = ax.collections
        expected = outcomes[name].transpose("self_soothing", "mirroring").values.ravel()
        np.testing.assert_array_equal(np.asarray(mesh.get_array()).ravel(), expected)
        places = {each.get_label(): each.get_xydata()[0].tolist() for each in ax.lines}
        assert places == {"warm": [1.27, 1], "detached": [0.1, 1], "overwhelmed": [1.27, 0]}
    for name, (_, soothing, _) in module.HELPERS.items():
        mirroring = 0.1 if name == "detached" else 1.27
        here = outcomes.sel(mirroring=mirroring, self_soothing=soothing)
        course = of_person("three_helpers", name, "pathway", "client", ["between"])
        assert float(here["client_pathway"]) == pytest.approx(course[-1], abs=1e-6)


def synthetic_map(client_pathway):
    mirroring, soothing = [0.0, 1.0, 2.0], [0.0, 0.5, 1.0]
    flat = (("mirroring", "self_soothing"), np.full((3, 3), 0.1))
    rising = (("mirroring", "self_soothing"), np.tile([[0.1], [0.2], [0.3]], 3))
    return xr.Dataset(
        {"client_pathway": (("mirroring", "self_soothing"), client_pathway),
         "helper_pathway": rising, "client_threat_alone": flat, "helper_threat_alone": flat,
         "helper_threat_in_session": rising},
        {"mirroring": mirroring, "self_soothing": soothing},
    )  # fmt: skip


def test_an_inner_optimum_is_found_and_so_is_where_it_vanishes():
    module = script("helper_map")
    inner = synthetic_map([[0.1, 0.1, 0.1], [0.5, 0.5, 0.2], [0.2, 0.2, 0.6]])
    assert module.best(inner, "client_pathway") == "inner (self-soothing 0, 0.5)"
    assert "exists only for the client's pathway" in module.finding(inner)
    none = synthetic_map([[0.1] * 3, [0.2] * 3, [0.3] * 3])
    assert module.best(none, "client_pathway") == "most"
    assert module.best(none, "helper_threat_in_session") == "least"
    assert "for none of the five outcomes" in module.finding(none)
    assert module.burnt_out(none) == "The helper nowhere ends in high threat alone."


# ---- the smallest shock ------------------------------------------------------------------------


def test_the_smallest_shock_is_drawn_and_grows_with_the_pathway():
    tree, figure = data("minimal_shock"), drawn("minimal_shock")
    ax = panel(figure, "Five minutes: the smallest shock that lasts")
    own = tree["little"].to_dataset()
    drawn_heights = line(ax, "little everyday stress, s = 0.03").get_ydata()
    np.testing.assert_array_equal(drawn_heights, own["height"])
    assert (np.diff(own["height"].values[:6]) > 0).all()


def test_more_stress_lowers_the_smallest_shock_and_takes_away_the_calm():
    tree = data("minimal_shock")
    little, some, much = (tree[name].to_dataset() for name in ("little", "some", "much"))
    assert (some["height"] < little["height"])[:5].all()
    assert np.isnan(much["calm"].values[:4]).all()
    assert not np.isnan(little["calm"]).any()


def test_beyond_some_pathway_no_shock_lasts_and_long_strong_ones_exhaust():
    module, tree = script("minimal_shock"), data("minimal_shock")
    assert 0.2 < module.last_pathway(tree["little"].to_dataset()) < 0.3
    outcome = tree["long"].to_dataset()["outcome"].values
    row = outcome[4]  # W = 0.18: withstood, not withstood, withstood again
    assert row[0] == 0
    assert row[-1] == 0
    assert row.max() == 1


def test_outbursts_exist_under_much_stress_only():
    tree = data("outburst_cycle")
    module = script("outburst_cycle")

    def stretch(level):
        node = tree[level]
        return module.stretch(
            [node[name].to_dataset() for name in node.children if name.startswith("cycles")]
        )

    assert stretch("0.066") == (0.0, 0.0)
    low, high = stretch("0.09")
    assert 0.3 < low < 0.4 < high < 0.5


def test_the_diagram_of_outbursts_says_what_it_found():
    figure = drawn("outburst_cycle")
    assert "no outbursts" in titles(figure)[0]
    assert "one outburst a round" in titles(figure)[1]


def test_outbursts_are_seen_wherever_their_cycle_is_stable():
    node = data("outburst_cycle")["0.09"]
    low, high = script("outburst_cycle").stretch(
        [node[name].to_dataset() for name in node.children if name.startswith("cycles")]
    )
    seen = node["seen"].to_dataset()
    assert seen["bursting"].sel(pathway=slice(low, high)).all()
    assert not seen["bursting"].sel(pathway=slice(0, 0.25)).any()
    assert not data("outburst_cycle")["0.066"]["seen"]["bursting"].any()


def test_regions_of_the_chart_agree_with_certified_equilibria():
    place = data("stress_pathway_chart")["regions"].to_dataset()
    lone = script("stress_pathway_chart").LONE
    for stressor in place["stressor"].values[1::4]:
        for pathway in place["pathway"].values[::4]:
            params = {"stressor": stressor, "pathway": pathway}
            found = ms.equilibria(lone, params)
            at = place.sel(stressor=stressor, pathway=pathway)
            chronic = [p.is_stable for p in found if p.state["threat"] > 0.3]
            if any(chronic):
                assert at["chronic"]
            if not any(point.is_stable for point in found):
                assert at["outbursts"] or at["chronic"]


def test_curves_of_the_chart_meet_at_a_cusp_and_turn_at_a_bautin_point():
    tree = data("stress_pathway_chart")
    assert tree["fold"]["special_kind"].values.tolist() == ["cusp"]
    assert tree["hopf"]["special_kind"].values.tolist() == ["generalised hopf"]
