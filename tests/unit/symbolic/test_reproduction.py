"""The reproduction number of distress, derived and compared with the Jacobian at rest."""

import numpy as np
import pytest
import sympy as sp

import mirrorsys as ms
from mirrorsys._expressions import parse, symbol
from mirrorsys.symbolic import (
    WorkLimitError,
    _next_generation,
    distress_reproduction_number,
    jacobian,
)
from mirrorsys.symbolic._next_generation import spectral_radius

PAIR = ms.models.dyad(ms.models.client("a"), ms.models.client("b"))


def group(letters, contacts=None):
    return ms.models.network([ms.models.client(each) for each in letters], contacts)


def growth_at_rest(network, params, signal):
    """The largest real part among the eigenvalues of threat at rest, numerically."""
    rest = {symbol(name): 0 for name in network.state_names}
    rest |= {symbol(name): signal for name in network.state_names if name.endswith("signal")}
    matrix = np.array(jacobian(network, params).subs(rest).tolist(), dtype=float)
    threats = [i for i, name in enumerate(network.state_names) if name.endswith("threat")]
    return np.linalg.eigvals(matrix[np.ix_(threats, threats)]).real.max()


def test_two_persons_as_a_formula():
    number = distress_reproduction_number(PAIR)
    expected = parse("sqrt(a_b.contact*b_a.contact*a.mu*b.mu*a.signal*b.signal)")
    assert sp.simplify(number.formula - expected) == 0
    assert number.carriers == ("a.threat", "b.threat")
    assert number.decay == sp.diag(1 / symbol("a.tau_R"), 1 / symbol("b.tau_R"))
    assert number.transmission[0, 1] == parse("a_b.contact*a.mu*b.signal/a.tau_R")


def test_it_is_derived_from_the_equations_not_typed_in():
    louder = PAIR.replace(
        equations={"a.threat": PAIR.equations["a.threat"] + parse("a_b.contact*b.threat/2")}
    )
    number = distress_reproduction_number(louder, {"contact": 1})
    expected = ((1.27 + 0.5) * 1.27) ** 0.5  # both from signals of 1 and tau_R of 1
    assert float(number.formula) == pytest.approx(expected, rel=1e-14)


def test_below_one_as_an_inequality():
    (below,) = distress_reproduction_number(PAIR).below_one()
    product = parse("a_b.contact*b_a.contact*a.mu*b.mu*a.signal*b.signal")
    assert sp.expand(below.gts - below.lts - (1 - product)) == 0


def test_a_star_and_a_ring_have_short_formulas():
    star = distress_reproduction_number(group("abcd", [("a", each) for each in "bcd"]))
    pairs = " + ".join(f"a_{x}.contact*{x}_a.contact*{x}.mu*{x}.signal" for x in "bcd")
    assert sp.simplify(star.formula**2 - parse(f"a.mu*a.signal*({pairs})")) == 0
    around = {("a", "b"): 1, ("b", "c"): 1, ("c", "a"): 1}
    ring = distress_reproduction_number(group("abc", around))
    assert ring.formula.exp == sp.Rational(1, 3)
    assert ring.value() == pytest.approx(1.27, rel=1e-14)


def test_one_way_seeing_lets_nothing_spread():
    chain = distress_reproduction_number(group("ab", {("a", "b"): 1}))
    assert chain.formula == 0
    assert chain.value() == 0
    assert chain.below_one() == ()


def test_three_who_all_see_each_other():
    three = group("abc")
    number = distress_reproduction_number(three)
    assert number.formula is None
    assert number.value({"contact": 0.4}) == pytest.approx(0.4 * 1.27 * 2, rel=1e-14)
    conditions = number.below_one()
    for contact, below in ((0.39, True), (0.4, False)):
        given = {"contact": contact, "mu": 1.27, "signal": 1}
        values = {
            s: given[s.name.partition(".")[2]] for each in conditions for s in each.free_symbols
        }
        assert all(bool(each.subs(values)) for each in conditions) == below


@pytest.mark.parametrize(
    "entries",
    [
        [[2, 3], [5, 7]],
        [["1/2", "3/4"], ["1/3", 0]],
        [[0, 3, 0], [0, 0, 5], [7, 0, 0]],  # around a ring
        [[0, 1, 2], [3, 0, 0], [4, 0, 0]],  # a star
        [[1, 2, 9], [2, 1, 9], [0, 0, 5]],  # two blocks
        [[0, 4], [0, 0]],
    ],
)
def test_a_spectral_radius_is_the_largest_modulus_of_an_eigenvalue(entries):
    matrix = sp.ImmutableDenseMatrix(entries).applyfunc(sp.nsimplify)
    moduli = [abs(complex(each)) for each in matrix.eigenvals()]
    assert float(spectral_radius(matrix)) == pytest.approx(max(moduli), rel=1e-12)


def test_the_spectral_radius_of_two_who_act_on_themselves_too():
    a, b, c, d = sp.symbols("a b c d", positive=True)
    radius = spectral_radius(sp.ImmutableDenseMatrix([[a, b], [c, d]]))
    assert sp.simplify(radius - (a + d + sp.sqrt((a - d) ** 2 + 4 * b * c)) / 2) == 0


