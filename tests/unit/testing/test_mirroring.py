"""S12: recovery is not monotone in mirroring, for client and helper; the counterexamples."""

import numpy as np
import pytest

import mirrorsys as ms

DYAD = ms.models.dyad(ms.models.client(), ms.models.therapist())
COURSE = ms.protocols.weekly_sessions(20)
PATHWAYS = {who: ms.outputs.at_times(f"{who}.pathway", [COURSE.duration])
            for who in ("client", "therapist")}  # fmt: skip


def pathways(members, **options):
    runs = ms.ensemble(DYAD, members, protocol=COURSE, outputs=PATHWAYS, progress=False, **options)
    return np.array([runs[who].values[:, 0] for who in PATHWAYS])


def test_feeling_a_little_is_worse_than_feeling_nothing_and_more_is_better():
    found = pathways([{"therapist.mu": mu} for mu in (0, 0.1, 0.3, 0.5, 1.27, 3, 10)])
    assert (found[:, 0] - found[:, 1] > 0.005).all()
    assert (np.diff(found[:, 1:], axis=1) > 0.01).all()
    (least,) = found[:, 1:2].T
    np.testing.assert_allclose(least, [0.150364, 0.419652], atol=1e-6)


@pytest.mark.parametrize(
    ("held", "who", "falls"),
    [
        ({}, "therapist.mu", (0, 0.1)),
        ({"therapist.mu": 0.3}, "client.mu", (0.3, 1)),
        ({"client.rho": 10, "client.alpha": 1, "client.theta": 0.17}, "therapist.mu", (2, 2.5)),
    ],
)
def test_each_counterexample_comes_out_of_another_engine_too(held, who, falls):
    members = [held | {who: value} for value in falls]
    ours = pathways(members)
    other = pathways(members, engine="scipy", method="LSODA", rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours, other, atol=1e-6)
    assert ours[0, 0] - ours[0, 1] > 0.005


def test_without_learning_of_the_helper_and_mirroring_of_the_client_there_is_no_dip():
    held = {"therapist.eta": 0, "client.mu": 0}
    client, _ = pathways([held | {"therapist.mu": mu} for mu in (0, 0.02, 0.05, 0.1, 0.2)])
    assert (np.diff(client) > -0.001).all()
    assert client[-1] - client[0] > 0.05
