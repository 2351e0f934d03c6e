"""equilibrium_branches: all branches, where they end and why, and what cannot be followed."""

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys.analysis.bifurcation import equilibrium_branches


def line(equation, *, box=(-2, 2), mu=0.0):
    return ms.System("line", {"x": equation}, {"mu": mu}, box={"x": box})


def branches(equation, bounds=(-1, 1), *, box=(-2, 2), **options):
    return equilibrium_branches(line(equation, box=box), "mu", bounds, **options)


# ---- what is found ---------------------------------------------------------------------------


def test_a_curve_with_two_folds_is_one_branch(cubic_branches):
    (branch,) = cubic_branches.branches
    np.testing.assert_allclose(
        branch.parameter, branch.states[0] ** 3 - branch.states[0], atol=1e-13
    )
    assert branch.ends == ("reaches the bound mu = -1", "reaches the bound mu = 1")
    assert [count for _, count in branch.segments()] == [0, 1, 0]
    assert cubic_branches.status == "complete at 8 of 8 checked values"
    folds = [point.parameter for point in cubic_branches.of_kind("fold")]
    np.testing.assert_allclose(folds, [-2 / 27**0.5, 2 / 27**0.5], rtol=1e-14)


def test_stability_is_that_of_the_eigenvalues(circle_branches):
    (branch,) = circle_branches.branches
    np.testing.assert_allclose(branch.eigenvalues[0], branch.parameter + 2j, atol=1e-14)
    np.testing.assert_array_equal(branch.is_stable, branch.parameter < 0)
    np.testing.assert_array_equal(branch.n_unstable, 2 * (branch.parameter > 0))


def test_a_pitchfork_gives_two_branches_that_cross():
    found = branches("mu*x - x**3")
    assert len(found.branches) == 2
    assert [point.name for point in found.points] == ["B1"]


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "mu*x - x**3"},
        {"x": "(x - mu)*(mu - x**2)"},
        {"x": "(x - 3*mu/2)*(mu + x - x**2)"},
        {"x": "(mu + x - x**2)*(3*mu/2 - x)"},
        {"x": "mu*x - x**3 + y", "y": "-y"},
        {"y": "-y", "x": "mu*x - x**3 + y"},
        {"x": "(x - y)*(x + y - mu)", "y": "mu - y + x**2/4"},
    ],
)
def test_what_crosses_a_branch_is_found_without_starts_or_checks(equations):
    made = ms.System("crossed", equations, {"mu": 0}, box=dict.fromkeys(equations, (-2, 2)))
    found = equilibrium_branches(made, "mu", (-1, 1), n_starts=1, n_checks=0)
    value = 0.77
    expected = ms.equilibria(made, {"mu": value})
    crossings = sum(
        np.count_nonzero(np.diff(np.sign(each.parameter - value))) for each in found.branches
    )
    assert crossings == len(expected) > 1


def test_where_the_box_lies_does_not_matter():
    """Of a state with large values, beside one with small ones."""
    made = ms.System("moved", {"x": "mu*x - x**3", "y": "50 - y"}, {"mu": 0},
                     box={"x": (-2, 2), "y": (48, 52)})  # fmt: skip
    assert len(equilibrium_branches(made, "mu", (-1, 1), n_starts=1, n_checks=0).branches) == 2


@pytest.mark.parametrize("box", [(-0.001, 2), (-2, 0.001)])
def test_what_crosses_a_branch_is_followed_inside_the_box_only(box):
    """x = mu crosses x = 0 just before it leaves the box."""
    found = branches("mu*x - x**2", box=box, n_starts=1, n_checks=0)
    assert len(found.branches) == 2
    for branch in found.branches:
        assert branch.states.min() >= box[0] - 1e-8
        assert branch.states.max() <= box[1] + 1e-8


def test_branches_that_no_start_meets_are_found_by_checks():
    """Between the folds at mu = 0.8 and 1 lies a small closed curve; no start is there."""
    found = branches("1/100 - (mu - 0.9)**2 - x**2", (0, 2), n_starts=2)
    (branch,) = found.branches
    assert branch.ends == ("closed curve", "closed curve")
    assert [point.kind for point in found.points] == ["fold", "fold"]
    np.testing.assert_allclose([p.parameter for p in found.points], [0.8, 1.0], atol=1e-12)


def test_an_isola_that_no_value_meets_is_not_claimed_to_be_absent():
    found = branches("1/100 - (mu - 0.3)**2 - x**2")
    assert found.branches == ()
    assert found.status == "no equilibrium in the box"
    assert len(found.checks) == 6  # all that is said refers to these
    assert len(branches("1/100 - (mu - 0.3)**2 - x**2", n_starts=21).branches) == 1


def test_an_isola_beside_a_branch():
    found = branches("(1/25 - (mu - 0.5)**2 - (x - 1)**2)*(mu - x)", (0, 1), n_starts=5)
    assert sorted(branch.ends[0] for branch in found.branches) == [
        "closed curve", "reaches the bound mu = 0",
    ]  # fmt: skip


