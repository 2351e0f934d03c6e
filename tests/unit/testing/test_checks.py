"""Every property on a system that has it, and on one that has not: found, and made small."""

import math
import pickle

import numpy as np
import pytest

import mirrorsys as ms
from mirrorsys import Parameter, System
from mirrorsys.testing import (
    PropertyError,
    check_bounded,
    check_bounded_sensitivity,
    check_box_invariant,
    check_contraction,
    check_engine_agreement,
    check_equilibria_complete,
    check_jacobian,
    check_lyapunov_function,
    check_monotone,
    check_semigroup,
    check_stability_matches_flow,
    check_step_independence,
    check_symmetry,
    check_time_rescaling,
)

K = Parameter("k", 1, range=(0, 2), unit="1/h")
DECAY = System("decay", {"x": "-k*x"}, [K], box={"x": (0, 1)}, initial={"x": 0.5}, time_unit="h")
CUBIC = System(
    "cubic", {"x": "m + x - x**3"}, [Parameter("m", 0, range=(-1, 1))], box={"x": (-2, 2)}
)
CENTRE = System("centre", {"x": "y", "y": "-x"}, box={"x": (-1, 1), "y": (-1, 1)})
LONE = ms.models.client().freeze(pathway=0.1, signal=1)


def failure(check, *arguments, **options):
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **options)
    return caught.value.outcome


# ---- what an outcome says ---------------------------------------------------------------------


def test_the_message_has_everything_to_see_it_again():
    leak = DECAY.replace(equations={"x": "k*(1 - x) - 0.5"})
    outcome = failure(check_box_invariant, leak, seed=3)
    text = outcome.failure
    assert text.startswith("box_invariant fails for 'decay':\n")
    assert "params: k = 0" in text
    assert "seed 3" in text
    assert len([line for line in text.splitlines() if line.startswith("    ")]) >= 8  # the table
    call = text.splitlines()[-1].strip()
    run = eval(call, {"ms": ms, "system": leak})  # our own text
    assert run.attrs["status"] == "completed"
    assert float(run.x.min()) < -1e-3
    assert (outcome.status, outcome.params["k"], outcome.system) == ("fails", 0, "decay")


def test_equal_seeds_find_equal_counterexamples():
    leak = DECAY.replace(equations={"x": "k*(1 - x) - 0.5"})
    one, other = (
        failure(check_bounded, leak.replace(equations={"x": "k*x"}), seed=5) for _ in "ab"
    )
    assert one.failure == other.failure
    assert one.n_cases == other.n_cases


def test_an_error_travels_between_processes():
    error = pickle.loads(pickle.dumps(PropertyError(failure(check_box_invariant, CENTRE))))
    assert "box_invariant fails for 'centre'" in str(error)
    assert error.outcome.name == "box_invariant"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"profile": "slow"}, "`profile` is 'slow'; give one of"),
        ({"n_cases": 0}, "`n_cases` is 0; give a whole number above zero"),
        ({"n_cases": True}, "`n_cases` is True"),
        ({"seed": -1}, "`seed` is -1; give a whole number from 0"),
        ({"params": {"q": 1}}, "called 'q'"),
        ({"params": {"k": 3}}, "outside its range"),
    ],
)
def test_wrong_options_are_refused(options, words):
    for check in (check_bounded, check_jacobian, check_semigroup, check_equilibria_complete):
        with pytest.raises(ValueError, match=words):
            check(DECAY, **options)


# ---- box, bounds ------------------------------------------------------------------------------


def test_an_invariant_box_is_proven_too():
    outcome = check_box_invariant(LONE)
    assert outcome.status == "holds"
    assert outcome.remark == "proven for all parameters and states by exact algebra"


def test_a_rate_that_points_outward_is_found_on_the_face():
    outcome = failure(
        check_box_invariant, System("out", {"x": "1"}, box={"x": (0, 1)}, initial={"x": 1})
    )
    assert "x = 1 is the high end of its range, but d x/dt = 1" in outcome.failure


def test_a_run_that_leaves_is_found_from_inside():
    outcome = failure(check_box_invariant, CENTRE, params={})
    assert "end of its range" in outcome.failure
    assert math.hypot(*outcome.state.values()) > 1


def test_algebra_finds_a_leak_too_small_for_a_run():
    slow = System("slow", {"x": "-1e-13"}, box={"x": (0, 1)})
    assert "exact algebra" in failure(check_box_invariant, slow).failure


