"""Mirroring: distress and soothing pass from one person to another.

System S1. A watcher at rest sees somebody who becomes upset for five minutes and then
soothes himself. Nothing happens to the watcher, yet her red rises with his: what he shows,
times her mirroring mu, excites her threat. Then his green appears in her as well, by nu. To
make sure that every green in her comes from him, the watcher has no soothing pathway of her
own (W = 0). Grey lines are the controls: with mu = 0 her red does not move, with nu = 0 her
green does not.

Two things to notice. The other stays upset longer when he is watched, because he mirrors her
too. And the watcher's red outlasts his: threat feeds itself, and she has little to answer it
with. All parameter values are assumed; mirroring is an effective coupling, which neurons carry
it is contested.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

PERSONS = ms.models.dyad(ms.models.carer("other"), ms.models.person("watcher"))
UPSET = ms.Protocol(
    (
        ms.Phase(5, {"contact": 1}, name="rest"),
        ms.Phase(5, {"contact": 1, "other.stressor": ms.protocols.LEVELS["upset"]}, name="upset"),
        ms.Phase(20, {"contact": 1}, name="after"),
    ),
    name="one is upset, the other watches",
)
RUNS = {"mirrored": {}, "without_mu": {"watcher.mu": 0.0}, "without_nu": {"watcher.nu": 0.0}}


def compute() -> xr.DataTree:
    """Return the run with all mirroring, and those without either part of it."""
    runs = {
        f"/{name}": ms.simulate(
            PERSONS,
            protocol=UPSET,
            times=np.linspace(0, UPSET.duration, 601),
            initial={"watcher.pathway": 0.0},
            params=params,
        )
        for name, params in RUNS.items()
    }
    return xr.DataTree.from_dict(runs)


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw the other, and what of his red and green arrives in the watcher."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.5), sharey=True)
    mirrored = data["mirrored"].to_dataset()
    ms.plot.timecourse(mirrored, person="other", ax=axes[0])
    for ax, quantity, control in ((axes[1], "threat", "mu"), (axes[2], "soothing", "nu")):
        cut = data[f"without_{control}"].to_dataset()
        ms.plot.timecourse(cut, quantity, person="watcher", ax=ax, color="0.45", linestyle="-",
                           label=rf"without mirroring, $\{control} = 0$")  # fmt: skip
        ms.plot.timecourse(
            mirrored, quantity, person="watcher", ax=ax, label=f"{quantity}, mirrored"
        )
        peak = float(mirrored[quantity].sel(person="watcher").max())
        without = float(cut[quantity].sel(person="watcher").max())
        ax.set_title(
            f"The watcher's {quantity} rises to {peak:.2f},\nwithout mirroring to {without:.2f}"
        )
    axes[0].set(title="The other is upset,\nthen soothes himself", ylim=(-0.02, 1))
    for ax in axes:
        ms.plot.phases(mirrored, ["upset"], facecolor=ms.plot.PALETTE["upset"], ax=ax)
        ax.legend(loc="upper right", reverse=ax is not axes[0])
    axes[0].text(5.2, 0.99, "upset", transform=axes[0].get_xaxis_transform(), va="top", size=8)
    return figure


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "mirroring.png")