def test_an_input_held_constant_is_followed():
    made = ms.System("driven", {"x": "u - x"}, inputs={"u": 0}, box={"x": (-2, 2)})
    (branch,) = equilibrium_branches(made, "u", (-1, 1)).branches
    np.testing.assert_allclose(branch.states[0], branch.parameter, atol=1e-14)


def test_params_hold_for_all_of_it_and_are_kept(circle):
    found = equilibrium_branches(circle, "mu", (-1, 1), params={"w": 5, "mu": 0.5})
    assert found["H1"].frequency == pytest.approx(5)
    assert found["H1"].params == {"w": 5, "mu": pytest.approx(0)}


def test_it_is_the_same_every_time(cubic, cubic_branches):
    again = equilibrium_branches(cubic, "mu", (-1, 1))
    assert repr(again) == repr(cubic_branches)
    np.testing.assert_array_equal(again.branches[0].states, cubic_branches.branches[0].states)


def test_steps_are_no_longer_than_asked(cubic):
    (branch,) = equilibrium_branches(cubic, "mu", (-1, 1), longest_step=0.005).branches
    steps = np.hypot(np.diff(branch.parameter) / 2, np.diff(branch.states[0]) / 4)
    assert steps.max() <= 0.005 * 1.01  # a chord, beside a step along the tangent


# ---- where branches end ----------------------------------------------------------------------


def test_a_branch_leaves_the_box():
    (branch,) = branches("mu - 4*x", box=(-2, 0.1)).branches
    assert branch.ends == ("reaches the bound mu = -1", "leaves the box at x = 0.1")
    assert branch.parameter[-1] == pytest.approx(0.4, abs=1e-12)


def test_a_box_without_ends():
    (branch,) = branches("mu - x**3", box=(-np.inf, np.inf)).branches
    assert branch.ends == ("reaches the bound mu = -1", "reaches the bound mu = 1")


def test_a_branch_that_ends_where_the_equation_does():
    (branch,) = branches("mu - sqrt(x)", box=(0, 2)).branches
    assert branch.ends[0] == "stopped: Newton's method does not converge, however short the steps"
    assert 0 < branch.parameter[0] < 1e-6


def test_a_kink_stops_a_branch_and_the_status_says_so():
    found = branches("mu - abs(x) + x/3")
    assert "2 ends stopped (stopped: the curve turns too sharply" in found.status
    assert "kink (abs, min, max)" in found.status
    assert len(found.branches) == 2  # one on each side


def test_a_jump_leaves_nothing_to_follow():
    found = branches("mu - sign(x) - x")
    assert found.branches == ()
    assert "the right-hand side jumps" in found.status


def test_a_fold_at_the_first_point():
    found = branches("mu - x**2", (0, 1))
    assert [point.kind for point in found.points] == ["fold"]
    assert found.branches[0].ends == ("reaches the bound mu = 1",) * 2


def test_a_fold_in_the_last_bound():
    found = branches("mu - x**2", (-1, 0))
    assert len(found.branches[0]) == 1
    assert found.branches[0].ends == ("reaches the bound mu = 0",) * 2


def test_a_pitchfork_in_the_bound():
    (branch,) = branches("mu*x - x**3", (-1, 0)).branches
    assert branch.ends == ("reaches the bound mu = -1", "reaches the bound mu = 0")
    assert branch.parameter[-1] == pytest.approx(0, abs=1e-9)


def test_a_transcritical_point_in_the_bound():
    found = branches("mu*x - x**2", (0, 1))
    assert found.status.startswith("complete")
    assert {tuple(np.round(b.states[:, -1], 6)) for b in found.branches} >= {(0,), (1,)}


@pytest.fixture(scope="module")
def carer_branches():
    """A diagram in which nearly everything happens within 1e-5 of its lower bound."""
    carer = ms.models.carer()
    return equilibrium_branches(
        carer, "eta", (0, 5), params={"engagement": 1, "seen_distress": 0.2}
    )


def test_a_branch_does_not_reach_its_bound_on_another_one(carer_branches):
    assert [point.kind for point in carer_branches.points] == ["fold", "neutral saddle"]
    expected = ms.equilibria(
        carer_branches.system, {"engagement": 1, "seen_distress": 0.2, "eta": 3.1}
    )
    crossings = sum(
        np.count_nonzero(np.diff(np.sign(each.parameter - 3.1))) for each in carer_branches.branches
    )
    assert crossings == len(expected) == 3


def test_no_point_lies_outside_the_bounds(carer_branches):
    found = carer_branches
    assert all(0 <= point.parameter <= 5 for point in found.points)
    assert all(b.parameter.min() >= -1e-8 and b.parameter.max() <= 5 + 1e-8 for b in found.branches)


# ---- families and degenerate points ----------------------------------------------------------


def test_a_family_at_one_value():
    found = branches("mu*x")
    assert len(found.branches) == 2
    assert "the equilibria form a continuum" in found.status
    upright = max(found.branches, key=lambda each: np.ptp(each.states))
    np.testing.assert_allclose(upright.parameter, 0, atol=1e-12)
    assert upright.ends == ("leaves the box at x = 2", "leaves the box at x = -2")


