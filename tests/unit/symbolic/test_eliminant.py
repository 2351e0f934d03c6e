import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys.symbolic import ContinuumError, EliminationError, eliminant

LONE = ms.models.client().freeze(pathway=0.1, signal=1)


def named(text):
    return sp.sympify(text, {name: sp.Symbol(name, real=True) for name in NAMES})


NAMES = ("threat", "alpha", "beta", "kappa", "pathway", "phi", "rho", "stressor", "a", "x")


def test_lone_person_has_exact_formulas():
    reduced = eliminant(LONE.freeze(stressor=0.066), "threat")
    assert reduced.rules["soothing"] == named("kappa*pathway*threat/(1 + kappa*pathway*threat)")
    assert reduced.rules["fatigue"] == named("alpha*threat/(1 + alpha*threat)")
    soothing, fatigue = reduced.rules["soothing"], reduced.rules["fatigue"]
    # The threat equation with the other two put in, cleared of its two denominators.
    threat = sp.Symbol("threat", real=True)
    balance = (1 - threat) * (named("stressor") + named("rho") * threat**2) - threat * (
        1 + named("beta") * soothing + named("phi") * fatigue
    )
    cleared = balance * named("(1 + alpha*threat)*(1 + kappa*pathway*threat)")
    assert sp.expand(sp.cancel(cleared) - reduced.polynomial.as_expr()) in {
        0,
        sp.expand(-2 * reduced.polynomial.as_expr()),
    }
    assert reduced.polynomial.degree() == 5
    assert named("alpha*threat + 1") in reduced.denominators


def test_numbers_are_exact_rationals():
    reduced = eliminant(LONE, "threat", {"stressor": 0.066})
    assert reduced.polynomial.domain in {sp.ZZ, sp.QQ}
    assert reduced.rules["fatigue"] == named("113*threat/(113*threat + 100)")


def test_parameters_stay_symbols_without_params_and_become_defaults_with_an_empty_mapping():
    linear = ms.System("linear", {"x": "a - x + drive"}, {"a": 0.5}, inputs={"drive": 0.25})
    assert eliminant(linear).polynomial.as_expr() == named("4*x - 4*a - 1")
    assert eliminant(linear, params={}).polynomial.as_expr() == named("4*x - 3")
    assert eliminant(linear, params={"drive": 0}).polynomial.as_expr() == named("2*x - 1")


def test_states_that_only_forget_are_zero():
    reduced = eliminant(ms.models.client().freeze(signal=1), "threat", {})
    assert reduced.rules["pathway"] == 0


def test_denominators_tell_where_the_reduction_does_not_hold():
    prey = ms.System("prey", {"x": "x*(1 - y)", "y": "y*(x - a)"}, {"a": 2})
    assert eliminant(prey, "x").denominators == (named("x"),)


def test_undetermined_state_is_refused_by_name():
    with pytest.raises(ContinuumError, match=r"dimension 1: any value of \['signal'\]") as caught:
        eliminant(ms.models.client())
    assert "system.freeze({'signal': value})" in str(caught.value)


def test_several_undetermined_states_are_all_named():
    still = ms.System("still", {"x": "0", "y": "0", "z": "-z"})
    with pytest.raises(ContinuumError, match=r"dimension 2: any value of \['x', 'y'\]"):
        eliminant(still)
    with pytest.raises(ContinuumError, match=r"any value of \['x', 'y'\].*hold them constant"):
        eliminant(still, "z")


def test_what_is_not_triangular_is_refused_with_the_states_that_remain():
    grid = ms.System("grid", {"x": "x**2 + y**2 - 5", "y": "x**2 - y**2 + 1"})
    with pytest.raises(EliminationError, match=r"all states but 'x': \['y'\] remain.*freeze"):
        eliminant(grid, "x")


def test_a_groebner_basis_resolves_what_is_not_affine_in_numbers_and_in_symbols():
    circle = {"x": "x**2 + y**2 - r", "y": "x**2 - y**3 + s"}
    reduced = eliminant(ms.System("circle", circle, {"r": 2, "s": 0}), "x", {})
    assert reduced.polynomial.as_expr() == sp.expand(
        sp.resultant("x**2 + y**2 - 2", "x**2 - y**3", sp.Symbol("y"))
    ).subs(sp.Symbol("x"), reduced.polynomial.gen)
    assert reduced.rules["y"].subs(reduced.polynomial.gen, 1) == 1
    general = eliminant(ms.System("circle", circle, {"r": 2, "s": 0}), "x")
    at = {symbol: {"r": 2, "s": 0}[symbol.name] for symbol in general.polynomial.free_symbols
          if symbol.name in "rs"}  # fmt: skip
    assert sp.expand(general.polynomial.as_expr().subs(at)) % reduced.polynomial.as_expr() == 0


