"""The adult without: high threat, outbursts or calm, by how much pathway there is.

System S6. Who was never answered grows up with almost no soothing pathway (W). Alone under
a steady stress of s = 0.08 this adult is in high threat all the time. Outbursts, threat
that flares up and dies down by itself, do not occur at such a weak pathway: there is one stable
equilibrium and nothing moves. They occur in between, where the pathway is strong enough to end
high threat and too weak to prevent it: no equilibrium is stable, and there is a limit
cycle. With more pathway the adult is calm.

The top panel shows where this is so: equilibria (filled if stable, open if not) with the range
of threat in the last twelve of forty-eight hours. Below, three such adults: a day's course, and
the plane of threat and fatigue with nullclines, vector field, equilibria and the same run.
Soothing is faster than fatigue and is taken at rest given threat in the nullclines and
arrows, not in the run. Outbursts are a slow-fast cycle: threat jumps to the right
branch of its nullcline, tires along it, falls to the left branch, rests, and jumps again.
All parameter values are assumed; there is no noise in the model.
"""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import mirrorsys as ms

STRESS = {"stressor": ms.protocols.LEVELS["adult_life"]}
HOURS, TAIL_HOURS = 48, 12
LIFE = ms.protocols.constant(HOURS * 60, "life", **STRESS)
CALM_START = {"threat": 0.0, "soothing": 0.0, "fatigue": 0.0}
PATHWAYS = np.round(np.arange(0, 0.6001, 0.01), 3)
# Fine enough for the jumps of the first hours, coarser later.
DAY = np.union1d(np.linspace(0, 720, 7201), np.linspace(720, HOURS * 60, 4321))
SHOWN = {"tense": None, "outbursts": 0.36, "calm": 0.5}  # None: as childhood leaves it
OUTBURST = 0.1  # threat that goes up and down by more than this has outbursts
HIGH = 0.3  # steady threat above this is called high


def adult(pathway: float) -> ms.System:
    """Return a lone adult with a pathway of this strength; signal does not matter alone."""
    return ms.models.person("adult").freeze(pathway=pathway, signal=1.0)


def compute() -> xr.DataTree:
    """Return the childhood, the regimes over the pathway, and three adults."""
    childhood = ms.simulate(
        ms.models.infant(),
        protocol=ms.protocols.crying_episodes(60, answered=False, infant=None, carer=None),
        times=np.arange(0, 60 * 360, 60),
    )
    left = float(childhood["pathway_at_end"][-1])
    groups = {"/childhood": childhood, "/regimes": regimes()}
    for name, pathway in SHOWN.items():
        strength = left if pathway is None else pathway
        run = live(strength, DAY)
        groups[f"/{name}"] = run.assign_attrs(pathway=strength)
    return xr.DataTree.from_dict(groups)


def live(pathway: float, times: np.ndarray) -> xr.Dataset:
    """Return the course of a lone adult, from calm."""
    return ms.simulate(adult(pathway), protocol=LIFE, times=times, initial=CALM_START)


def regimes() -> xr.Dataset:
    """Return equilibria, and lowest, mean and highest threat at the end, over the pathway."""
    tail = np.linspace((HOURS - TAIL_HOURS) * 60, HOURS * 60, TAIL_HOURS * 120 + 1)
    found = [ms.equilibria(adult(float(each)), STRESS) for each in PATHWAYS]
    most = max(len(points) for points in found)
    threat = np.full((PATHWAYS.size, most), np.nan)
    is_stable = np.full((PATHWAYS.size, most), -1, dtype="int8")  # -1: there is none
    for row, points in enumerate(found):
        for column, point in enumerate(points):
            threat[row, column] = point.state["threat"]
            is_stable[row, column] = point.is_stable
    ends = [live(float(each), tail)["threat"].values for each in PATHWAYS]
    return xr.Dataset(
        {
            "equilibrium_threat": (("pathway", "equilibrium"), threat, {"units": "1"}),
            "is_stable": (("pathway", "equilibrium"), is_stable),
            "lowest": ("pathway", [end.min() for end in ends], {"units": "1"}),
            "mean": ("pathway", [end.mean() for end in ends], {"units": "1"}),
            "highest": ("pathway", [end.max() for end in ends], {"units": "1"}),
        },
        coords={"pathway": ("pathway", PATHWAYS, {"units": "1"})},
    )


