"""Routh-Hurwitz, Liénard-Chipart, fold and Hopf conditions against closed forms."""

import math

import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic import (
    EliminationError,
    WorkLimitError,
    fold_condition,
    hopf_condition,
    jacobian,
    routh_hurwitz,
)

LORENZ = ms.System(
    "Lorenz",
    {"x": "sigma*(y - x)", "y": "x*(rho - z) - y", "z": "x*y - beta*z"},
    {"sigma": 10, "rho": 28, "beta": 2.5},
)
SIDE = "sqrt(beta*(rho - 1))"
WINGS = [
    {"x": SIDE, "y": SIDE, "z": "rho - 1"},
    {"x": f"-{SIDE}", "y": f"-{SIDE}", "z": "rho - 1"},
]
BRUSSELATOR = ms.System(
    "Brusselator", {"x": "A + x**2*y - (B + 1)*x", "y": "B*x - x**2*y"}, {"A": 1, "B": 3}
)
COUPLE = ms.System(
    "secure couple",
    {"R": "-a*R + b*J + A_R", "J": "c*R - d*J + A_J"},
    {"a": 1, "b": 1, "c": 1, "d": 2, "A_R": 1, "A_J": 1},
)
CUSP = ms.System("cusp", {"x": "lambda + mu*x - x**3"}, {"lambda": 0, "mu": 1})
PANIC = ms.System(
    "mini-panic",
    {"A": "-A + b*T", "T": "1/(1 + exp(-alpha*(A + beta))) - T"},
    [
        ms.Parameter("b", 1, range=(0.01, 5)),
        ms.Parameter("alpha", 12, range=(0.01, 50)),
        ms.Parameter("beta", -0.7, range=(-2, 2)),
    ],
    box={"A": (0, 1), "T": (0, 1)},
)
UNKNOWN = sp.Symbol("x")


def is_same(found, text):
    return sp.simplify(found - parse(text)) == 0


# ---- closed forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("wing", WINGS, ids=["right", "left"])
def test_lorenz_hopf_of_both_wings(wing):
    hopf = hopf_condition(LORENZ, at=wing, positive=("sigma", "beta"))
    (rho,) = hopf.solve("rho")
    assert is_same(rho, "sigma*(sigma + beta + 3)/(sigma - beta - 1)")
    assert hopf.inequalities == (sp.Gt(symbol("rho"), 1),)


def test_lorenz_has_an_imaginary_pair_exactly_where_the_formula_says():
    hopf = hopf_condition(LORENZ, at=WINGS[0])
    (rho,) = hopf.solve("rho")
    at_hopf = float(rho.subs({symbol("sigma"): 10, symbol("beta"): sp.Rational(5, 2)}))
    for shift, sign in ((-0.1, 1), (0.1, -1)):
        assert np.sign(hopf.value({"rho": at_hopf + shift})) == sign
        stable = routh_hurwitz(LORENZ, at=WINGS[0]).holds({"rho": at_hopf + shift})
        assert stable == (sign == 1)
    side = math.sqrt(2.5 * (at_hopf - 1))
    values = {"x": side, "y": side, "z": at_hopf - 1}
    matrix = jacobian(LORENZ, {"rho": at_hopf}).subs({symbol(k): v for k, v in values.items()})
    eigenvalues = np.linalg.eigvals(np.array(matrix.tolist(), dtype=float))
    assert sum(abs(eigenvalues.real) < 1e-9) == 2
    assert hopf.holds({"rho": at_hopf})


def test_lorenz_origin_is_stable_below_one():
    conditions = routh_hurwitz(
        LORENZ, at={"x": 0, "y": 0, "z": 0}, positive=("sigma", "beta", "rho")
    )
    assert conditions.inequalities == (sp.Lt(symbol("rho"), 1),)


def test_brusselator_hopf():
    hopf = hopf_condition(BRUSSELATOR, at={"x": "A", "y": "B/A"}, positive=("A", "B"))
    assert hopf.solve("B") == (symbol("A") ** 2 + 1,)
    assert hopf.inequalities == ()


def test_secure_couple_is_stable_if_and_only_if_ad_exceeds_bc():
    a, b, c, d = map(symbol, "abcd")
    positive = ("a", "b", "c", "d")
    for method in ("hurwitz", "lienard-chipart"):
        conditions = routh_hurwitz(COUPLE, positive=positive, method=method)
        assert conditions.inequalities == (sp.Gt(a * d, b * c),)
    assert set(routh_hurwitz(COUPLE).inequalities) == {sp.Gt(a * d, b * c), sp.Gt(a + d, 0)}
    assert routh_hurwitz(COUPLE).holds()
    assert not routh_hurwitz(COUPLE).holds({"b": 2})


