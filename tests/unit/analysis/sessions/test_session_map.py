"""The session map: closed forms of a linear system, two ways to rest, points that stay."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

import mirrorsys as ms
from mirrorsys.analysis.sessions._session_map import session_map
from mirrorsys.protocols import session_and_gap

Array = NDArray[np.float64]
UNIT = (0.0, 1.0)
# The fast state follows the input; of the two slow ones the second is fed by the first.
RATES = {"k": 2.0, "c": 0.06, "d": 0.01, "e": 0.03, "f": 0.004}
CHAIN = ms.System(
    "chain",
    {"r": "k*(u - r)", "w": "c*r - d*w", "v": "f*w - e*v"},
    RATES,
    inputs={"u": 0},
    initial={"w": 0.2, "v": 0.1},
    box={"r": UNIT, "w": UNIT, "v": UNIT},
)
WEEK = ms.Protocol([ms.Phase(3, {"u": 0.8}, name="session"), ms.Phase(20, name="gap")])
TWO_WAYS = ms.System("two ways", {"x": "x - x**3 + 0*w", "w": "0*x"}, box={"w": UNIT})


def chain(**options: Any) -> Any:
    return session_map(CHAIN, WEEK, slow=["w", "v"], engine="scipy", **options)


def affine(rates: dict[str, float] = RATES) -> tuple[Array, Array]:
    """Return the map of (w, v) in closed form: its matrix, and what it adds."""
    k, c, d, e, f = (rates[name] for name in "kcdef")
    whole = np.eye(4)
    for duration, u in ((3, 0.8), (20, 0.0)):
        rhs = np.array([[-k, 0, 0, k * u], [c, -d, 0, 0], [0, f, -e, 0], [0, 0, 0, 0]])
        whole = expm(duration * rhs) @ whole
    return whole[1:3, 1:3], whole[1:3, 3]  # the fast state begins at rest, at 0


# ---- the map --------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.3, 1.0, 2.5])
def test_the_map_of_a_linear_system_is_its_closed_form(factor: float) -> None:
    rates = {name: factor * value for name, value in RATES.items()}
    own = chain(params=rates)
    matrix, added = affine(rates)
    starts = np.array([[0.0, 0.3, 0.9], [0.5, 0.2, 0.1]])
    np.testing.assert_allclose(own(starts), matrix @ starts + added[:, None], atol=1e-8)
    np.testing.assert_allclose(own.jacobian([0.3, 0.2]), matrix, atol=1e-6)
    np.testing.assert_allclose(own.jacobian([0.0, 1.0]), matrix, atol=1e-6)  # at ends of the box


def test_members_beside_each_other_are_those_one_by_one() -> None:
    own = chain()
    starts = np.linspace(0.1, 0.6, 8).reshape(2, 2, 2)
    together = own(starts)
    assert together.shape == starts.shape
    for i, j in np.ndindex(2, 2):
        np.testing.assert_allclose(own(starts[:, i, j]), together[:, i, j], atol=1e-9)


def test_what_is_no_number_stays_so_and_harms_no_one_else() -> None:
    after = chain()([[np.nan, 0.3], [0.5, 0.2]])
    assert np.isnan(after[:, 0]).all()
    assert np.isfinite(after[:, 1]).all()


def test_two_passes_after_three_are_five() -> None:
    own = chain()
    whole, first = own.iterate(n=5), own.iterate(n=3)
    second = own.iterate(first.isel(passes=-1), 2)
    for name in CHAIN.state_names:
        np.testing.assert_array_equal(second[name].values, whole[name].values[3:])
    assert whole.attrs["status"] == "completed"


def test_iterates_are_the_simulated_course() -> None:
    own = chain()
    course = own.iterate({"w": 0.5, "r": 0.7}, 4)
    run = ms.simulate(
        CHAIN, protocol=WEEK * 4, initial={"w": 0.5, "r": 0.7}, rtol=1e-10, atol=1e-12
    )
    for name in CHAIN.state_names:
        ends = run[f"{name}_at_end"].values[1::2]
        np.testing.assert_allclose(course[name].values[1:], ends, atol=1e-8)
    assert course["r"].values[0] == 0.7  # as given: not at rest


def test_a_course_begins_at_rest_unless_fast_states_are_given() -> None:
    settled = session_map(TWO_WAYS, ms.Phase(30), slow=["w"], initial={"x": 0.1}, engine="scipy")
    assert settled.iterate(n=0)["x"].item() == pytest.approx(1)
    assert settled.iterate({"x": 0.1}, 0)["x"].item() == 0.1


@pytest.mark.parametrize("start", [-0.4, 0.3])
def test_where_there_are_two_ways_to_rest_the_start_decides(start: float) -> None:
    own = session_map(TWO_WAYS, ms.Phase(30), slow=["w"], initial={"x": start}, engine="scipy")
    np.testing.assert_allclose(own.at_rest([[0.2, 0.8]])[0], np.sign(start), atol=1e-9)


def test_a_course_that_leaves_its_box_says_so_and_keeps_what_was_computed() -> None:
    rising = ms.System("rising", {"w": "0.3"}, box={"w": UNIT}, initial={"w": 0.0})
    course = session_map(rising, ms.Phase(1), slow="w", engine="scipy").iterate(n=5)
    np.testing.assert_allclose(course["w"].values, [0, 0.3, 0.6, 0.9, np.nan, np.nan], atol=1e-9)
    assert course.attrs["status"].startswith("in pass 4 integration failed or a state left")


# ---- fixed points ----------------------------------------------------------------------------


def test_the_fixed_point_of_a_linear_system_is_its_closed_form() -> None:
    matrix, added = affine()
    found = chain().fixed_points(n_starts=4)
    point = np.linalg.solve(np.eye(2) - matrix, added)
    np.testing.assert_allclose([found["w"].item(), found["v"].item()], point, atol=1e-7)
    np.testing.assert_allclose(
        found["multiplier_real"].values[0], sorted(np.linalg.eigvals(matrix).real)[::-1], atol=1e-6
    )
    assert found["stability"].values.tolist() == ["stable"]
    assert found["residual"].item() <= 1e-8
    assert found["fast_gap"].item() < 1e-8
    assert found.attrs["status"] == "1 found in the box; of 4 searches: 4 converged"


def test_several_fixed_points_are_told_apart_by_their_multipliers() -> None:
    cubic = ms.System("cubic", {"w": "0.1*(w - w**3)"}, box={"w": (-2, 2)}, initial={"w": 0.1})
    found = session_map(cubic, ms.Phase(5), slow="w", engine="scipy").fixed_points()
    np.testing.assert_allclose(found["w"].values, [-1, 0, 1], atol=1e-7)
    # d/dw of the flow at an equilibrium: exp(time * slope)
    np.testing.assert_allclose(
        found["multiplier_real"].values[:, 0], np.exp(5 * 0.1 * np.array([-2, 1, -2])), atol=1e-6
    )
    assert found["stability"].values.tolist() == ["stable", "unstable", "stable"]


def test_a_saddle_is_one() -> None:
    shear = ms.System("shear", {"w": "0.1*w", "v": "-0.1*v"}, box={"w": (-1, 1), "v": (-1, 1)})
    own = session_map(shear, ms.Phase(1), slow=["w", "v"], engine="scipy")
    assert own.fixed_points(n_starts=2, box={"w": (-0.5, 0.5)})["stability"].values[0] == "saddle"


def test_where_nothing_stays_none_is_found(tmp_path: Any) -> None:
    drift = ms.System("drift", {"w": "-0.01 - 0.001*w"}, box={"w": UNIT})
    found = session_map(drift, ms.Phase(1), slow="w", engine="scipy").fixed_points(n_starts=3)
    assert found.sizes["fixed_point"] == 0
    assert found.attrs["status"] == "none found in the box; of 3 searches: 3 left the box"
    ms.save(found, tmp_path / "none.nc")
    assert ms.load(tmp_path / "none.nc").sizes["fixed_point"] == 0


def test_where_all_stay_stability_is_undecided() -> None:
    own = session_map(TWO_WAYS, ms.Phase(30), slow="w", initial={"x": 0.5}, engine="scipy")
    found = own.fixed_points(n_starts=3)
    assert found.sizes["fixed_point"] == 3  # a continuum: each start stays where it is
    assert set(found["stability"].values) == {"undecided: a multiplier on the unit circle"}


# ---- a section -------------------------------------------------------------------------------


def test_a_section_carries_the_others_along_the_course() -> None:
    own = chain()
    course = own.iterate(n=6)
    matrix, added = affine()
    places = course["w"].values[[1, 3]]
    section = own.section("w", [*places, 0.9], along=course)
    np.testing.assert_allclose(section["v"].values[:2], course["v"].values[[1, 3]], atol=1e-9)
    assert section["v"].values[2] == course["v"].values[-1]  # beyond the course: as at its end
    before = np.array([section["w"].values, section["v"].values])
    np.testing.assert_allclose(section["w_after"], (matrix @ before)[0] + added[0], atol=1e-8)


def test_a_course_that_turns_back_is_no_guide() -> None:
    own = chain()
    course = own.iterate(n=3)
    course["w"][2] = 0.0
    with pytest.raises(ValueError, match="'w' does not rise or fall throughout"):
        own.section("w", [0.2], along=course)


# ---- results and refusals --------------------------------------------------------------------


def test_results_are_saved_with_what_made_them(tmp_path: Any) -> None:
    own = chain()
    for number, each in enumerate((own.iterate(n=2), own.fixed_points(n_starts=2))):
        ms.save(each, tmp_path / f"{number}.nc")
        assert ms.load(tmp_path / f"{number}.nc").identical(each)
        assert each.attrs["kind"] == "full"
        assert "session" in each.attrs["protocol"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"slow": ["weight"]}, ValueError, "no state called 'weight'; did you mean"),
        ({"slow": []}, ValueError, "`slow` is empty"),
        ({"protocol": 3}, TypeError, "`protocol` is 3; give the Protocol of one pass"),
        ({"protocol": ms.Phase(1, {"light": 1})}, ValueError, "phase 'phase' does not fit"),
        ({"settle": 0}, ValueError, "`settle` is 0; give a finite time"),
        ({"params": {"q": 1}}, ValueError, "no parameter or input called 'q'"),
        ({"initial": {"w": 2}}, ValueError, "'w' is 2, outside its range"),
        ({"system": CHAIN.replace(diffusion={"w": 0.1})}, ValueError, "has noise"),
    ],
)
def test_maps_that_cannot_be_are_refused(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    given: dict[str, Any] = {"system": CHAIN, "protocol": WEEK, "slow": ["w", "v"]} | arguments
    with pytest.raises(error, match=words):
        session_map(given.pop("system"), given.pop("protocol"), **given)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda own: own([0.1]), ValueError, r"`slow_values` has shape \(1,\); give one row"),
        (lambda own: own([[0.1], [1.2]]), ValueError, "'v' is 1.2, outside its range"),
        (lambda own: own.iterate(3), TypeError, "`start` is 3; give a mapping"),
        (lambda own: own.iterate({"u": 3}), ValueError, "no state called 'u'"),
        (lambda own: own.iterate(n=-1), ValueError, "`n` is -1"),
        (lambda own: own.fixed_points(box={"r": UNIT}), ValueError, r"`box` names \['r'\]"),
        (lambda own: own.fixed_points(box={"w": (1, 0)}), ValueError, "`box` is .*'w': "),
        (lambda own: own.fixed_points(box={"w": "all"}), ValueError, "`box` is .*'w': 'all'"),
        (lambda own: own.fixed_points(tol=0), ValueError, "`tol` is 0"),
        (lambda own: own.fixed_points(n_starts=0), ValueError, "`n_starts` is 0"),
        (lambda own: own.section("r", [0.1], along=own.iterate(n=1)), ValueError, "`state` is 'r'"),
        (lambda own: own.section("w", 0.1, along=own.iterate(n=1)), ValueError, "`values` has"),
    ],
)
def test_questions_that_do_not_fit_are_refused(
    call: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call(chain())


def test_a_box_without_ends_has_to_be_given() -> None:
    free = ms.System("free", {"w": "1 - w"})
    own = session_map(free, ms.Phase(1), slow="w", engine="scipy")
    with pytest.raises(ValueError, match="two finite ends"):
        own.fixed_points()
    assert own.jacobian([7.0])[0, 0] == pytest.approx(np.exp(-1), abs=1e-7)
    found = own.fixed_points(box={"w": (-3, 5)}, n_starts=2)
    np.testing.assert_allclose(found["w"], [1], atol=1e-6)


# ---- the reference model ---------------------------------------------------------------------


@pytest.mark.slow
def test_the_course_of_a_dyad_is_the_iterated_map() -> None:
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    own = session_map(dyad, session_and_gap())
    assert own.slow == ("client.pathway", "therapist.pathway", "client.signal", "therapist.signal")
    course = own.iterate(n=12)
    begin = {name: course[name].values[0] for name in dyad.state_names}
    run = ms.simulate(dyad, protocol=session_and_gap() * 12, initial=begin, engine="auto",
                      rtol=1e-10, atol=1e-12)  # fmt: skip
    ends = run.isel(phase=slice(2, None, 3))
    for name in dyad.state_names:
        person, _, state = name.partition(".")
        known = ends[f"{state}_at_end"].sel(person=person).values
        np.testing.assert_allclose(course[name].values[1:], known, atol=1e-8)
    found = own.fixed_points(n_starts=3)
    assert found["stability"].values.tolist() == ["stable"]
    assert course["client.pathway"].values[-1] < found["client.pathway"].item() < 0.6


def test_the_default_starts_find_where_the_course_leads_and_where_nothing_is_learnt():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    found = session_map(dyad, session_and_gap()).fixed_points()
    np.testing.assert_allclose(found["client.pathway"], [0, 0.573], atol=1e-3)


def test_a_level_at_rest_that_no_phase_lets_count_is_refused():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    with pytest.raises(ValueError, match="every phase of the protocol sets it"):
        session_map(dyad, session_and_gap(), params={"client.stressor": 0.3})


def test_a_session_and_gap_of_other_persons():
    pair = ms.models.dyad(ms.models.client("ann"), ms.models.therapist("bob"))
    weekly = session_and_gap(client="ann", helper="bob", client_life=0.05)
    after = session_map(pair, weekly)([0.1, 1.0, 0.6, 1.0])
    assert after[0] > 0.12
