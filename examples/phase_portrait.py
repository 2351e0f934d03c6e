"""The border between calm and chronic: what a frightened person needs in order to come down.

System S8, the fast part. A lone person with some everyday stress has two futures: a calm
equilibrium and a chronic one. Fatigue changes slowly (26 minutes) beside threat (1) and soothing
(2.4). While it is held, two states remain, and their plane shows everything. Between the two
equilibria lies a saddle. The states that go to neither, but to the saddle, form its stable
manifold: the separatrix. Above it there is enough soothing to come down; below it the same
threat feeds on itself. Two courses that begin at the same threat, on both sides of the border and
hardly apart, end in different lives.

Right: the border at several levels of fatigue. Exhaustion inhibits threat, so that the more
exhausted person needs less soothing. The dots are a check with fatigue moving again:
starting states with the same threat and fatigue and all values of soothing, followed until
each has settled (`ms.basins`). The border is then a surface, and the dots lie on it.

Equilibria are certified, manifolds are trajectories; all parameter values are assumed.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

LONE = ms.models.client().freeze(pathway=0.2, signal=1.0)
LIFE = {"stressor": 0.05}  # some everyday stress
FATIGUE = 0.2  # held at the left; at the threshold of the whole person it is 0.18
FATIGUES = (0.1, 0.2, 0.3, 0.35)
FRIGHT = 0.6  # threat at which two courses begin
APART = 0.005  # in soothing, each from the border
BOX = {"threat": (0.0, 1.0), "soothing": (0.0, 0.35)}
SHADES = plt.get_cmap("Greys")
MINUTES = np.linspace(0, 90, 1801)


def compute(fatigues: Sequence[float] = FATIGUES, n: int = 176) -> xr.DataTree:
    """Return borders, the soothing needed at a fright, and two courses beside the border."""
    threat, soothing = np.transpose([border(each) for each in fatigues], (1, 0, 2))
    along, levels = ("fatigue", "point"), {"fatigue": list(fatigues)}
    borders = xr.Dataset({"threat": (along, threat), "soothing": (along, soothing)}, levels)
    held = [needed_on(borders.sel(fatigue=each)) for each in fatigues]
    moves = [needed_when_it_moves(each, n) for each in fatigues]
    needed = xr.Dataset({"held": ("fatigue", held), "moves": ("fatigue", moves)}, levels)
    middle = float(needed["held"].sel(fatigue=FATIGUE))
    courses = {
        name: ms.simulate(planar(FATIGUE), times=MINUTES, params=LIFE,
                          initial={"threat": FRIGHT, "soothing": middle + step})
        for name, step in (("a little more", APART), ("a little less", -APART))
    }  # fmt: skip
    return xr.DataTree.from_dict({"borders": borders, "needed": needed, **courses})


def planar(fatigue: float) -> ms.System:
    return LONE.freeze(fatigue=fatigue)


def border(fatigue: float) -> np.ndarray:
    """Return threat and soothing along the stable manifold of the saddle, end to end."""
    system = planar(fatigue)
    known = ms.equilibria(system, LIFE)
    saddle = next(each for each in known if each.stability == "saddle")
    found = ms.manifolds(system, saddle, params=LIFE, box=BOX)
    down, up = (found.sel(manifold=each) for each in ("stable -", "stable +"))
    return np.array([
        np.concatenate([down[name].values[::-1], up[name].values])
        for name in ("threat", "soothing")
    ])  # fmt: skip


def needed_on(line: xr.Dataset) -> float:
    """Return the soothing at which a border passes the fright."""
    return float(np.interp(FRIGHT, line["threat"], line["soothing"]))


def needed_when_it_moves(fatigue: float, n: int) -> float:
    """Return the least soothing from which a person becomes calm whose fatigue begins there."""
    found = ms.basins(LONE, grid={"soothing": (*BOX["soothing"], n)}, params=LIFE,
                      initial={"threat": FRIGHT, "fatigue": fatigue})  # fmt: skip
    calm = int(found["threat_at"].values.argmin())
    last = int(np.flatnonzero(found["basin"].values != calm)[-1])
    return float(found["soothing"].values[last : last + 2].mean())


def draw(data: xr.DataTree) -> plt.Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11.2, 5.6), width_ratios=[1.25, 1])
    _draw_portrait(left, data)
    _draw_borders(right, data)
    figure.suptitle(in_words(data), x=0.01, ha="left")
    return figure


def _draw_portrait(ax: plt.Axes, data: xr.DataTree) -> None:
    system = planar(FATIGUE)
    ms.plot.phase_portrait(system, "threat", "soothing", params=LIFE, box=BOX, ax=ax)
    for name, colour in (("a little more", "soothing"), ("a little less", "threat")):
        course = data[name].to_dataset()
        ax.plot(course["threat"], course["soothing"], color=ms.plot.PALETTE[colour],
                linewidth=3.2, alpha=0.55, zorder=2.8,
                label=f"{name} soothing than needed")  # fmt: skip
    begin = data["a little more"].to_dataset().isel(time=0)
    ax.annotate("begin", (float(begin["threat"]), float(begin["soothing"])), (12, 22),
                textcoords="offset points", size=8.5,
                arrowprops={"arrowstyle": "-", "linewidth": 0.7})  # fmt: skip
    places = {"calm": (-8, 52), "threshold": (9, -11), "chronic": (9, -11)}
    for (word, offset), point in zip(places.items(), ms.equilibria(system, LIFE), strict=True):
        ax.annotate(word, (point.state["threat"], point.state["soothing"]), offset,
                    textcoords="offset points", size=9, weight="bold",
                    arrowprops={"arrowstyle": "-", "linewidth": 0.7} if word == "calm" else None,
                    )  # fmt: skip
    ax.set_title(f"Where everything goes, at fatigue {FATIGUE:g}")
    ax.legend(loc="upper left", bbox_to_anchor=(0.08, 1.0), frameon=True, framealpha=0.9,
              edgecolor="none")  # fmt: skip


def _draw_borders(ax: plt.Axes, data: xr.DataTree) -> None:
    borders, needed = data["borders"].to_dataset(), data["needed"].to_dataset()
    shades = SHADES(np.linspace(1.0, 0.45, borders.sizes["fatigue"]))
    for fatigue, shade in zip(borders["fatigue"].values, shades, strict=True):
        line = borders.sel(fatigue=fatigue)
        ax.plot(line["threat"], line["soothing"], color=shade, linewidth=2.2)
        ax.annotate(f"fatigue {fatigue:g}", (0.99, line["soothing"].values[-1]), (0, 3),
                    textcoords="offset points", size=8, color=shade, ha="right")  # fmt: skip
        ax.plot(FRIGHT, needed["moves"].sel(fatigue=fatigue), "o", color=shade, markersize=7,
                markeredgecolor="white")  # fmt: skip
    ax.plot([], [], color="0.3", linewidth=2.2, label="border while fatigue is held")
    ax.plot([], [], "o", color="0.3", markersize=7, label="border when it moves on from there")
    ax.annotate("becomes calm", (0.25, 0.235), size=11, ha="center", color="0.3")
    ax.annotate("stays frightened", (0.72, 0.05), size=11, ha="center", color="0.3")
    ax.set(xlim=BOX["threat"], ylim=BOX["soothing"], xlabel="threat (dimensionless)",
           ylabel="soothing (dimensionless)", title="The border, by fatigue")  # fmt: skip
    ax.legend(loc="upper left")


def in_words(data: xr.DataTree) -> str:
    needed = data["needed"]["held"]
    ends = [float(data[name]["threat"][-1]) for name in ("a little more", "a little less")]
    (first, last), (low, high) = (each.values[[0, -1]] for each in (needed, needed["fatigue"]))
    return (
        f"At threat {FRIGHT:g}, soothing of {float(needed.sel(fatigue=FATIGUE)):.2f} decides: "
        f"a little more ends at threat {ends[0]:.2f}, a little less at {ends[1]:.2f}.\n"
        f"The more exhausted, the less it takes to come down: {first:.2f} at fatigue {low:g}, "
        f"{last:.2f} at {high:g}"
    )


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "phase_portrait.png")
