"""The interval route: known systems, faces, what cannot be decided, bad input."""

import math

import numpy as np
import pytest
from scipy.special import lambertw

import mirrorsys as ms
from mirrorsys.analysis import _contractor
from mirrorsys.kernels import kernel
from mirrorsys.symbolic import ContinuumError


def searched(system, params=None, **options):
    return ms.equilibria(system, params, route="interval", **options)


def on_a_line(rate, low, high, **limits):
    return searched(ms.System("line", {"x": rate}), box={"x": (low, high)}, **limits)


def states(found):
    return [tuple(point.state.values()) for point in found]


def stable_states(found):
    return [tuple(point.state.values()) for point in found if point.is_stable]


def indices(found):
    return [point.certificate.index for point in found]


def faces(found):
    return [point.certificate.on_faces for point in found]


# ---- known systems -------------------------------------------------------------------------------


def test_a_transcendental_equation_has_its_two_roots():
    found = on_a_line("exp(x) - 3*x", -5, 5)
    roots = [-lambertw(-1 / 3, branch).real for branch in (0, -1)]
    assert found.is_complete
    assert [x for (x,) in states(found)] == pytest.approx(roots, rel=1e-14)
    assert indices(found) == [1, -1]


def test_enclosures_are_as_small_as_doubles_can_tell():
    for point in on_a_line("exp(x) - 3*x", -5, 5):
        low, high = point.certificate.enclosure["x"]
        assert high <= math.nextafter(low, math.inf)


def test_an_equilibrium_at_zero_is_shown_as_zero():
    ring = {"a": "tanh(2*b) - a", "b": "tanh(2*c) - b", "c": "tanh(2*a) - c"}
    found = searched(ms.System("ring", ring), box=dict.fromkeys("abc", (-1.5, 1.4)))
    assert states(found)[1] == (0, 0, 0)


def test_lorenz_has_three_equilibria():
    lorenz = ms.System(
        "Lorenz",
        {"x": "sigma*(y - x)", "y": "x*(rho - z) - y", "z": "x*y - b*z"},
        {"sigma": 10, "rho": 28, "b": 2.5},
    )
    found = searched(lorenz, box={"x": (-40, 40), "y": (-40, 40), "z": (-10, 60)})
    c = math.sqrt(2.5 * 27)
    assert found.is_complete
    assert states(found) == [
        pytest.approx(each, abs=1e-13) for each in ((-c, -c, 27), (0, 0, 0), (c, c, 27))
    ]
    assert [point.is_stable for point in found] == [False, False, False]
    saddle = found[1]
    root = math.sqrt(11**2 + 4 * 10 * 27)
    assert list(saddle.eigenvalues) == pytest.approx([(-11 + root) / 2, -2.5, (-11 - root) / 2])


INFLUENCE = "sign({0})/(1 + exp(-8*(abs({0}) - b)))"
MARITAL = ms.System(
    "marital interaction",
    {
        "w": f"{INFLUENCE.format('h')} - 0.6*w + 0.18",
        "h": f"{INFLUENCE.format('w')} - 0.6*h - 0.18",
    },
    {"b": 1},
    box={"w": (-4, 4), "h": (-4, 4)},
)


def test_the_marital_model_has_five_equilibria_three_of_them_stable():
    # The published counts; the jump of the influence at zero is excluded as well.
    found = searched(MARITAL)
    assert found.is_complete
    assert len(found) == 5
    assert len(stable_states(found)) == 3
    assert sum(indices(found)) == 1


def test_a_jump_between_two_stable_states_is_reported():
    # Without a threshold the influence jumps at zero: there is no third equilibrium, but
    # the sign changes of both rates meet there, which no box can exclude.
    found = searched(MARITAL, {"b": 0})
    assert len(stable_states(found)) == len(found) == 2
    (left,) = found.undecided
    assert left.reason == "undefined"
    assert max(abs(end) for side in left.box.values() for end in side) < 1e-6


