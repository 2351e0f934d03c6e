"""What is told about equilibria: tables, what is open, poles."""

import pickle

import pytest

import mirrorsys as ms

CUBIC = ms.System("cubic", {"x": "mu + x - x**3"}, {"mu": 0}, box={"x": (-5, 5)})
DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
FAST = DYAD.freeze({"client.pathway": 0.1, "therapist.pathway": 0.6, "signal": 1})
MEETING = {"contact": 1, "client.stressor": 0.066, "therapist.stressor": 0.03}


def test_what_stays_undecided_is_told_with_advice():
    tangent = ms.System("tangent", {"x": "exp(x) - 1 - x"}, box={"x": (-1, 2)})
    found = ms.equilibria(tangent)
    (left,) = found.undecided
    assert not found.is_complete
    assert found == ()
    assert left.box["x"][0] <= 0 <= left.box["x"][1]
    assert (left.reason, left.nullity) == ("degenerate", 1)
    assert "change a parameter slightly" in left.advice
    assert "0 equilibria of 'tangent', and one region undecided" in repr(found)
    assert found.index_check.reason == "the list of equilibria is not complete."


def test_undecided_regions_name_every_state():
    mixed = ms.System(
        "mixed", {"x": "exp(x) - 1 - x", "y": "1 - y"}, box={"x": (-1, 2), "y": (0, 3)}
    )
    (left,) = ms.equilibria(mixed).undecided
    assert list(left.box) == ["x", "y"]
    assert left.box["y"] == (0, 3)


def test_results_survive_pickling_and_copies():
    found = ms.equilibria(FAST, MEETING)
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found)
    assert again.index_check == found.index_check
    assert again[0].certificate == found[0].certificate


def test_one_equilibrium_reads_well_and_has_latex():
    (chronic,) = ms.equilibria(
        ms.models.client().freeze(pathway=0.1, signal=1), {"stressor": 0.066}
    )
    assert repr(chronic).startswith("Equilibrium(threat=0.598311, soothing=0.0368797, fatigue=")
    assert repr(chronic).endswith(": stable focus)")
    assert chronic.latex().splitlines()[1] == r"R &= 0.598311 \\"


def test_tables_have_a_row_for_each_equilibrium():
    found = ms.equilibria(CUBIC)
    table = found.to_dataframe()
    assert table["x"].tolist() == [-1, 0, 1]
    assert table["index"].tolist() == [1, -1, 1]
    assert table["eigenvalues"].tolist() == [(-2,), (1,), (-2,)]
    assert found.to_markdown().splitlines()[2] == "| -1 | stable node | -2 |"
    assert found.latex().count(r"\\") == 3
    assert repr(found).splitlines()[1].split() == ["x", "stability", "leading", "eigenvalue"]
    empty = ms.equilibria(ms.System("run", {"x": "1 + x**2"}))
    assert len(empty.to_dataframe()) == 0
    assert empty.latex().splitlines()[1].endswith(r"\\")
    assert empty.latex().splitlines()[2:] == [r"\hline", r"\end{array}"]
    assert (
        repr(empty)
        == "0 equilibria of 'run'; the rest of the box is proven empty (exact elimination)."
    )


@pytest.mark.parametrize("route", ["exact", "interval"])
def test_poles_in_the_box_are_told(route):
    pole = ms.System("pole", {"x": "(x**2 - 2)/(x - k)"}, {"k": 1}, box={"x": (-3, 3)})
    found = ms.equilibria(pole, route=route)
    assert len(found) == 2
    assert found.message.endswith("undefined where -k + x is zero.")
    beyond = ms.equilibria(pole, {"k": 5}, route=route)
    assert beyond.possible_poles == ()
    assert "undefined" not in beyond.message