def test_cusp_folds_on_the_semicubical_parabola():
    fold = fold_condition(CUSP)
    assert is_same(fold.expression, "mu - 3*x**2")
    (factor,) = fold.eliminate("x").factors
    assert is_same(factor, "27*lambda**2 - 4*mu**3")
    assert fold.eliminate() == fold.eliminate("x")


def test_cusp_folds_are_double_roots():
    at_fold = {"lambda": 2 / 27**0.5, "mu": 1}
    x = -1 / 3**0.5
    assert fold_condition(CUSP).holds(at_fold, {"x": x})
    assert fold_condition(CUSP).eliminate("x").value(at_fold) == pytest.approx(0, abs=1e-12)
    assert not fold_condition(CUSP).holds(at_fold, {"x": -2 * x})  # the third, simple root


def test_mini_panic_folds_in_closed_form():
    fold = fold_condition(PANIC).eliminate("A")
    low, high = fold.solve("T")
    assert is_same(low * high, "1/(alpha*b)")  # both solve alpha*b*T*(1 - T) = 1
    assert is_same(low + high, "1")
    threat = float(high.subs({symbol("alpha"): 12, symbol("b"): 1}))
    beta = math.log(threat / (1 - threat)) / 12 - threat  # from the equation of T, with A = b*T
    at_fold = {"A": threat, "T": threat}
    assert abs(fold_condition(PANIC).value({"beta": beta}, at_fold)) < 1e-9
    rates = [rate.subs({symbol("beta"): beta, **numbers(at_fold)}) for rate in PANIC.rhs]
    defaults = {symbol("b"): 1, symbol("alpha"): 12}
    assert max(abs(float(rate.subs(defaults))) for rate in rates) < 1e-9


def numbers(values):
    return {symbol(name): value for name, value in values.items()}


def test_mini_panic_threshold_through_the_exponential():
    solutions = fold_condition(PANIC).solve("beta")
    assert len(solutions) == 2
    values = {"A": 0.3, "b": 1, "alpha": 12}
    for solution in solutions:
        beta = float(solution.subs(numbers(values)))
        assert abs(fold_condition(PANIC).value({"beta": beta}, {"A": 0.3, "T": 0.3})) < 1e-8


def test_quadratic_in_symbols_with_a_leading_coefficient_of_unknown_sign():
    p, q, r = sp.symbols("p q r", real=True)
    conditions = routh_hurwitz(sp.Poly(p * UNKNOWN**2 + q * UNKNOWN + r, UNKNOWN))
    assert set(conditions.inequalities) == {sp.Ne(p, 0), sp.Gt(p * q, 0), sp.Gt(p * r, 0)}
    for values in ({"p": 1, "q": 2, "r": 1}, {"p": -1, "q": -2, "r": -1}):
        assert conditions.holds(values)
    assert not conditions.holds({"p": -1, "q": 2, "r": -1})


def test_cubic_and_quartic_of_the_textbook():
    a, b, c, d = symbols = sp.symbols("a b c d", positive=True)
    cubic = sp.Poly(UNKNOWN**3 + a * UNKNOWN**2 + b * UNKNOWN + c, UNKNOWN)
    assert routh_hurwitz(cubic).inequalities == (sp.Gt(a * b, c),)
    quartic = sp.Poly.from_list([1, *symbols], gens=UNKNOWN)
    (last,) = routh_hurwitz(quartic, method="lienard-chipart").inequalities
    assert sp.expand(last.lhs - last.rhs - (a * b * c - c**2 - a**2 * d)) == 0
    assert len(routh_hurwitz(quartic).inequalities) == 2


def test_lienard_chipart_needs_half_of_the_determinants():
    coefficients = sp.symbols("a0:6", real=True)
    quintic = sp.Poly.from_list([1, *coefficients[1:]], gens=UNKNOWN)
    full, half = (routh_hurwitz(quintic, method=m) for m in ("hurwitz", "lienard-chipart"))
    lengths = [
        sorted(len(sp.Add.make_args(r.lhs - r.rhs)) for r in each.inequalities)
        for each in (full, half)
    ]
    assert lengths[0][:2] == [1, 1]
    assert sum(lengths[1]) < sum(lengths[0])


# ---- our own persons -------------------------------------------------------------------------


