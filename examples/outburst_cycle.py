"""Outbursts are a cycle of their own, between chronic and calm, under enough stress.

System S6. What a lone person does in the long run, over the strength of the soothing pathway (W,
held constant), at three levels of everyday stress. Black: equilibria, solid where stable and
dashed where not, with folds (F) and Hopf points (H) located to ten digits and all equilibria
certified in between. Violet: the highest and lowest threat of cycles, thick where stable. Below:
their periods.

With little stress a person is chronic up to some pathway strength and calm beyond it. With more,
there is a stretch in between (shaded: by simulation) in which neither lasts: threat bursts out,
exhausts itself, is soothed, and builds up again, every hour or so. In most of that stretch this is
a stable cycle with one outburst a round (thick). It does not grow gently out of a Hopf point:
small cycles born there swell within a hair's breadth of pathway strength, and the large cycle ends
at folds of cycles on both sides; between these and the ends of the shading small swings alternate
with outbursts, in cycles of longer periods that are not followed here. At a weak pathway no cycle
exists: the unanswered child of S3, grown up, with W near 0, is chronic, and does not burst out.
All parameter values are assumed.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import mirrorsys as ms

LONE = ms.models.client().freeze(pathway=0.4, signal=1.0)
LEVELS = (0.066, 0.08, 0.1)
BOUNDS = (0.0, 0.7)
WORDS = {"chronic": (0.14, 0.47), "calm": (0.63, 0.17), "outbursts": (0.445, 0.645)}
OUTBURST = 0.3  # a cycle that swings threat by more than this is one of outbursts
UPSET = {"threat": 0.6, "soothing": 0.02, "fatigue": 0.1}


def compute(levels: tuple[float, ...] = LEVELS, longest_step: float = 0.05) -> xr.DataTree:
    tree = {}
    for level in levels:
        params = {"stressor": level}
        branches = ms.bifurcation.equilibrium_branches(LONE, "pathway", BOUNDS, params=params)
        cycles = followed(branches, params, longest_step)
        node = {"branches": branches.to_dataset(), "seen": seen(level)}
        node |= {f"cycles_{i}": each.to_dataset() for i, each in enumerate(cycles)}
        tree[f"{level:g}"] = xr.DataTree.from_dict(node)
    return xr.DataTree.from_dict({f"/{k}": v for k, v in tree.items()})


def seen(level: float, n: int = 281) -> xr.Dataset:
    """Return where simulations from an upset start go on to burst out."""
    pathway = np.linspace(*BOUNDS, n)
    start = {"stressor": level, **UPSET}
    members = xr.Dataset(
        {
            "pathway": ("member", pathway),
            **{name: ("member", np.full(n, value)) for name, value in start.items()},
        }
    )
    window = {"window": (6000.0, 9000.0)}
    runs = ms.ensemble(
        LONE, members, duration=9000.0, rtol=1e-9, atol=1e-11, progress=False,
        outputs={
            "highest": ms.outputs.highest("threat", **window),
            "lowest": ms.outputs.lowest("threat", **window),
        },
    )  # fmt: skip
    swing = runs["highest"].values - runs["lowest"].values
    return xr.Dataset({"bursting": ("pathway", swing > OUTBURST)}, {"pathway": pathway})


def followed(
    branches: ms.bifurcation.Branches, params: dict[str, float], longest_step: float
) -> list[ms.bifurcation.CycleBranch]:
    """Follow the outbursts, if there are any, and cycles from Hopf points not met on the way."""
    found = []
    try:
        starts = [ms.bifurcation.periodic_orbit(LONE, UPSET, params=params)]
    except ms.bifurcation.NoCycleError:
        starts = []  # at this level of stress the run settles
    for start in [*starts, *branches.of_kind("hopf")]:
        met = [end for each in found for end in each.ends]
        if not any(end.endswith(f"= {start.params['pathway']:.10g}") for end in met):
            found.append(
                ms.bifurcation.cycle_branch(
                    LONE, start, "pathway", BOUNDS, longest_step=longest_step
                )
            )
    return found


def draw(data: xr.DataTree) -> plt.Figure:
    levels = list(data.children)
    figure, axes = plt.subplots(
        2, len(levels), figsize=(3.7 * len(levels), 6.4), sharex=True, squeeze=False,
        height_ratios=[2.2, 1], sharey="row",
    )  # fmt: skip
    for level, (above, below) in zip(levels, axes.T, strict=True):
        draw_level(data[level], level, above, below)
    for word, place in WORDS.items():
        axes[0, -1].text(*place, word, color="0.25", fontsize=8.5, ha="center")
    figure.legend(handles=legend(), loc="outside lower center", ncols=5)
    axes[0, 0].set_ylabel("threat $R$ (dimensionless)")
    axes[1, 0].set_ylabel("period of the cycle (min)")
    figure.suptitle(in_words(data), x=0.01, ha="left")
    return figure


def legend() -> list[Line2D | Patch]:
    """Return what lines and shading mean."""
    violet = ms.plot.PALETTE["expressed_distress"]
    return [
        Line2D([], [], color="black", linewidth=2, label="equilibrium, stable"),
        Line2D([], [], color="black", linewidth=1, linestyle="--", label="unstable"),
        Line2D([], [], color=violet, linewidth=2.5, label="cycle (highest, lowest), stable"),
        Line2D([], [], color=violet, linewidth=0.9, linestyle=":", label="unstable"),
        Patch(color=ms.plot.PALETTE["upset"], label="simulations burst out"),
    ]


def draw_level(node: xr.DataTree, level: str, above: plt.Axes, below: plt.Axes) -> None:
    branches = node["branches"].to_dataset()
    cycles = [node[name].to_dataset() for name in node.children if name.startswith("cycles")]
    ms.plot.bifurcation_diagram(branches, "threat", cycles=cycles, ax=above)
    for each in cycles:
        stable = (each["stability"] == "stable").values
        pathway, period = each["pathway"].values, each["period"].values
        below.plot(pathway, np.where(stable, np.nan, period), color="0.6", linewidth=0.7)
        below.plot(pathway, np.where(stable, period, np.nan), color=ms.plot.PALETTE[
            "expressed_distress"], linewidth=2.5)  # fmt: skip
    bursting = node["seen"].to_dataset()
    places = bursting["pathway"].values[bursting["bursting"].values]
    words = "no outbursts"
    if places.size:
        for ax in (above, below):
            ax.axvspan(places.min(), places.max(), color=ms.plot.PALETTE["upset"], zorder=0)
        low, high = stretch(cycles)
        words = f"one outburst a round,\nW from {low:.3f} to {high:.3f}"
    above.set_title(f"stressor {level}: {words}", fontsize=9)
    above.set(xlabel="", ylabel="", ylim=(0, 0.75), xlim=BOUNDS)
    below.set(xlabel="pathway strength $W$ (dimensionless)", ylim=(0, 260))


def stretch(cycles: list[xr.Dataset]) -> tuple[float, float]:
    """Return where stable cycles with one outburst a round exist."""
    found = [
        each["pathway"].values[
            (each["stability"] == "stable").values
            & ((each["highest"] - each["lowest"]).sel(state="threat").values > OUTBURST)
        ]
        for each in cycles
    ]
    places = np.concatenate([np.empty(0), *found])
    return (float(places.min()), float(places.max())) if places.size else (0.0, 0.0)


def in_words(data: xr.DataTree) -> str:
    """Return what was found."""
    with_cycles = [
        level for level, node in data.children.items()
        if np.ptp(stretch([node[name].to_dataset() for name in node.children
                           if name.startswith("cycles")])) > 0
    ]  # fmt: skip
    if not with_cycles:
        return "No stable cycle of outbursts at these levels of stress"
    return (
        "Outbursts are a stable cycle of their own, between chronic and calm:\n"
        f"at a stressor of {with_cycles[0]} or more, never at a weak pathway"
    )


if __name__ == "__main__":
    with ms.plot.style():
        draw(compute()).savefig("outburst_cycle.png")