def draw(data: xr.DataTree) -> plt.Figure:
    """Draw the regimes, and the three adults over time and in the phase plane."""
    figure = plt.figure(figsize=(10.5, 9))
    grid = figure.add_gridspec(3, 3, height_ratios=(1, 0.75, 1.35))
    top = figure.add_subplot(grid[0, :])
    _draw_regimes(top, data["regimes"].to_dataset())
    courses, planes = [], []
    for column, name in enumerate(SHOWN):
        run = data[name].to_dataset()
        share = {"sharey": courses[0]} if courses else {}
        courses.append(figure.add_subplot(grid[1, column], **share))
        share = {"sharey": planes[0]} if planes else {}
        planes.append(figure.add_subplot(grid[2, column], **share))
        _draw_course(courses[-1], run)
        _draw_plane(planes[-1], run)
        top.plot(run.attrs["pathway"], 0.94, "v", color=ms.plot.PALETTE["pathway"], label="_")
        top.annotate("abc"[column], (run.attrs["pathway"], 0.94), (7, -3), size=9,
                     textcoords="offset points")  # fmt: skip
        courses[-1].set_title(f"{'abc'[column]}  $W$ = {run.attrs['pathway']:.2f}: {in_words(run)}")
        if column:
            courses[-1].set_ylabel("")
            planes[-1].set_ylabel("")
    handles = {h.get_label(): h for ax in planes for h in ax.get_legend_handles_labels()[0]}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=len(handles))
    return figure


def in_words(run: xr.Dataset) -> str:
    """Say how this adult lives, by the last hours."""
    tail = run["threat"].sel(time=slice((HOURS - TAIL_HOURS) * 60, None))
    low, mean, high = float(tail.min()), float(tail.mean()), float(tail.max())
    if high - low > OUTBURST:
        return f"outbursts, {low:.2f} to {high:.2f}"
    return f"{'high threat' if mean > HIGH else 'calm'}, {mean:.2f}"


def outburst_pathways(regime: xr.Dataset) -> np.ndarray:
    """Return the pathways at which threat goes up and down for ever."""
    return regime["pathway"].values[(regime["highest"] - regime["lowest"]).values > OUTBURST]


def _draw_regimes(ax: plt.Axes, regime: xr.Dataset) -> None:
    pathways = regime["pathway"].values
    swing = outburst_pathways(regime)
    inside = np.isin(pathways, swing)
    red = ms.plot.PALETTE["threat"]
    ax.vlines(swing, regime["lowest"][inside], regime["highest"][inside], color=red, linewidth=4,
              alpha=0.35, label="range of threat in outbursts")  # fmt: skip
    for is_stable, face, label in ((1, red, "stable"), (0, "white", "unstable")):
        rows, columns = np.nonzero((regime["is_stable"] == is_stable).values)
        points = regime["equilibrium_threat"].values[rows, columns]
        ax.plot(pathways[rows], points, "o", color=red, markerfacecolor=face, markersize=5,
                label=f"{label} equilibrium")  # fmt: skip
    where = f"for W from {swing[0]:g} to {swing[-1]:g} only" if swing.size else "at no pathway"
    ax.set(title=f"Alone at s = {STRESS['stressor']:g}: outbursts {where}",
           xlabel="pathway strength $W$ (dimensionless)", ylabel="threat (dimensionless)",
           ylim=(0, 1), xlim=(-0.015, 0.615))  # fmt: skip
    ax.legend(loc="lower left")


def _draw_course(ax: plt.Axes, run: xr.Dataset) -> None:
    ms.plot.timecourse(run.sel(time=slice(0, 12 * 60)), ("threat", "fatigue"), time_unit="h", ax=ax)
    ax.set(ylim=(0, 0.9), xticks=range(0, 13, 3))
    ax.margins(x=0)


def _draw_plane(ax: plt.Axes, run: xr.Dataset) -> None:
    ms.plot.phase_plane(
        adult(run.attrs["pathway"]), STRESS, x="threat", y="fatigue",
        box={"fatigue": (0.0, 0.6)}, ax=ax,
    )  # fmt: skip
    ax.plot(run["threat"], run["fatigue"], color="black", linewidth=0.8, label="this run")


if __name__ == "__main__":
    with ms.plot.style():
        ms.plot.save_figure(draw(compute()), "adult_without.png")
