"""Each group of states by the route that fits it."""

import pickle

import pytest

import mirrorsys as ms
from mirrorsys.symbolic import ContinuumError, EliminationError

CUBIC = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0}, box={"x": (-5, 5)})
LONE = ms.models.client().freeze(pathway=0.1, signal=1)
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
FAST = DYAD.freeze({"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1})
MEETING = {"contact": 1, "client.stressor": 0.066, "therapist.stressor": 0.03}


def test_persons_in_contact_are_searched_by_intervals():
    found = ms.equilibria(FAST, MEETING)
    assert found.route == "interval search"
    assert found.is_complete
    assert [point.stability for point in found] == ["stable focus"]
    assert found[0].certificate.multiplicity == 1
    assert found[0].certificate.kept == ()
    assert found.n_boxes > 0


def test_each_group_of_states_takes_its_own_route():
    both = ms.System("both", {"x": "x - x**3", "y": "1.5*y - tanh(2*y)"}, box={"y": (-5, 5)})
    found = ms.equilibria(both)
    assert found.is_complete
    assert found.route == "exact elimination and interval search"
    assert len(found) == 9
    (low, high) = found[0].certificate.enclosure["x"]
    assert low == high == -1.0
    assert found[0].certificate.kept == ("x",)
    assert found.index_check.answer == "not applicable"  # x has no bounds


def test_two_routes_agree():
    alone = {"stressor": 0.066, "pathway": 0.26}
    exact, searched = (ms.equilibria(LONE, alone, route=route) for route in ("exact", "interval"))
    assert (exact.route, searched.route) == ("exact elimination", "interval search")
    assert len(exact) == 3
    for left, right in zip(exact, searched, strict=True):
        assert left.state == pytest.approx(right.state, rel=1e-14)
        assert left.eigenvalues == pytest.approx(right.eigenvalues, rel=1e-12)
        assert left.stability == right.stability
        assert left.certificate.index == right.certificate.index


def test_exact_can_be_demanded():
    with pytest.raises(EliminationError, match=r"d x/dt = -3\*x \+ exp\(x\), is not rational"):
        ms.equilibria(ms.System("growth", {"x": "exp(x) - 3*x"}), route="exact")
    with pytest.raises(EliminationError, match="grow to more than 120 terms"):
        ms.equilibria(FAST, MEETING, route="exact")


def test_an_infinite_side_that_intervals_would_need_is_named():
    growth = ms.System("growth", {"x": "exp(x) - 3*x"})
    with pytest.raises(
        EliminationError, match=r"not rational.*Or let intervals.*'x' the side \(-inf"
    ):
        ms.equilibria(growth)
    with pytest.raises(ValueError, match=r"^`box` gives 'x' the side \(-inf, inf\); the interval"):
        ms.equilibria(growth, route="interval")


def test_an_unknown_route_is_refused():
    with pytest.raises(
        ValueError, match=r"`route` is 'guess'; give one of \['auto', 'exact', 'int"
    ):
        ms.equilibria(CUBIC, route="guess")


def test_degenerate_equilibria_of_coupled_polynomials_are_counted():
    # Two circles that touch in (1, 1).
    touching = ms.System("touching", {"x": "x**2 + y**2 - 2", "y": "(x - 2)**2 + (y - 2)**2 - 2"})
    (point,) = ms.equilibria(touching)
    assert tuple(point.state.values()) == (1, 1)
    assert (point.certificate.multiplicity, point.certificate.index) == (2, 0)


def test_the_dimensions_of_families_in_several_blocks_add_up():
    with pytest.raises(ContinuumError, match="form a continuum of dimension 2") as caught:
        ms.equilibria(DYAD)
    assert caught.value.states == ("client.signal", "therapist.signal")
    assert len(ms.equilibria(DYAD.freeze(signal=0.5))) > 0
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.states) == (str(caught.value), caught.value.states)