def test_a_formula_that_takes_too_much_work_is_left_out(monkeypatch):
    a, b, c = sp.symbols("a b c", positive=True)
    matrix = sp.ImmutableDenseMatrix([[0, a, 0], [0, 0, b], [c, 0, 0]])
    assert spectral_radius(matrix) == sp.cbrt(a * b * c)
    monkeypatch.setattr(_next_generation, "MAX_PRODUCTS", 1)
    assert spectral_radius(matrix) is None


@pytest.mark.parametrize(("contact", "signal"), [(0.7, 1.0), (0.8, 1.0), (1.0, 0.7), (1.0, 0.8)])
def test_it_decides_whether_distress_grows_at_rest(contact, signal):
    number = distress_reproduction_number(PAIR)
    value = number.value({"contact": contact}, {"signal": signal})
    assert value == pytest.approx(contact * signal * 1.27)
    assert (value > 1) == (growth_at_rest(PAIR, {"contact": contact}, signal) > 0)


def test_it_says_nothing_about_a_high_state_below_one():
    apart = PAIR.freeze(pathway=0.1, signal=1.0)
    number = distress_reproduction_number(apart)
    assert number.value({"contact": 0.1}) < 0.2
    high = {"threat": 0.6, "fatigue": 0.4}
    run = ms.simulate(apart, duration=2000, params={"contact": 0.1}, initial=high)
    assert float(run.threat[-1].min()) > 0.5  # rumination holds it up, without any stressor
    assert "local statement about rest, no more" in number.decides


def test_calm_has_a_number_of_its_own():
    number = distress_reproduction_number(PAIR, carrier="soothing")
    expected = parse("sqrt(a_b.contact*b_a.contact*a.nu*b.nu)")
    assert sp.simplify(number.formula - expected) == 0


def test_persons_without_a_signal_that_learns():
    quiet = ms.models.dyad(
        ms.models.person("a", help_seeking=None), ms.models.person("b", help_seeking=None)
    )
    assert distress_reproduction_number(quiet).value({"contact": 1, "signal": 0.5}) == 0.635


def test_numbers_in_place_of_symbols():
    number = distress_reproduction_number(PAIR, {"contact": 0.5})
    assert number.formula == sp.Rational(127, 200)
    with pytest.raises(ValueError, match=r"derived for params=.* derive it with params=None"):
        number.value({"contact": 1})


def test_reading():
    number = distress_reproduction_number(PAIR)
    assert number.latex().startswith(r"\mathcal{D}_0 = \sqrt{")
    assert number._repr_latex_().startswith("$\\displaystyle")
    assert repr(number).startswith("reproduction number of a.threat, b.threat: sqrt(")
    three = distress_reproduction_number(group("abc"))
    assert r"\varrho\left(" in three.latex()
    assert "no short formula" in repr(three)


def test_a_large_group_takes_seconds_and_says_what_is_too_long():
    crowd = group("abcdefghijkl")
    number = distress_reproduction_number(crowd)
    assert number.value({"contact": 0.1}) == pytest.approx(11 * 0.127)
    with pytest.raises(WorkLimitError, match="compare `value` with one"):
        number.below_one()


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("1 - a.threat", "does not rest where"),
        ("a.threat*(1 - a.threat)", "does not decay at rest: its rate is 1"),
        ("-a.threat + b.threat", "moves 'a.threat' .* without contact"),
        ("-a.threat - a_b.contact*b.threat", "contact lets 'b.threat' lower 'a.threat'"),
        ("-a.threat + a.fatigue", r"acts on \['a.fatigue'\] and they act on it"),
    ],
)
def test_where_there_is_no_such_number(equation, message):
    with pytest.raises(ValueError, match=message):
        distress_reproduction_number(PAIR.replace(equations={"a.threat": equation}))


def test_what_is_no_network():
    with pytest.raises(ValueError, match="0 contacts and 1 states called 'threat'"):
        distress_reproduction_number(ms.models.client())
    with pytest.raises(ValueError, match="0 states called 'joy'"):
        distress_reproduction_number(PAIR, carrier="joy")
    with pytest.raises(ValueError, match="called 'nonsense'"):
        distress_reproduction_number(PAIR).value({"nonsense": 1})


def test_rest_has_no_stressor():
    pair = ms.models.dyad(ms.models.client("a"), ms.models.client("b"))
    with pytest.raises(
        ValueError, match=r"gives \{'a.stressor': 0.5\}, but the number is about rest"
    ):
        ms.symbolic.distress_reproduction_number(pair, {"a.stressor": 0.5})
    number = ms.symbolic.distress_reproduction_number(pair)
    with pytest.raises(ValueError, match="about rest"):
        number.value({"stressor": 0.1})
    assert number.value({"stressor": 0, "contact": 1}, {"signal": 1}) == pytest.approx(1.27)


def test_what_the_number_decides_fits_its_carrier():
    pair = ms.models.dyad(ms.models.client("a"), ms.models.client("b"))
    calm = ms.symbolic.distress_reproduction_number(pair, carrier="soothing")
    assert calm.decides.startswith("Below one, a little soothing of people at rest")
    assert "rumination" not in calm.decides
    assert "rumination" in ms.symbolic.distress_reproduction_number(pair).decides