@pytest.mark.parametrize("equation", ["0*x", "mu*0*x"])
def test_a_family_everywhere(equation):
    found = branches(equation)
    assert found.branches == ()
    assert found.status.startswith("the equilibria form a continuum")


def test_a_conservation_law():
    made = ms.System(
        "reversible", {"x": "y - mu*x", "y": "mu*x - y"}, {"mu": 1}, box={"x": (0, 2), "y": (0, 2)}
    )
    found = equilibrium_branches(made, "mu", (0.5, 2))
    assert found.branches == ()
    assert "hold it constant by system.freeze" in found.status


def test_a_lone_point():
    found = branches("-(mu - 0.5)**2 - x**2")
    assert len(found.branches[0]) == 1
    assert found.status.startswith("certified complete at 5 of 6 checked values")
    assert "the equations are singular at its first point" in found.status


def test_a_branch_that_is_singular_all_along_is_not_called_complete():
    """Every point of y' = -y^3 is a triple equilibrium: no direction leads on."""
    made = ms.System("triple", {"x": "mu - x", "y": "-y**3"}, {"mu": 0},
                     box={"x": (-2, 2), "y": (-2, 2)})  # fmt: skip
    found = equilibrium_branches(made, "mu", (-1, 1))
    assert found.status.startswith("certified complete at 0 of ")
    assert found.status.endswith("equilibria from which no branch could be followed")
    assert len(found.branches) == len(found.checks)  # each is kept, alone


def test_no_equilibrium():
    found = branches("1 + x**2 + mu**2")
    assert (found.branches, found.points, found.status) == ((), (), "no equilibrium in the box")


def test_a_parameter_that_does_nothing():
    found = branches("x - x**3")
    assert len(found.branches) == 3
    assert found.points == ()


def test_noise_is_left_out():
    noisy = ms.System(
        "noisy", {"x": "mu*x - x**3"}, {"mu": 0, "s": 0.1}, diffusion={"x": "s"}, box={"x": (-2, 2)}
    )
    assert [each.kind for each in equilibrium_branches(noisy, "mu", (-1, 1)).points] == [
        "branch point"
    ]


@pytest.mark.parametrize("gap", [1e-4, 1e-6])
def test_branches_that_nearly_meet_stay_apart(gap):
    """x (mu - x^2) = -gap: one branch through all mu, one with a fold, on two sides of 0."""
    found = branches(f"{gap} + mu*x - x**3")
    assert len(found.branches) == 2
    for branch in found.branches:
        assert (branch.states[0] > 0).all() or (branch.states[0] < 0).all()
    ((fold,)) = found.points
    assert fold.parameter == pytest.approx(3 * (gap / 2) ** (2 / 3), rel=1e-8)


# ---- arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x", "nu", None])
def test_what_is_no_parameter(name):
    with pytest.raises(ValueError, match="'line' has no parameter or input called"):
        equilibrium_branches(line("mu - x"), name, (-1, 1))


@pytest.mark.parametrize("bounds", [(1, -1), (np.nan, 1), (0, np.inf), "01", 3])
def test_what_are_no_bounds(bounds):
    with pytest.raises(ValueError, match="`bounds` of 'mu' is"):
        branches("mu - x", bounds)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_starts": 0}, "`n_starts` is 0; give a whole number from 1 on"),
        ({"n_starts": "2"}, "`n_starts` is '2'; give a whole number"),
        ({"n_starts": np.inf}, "`n_starts` is inf; give a whole number"),
        ({"n_checks": -1}, "`n_checks` is -1; give a whole number from 0 on"),
        ({"longest_step": 0}, "`longest_step` is 0; give one number above 0 and up to 0.2"),
        ({"longest_step": "a"}, "`longest_step` is 'a'; give one number"),
        ({"longest_step": 1}, "`longest_step` is 1; give one number"),
        ({"box": {"x": (1, 0)}}, "`box` gives 'x' the side"),
        ({"box": {"y": (0, 1)}}, "'line' has no state called 'y'"),
        ({"params": {"nu": 1}}, "'line' has no parameter or input called 'nu'"),
        ({"params": {"mu": np.nan}}, "parameter 'mu' is nan"),
    ],
)
def test_what_does_not_fit(options, message):
    options = {"box": None, **options}
    with pytest.raises(ValueError, match=message):
        equilibrium_branches(line("mu - x"), "mu", (-1, 1), **options)


def test_counts_may_be_floats_that_are_whole():
    assert len(branches("mu - x", n_starts=2.0, n_checks=0).checks) == 2


@pytest.mark.parametrize("value", [lambda t: t, np.array([1.0, 2.0])])
def test_recordings_are_no_constants(value):
    made = ms.System("driven", {"x": "u - mu*x"}, {"mu": 1}, inputs={"u": 0})
    with pytest.raises(ValueError, match="input 'u' is"):
        equilibrium_branches(made, "mu", (1, 2), params={"u": value})


def test_what_is_no_system():
    with pytest.raises(TypeError, match="`system` is 3 of type int"):
        equilibrium_branches(3, "mu", (0, 1))
