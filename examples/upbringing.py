"""Upbringing: answered crying builds the pathway, and it lasts into adult life.

System S5. Sixty crying episodes, six hours apart, of which a good-enough carer answers all,
half or none. Answered, the infant is soothed while it is upset, and that is what lets the
pathway grow: learning needs real soothing, not mere distress in company. Unanswered, the
little pathway it was born with is lost.

The three children then live alone as adults under a steady stress of s = 0.08; after an hour
something upsets them for five minutes. Whether somebody with this pathway calms down, has
outbursts that come and go by themselves, or stays in high threat is seen in the hours that
follow and read from the second of two days. Around a pathway of
0.4 a little more or less of it decides between calm and outbursts. What sleep between
episodes does is assumed, as are all parameter values, and nothing but forgetting happens to
a pathway between childhood and adult life: everyday practice is not modelled.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

N_EPISODES = 60
SHARES = {"all": 1.0, "half": 0.5, "none": 0.0}
MARKERS = {"all": "o", "half": "s", "none": "^"}
DYAD = ms.models.dyad(ms.models.infant(), ms.models.carer())
ADULT = ms.models.person("adult")
LIFE, UPSET = ms.protocols.LEVELS["adult_life"], ms.protocols.LEVELS["upset"]
ADULT_LIFE = (
    ms.protocols.constant(60, "adult life", stressor=LIFE)
    + ms.protocols.constant(5, "upset", stressor=UPSET)
    + ms.protocols.constant(2 * 1440 - 65, "adult life", stressor=LIFE)
)
HOURS_SHOWN = 8
OUTBURST = 0.1  # threat that goes up and down by more than this has outbursts
HIGH = 0.3  # steady threat above this is called high


def compute() -> xr.DataTree:
    """Return the childhoods and, for each, two days of adult life alone."""
    groups = {}
    for name, share in SHARES.items():
        childhood = ms.protocols.upbringing(N_EPISODES, share_answered=share)
        run = ms.simulate(DYAD, protocol=childhood, times=np.arange(0, childhood.duration, 60))
        groups[f"/childhood_{name}"] = run
        grown = run.isel(phase=-1).sel(person="infant")
        groups[f"/adult_{name}"] = ms.simulate(
            ADULT,
            protocol=ADULT_LIFE,
            times=np.linspace(0, ADULT_LIFE.duration, 5761),
            initial={state: float(grown[f"{state}_at_end"]) for state in ("pathway", "signal")},
        )
    return xr.DataTree.from_dict(groups)


def pathway_by_episode(run: xr.Dataset) -> xr.DataArray:
    """Return the infant's pathway at the end of each episode."""
    ends = run["pathway_at_end"].sel(person="infant")
    return ends[run["phase_name"].values == "aftermath"]


def settled(run: xr.Dataset) -> xr.Dataset:
    """Return the second of the two days."""
    return run.sel(time=slice(ADULT_LIFE.duration / 2, None))


def in_words(threat: xr.DataArray) -> str:
    """Say how somebody with this course of threat lives."""
    low, mean, high = float(threat.min()), float(threat.mean()), float(threat.max())
    if high - low > OUTBURST:
        return f"outbursts, threat from {low:.2f} to {high:.2f}"
    return f"{'high threat' if mean > HIGH else 'calm'}, {mean:.2f}"


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw the pathway over childhood, and threat on an adult day."""
    figure = plt.figure(figsize=(9.5, 4.6))
    grid = figure.add_gridspec(3, 2, width_ratios=(1, 1.15))
    left = figure.add_subplot(grid[:, 0])
    right: list[plt.Axes] = []
    for row, name in enumerate(SHARES):
        pathway = pathway_by_episode(data[f"childhood_{name}"].to_dataset())
        episodes = np.arange(1, pathway.size + 1)
        left.plot(episodes, pathway, color=ms.plot.PALETTE["pathway"], marker=MARKERS[name],
                  markersize=3, linewidth=0.6)  # fmt: skip
        left.annotate(
            f"{name} answered", (episodes[-1], float(pathway[-1])), (0, 6),
            textcoords="offset points", ha="right", size=8,
        )  # fmt: skip
        ax = figure.add_subplot(grid[row, 1], sharex=right[0] if right else None)
        right.append(ax)
        adult = data[f"adult_{name}"].to_dataset()
        words = in_words(settled(adult)["threat"])
        shown = adult.sel(time=slice(None, HOURS_SHOWN * 60))
        ms.plot.timecourse(shown, ("threat", "soothing"), time_unit="h", ax=ax)
        ax.set(title=f"{name} answered, $W$ = {float(pathway[-1]):.2f}: {words}",
               ylim=(0, 0.95), ylabel="")  # fmt: skip
        ax.margins(x=0)
    for ax in right[:-1]:
        ax.set_xlabel("")
        ax.tick_params(labelbottom=False)
    right[0].legend(ncols=2)
    right[1].set_ylabel("level (dimensionless)")
    right[-1].set_xlabel("alone as an adult at s = 0.08, upset after an hour (h)")
    left.set(
        title="Answered crying builds the pathway",
        xlabel="episode (number)", ylabel="pathway strength $W$ (dimensionless)", ylim=(-0.01, 0.5),
    )  # fmt: skip
    return figure


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "upbringing.png")