def test_bistable_mood_has_three_equilibria_in_its_box():
    links = [[-0.2, 0.04, -0.2, -0.2], [0.04, -0.2, -0.2, -0.2],
             [-0.2, -0.2, -0.2, 0.04], [-0.2, -0.2, 0.04, -0.2]]  # fmt: skip
    mood = ms.System(
        "mood",
        {
            x: f"{x} + {x}*({'+'.join(f'({c})*{y}' for c, y in zip(row, 'abcd', strict=True))})"
            " + 1.6"
            for x, row in zip("abcd", links, strict=True)
        },
    )
    found = searched(mood, box=dict.fromkeys("abcd", (0, 8)))
    assert found.is_complete
    assert len(found) == 3
    assert len(stable_states(found)) == 2  # although two of the eigenvalues are equal
    assert sum(indices(found)) == 1


DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
FAST = DYAD.freeze({"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1})


@pytest.mark.parametrize("stressor", [0.066, 0.2, 0.98])
def test_the_asymmetric_dyad_has_one_stable_equilibrium(stressor):
    params = {"contact": 1, "client.stressor": stressor, "therapist.stressor": 0.03}
    found = searched(FAST, params)
    assert found.is_complete
    (zero,) = found
    assert zero.is_stable
    assert zero.certificate.index == 1
    assert found.n_boxes < 100


def test_the_corner_of_a_dyad_at_rest_is_exactly_on_its_faces():
    found = searched(FAST, {"contact": 1})
    corner = found[0]
    assert found.is_complete
    assert corner.certificate.on_faces == dict.fromkeys(FAST.state_names, 0.0)
    assert corner.certificate.enclosure == dict.fromkeys(FAST.state_names, (0.0, 0.0))
    assert len(found) == 2


@pytest.mark.slow
def test_the_pair_that_learns_has_five_equilibria_three_of_them_without_soothing():
    params = {"contact": 1, "engagement": 0.5, "client.stressor": 0.3, "therapist.stressor": 0.03}
    found = searched(DYAD, params)
    assert found.is_complete
    assert len(found) == 5
    silent = {f"{who}.{what}" for who in ("client", "therapist")
              for what in ("soothing", "pathway", "signal")}  # fmt: skip
    assert sorted(map(len, faces(found))) == [0, 0, 6, 6, 6]
    assert {name for each in faces(found) for name in each} == silent


def test_eigenvalues_lie_within_their_rectangles():
    params = {"contact": 1, "client.stressor": 0.3, "therapist.stressor": 0.03}
    (zero,) = searched(FAST, params)
    parameters = [params.get(q.name, q.value) for q in FAST.parameters]
    inputs = [1.0 if "contact" in q.name else params.get(q.name, q.value) for q in FAST.inputs]
    matrix = np.empty((6, 6))
    kernel(FAST).jacobian(
        np.array(list(zero.state.values())), np.array(parameters), np.array(inputs), matrix
    )
    values = sorted(np.linalg.eigvals(matrix), key=lambda z: (-z.real, -z.imag))
    for each, value in zip(zero.certificate.eigenvalues, values, strict=True):
        assert each.real[0] - 1e-12 <= value.real <= each.real[1] + 1e-12
        assert each.imag[0] - 1e-12 <= value.imag <= each.imag[1] + 1e-12
        assert each.value == pytest.approx(value, abs=1e-12)


# ---- faces ---------------------------------------------------------------------------------------


def test_a_zero_on_a_face_belongs_to_the_box():
    found = on_a_line("x*(1 - x)", 0, 1)
    assert found.is_complete
    assert faces(found) == [{"x": 0.0}, {"x": 1.0}]


def test_a_face_that_cannot_be_proven_is_reported_as_near():
    found = on_a_line("3*x - 0.3", 0.1, 1)
    (zero,) = found
    assert zero.certificate.near_faces == {"x": 0.1}
    assert not zero.certificate.on_faces


@pytest.mark.parametrize(("root", "n_zeros"), [("1.000000001", 0), ("0.999999999", 1)])
def test_zeros_next_to_a_face_are_told_apart(root, n_zeros):
    found = on_a_line(f"x - {root}", 0, 1)
    assert found.is_complete
    assert len(found) == n_zeros
    assert not any(p.certificate.near_faces or p.certificate.on_faces for p in found)


def test_only_the_states_that_rest_on_a_face_are_said_to():
    competition = ms.System("competition", {"x": "x*(1 - x - y)", "y": "y*(2 - x - 3*y)"})
    found = searched(competition, box={"x": (0, 2), "y": (0, 2)})
    assert found.is_complete
    assert faces(found) == [{"x": 0.0, "y": 0.0}, {"x": 0.0}, {}, {"y": 0.0}]
    assert states(found) == [
        pytest.approx(each) for each in ((0, 0), (0, 2 / 3), (0.5, 0.5), (1, 0))
    ]


# ---- nothing to find, hard to find, not to be decided --------------------------------------------


@pytest.mark.parametrize("rate", ["x**2 + 0.01", "1/x", "exp(x)", "x**2 - x + 0.25 + 1e-20"])
def test_a_box_without_zeros_is_proven_empty(rate):
    found = on_a_line(rate, -2, 2)
    assert found == ()
    assert found.is_complete
    assert "the rest of the box is proven empty" in found.message


def test_zeros_between_poles_are_found():
    found = on_a_line("1/x + x - 3", -1, 4)
    assert found.is_complete
    assert [x for (x,) in states(found)] == pytest.approx(
        [(3 - math.sqrt(5)) / 2, (3 + math.sqrt(5)) / 2]
    )
    crossings = searched(ms.System("tan", {"x": "tan(x) - x"}), box={"x": (1, 11)})
    assert crossings.is_complete
    assert [x for (x,) in states(crossings)] == pytest.approx(
        [4.493409458, 7.725251837, 10.904121659]
    )


def test_a_kink_does_not_keep_a_zero_from_being_proven():
    found = on_a_line("abs(x - 0.1) + 2*x - 0.2", -1, 2)
    (zero,) = found
    assert found.is_complete
    assert zero.state["x"] == 0.1
    assert zero.certificate.eigenvalues[0].real == pytest.approx((1, 3))  # the slopes of both sides


@pytest.mark.parametrize("rate", ["(x > 0.3) - 0.5", "sign(x - 0.3)", "sqrt(x - 0.3)"])
def test_a_zero_at_a_jump_or_at_the_end_of_definition_is_undecided(rate):
    found = on_a_line(rate, -1, 2)
    (left,) = found.undecided
    low, high = left.box["x"]
    assert low <= 0.3 <= high < low + 1e-6
    assert left.reason == "undefined"
    assert "jumps or is undefined" in found.message


def test_zeros_a_ten_millionth_apart_are_separated():
    found = on_a_line("(x - 0.5)*(x - 0.5000001)", 0, 1)
    assert found.is_complete
    assert [x for (x,) in states(found)] == [0.5, 0.5000001]


def test_a_double_zero_is_undecided_in_a_tiny_box():
    system = ms.System("double", {"x": "(x - 0.5)**2 + y", "y": "y - 3*(x - 0.5)**2"})
    found = searched(system, box={"x": (0, 1), "y": (-1, 1)})
    (left,) = found.undecided
    assert left.reason == "degenerate"
    assert left.nullity == 1
    assert max(high - low for low, high in left.box.values()) < 1e-6
    assert left.box["x"][0] <= 0.5 <= left.box["x"][1]
    assert not found.is_complete
    assert "too close to singular" in found.message


def test_the_work_limit_ends_the_search_with_advice():
    found = on_a_line("sin(300*x)", 0.001, 3, max_boxes=3)
    assert found.n_boxes <= 3
    assert {left.reason for left in found.undecided} == {"work limit"}
    assert "raise it, choose a smaller box, or freeze a state" in found.message


def test_a_family_ends_the_search_and_its_dimension_is_told():
    family = ms.System("family", {"x": "(x - y)*(x + 2)", "y": "2*(x - y)"})
    found = searched(family, box={"x": (-1, 1), "y": (-1, 1)}, max_boxes=1000)
    (left,) = found.undecided
    assert (left.reason, left.nullity) == ("crowd", 1)  # a line
    assert found.n_boxes < 500
    assert "seem to form a family" in found.message
    plane = ms.System("plane", {"x": "x + tanh(x)", "y": "x*y", "z": "x*z"})
    (left,) = searched(plane, box=dict.fromkeys("xyz", (-1, 2))).undecided
    assert (left.reason, left.nullity) == ("crowd", 2)


def test_zeros_beside_a_family_are_still_found():
    both = ms.System("both", {"x": "y*x", "y": "(x - 1)*y*(y - 2)"})  # y = 0, or x = 0 and y = 2
    found = searched(both, box={"x": (-1, 2), "y": (-1, 3)}, max_boxes=2000)
    assert (0, 2) in [tuple(np.round(state, 12)) for state in states(found)]
    assert [left.reason for left in found.undecided] == ["crowd"]


def test_many_zeros_that_are_no_family_are_all_found():
    found = on_a_line("sin(300*x)", 0.001, 3)
    assert found.is_complete
    assert len(found) == int(300 * 3 / math.pi)


def test_a_regular_zero_that_is_not_proven_is_not_called_degenerate():
    kinks = ms.System("kinks", {"x": "abs(x) + 2*x - y", "y": "max(y, 2*y) + x"})
    found = searched(kinks, box={"x": (-1, 1), "y": (-1, 1)})
    assert [left.reason for left in found.undecided] == ["steep"]
    assert found.undecided[0].nullity == 0


def test_centres_are_neither_stable_nor_unstable():
    (zero,) = searched(ms.System("centre", {"x": "y", "y": "-x"}), box={"x": (-1, 2), "y": (-1, 2)})
    assert zero.stability == "non-hyperbolic"
    assert zero.certificate.index == 1
    assert [each.side for each in zero.certificate.eigenvalues] == [0, 0]


# ---- plain Python and machine code ---------------------------------------------------------------


@pytest.mark.slow
def test_machine_code_finds_what_plain_python_finds(monkeypatch):
    params = {"contact": 1}
    plain = repr(searched(FAST, params)), repr(searched(MARITAL))
    monkeypatch.setattr(_contractor, "COMPILING", -1)
    monkeypatch.setattr(_contractor, "LOADING", -1)
    assert (repr(searched(FAST, params)), repr(searched(MARITAL))) == plain


# ---- bad input -----------------------------------------------------------------------------------

LINE = ms.System("line", {"x": "k/(k - 1) - x"}, {"k": 2})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"box": {"x": (1, 0)}}, r"`box` gives 'x' the side \(1, 0\)"),
        ({"box": {"x": (1, 1)}}, "freeze it"),
        ({"box": {"x": (0, math.inf)}}, "two finite numbers"),
        ({}, "two finite numbers"),  # the system's own box is infinite
        ({"box": {"x": 3}}, "the side 3"),
        ({"box": {"z": (0, 1)}}, "no state called 'z'"),
        ({"box": {"x": (0, 1)}, "params": {"q": 1}}, "called 'q'"),
        ({"box": {"x": (0, 1)}, "params": {"k": 1}}, "divides by zero"),
        ({"box": {"x": (0, 1)}, "max_boxes": 0}, "`max_boxes` is 0"),
        ({"box": {"x": (0, 1)}, "smallest": 0}, "`smallest` is 0"),
        ({"box": {"x": (0, 1)}, "smallest": 2}, "`smallest` is 2"),
    ],
)
def test_bad_input_is_refused_with_a_reason(arguments, message):
    with pytest.raises(ValueError, match=message):
        searched(LINE, **arguments)


def test_states_that_do_not_move_are_to_be_frozen():
    # At rest nobody learns: every signal is an equilibrium.
    with pytest.raises(ContinuumError, match=r"client.signal.*2 or more dimensions; freeze"):
        searched(DYAD, {"contact": 1})


def test_a_box_that_is_no_mapping_is_refused():
    with pytest.raises(TypeError, match="give a mapping from state"):
        searched(LINE, box=[(0, 1)])