def test_growth_is_found_with_the_parameter_that_makes_it():
    growth = System("growth", {"x": "(k - 1)*x"}, [K], box={"x": (0, math.inf)}, initial={"x": 1})
    outcome = failure(check_bounded, growth)
    assert outcome.params["k"] > 1
    assert "x grows without bound" in outcome.failure
    assert check_bounded(growth, params={"k": 0.9}).status == "holds"


def test_an_end_in_finite_time_is_growth():
    outcome = failure(check_bounded, System("blow", {"x": "x**2"}, initial={"x": 1}))
    assert outcome.state["x"] > 0


def test_rounding_across_a_face_is_no_growth():
    """Prey nearly dies out; thrown below zero, it would grow without bound."""
    outcome = check_bounded(ms.models.zoo.rosenzweig_macarthur())
    assert outcome.status == "holds"
    assert dict(outcome.inconclusive)["the integrator crosses a face that nothing crosses"] > 0


# ---- points -----------------------------------------------------------------------------------


def test_a_jacobian_with_a_wrong_sign_is_found():
    right = lambda s, p: [[1 - 3 * s["x"] ** 2]]  # noqa: E731
    wrong = lambda s, p: [[1 + 3 * s["x"] ** 2]]  # noqa: E731
    assert check_jacobian(CUBIC).status == "holds"
    assert check_jacobian(CUBIC, right).status == "holds"
    outcome = failure(check_jacobian, CUBIC, wrong)
    assert "d(x')/d(x) is" in outcome.failure
    with pytest.raises(ValueError, match=r"`jacobian` returned shape \(1,\)"):
        check_jacobian(CUBIC, lambda s, p: [1.0])


def test_kinks_and_poles_say_nothing_about_a_jacobian():
    kink = System("kink", {"x": "abs(x) + 1/x"}, box={"x": (-1, 1)})
    outcome = check_jacobian(kink)
    assert outcome.status == "holds"
    assert {reason for reason, _ in outcome.inconclusive} == {
        "the right-hand side is undefined nearby"
    }
    jump = check_jacobian(kink.replace(equations={"x": "sign(x)"}))
    assert jump.status == "holds"
    assert [reason for reason, _ in jump.inconclusive] == ["a kink or jump nearby"]
    one_sided = lambda s, p: [[1.0 if s["x"] >= 0 else -1.0]]  # noqa: E731
    bent = check_jacobian(kink.replace(equations={"x": "abs(x)"}), one_sided)
    assert bent.status == "holds"
    assert [reason for reason, _ in bent.inconclusive] == ["a kink or jump nearby"]


def test_lyapunov_functions():
    spiral = System(
        "spiral", {"x": "-x + 3*y", "y": "-3*x - k*y"}, [K], box={"x": (-1, 1), "y": (-1, 1)}
    )
    assert check_lyapunov_function(spiral, "x**2 + y**2").status == "holds"
    outcome = failure(check_lyapunov_function, spiral, "x**2 + 2*y**2")
    assert "V grows: dV/dt = " in outcome.failure
    x, y = outcome.state.values()
    assert 2 * x * (-x + 3 * y) + 4 * y * (-3 * x - outcome.params["k"] * y) > 0
    with pytest.raises(ValueError, match=r"`V` uses \['z'\]"):
        check_lyapunov_function(spiral, "z**2")


@pytest.mark.parametrize("norm", [1, 2, math.inf, [[2, 0], [0, 1]]])
def test_contraction_in_every_norm(norm):
    pull = System("pull", {"x": "-2*x + y/2", "y": "x/2 - 2*y"}, box={"x": (-1, 1), "y": (-1, 1)})
    assert check_contraction(pull, norm, rate=1.2).status == "holds"
    outcome = failure(check_contraction, pull, norm, rate=1.6)
    assert "more than -1.6" in outcome.failure


def test_contraction_in_a_metric_that_a_skewed_system_needs():
    """A = [[-1, 4], [0, -1]] contracts where x counts little."""
    skew = System("skew", {"x": "-x + 4*y", "y": "-y"}, box={"x": (-1, 1), "y": (-1, 1)})
    failure(check_contraction, skew, 2)
    assert check_contraction(skew, np.diag([0.01, 1])).status == "holds"


@pytest.mark.parametrize("norm", [3, "2", [[1, 0], [0, -1]], [[1]], [[1, 2], [0, 1]]])
def test_a_norm_is_one_of_these(norm):
    with pytest.raises(ValueError, match="`norm` is"):
        check_contraction(CENTRE, norm)


