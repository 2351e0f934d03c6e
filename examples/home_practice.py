"""The year after the course, with and without home practice.

System S8. After twenty sessions the client lives alone for a year, without therapist. Nothing
but engagement trains a pathway in this model, and forgetting is slow; so without practice
the pathway fades. In home practice the client calls up a worry once a day and
attends to it alone, for one, ten or twenty minutes. Soothing takes some minutes to answer
threat: practice that stops before it has answered rehearses threat alone, and the same
learning rule that builds the pathway then wears it down.

Threat is the mean of each week outside of practice, from samples every hour. What happens
in this year is our inference from the idea, not its words, and is reported as it comes
out; all parameter values are assumed.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

DAYS = 365
CALM = 0.2  # threat
PRACTICE = {"no_practice": 0, "minute_1": 1, "minutes_10": 10, "minutes_20": 20}  # minutes a day
HALF_HOURS = 60 * (np.arange(24 * DAYS) + 0.5)  # practice ends the day, after the last sample


def compute(days: int = DAYS) -> xr.DataTree:
    """Return the year after the course for each amount of practice, in samples every hour."""
    dyad = ms.models.dyad(ms.models.client(), ms.models.therapist())
    course = ms.simulate(dyad, protocol=ms.protocols.weekly_sessions(20))
    end = course.isel(phase=-1).sel(person="client")
    alone = ms.models.client()
    initial = {state: float(end[f"{state}_at_end"]) for state in alone.state_names}
    years = {
        name: ms.simulate(
            alone,
            protocol=ms.protocols.everyday_life(
                days, client=None, helper=None, practice_minutes=minutes
            ),
            initial=initial,
            times=HALF_HOURS[: 24 * days],
        )
        for name, minutes in PRACTICE.items()
    }
    return xr.DataTree.from_dict(years)


def weekly(run: xr.Dataset) -> xr.Dataset:
    """Return the mean of each week, by its number."""
    means = run[["threat", "pathway"]].coarsen(time=24 * 7, boundary="trim").mean(keep_attrs=True)
    weeks = np.arange(1, means.sizes["time"] + 1)
    return means.assign_coords(time=weeks).rename(time="week after the course")


def draw(data: xr.DataTree) -> plt.Figure:
    weeks = {label(minutes): weekly(data[name].to_dataset()) for name, minutes in PRACTICE.items()}
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 4.2))
    for ax, state, title in (
        (axes[0], "pathway", "Pathway"),
        (axes[1], "threat", "Threat outside of practice"),
    ):
        curves = {name: week[state] for name, week in weeks.items()}
        ms.plot.comparison(curves, ax=ax).legend.remove()
        ax.set(title=f"{title}, weekly mean", ylim=(0, 0.6))
    figure.legend(
        *axes[0].get_legend_handles_labels(), title="home practice", loc="outside lower center",
        ncols=4,
    )  # fmt: skip
    figure.suptitle(finding(weeks))
    return figure


def label(minutes: int) -> str:
    return f"{minutes} minute{'' if minutes == 1 else 's'} a day" if minutes else "no practice"


def finding(weeks: dict[str, xr.Dataset]) -> str:
    """Say with how much practice the client is calm at the end."""
    last = {name: float(week["threat"][-1]) for name, week in weeks.items()}
    calm, tense = (
        ", ".join(name for name, threat in last.items() if (threat < CALM) is wanted) or "nobody"
        for wanted in (True, False)
    )
    return f"A year after the course. Calm: {calm}.\nIn high threat again: {tense}."


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "home_practice.png")
