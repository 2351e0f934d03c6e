import pickle
from math import inf, nan

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis._index import index_check
from mirrorsys.symbolic import ContinuumError, EliminationError

CUBIC = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0}, box={"x": (-5, 5)})
LONE = ms.models.client().freeze(pathway=0.1, signal=1)


def states(found):
    return [tuple(point.state.values()) for point in found]


def test_client_under_daily_stress_has_one_chronic_state():
    (point,) = ms.equilibria(LONE, {"stressor": 0.066})
    assert point.state["threat"] == pytest.approx(0.5983, abs=1e-4)
    assert point.stability == "stable focus"
    assert point.is_stable


def test_chronic_state_gives_way_to_outbursts_before_its_fold():
    # An eigenvalue pair crosses at W = 0.28895 (with another method: the Hurwitz determinant
    # along the closed-form branch); the state itself lasts until the fold at W = 0.34485.
    for pathway, word in ((0.2889, "stable focus"), (0.2890, "saddle-focus"), (0.3448, "saddle")):
        chronic = ms.equilibria(LONE, {"stressor": 0.066, "pathway": pathway})[-1]
        assert chronic.stability == word
    calm = ms.equilibria(LONE, {"stressor": 0.066, "pathway": 0.345})
    assert [point.stability for point in calm] == ["stable focus"]


@pytest.mark.parametrize(
    ("equations", "word"),
    [
        ({"x": "-x", "y": "-2*y"}, "stable node"),
        ({"x": "x", "y": "2*y"}, "unstable node"),
        ({"x": "-x", "y": "2*y"}, "saddle"),
        ({"x": "-x + y", "y": "-x - y"}, "stable focus"),
        ({"x": "x + y", "y": "-x + y"}, "unstable focus"),
        ({"x": "x + y", "y": "-x + y", "z": "-z"}, "saddle-focus"),
        ({"x": "y", "y": "-x"}, "non-hyperbolic"),
        ({"x": "-x**3", "y": "-y"}, "non-hyperbolic"),
        ({"x": "-x + y", "y": "-y"}, "stable node"),
    ],
)
def test_stability_in_words(equations, word):
    (point,) = ms.equilibria(ms.System("word", equations))
    assert point.stability == word
    assert point.is_stable == word.startswith("stable")


def test_eigenvalues_come_from_the_right():
    fast_and_slow = ms.System("two", {"x": "-5*x", "y": "-y"})
    assert ms.equilibria(fast_and_slow)[0].eigenvalues.tolist() == [-1, -5]


def test_certificate_tells_route_enclosure_and_multiplicity():
    double = ms.System("double", {"x": "(x - 1)**2*(x**2 - 2)"})
    low, one, high = ms.equilibria(double)
    assert [point.certificate.multiplicity for point in (low, one, high)] == [1, 2, 1]
    assert one.certificate.enclosure == {"x": (1.0, 1.0)}
    below, above = high.certificate.enclosure["x"]
    assert below < above <= np.nextafter(below, 2)
    assert (low.certificate.route, low.certificate.kept) == ("exact elimination", ("x",))
    assert "no other" in low.certificate.proven


def test_decimals_are_taken_at_their_word():
    # 0.3**2 is 0.09 on paper, though not in doubles: the discriminant vanishes.
    square = ms.System("square", {"x": "x**2 - 2*c*x + d"}, {"c": 0.3, "d": 0.09})
    (point,) = ms.equilibria(square)
    assert (point.state["x"], point.certificate.multiplicity) == (0.3, 2)


def test_roots_where_a_pivot_vanishes_are_not_lost():
    prey = ms.System("prey", {"x": "x*(1 - y)", "y": "y*(x - 3)"})
    assert states(ms.equilibria(prey)) == [(0, 0), (3, 1)]
    assert [point.certificate.multiplicity for point in ms.equilibria(prey)] == [1, 1]


def test_multiplicity_that_was_not_counted_is_none():
    # At the origin both pivots vanish; three equilibria meet there.
    merged = ms.System("merged", {"x": "x*(y - x)", "y": "y*(x - 2*y)"})
    assert [point.certificate.multiplicity for point in ms.equilibria(merged)] == [None]


def test_a_point_where_the_equations_are_not_defined_is_no_equilibrium():
    pole = ms.System("pole", {"x": "(x**2 - 1)/(x - 1)"})
    assert states(ms.equilibria(pole)) == [(-1,)]


