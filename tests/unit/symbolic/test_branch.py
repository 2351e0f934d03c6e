import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys.symbolic import EliminationError, branch

LONE = ms.models.client().freeze(pathway=0.1, signal=1)
R, ALPHA, BETA, KAPPA, W, PHI, RHO, S = (
    sp.Symbol(name, real=True)
    for name in ("threat", "alpha", "beta", "kappa", "pathway", "phi", "rho", "stressor")
)
SOOTHING = KAPPA * W * R / (1 + KAPPA * W * R)
FATIGUE = ALPHA * R / (1 + ALPHA * R)


def test_stressor_of_the_lone_person_in_closed_form():
    curve = branch(LONE, "stressor")
    # By hand, from the threat equation: R (1 + beta G + phi F) = (1 - R)(s + rho R^2).
    by_hand = R * (1 + BETA * SOOTHING + PHI * FATIGUE) / (1 - R) - RHO * R**2
    assert sp.cancel(curve.value - by_hand) == 0
    assert sp.cancel(curve.states["soothing"] - SOOTHING) == 0
    assert sp.cancel(curve.states["fatigue"] - FATIGUE) == 0
    assert R - 1 in curve.denominators


def test_pathway_of_the_lone_person_in_closed_form():
    curve = branch(LONE.freeze(stressor=0.066), "pathway")
    soothing = ((1 - R) * (S + RHO * R**2) / R - 1 - PHI * FATIGUE) / BETA
    assert sp.cancel(curve.states["soothing"] - soothing) == 0
    assert sp.cancel(curve.value - soothing / (KAPPA * R * (1 - soothing))) == 0


def test_folds_of_the_cubic_are_where_the_discriminant_vanishes():
    cubic = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0})
    curve = branch(cubic, "mu")
    assert curve.fold_polynomial().as_expr() == 3 * curve.fold_polynomial().gen ** 2 - 1
    low, high = curve.folds()
    assert (low.state["x"], high.state["x"]) == (-(3**-0.5), 3**-0.5)
    for fold in (low, high):
        assert 27 * fold.parameter**2 == pytest.approx(4, rel=1e-15)
        below, above = fold.enclosure["mu"]
        assert below <= fold.parameter <= above
        assert above - below < 1e-15


def test_an_inflection_is_not_a_fold():
    flat = ms.System("flat", {"x": "mu - x**3"}, {"mu": 0})
    assert branch(flat, "mu").folds() == ()


def test_a_curve_that_does_not_bend_has_no_fold():
    fixed = ms.System("fixed", {"x": "(mu - 2)*(x**2 + 1)"}, {"mu": 2})
    assert branch(fixed, "mu").folds() == ()


def test_a_pole_is_not_a_fold():
    # mu = 1/x**2 + x: turns at 2**(1/3) only, although the slope's numerator knows x = 0.
    pole = ms.System("pole", {"x": "mu*x**2 - 1 - x**3"}, {"mu": 1})
    (fold,) = branch(pole, "mu").folds()
    assert fold.state["x"] == pytest.approx(2 ** (1 / 3), rel=1e-15)


def test_folds_lie_in_the_box_and_in_the_parameters_range():
    mu = ms.Parameter("mu", 0, range=(-1, 0.3))
    cubic = ms.System("cubic", {"x": "mu + x - x**3"}, [mu], box={"x": (-2, 2)})
    assert [fold.state["x"] > 0 for fold in branch(cubic, "mu").folds()] == [True]
    small = cubic.replace(box={"x": (-0.5, 0.5)})
    assert branch(small, "mu").folds() == ()


def test_folds_take_numbers_over_those_of_the_branch_over_defaults():
    cubic = ms.System("cubic", {"x": "mu + lam*x - x**3"}, {"mu": 0, "lam": 1})
    places = [
        branch(cubic, "mu").folds()[0].parameter,
        branch(cubic, "mu", params={"lam": 3}).folds()[0].parameter,
        branch(cubic, "mu", params={"lam": 3}).folds({"lam": 12})[0].parameter,
    ]
    assert places == pytest.approx([(4 / 27) ** 0.5, 2.0, 16.0])


def test_folds_of_the_lone_person_are_double_roots():
    # The number of equilibria changes by two across each: an independent count.
    curve = branch(LONE, "pathway", params={"stressor": 0.066})
    low, high = curve.folds()
    assert (low.parameter, high.parameter) == pytest.approx((0.238046, 0.344848), abs=1e-6)
    counts = [
        len(ms.equilibria(LONE, {"stressor": 0.066, "pathway": fold.parameter + shift}))
        for fold in (low, high)
        for shift in (-1e-6, 1e-6)
    ]
    assert counts == [1, 3, 3, 1]


