"""The figures of the design's prototype (source: DESIGN §1), found again independently.

The prototype integrated with RK4 at a fixed step of 0.1 min in whole weeks; this library
adapts its steps to a relative tolerance of 1e-8. Where DESIGN gives two digits the tolerance
is half of the last digit and a little for the other method (0.006); where it gives three, 0.001.
"""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

import mirrorsys as ms
from mirrorsys import claims, models
from mirrorsys.claims._infancy import LATE, of_episode
from mirrorsys.claims._measures import at_end, curve, highest, lowest, mean, phase_times, window
from mirrorsys.claims._scenarios import (
    ParameterSet,
    adult_life,
    childhood,
    course,
    crying,
    first_session,
    grown,
    lonely_crying,
)
from mirrorsys.claims._therapy import client_in_session, threat_between

TWO_DIGITS = 0.006
THREE_DIGITS = 0.001
WARM, CLIENT = models.therapist(), models.client()


def helper(**own: float) -> ms.System:
    return ParameterSet().cast(models.therapist, **own)


def client(**own: float) -> ms.System:
    return ParameterSet().cast(models.client, **own)


def lone_life(pathway: float, stressor: float) -> np.ndarray:
    """Return lowest, mean and highest threat of the second and third day, chronic at first."""
    protocol = ms.protocols.constant(3 * 1440, stressor=stressor)
    run = ms.simulate(models.client(), protocol=protocol, initial={"pathway": pathway})
    late = window(curve(run, "threat"), 1440, 3 * 1440)
    return np.array([lowest(late), mean(late), highest(late)])


# ---- the lone client ----------------------------------------------------------------------


def test_chronic_state() -> None:
    np.testing.assert_allclose(lone_life(0.10, 0.066), 0.60, atol=TWO_DIGITS)


def test_chronic_state_ends_between_025_and_03() -> None:
    assert lone_life(0.25, 0.066)[0] > 0.4
    assert lone_life(0.30, 0.066)[2] < 0.15


@pytest.mark.parametrize(("stressor", "pathway"), [(0.08, 0.35), (0.08, 0.40), (0.1, 0.40),
                                                   (0.1, 0.45)])  # fmt: skip
def test_outbursts_between_chronic_and_calm(stressor: float, pathway: float) -> None:
    bottom, average, top = lone_life(pathway, stressor)
    assert bottom < 0.1
    assert 0.5 < top <= 0.66 + TWO_DIGITS
    assert 0.2 - TWO_DIGITS <= average <= 0.34 + TWO_DIGITS


# ---- one session --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffering", "helping", "contact", "expected"),
    [
        (CLIENT, WARM, 1.0, 0.25),
        (CLIENT, WARM, 0.0, 0.60),
        (CLIENT, helper(mu=0.0), 1.0, 0.56),
        (CLIENT, helper(kappa=0.0), 1.0, 0.69),
        (client(nu=0.0), WARM, 1.0, 0.63),
    ],
    ids=["warm", "nobody there", "mirror cut", "no self-soothing", "blind to soothing"],
)
def test_mean_threat_in_session_one(
    suffering: ms.System, helping: ms.System, contact: float, expected: float
) -> None:
    run = first_session(suffering, helping, contact)
    assert client_in_session(run) == pytest.approx(expected, abs=TWO_DIGITS)


def peak_minute(run: xr.Dataset, quantity: str, person: str) -> float:
    begin, _ = phase_times(run, "recall")
    part = window(curve(run, quantity, person), begin, begin + 50)
    return float(part.times[part.values.argmax()] - begin)


@pytest.mark.parametrize(
    ("quantity", "person", "minute"),
    [("threat", "client", 1), ("threat", "therapist", 1), ("soothing", "therapist", 3),
     ("soothing", "client", 10)],
)  # fmt: skip
def test_peaks_of_session_one(quantity: str, person: str, minute: float) -> None:
    run = first_session(CLIENT, WARM, 1.0)
    assert peak_minute(run, quantity, person) == pytest.approx(minute, abs=0.5)  # whole minutes


def test_threat_wells_up_once_more_toward_the_end_of_the_hour() -> None:
    run = first_session(CLIENT, WARM, 1.0)
    begin, _ = phase_times(run, "recall")
    threat = curve(run, "threat", "client")
    calm, again, end = (
        highest(window(threat, begin + a, begin + b)) for a, b in ((14, 18), (30, 45), (49, 50))
    )
    assert again > 3 * calm
    assert end < again / 3


# ---- a course -----------------------------------------------------------------------------

SESSIONS = (1, 2, 3, 4, 5, 7, 10, 15, 20)
PATHWAYS = (0.147, 0.188, 0.219, 0.245, 0.269, 0.318, 0.385, 0.465, 0.513)


def after_sessions(run: xr.Dataset, phase: str) -> np.ndarray:
    values = run.pathway_at_end.sel(person="client").values[run.phase_name.values == phase]
    return values[[number - 1 for number in SESSIONS]]