def test_symmetry():
    pair = ms.models.dyad(ms.models.client("ann"), ms.models.client("ben"))
    assert check_symmetry(pair, {"ann": "ben", "ben": "ann"}).status == "holds"
    biased = pair.replace(equations={"ann.threat": f"{pair.equations['ann.threat']} + 1/10"})
    outcome = failure(check_symmetry, biased, {"ann": "ben", "ben": "ann"})
    assert "after the exchange d ben.threat/dt" in outcome.failure
    assert check_symmetry(CENTRE, {"x": "x"}).status == "holds"
    failure(check_symmetry, CENTRE, {"x": "y", "y": "x"})


@pytest.mark.parametrize(
    ("permutation", "words"),
    [
        ({"x": "z"}, "nothing becomes"),
        ({"x": "y"}, r"nothing becomes \['x'\]"),
        ({"q": "x"}, "names"),
    ],
)
def test_a_permutation_takes_every_name_once(permutation, words):
    with pytest.raises(ValueError, match=words):
        check_symmetry(CENTRE, permutation)


def test_a_permutation_keeps_states_states():
    with pytest.raises(ValueError, match="from state to parameter"):
        check_symmetry(DECAY, {"x": "k", "k": "x"})


# ---- equilibria -------------------------------------------------------------------------------


def test_formulas_for_equilibria_are_compared_with_the_certified_ones():
    switch = System("switch", {"x": "x*(k - x)"}, [K], box={"x": (0, 2)})
    assert check_equilibria_complete(switch).status == "holds"
    right = lambda p: [{"x": 0}, {"x": p["k"]}]  # noqa: E731
    assert check_equilibria_complete(switch, right).status == "holds"
    outcome = failure(check_equilibria_complete, switch, lambda p: [[0]])
    assert "is an equilibrium that is not among the 1 claimed" in outcome.failure
    outcome = failure(check_equilibria_complete, switch, lambda p: [[0], [p["k"]], [1.5]])
    assert "x = 1.5 is claimed, but it is no equilibrium" in outcome.failure
    with pytest.raises(ValueError, match="`claimed` returned"):
        check_equilibria_complete(switch, lambda p: [[0, 1]])


def test_a_lost_equilibrium_is_noticed_by_a_run_that_rests_there(monkeypatch):
    from mirrorsys.testing import _rest

    whole = _rest.equilibria

    def lossy(system, params, **options):
        found = whole(system, params, **options)
        kept = {name: getattr(found, name) for name in found.__dict__ if name != "index_check"}
        return type(found)([], **kept)

    monkeypatch.setattr(_rest, "equilibria", lossy)
    drift = System("drift", {"x": "k - x"}, [K])  # no bounded box, so no index sum
    outcome = failure(check_equilibria_complete, drift)
    assert "a run rests at x =" in outcome.failure
    assert "the indices add up to 0" in failure(check_equilibria_complete, CUBIC).failure


def test_continua_say_nothing():
    outcome = check_equilibria_complete(System("flat", {"x": "0"}, box={"x": (0, 1)}))
    assert outcome.status == "undecided"
    assert [why for why, _ in outcome.inconclusive] == [
        "the equilibria form a continuum; freeze a state"
    ]


def test_stability_is_what_the_flow_does():
    assert check_stability_matches_flow(CUBIC).status == "holds"
    assert check_stability_matches_flow(ms.models.zoo.lorenz(), n_cases=5).status == "holds"
    assert check_stability_matches_flow(CENTRE).status == "undecided"


def test_stability_claimed_wrongly_is_found():
    held = {"params": {"m": 0}}
    right = lambda p: [([-1], True), ([0], False), ([1], True)]  # noqa: E731
    assert check_stability_matches_flow(CUBIC, right, **held).status == "holds"
    outcome = failure(check_stability_matches_flow, CUBIC, lambda p: [([0], True)], **held)
    assert "x = 0 is called stable, but a run that starts" in outcome.failure
    outcome = failure(check_stability_matches_flow, CUBIC, lambda p: [([1], False)], **held)
    assert "x = 1 is called unstable" in outcome.failure


# ---- the flow ---------------------------------------------------------------------------------


def test_a_flow_that_remembers_when_it_began_is_none():
    assert check_semigroup(LONE).status == "holds"
    right = lambda x, t, p: {"x": x["x"] * math.exp(-p["k"] * t)}  # noqa: E731
    assert check_semigroup(DECAY, right).status == "holds"
    outcome = failure(check_semigroup, DECAY, lambda x, t, p: [x["x"] / (1 + p["k"] * t)])
    assert "one run to time" in outcome.failure
    assert outcome.params["k"] > 0
    with pytest.raises(ValueError, match="`flow` returned shape"):
        check_semigroup(DECAY, lambda x, t, p: [1.0, 2.0])


