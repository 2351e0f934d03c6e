import pytest
import sympy as sp
from sympy.polys.rings import ring

from mirrorsys.symbolic import EliminationError
from mirrorsys.symbolic._elimination import Case, all_cases, regular_case, remaining

_, T, Y, Z = ring("t,y,z", sp.QQ)


def cases(*equations, unknowns=(1, 2), is_possible=lambda _: True):
    return list(all_cases(Case(equations, (), unknowns), 0, is_possible))


def test_a_vanishing_pivot_is_a_case_of_its_own():
    # t*y = t: y = 1 where t is not zero; where it is, y stays free.
    regular, special = cases(T * Y - T, T**2 - T, unknowns=(1,))
    assert regular.is_regular
    assert [str(rule.numerator / rule.denominator) for rule in regular.rules] == ["1"]
    assert not special.is_regular
    assert special.equations == (T,)
    assert special.unknowns == (1,)


def test_a_case_that_contradicts_itself_is_dropped():
    (only,) = cases(T * Y - 1, T - Y, unknowns=(1,))
    assert only.is_regular


def test_a_case_without_solutions_of_interest_does_not_end_the_search():
    equations = (T * Y - T, T**2 - T)
    for wanted in (True, False):
        (only,) = cases(*equations, unknowns=(1,), is_possible=possible_if_regular(wanted))
        assert only.is_regular == wanted


def possible_if_regular(wanted):
    """Return a judge who lets pass what is still to be split, and ends of one kind."""
    return lambda case: case.is_regular == wanted or not (case.rules or not case.is_regular)


def test_a_square_is_split_into_its_root():
    # Neither equation is affine in y.
    for root in (0, 1):
        found = cases((Y - root) ** 2, Z**2 - T, unknowns=(1,))
        assert [case.rules[0].numerator / case.rules[0].denominator for case in found] == [root]


def test_what_is_known_of_the_kept_state_is_used_in_special_cases():
    # Where t = 0 the second equation is y = 2; as it stands it is cubic in y.
    found = cases(T * (Z - 1), T * Y**3 + Y - 2, Y * Z - 4, unknowns=(1, 2))
    (special,) = (case for case in found if not case.is_regular)
    assert special.equations == (T,)
    values = {rule.unknown: str(rule.numerator / rule.denominator) for rule in special.rules}
    assert values == {1: "2", 2: "2"}


def test_products_are_split_where_nothing_is_affine():
    found = cases(Y**2 * (Y**2 - T), Y**2 - 1, unknowns=(1,))
    values = sorted(str(case.equations[0]) for case in found)
    assert values == ["t - 1", "t - 1"]
    assert all(not case.is_regular for case in found)


def test_an_irreducible_equation_is_not_split_for_ever():
    with pytest.raises(EliminationError, match=r"\['y'\] remain.*system.freeze\(\{'y': value\}\)"):
        cases(2 * Y**2 - 3, T * Y**2 - T**3, unknowns=(1,))


def test_too_many_cases_are_refused():
    _, *x = ring([f"x{i}" for i in range(12)], sp.QQ)
    equations = tuple(each * (each - 1) * (each - 2) for each in x)
    with pytest.raises(EliminationError, match="more than 500 cases"):
        list(all_cases(Case(equations, (), tuple(range(1, 12))), 0, lambda _: True))


def test_the_regular_case_stops_where_nothing_is_affine():
    case = regular_case(Case((Y**2 - T, Z - Y), (), (1, 2)), range(3))
    assert remaining(case) == ["z"] or remaining(case) == ["y"]
    assert len(case.rules) == 1
