"""Forward invariance of boxes: certificates, counterexamples, and honest doubt."""

import math
from fractions import Fraction

import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys._expressions import symbol
from mirrorsys.symbolic import invariant_box

CLIENT = ms.models.client()
UNIT = {"x": (0, 1)}


def one_state(rate, parameters=(), **options):
    return ms.System("one state", {"x": rate}, parameters, **{"box": UNIT, **options})


def confirm(found):
    """Check every counterexample by substitution, with SymPy's own arithmetic."""
    system = found.system
    for face in found.faces:
        if face.counterexample is None:
            continue
        values = {
            symbol(name): sp.Rational(*v.as_integer_ratio())
            for name, v in face.counterexample.values
        }
        rate = system.equations[face.state].subs(values)
        assert rate.free_symbols == set()
        assert (rate < 0) if face.end == "low" else (rate > 0)
        if isinstance(face.counterexample.rate, Fraction):
            assert rate == sp.Rational(*face.counterexample.rate.as_integer_ratio())
        box = dict(found.box)
        for name, value in face.counterexample.values:
            low, high = box[name] if name in box else system[name].range
            assert low <= value <= high
        if face.state in dict(face.counterexample.values):
            assert dict(face.counterexample.values)[face.state] == face.value


# ---- our models ------------------------------------------------------------------------------

MODELS = {
    **ms.models.ROLES,
    "without_fatigue": lambda: ms.models.person(fatigue=None),
    "without_soothing": lambda: ms.models.person(soothing=None),
    "without_plasticity_and_signal": lambda: ms.models.person(plasticity=None, help_seeking=None),
    "without_mirroring": lambda: ms.models.person(mirroring=None),
    "dyad": lambda: ms.models.dyad(CLIENT, ms.models.therapist()),
    "three": lambda: ms.models.network([ms.models.client(c) for c in "abc"]),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_unit_box_is_invariant_for_all_parameters_and_inputs(name):
    system = MODELS[name]()
    found = invariant_box(system)
    assert found.answer == "yes"
    assert len(found.faces) == 2 * len(system.states)
    assert all(face.answer == "yes" and face.certificate for face in found.faces)
    assert found.counterexample is None


def test_the_unit_box_of_a_group_takes_seconds():
    group = ms.models.network([ms.models.client(f"p{i}") for i in range(8)])
    assert invariant_box(group).answer == "yes"


def test_a_smaller_box_is_left_by_threat():
    found = invariant_box(CLIENT, {"threat": (0, 0.5)})
    assert found.answer == "no"
    failing = [(face.state, face.end) for face in found.faces if face.answer == "no"]
    assert failing == [("threat", "high")]
    confirm(found)


def test_plain_hebbian_learning_is_caught():
    hebbian = CLIENT.replace(
        equations={"pathway": "engagement*eta*threat*soothing - delta*pathway"}
    )
    found = invariant_box(hebbian)
    assert found.answer == "no"
    assert [(f.state, f.end) for f in found.faces if f.answer == "no"] == [("pathway", "high")]
    confirm(found)


def test_a_flipped_sign_is_caught():
    text = (
        "engagement*threat*(lambda_up*(1 - signal)*nu*seen_soothing + lambda_down*signal*fatigue)"
    )
    found = invariant_box(CLIENT.replace(equations={"signal": text}))
    assert found.answer == "no"
    assert found.counterexample.rate > 0
    confirm(found)


def test_a_constant_leak_is_caught():
    leaking = CLIENT.replace(equations={"fatigue": "(alpha*threat*(1 - fatigue) - 0.01)/tau_F"})
    found = invariant_box(leaking)
    assert [(f.state, f.end) for f in found.faces if f.answer == "no"] == [("fatigue", "low")]
    confirm(found)


# ---- how it is decided -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "method"),
    [
        ("x*(1 - x)", "zero"),
        ("y*(1 - x)", "terms as written"),
        ("1/4 - y + y**2 + x", "an even power"),  # (y - 1/2)**2 on the face x = 0
        ("2*y - y**2 - y**4 + x", "Bernstein coefficients"),
        ("(z - 1)**2*(y - y**3) + x", "Bernstein coefficients"),
        ("exp(y) - 1.01*y - 0.95", "interval subdivision"),
        ("(y + 1)*(w**2 + 1) - w**2 - y + x", "signs of coefficients"),
    ],
)
def test_the_low_face_of_x(rate, method):
    box = {name: (0, 1) for name in "xyz"} | {"w": (-math.inf, math.inf)}
    system = ms.System("cube", {"x": rate, "y": "0", "z": "0", "w": "0"}, box=box)
    face = invariant_box(system).faces[0]
    assert (face.state, face.end, face.answer) == ("x", "low", "yes")
    assert face.method == method


def test_certificates_of_one_face_do_not_leak_to_another():
    found = invariant_box(one_state("1 - 2*x"))
    assert [face.rate for face in found.faces] == [1, -1]
    assert found.answer == "yes"
    assert invariant_box(one_state("2*x - 1")).answer == "no"


def test_faces_at_infinity_need_nothing():
    plane = ms.System(
        "Lotka-Volterra", {"x": "x*(a - y)", "y": "y*(x - b)"}, {"a": 1, "b": 1},
        box={"x": (0, math.inf), "y": (0, math.inf)},
    )  # fmt: skip
    found = invariant_box(plane)
    assert found.answer == "yes"
    assert [(face.state, face.end) for face in found.faces] == [("x", "low"), ("y", "low")]
    free = ms.System("free", {"x": "x"})
    assert invariant_box(free).faces == ()
    assert r"\text{no face}" in invariant_box(free).latex()