def test_engines_agree_and_a_wrong_one_does_not():
    assert check_engine_agreement(LONE, "scipy", "auto", n_cases=10).status == "holds"
    euler = lambda x, t, p: [x["x"] * (1 - p["k"] * t / 100) ** 100]  # noqa: E731
    outcome = failure(check_engine_agreement, DECAY, "scipy", euler)
    assert "(yours, 2)" in outcome.failure


def test_prey_lost_in_the_tolerance_says_nothing_about_engines():
    r, K = Parameter("r", 1, range=(0.1, 3)), Parameter("K", 1, range=(0.5, 2))
    a, m = Parameter("a", 1, range=(0, 3)), Parameter("m", 0.3, range=(0.1, 1))
    prey = System(
        "prey", {"x": "r*x*(1 - x/K) - a*x*y/(1 + x)", "y": "a*x*y/(1 + x) - m*y"}, [r, K, a, m],
        box={"x": (0, math.inf), "y": (0, math.inf)}, initial={"x": 0.5, "y": 0.2},
    )  # fmt: skip
    params = {"r": 1.0, "K": 2.0, "a": 3.0, "m": 0.3}
    reason = "a state comes so near to zero that the absolute tolerance decides"
    for seed in range(20):  # as other versions of Hypothesis draw other starts
        outcome = check_engine_agreement(prey, "scipy", "compiled", params=params, seed=seed)
        assert outcome.status == "holds"
        if reason in dict(outcome.inconclusive):
            return
    pytest.fail("no prey was ever lost")


def test_chaos_says_nothing_about_engines():
    outcome = check_semigroup(ms.models.zoo.lorenz(), params={"rho": 28})
    assert outcome.status in ("holds", "undecided")


def test_units_of_time():
    assert check_time_rescaling(LONE).status == "holds"
    assert check_time_rescaling(DECAY).status == "holds"
    outcome = failure(check_time_rescaling, DECAY.replace(equations={"x": "-k*x + 1"}))
    assert "times as long, d x/dt is" in outcome.failure
    bare = System("bare", {"x": "-r*x"}, {"r": 1}, box={"x": (0, 1)}, initial={"x": 1})
    assert check_time_rescaling(bare).status == "undecided"
    assert check_time_rescaling(bare, {"r": -1}).status == "holds"
    failure(check_time_rescaling, bare, {"r": 1})


def test_no_room_in_the_ranges_says_nothing():
    tight = DECAY.replace(parameters={"k": Parameter("k", 1, range=(1, 1.05), unit="1/h")})
    reasons = dict(check_time_rescaling(tight).inconclusive)
    assert "the ranges leave no room for other units" in reasons


# ---- answers ----------------------------------------------------------------------------------


def test_monotone_answers():
    pull = System(
        "pull", {"x": "k*(a - x)"}, [K, Parameter("a", 0.5, range=(0, 1))], box={"x": (0, 1)}
    )
    assert check_monotone(pull, "x", "a").status == "holds"
    outcome = failure(check_monotone, pull, "x", "a", "decreasing")
    assert "x is not decreasing: it goes from" in outcome.failure
    assert check_monotone(pull, lambda p: -p["a"], "a", "decreasing").status == "holds"

    def hump(params):
        return params["a"] * (1 - params["a"])

    assert "hump is not increasing" in failure(check_monotone, pull, hump, "a").failure


def test_the_run_that_is_shown_is_the_one_with_the_second_value():
    pull = System("pull", {"x": "a - x"}, [Parameter("a", 0.5, range=(0, 1))], box={"x": (0, 1)})
    outcome = failure(check_monotone, pull, "x", "a", "decreasing", duration=40)
    answer = float(outcome.failure.split(" as a goes")[0].split(" to ")[-1])
    run = eval(outcome.failure.splitlines()[-1].strip(), {"ms": ms, "system": pull})
    assert float(run.x[-1]) == pytest.approx(answer, rel=1e-5)
    assert outcome.params["a"] == pytest.approx(answer, rel=1e-5)  # where x rests


