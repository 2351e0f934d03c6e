"""A population of clients in therapy, scored as patients are."""

from __future__ import annotations

import numpy as np
import xarray as xr

from mirrorsys import models, protocols
from mirrorsys.flow import ensemble, outputs, sample

__all__ = ["course_scores"]

# Both assumed: the scale is the whole inventory at full threat, the error about that of an
# inventory with a retest reliability of 0.93 and a standard deviation of 12 points.
POINTS = 63.0
ERROR = 3.0
WEEK = 7.0  # days


def course_scores(
    n: int = 512, *, n_sessions: int = 20, spread: float = 0.2, error: float = ERROR, seed: int = 1
) -> xr.Dataset:
    """Return the scores of many clients at each session of weekly courses.

    Clients differ in every parameter of the nervous system; the therapist is the default one. A
    score is the client's mean threat in the week before a session, in points of the Beck
    Depression Inventory by an assumed scale, 63 at threat 1, plus an error of measurement.

    Parameters
    ----------
    n : int
        Clients.
    n_sessions : int
    spread : float
        By what share each parameter lies at most below or above its default (Sobol sample).
    error : float
        Standard deviation of the error of measurement, in points; 3 is assumed.
    seed : int
        Of the sample and of the errors.

    Returns
    -------
    xarray.Dataset
        `points` and `threat` along ``member`` and ``session`` (from 1), and the client's
        `pathway` a week after each session.
    """
    client = models.client()
    dyad = models.dyad(client, models.therapist())
    spans = {}
    for each in client.parameters:
        low, high = each.value * (1 - spread), each.value * (1 + spread)
        if low < high:
            spans[f"client.{each.name}"] = (max(low, each.range[0]), min(high, each.range[1]))
    runs = ensemble(
        dyad, sample(dyad, n, spans, seed=seed),
        protocol=protocols.weekly_sessions(n_sessions, before_days=WEEK),
        outputs={
            "before": outputs.mean("client.threat", phase="before"),
            "between": outputs.mean("client.threat", phase="between"),
            "pathway": outputs.at_phase_ends("client.pathway", phase="between"),
        },
    )  # fmt: skip
    threat = np.hstack([runs["before"].values, runs["between"].values[:, :-1]])
    noise = np.random.default_rng(seed).normal(0.0, error, threat.shape)
    given = {name: runs[name] for name in spans}
    along = ("member", "session")
    return xr.Dataset(
        {
            "points": (along, np.clip(POINTS * threat + noise, 0, POINTS), {"units": "points"}),
            "threat": (along, threat, {"units": "1"}),
            "pathway": (along, runs["pathway"].values, {"units": "1"}),
        },
        {"session": np.arange(1, n_sessions + 1), "member": runs["member"]},
        {"points_at_threat_1": POINTS, "error": error, "spread": spread, "seed": seed},
    ).assign_coords(given)
