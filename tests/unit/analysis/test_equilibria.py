from math import inf, nan

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.symbolic import ContinuumError

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


@pytest.mark.parametrize("side", [(1, 0), (0, nan), (0,), "ab", "01", None, 3])
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
    with pytest.raises(TypeError, match=r"`params` is \[1\] of type list; give a mapping"):
        ms.equilibria(CUBIC, [1])


@pytest.mark.parametrize(
    ("option", "message"),
    [({"max_boxes": "many"}, "`max_boxes` is 'many'"), ({"max_boxes": 2.5}, "`max_boxes` is 2.5"),
     ({"smallest": "fine"}, "`smallest` is 'fine'")],
)  # fmt: skip
def test_work_limits_are_numbers(option, message):
    with pytest.raises(ValueError, match=message):
        ms.equilibria(CUBIC, **option)


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


def test_states_on_faces_are_known_exactly_also_at_decimal_ends():
    line = ms.System("line", {"x": "(x - 0.1)*(0.7 - x)", "y": "x - y"}, box={"x": (0.1, 2)})
    low, high = ms.equilibria(line)
    assert low.certificate.on_faces == {"x": 0.1}
    assert high.certificate.on_faces == high.certificate.near_faces == {}
    assert not low.certificate.is_saturated  # it leaves the face
    assert high.certificate.is_saturated
