import pytest

import mirrorsys as ms
from mirrorsys.analysis._exact_route import groups, independent_blocks, points_of_block
from mirrorsys.symbolic import EliminationError
from mirrorsys.symbolic._polynomials import polynomial_equations


def test_groups_of_a_directed_graph():
    links = [(0, 1), (1, 0), (1, 2), (4, 4)]
    assert groups(5, links, "weak") == [[0, 1, 2], [3], [4]]
    assert groups(5, links, "strong") == [[0, 1], [2], [3], [4]]
    assert groups(2, [], "weak") == [[0], [1]]


def test_persons_are_blocks_until_they_meet():
    both = ms.models.dyad(ms.models.client(), ms.models.therapist()).freeze(pathway=0.3, signal=1)
    apart, together = (
        independent_blocks(polynomial_equations(both, {"contact": contact})) for contact in (0, 1)
    )
    assert apart == [[0, 1, 2], [3, 4, 5]]
    assert together == [[0, 1, 2, 3, 4, 5]]


def test_a_denominator_links_states_too():
    linked = ms.System("linked", {"x": "(1 - x)/(1 + y)", "y": "1 - y"})
    assert independent_blocks(polynomial_equations(linked, {})) == [[0, 1]]


def test_the_next_state_is_kept_when_the_first_does_not_work():
    # Keeping x leaves y**2 = x; keeping y gives x = y**2.
    parabola = ms.System("parabola", {"x": "y**2 - x", "y": "y**3 + x - 12"})
    equations = polynomial_equations(parabola, {})
    (point,) = points_of_block(equations, [0, 1], [(-10, 10)] * 2)
    assert point.kept == 1
    assert {i: point.root.rounded(each)[0] for i, each in point.states.items()} == {0: 4, 1: 2}


def test_the_refusal_is_that_of_the_first_kept_state():
    circles = ms.System("circles", {"x": "x**2 + y**2 - 2", "y": "x**2 - y**3"})
    equations = polynomial_equations(circles, {})
    with pytest.raises(EliminationError, match=r"\['y'\] remain"):
        points_of_block(equations, [0, 1], [(-10, 10)] * 2)