def test_points_of_a_branch_broadcast_over_the_kept_state():
    curve = branch(LONE, "stressor")
    threat = np.linspace(0.1, 0.9, 6).reshape(2, 3)
    points = curve.at(threat, {"pathway": 0.3})
    assert list(points) == ["stressor", "threat", "soothing", "fatigue"]
    formula = sp.lambdify(R, curve.states["soothing"].subs({KAPPA: 0.64, W: 0.3}))
    np.testing.assert_allclose(points["soothing"], formula(threat), rtol=1e-14)
    assert points["stressor"].shape == (2, 3)


def test_a_pole_gives_a_value_that_is_not_finite():
    assert not np.isfinite(branch(LONE, "stressor").at(1.0)["stressor"])


def test_other_inputs_rest_at_their_values():
    stressed = LONE.replace(inputs={"stressor": 0.5})
    assert branch(stressed, "pathway", params={}).value == (
        branch(LONE, "pathway", params={"stressor": 0.5}).value
    )


@pytest.mark.parametrize(
    ("parameter", "keep", "params", "message"),
    [
        ("pathway", None, None, r"`parameter` is 'pathway', a state.*system.freeze\("),
        ("stresor", None, None, "no parameter or input called 'stresor'; did you mean"),
        ("stressor", "redness", None, "no state called 'redness'"),
        ("stressor", None, {"stressor": 1}, "`params` gives 'stressor' a value.*drop it"),
        ("stressor", None, {"mu": -1}, "parameter 'mu' is -1, outside its range"),
    ],
)
def test_bad_arguments(parameter, keep, params, message):
    with pytest.raises(ValueError, match=message):
        branch(ms.models.client(), parameter, keep, params)


def test_a_bare_name_that_stands_for_two_is_refused():
    both = ms.models.dyad(ms.models.client(), ms.models.therapist()).freeze(pathway=0.3, signal=1)
    with pytest.raises(ValueError, match=r"`parameter` is 'stressor', which stands for \["):
        branch(both, "stressor", "client.threat")


def test_folds_refuse_a_value_for_the_parameter_itself():
    with pytest.raises(ValueError, match="`params` gives 'stressor' a value"):
        branch(LONE, "stressor").folds({"stressor": 0.1})


def test_a_parameter_that_does_not_enter_affinely_is_refused():
    square = ms.System("square", {"x": "mu**2 + mu*x - x**3"}, {"mu": 1})
    with pytest.raises(EliminationError, match=r"cannot be solved for 'mu' along 'x'.*\['mu'\]"):
        branch(square, "mu")


def test_a_parameter_without_influence_is_refused():
    with pytest.raises(EliminationError, match="'eta' does not occur in the equilibrium equations"):
        branch(LONE, "eta")
    split = ms.System("split", {"x": "1 - x", "y": "mu - y"}, {"mu": 1})
    with pytest.raises(EliminationError, match="'mu' has no influence on 'x' at the equilibria"):
        branch(split, "mu", "x")


def test_a_long_formula_agrees_with_its_points():
    learner = ms.models.client().freeze(signal=1, engagement=1, stressor=0.5)
    curve = branch(learner, "eta")
    values = {sp.Symbol(q.name, real=True): sp.Rational(repr(q.value)) for q in learner.parameters}
    at_half = curve.value.xreplace(values | {R: sp.Rational(1, 2)})
    assert float(at_half) == pytest.approx(float(curve.at(0.5)["eta"]), rel=1e-12)


def test_a_branch_on_which_a_state_is_zero_can_be_computed():
    lone = ms.models.client().freeze(pathway=0.1, signal=1)
    points = ms.symbolic.branch(lone, "stressor").at([0.2, 0.4], {"pathway": 0})
    assert points["soothing"].tolist() == [0, 0]
    assert (points["stressor"] != 0).all()


def test_branches_and_folds_read_well_and_have_latex():
    curve = ms.symbolic.branch(
        ms.System("cubic", {"x": "mu + x - x**3", "y": "x - y"}, {"mu": 0}), "mu"
    )
    assert repr(curve).splitlines() == [
        "equilibria of 'cubic' along 'x':", "  mu = x*(x - 1)*(x + 1)", "  y = x",
    ]  # fmt: skip
    assert repr(curve.folds()[0]) == "Fold(mu=0.3849 at x=-0.57735, y=-0.57735)"
    assert curve.folds()[0].latex().splitlines()[1] == r"\mathrm{mu} &= 0.3849 \\"
    lone = ms.symbolic.branch(ms.models.client().freeze(pathway=0.1, signal=1), "stressor")
    assert lone.latex().startswith("\\begin{aligned}\ns &= ")
    assert r"G &= \frac{\kappa W R}{\kappa W R + 1}" in lone.latex()
    assert lone._repr_latex_() == f"$\\displaystyle {lone.latex()}$"
