"""The unanswered cry: crying until tired, until the child stops asking.

Systems S2 and S3. An infant without a soothing pathway is upset and nobody comes. Its red
stays high long after what upset it is gone, because threat feeds itself; only exhaustion
lowers it a little. The crying (what is heard of its distress: signal times threat times
(1 - soothing)) fades faster than the distress does, because distress in exhaustion
extinguishes the signal.

Over sixty episodes, six hours apart with sleep between them, the signal of the unanswered
child goes to nothing, while that of an answered child stays. Then a good-enough carer comes to
each of three children in the same plight. The child that has stopped asking hardly moves her,
and so she hardly helps: its red stays up for most of two hours. That the carer is recruited
less is our inference from the idea; all parameter values are assumed, and so is what sleep
does (it rests threat and soothing and takes nine tenths of the fatigue).
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

N_EPISODES = 60
DYAD = ms.models.dyad(ms.models.infant(), ms.models.carer())
MEETING_MINUTES = 120
CALM = 0.1  # threat below this counts as calm
CHILDREN = {
    "newborn": "newborn",
    "answered": f"after {N_EPISODES} answered episodes",
    "unanswered": f"after {N_EPISODES} unanswered episodes",
}
LOOKS = {"newborn": "--", "answered": ":", "unanswered": "-"}


def compute() -> xr.DataTree:
    """Return one episode alone, two childhoods, and three first meetings with a good carer."""
    alone = ms.simulate(
        ms.models.infant(),
        protocol=ms.protocols.crying_episodes(1, answered=False, infant=None, carer=None),
        times=np.arange(0, 120, 0.1),
    )
    groups = {"/episode": alone}
    starts = {"newborn": {}}
    for name in ("answered", "unanswered"):
        childhood = ms.protocols.crying_episodes(N_EPISODES, answered=name == "answered")
        groups[f"/{name}"] = ms.simulate(
            DYAD, protocol=childhood, times=np.arange(0, childhood.duration, 60)
        )
        end = groups[f"/{name}"].isel(phase=-1).sel(person="infant")
        starts[name] = {
            f"infant.{state}": float(end[f"{state}_at_end"]) for state in ("pathway", "signal")
        }
    for name, start in starts.items():
        groups[f"/meeting_{name}"] = ms.simulate(
            DYAD,
            protocol=ms.protocols.crying_episodes(1),
            times=np.arange(0, MEETING_MINUTES, 0.1),
            initial=start,
            events={"calm": f"infant.threat < {CALM}"},
        )
    return xr.DataTree.from_dict(groups)


def signal_by_episode(run: xr.Dataset) -> xr.DataArray:
    """Return the infant's signal at the end of each episode, before sleep."""
    ends = run["signal_at_end"].sel(person="infant")
    return ends[run["phase_name"].values == "aftermath"]


def calm_after(run: xr.Dataset) -> float:
    """Return the first time at which the infant is calm, infinity if never."""
    inside = run["event_time"].values <= MEETING_MINUTES
    return float(np.min(run["event_time"].values[inside], initial=np.inf))


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw the episode, the signal over all episodes, and the meetings from both sides."""
    figure, axes = plt.subplots(2, 2, figsize=(9.5, 6.8))
    _draw_episode(axes[0, 0], data["episode"].to_dataset())
    _draw_signal(axes[0, 1], data)
    peaks, calm = {}, {}
    for name, label in CHILDREN.items():
        run = data[f"meeting_{name}"].to_dataset()
        for ax, person in ((axes[1, 0], "carer"), (axes[1, 1], "infant")):
            ms.plot.timecourse(
                run, "threat", person=person, ax=ax, label=label, linestyle=LOOKS[name]
            )
        peaks[name] = float(run["threat"].sel(person="carer").max())
        calm[name] = calm_after(run)
    axes[1, 0].set_title(
        "A good carer meets the child. Her red rises to\n"
        f"{peaks['newborn']:.2f} (newborn), {peaks['unanswered']:.2f} (unanswered before)"
    )
    axes[1, 1].set_title(
        f"The child's red falls below {CALM:g} after\n"
        f"{calm['newborn']:.0f} min (newborn), {calm['unanswered']:.0f} min (unanswered before)"
    )
    for ax in axes[1]:
        ms.plot.phases(run, ["upset"], facecolor=ms.plot.PALETTE["upset"], ax=ax)
        ax.legend(loc="upper right")
        ax.margins(x=0)
    axes[1, 0].set_ylim(-0.02, 0.8)
    axes[1, 1].set_ylim(-0.02, 1.25)
    return figure


def _draw_episode(ax: plt.Axes, run: xr.Dataset) -> None:
    ms.plot.phases(run, ["upset"], facecolor=ms.plot.PALETTE["upset"], ax=ax)
    ms.plot.timecourse(run, ("threat", "fatigue", "expressed_distress"), ax=ax)
    first, last = float(run["threat"].max()), float(run["threat"][-1])
    ax.set(
        title="One episode, nobody comes: red stays high,\n"
        f"tiring lowers it from {first:.2f} to {last:.2f}",
        ylabel="level (dimensionless)", ylim=(-0.02, 1.25),
    )  # fmt: skip
    ax.margins(x=0)
    ax.text(0.5, 1.2, "upset", va="top", size=8)
    ax.legend(loc="upper right", ncols=3)


def _draw_signal(ax: plt.Axes, data: xr.DataTree) -> None:
    last = {}
    for name, fill in (("answered", "full"), ("unanswered", "none")):
        signal = signal_by_episode(data[name].to_dataset())
        episodes = np.arange(1, signal.size + 1)
        ax.plot(
            episodes, signal, "o-", fillstyle=fill, markersize=4, linewidth=0.8,
            color=ms.plot.PALETTE["signal"], label=name,
        )  # fmt: skip
        last[name] = float(signal[-1])
    ax.set(
        title=f"The signal after {signal.size} episodes: {last['answered']:.2f} answered,\n"
        f"{last['unanswered']:.2f} unanswered: the child stops asking",
        xlabel="episode (number)", ylabel="signal (dimensionless)", ylim=(-0.03, 1.05),
    )  # fmt: skip
    ax.legend(loc="center right")


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "unanswered_cry.png")