def test_chronic_state_of_a_person_is_stable_by_formula_and_by_eigenvalues():
    alone = ms.models.client().freeze(pathway=0.1, signal=1.0, stressor=0.066)
    conditions = routh_hurwitz(alone)
    run = ms.simulate(alone, duration=5000, initial={"threat": 0.6, "fatigue": 0.4})
    state = {name: float(run[name][-1]) for name in alone.state_names}
    assert state["threat"] > 0.5
    assert conditions.holds({}, state)
    assert routh_hurwitz(alone, {}, at=state).inequalities == ()
    rest = {"threat": 0.25, "soothing": 0.01, "fatigue": 0.2}  # rumination outweighs decay
    assert not conditions.holds({}, rest)


def test_a_neutral_signal_is_never_asymptotically_stable():
    conditions = routh_hurwitz(ms.models.client())
    assert conditions.inequalities == (sp.false,)
    assert not conditions.holds(state={"threat": 0.1, "soothing": 0.1, "fatigue": 0.1})


def test_uncoupled_blocks_are_judged_one_by_one():
    two = ms.System("two", {"x": "-p*x + y", "y": "-q*y", "z": "-r*z"}, {"p": 1, "q": 1, "r": 1})
    p, q, r = map(symbol, "pqr")
    assert set(routh_hurwitz(two).inequalities) == {sp.Gt(p, 0), sp.Gt(q, 0), sp.Gt(r, 0)}
    assert [each.degree() for each in routh_hurwitz(two).polynomials] == [1, 1, 1]


def test_a_fold_of_one_block_among_several():
    two = ms.System("two", {"x": "a - x**2", "y": "b - y**2"}, {"a": 1, "b": 1})
    fold = fold_condition(two)
    assert fold.expression == symbol("x") * symbol("y")
    assert fold.holds(state={"x": 0, "y": 1})
    assert not fold.holds(state={"x": 0, "y": -1})  # the other eigenvalue is positive
    assert not fold.holds(state={"x": 0, "y": 0})  # zero twice


def test_a_fold_needs_all_other_blocks_to_be_stable():
    rates = {name: f"a - {name}**2" for name in "xyz"}
    fold = fold_condition(ms.System("three", rates, {"a": 1}))
    assert fold.holds(state={"x": 0, "y": 1, "z": 1})
    assert not fold.holds(state={"x": 0, "y": -1, "z": -1})  # two positive eigenvalues


def test_ranges_decide_signs():
    p = ms.Parameter("p", -1.5, range=(-2, -1))
    assert routh_hurwitz(ms.System("off", {"x": "-p*x"}, [p])).inequalities == (sp.false,)
    assert routh_hurwitz(ms.System("on", {"x": "p*x"}, [p])).inequalities == ()
    q = ms.Parameter("q", 1, range=(0, 2))
    asked = routh_hurwitz(ms.System("may be", {"x": "-q*x"}, [q])).inequalities
    assert asked == (sp.Gt(symbol("q"), 0),)


def test_even_powers_must_only_not_vanish():
    conditions = routh_hurwitz(ms.System("even", {"x": "-a**2*x"}, {"a": 1}))
    assert conditions.inequalities == (sp.Ne(symbol("a"), 0),)
    assert conditions.holds({"a": -2})
    assert not conditions.holds({"a": 0})


def test_hopf_of_one_block_among_several():
    rotor = {"x": "a*x - y", "y": "x + a*y", "u": "b*u - v", "v": "u + b*v"}
    twice = hopf_condition(ms.System("two rotors", rotor, {"a": 0, "b": -1}))
    assert twice.holds({"a": 0, "b": -1})
    assert not twice.holds({"a": 0, "b": 1})
    assert not twice.holds({"a": 0, "b": 0})  # two pairs at once
    assert not twice.holds({"a": -1, "b": -1})


def test_what_never_happens_is_said():
    decay = ms.System("decay", {"x": "-x", "y": "x - 2*y"})
    assert routh_hurwitz(decay).inequalities == ()
    assert repr(routh_hurwitz(decay)) == "stable if and only if: always"
    assert fold_condition(decay).equation == sp.false
    swing = ms.System("swing", {"x": "y - x", "y": "-x - y"})
    assert hopf_condition(swing).equation == sp.false
    with pytest.raises(ValueError, match="no two states of 'decay' act on each other"):
        hopf_condition(decay)


# ---- reading ---------------------------------------------------------------------------------


