"""Arguments that several verbs share: each error names the argument and shows its value."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation._checks import (
    check_inside,
    check_names,
    check_number,
    check_owner,
    check_whole,
)


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.float64(3)])
def test_a_whole_number_of_any_type_is_one(value):
    found = check_whole("n", value, 1)
    assert found == 3
    assert type(found) is int


@pytest.mark.parametrize("value", [0, 2.5, "3", None, float("nan"), float("inf"), [3]])
def test_what_is_no_whole_number_from_1_on(value):
    with pytest.raises(ValueError, match=r"`n` is .*; give a whole number from 1 on\."):
        check_whole("n", value, 1)


def test_the_largest_whole_number_is_named():
    assert check_whole("n", 9, 4, 9) == 9
    with pytest.raises(ValueError, match=r"`n` is 10; give a whole number from 4 to 9\."):
        check_whole("n", 10, 4, 9)


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(1)])
def test_a_number_is_one(value):
    assert check_number("tol", value, 1.0) == float(value)


@pytest.mark.parametrize("value", [0, -1, 1.5, "a", None, float("nan"), float("inf"), 1j])
def test_what_is_no_number_up_to_1(value):
    with pytest.raises(ValueError, match=r"`tol` is .*; give one number above 0 and up to 1\."):
        check_number("tol", value, 1.0)


def test_a_number_without_an_upper_end():
    assert check_number("period", 1e9) == 1e9
    with pytest.raises(ValueError, match=r"`period` is inf; give one number above 0\."):
        check_number("period", float("inf"))


def test_bounds_hold_where_a_curve_begins():
    check_inside("bounds", "mu", 1.0 + 1e-12, (0.0, 1.0))
    check_inside("bounds", "mu", 5.0, (0.0, float("inf")))
    with pytest.raises(ValueError, match=r"`bounds` of 'mu' is \(0.0, 1.0\).*begins at 2; give"):
        check_inside("bounds", "mu", 2.0, (0.0, 1.0))


def test_a_point_belongs_to_a_system_with_its_states(circle):
    check_owner("start", "H1", ["x", "y"], circle)
    with pytest.raises(ValueError, match=r"`start` is 'H1', of a system with the states \['x'\]"):
        check_owner("start", "H1", ["x"], circle)


def test_names_that_a_table_needs():
    odd = ms.System("odd", {"branch": "-branch"})
    check_names(odd, odd.state_names, ["point"])
    with pytest.raises(ValueError, match=r"'odd' has quantities called \['branch'\].*rename them"):
        check_names(odd, odd.state_names, ["branch", "point"])
