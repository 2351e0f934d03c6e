"""Sudden gains: how many clients have one, and what happens in it.

System S8 in a population, as in dose_response: clients that differ in every parameter by up to
20 %, weekly sessions, scores in points of the Beck Depression Inventory by an assumed scale,
with an assumed error of measurement of 3 points. A sudden gain is a drop between two sessions
of at least 7 points and a quarter of the score before that lasts, by the rules of Tang and DeRubeis
(J. Consult. Clin. Psychol. 67 (1999) 894). The same rules are applied to 43 patients
(data/bdi_sessions.csv; whether they were recorded or made up is not stated at the source), twelve
sessions each.

Published: about 40 % of patients have one, and half of all that is gained falls into it. In the
model a gain is the moment at which the client leaves the chronic state: left, the threat of
clients around their gain; middle, the shares; right, the pathway strength at which it happens.
All parameter values are assumed.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

import mirrorsys as ms

PATIENTS = Path(__file__).parent / "data" / "bdi_sessions.csv"
N_SESSIONS = 12  # as the patients have
AROUND = np.arange(-3, 5)  # sessions
DEPRESSED = 15.0  # points at the first session
PUBLISHED = {"share": 0.40, "of_improvement": 0.50}  # Tang and DeRubeis 1999


def compute(n: int = 512) -> xr.DataTree:
    patients = pd.read_csv(PATIENTS)[[f"bdi_s{k}" for k in range(1, 13)]].to_numpy()
    model = ms.claims.course_scores(n, n_sessions=N_SESSIONS)
    model = model.isel(member=np.flatnonzero(model.points[:, 0] >= DEPRESSED))
    tree = {
        "model": described(model.points.values),
        "patients": described(patients[patients[:, 0] >= DEPRESSED]),
    }
    gains = ms.analysis.sudden_gains(model.points.values).drop_duplicates("person")
    who, when = gains.person.to_numpy(), gains.session.to_numpy()
    columns = when[:, np.newaxis] + AROUND
    inside = (columns >= 0) & (columns < N_SESSIONS)
    threat = model.threat.values[who[:, np.newaxis], np.clip(columns, 0, N_SESSIONS - 1)]
    tree["gains"] = xr.Dataset(
        {
            "threat": (("gain", "around"), np.where(inside, threat, np.nan)),
            "pathway": ("gain", model.pathway.values[who, when]),
            "session": ("gain", when + 1),
        },
        {"around": AROUND},
    )
    return xr.DataTree.from_dict(tree)


def described(points: NDArray[np.float64]) -> xr.Dataset:
    """Return the share with a gain, and how much of their improvement falls into it."""
    gains = ms.analysis.sudden_gains(points).drop_duplicates("person")
    who = gains.person.to_numpy(dtype=int)
    last = np.array([own[np.isfinite(own)][-1] for own in points[who]])
    improvement = points[who, 0] - last
    counted = improvement > 0
    share = gains["size"].to_numpy()[counted] / improvement[counted]
    return xr.Dataset(
        {
            "share": len(who) / len(points),
            "of_improvement": np.median(share) if share.size else np.nan,
            "session": np.median(gains.session + 1) if len(gains) else np.nan,
        },
        attrs={"n": len(points)},
    )


def draw(data: xr.DataTree) -> plt.Figure:
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 4.2), width_ratios=[3, 2, 2])
    gains = data["gains"].to_dataset()
    left.plot(gains.around, gains.threat.values[:80].T, color="0.75", linewidth=0.7)
    left.plot(gains.around, np.nanmedian(gains.threat, axis=0), "o-", label="median",
              color=ms.plot.PALETTE["threat"])  # fmt: skip
    left.axvspan(0, 1, color=ms.plot.PALETTE["soothing"], alpha=0.15, linewidth=0, label="gain")
    left.set(xlabel="sessions since the one before the gain (number)",
             ylabel="client's mean threat of a week (1)",
             title="Around a sudden gain, model")  # fmt: skip
    left.legend()
    groups = {"model": data["model"], "patients": data["patients"], "published": PUBLISHED}
    x = np.arange(len(groups))
    for offset, key, words, colour in (
        (-0.2, "share", "with a gain", "soothing"),
        (0.2, "of_improvement", "of improvement in it", "fatigue"),
    ):
        values = [100 * float(each[key]) for each in groups.values()]
        bars = middle.bar(x + offset, values, width=0.38, label=words,
                          color=ms.plot.PALETTE[colour])  # fmt: skip
        middle.bar_label(bars, [f"{value:.0f}" for value in values])
    middle.set_xticks(x, list(groups))
    middle.set(ylabel="share (%)", ylim=(0, 130), title="How many, how much")
    middle.legend(loc="upper left")
    right.hist(gains.pathway, bins=np.linspace(0, 0.6, 25), color=ms.plot.PALETTE["pathway"])
    right.set(xlabel="client's pathway after the session (1)", ylabel="gains (number)",
              title="Pathway strength at the gain")  # fmt: skip
    figure.suptitle(in_words(data))
    return figure


def in_words(data: xr.DataTree) -> str:
    model, patients = (data[name].to_dataset() for name in ("model", "patients"))
    return (
        f"{100 * float(model.share):.0f} % of the model's clients have a sudden gain, "
        f"{100 * float(patients.share):.0f} % of the patients (published: about 40 %);\n"
        f"it holds {100 * float(model.of_improvement):.0f} % and "
        f"{100 * float(patients.of_improvement):.0f} % of their improvement (published: 50 %)"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "sudden_gains.png")