def test_conditions_print_and_typeset():
    conditions = routh_hurwitz(COUPLE, positive=("a", "b", "c", "d"))
    assert repr(conditions) == "stable if and only if:\n  a*d > b*c"
    assert r"&> \mathrm{b} \mathrm{c}" in conditions.latex()
    assert conditions._repr_latex_().startswith("$\\displaystyle")
    fold = fold_condition(CUSP)
    assert repr(fold) == "fold on the boundary of stability if and only if:\n  mu - 3*x**2 == 0"
    assert "&= 0" in fold.latex()
    assert fold._repr_latex_().startswith("$\\displaystyle")
    never = routh_hurwitz(ms.models.client())
    assert repr(never) == "stable if and only if:\n  never"
    assert r"\text{never}" in never.latex()
    assert r"\text{always}" in routh_hurwitz(ms.System("decay", {"x": "-x"})).latex()


# ---- bad input -------------------------------------------------------------------------------


def test_polynomials_that_do_not_fit():
    y = sp.Symbol("y")
    with pytest.raises(TypeError, match="give a System, or a"):
        routh_hurwitz(UNKNOWN**2 + 1)
    with pytest.raises(TypeError, match="in one unknown"):
        routh_hurwitz(sp.Poly(UNKNOWN * y, UNKNOWN, y))
    with pytest.raises(ValueError, match="degree must be at least 1"):
        routh_hurwitz(sp.Poly(3, UNKNOWN))
    with pytest.raises(ValueError, match="coefficients real"):
        routh_hurwitz(sp.Poly(UNKNOWN + sp.I, UNKNOWN))
    with pytest.raises(ValueError, match="go with a system"):
        routh_hurwitz(sp.Poly(UNKNOWN + 1, UNKNOWN), {"a": 1})
    with pytest.raises(ValueError, match="`method` is 'routh'; give one of"):
        routh_hurwitz(COUPLE, method="routh")


def test_values_that_are_missing_or_too_many():
    with pytest.raises(ValueError, match=r"\['x'\], which have no value; give states in `state`"):
        fold_condition(CUSP).value()
    with pytest.raises(ValueError, match=r"derived for params=\{\}; derive them with params=None"):
        routh_hurwitz(COUPLE, {}).holds({"a": 3})
    with pytest.raises(ValueError, match="called 'q'"):
        routh_hurwitz(COUPLE).holds({"q": 3})
    with pytest.raises(ValueError, match="called 'q'"):
        routh_hurwitz(COUPLE, positive=("q",))


def test_where_the_equilibrium_does_not_exist():
    bent = ms.System("bent", {"x": "a - x**2"}, {"a": 1})
    conditions = routh_hurwitz(bent, at={"x": "sqrt(a)"})
    assert conditions.holds({"a": 2})
    assert not routh_hurwitz(bent, at={"x": "-sqrt(a)"}).holds({"a": 2})
    with pytest.raises(ValueError, match="does not exist there"):
        fold_condition(bent, at={"x": "sqrt(a)"}).value({"a": -2})


def test_solving_says_what_can_be_solved_for():
    fold = fold_condition(CUSP)
    with pytest.raises(ValueError, match=r"'lambda' does not occur .* one of \['mu', 'x'\]"):
        fold.solve("lambda")
    with pytest.raises(ValueError, match="mu enters the condition with degree 3"):
        fold.eliminate("x").solve("mu")
    lost = fold_condition(ms.System("lost", {"x": "a - x*exp(x) - x"}, {"a": 1}))
    with pytest.raises(ValueError, match="x enters the condition in more than one way"):
        lost.solve("x")
    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    settled = pair.freeze(pathway=0.3, signal=1, fatigue=0, soothing=0)
    with pytest.raises(ValueError, match="which stands for"):
        fold_condition(settled).solve("rho")


def test_a_resultant_that_vanishes_on_one_branch_does_not_hide_the_others():
    lorenz = ms.models.zoo.lorenz()
    fold = fold_condition(lorenz).eliminate()
    assert is_same(fold.expression, "beta*sigma*(rho - 1)")
    hopf = hopf_condition(lorenz)
    assert set(hopf.eliminate().factors) == set(hopf.eliminate("z", "y", "x").factors)
    published = "rho*(sigma - beta - 1) - sigma*(sigma + beta + 3)"
    assert any(is_same(sign * each, published) for each in hopf.eliminate().factors
               for sign in (1, -1))  # fmt: skip


def test_values_of_parameters_at_which_an_equation_vanishes_are_not_forgotten():
    # With a = 0 any z is at rest, z = 0 among them, where the eigenvalues are imaginary.
    rates = [ms.Parameter(name, 1, range=(0, 2)) for name in "ab"]
    spiral = ms.System("spiral", {"x": "y", "y": "z*y - x", "z": "a*(b - z)"}, rates)
    assert set(map(str, hopf_condition(spiral).eliminate().factors)) == {"a", "b"}