def test_pathway_a_week_after_each_session() -> None:
    run = course(CLIENT, WARM)
    np.testing.assert_allclose(after_sessions(run, "between"), PATHWAYS, atol=THREE_DIGITS)
    # DESIGN's "after sessions" is a week later: at the end of the sessions it is higher.
    assert (after_sessions(run, "session") - PATHWAYS > 0.001).all()


def test_mean_threat_alone_falls_in_a_sudden_gain() -> None:
    run = course(CLIENT, WARM)
    before = mean(window(curve(run, "threat", "client"), *phase_times(run, "before")))
    alone = [threat_between(run, nth=number - 1) for number in (1, 2, 3, 4, 5, 7, 20)]
    expected = [0.60, 0.56, 0.53, 0.50, 0.48, 0.45, 0.10, 0.09]
    np.testing.assert_allclose([before, *alone], expected, atol=TWO_DIGITS)


def test_the_therapist_is_trained() -> None:
    assert at_end(course(CLIENT, WARM), "pathway", "therapist") == pytest.approx(
        0.75, abs=TWO_DIGITS
    )


def test_a_client_whose_signal_is_weak_needs_about_three_sessions_more() -> None:
    run = course(client(signal=0.3), WARM)
    assert at_end(run, "pathway", "client") == pytest.approx(0.484, abs=THREE_DIGITS)
    assert at_end(run, "signal", "client") == pytest.approx(0.7, abs=0.05)  # one digit
    usual = course(CLIENT, WARM).pathway_at_end.sel(person="client").values
    ends = usual[course(CLIENT, WARM).phase_name.values == "between"]
    assert ends[16 - 1] < 0.484 < ends[17 - 1]  # after 20 sessions where others are after 16 to 17


@pytest.mark.parametrize(
    ("mu", "strength", "threat", "helpers"),
    [(0.5, 0.37, 0.10, 0.53), (0.3, 0.26, 0.47, 0.45), (0.1, 0.15, 0.56, 0.42)],
)
def test_mirror_turned_down(mu: float, strength: float, threat: float, helpers: float) -> None:
    run = course(CLIENT, helper(mu=mu))
    found = (at_end(run, "pathway", "client"), threat_between(run),
             at_end(run, "pathway", "therapist"))  # fmt: skip
    np.testing.assert_allclose(found, (strength, threat, helpers), atol=TWO_DIGITS)


def test_overwhelmed_helper() -> None:
    one = first_session(CLIENT, models.overwhelmed_therapist(), 1.0)
    ends = [curve(one, "threat", person).values[-1] for person in ("client", "therapist")]
    np.testing.assert_allclose(ends, 0.68, atol=0.015)  # "about"
    run = course(CLIENT, models.overwhelmed_therapist())
    found = (at_end(run, "pathway", "client"), threat_between(run),
             threat_between(run, "therapist"))  # fmt: skip
    np.testing.assert_allclose(found, (0.16, 0.55, 0.60), atol=TWO_DIGITS)


def test_over_mirroring() -> None:
    """The client's gain grows and saturates; from about 3 even the untrained helper learns."""
    outcomes = claims.helper_map([0.3, 1.27, 3.0, 6.0, 10.0], [0.0, 1.0])
    warm, untrained = (outcomes.sel(self_soothing=each) for each in (1.0, 0.0))
    gains = np.diff(warm.client_pathway.values)
    assert (gains > 0).all()
    assert gains[-1] < gains[0] / 5
    assert (np.diff(warm.helper_threat_in_session.values) > 0).all()
    assert (untrained.client_threat_alone > 0.5).values.tolist() == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert (untrained.helper_pathway > 0.2).values.tolist() == [False, False, True, True, True]


# ---- crying -------------------------------------------------------------------------------


def test_answered_infant_calms_down() -> None:
    run = crying(models.infant(), models.carer())
    # DESIGN: "below .10 from minute 25 on"; it is 0.1004 in the last minutes of the first episode.
    assert highest(of_episode(run, "infant", *LATE)) == pytest.approx(0.10, abs=TWO_DIGITS)


def test_unanswered_infant_tires_and_stays_upset() -> None:
    threat = curve(lonely_crying(models.infant()), "threat")
    after_upset, late = window(threat, 6, 8), window(threat, 40, 120)
    assert mean(after_upset) == pytest.approx(0.78, abs=TWO_DIGITS)
    np.testing.assert_allclose([lowest(late), highest(late)], 0.65, atol=0.011)  # "and staying"


def test_sixty_episodes() -> None:
    answered, unanswered = (
        childhood(models.infant(), models.carer(), kind) for kind in (True, False)
    )
    assert at_end(answered, "signal", "infant") == pytest.approx(0.88, abs=TWO_DIGITS)
    assert at_end(unanswered, "pathway", "infant") == pytest.approx(0.0, abs=TWO_DIGITS)
    assert at_end(unanswered, "signal", "infant") == pytest.approx(0.0, abs=TWO_DIGITS)


