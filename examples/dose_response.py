"""How many clients are improved after how many sessions.

System S8 in a population. Each client differs from the default by up to 20 % in every
parameter of the nervous system (Sobol sample); the therapist is the compassionate one of S7, the
course weekly. A client's score at a session is the mean threat of the days before it, turned
into points of the Beck Depression Inventory by an assumed scale (63 points at threat 1) with an
assumed error of measurement of 3 points. "Improved" means fewer points than at the first
session by at least 9, about the reliable change for that error. Clients who start below 15
points are not counted: they are not depressed, and would not ask for therapy.

Beside the model: 43 patients with the same rule (data/bdi_sessions.csv; whether they were
recorded or made up is not stated at the source), and published points: about 50 % improved by
session 8 and 75 % by session 26 (Howard et al., Am. Psychol. 41 (1986) 159), 50 % only after 13
to 18 sessions (Hansen, Lambert and Forman, 2002). Those studies counted improvement in other
ways. The shape is compared, nothing was fitted. All parameter values are assumed.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import binomtest

import mirrorsys as ms

PATIENTS = Path(__file__).parent / "data" / "bdi_sessions.csv"
N_SESSIONS = 26
RELIABLE = 9.0  # points: about 1.96 * sqrt(2) * the error of measurement
DEPRESSED = 15.0  # points at the first session
PUBLISHED = {
    "Howard et al. 1986": [(8, 0.5), (26, 0.75)],
    "Hansen et al. 2002": [(13, 0.5), (18, 0.5)],
}


def compute(n: int = 512) -> xr.DataTree:
    patients = pd.read_csv(PATIENTS)[[f"bdi_s{k}" for k in range(1, 13)]].to_numpy()
    model = ms.claims.course_scores(n, n_sessions=N_SESSIONS)
    return xr.DataTree.from_dict(
        {
            "model": share_improved(model.points.values),
            "patients": share_improved(patients),
        }
    )


def share_improved(points: NDArray[np.float64]) -> xr.Dataset:
    """Return the share of the depressed who are improved at each session, with its interval."""
    depressed = points[points[:, 0] >= DEPRESSED]
    improved = depressed[:, :1] - depressed >= RELIABLE
    known = np.isfinite(depressed)
    counts, totals = (improved & known).sum(axis=0), known.sum(axis=0)
    intervals = [
        binomtest(int(k), int(n)).proportion_ci(method="wilson")
        for k, n in zip(counts, totals, strict=True)
    ]
    return xr.Dataset(
        {
            "share": ("session", counts / totals),
            "low": ("session", [each.low for each in intervals]),
            "high": ("session", [each.high for each in intervals]),
            "points": ("session", np.nanmean(depressed, axis=0)),
        },
        {"session": np.arange(1, points.shape[1] + 1)},
        {"n": len(depressed), "not_counted": len(points) - len(depressed)},
    )


def draw(data: xr.DataTree) -> plt.Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.4), width_ratios=[3, 2])
    for name, colour in (("model", ms.plot.PALETTE["soothing"]), ("patients", "black")):
        own = data[name].to_dataset()
        label = f"{name}, n = {own.attrs['n']}"
        for ax, value in ((left, 100 * own.share), (right, own.points)):
            ax.plot(own.session, value, "-" if name == "model" else "o-", color=colour, label=label,
                    markersize=4)  # fmt: skip
        left.fill_between(own.session, 100 * own.low, 100 * own.high, color=colour, alpha=0.15)
    for (name, points), marker in zip(PUBLISHED.items(), ("D", "s"), strict=True):
        x, y = zip(*points, strict=True)
        left.plot(x, 100 * np.array(y), marker, color=ms.plot.PALETTE["threat"], label=name)
    left.set(xlabel="session (number)", ylabel="improved (%)", ylim=(0, 100),
             title=f"Improved: {RELIABLE:g} points or more below session 1")  # fmt: skip
    right.set(xlabel="session (number)", ylabel="mean score (points)", ylim=(0, None),
              title="The scores themselves")  # fmt: skip
    left.legend(loc="lower right")
    figure.suptitle(in_words(data))
    return figure


def half_by(own: xr.Dataset) -> float:
    """Return the first session by which half are improved; NaN if that never is."""
    reached = np.flatnonzero(own.share.values >= 0.5)
    return float(own.session[reached[0]]) if reached.size else np.nan


def in_words(data: xr.DataTree) -> str:
    model, patients = (data[name].to_dataset() for name in ("model", "patients"))
    half, last = half_by(model), 100 * float(model.share[-1])
    by = "never" if np.isnan(half) else f"by session {half:.0f}"
    return (
        f"Half of the model's clients are improved {by} (published: 8, or 13 to 18; patients: "
        f"{half_by(patients):.0f});\n{last:.0f} % by session {N_SESSIONS} (published: 75 %)"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "dose_response.png")