def test_after_elimination_a_condition_is_only_necessary_and_says_so():
    rivals = ms.System(
        "rivals", {"x": "x*(1 - x - b*y)", "y": "y*(1 - y - d*x)"}, dict(b=0.5, d=0.5)
    )
    fold = fold_condition(rivals)
    assert repr(fold).startswith("fold on the boundary of stability if and only if:")
    left = fold.eliminate()
    assert repr(left).startswith("fold on the boundary of stability only if:")
    assert is_same(left.expression, "(b - 1)*(d - 1)*(b*d - 1)")
    assert not left.holds(state={"x": 0.5, "y": 0.9})


def test_a_condition_that_holds_on_a_whole_branch_is_not_eliminated():
    along = ms.System("along", {"x": "-a*x**3", "y": "b - y"}, {"a": 1, "b": 1})
    with pytest.raises(ValueError, match=r"where x = 0, the condition holds at all equilibria"):
        fold_condition(along).eliminate()


def test_what_never_happens_is_said_in_one_line():
    assert (
        repr(fold_condition(ms.System("decay", {"x": "-x"})))
        == "fold on the boundary of stability: never"
    )


def test_eliminating_needs_an_equation_that_is_left():
    fold = fold_condition(PANIC)
    with pytest.raises(ValueError, match=r"no equilibrium equation .* eliminate fewer states"):
        fold.eliminate("A", "T")


def test_formulas_that_would_fill_a_book_are_refused_in_seconds():
    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    with pytest.raises(WorkLimitError, match="give numbers in `params`"):
        hopf_condition(pair, {"contact": 0.5, "engagement": 1})
    coefficients = sp.symbols("a0:15", real=True)
    with pytest.raises(WorkLimitError, match="degree 14 with symbols"):
        routh_hurwitz(sp.Poly.from_list([1, *coefficients[1:]], gens=UNKNOWN))
    alone = ms.models.client().freeze(pathway=0.1, signal=1.0, stressor=0.066)
    with pytest.raises(WorkLimitError, match=r"use symbolic\.branch and its folds"):
        hopf_condition(alone).eliminate()


def test_floating_point_coefficients_count_as_their_decimals():
    on_the_axis = sp.Poly([1.0, 0.1, 0.3, 0.03], UNKNOWN)  # 0.1*0.3 = 0.03 in decimals only
    assert not routh_hurwitz(on_the_axis).holds()
    assert routh_hurwitz(sp.Poly([1.0, 0.1, 0.3, 0.0299], UNKNOWN)).holds()


def test_what_would_take_minutes_is_refused_or_left_as_it_is():
    names = [f"x{i}" for i in range(8)]
    wide = f"({'+'.join(names)} + a)**12"
    system = ms.System("wide", {name: f"{wide} - {name}" for name in names}, {"a": 1})
    entries = ms.symbolic.hessian(system).entries
    assert len(entries) == 8 * 36
    total = sp.Symbol("a", real=True) + sum(sp.Symbol(name, real=True) for name in names)
    assert entries[0][2] == 132 * total**10
    with pytest.raises(WorkLimitError, match="nullcline of 'x0' would have more than"):
        ms.symbolic.nullclines(system)
    ring = ms.models.network([ms.models.client(f"p{i}") for i in range(30)],
                             [(f"p{i}", f"p{(i + 1) % 30}") for i in range(30)])  # fmt: skip
    settled = ring.freeze(pathway=0.1, signal=1)
    with pytest.raises(EliminationError, match=r"89 unknowns .* the limit is 60"):
        ms.symbolic.eliminant(settled)
    with pytest.raises(EliminationError, match=r"90 unknowns .* the limit is 60"):
        ms.symbolic.branch(settled, "p0.stressor")


def test_inputs_at_rest_are_not_silently_given_other_values():
    toy = ms.System("toy", {"x": "u*x - x**3"}, inputs={"u": -1})
    stable = routh_hurwitz(toy)
    assert stable.holds({"u": -1}, {"x": 0})
    with pytest.raises(ValueError, match=r"gives \{'u': 1.0\}, but .* inputs at rest.*freeze"):
        stable.holds({"u": 1}, {"x": 0})
    assert not routh_hurwitz(toy.freeze(u=-1)).holds({"u": 1}, {"x": 0})
    with pytest.raises(ValueError, match="inputs at rest"):
        fold_condition(toy).value({"u": 1}, {"x": 0})


def test_positive_names_are_a_collection():
    with pytest.raises(
        TypeError, match=r"`positive` is 'mu'; give a collection of names, \('mu',\)"
    ):
        routh_hurwitz(CUSP, positive="mu")