def test_meeting_a_good_carer_afterwards() -> None:
    infant, carer = models.infant(), models.carer()
    child = grown(infant, childhood(infant, carer, False))
    runs = [crying(each, carer) for each in (child, infant)]
    hers = [highest(of_episode(run, "carer")) for run in runs]
    np.testing.assert_allclose(hers, [0.07, 0.44], atol=TWO_DIGITS)
    its = [mean(of_episode(run, "infant", *LATE)) for run in runs]
    np.testing.assert_allclose(its, [0.43, 0.09], atol=TWO_DIGITS)


def adult_threat(run: xr.Dataset) -> float:
    child = grown(models.infant(), run)
    begin, end = phase_times(adult_life(child, True), "life")
    return highest(window(curve(adult_life(child, True), "threat"), (begin + end) / 2, end))


def test_the_unanswered_one_as_an_adult() -> None:
    run = childhood(models.infant(), models.carer(), False)
    assert adult_threat(run) == pytest.approx(0.67, abs=TWO_DIGITS)


# ---- what sleep does to DESIGN's figures ---------------------------------------------------
#
# DESIGN: sixty answered episodes lead to pathways of .43 (child) and .77 (carer), and the grown
# child alone at s = 0.08 to threat .13. What happens between two episodes decides it: the
# child's pathway learns fast in the first minutes of an upset if some soothing is left from
# before. The prototype let sleep take no time, so all of it was left; here sleep takes its
# hours, and the carer who stays keeps some alive. Of a child who sleeps alone the
# equations let soothing decay, and then the figures are not found.


def sleepless_childhood() -> xr.Dataset:
    """Return sixty answered episodes in which sleep takes no time and leaves soothing as it is."""
    upset, aftermath, _ = ms.protocols.crying_episodes(1)
    reset = {"infant.threat": 0.0, "infant.fatigue": "0.1*infant.fatigue"}
    again = ms.Phase(upset.duration, upset.inputs, name="upset", reset=reset)
    protocol = ms.Protocol((upset, aftermath, *(again, aftermath) * 59))
    return ms.simulate(models.dyad(models.infant(), models.carer()), protocol=protocol)


@pytest.mark.parametrize(
    "make",
    [sleepless_childhood, lambda: childhood(models.infant(), models.carer(), True)],
    ids=["sleep takes no time", "carer stays while the child sleeps"],
)
def test_the_answered_child(make: Callable[[], xr.Dataset]) -> None:
    run = make()
    found = (at_end(run, "pathway", "infant"), at_end(run, "signal", "infant"), adult_threat(run))
    np.testing.assert_allclose(found, (0.43, 0.88, 0.13), atol=TWO_DIGITS)
    # DESIGN's .77 is cut off, not rounded: .775 and .778 are found.
    assert at_end(run, "pathway", "carer") == pytest.approx(0.775, abs=TWO_DIGITS)


def test_the_answered_child_who_sleeps_alone_keeps_outbursts() -> None:
    run = childhood(models.infant(), models.carer(), True, sleeps_alone=True)
    assert at_end(run, "pathway", "infant") == pytest.approx(0.408, abs=THREE_DIGITS)
    assert adult_threat(run) > 0.6


def test_the_pathway_needed_to_be_calm_alone_lies_between_041_and_042() -> None:
    for pathway, is_calm in ((0.41, False), (0.42, True)):
        run = adult_life(ParameterSet().cast(models.infant, pathway=pathway), True)
        begin, end = phase_times(run, "life")
        late = window(curve(run, "threat"), (begin + end) / 2, end)
        assert (highest(late) < 0.2) == is_calm


# ---- the registered bounds ----------------------------------------------------------------


def test_bounds_are_those_registered_and_none_is_looser() -> None:
    """Source: DESIGN §5. A bound may be tightened, not loosened: then change it here too."""
    found = [
        (claim.system, claim.direction, claim.bound)
        for claim in claims.CLAIMS
        if claim.direction in {"at least", "at most"}
    ]
    assert found == [
        ("S1", "at least", 0.1), ("S1", "at least", 0.05),  # the second is not in DESIGN
        ("S2", "at least", 0.4), ("S2", "at least", 0.05),
        ("S3", "at most", 0.4), ("S3", "at most", 0.6),
        ("S4", "at most", 0.15),
        ("S5", "at least", 0.3), ("S5", "at most", 0.2),
        ("S6", "at least", 0.35),
        *[("S7", "at most", 0.7)] * 4,
        ("S8", "at least", 0.4), ("S8", "at most", 0.2),
        ("S10", "at most", 0.2), ("S10", "at least", 0.3),
        ("S11", "at least", 0.4), ("S11", "at least", 0.4),
        ("S11", "at most", 0.2), ("S11", "at least", 0.3), ("S11", "at least", 0.3),
    ]  # fmt: skip
