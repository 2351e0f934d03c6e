"""How many sessions it takes until a client alone stays calm for a year.

System S8 as a map. From one session to the next only the pathways and the help-seeking signals
move; threat, soothing and fatigue are back at rest when it begins. Left: the client's
pathway after a session and the week behind it, over the pathway before. Where the curve meets
the diagonal a session gains no more than the week forgets: an endless course tends there. Dots
are the course, session by session. From each of them the client is followed up for a year without
sessions. Open: threat does not stay below 0.2. Calm may come early, but the pathway is forgotten
to where calm is no longer stable. (52 times in the year all fast states are nudged by a
thousandth. Without, a calm that has lost its stability may seem to last for months, and the
count is 11, 12 or 13, as the tolerance of the integrator will have it.)

Right: the same count over the length of sessions and the days from one to the next. Once the
client is calm the pathway grows while he recalls, in the first minutes, and wears for the
rest of a session; in long gaps it is forgotten. Where even the fixed point of the map
relapses within the year, no number suffices. All parameter values are assumed.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

STATE = "client.pathway"
MINUTES = (20, 30, 40, 50, 60, 75, 90)
DAYS = (1, 2, 3.5, 7, 14, 21, 28)
USUAL = {"minutes": 50.0, "days": 7.0}
DAY = 1440.0
TOLD = (6, 8, 10, 12)  # relapses that are labelled, as far as there are any


def compute(
    n_max: int = 32, minutes: Sequence[float] = MINUTES, days: Sequence[float] = DAYS
) -> xr.DataTree:
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    usual = ms.session_map(dyad, ms.protocols.session_and_gap(**USUAL))
    doses = ms.critical_dose(dyad, usual.protocol, n_max=n_max)
    fixed = usual.fixed_points(n_starts=4)
    places = np.linspace(0.05, 0.65, 61)
    return xr.DataTree.from_dict(
        {
            "course": doses,
            "curve": usual.section(STATE, places, along=doses),
            "fixed": fixed,
            "grid": ms.dose_map(dyad, minutes, days, n_max=n_max),
        }
    )


def draw(data: xr.DataTree) -> plt.Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 5.6), width_ratios=[1, 1.12])
    draw_cobweb(left, data)
    draw_grid(right, data["grid"].to_dataset())
    figure.suptitle(in_words(data), x=0.01, ha="left")
    return figure


def draw_cobweb(ax: plt.Axes, data: xr.DataTree) -> None:
    course, fixed = data["course"].to_dataset(), data["fixed"].to_dataset()
    drawn = ms.plot.cobweb(course, STATE, curve=data["curve"].to_dataset(), ax=ax)
    drawn.points.set_label("calm for a year from here")
    if drawn.short is not None:
        drawn.short.set_label("not calm for a year from here")
    values, relapse = course[STATE].values, course["relapse"].values / DAY
    told = [n for n in TOLD if n < values.size and relapse[n] > 0]
    for n in told:
        first = "relapse on " if n == told[0] else ""
        ax.annotate(
            f"{n} sessions: {first}day {relapse[n]:.0f}", (values[n], values[n]), (8, -3),
            textcoords="offset points", size=7.5, va="top",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    for place in fixed[STATE].values:
        ax.plot(place, place, "D", color=ms.plot.PALETTE["pathway"], markersize=6,
                label=f"fixed point {place:.2f}")  # fmt: skip
    dose = course.attrs["critical_dose"]
    if np.isfinite(dose):
        ax.annotate(
            f"critical dose {dose:.0f}", (values[int(dose)], 0.06), (-4, 0), rotation=90,
            textcoords="offset points", ha="right", color=ms.plot.PALETTE["soothing"],
        )  # fmt: skip
    ax.set(title="The client's pathway over one session and week", xlim=(0.04, 0.66),
           ylim=(0.04, 0.66), aspect="equal")  # fmt: skip
    ax.legend(loc="upper left")


def draw_grid(ax: plt.Axes, grid: xr.Dataset) -> None:
    doses = grid["critical_dose"].transpose("minutes", "days").values
    status = grid["status"].transpose("minutes", "days").values.astype(str)
    colours = plt.get_cmap("viridis_r").with_extremes(bad=ms.plot.PALETTE["missing"])
    image = ax.imshow(np.ma.masked_invalid(doses), cmap=colours, aspect="auto", origin="lower")
    for row, column in np.ndindex(doses.shape):
        dark = image.norm(doses[row, column]) > 0.55 if np.isfinite(doses[row, column]) else False
        ax.text(column, row, cell(doses[row, column], status[row, column]), ha="center",
                va="center", color="white" if dark else "black", size=8)  # fmt: skip
    row, column = (list(grid[name].values).index(USUAL[name]) for name in ("minutes", "days"))
    ax.add_patch(plt.Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, fill=False, linewidth=1.6))
    ax.set_xticks(range(doses.shape[1]), [f"{each:g}" for each in grid["days"].values])
    ax.set_yticks(range(doses.shape[0]), [f"{each:g}" for each in grid["minutes"].values])
    ax.set(xlabel="from one session to the next (d)", ylabel="length of a session (min)",
           title="Sessions needed to stay calm for a year alone (box: left)")  # fmt: skip
    ax.figure.colorbar(image, ax=ax, label="critical dose (sessions)")


def cell(dose: float, status: str) -> str:
    if np.isfinite(dose):
        return f"{dose:.0f}"
    return "none" if status.startswith("no dose suffices") else "more"


def in_words(data: xr.DataTree) -> str:
    course, grid = data["course"].to_dataset(), data["grid"].to_dataset()
    dose, last = course.attrs["critical_dose"], course.sizes["dose"] - 1
    if np.isnan(dose):
        first = f"No course of up to {last} weekly sessions brings calm that lasts a year alone"
    else:
        pathway = float(course[STATE][int(dose)])
        first = (
            f"{early_calm(course)}From session {dose:.0f} on calm lasts a year alone: the pathway "
            f"({pathway:.2f} or more) outlasts forgetting"
        )
    n_none = sum(str(each).startswith("no dose") for each in grid["status"].values.ravel())
    weekly = grid["critical_dose"].sel(days=USUAL["days"]).dropna("minutes")
    ends = [f"{d:.0f} of {m:g} min" for m, d in zip(weekly.minutes.values, weekly, strict=True)]
    needed = (
        f"Of weekly sessions it takes {', '.join(dict.fromkeys((ends[0], ends[-1])))}; "
        if ends
        else ""
    )
    n_all = grid["status"].size
    return f"{first}\n{needed}at {n_none} of {n_all} lengths and spacings no number suffices"


def early_calm(course: xr.Dataset) -> str:
    """Return what is to be said of the first dose that brings calm, if it does not last."""
    relapse = course["relapse"].values / DAY
    early = np.flatnonzero(relapse > 0)
    if not early.size:
        return ""
    return f"Session {early[0]} brings calm for {relapse[early[0]]:.0f} days. "


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "critical_dose.png")
