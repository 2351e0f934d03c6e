"""How small a shock is too much: resilience over pathway strength.

System S8. A lone person with a given pathway strength (W, held constant) and a given level of
everyday stress rests at the calm equilibrium. Then a stressor is added for five minutes.
Left: the smallest one after which he does not come back, but stays in the high-threat regime
though the stressor is over. A stronger pathway raises that threshold, and at the open circles
ends the danger altogether: there the high-threat equilibrium loses its stability, and
beyond them every shock is withstood, however strong. With more stress in everyday life the
threshold falls, the danger reaches to stronger pathways, and with a weak pathway there is no calm
left to be thrown out of (strips below).

Right: a shock of half an hour. Here strong is not worse than moderate: a person who is driven hard
for so long is exhausted when it ends, and exhaustion (F) inhibits threat until the calm is
reached again. The region of lasting high threat has an upper end. (The model knows
no injury by stress itself.) All equilibria are certified; all parameter values are assumed.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

import mirrorsys as ms

LONE = ms.models.client().freeze(pathway=0.1, signal=1.0)
PATHWAYS = np.linspace(0.02, 0.5, 97)
LEVELS = {"little": 0.03, "some": 0.05, "much": 0.06}  # of everyday stress
COLOURS = {"little": "soothing", "some": "signal", "much": "threat"}
SHORT, LONG = 5.0, 30.0  # minutes
LASTING = "threat > 0.3"
KINDS = {"no calm to start from": "upset", "can be thrown": None, "withstands all": "contact"}
XLABEL = "pathway strength $W$ (dimensionless)"
WORDS = {
    (0.11, 0.15): "stays in high threat",
    (0.38, 0.15): "comes back to calm:\nhigh threat cannot last",
    (0.205, 4.5): "comes back,\nexhausted",
}


def compute(pathways: Sequence[float] = PATHWAYS, n_heights: int = 121) -> xr.DataTree:
    """Return the smallest pulses at each level, and what follows longer ones of any height."""
    tree = {
        name: ms.minimal_shock(LONE, {"pathway": pathways}, duration=SHORT, condition=LASTING,
                            params={"stressor": level}, limit=9.5)
        for name, level in LEVELS.items()
    }  # fmt: skip
    tree["long"] = ms.minimal_shock(
        LONE, {"pathway": pathways}, duration=LONG, condition=LASTING,
        params={"stressor": LEVELS["little"]}, limit=9.5, n_scan=n_heights,
    )  # fmt: skip
    return xr.DataTree.from_dict(tree)


def draw(data: xr.DataTree) -> plt.Figure:
    figure = plt.figure(figsize=(10.5, 5.4))
    grid = figure.add_gridspec(2, 2, height_ratios=[5, 1.3])
    curves = figure.add_subplot(grid[0, 0])
    _draw_curves(curves, data)
    _draw_strips(figure.add_subplot(grid[1, 0], sharex=curves), data)
    _draw_long(figure.add_subplot(grid[:, 1]), data["long"].to_dataset())
    figure.suptitle(in_words(data))
    return figure


def _draw_curves(ax: plt.Axes, data: xr.DataTree) -> None:
    for name, level in LEVELS.items():
        ms.plot.minimal_shock(
            data[name].to_dataset(), spans=False, color=ms.plot.PALETTE[COLOURS[name]],
            label=f"{name} everyday stress, s = {level:g}", ax=ax,
        )  # fmt: skip
    ax.set(xlim=(0, 0.5), ylim=(0, 0.047), title="Five minutes: the smallest shock that lasts",
           ylabel="added stressor (dimensionless)", xlabel=XLABEL)  # fmt: skip
    ax.annotate("beyond the circles\nevery shock is withstood", (0.495, 0.42),
                xycoords=("data", "axes fraction"), size=8, style="italic", ha="right")  # fmt: skip
    ax.legend(loc="upper right")


def kinds(own: xr.Dataset) -> np.ndarray:
    """Return for each pathway which of `KINDS` it is."""
    found = np.isfinite(own["height"].values)
    return np.where(np.isnan(own["calm"].values), 0, np.where(found, 1, 2))


def _draw_strips(ax: plt.Axes, data: xr.DataTree) -> None:
    for row, name in enumerate(LEVELS):
        own = data[name].to_dataset()
        width = float(own["pathway"][1] - own["pathway"][0])
        shades = [ms.plot.PALETTE[each or COLOURS[name]] for each in KINDS.values()]
        for kind, shade in enumerate(shades):
            at = own["pathway"].values[kinds(own) == kind]
            ax.broken_barh([(each - width / 2, width) for each in at], (row - 0.35, 0.7),
                           color=shade, linewidth=0)  # fmt: skip
    ax.annotate("can be thrown into high threat", (0.03, 0), size=8, color="white", va="center")
    handles = [
        Patch(color=ms.plot.PALETTE[shade or "fatigue"], label=kind)
        for kind, shade in KINDS.items()
        if shade
    ]
    ax.set(yticks=range(len(LEVELS)), yticklabels=[f"{name} stress" for name in LEVELS],
           ylim=(len(LEVELS) - 0.5, -0.5), xlabel=XLABEL)  # fmt: skip
    ax.legend(handles=handles, loc="lower right", ncols=2, bbox_to_anchor=(1.0, 0.98))


def _draw_long(ax: plt.Axes, own: xr.Dataset) -> None:
    lasts = (own["outcome"].values != 0).T
    shades = ListedColormap([ms.plot.PALETTE["contact"], ms.plot.PALETTE["threat"]])
    ax.pcolormesh(own["pathway"], own["scanned"], lasts, cmap=shades, vmin=0, vmax=1,
                  shading="nearest", alpha=0.8)  # fmt: skip
    ms.plot.minimal_shock(own, spans=False, color="black", ax=ax)
    memory = ms.protocols.LEVELS["recall"]
    ax.axhline(memory, color="black", linewidth=0.8, linestyle="--")
    ax.annotate("a painful memory", (0.495, memory), (0, 3), textcoords="offset points", size=8,
                ha="right")  # fmt: skip
    for place, words in WORDS.items():
        ax.annotate(words, place, size=9, ha="center", va="center")
    heights = own["scanned"].values
    ax.set(yscale="log", xlim=(float(own["pathway"][0]), 0.5), ylim=(heights[0], heights[-1]),
           title="Half an hour, little everyday stress: what follows",
           xlabel=XLABEL, ylabel="added stressor (dimensionless)")  # fmt: skip


def last_pathway(own: xr.Dataset) -> float:
    """Return the strongest pathway at which a shock can last."""
    return float(own["pathway"].values[np.isfinite(own["height"].values)].max())


def in_words(data: xr.DataTree) -> str:
    ends = [last_pathway(data[name].to_dataset()) for name in LEVELS]
    some = data["some"].to_dataset()["height"].values
    growth = np.nanmax(some) / np.nanmin(some)
    return (
        f"A stronger pathway raises the smallest lasting shock ({growth:.0f}-fold under some "
        f"stress);\nfrom W = {min(ends):.2f} to {max(ends):.2f} on, by everyday stress, no shock "
        "lasts at all"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "minimal_shock.png")
