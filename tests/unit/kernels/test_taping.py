"""From a system to a tape: exact constants, shared steps, no needless ones."""

from fractions import Fraction

import pytest
from flint import arb

import mirrorsys as ms
from mirrorsys.kernels._balls import BallFunction
from mirrorsys.kernels._tape import Op
from mirrorsys.kernels._taping import system_tape


def tape(params=None, given=None, **rates):
    return system_tape(ms.System("some", rates, params or {}), given)


def operations(found):
    return [op for op, _, _ in found.steps]


def test_parameters_are_folded_exactly():
    found = tape({"k": 0.1, "n": 3}, x="x*k**n/4")
    assert found.constants == (Fraction(1, 4000),)
    assert operations(found) == [Op.MUL]


def test_a_parameter_that_is_zero_removes_its_term():
    assert operations(tape({"k": 0}, x="x + k*exp(x)")) == []


def test_equal_parts_are_one_step():
    found = tape(x="exp(1 - x)*y", y="exp(1 - x)*x")
    assert operations(found).count(Op.ADD) == operations(found).count(Op.EXP) == 1
    assert len(found.steps) == len(("-x", "1 - x", "exp(1 - x)", "... * y", "... * x"))


def test_a_common_factor_is_taken_out():
    # As two products, x*y*(2*y) - x*y*3, the parts would know nothing of each other.
    *_, last = tape({"a": 2}, x="a*x*y**2 - 3*x*y", y="y").steps
    assert last[0] is Op.MUL


def test_an_exponent_is_a_power_only_if_it_is_whole():
    assert operations(tape({"n": 2}, x="x**n")) == [Op.POWER]
    assert operations(tape({"n": 0.5}, x="x**n")) == [Op.SQRT]
    assert operations(tape({"n": 0.3}, x="x**n")) == [Op.LOG, Op.MUL, Op.EXP]
    assert operations(tape({"n": -1}, x="x**n")) == [Op.DIV]


def test_comparisons_become_steps_or_numbers():
    assert Op.POSITIVE in operations(tape(x="(x > 1)"))
    assert Op.NONNEGATIVE in operations(tape(x="(x <= 1)"))
    assert operations(tape({"k": 2}, x="x*(k > 1)")) == []


def test_a_zero_denominator_names_the_equation():
    with pytest.raises(ValueError, match=r"equation of .x. .*divides by zero"):
        tape({"k": 1}, {"k": 0}, x="x/k")


def test_links_tell_which_states_an_output_depends_on():
    found = tape({"k": 0}, x="x - y + k*z", y="exp(z)", z="1 - z")
    assert sorted(found.links) == [(0, 0), (0, 1), (1, 2), (2, 2)]


def test_a_tape_can_be_restricted_to_states_that_depend_on_no_others():
    whole = tape({"k": 0.5}, x="k*x*y - x**3", z="tanh(z) - z/7", y="max(x, y) - 2")
    part = whole.restricted([0, 2])
    assert part.state_names == ("x", "y")
    alone = tape({"k": 0.5}, x="k*x*y - x**3", y="max(x, y) - 2")
    point = [arb(0.75), arb(-0.25)]
    values = BallFunction(part).values(point)
    assert [float(v.mid()) for v in values] == [
        float(v.mid()) for v in BallFunction(alone).values(point)
    ]
    assert len(part.steps) == len(alone.steps)