def test_states_apart_are_combined_and_one_that_never_rests_leaves_nothing():
    pair = {"x": "x - x**3", "y": "y - y**3"}
    assert len(ms.equilibria(ms.System("pair", pair))) == 9
    assert ms.equilibria(ms.System("run", {**pair, "z": "1 + z**2"})) == ()
    # Even where others form a continuum or do not yield to elimination.
    assert ms.equilibria(ms.System("run", {"x": "0", "z": "1 + z**2"})) == ()


def test_too_many_combinations_are_refused():
    many = ms.System("many", {f"x{i}": f"x{i} - x{i}**3" for i in range(11)})
    with pytest.raises(ValueError, match="177147 equilibria, combinations of those of 11 groups"):
        ms.equilibria(many)


def test_the_system_box_is_the_default_and_its_ends_belong_to_it():
    assert len(ms.equilibria(CUBIC)) == 3
    assert states(ms.equilibria(CUBIC, box={"x": (0, 1)})) == [(0,), (1,)]
    positive = ms.System("positive", {"x": "x - x**3"}, box={"x": (0.5, 5)})
    assert states(ms.equilibria(positive)) == [(1,)]
    assert states(ms.equilibria(CUBIC, box={"x": (-inf, -1)})) == [(-1,)]


def test_a_bare_name_in_the_box_stands_for_everybody():
    both = ms.models.dyad(ms.models.client(), ms.models.therapist()).freeze(pathway=0.1, signal=1)
    calm = ms.equilibria(both, {"stressor": 0.03}, box={"threat": (0, 0.1)})
    assert [max(point.state["client.threat"], point.state["therapist.threat"]) < 0.1
            for point in calm] == [True]  # fmt: skip


@pytest.mark.parametrize("side", [(1, 0), (0, nan), (0,), "ab", None, 3])
def test_a_side_must_be_two_numbers_in_order(side):
    with pytest.raises(ValueError, match=r"`box` gives 'x' the side .*the lower one first"):
        ms.equilibria(CUBIC, box={"x": side})


def test_a_box_must_be_a_mapping_of_states():
    with pytest.raises(TypeError, match=r"`box` is \[\(0, 1\)\]; give a mapping"):
        ms.equilibria(CUBIC, box=[(0, 1)])
    with pytest.raises(ValueError, match="no state called 'y'"):
        ms.equilibria(CUBIC, box={"y": (0, 1)})


def test_params_must_fit():
    with pytest.raises(ValueError, match="no parameter or input called 'lam'"):
        ms.equilibria(CUBIC, {"lam": 1})
    with pytest.raises(ValueError, match="parameter 'mu' is nan; give one finite number"):
        ms.equilibria(CUBIC, {"mu": nan})


def test_a_continuum_is_refused_with_what_to_freeze():
    with pytest.raises(ContinuumError, match=r"any value of \['signal'\].*freeze\(\{'signal'"):
        ms.equilibria(ms.models.client())
    line = ms.System("line", {"x": "x - y", "y": "2*y - 2*x"})
    with pytest.raises(ContinuumError, match=r"'line' form a continuum"):
        ms.equilibria(line)


def test_a_continuum_outside_the_box_does_not_matter():
    axis = ms.System("axis", {"x": "(x + 5)*(x - 1)", "y": "(x + 5)*(y - 1)"}, box={"x": (0, 2)})
    assert states(ms.equilibria(axis)) == [(1, 1)]
    with pytest.raises(ContinuumError, match=r"\['y'\]"):
        ms.equilibria(axis, box={"x": (-10, 2)})


def test_learning_person_needs_no_freezing_of_the_pathway():
    learner = ms.models.client().freeze(signal=1)
    found = ms.equilibria(learner, {"engagement": 1, "stressor": 0.5})
    assert [point.stability for point in found] == ["stable focus", "saddle", "stable node"]
    assert found[-1].state["pathway"] == 0
    assert max(point.residual for point in found) < 1e-14


# ---- two routes --------------------------------------------------------------------------------

DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
FAST = DYAD.freeze({"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1})
MEETING = {"contact": 1, "client.stressor": 0.066, "therapist.stressor": 0.03}


def test_persons_in_contact_are_searched_by_intervals():
    found = ms.equilibria(FAST, MEETING)
    assert found.route == "interval search"
    assert found.is_complete
    assert [point.stability for point in found] == ["stable focus"]
    assert found[0].certificate.multiplicity == 1
    assert found[0].certificate.kept == ()
    assert found.n_boxes > 0


def test_each_group_of_states_takes_its_own_route():
    both = ms.System("both", {"x": "x - x**3", "y": "1.5*y - tanh(2*y)"}, box={"y": (-5, 5)})
    found = ms.equilibria(both)
    assert found.is_complete
    assert found.route == "exact elimination and interval search"
    assert len(found) == 9
    (low, high) = found[0].certificate.enclosure["x"]
    assert low == high == -1.0
    assert found[0].certificate.kept == ("x",)
    assert found.index_check.answer == "not applicable"  # x has no bounds


def test_two_routes_agree():
    alone = {"stressor": 0.066, "pathway": 0.26}
    exact, searched = (ms.equilibria(LONE, alone, route=route) for route in ("exact", "interval"))
    assert (exact.route, searched.route) == ("exact elimination", "interval search")
    assert len(exact) == 3
    for left, right in zip(exact, searched, strict=True):
        assert left.state == pytest.approx(right.state, rel=1e-14)
        assert left.eigenvalues == pytest.approx(right.eigenvalues, rel=1e-12)
        assert left.stability == right.stability
        assert left.certificate.index == right.certificate.index


def test_exact_can_be_demanded():
    with pytest.raises(EliminationError, match=r"d x/dt = -3\*x \+ exp\(x\), is not rational"):
        ms.equilibria(ms.System("growth", {"x": "exp(x) - 3*x"}), route="exact")
    with pytest.raises(EliminationError, match="grow to more than 120 terms"):
        ms.equilibria(FAST, MEETING, route="exact")


def test_an_infinite_side_that_intervals_would_need_is_named():
    growth = ms.System("growth", {"x": "exp(x) - 3*x"})
    with pytest.raises(
        EliminationError, match=r"not rational.*Or let intervals.*'x' the side \(-inf"
    ):
        ms.equilibria(growth)
    with pytest.raises(ValueError, match=r"^`box` gives 'x' the side \(-inf, inf\); the interval"):
        ms.equilibria(growth, route="interval")


def test_an_unknown_route_is_refused():
    with pytest.raises(
        ValueError, match=r"`route` is 'guess'; give one of \['auto', 'exact', 'int"
    ):
        ms.equilibria(CUBIC, route="guess")


def test_degenerate_equilibria_of_coupled_polynomials_are_counted():
    # Two circles that touch in (1, 1).
    touching = ms.System("touching", {"x": "x**2 + y**2 - 2", "y": "(x - 2)**2 + (y - 2)**2 - 2"})
    (point,) = ms.equilibria(touching)
    assert tuple(point.state.values()) == (1, 1)
    assert (point.certificate.multiplicity, point.certificate.index) == (2, 0)


# ---- what is told ------------------------------------------------------------------------------


def test_what_stays_undecided_is_told_with_advice():
    tangent = ms.System("tangent", {"x": "exp(x) - 1 - x"}, box={"x": (-1, 2)})
    found = ms.equilibria(tangent)
    (left,) = found.undecided
    assert not found.is_complete
    assert found == ()
    assert left.box["x"][0] <= 0 <= left.box["x"][1]
    assert (left.reason, left.nullity) == ("degenerate", 1)
    assert "change a parameter slightly" in left.advice
    assert "0 equilibria of 'tangent', and one region undecided" in repr(found)
    assert found.index_check.reason == "the list of equilibria is not complete."


def test_undecided_regions_name_every_state():
    mixed = ms.System(
        "mixed", {"x": "exp(x) - 1 - x", "y": "1 - y"}, box={"x": (-1, 2), "y": (0, 3)}
    )
    (left,) = ms.equilibria(mixed).undecided
    assert list(left.box) == ["x", "y"]
    assert left.box["y"] == (0, 3)


def test_results_survive_pickling_and_copies():
    found = ms.equilibria(FAST, MEETING)
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found)
    assert again.index_check == found.index_check
    assert again[0].certificate == found[0].certificate


def test_tables_have_a_row_for_each_equilibrium():
    found = ms.equilibria(CUBIC)
    table = found.to_dataframe()
    assert table["x"].tolist() == [-1, 0, 1]
    assert table["index"].tolist() == [1, -1, 1]
    assert table["eigenvalues"].tolist() == [(-2,), (1,), (-2,)]
    assert found.to_markdown().splitlines()[2] == "| -1 | stable node | -2 |"
    assert found.latex().count(r"\\") == 3
    assert repr(found).splitlines()[1].split() == ["x", "stability", "leading", "eigenvalue"]
    empty = ms.equilibria(ms.System("run", {"x": "1 + x**2"}))
    assert len(empty.to_dataframe()) == 0
    assert (
        repr(empty)
        == "0 equilibria of 'run'; the rest of the box is proven empty (exact elimination)."
    )


@pytest.mark.parametrize("route", ["exact", "interval"])
def test_poles_in_the_box_are_told(route):
    pole = ms.System("pole", {"x": "(x**2 - 2)/(x - k)"}, {"k": 1}, box={"x": (-3, 3)})
    found = ms.equilibria(pole, route=route)
    assert len(found) == 2
    assert found.message.endswith("undefined where -k + x is zero.")
    beyond = ms.equilibria(pole, {"k": 5}, route=route)
    assert beyond.possible_poles == ()
    assert "undefined" not in beyond.message


# ---- index -------------------------------------------------------------------------------------


def test_an_unsaturated_corner_is_left_out_of_the_index_sum():
    # At rest two persons who excite each other leave their corner; below the threshold they stay.
    calm = {"stressor": 0, "contact": 1}
    check = ms.equilibria(FAST, calm).index_check
    assert (check.answer, check.sum) == ("passed", 1)
    assert "1 on faces left out as not saturated" in check.reason
    below = ms.equilibria(FAST, {**calm, "mu": 0.5}).index_check
    assert (below.answer, below.sum) == ("passed", 1)
    assert "left out" not in below.reason


def test_the_index_check_sees_a_missing_equilibrium():
    found = ms.equilibria(LONE, {"stressor": 0.066, "pathway": 0.26})
    assert found.index_check.answer == "passed"
    kept = (found.system, found.params, found.box)
    fewer = index_check(*kept, found[1:], is_complete=True)
    assert (fewer.answer, fewer.sum) == ("failed", 0)


@pytest.mark.parametrize(
    ("equations", "box", "reason"),
    [
        ({"x": "1 - x"}, (-inf, inf), "not bounded"),
        ({"x": "x**2 - 1"}, (0, 2), "not proven to be forward invariant"),
        ({"x": "-x**3"}, (-1, 1), "an equilibrium is degenerate"),
        ({"x": "exp(x) - 1 - x"}, (-1, 1), "not complete"),
        ({"x": "-1/(x - 0.25)"}, (0, 1), "may have poles in the box (presupposed: x - 1/4"),
    ],
)
def test_where_the_index_theorem_says_nothing(equations, box, reason):
    check = ms.equilibria(ms.System("some", equations, box={"x": box})).index_check
    assert (check.answer, check.sum) == ("not applicable", None)
    assert reason in check.reason


# ---- equal persons -----------------------------------------------------------------------------

TWINS = ms.models.dyad(ms.models.client("a"), ms.models.client("b")).freeze(pathway=0.1, signal=1)


def test_symmetric_equilibria_of_equal_persons_are_recognised():
    found = ms.equilibria(TWINS, {"contact": 0.1, "stressor": 0})
    assert [point.symmetry for point in found] == [
        "synchronous", "asymmetric", "synchronous", "asymmetric", "synchronous",
    ]  # fmt: skip
    assert [point.images for point in found] == [(), (3,), (), (1,), ()]
    for point in found:
        is_equal = point.state["a.threat"] == point.state["b.threat"]
        assert is_equal == (point.symmetry == "synchronous")
    one, other = found[1].state, found[3].state
    assert one["a.threat"] == other["b.threat"]


def test_persons_who_differ_have_no_symmetry():
    for unequal in ({"a.kappa": 1}, {"a.stressor": 0.01}, {"a_b.contact": 0.2}):
        found = ms.equilibria(TWINS, {"contact": 0.1, "stressor": 0, **unequal})
        assert {point.symmetry for point in found} == {""}
    lopsided = ms.equilibria(TWINS, {"contact": 0.1}, box={"a.threat": (0, 0.9)})
    assert {point.symmetry for point in lopsided} == {""}


def test_three_equal_persons_can_be_partly_synchronous():
    group = ms.models.network([ms.models.client(each) for each in "abc"]).freeze(
        pathway=0, signal=0
    )
    found = ms.equilibria(group, {"stressor": 0}, box={"fatigue": (0, 1), "threat": (0.3, 1)})
    assert [point.symmetry for point in found] == ["synchronous"]
    found = ms.equilibria(group, {"stressor": 0}, box={"fatigue": (0, 1)})
    words = [point.symmetry for point in found]
    assert len(found) == 27  # calm, on the threshold or chronic, each
    assert (words.count("synchronous"), words.count("partly synchronous")) == (3, 18)
    assert words.count("asymmetric") == 6
