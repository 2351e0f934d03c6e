import pytest

import mirrorsys as ms
from mirrorsys.analysis._exact_route import points_of_block
from mirrorsys.symbolic import EliminationError
from mirrorsys.symbolic._errors import GrowthError
from mirrorsys.symbolic._polynomials import polynomial_equations


def test_the_next_state_is_kept_when_the_first_does_not_work():
    # Keeping x leaves y**2 = x; keeping y gives x = y**2.
    parabola = ms.System("parabola", {"x": "y**2 - x", "y": "x**2 - 5"})
    equations = polynomial_equations(parabola, {})
    found = points_of_block(equations, [0, 1], [(-10, 10), (0.1, 10)])
    assert [point.kept for point in found] == [1]
    assert {i: found[0].root.rounded(each)[0] for i, each in found[0].states.items()} == {
        0: 5**0.5,
        1: pytest.approx(5**0.25, rel=1e-15),
    }


def test_a_groebner_basis_takes_over_where_no_equation_is_affine():
    circles = ms.System("circles", {"x": "x**2 + y**2 - 2", "y": "x**2 - y**3"})
    equations = polynomial_equations(circles, {})
    found = points_of_block(equations, [0, 1], [(-10, 10)] * 2)
    states = [[p.root.rounded(each)[0] for each in p.states.values()] for p in found]
    assert sorted(states) == [[-1, 1], [1, 1]]
    assert [point.multiplicity for point in found] == [1, 1]


def test_the_refusal_is_that_of_the_first_kept_state():
    # Roots of x**2 = 2 and y**2 = 3 in any combination: neither state gives the other.
    grid = ms.System("grid", {"x": "x**2 + y**2 - 5", "y": "x**2 - y**2 + 1"})
    equations = polynomial_equations(grid, {})
    with pytest.raises(EliminationError, match=r"\['y'\] remain"):
        points_of_block(equations, [0, 1], [(-10, 10)] * 2)


def test_growth_ends_elimination_at_once_whichever_state_is_kept():
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist()).freeze(pathway=0.3, signal=1)
    equations = polynomial_equations(dyad, {"contact": 1, "stressor": 0.1})
    with pytest.raises(GrowthError, match="grow to more than 120 terms while"):
        points_of_block(equations, range(6), [(0, 1)] * 6)


def test_a_denominator_outlives_the_term_it_stood_under():
    # With a = 0 neither equation depends on the other state, but x + 1 is left over in both.
    capture = "a*x*y/(1 + x)"
    prey = ms.System(
        "prey and predator",
        {"x": f"x*(1 - x) - {capture}", "y": f"{capture} - y"},
        {"a": 1.0},
        box={"x": (0, 2), "y": (0, 2)},
    )
    found = ms.equilibria(prey, {"a": 0})
    assert [tuple(point.state.values()) for point in found] == [(0, 0), (1, 0)]
    assert [point.stability for point in found] == ["saddle", "stable node"]
