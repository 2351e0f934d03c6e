"""Calm, chronic, bistable or bursting out: everyday stress and pathway strength decide.

System S6, and S8. What a lone person does in the long run, over everyday stress and the strength
of the soothing pathway (W, held constant). The curves are computed from the equations, by
following folds and Hopf points in both parameters: at a fold two equilibria meet and vanish, at a
Hopf point one loses its stability to a cycle. CP is a cusp, where the two folds meet; at GH Hopf
points turn from subcritical to supercritical. The colours are found independently, by simulation:
at each place eight persons start from different states, and what they do in the end is looked
at. Both agree but for narrow seams: outbursts end at folds of cycles, which lie close to the Hopf
curve and are not drawn.

A course of therapy moves a client to the right, a hard year upwards. All parameter values are
assumed.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

import mirrorsys as ms

LONE = ms.models.client().freeze(pathway=0.2, signal=1.0)
PATHWAY, STRESSOR = (0.0, 0.7), (0.0, 0.14)
FIRST = 0.08  # the stressor at which folds and Hopf points are found first
SETTLED, WATCHED = 3000.0, 4000.0  # minutes: after settling, a stretch is watched
LOW, HIGH = 0.2, 0.3  # threat beyond HIGH is not calm; outbursts come from below LOW
KINDS = {
    "calm": "#DCEBF7", "chronic": "#F3C9B5", "calm or chronic (bistable)": "#F7EBC8",
    "outbursts": "#DCC3E0", "calm or outbursts": "#B9D8D2", "chronic or outbursts": "#C9A98F",
}  # fmt: skip
POINTS = {
    "CP1": ("CP: cusp", (-6, 7), "right"),
    "GH1": ("GH: generalised Hopf", (8, -10), "left"),
}
WORDS = {
    "calm": (0.5, 0.035), "chronic": (0.13, 0.11), "calm or chronic (bistable)": (0.13, 0.035),
    "outbursts": (0.45, 0.11),
}  # fmt: skip


def compute(n: int = 91, n_starts: int = 8) -> xr.DataTree:
    branches = ms.bifurcation.equilibrium_branches(
        LONE, "pathway", (0.0, 1.0), params={"stressor": FIRST}
    )
    curves = {}
    for kind, follow in (
        ("fold", ms.bifurcation.fold_curve), ("hopf", ms.bifurcation.hopf_curve)
    ):  # fmt: skip
        first = branches.of_kind(kind)[0]  # both folds, and both Hopf points, lie on one curve
        curve = follow(LONE, first, "stressor", (0.0, 0.3), first_bounds=(0.0, 1.0))
        curves[kind] = curve.to_dataset()
    return xr.DataTree.from_dict({"regions": regions(n, n_starts), **curves})


def regions(n: int, n_starts: int) -> xr.Dataset:
    """Return which long-run behaviours are met from any of the starts."""
    pathway, stressor = (np.linspace(*each, n) for each in (PATHWAY, STRESSOR))
    starts = ms.sample(
        LONE, n_starts, {"threat": (0, 0.9), "soothing": (0, 0.3), "fatigue": (0, 0.5)}, seed=1
    )
    grid = np.meshgrid(stressor, pathway, np.arange(n_starts), indexing="ij")
    members = xr.Dataset(
        {
            "stressor": ("member", grid[0].ravel()),
            "pathway": ("member", grid[1].ravel()),
            **{name: ("member", starts[name].values[grid[2].ravel()]) for name in starts},
        }
    )
    watched = {"window": (SETTLED, WATCHED)}
    runs = ms.ensemble(
        LONE, members, duration=WATCHED, rtol=1e-8, atol=1e-10, progress=False,
        outputs={
            "highest": ms.outputs.highest("threat", **watched),
            "lowest": ms.outputs.lowest("threat", **watched),
        },
    )  # fmt: skip
    highest, lowest = (runs[name].values.reshape(grid[0].shape) for name in ("highest", "lowest"))
    bursting = (lowest < LOW) & (highest > HIGH)
    seen = {
        "calm": (highest <= HIGH).any(axis=2),
        "chronic": ((lowest >= LOW) & (highest > HIGH)).any(axis=2),
        "outbursts": bursting.any(axis=2),
    }
    axes = ("stressor", "pathway")
    return xr.Dataset(
        {name: (axes, each) for name, each in seen.items()},
        coords={"stressor": stressor, "pathway": pathway},
    )


def kind_of(data: xr.Dataset) -> np.ndarray:
    """Return the position in KINDS of each place."""
    calm, chronic, bursting = (data[name].values for name in ("calm", "chronic", "outbursts"))
    return np.select(
        [calm & chronic, calm & bursting, chronic & bursting, bursting, chronic], [2, 4, 5, 3, 1], 0
    )


def draw(data: xr.DataTree) -> plt.Figure:
    figure, ax = plt.subplots(figsize=(7.6, 5.2))
    place = data["regions"].to_dataset()
    ax.pcolormesh(
        place["pathway"], place["stressor"], kind_of(place), shading="nearest",
        cmap=ListedColormap(list(KINDS.values())), vmin=-0.5, vmax=len(KINDS) - 0.5,
    )  # fmt: skip
    curves = [data[name].to_dataset() for name in ("fold", "hopf")]
    drawn = ms.plot.two_parameter_chart(curves, ax=ax)
    for text in drawn.labels:
        word, offset, side = POINTS[text.get_text()]
        text.set(text=word, position=offset, ha=side)
    for word, where in WORDS.items():
        ax.text(*where, word.replace(" (", "\n("), ha="center", va="center", fontsize=9)
    ax.set(xlim=PATHWAY, ylim=STRESSOR, xlabel="pathway strength $W$ (dimensionless)",
           ylabel="everyday stressor $s$ (dimensionless)")  # fmt: skip
    found = set(np.unique(kind_of(place)).tolist())
    rare = [i for i, kind in enumerate(KINDS) if kind not in WORDS and i in found]
    patches = [Patch(color=list(KINDS.values())[i], label=list(KINDS)[i]) for i in rare]
    ax.legend(handles=[*drawn.curves, *patches], loc="lower right", frameon=True)
    figure.suptitle(in_words(place), x=0.01, ha="left", fontsize=10)
    return figure


def in_words(place: xr.Dataset) -> str:
    """Return what was found."""
    bursting = place["outbursts"].any("pathway").values
    least = float(place["stressor"].values[bursting].min()) if bursting.any() else np.inf
    return (
        "Stress and pathway strength decide between calm, chronic and bursting out;\n"
        f"outbursts need a stressor above about {least:.3f} and a pathway of medium strength"
    )


if __name__ == "__main__":
    with ms.plot.style():
        draw(compute()).savefig("stress_pathway_chart.png")