def test_a_dotted_name_is_offered_in_a_form_that_works():
    both = ms.models.dyad(ms.models.client(), ms.models.therapist()).freeze(pathway=0.3, signal=1)
    with pytest.raises(EliminationError, match=r"system.freeze\(\{'therapist\.\w+': value\}\)"):
        eliminant(both, "client.threat", {"contact": 1})


def test_keep_must_be_one_state():
    both = ms.models.dyad(ms.models.client(), ms.models.therapist())
    with pytest.raises(ValueError, match=r"`keep` is 'threat', which stands for \['client.threat'"):
        eliminant(both, "threat")
    with pytest.raises(ValueError, match="has no state called 'thread'; did you mean"):
        eliminant(both, "thread")


def test_rules_are_free_of_other_eliminated_states():
    equations = {"x": "x*b - 2", "y": "b - y", "a": "a - x*y - b", "b": "a - b - x"}
    chain = ms.System("chain", equations)
    reduced = eliminant(chain, "x")
    x = sp.Symbol("x", real=True)
    assert reduced.polynomial.as_expr().subs(x, 2) == 0
    assert {name: rule.subs(x, 2) for name, rule in reduced.rules.items()} == {
        "y": 1, "a": 3, "b": 1,
    }  # fmt: skip


def test_rules_are_factored():
    bent = ms.System("bent", {"x": "y - 3*x", "y": "x**3 - x - y*(x**2 + 2*x + 1)"})
    assert str(eliminant(bent, "x").rules["y"]) in {"3*x", "x*(x - 1)/(x + 1)"}
    cubic = ms.System("cubic", {"x": "y**3 - x", "y": "y - x**3 + x"})
    assert str(eliminant(cubic, "x").rules["y"]) == "x*(x - 1)*(x + 1)"


def test_long_formulas_are_given_too():
    learner = ms.models.client().freeze(signal=1, engagement=1, stressor=0.5)
    reduced = eliminant(learner, "threat")
    assert reduced.polynomial.degree() == 14
    values = {sp.Symbol(q.name, real=True): sp.Rational(repr(q.value)) for q in learner.parameters}
    numeric = eliminant(learner, "threat", {}).polynomial
    specialised = sp.Poly(reduced.polynomial.as_expr().xreplace(values), reduced.polynomial.gen)
    assert specialised.monic() == numeric.monic()


def test_growth_has_a_limit():
    wide = " + ".join(f"p{i}" for i in range(40))
    names = {f"p{i}": 1 for i in range(40)}
    system = ms.System("wide", {"x": f"({wide})*y - x**3 + 1", "y": f"y**3*x + ({wide})"}, names)
    with pytest.raises(EliminationError, match=r"more than 1000 terms.*give numbers in `params`"):
        eliminant(system)


def test_the_dimension_of_a_family_counts_the_kept_state_too():
    rows = {f"x{i}": "+".join(f"{i + j + 1}*x{j}" for j in range(7)) + "-1" for i in range(7)}
    with pytest.raises(ContinuumError, match="form a continuum of dimension 5") as caught:
        eliminant(ms.System("rank two", rows))
    held = {name: 0.1 for name in ("x0", "x3", "x4", "x5", "x6")}
    assert all(repr(name) in str(caught.value) for name in held)
    left = ms.System("rank two", rows).freeze(held)
    assert eliminant(left).polynomial.degree() == 1


def test_an_eliminant_reads_well_and_has_latex():
    spread = ms.System("spread", {"x": "y - x", "y": "x**2 - y"})
    reduced = eliminant(spread, "x")
    assert repr(reduced).splitlines() == [
        "equilibria of 'spread' by 'x':", "  0 = x**2 - x", "  y = x",
    ]  # fmt: skip
    x, y = (rf"\mathrm{{{name}}}" for name in "xy")
    assert reduced.latex().splitlines()[1:3] == [rf"0 &= {x}^{{2}} - {x} \\", f"{y} &= {x}"]