def test_of_a_function_the_call_is_shown_and_no_run_it_never_made():
    def bend(params):
        return params["k"] * (params["a"] - 0.5) ** 2

    tilt = System("tilt", {"x": "k*a - x"}, [K, Parameter("a", 1, range=(0, 1))])
    outcome = failure(check_monotone, tilt, bend, "a", vary=["k"])
    lines = outcome.failure.splitlines()
    assert not [line for line in lines if "time" in line or "simulate" in line or "state:" in line]
    answer = float(lines[1].split(" as a goes")[0].split(" to ")[-1])
    given = eval(lines[-1].strip().removeprefix("bend"))
    assert bend({"k": 1, "a": 1} | given) == pytest.approx(answer)


def test_what_is_moved_is_not_held():
    with pytest.raises(ValueError, match=r"`params` holds \['k'\], which is what `parameter`"):
        check_monotone(DECAY, "x", "k", params={"k": 1})


def test_only_what_varies_is_drawn():
    tilt = System("tilt", {"x": "(k - 1)*a - x"}, [K, Parameter("a", 0.5, range=(0, 1))])
    answer = lambda p: (p["k"] - 1) * p["a"]  # noqa: E731  # falls with a where k < 1
    failure(check_monotone, tilt, answer, "a")
    assert check_monotone(tilt, answer, "a", vary=[]).status == "holds"
    outcome = failure(check_monotone, tilt, answer, "a", vary=["k"])
    assert outcome.params["k"] < 1


def test_a_parameter_without_room_says_nothing():
    fixed = System("fixed", {"x": "k - x"}, [Parameter("k", 1, range=(1, 1))])
    outcome = check_monotone(fixed, "x", "k")
    assert [why for why, _ in outcome.inconclusive] == ["the range of the parameter is one number"]


def test_a_bare_name_moves_everyone_together():
    pair = ms.models.dyad(ms.models.client("ann"), ms.models.client("ben"))
    total = lambda p: p["ann.mu"] + p["ben.mu"]  # noqa: E731
    assert check_bounded_sensitivity(pair, total, "mu", 2.0).status == "holds"
    failure(check_bounded_sensitivity, pair, total, "mu", 1.9)
    with pytest.raises(ValueError, match="give one full name"):
        check_monotone(pair, "threat", "mu")


@pytest.mark.parametrize(
    ("check", "arguments", "words"),
    [
        (check_monotone, ("x", "k", "up"), "`direction` is 'up'"),
        (check_monotone, ("y", "k"), "called 'y'"),
        (check_monotone, ("x", "q"), "called 'q'"),
        (check_bounded_sensitivity, ("x", "k", -1), "`bound` is -1"),
    ],
)
def test_wrong_questions_are_refused(check, arguments, words):
    with pytest.raises(ValueError, match=words):
        check(DECAY, *arguments)


# ---- noise ------------------------------------------------------------------------------------


def test_steps_short_enough_do_not_matter_and_long_ones_do():
    wander = System(
        "wander", {"x": "-k*x"}, [Parameter("k", 1, range=(0.5, 1))], diffusion={"x": 0.3}
    )
    assert check_step_independence(wander, step=0.02, n_cases=2).status == "holds"
    outcome = failure(check_step_independence, wander, step=1.8, n_cases=4)
    assert "with steps of 1.8 and 0.9, the spread of x is" in outcome.failure
    run = eval(outcome.failure.splitlines()[-1].strip(), {"ms": ms, "system": wander})
    assert run.attrs["noise_step"] == 1.8


def test_two_persons_with_noise_are_asked_too():
    pair = ms.models.dyad(ms.models.client(), ms.models.therapist())
    noisy = pair.replace(diffusion={"client.threat": "0.05*client.threat*(1 - client.threat)"})
    outcome = check_step_independence(noisy, params={"contact": 1}, n_cases=1, n_members=50)
    assert (outcome.status, outcome.n_cases) == ("holds", 1)


def test_a_state_that_noise_hardly_reaches_may_have_the_error_of_a_step():
    noisy = LONE.replace(diffusion={"threat": "0.05*threat*(1 - threat)"})
    assert check_step_independence(noisy, n_cases=4, n_members=100, seed=1).status == "holds"


def test_noise_is_needed_and_one_step():
    with pytest.raises(ValueError, match="has no noise, so there are no steps to halve"):
        check_step_independence(DECAY)
    noisy = DECAY.replace(diffusion={"x": 0.1})
    with pytest.raises(ValueError, match="both `step` and `noise`"):
        check_step_independence(noisy, step=0.1, noise=ms.Noise(0.1))


def test_other_properties_leave_noise_out():
    noisy = DECAY.replace(diffusion={"x": 0.1})
    for check in (check_box_invariant, check_bounded, check_semigroup, check_engine_agreement):
        assert check(noisy, n_cases=5).status == "holds"