def test_unbounded_parameters():
    k = ms.Parameter("k", 1, range=(0, math.inf))
    assert invariant_box(one_state("-k*x*(1 + k*x**2)", [k], box={"x": (-1, 1)})).answer == "yes"
    found = invariant_box(one_state("-k*x", {"k": 1}, box={"x": (-1, 1)}))
    assert found.answer == "no"  # the range of a bare parameter is unbounded: k = -1 leaves
    confirm(found)


def test_numbers_for_parameters_ask_for_less():
    decay = one_state("-k*x + drive", {"k": 1}, inputs={"drive": 0}, box={"x": (-1, 1)})
    assert invariant_box(decay).answer == "no"
    assert invariant_box(decay, params={}).answer == "yes"
    assert invariant_box(decay, params={"drive": 0.5}).answer == "yes"
    found = invariant_box(decay, params={"drive": 2})
    assert found.answer == "no"
    assert found.counterexample.rate == 1
    confirm(found)


def test_a_logistic_system_by_enclosures():
    mood = ms.System(
        "mini-panic",
        {"A": "-A + b*T", "T": "1/(1 + exp(-alpha*(A + beta))) - T"},
        [
            ms.Parameter("b", 1, range=(0, 1)),
            ms.Parameter("alpha", 12, range=(0, 50)),
            ms.Parameter("beta", -0.7, range=(-2, 2)),
        ],
        box={"A": (0, 1), "T": (0, 1)},
    )
    assert invariant_box(mood).answer == "yes"
    wider = mood.replace(parameters={"b": ms.Parameter("b", 1, range=(0, 1.1))})
    found = invariant_box(wider)
    assert found.answer == "no"
    confirm(found)


def test_a_counterexample_of_a_transcendental_rate_is_enclosed():
    found = invariant_box(one_state("exp(x) - 2"))
    assert found.answer == "no"
    assert [face.end for face in found.faces if face.answer == "no"] == ["low", "high"]
    confirm(found)


# ---- what is not claimed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "rate", ["-sqrt(x)", "-sign(x)*x", "(x < 0.5)*0.1 - x*0", "x**(1/3)*(1 - x)"]
)
def test_without_lipschitz_the_answer_is_not_yes(rate):
    found = invariant_box(one_state(rate))
    assert found.answer == "undecided"
    assert any("Lipschitz" in remark for remark in found.remarks) or any(
        face.answer == "undecided" for face in found.faces
    )


def test_roots_of_positive_numbers_are_smooth():
    assert invariant_box(one_state("sqrt(x + 1) - 1.5*x")).answer == "yes"
    assert invariant_box(one_state("log(x + 2) - 1.5*x")).answer == "yes"


def test_what_is_presupposed_of_denominators_is_said():
    tau = ms.Parameter("tau", 1, range=(0, 10))
    found = invariant_box(one_state("-x/tau", [tau]))
    assert found.answer == "yes"
    assert found.remarks == ("presupposed: tau is not zero",)
    assert invariant_box(CLIENT).remarks == ()


def test_a_rate_that_is_undefined_on_a_face():
    found = invariant_box(one_state("1/x - 1"))
    assert found.answer == "undecided"
    assert "undefined" in found.faces[0].certificate


def test_a_hopeless_face_is_undecided_within_seconds():
    motzkin = "x + y**4*z**2 + y**2*z**4 - 3*y**2*z**2 + 1"  # zero at corners of a square
    box = {"x": (0, 1), "y": (-3, 3), "z": (-3, 3)}
    found = invariant_box(ms.System("Motzkin", {"x": motzkin, "y": "0", "z": "0"}, box=box))
    assert found.faces[0].answer == "undecided"
    assert "try narrower ranges" in found.faces[0].certificate


@pytest.mark.parametrize("side", [(1, 0), (0, math.nan), 3, "ab", (0, 1, 2)])
def test_sides_that_are_no_sides(side):
    with pytest.raises(ValueError, match="`box` gives 'x' the side"):
        invariant_box(one_state("-x"), {"x": side})


def test_unknown_names():
    with pytest.raises(ValueError, match="no state called 'y'"):
        invariant_box(one_state("-x"), {"y": (0, 1)})
    with pytest.raises(ValueError, match="called 'k'"):
        invariant_box(one_state("-x"), params={"k": 1})


def test_a_report_reads_well():
    text = repr(invariant_box(one_state("k - x", [ms.Parameter("k", 1, range=(0, 2))])))
    first, low, high = text.splitlines()
    assert first == "the box of 'one state' is not forward invariant"
    assert low.startswith("  yes: x = 0, d x/dt >= 0: ")
    assert high == "  no: x = 1, -d x/dt < 0: it is -1 at a point (k = 2, x = 1)"
    found = invariant_box(CLIENT)
    assert repr(found).startswith("the box of 'client' is forward invariant")
    assert r"\dot{R}\big|_{R=0} &=" in found.latex()
    assert r"\leq 0" in found.latex()
    assert found._repr_latex_().startswith("$\\displaystyle")


def test_a_box_is_a_mapping_of_numbers():
    with pytest.raises(TypeError, match=r"`box` is \[\('threat', \(0, 1\)\)\]; give a mapping"):
        invariant_box(CLIENT, [("threat", (0, 1))])
    with pytest.raises(ValueError, match="`box` gives 'threat' the side '01'; give two numbers"):
        invariant_box(CLIENT, {"threat": "01"})
